"""The SQL of what was paid for packs."""

from collections.abc import Sequence

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId


def insert_sale(tx: Tx, account: AccountId, pack: str, amount: int, transfer: str) -> None:
    """Note that somebody bought a pack."""
    sql = "INSERT INTO sticker_sale (account, pack, amount, transfer, at) VALUES (:account, :pack, :amount, :transfer, :now)"
    tx.run(sql, {"account": account, "pack": pack, "amount": amount, "transfer": transfer, "now": tx.now})


def bought(reader: Reader, account: AccountId, packs: Sequence[str]) -> set[str]:
    """Return which of these packs somebody bought."""
    if not packs:
        return set()
    sql = "SELECT pack FROM sticker_sale WHERE account = :account AND pack IN :packs"
    return {pack for (pack,) in reader.all(sql, {"account": account, "packs": list(packs)})}


def is_sold(reader: Reader, pack: str) -> bool:
    """Did anybody buy this pack?"""
    return reader.one("SELECT 1 FROM sticker_sale WHERE pack = :pack LIMIT 1", {"pack": pack}) is not None


def insert_tip(tx: Tx, pack: str, amount: int, transfer: str) -> None:
    """Note thanks in money."""
    sql = "INSERT INTO sticker_tip (transfer, pack, amount, at) VALUES (:transfer, :pack, :amount, :now)"
    tx.run(sql, {"transfer": transfer, "pack": pack, "amount": amount, "now": tx.now})


def earned(reader: Reader, pack: str) -> tuple[int, int, int]:
    """Return how often a pack was sold, for how much together, and what its maker was given as thanks."""
    sold = reader.one("SELECT COUNT(*), COALESCE(SUM(amount), 0) FROM sticker_sale WHERE pack = :pack", {"pack": pack})
    tips = reader.one("SELECT COALESCE(SUM(amount), 0) FROM sticker_tip WHERE pack = :pack", {"pack": pack})
    assert sold is not None
    assert tips is not None
    return int(sold[0]), int(sold[1]), int(tips[0])
