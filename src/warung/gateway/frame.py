"""Frames: what goes over the socket, and how one is written so that every connection can share the bytes."""

import struct
from collections.abc import Iterator
from typing import Any

import msgspec

from warung.kit.domain import Command
from warung.kit.errors import BadRequest
from warung.kit.ids import AccountId, SessionId

TEXT, CLOSE, PING = 0x81, 0x88, 0x89

SILENT = 1001
INTERNAL = 1011
RESTARTING = 1012
TOO_BIG = 1009
PROTOCOL_ERROR = 4400
SESSION_ENDED = 4401
TOO_FAST = 4429


class MalformedFrame(BadRequest):
    """This frame was not understood: {reason}"""


class Ping(Command, frozen=True, tag="ping"):
    """Is anybody there?"""


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    """The first frame: the socket is open for this account."""

    account: AccountId
    session: SessionId
    now: int
    heartbeat_s: int


class Ok(msgspec.Struct, frozen=True, tag="ok", gc=False):
    """A command was done, and what it changed is on disk."""

    id: int
    result: Any = None


class Problem(msgspec.Struct, frozen=True):
    """A refusal as people and programs read it."""

    code: str
    message: str
    details: dict[str, Any] = {}


class Failed(msgspec.Struct, frozen=True, tag="error"):
    """A command was refused. `id` is 0 when the frame was too broken to have one."""

    id: int
    error: Problem


class Resync(msgspec.Struct, frozen=True, tag="resync"):
    """Pushes were dropped because this connection read too slowly: ask for what is missing."""


def framed(payload: bytes, opcode: int = TEXT) -> bytes:
    """Return the WebSocket frame of a payload, ready for any number of sockets (servers do not mask)."""
    size = len(payload)
    if size < 126:
        return bytes((opcode, size)) + payload
    if size < 65_536:
        return struct.pack(">BBH", opcode, 126, size) + payload
    return struct.pack(">BBQ", opcode, 127, size) + payload


def payloads(data: bytes) -> Iterator[bytes]:
    """Yield what `framed` put into these frames, for a server that frames by itself."""
    at = 0
    while at < len(data):
        size, at = data[at + 1], at + 2
        if size >= 126:
            width = 2 if size == 126 else 8
            size, at = int.from_bytes(data[at : at + width], "big"), at + width
        yield data[at : at + size]
        at += size


def closing(code: int, reason: str) -> bytes:
    """Return a close frame; the code tells the client whether to come back."""
    return framed(struct.pack(">H", code) + reason.encode()[:120], CLOSE)
