"""The SQL of drafts, articles, publishing, and what readers do."""

from collections.abc import Sequence
from typing import Any

import msgspec

from warung.kit.db import Reader, Row, Tx
from warung.kit.ids import AccountId
from warung.official.model_articles import Article, Draft, Item, Publishing

DRAFT = "media_id, official, items, created_at, changed_at"
ARTICLE = "id, number, official, items, open, published_at, changed_at, deleted_at"
PUBLISHING = "id, official, draft, number, article, status, failed, at"
_items = msgspec.json.Decoder(tuple[Item, ...])
_numbers = msgspec.json.Decoder(tuple[int, ...])
encode = msgspec.json.encode


def _draft(row: Row) -> Draft:
    return Draft(row[0], row[1], _items.decode(row[2]), row[3], row[4])


def _article(row: Row) -> Article:
    return Article(row[0], row[1], row[2], _items.decode(row[3]), bool(row[4]), *row[5:])


def insert_draft(tx: Tx, draft: Draft) -> None:
    """Keep a new draft."""
    sql = f"INSERT INTO official_draft ({DRAFT}) VALUES (:media_id, :official, :items, :created_at, :changed_at)"
    tx.run(sql, msgspec.structs.asdict(draft) | {"items": encode(draft.items)})


def change_draft(tx: Tx, media_id: str, items: Sequence[Item], now: int) -> None:
    """Put other items into a draft."""
    sql = "UPDATE official_draft SET items = :items, changed_at = :now WHERE media_id = :id"
    tx.run(sql, {"items": encode(items), "now": now, "id": media_id})


def draft(reader: Reader, media_id: str) -> Draft | None:
    """Return a draft."""
    row = reader.one(f"SELECT {DRAFT} FROM official_draft WHERE media_id = :id", {"id": media_id})
    return _draft(row) if row else None


def drafts(reader: Reader, official: AccountId, offset: int, limit: int) -> list[Draft]:
    """Return drafts of an account, the latest changed first."""
    sql = f"""SELECT {DRAFT} FROM official_draft WHERE official = :official ORDER BY changed_at DESC, media_id
        LIMIT :limit OFFSET :offset"""
    return [_draft(row) for row in reader.all(sql, {"official": official, "limit": limit, "offset": offset})]


def count_drafts(reader: Reader, official: AccountId) -> int:
    """Return how many drafts an account has."""
    row = reader.one("SELECT COUNT(*) FROM official_draft WHERE official = :official", {"official": official})
    return int(row[0]) if row else 0


def delete_draft(tx: Tx, media_id: str) -> None:
    """Forget a draft."""
    tx.run("DELETE FROM official_draft WHERE media_id = :id", {"id": media_id})


def insert_shown(tx: Tx, id: str, shown: Draft, account: AccountId) -> None:
    """Keep what a preview shows to somebody."""
    sql = "INSERT INTO official_shown (id, draft, account, items, at) VALUES (:id, :draft, :account, :items, :now)"
    tx.run(sql, {"id": id, "draft": shown.media_id, "account": account, "items": encode(shown.items), "now": tx.now})


def shown(reader: Reader, id: str) -> tuple[Draft, list[AccountId]] | None:
    """Return the draft that a preview shows, as it was then, and to whom."""
    sql = """SELECT s.draft, d.official, s.items, d.created_at, s.at, s.account FROM official_shown s
        JOIN official_draft d ON d.media_id = s.draft WHERE s.id = :id"""
    rows = reader.all(sql, {"id": id})
    return (_draft(rows[0][:5]), [row[5] for row in rows]) if rows else None


def shown_of(reader: Reader, media_id: str) -> list[tuple[str, tuple[Item, ...]]]:
    """Return the previews of a draft: their ids and what they show."""
    rows = reader.all("SELECT id, items FROM official_shown WHERE draft = :draft ORDER BY id", {"draft": media_id})
    return [(row[0], _items.decode(row[1])) for row in rows]


def insert_article(tx: Tx, article: Article) -> None:
    """Keep a published article."""
    sql = f"""INSERT INTO official_article ({ARTICLE}) VALUES (:id, :number, :official, :items, :open, :published_at, :changed_at,
        :deleted_at)"""
    tx.run(sql, msgspec.structs.asdict(article) | {"items": encode(article.items), "open": int(article.open)})


def article(reader: Reader, id: str) -> Article | None:
    """Return an article by its id."""
    row = reader.one(f"SELECT {ARTICLE} FROM official_article WHERE id = :id", {"id": id})
    return _article(row) if row else None


def numbered(reader: Reader, number: int) -> Article | None:
    """Return an article by its number."""
    row = reader.one(f"SELECT {ARTICLE} FROM official_article WHERE number = :number", {"number": number})
    return _article(row) if row else None


def articles(reader: Reader, official: AccountId, offset: int, limit: int) -> list[Article]:
    """Return published articles of an account, newest first."""
    sql = f"""SELECT {ARTICLE} FROM official_article WHERE official = :official AND deleted_at IS NULL
        ORDER BY published_at DESC, id LIMIT :limit OFFSET :offset"""
    return [_article(row) for row in reader.all(sql, {"official": official, "limit": limit, "offset": offset})]


def published_between(reader: Reader, official: AccountId, since: int, until: int) -> list[Article]:
    """Return articles of an account that were published in a time, also deleted ones, oldest first."""
    sql = f"""SELECT {ARTICLE} FROM official_article WHERE official = :official AND published_at >= :since AND published_at < :until
        ORDER BY published_at, id"""
    return [_article(row) for row in reader.all(sql, {"official": official, "since": since, "until": until})]


