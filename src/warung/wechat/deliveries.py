"""Paid orders of WeChat Pay as the programs of an account or an app see them: who paid, what was sent, whether it has come."""

import html
from typing import Any

from warung import accounts, official, wechatpay
from warung.kit.clock import MINUTE, SECOND
from warung.kit.db import Reader, Tx
from warung.kit.errors import Refusal
from warung.kit.ids import Nonce
from warung.wechat import addressing
from warung.wechat.call import Answer, Call, Endpoint
from warung.wechat.codes import Wrong
from warung.wechat.words import WORDS, language

UNION_MS = 5 * MINUTE
EXPRESS, PARCELS, PARTS, PAGE = 1, 10, 50, 100
STATES: dict[wechatpay.State, int] = {"unsent": 1, "sent": 2, "received": 3, "refunded": 5}


def paid_union(reader: Reader, call: Call) -> Answer:
    """Return the union id of somebody who paid a few minutes ago, though they never signed in anywhere else."""
    openid = call.openid()
    try:
        order = _order(reader, call, "mch_id", "out_trade_no")
    except wechatpay.OrderNotHere:
        raise Wrong(89300) from None
    if order.openid != openid or order.payer is None or (order.paid_at or 0) + UNION_MS <= reader.now:
        raise Wrong(89300)
    owner = call.app.owner if call.holder.app else call.official.owner
    return {"errcode": 0, "errmsg": "ok", "unionid": official.union_id(reader, owner=owner, account=order.payer)}


def upload(tx: Tx, call: Call) -> Answer:
    """Say what of an order is on its way; its payer is told."""
    _check_time(call)
    _send(tx, call, call.text("payer.openid", code=10060014, most=64))
    return None


def upload_combined(tx: Tx, call: Call) -> Answer:
    """Say it of orders that were paid together, all of which are told or none: each is one of the combined order that is named."""
    _check_time(call)
    openid, listed = call.text("payer.openid", code=10060014, most=64), call.items("sub_orders", most=PARTS)
    parts = {order.id for order in wechatpay.paid_parts(tx, appid=call.holder.appid, **_named(call))}
    sent = [_send(tx, call.within(each), openid) for each in listed]
    if not parts.issuperset(sent):
        raise Wrong(10060001)
    if len(set(sent)) < len(sent):
        raise Wrong(40097)
    return None


def _check_time(call: Call) -> None:
    if wechatpay.read_time(call.text("upload_time", most=64)) is None:
        raise Wrong(40097)


def _named(call: Call) -> dict[str, str]:
    """Return the numbers of the order that is meant, as `order_key` says which they are."""
    key = call.within(call.part("order_key"))
    if key.number("order_number_type", least=1, most=2) == 2 and (transaction := key.text("transaction_id", default="", most=64)):
        return {"transaction_id": transaction}
    return {"mchid": key.text("mchid", most=32), "out_trade_no": key.text("out_trade_no", most=64)}


def _send(tx: Tx, call: Call, openid: str) -> str:
    """Say what of one order is on its way, and tell its payer; return its id."""
    order = wechatpay.paid_order(tx, appid=call.holder.appid, **_named(call))
    logistics = call.number("logistics_type", code=10060005, least=1, most=4)
    split = call.number("delivery_mode", least=1, most=2) == 2
    if split and logistics != EXPRESS:
        raise Wrong(10060006)
    if split and not isinstance(call.given("is_all_delivered"), bool):
        raise Wrong(10060007)
    if openid != order.openid:
        raise Wrong(10060014)
    listed = call.items("shipping_list", most=PARCELS if split else 1)
    parcels = [_parcel(call.within(each), tx.now, logistics) for each in listed]
    done = not split or call.flag("is_all_delivered")
    kept = wechatpay.ship(tx, order=order, logistics=logistics, split=split, parcels=parcels, done=done)
    _tell(tx, call, order, "sent" if logistics in (1, 2) else "ready", nonce=f"sent-{order.id}-{tx.now}", parcel=kept.parcels[-1])
    return order.id


def one(reader: Reader, call: Call) -> Answer:
    """Return an order and how it was sent."""
    order = _order(reader, call, "merchant_id", "merchant_trade_no")
    return {"errcode": 0, "errmsg": "ok", "order": _told(order, wechatpay.shipping(reader, order=order))}


def several(reader: Reader, call: Call) -> Answer:
    """Return paid orders: of a time, of a state, of a person; the oldest first, behind the last one that was told."""
    since, until = (call.number(f"pay_time_range.{name}", default=default) for name, default in (("begin_time", 0), ("end_time", 1 << 40)))
    wanted = call.number("order_state", default=0, most=6)
    openid, most = call.text("openid", default="", most=64), call.number("page_size", default=PAGE, least=1, most=PAGE)
    told: list[dict[str, Any]] = []
    last, more = call.text("last_index", default="", most=64), False
    for order, sent in wechatpay.paid_orders(reader, appid=call.holder.appid, after=last):
        fits = since <= (order.paid_at or 0) // SECOND <= until and openid in ("", order.openid)
        if not fits or wanted not in (0, STATES[wechatpay.state(order, sent)]):
            continue
        if len(told) == most:
            more = True
            break
        told.append(_told(order, sent))
        last = order.id
    return {"errcode": 0, "errmsg": "ok", "last_index": last, "has_more": more, "order_list": told}


