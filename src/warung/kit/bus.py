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


class Envelope(msgspec.Struct, frozen=True, gc=False):
    """A frame on its way: encoded once, for every connection of these accounts."""

    to: Sequence[AccountId]
    frame: bytes
    ends: SessionId | None = None


Deliver = Callable[[Envelope], None]
Missed = Callable[[Sequence[AccountId] | None], None]


class Bus(Protocol):
    """Carries envelopes to every node that has connections. Everything is called on the event loop."""

    def publish(self, envelope: Envelope) -> None:
        """Send, without waiting and without a promise."""

    def subscribe(self, deliver: Deliver, missed: Missed = ...) -> None:
        """Call `deliver` for every envelope, and `missed` for accounts (None: everybody) to whom one may not have come."""

    async def attend(self, account: AccountId) -> None:
        """Begin to carry what concerns an account; return when nothing of it passes by any more. Once per connection."""

    def leave(self, account: AccountId) -> None:
        """Take one `attend` back."""

    def nodes(self) -> int:
        """Return how many nodes are known to live, this one included."""
        ...

    def leads(self) -> bool:
        """Is it on this node to do what one does for all? A hint: for a while none may believe it, or two."""
        ...

    async def close(self) -> None:
        """Send what waits, then disconnect."""
