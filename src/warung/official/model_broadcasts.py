"""Broadcasts: one message to many, kept once; and what is refused."""

from typing import Literal

import msgspec

from warung.kit.card import Card, Preview
from warung.kit.errors import BadRequest, Conflict, NotAllowed, NotFound
from warung.kit.ids import AccountId
from warung.official.cards import OfficialCard

HOLDER = "official.broadcast"
MOST_OPENIDS = 10_000
CLIENT_ID_CHARS = 64
State = Literal["scheduled", "sending", "sent", "cancelled", "withdrawn"]
Audience = Literal["all", "tag", "list"]


class All(msgspec.Struct, frozen=True, tag="all"):
    """To everybody who follows the account."""


class Tagged(msgspec.Struct, frozen=True, tag="tag"):
    """To the followers with a tag."""

    tag: int


class Openids(msgspec.Struct, frozen=True, tag="list"):
    """To these followers."""

    openids: tuple[str, ...]


To = All | Tagged | Openids


class Broadcast(msgspec.Struct, frozen=True):
    """A broadcast and how far it is. `number` is its name for programs; `what` is the tag of its card, `words` its beginning."""

    id: str
    number: int
    official: AccountId
    client_id: str | None
    audience: Audience
    tag: int | None
    card: msgspec.Raw
    what: str
    words: str
    state: State
    period: str
    send_at: int
    next: str
    total: int
    sent: int
    failed: int
    delivered: int  # as it was counted last
    created_by: AccountId | None
    created_at: int
    begun_at: int | None
    finished_at: int | None


class BroadcastFigures(msgspec.Struct, frozen=True):
    """What became of a broadcast: reached a device, was read in the conversation, was opened, had a link in it followed."""

    total: int
    sent: int
    failed: int
    delivered: int
    read: int
    opened: int
    clicked: int


class Quota(msgspec.Struct, frozen=True):
    """How many broadcasts an account may still send in a period: a day (2026-11-26) or a month (2026-11)."""

    period: str
    limit: int
    used: int


class Content(msgspec.Struct, frozen=True):
    """What a broadcast says: the card to be shown where the pointer stands; nothing where it was withdrawn."""

    id: str
    official: AccountId
    card: msgspec.Raw | None


class Pointer(OfficialCard, frozen=True, kw_only=True, tag="official.broadcast"):
    """Stands in a recipient's conversation for a broadcast: `ref` is its id, `what` the tag of the card that is kept there."""

    what: str
    words: str = ""

    def preview(self) -> Preview:
        """Return the beginning of what it says."""
        return Preview("preview.official_broadcast", {"text": self.words} if self.words else {})

    def text(self) -> str:
        """Return the beginning of what it says."""
        return self.words

    def passed_on(self) -> Card | None:
        """Return nothing: what it points to is for those who got it. An article is shared from its page."""
        return None


class NoSuchBroadcast(NotFound):
    """This broadcast is not here."""


class BroadcastQuotaUsedUp(NotAllowed):
    """This account has used up its {limit} broadcasts of {period}."""


class BroadcastRepeated(Conflict):
    """This very broadcast was already ordered."""


class ClientIdTooLong(BadRequest):
    """A program's name for a broadcast has at most {limit} characters."""


class NobodyToSendTo(BadRequest):
    """Choose between 1 and {limit} followers, or a tag, or everybody."""


class SendTimeNotPossible(BadRequest):
    """A broadcast can be sent now or within the next {days} days."""


class BroadcastCannotStop(Conflict):
    """This broadcast is over and cannot be stopped any more; it can be withdrawn."""


class NotBroadcastable(BadRequest):
    """A card of this kind cannot be sent to many."""
