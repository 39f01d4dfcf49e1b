"""Combined orders: up to fifty orders of several merchants, paid with one confirmation, all of them or none."""

import secrets
from typing import Any

import msgspec

from warung.kit.db import Reader, Tx
from warung.kit.ids import digest, new_id
from warung.wechatpay import orders, people, store_orders, times
from warung.wechatpay.call import Call
from warung.wechatpay.faults import Fault, not_this, wrong
from warung.wechatpay.model import CNY, Combined, Order, TradeType
from warung.wechatpay.wire import CombinedAsked, CombinedClose


def create(tx: Tx, call: Call, data: CombinedAsked, kind: TradeType) -> Combined:
    """Make a combined order and its parts; made again it is the same. Raises what `orders.create` raises for a part."""
    call.one("combine_mchid", data.combine_mchid)
    same = digest(msgspec.json.encode([kind, data]).decode())
    known = store_orders.combined_by(tx, mchid=call.merchant.mchid, out_trade_no=data.combine_out_trade_no)
    if known is not None:
        return _again(tx, known, same)
    openid = data.combine_payer_info.openid if data.combine_payer_info else None
    payer = people.account(tx, data.combine_appid, openid) if openid and kind == "JSAPI" else None
    if kind == "JSAPI" and payer is None:
        raise Fault(400, "OPENID_MISMATCH", "this openid is not of the appid")
    made = Combined(
        id=new_id(tx.now),
        mchid=call.merchant.mchid,
        out_trade_no=data.combine_out_trade_no,
        appid=data.combine_appid,
        trade_type=kind,
        payer=payer,
        openid=openid,
        digest=same,
        notify_url=orders.notify_url(tx, data.notify_url),
        more=msgspec.json.encode({"scene_info": data.scene_info or {}}).decode(),
        token=orders.new_token(tx, kind) if kind != "NATIVE" else secrets.token_urlsafe(15),
        token_ends=tx.now + orders.TOKEN_MS[kind],
        created_at=tx.now,
    )
    if not store_orders.insert_combined(tx, made):
        raise Fault(400, "OUT_TRADE_NO_USED", "this combine_out_trade_no is being used by another request")
    currencies = {_part(tx, call, data, made, at, openid).currency for at in range(len(data.sub_orders))}
    if len(currencies) > 1:
        raise wrong("the merchants of a combined order have one currency", "/sub_orders")
    return made


def _part(tx: Tx, call: Call, data: CombinedAsked, made: Combined, at: int, openid: str | None) -> Order:
    part = data.sub_orders[at]
    merchant = orders.paid_merchant(tx, call.merchant, part.sub_mchid or part.mchid)
    orders.same_currency(merchant, part.amount.currency)
    if store_orders.order_by(tx, mchid=merchant.mchid, out_trade_no=part.out_trade_no) is not None:
        raise Fault(400, "OUT_TRADE_NO_USED", f"the out_trade_no {part.out_trade_no} was used before")
    wanted = orders.Wanted(
        out_trade_no=part.out_trade_no,
        appid=data.combine_appid,
        trade_type=made.trade_type,
        description=part.description,
        total=part.amount.total_amount,
        currency=part.amount.currency,
        notify_url=data.notify_url,
        openid=openid,
        attach=part.attach,
        expires=orders.expiry(data.time_expire),
        more=made.more,
        sp_mchid=call.merchant.mchid if merchant.mchid != call.merchant.mchid else None,
        combined=made.id,
        place=at,
    )
    return orders.create(tx, merchant, wanted)


def _again(tx: Tx, known: Combined, same: str) -> Combined:
    if known.digest != same:
        raise not_this("this combine_out_trade_no was used before, for an order with other parameters")
    states = {orders.state_of(tx, part) for part in store_orders.parts(tx, known.id)}
    if states & {"SUCCESS", "REFUND"}:
        raise Fault(400, "ORDERPAID", "this order is paid")
    if states != {"NOTPAY"}:
        raise Fault(400, "ORDER_CLOSED", "this order is closed")
    store_orders.renew_combined(tx, known.id, tx.now + orders.TOKEN_MS[known.trade_type])
    return known


def find(reader: Reader, call: Call, out_trade_no: str) -> Combined:
    """Return a combined order of the caller's. Raises ORDER_NOT_EXIST."""
    found = store_orders.combined_by(reader, mchid=call.merchant.mchid, out_trade_no=out_trade_no)
    if found is None:
        raise Fault(404, "ORDER_NOT_EXIST", "there is no such combined order")
    return found


def close(tx: Tx, call: Call, out_trade_no: str, data: CombinedClose) -> None:
    """Close parts of a combined order: what is left cannot be paid either, since all are paid or none."""
    whole = find(tx, call, out_trade_no)
    if data.combine_appid != whole.appid:
        raise Fault(400, "APPID_MCHID_NOT_MATCH", "this is not the appid of the combined order")
    parts = {(part.mchid, part.out_trade_no): part for part in store_orders.parts(tx, whole.id)}
    for named in data.sub_orders:
        part = parts.get((named.sub_mchid or named.mchid, named.out_trade_no))
        if part is None:
            raise Fault(404, "ORDER_NOT_EXIST", f"{named.out_trade_no} is no part of this combined order")
        orders.close(tx, part)


def told(reader: Reader, whole: Combined) -> dict[str, Any]:
    """Return a combined order as WeChat writes it."""
    parts = [_told(reader, part) for part in store_orders.parts(reader, whole.id)]
    more = msgspec.json.decode(whole.more)
    said: dict[str, Any] = {
        "combine_appid": whole.appid,
        "combine_mchid": whole.mchid,
        "combine_out_trade_no": whole.out_trade_no,
        "sub_orders": parts,
    }
    device = more["scene_info"].get("device_id")
    said |= {"scene_info": {"device_id": device}} if device else {}
    return said | ({"combine_payer_info": {"openid": whole.openid}} if whole.openid else {})


def _told(reader: Reader, part: Order) -> dict[str, Any]:
    paid: dict[str, Any] = {}
    amount = {"total_amount": part.total, "currency": CNY}
    if part.paid_at is not None:
        paid = {"transaction_id": part.transaction_id, "bank_type": "OTHERS", "success_time": times.written(reader, part.paid_at)}
        amount |= {"payer_amount": part.total, "payer_currency": CNY}
    whose = {"mchid": part.sp_mchid, "sub_mchid": part.mchid} if part.sp_mchid else {"mchid": part.mchid}
    return (
        whose
        | {"trade_type": part.trade_type, "trade_state": orders.state_of(reader, part), "attach": part.attach}
        | {"out_trade_no": part.out_trade_no, "amount": amount}
        | paid
    )
