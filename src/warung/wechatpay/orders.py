"""Orders: made, asked for, closed, reversed. Whoever makes the same order again gets the same order; a changed one is refused."""

import secrets
from typing import Any

import msgspec

from warung import pay
from warung.kit.clock import DAY, HOUR, MINUTE
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, digest, new_id
from warung.kit.outside import AddressNotAllowed, named
from warung.wechatpay import people, store_merchants, store_orders, times
from warung.wechatpay.faults import Fault, forbidden, not_this, wrong
from warung.wechatpay.model import CNY, Merchant, Order, Settings, TradeState, TradeType

TOKEN_MS: dict[TradeType, int] = {"JSAPI": 2 * HOUR, "APP": 2 * HOUR, "NATIVE": 2 * HOUR, "MWEB": 5 * MINUTE, "MICROPAY": 5 * MINUTE}
ORDER_MS = 7 * DAY
LONGEST_MS = 30 * DAY
MORE_CHARS = 8_000
CODE_URL = "weixin://wxpay/bizpayurl?pr="
SAID: dict[str, str] = {
    "NOTPAY": "订单未支付",
    "SUCCESS": "支付成功",
    "REFUND": "订单发生过退款",
    "CLOSED": "订单已关闭",
    "REVOKED": "订单已撤销",
    "USERPAYING": "等待用户确认支付",
    "PAYERROR": "支付失败",
}


class Wanted(msgspec.Struct, frozen=True):
    """An order as it is wanted, whichever version and shape it came in."""

    out_trade_no: str
    appid: str
    trade_type: TradeType
    description: str
    total: int
    currency: str
    notify_url: str
    openid: str | None = None
    attach: str = ""
    expires: int | None = None
    more: str = "{}"
    version: int = 3
    sp_mchid: str | None = None
    combined: str | None = None
    place: int = 0


def create(tx: Tx, merchant: Merchant, wanted: Wanted) -> Order:
    """Make an order, or return the same one made before.

    Raises APPID_MCHID_NOT_MATCH, OPENID_MISMATCH, PARAM_ERROR, INVALID_REQUEST (changed), ORDERPAID, ORDER_CLOSED, OUT_TRADE_NO_USED.
    """
    allowed = {*store_merchants.bound(tx, merchant.mchid), *(store_merchants.bound(tx, wanted.sp_mchid) if wanted.sp_mchid else ())}
    if wanted.appid not in allowed:
        raise Fault(400, "APPID_MCHID_NOT_MATCH", "this appid is not bound to the merchant")
    same = digest(msgspec.json.encode(wanted).decode())
    known = store_orders.order_by(tx, mchid=merchant.mchid, out_trade_no=wanted.out_trade_no)
    if known is not None:
        return _again(tx, known, same)
    if len(wanted.more) > MORE_CHARS:
        raise wrong("scene_info, detail and settle_info are too long together", "/detail")
    payer = _payer(tx, wanted)
    pay.checked(wanted.total, merchant.currency, test=bool(merchant.is_test))
    pay.shop(tx, merchant.shop)
    made = _made(tx, merchant, wanted, payer, same)
    if not store_orders.insert_order(tx, made):
        raise Fault(400, "OUT_TRADE_NO_USED", "this out_trade_no is being used by another request")
    return made


def _made(tx: Tx, merchant: Merchant, wanted: Wanted, payer: AccountId | None, same: str) -> Order:
    return Order(
        id=new_id(tx.now),
        mchid=merchant.mchid,
        out_trade_no=wanted.out_trade_no,
        sp_mchid=wanted.sp_mchid,
        combined=wanted.combined,
        place=wanted.place,
        version=wanted.version,
        appid=wanted.appid,
        trade_type=wanted.trade_type,
        description=wanted.description,
        attach=wanted.attach,
        total=wanted.total,
        currency=merchant.currency,
        payer=payer,
        openid=wanted.openid,
        digest=same,
        notify_url=notify_url(tx, wanted.notify_url, needed=wanted.trade_type != "MICROPAY"),
        more=wanted.more,
        token=None if wanted.combined else new_token(tx, wanted.trade_type),
        token_ends=tx.now + TOKEN_MS[wanted.trade_type],
        state="NOTPAY",
        charge=None,
        payment=None,
        transaction_id=None,
        refunded=0,
        refunds=0,
        created_at=tx.now,
        expires_at=_expiry(tx, wanted.expires),
        paid_at=None,
    )


def _again(tx: Tx, known: Order, same: str) -> Order:
    if known.digest != same:
        raise not_this("this out_trade_no was used before, for an order with other parameters")
    state = state_of(tx, known)
    if state in ("SUCCESS", "REFUND"):
        raise Fault(400, "ORDERPAID", "this order is paid")
    if state in ("CLOSED", "REVOKED", "PAYERROR"):
        raise Fault(400, "ORDER_CLOSED", "this order is closed")
    if known.token is not None:
        store_orders.renew_token(tx, known.id, known.token, tx.now + TOKEN_MS[known.trade_type])
    return known


def _payer(reader: Reader, wanted: Wanted) -> AccountId | None:
    if wanted.trade_type != "JSAPI":
        return None
    if not wanted.openid:
        raise wrong("a JSAPI order names its payer's openid", "/payer/openid")
    found = people.account(reader, wanted.appid, wanted.openid)
    if found is None:
        raise Fault(400, "OPENID_MISMATCH", "this openid is not of the appid")
    return found


