"""The SQL of followers: who follows what by which openid, remarks, blocks, and the window for answers."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from warung.kit.db import Reader, Row, Tx
from warung.kit.ids import AccountId, ConversationId
from warung.official.model import Follow

FOLLOW = """f.official, f.account, f.openid, f.conversation, f.followed_at, f.left_at, f.source, f.scene, f.ticket, f.remark, f.blocked_at,
    f.window_until, f.window_left"""
FOLLOWS = "followed_at IS NOT NULL AND left_at IS NULL"


def _one(reader: Reader, where: str, params: Mapping[str, Any]) -> Follow | None:
    row = reader.one(f"SELECT {FOLLOW} FROM official_follow f WHERE {where}", params)
    return _with_tags(reader, [row])[0] if row else None


def _with_tags(reader: Reader, rows: Sequence[Row]) -> list[Follow]:
    follows = [Follow(*row) for row in rows]
    if not follows:
        return follows
    sql = "SELECT openid, tag FROM official_tagged WHERE official = :official AND openid IN :openids ORDER BY tag"
    tags: dict[str, list[int]] = {}
    for openid, tag in reader.all(sql, {"official": follows[0].official, "openids": [each.openid for each in follows]}):
        tags.setdefault(openid, []).append(tag)
    return [msgspec.structs.replace(each, tags=tuple(tags[each.openid])) if each.openid in tags else each for each in follows]


def of_account(reader: Reader, official: AccountId, account: AccountId) -> Follow | None:
    """Return how an account knows a person."""
    return _one(reader, "f.official = :official AND f.account = :account", {"official": official, "account": account})


def of_openid(reader: Reader, official: AccountId, openid: str) -> Follow | None:
    """Return whom an account knows by an openid."""
    return _one(reader, "f.openid = :openid AND f.official = :official", {"official": official, "openid": openid})


def of_openids(reader: Reader, official: AccountId, openids: Sequence[str]) -> list[Follow]:
    """Return those whom an account knows by one of these openids."""
    sql = f"SELECT {FOLLOW} FROM official_follow f WHERE f.openid IN :openids AND f.official = :official"
    return _with_tags(reader, reader.all(sql, {"official": official, "openids": list(openids)})) if openids else []


def of_conversations(reader: Reader, conversations: Sequence[ConversationId]) -> dict[ConversationId, Follow]:
    """Return the follows to which conversations belong, without tags."""
    sql = f"SELECT {FOLLOW} FROM official_follow f WHERE f.conversation IN :ids"
    return {row[3]: Follow(*row) for row in reader.all(sql, {"ids": list(conversations)})} if conversations else {}


def followed_by(reader: Reader, account: AccountId) -> list[Follow]:
    """Return what somebody follows, the newest first, without tags."""
    sql = f"SELECT {FOLLOW} FROM official_follow f WHERE f.account = :account AND {FOLLOWS} ORDER BY f.followed_at DESC, f.official"
    return [Follow(*row) for row in reader.all(sql, {"account": account})]


def insert(tx: Tx, row: Mapping[str, Any]) -> bool:
    """Keep a new openid of somebody who does not follow yet; False when the account knows them already."""
    sql = """INSERT INTO official_follow (official, account, openid, source, scene, ticket, remark, window_until, window_left)
        VALUES (:official, :account, :openid, 'ADD_SCENE_OTHERS', '', '', '', 0, 0) ON CONFLICT (official, account) DO NOTHING"""
    return tx.run(sql, row) == 1


def begin(tx: Tx, row: Mapping[str, Any]) -> None:
    """Note that somebody follows from now on."""
    sql = """UPDATE official_follow SET conversation = :conversation, followed_at = :now, left_at = NULL, source = :source, scene = :scene,
        ticket = :ticket WHERE official = :official AND account = :account"""
    tx.run(sql, row)


def end(tx: Tx, official: AccountId, account: AccountId) -> None:
    """Note that somebody follows no more."""
    sql = "UPDATE official_follow SET left_at = :now WHERE official = :official AND account = :account"
    tx.run(sql, {"official": official, "account": account, "now": tx.now})


def followers(reader: Reader, official: AccountId, after: str, limit: int) -> list[str]:
    """Return openids of followers behind one, in their order."""
    sql = f"SELECT openid FROM official_follow WHERE official = :official AND {FOLLOWS} AND openid > :after ORDER BY openid LIMIT :limit"
    return [row[0] for row in reader.all(sql, {"official": official, "after": after, "limit": limit})]


def count_followers(reader: Reader, official: AccountId) -> int:
    """Return how many follow."""
    row = reader.one(f"SELECT count(*) FROM official_follow WHERE official = :official AND {FOLLOWS}", {"official": official})
    return int(row[0]) if row else 0


def blocked(reader: Reader, official: AccountId, after: str, limit: int) -> list[str]:
    """Return openids that an account has blocked, behind one."""
    sql = """SELECT openid FROM official_follow WHERE official = :official AND blocked_at IS NOT NULL AND openid > :after
        ORDER BY openid LIMIT :limit"""
    return [row[0] for row in reader.all(sql, {"official": official, "after": after, "limit": limit})]


def count_blocked(reader: Reader, official: AccountId) -> int:
    """Return how many an account has blocked."""
    row = reader.one("SELECT count(*) FROM official_follow WHERE official = :official AND blocked_at IS NOT NULL", {"official": official})
    return int(row[0]) if row else 0


def set_remark(tx: Tx, openid: str, remark: str) -> None:
    """Keep what an account calls somebody."""
    tx.run("UPDATE official_follow SET remark = :remark WHERE openid = :openid", {"openid": openid, "remark": remark})


def set_blocked(tx: Tx, openids: Sequence[str], at: int | None) -> None:
    """Block some, or block them no more."""
    tx.run("UPDATE official_follow SET blocked_at = :at WHERE openid IN :openids", {"openids": list(openids), "at": at})


def open_window(tx: Tx, openid: str, until: int, left: int) -> None:
    """Let somebody be answered until a time and so often; what is longer already stays."""
    sql = """UPDATE official_follow SET window_left = CASE WHEN window_until < :now OR window_left < :left THEN :left ELSE window_left END,
        window_until = CASE WHEN window_until < :until THEN :until ELSE window_until END WHERE openid = :openid"""
    tx.run(sql, {"openid": openid, "until": until, "left": left, "now": tx.now})


def spend_window(tx: Tx, openid: str) -> bool:
    """Count one answer; False when the time is over or it was answered often enough."""
    sql = "UPDATE official_follow SET window_left = window_left - 1 WHERE openid = :openid AND window_until >= :now AND window_left > 0"
    return tx.run(sql, {"openid": openid, "now": tx.now}) == 1
