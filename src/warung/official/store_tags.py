"""The SQL of tags."""

from collections.abc import Sequence

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId
from warung.official.model import Tag
from warung.official.store_follows import FOLLOWS


def tags(reader: Reader, official: AccountId) -> list[Tag]:
    """Return an account's tags, each with how many followers have it."""
    sql = f"""SELECT t.id, t.name, (SELECT count(*) FROM official_tagged g JOIN official_follow f ON f.openid = g.openid
            WHERE g.official = t.official AND g.tag = t.id AND f.{FOLLOWS.replace(" AND ", " AND f.")})
        FROM official_tag t WHERE t.official = :official ORDER BY t.id"""
    return [Tag(*row) for row in reader.all(sql, {"official": official})]


def names(reader: Reader, official: AccountId) -> dict[int, str]:
    """Return the names of an account's tags."""
    return dict(reader.all("SELECT id, name FROM official_tag WHERE official = :official", {"official": official}))


def insert(tx: Tx, official: AccountId, id: int, name: str) -> bool:
    """Keep a new tag; False when there is one of this id or name."""
    sql = "INSERT INTO official_tag (official, id, name) VALUES (:official, :id, :name) ON CONFLICT DO NOTHING"
    return tx.run(sql, {"official": official, "id": id, "name": name}) == 1


def rename(tx: Tx, official: AccountId, id: int, name: str) -> None:
    """Call a tag something else."""
    sql = "UPDATE official_tag SET name = :name WHERE official = :official AND id = :id"
    tx.run(sql, {"official": official, "id": id, "name": name})


def delete(tx: Tx, official: AccountId, id: int) -> None:
    """Forget a tag, and who had it."""
    tx.run("DELETE FROM official_tagged WHERE official = :official AND tag = :id", {"official": official, "id": id})
    tx.run("DELETE FROM official_tag WHERE official = :official AND id = :id", {"official": official, "id": id})


def put(tx: Tx, official: AccountId, id: int, openids: Sequence[str]) -> None:
    """Tag some; those who have it keep it."""
    sql = "INSERT INTO official_tagged (official, tag, openid) VALUES (:official, :tag, :openid) ON CONFLICT DO NOTHING"
    tx.many(sql, [{"official": official, "tag": id, "openid": openid} for openid in openids])


def take(tx: Tx, official: AccountId, id: int, openids: Sequence[str]) -> None:
    """Take a tag from some."""
    sql = "DELETE FROM official_tagged WHERE official = :official AND tag = :tag AND openid = :openid"
    tx.many(sql, [{"official": official, "tag": id, "openid": openid} for openid in openids])


def most_on_one(reader: Reader, official: AccountId, openids: Sequence[str], but: int) -> int:
    """Return the largest number of tags that one of these followers has besides one."""
    sql = """SELECT COALESCE(max(n), 0) FROM (SELECT count(*) AS n FROM official_tagged
        WHERE official = :official AND openid IN :openids AND tag <> :but GROUP BY openid) AS counted"""
    row = reader.one(sql, {"official": official, "openids": list(openids), "but": but})
    return int(row[0]) if row else 0


def tagged(reader: Reader, official: AccountId, id: int, after: str, limit: int) -> list[str]:
    """Return openids of followers who have a tag, behind one."""
    sql = f"""SELECT g.openid FROM official_tagged g JOIN official_follow f ON f.openid = g.openid
        WHERE g.official = :official AND g.tag = :tag AND g.openid > :after AND f.{FOLLOWS.replace(" AND ", " AND f.")}
        ORDER BY g.openid LIMIT :limit"""
    return [row[0] for row in reader.all(sql, {"official": official, "tag": id, "after": after, "limit": limit})]