def remind(tx: Tx, call: Call) -> Answer:
    """Ask the payer, once, whether it has come."""
    order = _order(tx, call, "merchant_id", "merchant_trade_no")
    call.number("received_time", least=1, most=1 << 40)
    wechatpay.remind(tx, order=order)
    _tell(tx, call, order, "asked", nonce=f"asked-{order.id}")
    return None


def _order(reader: Reader, call: Call, mchid: str, number: str) -> wechatpay.Order:
    named = {"transaction_id": call.text("transaction_id", default="", most=64)}
    if not named["transaction_id"]:
        named = {"mchid": call.text(mchid, most=32), "out_trade_no": call.text(number, most=64)}
    return wechatpay.paid_order(reader, appid=call.holder.appid, **named)


def _parcel(call: Call, now: int, logistics: int) -> wechatpay.Parcel:
    number, company = (call.text(name, default="", most=128) for name in ("tracking_no", "express_company"))
    if logistics == EXPRESS and not (number and company):
        raise Wrong(10060009)
    sender, receiver = (call.text(f"contact.{name}_contact", default="", most=1_024) for name in ("consignor", "receiver"))
    goods = call.text("item_desc", code=10060008, most=120)
    return wechatpay.Parcel(goods=goods, at=now, company=company, number=number, sender=sender, receiver=receiver)


def _told(order: wechatpay.Order, sent: wechatpay.Shipping | None) -> dict[str, Any]:
    shipping: dict[str, Any] = {}
    if sent is not None:
        listed = [
            {
                "tracking_no": each.number,
                "express_company": each.company,
                "goods_desc": each.goods,
                "upload_time": each.at // SECOND,
                "contact": {"consignor_contact": each.sender, "receiver_contact": each.receiver},
            }
            for each in sent.parcels
        ]
        shipping = {
            "delivery_mode": 2 if sent.split else 1,
            "logistics_type": sent.logistics,
            "finish_shipping": sent.done,
            "finish_shipping_count": 1 + sent.corrected if sent.done else 0,
            "goods_desc": sent.parcels[-1].goods,
            "shipping_list": listed,
        }
    return {
        "transaction_id": order.transaction_id,
        "merchant_id": order.mchid,
        "sub_merchant_id": "",
        "merchant_trade_no": order.out_trade_no,
        "description": order.description,
        "paid_amount": order.total,
        "openid": order.openid,
        "trade_create_time": order.created_at // SECOND,
        "pay_time": (order.paid_at or 0) // SECOND,
        "order_state": STATES[wechatpay.state(order, sent)],
        "in_complaint": False,
        "shipping": shipping,
    }


def _tell(tx: Tx, call: Call, order: wechatpay.Order, what: wechatpay.What, *, nonce: str, parcel: wechatpay.Parcel | None = None) -> None:
    """Tell the payer in the account's conversation; who does not follow it, in that of this place."""
    if order.payer is None:
        return
    brought = f"{parcel.company} {parcel.number}".strip() if parcel else ""
    words = WORDS[language("", accounts.languages(tx, [order.payer])[order.payer])]
    said = words[f"order_{what}"].format(what=order.description, name=wechatpay.seller(tx, order=order))
    link = f'<a href="{html.escape(call.tools.services.site.url)}/mp/orders/{order.transaction_id}">{words["order_see"]}</a>'
    card = official.Words(words="\n".join(filter(None, (said, brought, link))), why="order")
    try:
        account = addressing.speaker(tx, call)
        to = official.openid(tx, official=account, account=order.payer)
        official.say(tx, official=account, to=to, card=card, nonce=Nonce(nonce))
    except (Refusal, Wrong):
        wechatpay.tell(tx, order=order, what=what, brought=brought)


ENDPOINTS = [
    Endpoint("/wxa/getpaidunionid", ("GET",), reads=paid_union, who="both"),
    Endpoint("/wxa/sec/order/upload_shipping_info", ("POST",), writes=upload, who="both", body=True),
    Endpoint("/wxa/sec/order/upload_combined_shipping_info", ("POST",), writes=upload_combined, who="both", body=True),
    Endpoint("/wxa/sec/order/get_order", ("POST",), reads=one, who="both", body=True),
    Endpoint("/wxa/sec/order/get_order_list", ("POST",), reads=several, who="both", body=True),
    Endpoint("/wxa/sec/order/notify_confirm_receive", ("POST",), writes=remind, who="both", body=True),
]
