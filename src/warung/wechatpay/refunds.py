"""Refunds: never more than was paid, however the parts come; at most fifty of an order, within a year. A retry is the same refund."""

import secrets
from typing import Any

import msgspec

from warung import pay
from warung.kit.clock import DAY
from warung.kit.db import Reader, Tx
from warung.kit.ids import digest
from warung.wechatpay import notices, older, orders, store_merchants, store_orders, times
from warung.wechatpay.call import Call
from warung.wechatpay.faults import Fault, not_this, wrong
from warung.wechatpay.model import CNY, PURSE, Merchant, Order, RefundRow
from warung.wechatpay.wire import Abnormal, RefundAsked

MOST = 50
WITHIN_MS = 365 * DAY


def ask(tx: Tx, call: Call, data: RefundAsked) -> dict[str, Any]:
    """Give an order back, or a part of it. Raises ORDER_NOT_EXIST, PARAM_ERROR, INVALID_REQUEST, NOT_ENOUGH."""
    merchant = orders.paid_merchant(tx, call.merchant, data.sub_mchid)
    order = orders.find(tx, merchant.mchid, out_trade_no=data.out_trade_no, transaction_id=data.transaction_id)
    if data.out_trade_no and order.out_trade_no != data.out_trade_no:
        raise not_this("transaction_id and out_trade_no are of different orders")
    orders.same_currency(merchant, data.amount.currency)
    same = digest(msgspec.json.encode(data).decode())
    url = orders.notify_url(tx, data.notify_url, needed=False)
    done, fresh = give(
        tx,
        merchant,
        order,
        number=data.out_refund_no,
        amount=data.amount.refund,
        total=data.amount.total,
        same=same,
        reason=data.reason,
        url=url,
    )
    if fresh:
        tell(tx, call.merchant, order, done, version=3)
    return told(tx, done)


def give(
    tx: Tx,
    merchant: Merchant,
    order: Order,
    *,
    number: str,
    amount: int,
    total: int,
    same: str,
    reason: str,
    url: str,
    state: str = "REFUND",
) -> tuple[RefundRow, bool]:
    """Give money of an order back; return the refund, and whether it is new.

    Raises PARAM_ERROR, INVALID_REQUEST, NOT_ENOUGH.
    """
    known = store_orders.refund_by(tx, mchid=merchant.mchid, out_refund_no=number)
    if known is not None:
        if known.digest != same or known.order_id != order.id:
            raise not_this("this out_refund_no was used before, for a refund with other parameters")
        return known, False
    if order.payment is None or order.paid_at is None:
        raise not_this("this order is not paid")
    if total != order.total:
        raise wrong("the total is not that of the order", "/amount/total", total)
    if order.refunds >= MOST:
        raise not_this(f"an order can be refunded at most {MOST} times")
    if order.paid_at + WITHIN_MS < tx.now:
        raise not_this("this order was paid more than a year ago")
    if not store_orders.refunded(tx, order.id, amount, state):
        raise not_this("more would go back than was paid")
    id = _new_id(tx)
    # written down first: what pay then says of it is known already, see `on_refunded`
    made = RefundRow(id, merchant.mchid, number, order.id, amount, reason, url, same, pay.transfer_id(merchant.owner, id), tx.now)
    if not store_orders.insert_refund(tx, made):
        raise not_this("this out_refund_no is being used by another request")
    pay.refund_payment(tx, by=merchant.owner, payment=order.payment, amount=amount, nonce=id)
    return made, True


def tell(tx: Tx, merchant: Merchant, order: Order, done: RefundRow, *, version: int) -> None:
    """Tell a program of a refund, at the address that the refund has."""
    body = older.refunded(tx, order, done) if version == 2 else _notice(tx, done, order)
    about = {"event": "REFUND.SUCCESS", "original": "refund", "summary": "退款成功"}
    notices.tell(tx, merchant=merchant, url=done.notify_url, body=body, version=version, **about)


