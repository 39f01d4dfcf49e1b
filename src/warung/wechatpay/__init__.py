"""WeChat Pay on our ledger: the face for programs that speak WeChat's versions 3 and 2. Shops are pay's, money moves by pay's verbs."""

from pathlib import Path

from warung import official, pay
from warung.kit.domain import Chore, Domain, Errand
from warung.wechatpay import batches, cards, merchants, notices, paying, refunds, routes, transfers
from warung.wechatpay.door import version_3
from warung.wechatpay.door_older import version_2
from warung.wechatpay.model import Order, OrderNotHere, Parcel, Settings, Shipping, ShippingNotPossible, ShippingOver
from warung.wechatpay.shipping import (
    State,
    What,
    mine,
    paid_order,
    paid_orders,
    paid_parts,
    receive,
    remind,
    seller,
    ship,
    shipping,
    state,
    tell,
)
from warung.wechatpay.times import read as read_time
from warung.wechatpay.times import written as written_time

PAGES = [version_3, version_2]  # at the root: programs sign the address as WeChat has it
DOMAIN = Domain(
    name="wechatpay",
    routes=routes.ROUTES,
    cards=cards.CARDS,
    events=[cards.TransferChanged],
    listeners=[
        *((pay.PendingExpired, transfers.on_expired), (pay.MoneyChanged, paying.on_money), (pay.PaymentRefunded, refunds.on_refunded)),
        (official.OwnerChanged, merchants.on_owner_changed),
    ],
    jobs=[Errand(notices.Notify, notices.notify), Chore(batches.GiveBatch, batches.give)],
    settings=Settings,
    schema=Path(__file__).parent / "schema",
)

__all__ = [
    "DOMAIN",
    "PAGES",
    "Order",
    "OrderNotHere",
    "Parcel",
    "Settings",
    "Shipping",
    "ShippingNotPossible",
    "ShippingOver",
    "State",
    "What",
    "mine",
    "paid_order",
    "paid_orders",
    "paid_parts",
    "read_time",
    "receive",
    "remind",
    "seller",
    "ship",
    "shipping",
    "state",
    "tell",
    "written_time",
]
