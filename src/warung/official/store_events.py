"""The SQL of what happened at an account."""

from typing import Any

import msgspec

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId
from warung.official.model import Happening

EVENT = "seq, id, kind, openid, body, at"


def append(tx: Tx, *, official: AccountId, id: str, kind: str, openid: str, entry: int | None, body: bytes) -> int:
    """Write down what happened; return its number."""
    sql = """INSERT INTO official_event (official, seq, id, kind, openid, entry, body, at)
        VALUES (:official, COALESCE((SELECT max(seq) FROM official_event WHERE official = :official), 0) + 1, :id, :kind, :openid, :entry,
            :body, :now) RETURNING seq"""
    params = {"official": official, "id": id, "kind": kind, "openid": openid, "entry": entry, "body": body, "now": tx.now}
    row = tx.one(sql, params)
    assert row is not None
    return int(row[0])


def after(reader: Reader, official: AccountId, seq: int, limit: int) -> list[Happening]:
    """Return what happened behind a number, in order."""
    sql = f"SELECT {EVENT} FROM official_event WHERE official = :official AND seq > :after ORDER BY seq LIMIT :limit"
    rows = reader.all(sql, {"official": official, "after": seq, "limit": limit})
    return [Happening(seq, id, kind, openid, msgspec.Raw(bytes(body)), at) for seq, id, kind, openid, body, at in rows]


def last(reader: Reader, official: AccountId) -> int:
    """Return the number of the latest; 0 for none."""
    row = reader.one("SELECT COALESCE(max(seq), 0) FROM official_event WHERE official = :official", {"official": official})
    return int(row[0]) if row else 0


def of_entry(reader: Reader, openid: str, entry: int) -> list[tuple[int, bytes]]:
    """Return (seq, body) of what tells of a message, in order."""
    rows = reader.all("SELECT seq, body FROM official_event WHERE openid = :openid AND entry = :entry ORDER BY seq", _of(openid, entry))
    return [(seq, bytes(body)) for seq, body in rows]


def rewrite(tx: Tx, official: AccountId, seq: int, body: bytes) -> None:
    """Replace what is told of something."""
    sql = "UPDATE official_event SET body = :body WHERE official = :official AND seq = :seq"
    tx.run(sql, {"official": official, "seq": seq, "body": body})


def forget(tx: Tx, official: AccountId, before: int) -> None:
    """Delete what is older; the latest stays, so that numbers go on."""
    sql = """DELETE FROM official_event WHERE official = :official AND at < :before
        AND seq < (SELECT max(seq) FROM official_event WHERE official = :official)"""
    tx.run(sql, {"official": official, "before": before})


def _of(openid: str, entry: int) -> dict[str, Any]:
    return {"openid": openid, "entry": entry}
