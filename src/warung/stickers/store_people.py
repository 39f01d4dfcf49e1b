"""The SQL of what a person has of stickers: packs on the shelf, single ones kept, the last ones sent."""

from collections.abc import Sequence

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId


def put_on_shelf(tx: Tx, account: AccountId, pack: str) -> bool:
    """Return False when it was there already."""
    sql = "INSERT INTO sticker_shelf (account, pack, at) VALUES (:account, :pack, :now) ON CONFLICT (account, pack) DO NOTHING"
    return tx.run(sql, {"account": account, "pack": pack, "now": tx.now}) == 1


def take_from_shelf(tx: Tx, account: AccountId, pack: str) -> bool:
    """Return False when it was not there."""
    return tx.run("DELETE FROM sticker_shelf WHERE account = :account AND pack = :pack", {"account": account, "pack": pack}) == 1


def clear_shelves(tx: Tx, pack: str) -> list[AccountId]:
    """Take a pack from every shelf; return whose."""
    return [row[0] for row in tx.all("DELETE FROM sticker_shelf WHERE pack = :pack RETURNING account", {"pack": pack})]


def shelf(reader: Reader, account: AccountId) -> list[str]:
    """Return the packs on somebody's shelf, in the order in which they came."""
    rows = reader.all("SELECT pack FROM sticker_shelf WHERE account = :account ORDER BY at, pack", {"account": account})
    return [pack for (pack,) in rows]


def is_on_shelf(reader: Reader, account: AccountId, pack: str) -> bool:
    """Does somebody have this pack?"""
    sql = "SELECT 1 FROM sticker_shelf WHERE account = :account AND pack = :pack"
    return reader.one(sql, {"account": account, "pack": pack}) is not None


def shelves(reader: Reader, pack: str) -> int:
    """Return how many people have this pack."""
    row = reader.one("SELECT COUNT(*) FROM sticker_shelf WHERE pack = :pack", {"pack": pack})
    return row[0] if row else 0


def keep(tx: Tx, account: AccountId, sticker: str) -> bool:
    """Return False when it was kept already."""
    sql = "INSERT INTO sticker_kept (account, sticker, at) VALUES (:account, :sticker, :now) ON CONFLICT (account, sticker) DO NOTHING"
    return tx.run(sql, {"account": account, "sticker": sticker, "now": tx.now}) == 1


def let_go(tx: Tx, account: AccountId, sticker: str) -> bool:
    """Return False when it was not kept."""
    sql = "DELETE FROM sticker_kept WHERE account = :account AND sticker = :sticker"
    return tx.run(sql, {"account": account, "sticker": sticker}) == 1


def kept(reader: Reader, account: AccountId) -> list[str]:
    """Return what somebody kept, the last first."""
    rows = reader.all("SELECT sticker FROM sticker_kept WHERE account = :account ORDER BY at DESC, sticker", {"account": account})
    return [sticker for (sticker,) in rows]


def is_kept(reader: Reader, account: AccountId, sticker: str) -> bool:
    """Did somebody keep this sticker?"""
    sql = "SELECT 1 FROM sticker_kept WHERE account = :account AND sticker = :sticker"
    return reader.one(sql, {"account": account, "sticker": sticker}) is not None


def note_use(tx: Tx, account: AccountId, sticker: str) -> None:
    """Note that somebody sends a sticker now."""
    sql = """INSERT INTO sticker_used (account, sticker, at, times) VALUES (:account, :sticker, :now, 1)
        ON CONFLICT (account, sticker) DO UPDATE SET at = excluded.at, times = sticker_used.times + 1"""
    tx.run(sql, {"account": account, "sticker": sticker, "now": tx.now})


def used(reader: Reader, account: AccountId, limit: int) -> list[str]:
    """Return what somebody sent, the last first."""
    sql = "SELECT sticker FROM sticker_used WHERE account = :account ORDER BY at DESC, sticker LIMIT :limit"
    return [sticker for (sticker,) in reader.all(sql, {"account": account, "limit": limit})]


def uses(reader: Reader, stickers: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Return how often each was sent, and by how many people."""
    if not stickers:
        return {}
    sql = "SELECT sticker, SUM(times), COUNT(*) FROM sticker_used WHERE sticker IN :stickers GROUP BY sticker"
    return {sticker: (int(times), int(people)) for sticker, times, people in reader.all(sql, {"stickers": list(stickers)})}
