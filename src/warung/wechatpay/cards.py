"""The cards by which a person hears that money of a merchant waits for them, or what became of what they paid for; and what tells their
screens that the money waits no more.
"""

from typing import Literal

from warung.kit.bus import Event
from warung.kit.card import Card, Preview


class TransferCard(Card, frozen=True, tag="wechatpay.transfer"):
    """A merchant's money for the reader, who takes it or lets it go back. Minor units; what became of it is asked for by `id`."""

    id: str
    name: str
    amount: int
    currency: str
    remark: str
    ends_at: int

    def preview(self) -> Preview:
        """Return how much; the client writes the amount as its reader does."""
        return Preview("preview.pay.handover", {"amount": str(self.amount), "currency": self.currency})

    def text(self) -> str:
        """Return from whom and what for."""
        return f"{self.name} {self.remark}"


class ShipmentCard(Card, frozen=True, tag="wechatpay.shipment"):
    """Something the reader paid for is on its way or ready, or its seller asks whether it came. The order's page knows the rest."""

    number: str  # the transaction's
    name: str
    goods: str
    what: Literal["sent", "ready", "asked"]
    brought: str = ""  # by whom, and under which number

    def preview(self) -> Preview:
        """Return what happened."""
        return Preview(f"preview.shipment.{self.what}", {"name": self.name, "goods": self.goods})

    def text(self) -> str:
        """Return from whom, what, and by whom it comes."""
        return " ".join(filter(None, (self.name, self.goods, self.brought)))


class TransferChanged(Event, frozen=True, tag="wechatpay.transfer_changed"):
    """Money that waited was taken, taken back or is over: fetch it again by its id."""

    id: str


CARDS: tuple[type[Card], ...] = (TransferCard, ShipmentCard)
