"""The SQL of the ledger: its accounts, the journal, what is pending, what has failed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from warung.kit.db import Reader, Tx
from warung.pay.model import FROZEN, Entry, LedgerAccount, LedgerAccountId, Pending

SLICE = 5_000  # databases bound the number of parameters of one statement
ACCOUNT = "id, kind, owner, currency, flags, debits_pending, debits_posted, credits_pending, credits_posted, opened_at"
ENTRY = "pos, id, kind, debit, credit, amount, currency, code, about, pending, timeout_ms, chain, at"
PENDING = "id, amount, posted, state, expires_at, resolved_by"


def _slices(ids: Iterable[str]) -> list[list[str]]:
    whole = list(ids)
    return [whole[at : at + SLICE] for at in range(0, len(whole), SLICE)]


def accounts(reader: Reader, ids: Iterable[str]) -> dict[str, LedgerAccount]:
    """Return ledger accounts by id."""
    sql = f"SELECT {ACCOUNT} FROM ledger_account WHERE id IN :ids"
    return {row[0]: LedgerAccount(*row) for ids in _slices(ids) for row in reader.all(sql, {"ids": ids})}


def accounts_of(reader: Reader, owner: str, kind: str) -> list[LedgerAccount]:
    """Return the ledger accounts of one owner."""
    sql = f"SELECT {ACCOUNT} FROM ledger_account WHERE owner = :owner AND kind = :kind ORDER BY currency"
    return [LedgerAccount(*row) for row in reader.all(sql, {"owner": owner, "kind": kind})]


def open_account(tx: Tx, account: LedgerAccount) -> None:
    """Insert an account; one that is there stays as it is."""
    tx.run(
        f"INSERT INTO ledger_account ({ACCOUNT}) VALUES (:id, :kind, :owner, :currency, :flags, :debits_pending, :debits_posted,"
        " :credits_pending, :credits_posted, :opened_at) ON CONFLICT (id) DO NOTHING",
        msgspec.structs.asdict(account),
    )


def set_flags(tx: Tx, ids: Sequence[str], flags: Mapping[str, int]) -> None:
    """Set the flags of accounts."""
    tx.many("UPDATE ledger_account SET flags = :flags WHERE id = :id", [{"id": id, "flags": flags[id]} for id in sorted(ids)])


def add_to_accounts(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add to both sides of accounts; the checks of the table have the last word."""
    tx.many(
        "UPDATE ledger_account SET debits_pending = debits_pending + :dp, debits_posted = debits_posted + :dd,"
        " credits_pending = credits_pending + :cp, credits_posted = credits_posted + :cc WHERE id = :id",
        rows,
    )


def transfers(reader: Reader, ids: Iterable[str]) -> dict[str, Entry]:
    """Return lines of the journal by id."""
    sql = f"SELECT {ENTRY} FROM ledger_transfer WHERE id IN :ids"
    return {row[1]: Entry(*row) for ids in _slices(ids) for row in reader.all(sql, {"ids": ids})}


