"""The card by which a person hears that money of a merchant waits for them, and what tells their screens that it waits no more."""

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


class TransferChanged(Event, frozen=True, tag="wechatpay.transfer_changed"):
    """Money that waited was taken, taken back or is over: fetch it again by its id."""

    id: str


CARDS: tuple[type[Card], ...] = (TransferCard,)
