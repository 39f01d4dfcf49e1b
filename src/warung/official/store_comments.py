"""The SQL of comments."""

from collections.abc import Sequence
from typing import Any

from warung.kit.db import Reader, Row, Tx
from warung.kit.ids import AccountId
from warung.official.model_articles import Comment

COLUMNS = "c.id, c.article, c.item, c.account, COALESCE(f.openid, ''), c.words, c.at, c.elected_at, c.reply, c.replied_at"
WHOSE = """official_comment c JOIN official_article a ON a.id = c.article
    LEFT JOIN official_follow f ON f.official = a.official AND f.account = c.account"""
KINDS = {"all": "", "normal": " AND c.elected_at IS NULL", "elected": " AND c.elected_at IS NOT NULL"}


def _comment(row: Row) -> Comment:
    id, article, item, account, openid, words, at, elected_at, *rest = row
    return Comment(id, article, item, account, openid, words, at, elected_at is not None, *rest)


def insert(tx: Tx, row: dict[str, Any]) -> None:
    """Keep a comment."""
    sql = "INSERT INTO official_comment (id, article, item, account, words, at) VALUES (:id, :article, :item, :account, :words, :at)"
    tx.run(sql, row)


def one(reader: Reader, id: int) -> Comment | None:
    """Return a comment."""
    row = reader.one(f"SELECT {COLUMNS} FROM {WHOSE} WHERE c.id = :id", {"id": id})
    return _comment(row) if row else None


def page(reader: Reader, article: str, item: int, kind: str, offset: int, limit: int) -> list[Comment]:
    """Return comments under an item, oldest first."""
    sql = f"""SELECT {COLUMNS} FROM {WHOSE} WHERE c.article = :article AND c.item = :item{KINDS[kind]}
        ORDER BY c.id LIMIT :limit OFFSET :offset"""
    return [_comment(row) for row in reader.all(sql, {"article": article, "item": item, "limit": limit, "offset": offset})]


def count(reader: Reader, article: str, item: int, kind: str) -> int:
    """Return how many comments there are under an item."""
    sql = f"SELECT COUNT(*) FROM official_comment c WHERE c.article = :article AND c.item = :item{KINDS[kind]}"
    row = reader.one(sql, {"article": article, "item": item})
    return int(row[0]) if row else 0


def shown(reader: Reader, article: str, item: int, by: AccountId | None, limit: int) -> list[Comment]:
    """Return what `by` sees under an item: what was chosen, and their own; all of it for None; newest first."""
    only = "" if by is None else " AND (c.elected_at IS NOT NULL OR c.account = :by)"
    sql = f"""SELECT {COLUMNS} FROM {WHOSE} WHERE c.article = :article AND c.item = :item{only}
        ORDER BY c.id DESC LIMIT :limit"""
    return [_comment(row) for row in reader.all(sql, {"article": article, "item": item, "by": by, "limit": limit})]


def change(tx: Tx, id: int, **fields: Any) -> None:
    """Set columns of a comment. The names come from our own code, never from a request."""
    sets = ", ".join(f"{name} = :{name}" for name in fields)
    tx.run(f"UPDATE official_comment SET {sets} WHERE id = :id", fields | {"id": id})


def like(tx: Tx, id: int, account: AccountId, liked: bool) -> None:
    """Keep that somebody likes a comment, or no longer."""
    if liked:
        tx.run(
            "INSERT INTO official_comment_like (comment, account) VALUES (:id, :account) ON CONFLICT DO NOTHING",
            {"id": id, "account": account},
        )
    else:
        tx.run("DELETE FROM official_comment_like WHERE comment = :id AND account = :account", {"id": id, "account": account})


def likes(reader: Reader, ids: Sequence[int], by: AccountId) -> dict[int, tuple[int, bool]]:
    """Return how many like each comment, and whether `by` does."""
    if not ids:
        return {}
    sql = """SELECT comment, COUNT(*), COUNT(CASE WHEN account = :by THEN 1 END) FROM official_comment_like
        WHERE comment IN :ids GROUP BY comment"""
    return {comment: (number, bool(mine)) for comment, number, mine in reader.all(sql, {"ids": list(ids), "by": by})}


def delete(tx: Tx, id: int) -> None:
    """Forget a comment."""
    tx.run("DELETE FROM official_comment_like WHERE comment = :id", {"id": id})
    tx.run("DELETE FROM official_comment WHERE id = :id", {"id": id})
