"""The SQL of polls."""

import msgspec

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId
from warung.polls.model import Kept, Vote

_KEPT = "id, kind, conversation, seq, made_by, title, choices, multiple, anonymous, places, closes_at, version, created_at"


def add(tx: Tx, kept: Kept) -> None:
    """Insert a poll."""
    tx.run(
        f"INSERT INTO poll ({_KEPT}) VALUES (:id, :kind, :conversation, :seq, :made_by, :title, :choices, :multiple, :anonymous,"
        " :places, :closes_at, :version, :created_at)",
        msgspec.structs.asdict(kept),
    )


def one(reader: Reader, id: str) -> Kept | None:
    """Return a poll."""
    row = reader.one(f"SELECT {_KEPT} FROM poll WHERE id = :id", {"id": id})
    return Kept(*row) if row else None


def turn(tx: Tx, id: str) -> bool:
    """Give a poll its next version; on PostgreSQL this also keeps two votes from counting the same places."""
    return tx.run("UPDATE poll SET version = version + 1 WHERE id = :id", {"id": id}) == 1


def close(tx: Tx, id: str) -> None:
    """Close a poll now."""
    tx.run("UPDATE poll SET closes_at = :now WHERE id = :id", {"id": id, "now": tx.now})


def votes(reader: Reader, id: str) -> list[Vote]:
    """Return every vote, in the order they were given."""
    rows = reader.all("SELECT account, choice, plus, note, at FROM poll_vote WHERE poll = :id ORDER BY at, account, choice", {"id": id})
    return [Vote(*row) for row in rows]


def put(tx: Tx, id: str, account: AccountId, rows: list[Vote]) -> None:
    """Replace what an account has chosen."""
    tx.run("DELETE FROM poll_vote WHERE poll = :id AND account = :account", {"id": id, "account": account})
    tx.many(
        "INSERT INTO poll_vote (poll, account, choice, plus, note, at) VALUES (:poll, :account, :choice, :plus, :note, :at)",
        [msgspec.structs.asdict(row) | {"poll": id} for row in rows],
    )


def counts(reader: Reader, id: str) -> dict[int, int]:
    """Return how many chose what, with those they bring along."""
    rows = reader.all("SELECT choice, count(*), sum(plus) FROM poll_vote WHERE poll = :id GROUP BY choice", {"id": id})
    return {choice: int(count) + int(plus) for choice, count, plus in rows}


def voters(reader: Reader, id: str) -> int:
    """Count who chose."""
    row = reader.one("SELECT count(DISTINCT account) FROM poll_vote WHERE poll = :id", {"id": id})
    return int(row[0]) if row else 0