def insert_transfers(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write lines into the journal."""
    tx.many(
        "INSERT INTO ledger_transfer (id, kind, debit, credit, amount, currency, code, about, pending, timeout_ms, chain, at)"
        " VALUES (:id, :kind, :debit, :credit, :amount, :currency, :code, :about, :pending, :timeout_ms, :chain, :at)",
        rows,
    )


def pendings(reader: Reader, ids: Iterable[str]) -> dict[str, Pending]:
    """Return what became of pending transfers, by id."""
    sql = f"SELECT {PENDING} FROM ledger_pending WHERE id IN :ids"
    return {row[0]: Pending(*row) for ids in _slices(ids) for row in reader.all(sql, {"ids": ids})}


def insert_pendings(tx: Tx, rows: Sequence[Pending]) -> None:
    """Keep new pending transfers."""
    tx.many(
        f"INSERT INTO ledger_pending ({PENDING}) VALUES (:id, :amount, :posted, :state, :expires_at, :resolved_by)",
        [msgspec.structs.asdict(row) for row in rows],
    )


def resolve_pendings(tx: Tx, rows: Sequence[Pending]) -> None:
    """Resolve pending transfers; one that was resolved meanwhile is left alone."""
    tx.many(
        "UPDATE ledger_pending SET state = :state, posted = :posted, resolved_by = :resolved_by WHERE id = :id AND state = 'pending'",
        [msgspec.structs.asdict(row) for row in rows],
    )


def due(reader: Reader, limit: int) -> list[str]:
    """Return pending transfers that have run out."""
    sql = "SELECT id FROM ledger_pending WHERE state = 'pending' AND expires_at <= :now ORDER BY expires_at, id LIMIT :limit"
    return [row[0] for row in reader.all(sql, {"now": reader.now, "limit": limit})]


def failed(reader: Reader, ids: Iterable[str]) -> set[str]:
    """Return those of these ids that stay failed."""
    return {row[0] for ids in _slices(ids) for row in reader.all("SELECT id FROM ledger_failed WHERE id IN :ids", {"ids": ids})}


def insert_failed(tx: Tx, rows: Iterable[tuple[str, str]]) -> None:
    """Keep ids that have failed."""
    tx.many(
        "INSERT INTO ledger_failed (id, code, at) VALUES (:id, :code, :now) ON CONFLICT (id) DO NOTHING",
        [{"id": id, "code": code, "now": tx.now} for id, code in rows],
    )


def entries(
    reader: Reader,
    account: LedgerAccountId,
    *,
    before: int,
    since: int = 0,
    until: int = 1 << 60,
    codes: Sequence[str] = (),
    kinds: Sequence[str] = (),
    limit: int,
) -> list[Entry]:
    """Return the lines of an account below a position, the newest first; where `codes` or `kinds` say so, of those only."""
    some = (" AND code IN :codes" if codes else "") + (" AND kind IN :kinds" if kinds else "")
    side = f"SELECT {ENTRY} FROM ledger_transfer WHERE {{side}} = :account AND pos < :before AND at >= :since AND at < :until{some}"
    newest = " ORDER BY pos DESC LIMIT :limit"
    halves = " UNION ALL ".join(f"SELECT * FROM ({side.format(side=name)}{newest}) AS {name}s" for name in ("debit", "credit"))
    params: dict[str, Any] = {"account": account, "before": before, "since": since, "until": until, "limit": limit}
    for name, wanted in (("codes", codes), ("kinds", kinds)):
        if wanted:
            params[name] = list(wanted)
    return [Entry(*row) for row in reader.all(halves + newest, params)]


def moved_since(reader: Reader, account: LedgerAccountId, since: int) -> int:
    """Return how much an account's credits exceed its debits in what was booked at or after a time."""
    sql = """SELECT COALESCE(SUM(CASE WHEN credit = :account THEN amount ELSE -amount END), 0) FROM ledger_transfer
        WHERE (debit = :account OR credit = :account) AND kind IN ('single', 'post') AND at >= :since"""
    row = reader.one(sql, {"account": account, "since": since})
    assert row is not None
    return int(row[0])


def trial_balance(reader: Reader) -> list[tuple[str, str, int, int, int, int, int]]:
    """Return (currency, kind, accounts, debits pending, debits posted, credits pending, credits posted), a row for each kind."""
    sql = """SELECT currency, kind, COUNT(*), CAST(SUM(debits_pending) AS BIGINT), CAST(SUM(debits_posted) AS BIGINT),
        CAST(SUM(credits_pending) AS BIGINT), CAST(SUM(credits_posted) AS BIGINT)
        FROM ledger_account GROUP BY currency, kind ORDER BY currency, kind"""
    return [(row[0], row[1], row[2], row[3], row[4], row[5], row[6]) for row in reader.all(sql)]


def frozen(account: LedgerAccount) -> bool:
    """Is nothing to be paid from this account?"""
    return bool(account.flags & FROZEN)


def secret(reader: Reader, name: str) -> str | None:
    """Return what this place keeps to itself under a name."""
    row = reader.one("SELECT value FROM pay_secret WHERE name = :name", {"name": name})
    return row[0] if row else None


def keep_secret(tx: Tx, name: str, value: str) -> None:
    """Keep something, unless there is something already."""
    tx.run("INSERT INTO pay_secret (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING", {"name": name, "value": value})
