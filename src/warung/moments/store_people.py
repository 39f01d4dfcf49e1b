"""The SQL of what people decided about moments, and of what they are told."""

from collections.abc import Sequence
from typing import Any

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId
from warung.moments.model import Hidden, Person

PERSON = "account, window_days, cover, last, seen, looked"


def people(reader: Reader, accounts: Sequence[AccountId]) -> dict[AccountId, Person]:
    """Return what is kept of these people; nothing for those of whom nothing is."""
    if not accounts:
        return {}
    rows = reader.all(f"SELECT {PERSON} FROM moment_person WHERE account IN :accounts", {"accounts": list(accounts)})
    return {row[0]: Person(*row) for row in rows}


def set_person(tx: Tx, account: AccountId, **fields: Any) -> None:
    """Set columns of a person. The names come from our own code, never from a request."""
    first = {"window_days": 0, "cover": None, "last": "", "seen": "", "looked": ""} | fields
    sets = ", ".join(f"{name} = excluded.{name}" for name in fields)
    sql = f"""INSERT INTO moment_person ({PERSON}) VALUES (:account, :window_days, :cover, :last, :seen, :looked)
        ON CONFLICT (account) DO UPDATE SET {sets}"""
    tx.run(sql, first | {"account": account})


def hide(tx: Tx, account: AccountId, other: AccountId, mine: bool, theirs: bool) -> None:
    """Keep what an account decided about another."""
    given = {"account": account, "other": other, "mine": int(mine), "theirs": int(theirs)}
    if not (mine or theirs):
        tx.run("DELETE FROM moment_hide WHERE account = :account AND other = :other", {"account": account, "other": other})
        return
    sql = """INSERT INTO moment_hide (account, other, mine, theirs) VALUES (:account, :other, :mine, :theirs)
        ON CONFLICT (account, other) DO UPDATE SET mine = excluded.mine, theirs = excluded.theirs"""
    tx.run(sql, given)


def hidden_by(reader: Reader, account: AccountId) -> list[Hidden]:
    """Return what an account decided about others."""
    rows = reader.all("SELECT other, mine, theirs FROM moment_hide WHERE account = :account ORDER BY other", {"account": account})
    return [Hidden(other, bool(mine), bool(theirs)) for other, mine, theirs in rows]


def hiding_from(reader: Reader, account: AccountId, others: Sequence[AccountId]) -> set[AccountId]:
    """Return those of `others` who do not show an account theirs."""
    if not others:
        return set()
    sql = "SELECT account FROM moment_hide WHERE other = :account AND mine = 1 AND account IN :others"
    return {row[0] for row in reader.all(sql, {"account": account, "others": list(others)})}


def tired_of(reader: Reader, account: AccountId) -> set[AccountId]:
    """Return those who do not want to be shown what an account posts."""
    rows = reader.all("SELECT account FROM moment_hide WHERE other = :account AND theirs = 1", {"account": account})
    return {row[0] for row in rows}


def insert_notices(tx: Tx, notices: Sequence[dict[str, Any]]) -> None:
    """Tell people that somebody liked or commented."""
    sql = """INSERT INTO moment_notice (id, account, moment, actor, comment, at)
        VALUES (:id, :account, :moment, :actor, :comment, :at)"""
    tx.many(sql, notices)


def forget_like(tx: Tx, moment: str, actor: AccountId) -> None:
    """Tell nobody any more that somebody liked."""
    sql = "DELETE FROM moment_notice WHERE moment = :moment AND actor = :actor AND comment = ''"
    tx.run(sql, {"moment": moment, "actor": actor})


def notices(reader: Reader, account: AccountId, limit: int) -> list[tuple[str, str, AccountId, str, int]]:
    """Return (id, moment, actor, comment, time), newest first."""
    sql = "SELECT id, moment, actor, comment, at FROM moment_notice WHERE account = :account ORDER BY id DESC LIMIT :limit"
    rows = reader.all(sql, {"account": account, "limit": limit})
    return [(id, moment, actor, comment, at) for id, moment, actor, comment, at in rows]
