"""Every call of version 2, a line of the table each. What is asked and answered are texts by name."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from warung import accounts
from warung.kit.db import Tx
from warung.kit.ids import AccountId, digest
from warung.wechatpay import bills, older, orders, redpacks, refunds, store_moves, store_orders, times, transfers, verbs
from warung.wechatpay.faults import Fault, forbidden, not_this, wrong
from warung.wechatpay.model import PURSE, Merchant, Order, TradeType

Said = Mapping[str, str]
KINDS: dict[str, TradeType] = {"JSAPI": "JSAPI", "NATIVE": "NATIVE", "APP": "APP", "MWEB": "MWEB"}
OLD_TRANSFERS = "promotion"  # their numbers are apart from those of version 3
TELLS = ("scene_info", "detail", "device_info", "goods_tag")


class Asked(msgspec.Struct, frozen=True):
    """A request of version 2, its sign checked: of a test merchant in the sandbox too."""

    merchant: Merchant
    said: Said
    site: str
    sandbox: bool

    def need(self, name: str, limit: int = 128) -> str:
        """Return a field. Raises PARAM_ERROR where it is missing or too long."""
        found = self.said.get(name, "")
        if not 0 < len(found) <= limit:
            raise wrong(f"{name} is missing or longer than {limit}", name)
        return found

    def fen(self, name: str) -> int:
        """Return an amount. Raises PARAM_ERROR."""
        text = self.need(name, 12)
        if not text.isdecimal() or not text.isascii() or int(text) == 0:
            raise wrong(f"{name} is a number of fen", name, text)
        return int(text)

    def number(self, name: str, limit: int = 32) -> str:
        """Return a number of the merchant's own. Raises PARAM_ERROR."""
        found = self.need(name, limit)
        if not found.isascii() or not found.isprintable() or " " in found:
            raise wrong(f"{name} is letters and digits", name, found)
        return found


class Endpoint(msgspec.Struct, frozen=True):
    """One call. `raw`: what it returns is the answer itself. `counts`: its tries are counted."""

    path: str
    verb: Callable[[Tx, Asked], Any]
    counts: bool = False


def _order(tx: Tx, asked: Asked) -> Order:
    if not asked.said.get("transaction_id") and not asked.said.get("out_trade_no"):
        raise wrong("transaction_id or out_trade_no is missing", "out_trade_no")
    return orders.find(
        tx, asked.merchant.mchid, transaction_id=asked.said.get("transaction_id"), out_trade_no=asked.said.get("out_trade_no")
    )


def _wanted(tx: Tx, asked: Asked, kind: TradeType) -> orders.Wanted:
    expires = asked.said.get("time_expire")
    at = times.read_compact(tx, expires) if expires else None
    if expires and at is None:
        raise wrong("time_expire is fourteen digits", "time_expire", expires)
    return orders.Wanted(
        out_trade_no=asked.number("out_trade_no"),
        appid=asked.need("appid", 32),
        trade_type=kind,
        description=asked.need("body", 127),
        total=asked.fen("total_fee"),
        currency=asked.said.get("fee_type") or "CNY",
        notify_url=asked.said.get("notify_url", ""),
        openid=asked.said.get("openid") or None,
        attach=asked.said.get("attach", "")[:127],
        expires=at,
        more=msgspec.json.encode({name: asked.said[name] for name in TELLS if asked.said.get(name)} | {"older": True}).decode(),
        version=2,
    )


def _unified(tx: Tx, asked: Asked) -> dict[str, Any]:
    kind = KINDS.get(asked.need("trade_type"))
    if kind is None:
        raise wrong("trade_type is JSAPI, NATIVE, APP or MWEB", "trade_type")
    wanted = _wanted(tx, asked, kind)
    orders.same_currency(asked.merchant, wanted.currency)
    more = msgspec.json.decode(wanted.more)
    more.pop("scene_info", None)  # a text in version 2; it is not told again
    made = orders.create(tx, asked.merchant, msgspec.structs.replace(wanted, more=msgspec.json.encode(more).decode()))
    if asked.sandbox and wanted.openid:
        verbs.sandbox_pay(tx, asked.merchant, made, wanted.openid)
    said: dict[str, Any] = {"appid": made.appid, "mch_id": made.mchid, "trade_type": made.trade_type}
    said["prepay_id"] = made.token if kind in ("JSAPI", "APP") else f"wx{made.id}"
    if kind == "NATIVE":
        said["code_url"] = f"{orders.CODE_URL}{made.token}"
    if kind == "MWEB":
        said["mweb_url"] = verbs.h5_url(asked.site, made.token or "")
    return said


def _query(tx: Tx, asked: Asked) -> dict[str, Any]:
    return _who(asked) | older.told(tx, _order(tx, asked))


