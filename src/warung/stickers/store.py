"""The SQL of packs, their stickers and the words that suggest them."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId
from warung.stickers.model import KeptPack, KeptSticker

PACK = "id, owner, title, author, licence, created_at, published_at, removed_at, price"
STICKER = "id, pack, place, blob, width, height, moves, emoji, alt, removed_at"


def insert_pack(tx: Tx, pack: KeptPack) -> None:
    """Keep a new pack."""
    sql = f"""INSERT INTO sticker_pack ({PACK})
        VALUES (:id, :owner, :title, :author, :licence, :created_at, :published_at, :removed_at, :price)"""
    tx.run(sql, msgspec.structs.asdict(pack))


def change_pack(tx: Tx, id: str, **fields: Any) -> None:
    """Set columns of a pack. The names come from our own code, never from a request."""
    sets = ", ".join(f"{name} = :{name}" for name in fields)
    tx.run(f"UPDATE sticker_pack SET {sets} WHERE id = :id", fields | {"id": id})


def packs(reader: Reader, ids: Sequence[str]) -> dict[str, KeptPack]:
    """Return those packs that were ever there."""
    if not ids:
        return {}
    rows = reader.all(f"SELECT {PACK} FROM sticker_pack WHERE id IN :ids", {"ids": list(ids)})
    return {row[0]: KeptPack(*row) for row in rows}


def packs_of(reader: Reader, owner: AccountId) -> list[KeptPack]:
    """Return the packs that somebody made and did not remove, oldest first."""
    sql = f"SELECT {PACK} FROM sticker_pack WHERE owner = :owner AND removed_at IS NULL ORDER BY id"
    return [KeptPack(*row) for row in reader.all(sql, {"owner": owner})]


def in_store(reader: Reader, before: str | None, limit: int) -> list[KeptPack]:
    """Return packs of the store older than the one called `before`, newest first."""
    older = "" if before is None else "AND id < :before"
    sql = f"""SELECT {PACK} FROM sticker_pack WHERE published_at IS NOT NULL AND removed_at IS NULL {older}
        ORDER BY id DESC LIMIT :limit"""
    return [KeptPack(*row) for row in reader.all(sql, {"limit": limit} | ({} if before is None else {"before": before}))]


def insert_sticker(tx: Tx, sticker: KeptSticker) -> None:
    """Keep a new sticker."""
    sql = f"""INSERT INTO sticker ({STICKER})
        VALUES (:id, :pack, :place, :blob, :width, :height, :moves, :emoji, :alt, :removed_at)"""
    tx.run(sql, msgspec.structs.asdict(sticker))


def change_sticker(tx: Tx, id: str, **fields: Any) -> None:
    """Set columns of a sticker. The names come from our own code, never from a request."""
    sets = ", ".join(f"{name} = :{name}" for name in fields)
    tx.run(f"UPDATE sticker SET {sets} WHERE id = :id", fields | {"id": id})


def stickers(reader: Reader, ids: Sequence[str]) -> dict[str, KeptSticker]:
    """Return those stickers that were ever there."""
    if not ids:
        return {}
    rows = reader.all(f"SELECT {STICKER} FROM sticker WHERE id IN :ids", {"ids": list(ids)})
    return {row[0]: KeptSticker(*row) for row in rows}


def sticker_of(reader: Reader, blob: str) -> str | None:
    """Return the sticker that is this blob."""
    row = reader.one("SELECT id FROM sticker WHERE blob = :blob", {"blob": blob})
    return row[0] if row else None


def stickers_in(reader: Reader, packs: Sequence[str]) -> list[KeptSticker]:
    """Return what is in these packs, in order."""
    if not packs:
        return []
    sql = f"SELECT {STICKER} FROM sticker WHERE pack IN :packs AND removed_at IS NULL ORDER BY pack, place, id"
    return [KeptSticker(*row) for row in reader.all(sql, {"packs": list(packs)})]


def size_of(reader: Reader, pack: str) -> tuple[int, int]:
    """Return how many stickers are in a pack, and the last place that was ever taken."""
    sql = "SELECT COUNT(CASE WHEN removed_at IS NULL THEN 1 END), COALESCE(MAX(place), 0) FROM sticker WHERE pack = :pack"
    row = reader.one(sql, {"pack": pack})
    assert row is not None
    return row[0], row[1]


def set_words(tx: Tx, sticker: str, words: Mapping[str, Sequence[str]]) -> None:
    """Replace the words of a sticker in the languages that are named."""
    for language, those in words.items():
        tx.run("DELETE FROM sticker_word WHERE sticker = :sticker AND language = :language", {"sticker": sticker, "language": language})
        sql = "INSERT INTO sticker_word (sticker, language, word) VALUES (:sticker, :language, :word)"
        tx.many(sql, [{"sticker": sticker, "language": language, "word": word} for word in dict.fromkeys(those)])


def words(reader: Reader, stickers: Sequence[str], languages: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return (sticker, language, word) in these languages."""
    if not stickers:
        return []
    sql = "SELECT sticker, language, word FROM sticker_word WHERE sticker IN :stickers AND language IN :languages ORDER BY word"
    rows = reader.all(sql, {"stickers": list(stickers), "languages": list(languages)})
    return [(sticker, language, word) for sticker, language, word in rows]
