"""Ids: opaque strings of twenty characters that sort by the time of their creation.

Nine characters of milliseconds and eleven of chance (55 bits), in an alphabet without look-alikes that sorts as bytes do.
An id is a name, not a permission: what opens a door by being known is a `secret()`.
"""

import hashlib
import re
import secrets
from typing import NewType

import msgspec

AccountId = NewType("AccountId", str)
SessionId = NewType("SessionId", str)
ConversationId = NewType("ConversationId", str)
BlobId = NewType("BlobId", str)
Nonce = NewType("Nonce", str)
Seq = NewType("Seq", int)

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
NONCE = re.compile(r"[A-Za-z0-9_-]{8,40}\Z")


class Identity(msgspec.Struct, frozen=True):
    """Who is acting: an account, through one of its sessions."""

    account: AccountId
    session: SessionId
    language: str = "id"
    operator: bool = False


def new_id(now: int) -> str:
    """Return a new id made at `now` (milliseconds UTC)."""
    value = (now & (1 << 45) - 1) << 55 | secrets.randbits(55)
    return "".join([ALPHABET[value >> shift & 31] for shift in range(95, -1, -5)])


def secret() -> str:
    """Return a token of 192 bits that opens what it names to whoever knows it."""
    return secrets.token_urlsafe(24)


def digest(token: str) -> str:
    """Return what is stored of a secret: its SHA-256. A secret is random enough to need no salt and no slowness."""
    return hashlib.sha256(token.encode()).hexdigest()
