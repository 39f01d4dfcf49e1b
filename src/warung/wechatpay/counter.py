"""The keeper's side of a shop's orders: what was asked and paid, giving back by hand, and the bill of a day to keep."""

import msgspec

from warung import pay
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId
from warung.wechatpay import bills, merchants, orders, store_orders, times
from warung.wechatpay.model import BillNotThere, Order, OrderNotHere, OrderNotPaid, TradeState, TradeType

PAGE = 50


class ShopOrder(msgspec.Struct, frozen=True):
    """An order as its shop's keeper sees it. Minor units of `currency`; `refunded` of `amount` went back."""

    id: str
    out_trade_no: str
    transaction_id: str | None
    trade_type: TradeType
    description: str
    amount: int
    refunded: int
    currency: str
    state: TradeState
    created_at: int
    paid_at: int | None


class ShopOrders(msgspec.Struct, frozen=True):
    """A page of orders, the newest first; `cursor` leads to the next. `billed` (YYYY-MM-DD) is the last day that has a bill here."""

    orders: list[ShopOrder]
    cursor: str | None
    billed: str


def listed(reader: Reader, *, by: AccountId, mchid: str, before: str | None = None) -> ShopOrders:
    """Return the orders of one's own merchant, the newest first. Raises `MerchantIdNotFound`."""
    merchants.own(reader, by, mchid)
    found = store_orders.orders_of(reader, mchid, before=before or "~", limit=PAGE)
    cursor = found[-1].id if len(found) == PAGE else None
    return ShopOrders([_seen(reader, each) for each in found], cursor, times.last_day(reader))


def give_back(tx: Tx, *, by: AccountId, mchid: str, order: str, amount: int, nonce: str) -> ShopOrder:
    """Give an order back, or a part of it, by hand; the shop's programs find it by their queries and in the bill.

    A retry with the same nonce is the same refund. Raises `OrderNotHere`, `OrderNotPaid`, and what pay's refund raises.
    """
    merchants.own(tx, by, mchid)
    found = _found(tx, mchid, order)
    if found.payment is None:
        raise OrderNotPaid
    pay.refund_payment(tx, by=by, payment=found.payment, amount=amount, nonce=nonce)
    return _seen(tx, _found(tx, mchid, order))


def bill(reader: Reader, *, by: AccountId, mchid: str, day: str) -> bytes:
    """Return the bill of a day that is over, as programs fetch it. Raises `BillNotThere`."""
    merchant = merchants.own(reader, by, mchid)
    found = times.day(reader, day)
    if found is None or found[0] >= times.today(reader):
        raise BillNotThere
    return bills.of_day(reader, merchant, day, kind="trade", part="ALL")


def _found(reader: Reader, mchid: str, id: str) -> Order:
    found = store_orders.order_by(reader, id=id, mchid=mchid)
    if found is None:
        raise OrderNotHere
    return found


def _seen(reader: Reader, order: Order) -> ShopOrder:
    return ShopOrder(
        id=order.id,
        out_trade_no=order.out_trade_no,
        transaction_id=order.transaction_id,
        trade_type=order.trade_type,
        description=order.description,
        amount=order.total,
        refunded=order.refunded,
        currency=order.currency,
        state=orders.state_of(reader, order),
        created_at=order.created_at,
        paid_at=order.paid_at,
    )
