"""The cards that pay puts between people, written by the server only; what becomes of them is asked for by their id."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from warung.kit.bus import Event
from warung.kit.card import Card, Preview
from warung.kit.ids import AccountId

What = Literal["handover", "packet", "bill", "charge", "sale"]


class HandoverCard(Card, frozen=True, tag="pay.handover"):
    """Money from the card's sender for `to`. Minor units."""

    id: str
    to: AccountId
    amount: int
    currency: str
    note: str = ""

    def preview(self) -> Preview:
        """Return how much; the client writes the amount as its reader does."""
        return Preview("preview.pay.handover", {"amount": str(self.amount), "currency": self.currency})

    def text(self) -> str:
        """Return what it is for."""
        return self.note


class PacketCard(Card, frozen=True, tag="pay.packet"):
    """A red packet. What is in it is not written on it."""

    id: str
    message: str = ""

    def preview(self) -> Preview:
        """Return what is written on it."""
        return Preview("preview.pay.packet", {"message": self.message})

    def text(self) -> str:
        """Return what is written on it."""
        return self.message


class BillCard(Card, frozen=True, tag="pay.bill"):
    """What `people` owe the card's sender. Minor units."""

    id: str
    title: str
    total: int
    currency: str
    people: tuple[AccountId, ...]

    def preview(self) -> Preview:
        """Return what it is for."""
        return Preview("preview.pay.bill", {"title": self.title, "amount": str(self.total), "currency": self.currency})

    def text(self) -> str:
        """Return what it is for."""
        return self.title


class ReminderCard(Card, frozen=True, tag="pay.reminder"):
    """The sender of a bill reminds those who have not paid yet."""

    id: str
    title: str
    people: tuple[AccountId, ...]

    def preview(self) -> Preview:
        """Return which bill."""
        return Preview("preview.pay.reminder", {"title": self.title})

    def mentions(self) -> Sequence[AccountId]:
        """Return who has not paid yet."""
        return self.people


class NewsCard(Card, frozen=True, tag="pay.news"):
    """What became of an earlier card: `key` says what, `about` is that card's id, `actor` who did it, `people` who else is concerned."""

    counts: ClassVar[bool] = False

    key: str
    about: str
    actor: AccountId | None = None
    people: tuple[AccountId, ...] = ()
    amount: int | None = None
    currency: str = ""

    def preview(self) -> Preview:
        """Return the same key; the client knows the names."""
        more = {"amount": str(self.amount), "currency": self.currency} if self.amount is not None else {}
        return Preview(f"preview.pay.{self.key}", more)


class MoneyChanged(Event, frozen=True, tag="pay.changed"):
    """What a card shows is different now: fetch it again by its id."""

    what: What
    id: str


CARDS: tuple[type[Card], ...] = (HandoverCard, PacketCard, BillCard, ReminderCard, NewsCard)
