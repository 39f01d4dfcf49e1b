"""`kit.db` on PostgreSQL 15 or newer, through psycopg: the same writer, SERIALIZABLE, repeated when two nodes collide.

A verb is a pure function of its transaction, so repeating it is safe; results and events leave only after the commit. So that
nodes seldom collide, their batches take turns (docs/decisions/0017); the turn is a hint, what holds is SERIALIZABLE and the row.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import errors
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

from warung.adapters.database import Database
from warung.adapters.sets import TYPES, in_sets, named
from warung.adapters.sql import Migration, for_psycopg, listed, pending
from warung.adapters.transaction import Context
from warung.adapters.writer import Doubtful
from warung.kit.db import Params, Row, Rows
from warung.kit.errors import DiskFull, NumberTooLarge, Unavailable
from warung.kit.text import TextNotAllowed

READERS = 4
TURN = 0x7475726E  # the key of the lock that a batch holds from before it begins until it is on disk
# A plan that was made while a table was small, and read it whole, would be kept while it grows: the index, always.
PLANS = "SET enable_seqscan = off; SET random_page_cost = 1.1; SET jit = off"
# Who waits for the turn longer than this writes without it. A node that hangs or is cut off loses its session, and the turn with it.
SESSION = """
SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '30s';
SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3
"""
MIGRATING = 0x77617275  # the key of the lock under which one node at a time changes the schema


class PostgresLink:
    """One PostgreSQL connection."""

    dialect = "postgres"
    exclusive = False

    def __init__(self, url: str, *, writes: bool) -> None:
        self._db: psycopg.Connection[Row] = psycopg.connect(url, autocommit=True, application_name="warung")
        self._writer = secrets.token_hex(8) if writes else ""
        self._turn = False
        self._tables: dict[str, dict[str, str]] = {}  # the types of their columns
        self._db.execute(PLANS)
        if writes:
            self._db.execute(SESSION)

    def all(self, sql: str, params: Params) -> list[Row]:
        """Return every row."""
        return self._execute(sql, params).fetchall()

    def one(self, sql: str, params: Params) -> Row | None:
        """Return the first row."""
        return self._execute(sql, params).fetchone()

    def run(self, sql: str, params: Params) -> int:
        """Execute; return the rows changed."""
        return self._execute(sql, params).rowcount

    def many(self, sql: str, rows: Rows) -> None:
        """Execute for every row: at once where that can be, else in one conversation with the server."""
        if len(rows) == 1:
            self._execute(sql, *named(rows))
            return
        one = in_sets(sql)
        over = one.over(rows, self._types(one.table)) if one else None
        if over is not None:
            self._db.execute(over[0].encode(), over[1])
            return
        with self._db.cursor() as cursor:
            cursor.executemany(for_psycopg(sql), named(rows))

    def _types(self, table: str) -> dict[str, str]:
        found = self._tables.get(table)
        if found is None:
            found = self._tables[table] = dict(self._db.execute(TYPES, (table,)).fetchall())
        return found

    def _execute(self, sql: str, params: Params) -> psycopg.Cursor[Row]:
        return self._db.execute(for_psycopg(sql), listed(params))

    def command(self, sql: str) -> None:
        """Execute a word of transaction control."""
        self._say(sql)
        if sql == "ROLLBACK":
            self._pass_on()

    def begin(self) -> bool:
        """Open a transaction, when it is this writer's turn; True when another one wrote since its last."""
        if not self._writer:
            self._say("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            return False
        with contextlib.suppress(errors.LockNotAvailable):
            self._say(f"SELECT pg_advisory_lock({TURN})")
            self._turn = True
        if self._say("BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT writer FROM turn").get_value(0, 0) == self._writer.encode():
            return False
        self._db.execute("UPDATE turn SET writer = %s", (self._writer,))
        return True

    def commit(self) -> None:
        """COMMIT. A collision or a refusal undoes it for certain; a lost connection leaves it in doubt."""
        try:
            if self._turn:  # in one go with its end: nobody waits for another round trip
                self._say(f"COMMIT; SELECT pg_advisory_unlock({TURN})")
                self._turn = False
            else:
                self._say("COMMIT")
        except psycopg.OperationalError as failure:
            if failure.sqlstate is None:
                raise Doubtful(str(failure)) from failure
            self._pass_on()
            raise

    def _pass_on(self) -> None:
        """End the turn. Where that fails the connection is lost, and the turn with it."""
        if self._turn:
            self._turn = False
            with contextlib.suppress(psycopg.OperationalError):
                self._say(f"SELECT pg_advisory_unlock({TURN})")

    def _say(self, words: str) -> PGresult:
        """Execute what has no parameters; return the last result. A third of what the same words cost through a cursor."""
        result = self._db.pgconn.exec_(words.encode())
        if result.status in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
            return result
        failure = errors.error_from_result(result)
        raise failure if failure.sqlstate else psycopg.OperationalError(str(failure))  # nobody there who could say what it was

    def undone(self) -> bool:
        """Is there no transaction left to roll back? A connection that was lost cannot say so, and is given up by whoever tries."""
        return self._db.info.transaction_status == TransactionStatus.IDLE

    def translate(self, failure: BaseException) -> BaseException:
        """What no column can hold, a full disk and a lost server have names."""
        if isinstance(failure, errors.NumericValueOutOfRange):
            return NumberTooLarge()
        if isinstance(failure, errors.CharacterNotInRepertoire) or (isinstance(failure, psycopg.DataError) and "NUL" in str(failure)):
            return TextNotAllowed()
        if isinstance(failure, errors.DiskFull):
            return DiskFull()
        if isinstance(failure, psycopg.OperationalError):
            return Unavailable()
        return failure

    def taken(self, failure: BaseException) -> bool:
        """A unique index says so."""
        return isinstance(failure, errors.UniqueViolation)

    def again(self, failure: BaseException) -> bool:
        """Collisions between nodes and connections lost before COMMIT are repeated."""
        return isinstance(failure, errors.SerializationFailure | errors.DeadlockDetected | errors.LockNotAvailable) or (
            isinstance(failure, psycopg.OperationalError) and self._db.closed
        )

    def close(self) -> None:
        """Disconnect."""
        self._db.close()


class IndexLink(PostgresLink):
    """The connection that writes the index and reads the log.

    It needs no turn and collides with nobody: only it changes the index, from what one snapshot of the log says, and where two nodes do it
    at a time the position they both move holds the second one up. What a crash takes is read again, so its commits wait for no disk.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url, writes=False)
        self._db.execute(SESSION)
        self._db.execute("SET synchronous_commit = off")

    def begin(self) -> bool:
        """Open a transaction."""
        self._say("BEGIN ISOLATION LEVEL REPEATABLE READ")
        return False


async def open_postgres(url: str, context: Context, steps: Sequence[Migration]) -> Database:
    """Bring the schema up to date and return the database. Call it on the event loop."""
    await asyncio.to_thread(migrate, url, steps, context.clock())
    return Database(
        context,
        lambda: PostgresLink(url, writes=True),
        lambda: PostgresLink(url, writes=False),
        READERS,
        near=False,
        fatal=go_on,
        indexer=lambda: IndexLink(url),
    )


def go_on(failure: BaseException) -> None:
    """A connection lost under COMMIT: those who waited are told that it is not confirmed, and the next batch reconnects."""


def migrate(url: str, steps: Sequence[Migration], now: int) -> None:
    """Apply the schema files that this database has not seen, one node at a time."""
    with psycopg.connect(url, application_name="warung migrate") as db:
        db.execute("SELECT pg_advisory_xact_lock(%s)", (MIGRATING,))
        db.execute(
            "CREATE TABLE IF NOT EXISTS migration (domain TEXT, number INTEGER, digest TEXT, at BIGINT, PRIMARY KEY (domain, number))"
        )
        # Who wrote last: a writer that finds itself here knows that what it remembers is still true.
        db.execute('CREATE TABLE IF NOT EXISTS turn (id INTEGER PRIMARY KEY, writer TEXT COLLATE "C" NOT NULL)')
        db.execute("INSERT INTO turn (id, writer) VALUES (1, '') ON CONFLICT DO NOTHING")
        rows: list[Any] = db.execute("SELECT domain, number, digest FROM migration").fetchall()
        for step in pending(steps, {(domain, number): digest for domain, number, digest in rows}):
            for statement in step.statements("postgres"):
                db.execute(statement.encode())
            db.execute("INSERT INTO migration VALUES (%s, %s, %s, %s)", (step.domain, step.number, step.digest, now))
