"""The SQL of transfers to people, of their batches, and of red packets. One function per statement."""

from warung.kit.db import Reader, Tx
from warung.wechatpay.model import Batch, RedPack, TransferRow
from warung.wechatpay.store_rows import columns, insert, one

TRANSFER = columns(TransferRow)


def insert_transfer(tx: Tx, transfer: TransferRow) -> bool:
    """Keep a transfer; False when its number is taken."""
    return insert(tx, "wechatpay_transfer", transfer)


def transfer_by(reader: Reader, **by: str) -> TransferRow | None:
    """Return the transfer of which all these columns are so: `id`, `package`, `transfer`."""
    return one(reader, "wechatpay_transfer", TransferRow, by)


def transfer_numbered(reader: Reader, mchid: str, out_bill_no: str, batch: str | None = None) -> TransferRow | None:
    """Return the transfer to which a merchant gave this number."""
    sql = f"SELECT {TRANSFER} FROM wechatpay_transfer WHERE mchid = :mchid AND out_bill_no = :number AND COALESCE(batch, '') = :batch"
    row = reader.one(sql, {"mchid": mchid, "number": out_bill_no, "batch": batch or ""})
    return TransferRow(*row) if row else None


def settle_transfer(tx: Tx, id: str, *, state: str, fail_reason: str) -> bool:
    """Say how a transfer that waited ended; False when it waits no more."""
    sql = """UPDATE wechatpay_transfer SET state = :state, fail_reason = :reason, changed_at = :now
        WHERE id = :id AND state = 'WAIT_USER_CONFIRM'"""
    return tx.run(sql, {"id": id, "state": state, "reason": fail_reason, "now": tx.now}) == 1


def transfers_of(reader: Reader, batch: str) -> list[TransferRow]:
    """Return the transfers of a batch."""
    return [
        TransferRow(*row)
        for row in reader.all(f"SELECT {TRANSFER} FROM wechatpay_transfer WHERE batch = :batch ORDER BY id", {"batch": batch})
    ]


def insert_batch(tx: Tx, batch: Batch) -> bool:
    """Keep a batch; False when its number is taken."""
    return insert(tx, "wechatpay_batch", batch, taken="(mchid, out_batch_no)")


def batch_by(reader: Reader, **by: str) -> Batch | None:
    """Return the batch of which all these columns are so: `id`, or `mchid` with `out_batch_no`."""
    return one(reader, "wechatpay_batch", Batch, by)


def finish_batch(tx: Tx, id: str) -> bool:
    """Say that everything of a batch was tried; False when that was said before."""
    sql = "UPDATE wechatpay_batch SET state = 'FINISHED', body = '[]', changed_at = :now WHERE id = :id AND state = 'ACCEPTED'"
    return tx.run(sql, {"id": id, "now": tx.now}) == 1


def insert_redpack(tx: Tx, redpack: RedPack) -> bool:
    """Keep a red packet; False when its number is taken."""
    return insert(tx, "wechatpay_redpack", redpack, taken="(mchid, mch_billno)")


def redpack(reader: Reader, mchid: str, mch_billno: str) -> RedPack | None:
    """Return a red packet by the merchant's number."""
    return one(reader, "wechatpay_redpack", RedPack, {"mchid": mchid, "mch_billno": mch_billno})


def redpacks_since(reader: Reader, mchid: str, openid: str, since: int) -> int:
    """Return how many red packets somebody was given by a merchant since a time."""
    sql = "SELECT COUNT(*) FROM wechatpay_redpack WHERE mchid = :mchid AND openid = :openid AND created_at >= :since"
    row = reader.one(sql, {"mchid": mchid, "openid": openid, "since": since})
    return int(row[0]) if row else 0
