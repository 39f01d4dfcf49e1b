"""The SQL of reports."""

from collections.abc import Mapping
from typing import Any

from warung.kit.db import Reader, Row, Tx
from warung.kit.ids import AccountId

REPORT = "id, about, reporter, account, conversation, seq, reason, words, evidence, at, closed_at, closed_by"


def insert_report(tx: Tx, report: Mapping[str, Any]) -> None:
    """Keep a new report, without its evidence."""
    sql = """INSERT INTO contact_report (id, about, reporter, account, conversation, seq, reason, words, at)
        VALUES (:id, :about, :reporter, :account, :conversation, :seq, :reason, :words, :at)"""
    tx.run(sql, report)


def set_evidence(tx: Tx, id: str, evidence: bytes, account: AccountId | None) -> None:
    """Add the evidence, and the account it speaks of where the report did not name one."""
    sql = "UPDATE contact_report SET evidence = :evidence, account = COALESCE(account, :account) WHERE id = :id"
    tx.run(sql, {"id": id, "evidence": evidence, "account": account})


def has_evidence(reader: Reader, id: str) -> bool:
    """Did anyone add evidence to this report?"""
    return reader.one("SELECT 1 FROM contact_report WHERE id = :id AND evidence IS NOT NULL", {"id": id}) is not None


def reported_since(reader: Reader, reporter: AccountId, since: int) -> tuple[int, int]:
    """Return how many reports someone wrote since a time, and the time of the first of them (0 for none)."""
    sql = "SELECT COUNT(*), COALESCE(MIN(at), 0) FROM contact_report WHERE reporter = :reporter AND at > :since"
    row = reader.one(sql, {"reporter": reporter, "since": since})
    assert row is not None
    return row[0], row[1]


def reports(reader: Reader, closed: bool, before: str | None, limit: int) -> list[Row]:
    """Return open or closed reports that are older than the one called `before`, newest first."""
    state = "IS NOT NULL" if closed else "IS NULL"
    older = "" if before is None else "AND id < :before"
    sql = f"SELECT {REPORT} FROM contact_report WHERE closed_at {state} {older} ORDER BY id DESC LIMIT :limit"
    return reader.all(sql, {"limit": limit} if before is None else {"limit": limit, "before": before})


def close_report(tx: Tx, id: str, by: AccountId) -> bool:
    """Return False when there is no such open report."""
    sql = "UPDATE contact_report SET closed_at = :now, closed_by = :by WHERE id = :id AND closed_at IS NULL"
    return tx.run(sql, {"id": id, "now": tx.now, "by": by}) == 1