def on_refunded(tx: Tx, event: pay.PaymentRefunded) -> None:
    """A shop's keeper gave a payment back by hand: the order follows, and programs and bills know of it.

    They are told where they wanted to hear of the order's last refund, else where they heard that it was paid.
    """
    order = store_orders.order_by(tx, payment=event.payment)
    if order is None or store_orders.refund_by(tx, transfer=event.refund) is not None:
        return
    id = _new_id(tx)
    store_orders.refunded(tx, order.id, event.amount, "REFUND")
    done = RefundRow(id, order.mchid, id, order.id, event.amount, "", _address(tx, order), "", event.refund, tx.now)
    store_orders.insert_refund(tx, done)
    teller = store_merchants.merchant(tx, order.sp_mchid or order.mchid)
    assert teller is not None
    tell(tx, teller, order, done, version=order.version)


def _address(reader: Reader, order: Order) -> str:
    return next((each.notify_url for each in reversed(store_orders.refunds_of(reader, order.id)) if each.notify_url), order.notify_url)


def _new_id(reader: Reader) -> str:
    return f"503{secrets.randbelow(10**7):07}{times.compact(reader, reader.now)[:8]}{secrets.randbelow(10**10):010}"


def find(reader: Reader, call: Call, number: str) -> dict[str, Any]:
    """Return a refund. Raises RESOURCE_NOT_EXISTS, NO_AUTH."""
    sub = call.query.get("sub_mchid")
    mchid = call.merchant.mchid
    if sub and sub != mchid:
        if mchid not in store_merchants.providers(reader, sub):
            raise Fault(403, "NO_AUTH", "this merchant does not let you act for it")
        mchid = sub
    return told(reader, _known(reader, mchid, out_refund_no=number))


def abnormal(tx: Tx, call: Call, id: str, data: Abnormal) -> dict[str, Any]:
    """Send a refund that did not arrive elsewhere. Here a refund arrives in the wallet that paid, or is not made at all: there is none."""
    known = _known(tx, call.merchant.mchid, id=id)
    if known.out_refund_no != data.out_refund_no:
        raise not_this("refund_id and out_refund_no are of different refunds")
    raise not_this("this refund has arrived: nothing is abnormal about it")


def _known(reader: Reader, mchid: str, **by: str) -> RefundRow:
    found = store_orders.refund_by(reader, mchid=mchid, **by)
    if found is None:
        raise Fault(404, "RESOURCE_NOT_EXISTS", "there is no such refund")
    return found


def told(reader: Reader, done: RefundRow) -> dict[str, Any]:
    """Return a refund as WeChat writes it."""
    order = store_orders.order_by(reader, id=done.order_id)
    assert order is not None
    at = times.written(reader, done.created_at)
    return {
        "refund_id": done.id,
        "out_refund_no": done.out_refund_no,
        "transaction_id": order.transaction_id,
        "out_trade_no": order.out_trade_no,
        "channel": "ORIGINAL",
        "user_received_account": PURSE,
        "success_time": at,
        "create_time": at,
        "status": "SUCCESS",
        "funds_account": "AVAILABLE",
        "amount": {
            "total": order.total,
            "refund": done.amount,
            "payer_total": order.total,
            "payer_refund": done.amount,
            "settlement_refund": done.amount,
            "settlement_total": order.total,
            "discount_refund": 0,
            "currency": CNY,
            "from": [],
        },
        "promotion_detail": [],
    }


def _notice(reader: Reader, done: RefundRow, order: Order) -> dict[str, Any]:
    whose = {"sp_mchid": order.sp_mchid, "sub_mchid": order.mchid} if order.sp_mchid else {"mchid": order.mchid}
    amount = {"total": order.total, "refund": done.amount, "payer_total": order.total, "payer_refund": done.amount}
    return whose | {
        "out_trade_no": order.out_trade_no,
        "transaction_id": order.transaction_id,
        "out_refund_no": done.out_refund_no,
        "refund_id": done.id,
        "refund_status": "SUCCESS",
        "success_time": times.written(reader, done.created_at),
        "user_received_account": PURSE,
        "amount": amount,
    }
