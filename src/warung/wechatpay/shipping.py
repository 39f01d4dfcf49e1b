"""The sending of paid orders: a program says what is on its way, the payer says that it has come."""

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from warung import chat
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId
from warung.wechatpay import store_merchants, store_orders, store_shipping
from warung.wechatpay.cards import ShipmentCard
from warung.wechatpay.model import Order, OrderNotHere, Parcel, Shipping, ShippingNotPossible, ShippingOver

PARCELS = 10
SLICE = 100
What = Literal["sent", "ready", "asked"]
State = Literal["unsent", "sent", "received", "refunded"]


def paid_order(reader: Reader, *, appid: str, transaction_id: str = "", mchid: str = "", out_trade_no: str = "") -> Order:
    """Return a paid order of an appid by either number. Raises `OrderNotHere`."""
    if transaction_id:
        found = store_orders.order_by(reader, transaction_id=transaction_id)
    else:
        found = store_orders.order_by(reader, mchid=mchid, out_trade_no=out_trade_no)
    if found is None or found.appid != appid or found.paid_at is None:
        raise OrderNotHere
    return found


def paid_parts(reader: Reader, *, appid: str, transaction_id: str = "", mchid: str = "", out_trade_no: str = "") -> list[Order]:
    """Return the orders that were paid together, by the number of the whole or the transaction of one. Raises `OrderNotHere`."""
    if transaction_id:
        one = store_orders.order_by(reader, transaction_id=transaction_id)
        whole = store_orders.combined_by(reader, id=one.combined) if one and one.combined else None
    else:
        whole = store_orders.combined_by(reader, mchid=mchid, out_trade_no=out_trade_no)
    parts = store_orders.parts(reader, whole.id) if whole is not None and whole.appid == appid else []
    if not parts or parts[0].paid_at is None:
        raise OrderNotHere
    return parts


def paid_orders(reader: Reader, *, appid: str, after: str = "") -> Iterator[tuple[Order, Shipping | None]]:
    """Yield the paid orders of an appid behind one, in the order in which they were made, and how they were sent."""
    while found := store_shipping.paid(reader, appid, after, SLICE):
        yield from found
        after = found[-1][0].id


def shipping(reader: Reader, *, order: Order) -> Shipping | None:
    """Return what is known of the sending of an order."""
    return store_shipping.one(reader, order.id)


def state(order: Order, sent: Shipping | None) -> State:
    """Return how far an order is."""
    if order.refunded >= order.total:
        return "refunded"
    if sent is None:
        return "unsent"
    return "received" if sent.received_at is not None else "sent"


def ship(tx: Tx, *, order: Order, logistics: int, split: bool, parcels: Sequence[Parcel], done: bool) -> Shipping:
    """Say what is on its way. Parcels of a split sending come one after the other; what was said of a whole one is corrected once.

    Raises `ShippingNotPossible` for what went back, `ShippingOver`.
    """
    if order.refunded >= order.total:
        raise ShippingNotPossible
    before = store_shipping.one(tx, order.id)
    listed, corrected = tuple(parcels), False
    if before is not None and not before.done:
        listed = (*before.parcels, *listed)
    elif before is not None:
        if before.corrected or before.received_at is not None:
            raise ShippingOver
        corrected = True
    if len(listed) > PARCELS:
        raise ShippingOver
    kept = Shipping(order.id, logistics, split, listed, done or not split, corrected, tx.now, None, None)
    store_shipping.put(tx, kept)
    return kept


def remind(tx: Tx, *, order: Order) -> None:
    """Note that the payer is asked whether it has come, which is done once. Raises `ShippingNotPossible`, `ShippingOver`."""
    kept = store_shipping.one(tx, order.id)
    if kept is None or not kept.done or state(order, kept) != "sent":
        raise ShippingNotPossible
    if kept.reminded_at is not None:
        raise ShippingOver
    store_shipping.put(tx, msgspec.structs.replace(kept, reminded_at=tx.now))


def receive(tx: Tx, *, by: AccountId, transaction_id: str) -> bool:
    """Say that one's order has come; False when one has said so before. Raises `OrderNotHere`, `ShippingNotPossible`."""
    _, kept = mine(tx, by=by, transaction_id=transaction_id)
    if kept is None or not kept.done:
        raise ShippingNotPossible
    if kept.received_at is not None:
        return False
    store_shipping.put(tx, msgspec.structs.replace(kept, received_at=tx.now))
    return True


def mine(reader: Reader, *, by: AccountId, transaction_id: str) -> tuple[Order, Shipping | None]:
    """Return an order that one has paid, and how it was sent. Raises `OrderNotHere`."""
    found = store_orders.order_by(reader, transaction_id=transaction_id)
    if found is None or found.payer != by or found.paid_at is None:
        raise OrderNotHere
    return found, store_shipping.one(reader, found.id)


def tell(tx: Tx, *, order: Order, what: What, brought: str = "") -> None:
    """Tell the payer in the conversation of this place: for who does not follow the account of the seller."""
    assert order.payer is not None
    assert order.transaction_id is not None
    card = ShipmentCard(order.transaction_id, seller(tx, order=order), order.description, what, brought)
    chat.post(tx, to=chat.open_system(tx, account=order.payer), card=card)


def seller(reader: Reader, *, order: Order) -> str:
    """Return the name of the merchant who was paid."""
    found = store_merchants.merchant(reader, order.mchid)
    assert found is not None
    return found.name
