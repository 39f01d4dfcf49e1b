"""The SQL of broadcasts, their recipients and their quota."""

from collections.abc import Sequence
from typing import Any

import msgspec

from warung.kit.db import Reader, Row, Tx
from warung.kit.ids import AccountId, ConversationId
from warung.official.model_broadcasts import Broadcast

COLUMNS = (
    "id, number, official, client_id, audience, tag, card, what, words, state, period, send_at, next, total, sent, failed, delivered,"
    " created_by, created_at, begun_at, finished_at"
)
RECEIVES = "f.followed_at IS NOT NULL AND f.left_at IS NULL AND f.blocked_at IS NULL AND f.conversation IS NOT NULL"
FOLLOWS = "f.followed_at IS NOT NULL AND f.left_at IS NULL"
Recipient = tuple[str, ConversationId | None]


def _broadcast(row: Row) -> Broadcast:
    id, number, official, client_id, audience, tag, card, *rest = row
    return Broadcast(id, number, official, client_id, audience, tag, msgspec.Raw(card), *rest)


def insert(tx: Tx, broadcast: Broadcast) -> bool:
    """Keep a new broadcast; False where its client id belongs to another."""
    sql = f"""INSERT INTO official_broadcast ({COLUMNS}) VALUES (:id, :number, :official, :client_id, :audience, :tag, :card, :what,
        :words, :state, :period, :send_at, :next, :total, :sent, :failed, :delivered, :created_by, :created_at, :begun_at, :finished_at)
        ON CONFLICT DO NOTHING"""
    return tx.run(sql, msgspec.structs.asdict(broadcast) | {"card": bytes(broadcast.card)}) == 1


def change(tx: Tx, id: str, **fields: Any) -> None:
    """Set columns of a broadcast. The names come from our own code, never from a request."""
    sets = ", ".join(f"{name} = :{name}" for name in fields)
    tx.run(f"UPDATE official_broadcast SET {sets} WHERE id = :id", fields | {"id": id})


def one(reader: Reader, id: str) -> Broadcast | None:
    """Return a broadcast."""
    row = reader.one(f"SELECT {COLUMNS} FROM official_broadcast WHERE id = :id", {"id": id})
    return _broadcast(row) if row else None


def numbered(reader: Reader, number: int) -> Broadcast | None:
    """Return the broadcast of a number."""
    row = reader.one(f"SELECT {COLUMNS} FROM official_broadcast WHERE number = :number", {"number": number})
    return _broadcast(row) if row else None


def of_client(reader: Reader, official: AccountId, client_id: str) -> Broadcast | None:
    """Return the broadcast that a program named so."""
    sql = f"SELECT {COLUMNS} FROM official_broadcast WHERE official = :official AND client_id = :client_id"
    row = reader.one(sql, {"official": official, "client_id": client_id})
    return _broadcast(row) if row else None


def free_client(tx: Tx, official: AccountId, client_id: str, before: int) -> None:
    """Let a name be used again that was used before a moment."""
    sql = """UPDATE official_broadcast SET client_id = NULL
        WHERE official = :official AND client_id = :client_id AND created_at < :before"""
    tx.run(sql, {"official": official, "client_id": client_id, "before": before})


def page(reader: Reader, official: AccountId, before: str | None, limit: int) -> list[Broadcast]:
    """Return broadcasts of an account older than the one called `before`, newest first."""
    older = "" if before is None else " AND id < :before"
    sql = f"SELECT {COLUMNS} FROM official_broadcast WHERE official = :official{older} ORDER BY created_at DESC, id DESC LIMIT :limit"
    return [_broadcast(row) for row in reader.all(sql, {"official": official, "limit": limit} | ({"before": before} if before else {}))]


def name_recipients(tx: Tx, id: str, openids: Sequence[str]) -> None:
    """Keep who is to get a broadcast that goes to a list."""
    sql = "INSERT INTO official_broadcast_to (broadcast, openid) VALUES (:id, :openid)"
    tx.many(sql, [{"id": id, "openid": openid} for openid in openids])