def _close(tx: Tx, asked: Asked) -> dict[str, Any]:
    orders.close(tx, _order(tx, asked))
    return _who(asked)


def _micropay(tx: Tx, asked: Asked) -> dict[str, Any]:
    wanted = msgspec.structs.replace(_wanted(tx, asked, "MICROPAY"), openid=None)
    done = verbs.by_code(tx, asked.merchant, wanted, asked.need("auth_code"))
    if isinstance(done, verbs.Reply):
        return _who(asked) | {"result_code": "FAIL", "err_code": "USERPAYING", "err_code_des": done.body["message"]}
    return older.paid(tx, orders.find(tx, asked.merchant.mchid, out_trade_no=wanted.out_trade_no))


def _reverse(tx: Tx, asked: Asked) -> dict[str, Any]:
    verbs.reverse(tx, asked.merchant, _order(tx, asked))
    return _who(asked) | {"recall": "N"}


def _refund(tx: Tx, asked: Asked) -> dict[str, Any]:
    order = _order(tx, asked)
    url = orders.notify_url(tx, asked.said.get("notify_url"), needed=False)
    number, amount, total = asked.number("out_refund_no", 64), asked.fen("refund_fee"), asked.fen("total_fee")
    same = digest(msgspec.json.encode([order.id, number, amount, total]).decode())
    reason = asked.said.get("refund_desc", "")[:80]
    done, fresh = refunds.give(tx, asked.merchant, order, number=number, amount=amount, total=total, same=same, reason=reason, url=url)
    if fresh:
        refunds.tell(tx, asked.merchant, order, done, version=2)
    return _who(asked) | {
        "transaction_id": order.transaction_id,
        "out_trade_no": order.out_trade_no,
        "out_refund_no": done.out_refund_no,
        "refund_id": done.id,
        "refund_fee": done.amount,
        "total_fee": order.total,
        "cash_fee": order.total,
    }


def _refund_query(tx: Tx, asked: Asked) -> dict[str, Any]:
    by = {name: value for name in ("out_refund_no",) if (value := asked.said.get(name))}
    if asked.said.get("refund_id"):
        by = {"id": asked.said["refund_id"]}
    mchid = asked.merchant.mchid
    one = store_orders.refund_by(tx, mchid=mchid, **by) if by else None
    if by and one is None:
        raise Fault(404, "RESOURCE_NOT_EXISTS", "there is no such refund")
    order = store_orders.order_by(tx, id=one.order_id) if one else _order(tx, asked)
    assert order is not None
    rows = [one] if one else store_orders.refunds_of(tx, order.id)
    if not rows:
        raise Fault(404, "RESOURCE_NOT_EXISTS", "nothing of this order went back")
    said = _who(asked) | {"transaction_id": order.transaction_id, "out_trade_no": order.out_trade_no, "total_fee": order.total}
    said |= {"refund_count": len(rows), "refund_fee": order.refunded, "cash_fee": order.total}
    for at, row in enumerate(rows):
        said |= {f"refund_id_{at}": row.id, f"out_refund_no_{at}": row.out_refund_no, f"refund_fee_{at}": row.amount}
        said |= {f"refund_status_{at}": "SUCCESS", f"refund_channel_{at}": "ORIGINAL", f"refund_recv_accout_{at}": PURSE}
        said |= {f"refund_success_time_{at}": times.plain(tx, row.created_at)}
    return said


def _bill(kind: str, part: str, usual: str) -> Callable[[Tx, Asked], Any]:
    def make(tx: Tx, asked: Asked) -> bytes:
        wanted = asked.said.get(part) or usual
        return bills.of_day(
            tx,
            asked.merchant,
            asked.need("bill_date"),
            kind=kind,
            part="ALL" if kind == "trade" and wanted not in ("SUCCESS", "REFUND") else wanted,
        )

    return make


def _redpack(*, group: bool) -> Callable[[Tx, Asked], dict[str, Any]]:
    def give(tx: Tx, asked: Asked) -> dict[str, Any]:
        count = asked.said.get("total_num", "1")
        wanted = redpacks.Asked(
            mch_billno=asked.number("mch_billno", 28),
            appid=asked.need("wxappid", 32),
            openid=asked.need("re_openid"),
            total=asked.fen("total_amount"),
            number=int(count) if count.isdecimal() and count.isascii() and len(count) < 5 else 0,
            wishing=asked.need("wishing"),
            scene=asked.said.get("scene_id", ""),
            group=group,
        )
        for name, limit in (("send_name", 32), ("act_name", 32), ("remark", 256)):
            asked.need(name, limit)
        made = redpacks.give(tx, asked.merchant, wanted)
        return {
            "mch_billno": made.mch_billno,
            "mch_id": made.mchid,
            "wxappid": made.appid,
            "re_openid": made.openid,
            "total_amount": made.total,
            "send_listid": made.send_listid,
            "err_code": "SUCCESS",
            "err_code_des": "发放成功",
        }

    return give


