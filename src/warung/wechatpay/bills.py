"""Bills of a day: what was paid and given back, and what moved in the till. Comma separated values as WeChat writes them.

A bill is made when its file is fetched, from what is there: a day that is over does not change any more.
"""

import gzip
import hashlib
import io
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from warung import pay
from warung.kit.clock import MINUTE
from warung.kit.db import Reader, Tx
from warung.kit.ids import digest, secret
from warung.wechatpay import store_moves, store_notices, store_orders, times
from warung.wechatpay.call import Call
from warung.wechatpay.faults import Fault, wrong
from warung.wechatpay.model import CNY, Merchant, Order, RefundRow

LINK_MS = 5 * MINUTE
PATH = "/v3/billdownload/file"
TRADE = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,"
TRADE += "付款银行,货币种类,应结订单金额,代金券金额"
REFUND = "微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态"
AFTER = "商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
TIMES = "退款申请时间,退款成功时间"
TRADE_SUM = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
FLOW = "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号"
FLOW_SUM = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额"
BUSINESS = {
    "sale": "交易",
    "refund": "退款",
    "payout": "商家转账",
    "packet": "现金红包",
    "packet_return": "现金红包退回",
}


class Wanted(msgspec.Struct, frozen=True):
    """A file that can be fetched: a bill of a day, or the receipt of a transfer (its number)."""

    kind: str
    day: str = ""
    part: str = "ALL"
    transfer: str = ""


def trade(tx: Tx, call: Call) -> dict[str, Any]:
    """Answer where the bill of a day's orders can be fetched. Raises PARAM_ERROR, NO_STATEMENT_EXIST."""
    part = call.query.get("bill_type", "ALL")
    if part not in ("ALL", "SUCCESS", "REFUND"):
        raise wrong("bill_type is ALL, SUCCESS or REFUND", "bill_type", part)
    return _link(tx, call, Wanted("trade", _day(tx, call.asked("bill_date")), part))


def flow(tx: Tx, call: Call) -> dict[str, Any]:
    """Answer where the bill of what moved in the till can be fetched. Raises PARAM_ERROR, NO_STATEMENT_EXIST."""
    part = call.query.get("account_type", "BASIC")
    if part not in ("BASIC", "OPERATION", "FEES"):
        raise wrong("account_type is BASIC, OPERATION or FEES", "account_type", part)
    return _link(tx, call, Wanted("flow", _day(tx, call.asked("bill_date")), part))


def receipt(tx: Tx, call: Call, id: str) -> dict[str, Any]:
    """Answer where the receipt of a transfer can be fetched."""
    return _link(tx, call, Wanted("receipt", transfer=id))


def _link(tx: Tx, call: Call, wanted: Wanted) -> dict[str, Any]:
    body = _made(tx, call.merchant, wanted)
    token = secret()
    zipped = call.query.get("tar_type", "") == "GZIP"
    text = msgspec.json.encode(wanted).decode()
    store_notices.insert_download(
        tx, token=digest(token), mchid=call.merchant.mchid, name=wanted.kind, body=text, zipped=zipped, ends_at=tx.now + LINK_MS
    )
    said = {"hash_type": "SHA1", "hash_value": hashlib.sha1(body, usedforsecurity=False).hexdigest()}
    return said | {"download_url": f"{call.base}{PATH}?token={token}"}


def download(reader: Reader, call: Call) -> bytes:
    """Return the file that an address leads to, zipped where that was asked for. Raises RESOURCE_NOT_EXISTS for one that is too old."""
    found = store_notices.download(reader, digest(call.asked("token")), call.merchant.mchid)
    if found is None:
        raise Fault(404, "RESOURCE_NOT_EXISTS", "this download_url is too old or of another merchant")
    body = _made(reader, call.merchant, msgspec.json.decode(found[1], type=Wanted))
    return gzip.compress(body, mtime=0) if found[2] else body


def _day(reader: Reader, text: str) -> str:
    found = times.day(reader, text)
    if found is None:
        raise wrong("bill_date is a day as YYYY-MM-DD", "bill_date", text)
    if found[0] >= times.today(reader):
        raise Fault(400, "NO_STATEMENT_EXIST", "the bill of a day exists when the day is over")
    return text


def of_day(reader: Reader, merchant: Merchant, day: str, *, kind: str, part: str) -> bytes:
    """Return a bill, `trade` or `flow`, of a day that is over. Raises PARAM_ERROR, NO_STATEMENT_EXIST."""
    return _made(reader, merchant, Wanted(kind, _day(reader, day), part))


def _made(reader: Reader, merchant: Merchant, wanted: Wanted) -> bytes:
    if wanted.kind == "receipt":
        return _receipt(reader, merchant, wanted.transfer)
    period = times.day(reader, wanted.day)
    assert period is not None
    return (_trade if wanted.kind == "trade" else _flow)(reader, merchant, period, wanted.part)


