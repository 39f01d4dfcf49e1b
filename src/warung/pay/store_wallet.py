"""The SQL of wallets: PINs, approvals, what was spent, who is verified or frozen."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId


class Pin(msgspec.Struct, frozen=True):
    """A payment PIN's row."""

    hash: str
    failures: int
    locked_until: int
    set_at: int


class Approval(NamedTuple):
    """A confirmation's row: whose it is, the digest of what it is for, and whether a new device gave it."""

    account: AccountId
    bound: str
    fresh: bool


class Standing(msgspec.Struct, frozen=True):
    """What the operator knows and decided of somebody's wallet."""

    verified: int = 0
    frozen_by: AccountId | None = None
    reason: str | None = None


def pin(reader: Reader, account: AccountId) -> Pin | None:
    """Return somebody's PIN."""
    row = reader.one("SELECT hash, failures, locked_until, set_at FROM pay_pin WHERE account = :account", {"account": account})
    return Pin(*row) if row else None


def set_pin(tx: Tx, account: AccountId, hash: str) -> None:
    """Store a PIN; what was counted begins anew."""
    tx.run(
        "INSERT INTO pay_pin (account, hash, failures, locked_until, set_at) VALUES (:account, :hash, 0, 0, :now)"
        " ON CONFLICT (account) DO UPDATE SET hash = excluded.hash, failures = 0, locked_until = 0, set_at = excluded.set_at",
        {"account": account, "hash": hash, "now": tx.now},
    )


def count_failure(tx: Tx, account: AccountId, failures: int, locked_until: int) -> None:
    """Store how often a PIN was tried since it was last right."""
    tx.run(
        "UPDATE pay_pin SET failures = :failures, locked_until = :until WHERE account = :account",
        {"account": account, "failures": failures, "until": locked_until},
    )


def insert_approval(tx: Tx, row: dict[str, Any]) -> None:
    """Keep a confirmation; those that ran out go."""
    tx.run("DELETE FROM pay_approval WHERE expires_at < :before", {"before": tx.now})
    tx.run(
        "INSERT INTO pay_approval (token, account, bound, fresh, expires_at) VALUES (:token, :account, :bound, :fresh, :expires_at)", row
    )


def approvals(reader: Reader, tokens: Sequence[str]) -> dict[str, Approval]:
    """Return confirmations that have not run out, by the digest of their token."""
    sql = "SELECT token, account, bound, fresh FROM pay_approval WHERE token IN :tokens AND expires_at > :now"
    rows = reader.all(sql, {"tokens": list(tokens), "now": reader.now}) if tokens else []
    return {row[0]: Approval(row[1], row[2], bool(row[3])) for row in rows}


def delete_approvals(tx: Tx, tokens: Sequence[str]) -> None:
    """Forget confirmations that were used up."""
    if tokens:
        tx.run("DELETE FROM pay_approval WHERE token IN :tokens", {"tokens": list(tokens)})


def spent(reader: Reader, accounts: Sequence[AccountId], day: int) -> dict[tuple[AccountId, str, str], int]:
    """Return what people paid on a day, by account, currency and kind of limit."""
    sql = "SELECT account, currency, kind, used FROM pay_spent WHERE account IN :accounts AND day = :day"
    rows = reader.all(sql, {"accounts": list(accounts), "day": day}) if accounts else []
    return {(row[0], row[1], row[2]): row[3] for row in rows}


def spend(tx: Tx, day: int, rows: Sequence[tuple[AccountId, str, str, int, int]]) -> None:
    """Count (account, currency, kind, amount, cap). The table refuses what would pass the cap."""
    tx.many(
        "INSERT INTO pay_spent (account, currency, kind, day, used, cap) VALUES (:account, :currency, :kind, :day, :amount, :cap)"
        " ON CONFLICT (account, currency, kind, day) DO UPDATE SET used = pay_spent.used + excluded.used, cap = excluded.cap",
        [{"account": row[0], "currency": row[1], "kind": row[2], "day": day, "amount": row[3], "cap": row[4]} for row in rows],
    )


def verified(reader: Reader, accounts: Sequence[AccountId]) -> set[AccountId]:
    """Return those of these whom the operator knows."""
    sql = "SELECT account FROM pay_standing WHERE account IN :accounts AND verified = 1"
    return {row[0] for row in reader.all(sql, {"accounts": list(accounts)})} if accounts else set()


def standing(reader: Reader, account: AccountId) -> Standing:
    """Return what the operator knows and decided of somebody."""
    row = reader.one("SELECT verified, frozen_by, reason FROM pay_standing WHERE account = :account", {"account": account})
    return Standing(*row) if row else Standing()


def set_standing(tx: Tx, account: AccountId, standing: Standing) -> None:
    """Store it."""
    tx.run(
        "INSERT INTO pay_standing (account, verified, frozen_by, reason, changed_at)"
        " VALUES (:account, :verified, :frozen_by, :reason, :now)"
        " ON CONFLICT (account) DO UPDATE SET verified = excluded.verified, frozen_by = excluded.frozen_by, reason = excluded.reason,"
        " changed_at = excluded.changed_at",
        msgspec.structs.asdict(standing) | {"account": account, "now": tx.now},
    )
