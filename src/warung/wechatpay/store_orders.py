"""The SQL of orders, combined orders and refunds. One function per statement."""

from collections.abc import Mapping
from typing import Any

from warung.kit.db import Reader, Tx
from warung.wechatpay.model import Combined, Order, RefundRow
from warung.wechatpay.store_rows import columns, insert, one

ORDER, REFUND = columns(Order), columns(RefundRow)
NUMBERED = "(mchid, out_trade_no)"


def insert_order(tx: Tx, order: Order) -> bool:
    """Keep a new order; False when its number is taken."""
    return insert(tx, "wechatpay_order", order, taken=NUMBERED)


def order_by(reader: Reader, **by: str) -> Order | None:
    """Return the order of which all these columns are so: of `id`, `token`, `charge`, `transaction_id`, `mchid` with `out_trade_no`."""
    return one(reader, "wechatpay_order", Order, by)


def parts(reader: Reader, combined: str) -> list[Order]:
    """Return the orders of a combined one."""
    sql = f"SELECT {ORDER} FROM wechatpay_order WHERE combined = :combined ORDER BY place"
    return [Order(*row) for row in reader.all(sql, {"combined": combined})]


def renew_token(tx: Tx, id: str, token: str, ends: int) -> None:
    """Let an order be looked at longer."""
    tx.run("UPDATE wechatpay_order SET token = :token, token_ends = :ends WHERE id = :id", {"id": id, "token": token, "ends": ends})


def move(tx: Tx, id: str, *, before: tuple[str, ...], after: str) -> bool:
    """Bring an order from one of some states to another; False when it was in none of them."""
    sql = "UPDATE wechatpay_order SET state = :after WHERE id = :id AND state IN :before"
    return tx.run(sql, {"id": id, "after": after, "before": list(before)}) == 1


def waits(tx: Tx, id: str, *, charge: str, payer: str) -> None:
    """Note that an order waits for who was charged."""
    sql = "UPDATE wechatpay_order SET state = 'USERPAYING', charge = :charge, payer = :payer WHERE id = :id"
    tx.run(sql, {"id": id, "charge": charge, "payer": payer})


def paid(tx: Tx, id: str, values: Mapping[str, Any]) -> bool:
    """Note who paid an order and by which payment; False when it could not be paid any more."""
    sql = """UPDATE wechatpay_order SET state = 'SUCCESS', payer = :payer, openid = :openid, payment = :payment,
        transaction_id = :transaction_id, paid_at = :now WHERE id = :id AND state IN ('NOTPAY', 'USERPAYING')"""
    return tx.run(sql, {**values, "id": id, "now": tx.now}) == 1


def refunded(tx: Tx, id: str, amount: int, state: str) -> bool:
    """Count a refund of an order; False when more would go back than was paid."""
    sql = """UPDATE wechatpay_order SET refunded = refunded + :amount, refunds = refunds + 1, state = :state
        WHERE id = :id AND refunded + :amount <= total"""
    return tx.run(sql, {"id": id, "amount": amount, "state": state}) == 1


def paid_between(reader: Reader, mchid: str, since: int, until: int) -> list[Order]:
    """Return what a merchant was paid in a period, oldest first."""
    sql = f"""SELECT {ORDER} FROM wechatpay_order WHERE mchid = :mchid AND paid_at >= :since AND paid_at < :until ORDER BY paid_at, id"""
    return [Order(*row) for row in reader.all(sql, {"mchid": mchid, "since": since, "until": until})]


def orders_of(reader: Reader, mchid: str, *, before: str, limit: int) -> list[Order]:
    """Return a merchant's orders, the newest first: their ids sort by time."""
    sql = f"SELECT {ORDER} FROM wechatpay_order WHERE mchid = :mchid AND id < :before ORDER BY id DESC LIMIT :limit"
    return [Order(*row) for row in reader.all(sql, {"mchid": mchid, "before": before, "limit": limit})]


def insert_combined(tx: Tx, combined: Combined) -> bool:
    """Keep a new combined order; False when its number is taken."""
    return insert(tx, "wechatpay_combined", combined, taken=NUMBERED)


def combined_by(reader: Reader, **by: str) -> Combined | None:
    """Return the combined order of which all these columns are so: `id`, `token`, or `mchid` with `out_trade_no`."""
    return one(reader, "wechatpay_combined", Combined, by)


def combined_paid(tx: Tx, id: str, payer: str, openid: str) -> None:
    """Note who paid a combined order."""
    tx.run("UPDATE wechatpay_combined SET payer = :payer, openid = :openid WHERE id = :id", {"id": id, "payer": payer, "openid": openid})


def renew_combined(tx: Tx, id: str, ends: int) -> None:
    """Let a combined order be looked at longer."""
    tx.run("UPDATE wechatpay_combined SET token_ends = :ends WHERE id = :id", {"id": id, "ends": ends})


def insert_refund(tx: Tx, refund: RefundRow) -> bool:
    """Keep a refund; False when its number is taken."""
    return insert(tx, "wechatpay_refund", refund, taken="(mchid, out_refund_no)")


def refund_by(reader: Reader, **by: str) -> RefundRow | None:
    """Return the refund of which all these columns are so: `id` with `mchid`, `mchid` with `out_refund_no`, or `transfer`."""
    return one(reader, "wechatpay_refund", RefundRow, by)


def refunds_of(reader: Reader, order_id: str) -> list[RefundRow]:
    """Return the refunds of an order, oldest first."""
    sql = f"SELECT {REFUND} FROM wechatpay_refund WHERE order_id = :order ORDER BY created_at, id"
    return [RefundRow(*row) for row in reader.all(sql, {"order": order_id})]


def refunded_between(reader: Reader, mchid: str, since: int, until: int) -> list[RefundRow]:
    """Return what a merchant gave back in a period, oldest first."""
    sql = f"""SELECT {REFUND} FROM wechatpay_refund WHERE mchid = :mchid AND created_at >= :since AND created_at < :until
        ORDER BY created_at, id"""
    return [RefundRow(*row) for row in reader.all(sql, {"mchid": mchid, "since": since, "until": until})]
