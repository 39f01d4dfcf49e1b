"""Receipts: cards by which this place itself tells somebody that their money moved, or that their wallet is guarded differently now."""

from typing import ClassVar, Literal

from warung import chat
from warung.kit.card import Card, Preview
from warung.kit.db import Tx
from warung.kit.ids import AccountId


class PaymentReceipt(Card, frozen=True, tag="pay.receipt"):
    """Money came (`amount` above nothing) or went, minor units; `code` says why, `about` for what.

    `other` is the account that stands on the other side, `shop` the name of the shop that does.
    """

    sendable: ClassVar[bool] = False

    transfer: str
    code: str
    amount: int
    currency: str
    other: str | None = None
    about: str | None = None
    shop: str | None = None

    def preview(self) -> Preview:
        """Return what happened; the client writes the amount as its reader does."""
        return Preview("pay.receipt", {"code": self.code, "amount": str(self.amount), "currency": self.currency})

    def text(self) -> str:
        """Return what it was about."""
        return " ".join(filter(None, (self.other, self.shop, self.about)))


What = Literal["pin_made", "pin_changed", "frozen", "opened"]


class SafetyNotice(Card, frozen=True, tag="pay.safety"):
    """The wallet is guarded differently now: its PIN was made or changed, or an operator froze it or opened it."""

    sendable: ClassVar[bool] = False

    what: What

    def preview(self) -> Preview:
        """Return what happened."""
        return Preview(f"preview.pay.{self.what}")


def warn(tx: Tx, *, to: AccountId, what: What) -> None:
    """Tell somebody in their system conversation that their wallet is guarded differently, in the transaction that does it."""
    chat.post(tx, to=chat.open_system(tx, account=to), card=SafetyNotice(what))


def give(
    tx: Tx,
    *,
    to: AccountId,
    code: str,
    amount: int,
    currency: str,
    transfer: str,
    other: str | None = None,
    about: str | None = None,
    shop: str | None = None,
) -> None:
    """Put a receipt into somebody's system conversation, in the transaction that moves the money."""
    card = PaymentReceipt(transfer, code, amount, currency, other, about, shop)
    chat.post(tx, to=chat.open_system(tx, account=to), card=card)