def _mini_redpack(tx: Tx, asked: Asked) -> dict[str, Any]:
    """The same for a mini program; `package` is what its page hands to sendBizRedPacket."""
    given = _redpack(group=False)(tx, asked)
    return given | {"package": f"sendid={given['send_listid']}&ver=8"}


def _redpack_query(tx: Tx, asked: Asked) -> dict[str, Any]:
    return redpacks.told(tx, asked.merchant, asked.need("mch_billno", 28))


def _transfer(tx: Tx, asked: Asked) -> dict[str, Any]:
    """Give money to a person at once."""
    check = asked.need("check_name")
    if check not in ("NO_CHECK", "FORCE_CHECK"):
        raise wrong("check_name is NO_CHECK or FORCE_CHECK", "check_name", check)
    number, amount, remark = asked.number("partner_trade_no"), asked.fen("amount"), asked.need("desc", 100)
    openid, appid = asked.need("openid"), asked.need("mch_appid", 32)
    same = digest(msgspec.json.encode([number, amount, remark, openid, appid]).decode())
    known = store_moves.transfer_numbered(tx, asked.merchant.mchid, number, OLD_TRANSFERS)
    if known is not None and known.digest != same:
        raise not_this("this partner_trade_no was used before, for another transfer")
    if known is None:
        name = asked.need("re_user_name") if check == "FORCE_CHECK" else ""
        known = transfers.row(
            tx,
            asked.merchant,
            number=number,
            appid=appid,
            openid=openid,
            amount=amount,
            remark=remark,
            scene="",
            name=name,
            url="",
            same=same,
            batch=OLD_TRANSFERS,
        )
        transfers.hold(tx, asked.merchant, known, kind="single")
        transfers.receive(tx, asked.merchant, known)
        if not store_moves.insert_transfer(tx, known):
            raise not_this("this partner_trade_no is being used by another request")
    at = times.plain(tx, known.created_at)
    whose = {"mch_appid": appid, "mchid": known.mchid}
    return whose | {"partner_trade_no": number, "payment_no": known.id, "payment_time": at}


def _transfer_query(tx: Tx, asked: Asked) -> dict[str, Any]:
    known = store_moves.transfer_numbered(tx, asked.merchant.mchid, asked.need("partner_trade_no"), OLD_TRANSFERS)
    if known is None:
        raise Fault(404, "NOT_FOUND", "there is no such transfer")
    at = times.plain(tx, known.created_at)
    return {
        "partner_trade_no": known.out_bill_no,
        "appid": known.appid,
        "mch_id": known.mchid,
        "detail_id": known.id,
        "status": known.state,
        "openid": known.openid,
        "transfer_name": accounts.profile(tx, AccountId(known.payee)).name if known.user_name else "",
        "payment_amount": known.amount,
        "transfer_time": at,
        "payment_time": at,
        "desc": known.remark,
    }


def _sign_key(tx: Tx, asked: Asked) -> dict[str, Any]:
    """Tell a test merchant the key that signs what goes to the sandbox."""
    if not asked.merchant.is_test:
        raise forbidden("the sandbox is for test merchants")
    return {"mch_id": asked.merchant.mchid, "sandbox_signkey": older.sandbox_key(asked.merchant)}


def _who(asked: Asked) -> dict[str, Any]:
    return {"appid": asked.said.get("appid") or None, "mch_id": asked.merchant.mchid}


GIFTS = "/mmpaymkttransfers"
ENDPOINTS = [
    Endpoint("/pay/unifiedorder", _unified),
    Endpoint("/pay/orderquery", _query),
    Endpoint("/pay/closeorder", _close),
    Endpoint("/pay/micropay", _micropay, counts=True),
    Endpoint("/secapi/pay/reverse", _reverse),
    Endpoint("/secapi/pay/refund", _refund),
    Endpoint("/pay/refundquery", _refund_query),
    Endpoint("/pay/downloadbill", _bill("trade", "bill_type", "ALL")),
    Endpoint("/pay/downloadfundflow", _bill("flow", "account_type", "BASIC")),
    Endpoint(f"{GIFTS}/sendredpack", _redpack(group=False)),
    Endpoint(f"{GIFTS}/sendgroupredpack", _redpack(group=True)),
    Endpoint(f"{GIFTS}/sendminiprogramhb", _mini_redpack),
    Endpoint(f"{GIFTS}/gethbinfo", _redpack_query),
    Endpoint(f"{GIFTS}/promotion/transfers", _transfer),
    Endpoint(f"{GIFTS}/gettransferinfo", _transfer_query),
]
SANDBOX = "/sandboxnew"
SIGN_KEY = Endpoint(f"{SANDBOX}/pay/getsignkey", _sign_key)
