"""The SQL of moments, likes and comments."""

from collections.abc import Sequence
from typing import Any

import msgspec

from warung.kit.db import Reader, Row, Tx
from warung.kit.ids import AccountId
from warung.moments.model import Circle, Kept, KeptComment, Link, MomentPicture, Place

MOMENT = "id, author, nonce, words, pictures, video, link, place, circle, at"
COMMENT = "id, moment, account, nonce, answers, words, at"
JSON: dict[str, Any] = {
    "pictures": tuple[MomentPicture, ...],
    "video": MomentPicture | None,
    "link": Link | None,
    "place": Place | None,
    "circle": Circle,
}
DECODERS = {name: msgspec.json.Decoder(kind) for name, kind in JSON.items()}


def _moment(row: Row) -> Kept:
    id, author, nonce, words, pictures, video, link, place, circle, at = row
    texts = {"pictures": pictures, "video": video, "link": link, "place": place, "circle": circle}
    return Kept(
        id=id, author=author, nonce=nonce, words=words, at=at, **{name: DECODERS[name].decode(text) for name, text in texts.items()}
    )


def insert(tx: Tx, moment: Kept) -> None:
    """Keep a new moment."""
    fields = {name: getattr(moment, name) for name in moment.__struct_fields__}
    sql = f"""INSERT INTO moment ({MOMENT})
        VALUES (:id, :author, :nonce, :words, :pictures, :video, :link, :place, :circle, :at)"""
    tx.run(sql, fields | {name: msgspec.json.encode(fields[name]).decode() for name in JSON})


def moments(reader: Reader, ids: Sequence[str]) -> dict[str, Kept]:
    """Return those moments that are there."""
    if not ids:
        return {}
    rows = reader.all(f"SELECT {MOMENT} FROM moment WHERE id IN :ids", {"ids": list(ids)})
    return {row[0]: _moment(row) for row in rows}


def with_nonce(reader: Reader, author: AccountId, nonce: str) -> Kept | None:
    """Return what somebody posted under a nonce."""
    row = reader.one(f"SELECT {MOMENT} FROM moment WHERE author = :author AND nonce = :nonce", {"author": author, "nonce": nonce})
    return _moment(row) if row else None


def newest_of(reader: Reader, author: AccountId, before: str, limit: int) -> list[Kept]:
    """Return somebody's moments older than the one called `before`, newest first."""
    sql = f"SELECT {MOMENT} FROM moment WHERE author = :author AND id < :before ORDER BY id DESC LIMIT :limit"
    return [_moment(row) for row in reader.all(sql, {"author": author, "before": before, "limit": limit})]


def delete(tx: Tx, id: str) -> None:
    """Delete a moment and all that hangs on it."""
    given = {"id": id}
    tx.run("DELETE FROM moment_notice WHERE moment = :id", given)
    tx.run("DELETE FROM moment_comment WHERE moment = :id", given)
    tx.run("DELETE FROM moment_like WHERE moment = :id", given)
    tx.run("DELETE FROM moment WHERE id = :id", given)


def like(tx: Tx, moment: str, account: AccountId) -> bool:
    """Return False when it was liked already."""
    sql = "INSERT INTO moment_like (moment, account, at) VALUES (:moment, :account, :now) ON CONFLICT (moment, account) DO NOTHING"
    return tx.run(sql, {"moment": moment, "account": account, "now": tx.now}) == 1


def unlike(tx: Tx, moment: str, account: AccountId) -> bool:
    """Return False when it was not liked."""
    return tx.run("DELETE FROM moment_like WHERE moment = :moment AND account = :account", {"moment": moment, "account": account}) == 1


def likes(reader: Reader, moments: Sequence[str]) -> list[tuple[str, AccountId]]:
    """Return (moment, account), oldest first."""
    if not moments:
        return []
    rows = reader.all("SELECT moment, account FROM moment_like WHERE moment IN :moments ORDER BY at, account", {"moments": list(moments)})
    return [(moment, account) for moment, account in rows]


def insert_comment(tx: Tx, comment: KeptComment) -> None:
    """Keep a new comment."""
    sql = f"INSERT INTO moment_comment ({COMMENT}) VALUES (:id, :moment, :account, :nonce, :answers, :words, :at)"
    tx.run(sql, msgspec.structs.asdict(comment))


def comments(reader: Reader, moments: Sequence[str]) -> list[KeptComment]:
    """Return the comments of moments, oldest first."""
    if not moments:
        return []
    rows = reader.all(f"SELECT {COMMENT} FROM moment_comment WHERE moment IN :moments ORDER BY id", {"moments": list(moments)})
    return [KeptComment(*row) for row in rows]


def comment(reader: Reader, id: str) -> KeptComment | None:
    """Return a comment."""
    row = reader.one(f"SELECT {COMMENT} FROM moment_comment WHERE id = :id", {"id": id})
    return KeptComment(*row) if row else None


def comment_with_nonce(reader: Reader, account: AccountId, nonce: str) -> KeptComment | None:
    """Return what somebody commented under a nonce."""
    sql = f"SELECT {COMMENT} FROM moment_comment WHERE account = :account AND nonce = :nonce"
    row = reader.one(sql, {"account": account, "nonce": nonce})
    return KeptComment(*row) if row else None


def delete_comment(tx: Tx, id: str) -> None:
    """Delete a comment and what was told of it."""
    tx.run("DELETE FROM moment_notice WHERE comment = :id", {"id": id})
    tx.run("DELETE FROM moment_comment WHERE id = :id", {"id": id})
