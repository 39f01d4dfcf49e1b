"""The SQL of the operator's books: credits given and taken, cases, and the trail of what operators did."""

import msgspec

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId
from warung.pay.model import LedgerAccount
from warung.pay.store import ACCOUNT

ISSUE = "id, kind, account, amount, currency, reason, asked_by, decided_by, guarded, state, at"
CASE = "id, kind, about, detail, opened_at, closed_at, closed_by, note"


class Issue(msgspec.Struct, frozen=True):
    """Credits to be given to somebody, or taken back: by whom, why, and whether a second operator has agreed."""

    id: str
    kind: str  # "issue" or "redeem"
    account: AccountId
    amount: int
    currency: str
    reason: str
    asked_by: AccountId
    decided_by: AccountId | None
    guarded: int
    state: str  # "waiting", "done", "refused"
    at: int


class Case(msgspec.Struct, frozen=True):
    """Something about money that somebody has to look at."""

    id: str
    kind: str
    about: str
    detail: str
    opened_at: int
    closed_at: int | None
    closed_by: AccountId | None
    note: str | None


def insert_issue(tx: Tx, issue: Issue) -> None:
    """Keep an order for credits."""
    tx.run(
        f"INSERT INTO pay_issue ({ISSUE}) VALUES (:id, :kind, :account, :amount, :currency, :reason, :asked_by, :decided_by, :guarded,"
        " :state, :at)",
        msgspec.structs.asdict(issue),
    )


def issue(reader: Reader, id: str) -> Issue | None:
    """Return an order for credits."""
    row = reader.one(f"SELECT {ISSUE} FROM pay_issue WHERE id = :id", {"id": id})
    return Issue(*row) if row else None


def done_alone(reader: Reader, by: AccountId, kind: str, since: int) -> int:
    """Return what an operator gave out, or took back, without another's consent since a moment."""
    sql = "SELECT COALESCE(SUM(amount), 0) FROM pay_issue WHERE asked_by = :by AND kind = :kind AND guarded = 0 AND at > :since"
    row = reader.one(sql, {"by": by, "kind": kind, "since": since})
    return int(row[0]) if row else 0


def issues(reader: Reader, before: str, limit: int) -> list[Issue]:
    """Return orders for credits, the newest first."""
    rows = reader.all(f"SELECT {ISSUE} FROM pay_issue WHERE id < :before ORDER BY id DESC LIMIT :limit", {"before": before, "limit": limit})
    return [Issue(*row) for row in rows]


def decide_issue(tx: Tx, id: str, state: str, by: AccountId) -> bool:
    """Decide one that waits; False when it does not."""
    sql = "UPDATE pay_issue SET state = :state, decided_by = :by WHERE id = :id AND state = 'waiting'"
    return tx.run(sql, {"id": id, "state": state, "by": by}) == 1


def open_case(tx: Tx, case: Case) -> bool:
    """Open a case; one about the same thing is not opened twice."""
    return (
        tx.run(
            f"INSERT INTO pay_case ({CASE}) VALUES (:id, :kind, :about, :detail, :opened_at, :closed_at, :closed_by, :note)"
            " ON CONFLICT (kind, about) DO NOTHING",
            msgspec.structs.asdict(case),
        )
        == 1
    )


def cases(reader: Reader, *, closed: bool, before: str, limit: int) -> list[Case]:
    """Return cases, the newest first."""
    state = "IS NOT NULL" if closed else "IS NULL"
    sql = f"SELECT {CASE} FROM pay_case WHERE closed_at {state} AND id < :before ORDER BY id DESC LIMIT :limit"
    return [Case(*row) for row in reader.all(sql, {"before": before, "limit": limit})]


def close_case(tx: Tx, id: str, by: AccountId, note: str) -> bool:
    """Close a case; False when there is no open one."""
    sql = "UPDATE pay_case SET closed_at = :now, closed_by = :by, note = :note WHERE id = :id AND closed_at IS NULL"
    return tx.run(sql, {"id": id, "by": by, "note": note, "now": tx.now}) == 1


def settle_case(tx: Tx, kind: str, about: str, note: str) -> None:
    """Close the open case about a thing, if there is one; nobody closed it."""
    sql = "UPDATE pay_case SET closed_at = :now, note = :note WHERE kind = :kind AND about = :about AND closed_at IS NULL"
    tx.run(sql, {"kind": kind, "about": about, "note": note, "now": tx.now})


def note(tx: Tx, *, id: str, actor: AccountId, what: str, about: str, detail: str) -> None:
    """Write into the trail."""
    tx.run(
        "INSERT INTO pay_trail (id, actor, what, about, detail, at) VALUES (:id, :actor, :what, :about, :detail, :now)",
        {"id": id, "actor": actor, "what": what, "about": about, "detail": detail, "now": tx.now},
    )


def trail(reader: Reader, before: str, limit: int) -> list[tuple[str, AccountId, str, str, str, int]]:
    """Return (id, actor, what, about, detail, at), the newest first."""
    sql = "SELECT id, actor, what, about, detail, at FROM pay_trail WHERE id < :before ORDER BY id DESC LIMIT :limit"
    return [(row[0], row[1], row[2], row[3], row[4], row[5]) for row in reader.all(sql, {"before": before, "limit": limit})]


def all_accounts(reader: Reader, after: str, limit: int) -> list[LedgerAccount]:
    """Return ledger accounts in the order of their ids, behind one."""
    rows = reader.all(f"SELECT {ACCOUNT} FROM ledger_account WHERE id > :after ORDER BY id LIMIT :limit", {"after": after, "limit": limit})
    return [LedgerAccount(*row) for row in rows]
