"""The SQL of jobs. One function per statement; claiming has a text per database."""

from typing import Any, Protocol

import msgspec

from warung.kit.db import Params, Row
from warung.kit.ids import new_id
from warung.kit.job import Job


class Asking(Protocol):
    """What a question needs of a transaction."""

    dialect: str

    def all(self, sql: str, params: Params = ...) -> list[Row]:
        """Return every row."""

    def one(self, sql: str, params: Params = ...) -> Row | None:
        """Return the first row, or None."""


class Queries(Asking, Protocol):
    """What a change needs of it."""

    def run(self, sql: str, params: Params = ...) -> int:
        """Execute and return the number of rows changed."""


class Waiting(msgspec.Struct, frozen=True):
    """A job as it is stored."""

    id: str
    tag: str
    body: bytes
    tries: int


def insert(tx: Queries, job: Job, *, now: int, at: int, key: str | None) -> None:
    """Write a job down."""
    row: dict[str, Any] = {"id": new_id(now), "key": key, "tag": job.__struct_config__.tag, "body": msgspec.json.encode(job), "at": at}
    tx.run("INSERT INTO job (id, key, tag, body, due_at, tries) VALUES (:id, :key, :tag, :body, :at, 0)", row)


def forget(tx: Queries, key: str) -> None:
    """Delete the job of a key."""
    tx.run("DELETE FROM job WHERE key = :key", {"key": key})


def due(tx: Asking, *, now: int, limit: int) -> list[Waiting]:
    """Return jobs whose time has come, the longest due first."""
    rows = tx.all(
        "SELECT id, tag, body, tries FROM job WHERE failed_at IS NULL AND due_at <= :now ORDER BY due_at, id LIMIT :limit",
        {"now": now, "limit": limit},
    )
    return [Waiting(*row) for row in rows]


def claim(tx: Asking, id: str, *, now: int) -> bool:
    """Is the job still to be done? On PostgreSQL, hold it until the commit; False as well when another node holds it."""
    sql = "SELECT id FROM job WHERE id = :id AND failed_at IS NULL AND due_at <= :now"
    locking = " FOR UPDATE SKIP LOCKED" if tx.dialect == "postgres" else ""
    return tx.one(sql + locking, {"id": id, "now": now}) is not None


def done(tx: Queries, id: str) -> None:
    """Delete a job."""
    tx.run("DELETE FROM job WHERE id = :id", {"id": id})


def lease(tx: Queries, id: str, *, until: int) -> None:
    """Let nobody take a job up before `until`, and count the try."""
    tx.run("UPDATE job SET due_at = :until, tries = tries + 1 WHERE id = :id", {"id": id, "until": until})


def postpone(tx: Queries, id: str, *, tries: int, at: int, problem: str) -> None:
    """Try again at `at`."""
    sql = "UPDATE job SET due_at = :at, tries = :tries, problem = :problem WHERE id = :id"
    tx.run(sql, {"id": id, "at": at, "tries": tries, "problem": problem})


def give_up(tx: Queries, id: str, *, tries: int, now: int, problem: str) -> None:
    """Keep a job as failed."""
    sql = "UPDATE job SET failed_at = :now, tries = :tries, problem = :problem WHERE id = :id"
    tx.run(sql, {"id": id, "now": now, "tries": tries, "problem": problem})