def count_recipients(reader: Reader, broadcast: Broadcast) -> int:
    """Return how many are to get a broadcast, as things are now."""
    sql = {
        "all": f"SELECT COUNT(*) FROM official_follow f WHERE f.official = :official AND {FOLLOWS}",
        "tag": f"""SELECT COUNT(*) FROM official_tagged t JOIN official_follow f ON f.openid = t.openid
            WHERE t.official = :official AND t.tag = :tag AND {FOLLOWS}""",
        "list": "SELECT COUNT(*) FROM official_broadcast_to b WHERE b.broadcast = :id",
    }[broadcast.audience]
    row = reader.one(sql, _asked(broadcast))
    return int(row[0]) if row else 0


def recipients(reader: Reader, broadcast: Broadcast, limit: int) -> list[Recipient]:
    """Return the next recipients, in the order of their openids: the conversation is None for one who may not get it."""
    where = f"CASE WHEN {RECEIVES} THEN f.conversation END"
    sql = {
        "all": f"""SELECT f.openid, {where} FROM official_follow f
            WHERE f.official = :official AND {FOLLOWS} AND f.openid > :next ORDER BY f.openid LIMIT :limit""",
        "tag": f"""SELECT t.openid, {where} FROM official_tagged t JOIN official_follow f ON f.openid = t.openid
            WHERE t.official = :official AND t.tag = :tag AND t.openid > :next AND {FOLLOWS} ORDER BY t.openid LIMIT :limit""",
        "list": f"""SELECT b.openid, {where} FROM official_broadcast_to b
            LEFT JOIN official_follow f ON f.openid = b.openid AND f.official = :official
            WHERE b.broadcast = :id AND b.openid > :next ORDER BY b.openid LIMIT :limit""",
    }[broadcast.audience]
    return [(openid, conversation) for openid, conversation in reader.all(sql, _asked(broadcast) | {"limit": limit})]


def _asked(broadcast: Broadcast) -> dict[str, Any]:
    return {"id": broadcast.id, "official": broadcast.official, "tag": broadcast.tag, "next": broadcast.next}


def see(tx: Tx, broadcast: str, account: AccountId, now: int) -> None:
    """Note that somebody opened what they got."""
    sql = """INSERT INTO official_broadcast_seen (broadcast, account, opened_at) VALUES (:broadcast, :account, :now)
        ON CONFLICT (broadcast, account) DO NOTHING"""
    tx.run(sql, {"broadcast": broadcast, "account": account, "now": now})


def click(tx: Tx, broadcast: str, account: AccountId, now: int) -> None:
    """Note that somebody followed a link in what they got."""
    sql = """UPDATE official_broadcast_seen SET clicked_at = :now
        WHERE broadcast = :broadcast AND account = :account AND clicked_at IS NULL"""
    tx.run(sql, {"broadcast": broadcast, "account": account, "now": now})


def seen(reader: Reader, broadcast: str) -> tuple[int, int]:
    """Return how many opened what they got, and how many followed a link in it."""
    row = reader.one("SELECT COUNT(*), COUNT(clicked_at) FROM official_broadcast_seen WHERE broadcast = :id", {"id": broadcast})
    return (int(row[0]), int(row[1])) if row else (0, 0)


def take_quota(tx: Tx, official: AccountId, period: str, limit: int) -> bool:
    """Take one of a period's broadcasts; False when none is left. One statement decides, whoever else asks at the same moment."""
    sql = """INSERT INTO official_quota (official, period, used) VALUES (:official, :period, 1)
        ON CONFLICT (official, period) DO UPDATE SET used = official_quota.used + 1 WHERE official_quota.used < :limit"""
    return limit > 0 and tx.run(sql, {"official": official, "period": period, "limit": limit}) == 1


def give_back_quota(tx: Tx, official: AccountId, period: str) -> None:
    """Give a broadcast back that was not sent."""
    sql = "UPDATE official_quota SET used = used - 1 WHERE official = :official AND period = :period AND used > 0"
    tx.run(sql, {"official": official, "period": period})


def quota(reader: Reader, official: AccountId, period: str) -> int:
    """Return how many broadcasts of a period are taken."""
    row = reader.one(
        "SELECT used FROM official_quota WHERE official = :official AND period = :period", {"official": official, "period": period}
    )
    return int(row[0]) if row else 0
