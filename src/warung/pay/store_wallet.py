"""The SQL of wallets: PINs, approvals, what was spent, who is verified or frozen."""

from typing import Any

import msgspec

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId


class Pin(msgspec.Struct, frozen=True):
    """A payment PIN's row."""

    hash: str
    failures: int
    locked_until: int
    set_at: int


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


def take_approval(tx: Tx, token: str, account: AccountId, bound: str) -> bool | None:
    """Use a confirmation up; return whether a new device gave it, or None where there is none for exactly this."""
    sql = """DELETE FROM pay_approval WHERE token = :token AND account = :account AND bound = :bound AND expires_at > :now
        RETURNING fresh"""
    row = tx.one(sql, {"token": token, "account": account, "bound": bound, "now": tx.now})
    return None if row is None else bool(row[0])


def spent(reader: Reader, account: AccountId, currency: str, kind: str, day: int) -> int:
    """Return what was paid on a day."""
    sql = "SELECT used FROM pay_spent WHERE account = :account AND currency = :currency AND kind = :kind AND day = :day"
    row = reader.one(sql, {"account": account, "currency": currency, "kind": kind, "day": day})
    return int(row[0]) if row else 0


def spend(tx: Tx, account: AccountId, currency: str, kind: str, day: int, amount: int, cap: int) -> None:
    """Count a payment. The table refuses what would pass the cap."""
    tx.run(
        "INSERT INTO pay_spent (account, currency, kind, day, used, cap) VALUES (:account, :currency, :kind, :day, :amount, :cap)"
        " ON CONFLICT (account, currency, kind, day) DO UPDATE SET used = pay_spent.used + excluded.used, cap = excluded.cap",
        {"account": account, "currency": currency, "kind": kind, "day": day, "amount": amount, "cap": cap},
    )


def take_back(tx: Tx, account: AccountId, currency: str, kind: str, day: int, amount: int) -> None:
    """Take a payment out of the count again."""
    tx.run(
        "UPDATE pay_spent SET used = used - :amount WHERE account = :account AND currency = :currency AND kind = :kind AND day = :day",
        {"account": account, "currency": currency, "kind": kind, "day": day, "amount": amount},
    )


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
