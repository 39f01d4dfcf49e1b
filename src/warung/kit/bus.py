"""The bus carries events to the connections that may see them. It is a hint, at most once: the log heals what it loses."""

from collections.abc import Callable, Sequence
from typing import ClassVar, Protocol

import msgspec

from warung.kit.ids import AccountId, SessionId


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that happened. A subclass gives its wire tag: `class Sent(Event, frozen=True, tag="chat.message")`.

    Verbs emit it; listeners hear it in the same transaction; after the commit its audience receives it as a frame,
    unless it is `internal`.
    """

    internal: ClassVar[bool] = False


class SessionEnded(Event, frozen=True, tag="accounts.session_ended"):
    """A session was revoked: its sockets are closed wherever they are."""

    session: SessionId


class Envelope(msgspec.Struct, frozen=True):
    """A frame on its way: encoded once, for every connection of these accounts."""

    to: Sequence[AccountId]
    frame: bytes
    ends: SessionId | None = None


class Bus(Protocol):
    """Carries envelopes to every node that has connections."""

    def publish(self, envelope: Envelope) -> None:
        """Send, without waiting and without a promise."""

    def subscribe(self, deliver: Callable[[Envelope], None]) -> None:
        """Call `deliver` for every envelope, on the event loop."""
