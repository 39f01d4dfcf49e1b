"""The SQL of orders, combined orders and refunds. One function per statement."""

from collections.abc import Mapping
from typing import Any

import msgspec

from warung.kit.db import Reader, Tx
from warung.wechatpay.model import Combined, Order, RefundRow

ORDER = ", ".join(Order.__struct_fields__)
COMBINED = ", ".join(Combined.__struct_fields__)
REFUND = ", ".join(RefundRow.__struct_fields__)


def _values(shape: type[msgspec.Struct]) -> str:
    return ", ".join(f":{name}" for name in shape.__struct_fields__)


def insert_order(tx: Tx, order: Order) -> bool:
    """Keep a new order; False when its number is taken."""
    sql = f"INSERT INTO wechatpay_order ({ORDER}) VALUES ({_values(Order)}) ON CONFLICT (mchid, out_trade_no) DO NOTHING"
    return tx.run(sql, msgspec.structs.asdict(order)) == 1


def order_by(reader: Reader, **by: str) -> Order | None:
    """Return the order of which all these columns are so: of `id`, `token`, `charge`, `transaction_id`, `mchid` with `out_trade_no`."""
    where = " AND ".join(f"{name} = :{name}" for name in by)
    row = reader.one(f"SELECT {ORDER} FROM wechatpay_order WHERE {where}", by)
    return Order(*row) if row else None


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


def insert_combined(tx: Tx, combined: Combined) -> bool:
    """Keep a new combined order; False when its number is taken."""
    sql = f"INSERT INTO wechatpay_combined ({COMBINED}) VALUES ({_values(Combined)}) ON CONFLICT (mchid, out_trade_no) DO NOTHING"
    return tx.run(sql, msgspec.structs.asdict(combined)) == 1


def combined_by(reader: Reader, **by: str) -> Combined | None:
    """Return the combined order of which all these columns are so: `id`, `token`, or `mchid` with `out_trade_no`."""
    where = " AND ".join(f"{name} = :{name}" for name in by)
    row = reader.one(f"SELECT {COMBINED} FROM wechatpay_combined WHERE {where}", by)
    return Combined(*row) if row else None


def combined_paid(tx: Tx, id: str, payer: str, openid: str) -> None:
    """Note who paid a combined order."""
    tx.run("UPDATE wechatpay_combined SET payer = :payer, openid = :openid WHERE id = :id", {"id": id, "payer": payer, "openid": openid})


def renew_combined(tx: Tx, id: str, ends: int) -> None:
    """Let a combined order be looked at longer."""
    tx.run("UPDATE wechatpay_combined SET token_ends = :ends WHERE id = :id", {"id": id, "ends": ends})


def insert_refund(tx: Tx, refund: RefundRow) -> bool:
    """Keep a refund; False when its number is taken."""
    sql = f"INSERT INTO wechatpay_refund ({REFUND}) VALUES ({_values(RefundRow)}) ON CONFLICT (mchid, out_refund_no) DO NOTHING"
    return tx.run(sql, msgspec.structs.asdict(refund)) == 1


def refund_by(reader: Reader, **by: str) -> RefundRow | None:
    """Return the refund of which all these columns are so: `id` with `mchid`, or `mchid` with `out_refund_no`."""
    where = " AND ".join(f"{name} = :{name}" for name in by)
    row = reader.one(f"SELECT {REFUND} FROM wechatpay_refund WHERE {where}", by)
    return RefundRow(*row) if row else None


def refunds_of(reader: Reader, order_id: str) -> list[RefundRow]:
    """Return the refunds of an order, oldest first."""
    sql = f"SELECT {REFUND} FROM wechatpay_refund WHERE order_id = :order ORDER BY created_at, id"
    return [RefundRow(*row) for row in reader.all(sql, {"order": order_id})]


def refunded_between(reader: Reader, mchid: str, since: int, until: int) -> list[RefundRow]:
    """Return what a merchant gave back in a period, oldest first."""
    sql = f"""SELECT {REFUND} FROM wechatpay_refund WHERE mchid = :mchid AND created_at >= :since AND created_at < :until
        ORDER BY created_at, id"""
    return [RefundRow(*row) for row in reader.all(sql, {"mchid": mchid, "since": since, "until": until})]