def _trade(reader: Reader, merchant: Merchant, period: tuple[int, int], part: str) -> bytes:
    orders = store_orders.paid_between(reader, merchant.mchid, *period) if part != "REFUND" else []
    refunds = store_orders.refunded_between(reader, merchant.mchid, *period) if part != "SUCCESS" else []
    names = [TRADE, *{"SUCCESS": [], "REFUND": [TIMES, REFUND], "ALL": [REFUND]}[part], AFTER]
    rows = [(order.paid_at or 0, _paid(reader, order, part)) for order in orders]
    rows += [(refund.created_at, _given_back(reader, refund, part)) for refund in refunds]
    paid, back = sum(order.total for order in orders), sum(refund.amount for refund in refunds)
    total = [len(rows), *(times.yuan(each) for each in (paid, back, 0, 0, paid, back))]
    return _csv(",".join(names), [row for _, row in sorted(rows, key=lambda row: row[0])], TRADE_SUM, total)


def _common(reader: Reader, order: Order, at: int, state: str, settled: int) -> list[str]:
    whose = [order.sp_mchid, order.mchid] if order.sp_mchid else [order.mchid, "0"]
    device = (msgspec.json.decode(order.more).get("scene_info") or {}).get("device_id", "")
    said = [times.plain(reader, at), order.appid, *whose, device, order.transaction_id, order.out_trade_no, order.openid, order.trade_type]
    return [str(each or "") for each in said] + [state, "OTHERS", CNY, times.yuan(settled), "0.00"]


def _paid(reader: Reader, order: Order, part: str) -> list[str]:
    none = ["0", "0", "0.00", "0.00", "", ""] if part == "ALL" else []
    after = [order.description, order.attach, "0.00000", "0.00%", times.yuan(order.total), "0.00", ""]
    return _common(reader, order, order.paid_at or 0, "SUCCESS", order.total) + none + after


def _given_back(reader: Reader, refund: RefundRow, part: str) -> list[str]:
    order = store_orders.order_by(reader, id=refund.order_id)
    assert order is not None
    at = times.plain(reader, refund.created_at)
    back = [refund.id, refund.out_refund_no, times.yuan(refund.amount), "0.00", "ORIGINAL", "SUCCESS"]
    after = [order.description, order.attach, "0.00000", "0.00%", "0.00", times.yuan(refund.amount), ""]
    both = [at, at] if part == "REFUND" else []
    return _common(reader, order, refund.created_at, "REVOKED" if order.state == "REVOKED" else "REFUND", 0) + both + back + after


def _flow(reader: Reader, merchant: Merchant, period: tuple[int, int], part: str) -> bytes:
    till = pay.till(merchant.shop, merchant.currency)
    kept = pay.balance(reader, pay.LedgerAccountId(till))
    entries = pay.entries(reader, pay.LedgerAccountId(till), since=period[0], until=1 << 60) if part != "FEES" and kept else []
    moved = [(each, _sign(each, till)) for each in entries if each.kind in ("single", "post")]
    left = (kept.balance if kept else 0) - sum(each.amount * sign for each, sign in moved)
    rows, sums = [], {1: [0, 0], -1: [0, 0]}
    for each, sign in moved:
        left += each.amount * sign
        if each.at >= period[1]:
            break
        business = BUSINESS.get(each.code, each.code)
        numbers = [each.about or each.id, each.id]
        way = "收入" if sign > 0 else "支出"
        money = [way, times.yuan(each.amount), times.yuan(left)]
        rows.append([times.plain(reader, each.at), *numbers, business, business, *money, "API", each.about or "", each.id])
        sums[sign][0] += 1
        sums[sign][1] += each.amount
    total = [len(rows), sums[1][0], times.yuan(sums[1][1]), sums[-1][0], times.yuan(sums[-1][1])]
    return _csv(FLOW, rows, FLOW_SUM, total)


def _sign(entry: pay.Entry, till: str) -> int:
    return 1 if entry.credit == till else -1


def _csv(names: str, rows: Sequence[Sequence[Any]], sum_names: str, total: Sequence[Any]) -> bytes:
    out = io.StringIO()
    out.write(f"\ufeff{names}\r\n")
    for row in [*rows]:
        out.write(",".join(f"`{_cell(each)}" for each in row) + "\r\n")
    out.write(f"{sum_names}\r\n" + ",".join(f"`{_cell(each)}" for each in total) + "\r\n")
    return out.getvalue().encode()


def _cell(value: Any) -> str:
    """Return a value that cannot end its field or its line."""
    return "".join(" " if each in ",`\r\n" else each for each in str(value))


def _receipt(reader: Reader, merchant: Merchant, id: str) -> bytes:
    row = store_moves.transfer_by(reader, id=id, mchid=merchant.mchid)
    assert row is not None
    said: Mapping[str, str] = {
        "mch_id": row.mchid,
        "shop": merchant.name,
        "out_bill_no": row.out_bill_no,
        "transfer_bill_no": row.id,
        "openid": row.openid,
        "amount": f"{pay.plain(row.amount, row.currency)} {row.currency}",
        "state": row.state,
        "time": times.written(reader, row.changed_at),
        "ledger": row.transfer or "",
    }
    return pay.pdf([f"{name:<18}{value}" for name, value in said.items()], title=f"Transfer {row.id}")