def _expiry(reader: Reader, asked: int | None) -> int:
    if asked is None:
        return reader.now + ORDER_MS
    if not reader.now + MINUTE // 2 <= asked <= reader.now + LONGEST_MS:
        raise wrong("time_expire is at least a minute and at most thirty days ahead", "/time_expire")
    return asked


def expiry(text: str | None) -> int | None:
    """Read a time_expire of version 3. Raises PARAM_ERROR."""
    if text is None:
        return None
    found = times.read(text)
    if found is None:
        raise wrong("time_expire is a time as RFC 3339 writes it", "/time_expire", text)
    return found


def notify_url(reader: Reader, url: str | None, *, needed: bool = True) -> str:
    """Return an address to which notices can go, as it is. Raises PARAM_ERROR."""
    if not url:
        if needed:
            raise wrong("notify_url is missing", "/notify_url")
        return ""
    try:
        scheme, _, _ = named(url)
    except AddressNotAllowed:
        scheme = ""
    if scheme not in (("https", "http") if reader.settings(Settings).notify_plain_http else ("https",)) or "?" in url or "#" in url:
        raise wrong("notify_url is a https address without a query", "/notify_url", url)
    return url


def new_token(reader: Reader, kind: TradeType) -> str:
    """Return a new prepay_id, or what stands at the end of a native code or an H5 address."""
    if kind == "NATIVE":
        return secrets.token_urlsafe(12)
    return f"wx{times.compact(reader, reader.now)}{secrets.token_hex(10)}"


def same_currency(merchant: Merchant, currency: str) -> None:
    """Make sure that a request means the merchant's currency, which is what CNY stands for. Raises PARAM_ERROR."""
    if currency not in (CNY, merchant.currency):
        raise wrong("the currency is CNY", "/amount/currency", currency)


def find(reader: Reader, mchid: str, *, out_trade_no: str | None = None, transaction_id: str | None = None) -> Order:
    """Return a merchant's order by either number. Raises ORDER_NOT_EXIST."""
    if transaction_id:
        found = store_orders.order_by(reader, mchid=mchid, transaction_id=transaction_id)
    else:
        found = store_orders.order_by(reader, mchid=mchid, out_trade_no=out_trade_no or "")
    if found is None:
        raise Fault(404, "ORDER_NOT_EXIST", "there is no such order of this merchant")
    return found


def state_of(reader: Reader, order: Order) -> TradeState:
    """Return the state of an order now: its time may be over without anybody having closed it."""
    if order.state == "USERPAYING" and order.created_at + TOKEN_MS["MICROPAY"] <= reader.now:
        return "PAYERROR"
    if order.state == "NOTPAY" and order.expires_at <= reader.now:
        return "CLOSED"
    return order.state


def close(tx: Tx, order: Order) -> None:
    """Let nobody pay an order any more. Raises ORDERPAID, ORDER_CLOSED, USERPAYING."""
    state = state_of(tx, order)
    if state == "USERPAYING":
        raise Fault(202, "USERPAYING", "the payer is confirming; reverse it instead")
    if state in ("SUCCESS", "REFUND"):
        raise Fault(400, "ORDERPAID", "this order is paid")
    if order.state == "CLOSED" or not store_orders.move(tx, order.id, before=("NOTPAY", "USERPAYING", "PAYERROR"), after="CLOSED"):
        raise Fault(400, "ORDER_CLOSED", "this order is closed")


def paid_merchant(tx: Tx, caller: Merchant, mchid: str | None) -> Merchant:
    """Return whose order it is: the caller's, or a merchant's that lets the caller act for it. Raises NO_AUTH, MCH_NOT_EXISTS."""
    if mchid is None or mchid == caller.mchid:
        return caller
    found = store_merchants.merchant(tx, mchid)
    if found is None or found.closed_at is not None:
        raise Fault(400, "MCH_NOT_EXISTS", "there is no such merchant")
    if caller.mchid not in store_merchants.providers(tx, mchid):
        raise forbidden("this merchant does not let you act for it")
    return found


def told(reader: Reader, order: Order) -> dict[str, Any]:
    """Return an order as WeChat's transaction object."""
    state = state_of(reader, order)
    more = msgspec.json.decode(order.more)
    said: dict[str, Any] = {
        "out_trade_no": order.out_trade_no,
        "trade_type": order.trade_type,
        "trade_state": state,
        "trade_state_desc": SAID[state],
        "attach": order.attach,
        "amount": {"total": order.total, "currency": CNY},
    }
    said |= {"sp_appid": order.appid, "sp_mchid": order.sp_mchid, "sub_mchid": order.mchid} if order.sp_mchid else _whose(order)
    if order.paid_at is not None:
        said |= {"transaction_id": order.transaction_id, "bank_type": "OTHERS", "success_time": times.written(reader, order.paid_at)}
        said["payer"] = {"sp_openid" if order.sp_mchid else "openid": order.openid or ""}
        said["amount"] |= {"payer_total": order.total, "payer_currency": CNY}
        said["promotion_detail"] = []
    device = (more.get("scene_info") or {}).get("device_id")
    return said | ({"scene_info": {"device_id": device}} if device else {})


def _whose(order: Order) -> dict[str, str]:
    return {"appid": order.appid, "mchid": order.mchid}