def count_articles(reader: Reader, official: AccountId) -> int:
    """Return how many articles of an account are public."""
    sql = "SELECT COUNT(*) FROM official_article WHERE official = :official AND deleted_at IS NULL"
    row = reader.one(sql, {"official": official})
    return int(row[0]) if row else 0


def change_article(tx: Tx, id: str, **fields: Any) -> None:
    """Set columns of an article. The names come from our own code, never from a request."""
    sets = ", ".join(f"{name} = :{name}" for name in fields)
    tx.run(f"UPDATE official_article SET {sets} WHERE id = :id", fields | {"id": id})


def receive(tx: Tx, row: dict[str, Any]) -> None:
    """Note which message gave somebody an item; the latest one counts."""
    sql = """INSERT INTO official_article_received (article, item, account, conversation, seq, at)
        VALUES (:article, :item, :account, :conversation, :seq, :now)
        ON CONFLICT (article, item, account) DO UPDATE SET conversation = excluded.conversation, seq = excluded.seq, at = excluded.at"""
    tx.run(sql, row)


def received(reader: Reader, id: str, account: AccountId) -> list[Row]:
    """Return (item, conversation, seq) of what gave somebody items of an article."""
    sql = "SELECT item, conversation, seq FROM official_article_received WHERE article = :id AND account = :account ORDER BY item"
    return reader.all(sql, {"id": id, "account": account})


def insert_publishing(tx: Tx, publishing: Publishing) -> None:
    """Note that a draft is to become public."""
    sql = f"INSERT INTO official_publishing ({PUBLISHING}) VALUES (:id, :official, :draft, :number, :article, :status, :failed, :at)"
    tx.run(sql, msgspec.structs.asdict(publishing) | {"failed": encode(publishing.failed)})


def publishing(reader: Reader, id: int) -> Publishing | None:
    """Return the work of making something public."""
    row = reader.one(f"SELECT {PUBLISHING} FROM official_publishing WHERE id = :id", {"id": id})
    if row is None:
        return None
    id, official, draft, number, article, status, failed, at = row
    return Publishing(id, official, draft, number, article, status, _numbers.decode(failed), at)


def is_running(reader: Reader, draft: str) -> bool:
    """Is a draft being published?"""
    sql = "SELECT 1 FROM official_publishing WHERE draft = :draft AND status = 'running'"
    return reader.one(sql, {"draft": draft}) is not None


def end_publishing(tx: Tx, id: int, status: str, article: str | None, failed: Sequence[int]) -> None:
    """Note what came of it."""
    sql = "UPDATE official_publishing SET status = :status, article = :article, failed = :failed WHERE id = :id"
    tx.run(sql, {"id": id, "status": status, "article": article, "failed": encode(failed)})


def unpublish(tx: Tx, article: str) -> None:
    """Note that what was published is deleted."""
    tx.run("UPDATE official_publishing SET status = 'deleted' WHERE article = :article", {"article": article})


def act(tx: Tx, row: dict[str, Any]) -> None:
    """Count one thing that somebody did with an item."""
    sql = """INSERT INTO official_article_act (article, item, what, account, day, hour, scene, times)
        VALUES (:article, :item, :what, :account, :day, :hour, :scene, 1)
        ON CONFLICT (article, item, what, account, day, hour, scene) DO UPDATE SET times = official_article_act.times + 1"""
    tx.run(sql, row)


def unact(tx: Tx, article: str, item: int, what: str, account: AccountId) -> None:
    """Take back what somebody did with an item."""
    sql = "DELETE FROM official_article_act WHERE article = :article AND item = :item AND what = :what AND account = :account"
    tx.run(sql, {"article": article, "item": item, "what": what, "account": account})


def totals(reader: Reader, article: str, item: int) -> dict[str, tuple[int, int]]:
    """Return by what was done how many people did it and how often."""
    sql = """SELECT what, COUNT(DISTINCT account), SUM(times) FROM official_article_act
        WHERE article = :article AND item = :item GROUP BY what"""
    return {what: (people, int(times)) for what, people, times in reader.all(sql, {"article": article, "item": item})}


def did(reader: Reader, article: str, item: int, what: str, account: AccountId) -> bool:
    """Has somebody done this with an item?"""
    sql = "SELECT 1 FROM official_article_act WHERE article = :article AND item = :item AND what = :what AND account = :account"
    return reader.one(sql, {"article": article, "item": item, "what": what, "account": account}) is not None


def acts_by_day(reader: Reader, articles: Sequence[str], since: str, until: str) -> list[Row]:
    """Return (article, item, day, what, people, times) of the days from `since` to `until`, both included."""
    if not articles:
        return []
    sql = """SELECT article, item, day, what, COUNT(DISTINCT account), SUM(times) FROM official_article_act
        WHERE article IN :articles AND day >= :since AND day <= :until GROUP BY article, item, day, what ORDER BY day, article, item"""
    return reader.all(sql, {"articles": list(articles), "since": since, "until": until})


def acts_of_account(reader: Reader, official: AccountId, since: str, until: str, by_hour: bool, by_scene: bool) -> list[Row]:
    """Return (day, hour, scene, what, people, times) over all articles of an account; hour is 0 and scene empty where not asked for."""
    hour, scene = "c.hour" if by_hour else "0", "c.scene" if by_scene else "''"
    sql = f"""SELECT c.day, {hour} AS h, {scene} AS s, c.what, COUNT(DISTINCT c.account), SUM(c.times)
        FROM official_article a JOIN official_article_act c ON c.article = a.id
        WHERE a.official = :official AND c.day >= :since AND c.day <= :until GROUP BY c.day, 2, 3, c.what ORDER BY c.day, 2, 3"""
    return reader.all(sql, {"official": official, "since": since, "until": until})
