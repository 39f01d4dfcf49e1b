"""`kit.db` on SQLite: one file, WAL, synchronous=FULL, one writing connection and a few reading ones.

Beside it lies the index: a file with a writing connection of its own, so that following the log holds up nobody's commit. What is in it can
be made anew: it is not synced, and begun again where it is broken or missing (docs/decisions/0030).

Through apsw, which brings its own SQLite: a row costs half of what it does through `sqlite3` (docs/decisions/0014).
"""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import apsw
import msgspec

from warung.adapters.checkpoints import Checkpoints
from warung.adapters.database import Database
from warung.adapters.sql import Migration, by_place, pending, placed
from warung.adapters.transaction import Context
from warung.adapters.writer import Doubtful
from warung.kit.db import Params, Row, Rows
from warung.kit.errors import DiskFull, NumberTooLarge, Unavailable

READERS = 4
# One thread at a time has a connection, so it needs no lock of its own.
OPEN = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_NOMUTEX
# Small: a commit looks through it all after a page was split, and what another connection wrote empties a reader's anyway.
CACHE_KIB = 8_192
STATEMENTS = 256  # prepared ones kept by a connection
BUSY_MS = 10_000  # how long to wait for another process, `warung admin`
MIGRATING_MS = 30_000
UNIQUE = (apsw.SQLITE_CONSTRAINT_UNIQUE, apsw.SQLITE_CONSTRAINT_PRIMARYKEY, apsw.SQLITE_CONSTRAINT_ROWID)


class SqliteLink:
    """One SQLite connection."""

    dialect = "sqlite"
    exclusive = True

    def __init__(self, file: Path, *, writes: bool, beside: Path | None = None) -> None:
        self._db = apsw.Connection(str(file), flags=OPEN, statementcachesize=STATEMENTS)
        self._db.set_busy_timeout(BUSY_MS)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"cache_size=-{CACHE_KIB}", "temp_store=MEMORY"):
            self._db.execute(f"PRAGMA {pragma}").fetchall()
        if beside is not None:  # its tables are found by their names, as if they were in the same file
            self._db.execute("ATTACH ? AS beside", (str(beside),))
        self._checkpoints = Checkpoints(file)
        if writes:
            self._db.set_wal_hook(self._checkpoints.grown)  # in the place of SQLite's own
        else:
            self._db.execute("PRAGMA query_only=ON")
        self._writes = writes
        self._seen: object = None

    def all(self, sql: str, params: Params) -> list[Row]:
        """Return every row."""
        return self._db.execute(*placed(sql, params)).fetchall()

    def one(self, sql: str, params: Params) -> Row | None:
        """Return the first row."""
        found: Row | None = self._db.execute(*placed(sql, params)).fetchone()
        return found

    def run(self, sql: str, params: Params) -> int:
        """Execute; return the rows changed."""
        self._db.execute(*placed(sql, params))
        return self._db.changes()

    def many(self, sql: str, rows: Rows) -> None:
        """Execute once per row."""
        text, take = by_place(sql, isinstance(rows[0], msgspec.Struct))
        self._db.executemany(text, map(take, rows))

    def command(self, sql: str) -> None:
        """Execute a word of transaction control."""
        self._db.execute(sql)

    def begin(self) -> bool:
        """Take the write lock; True when another process (`warung admin`) wrote meanwhile."""
        if not self._writes:
            self._db.execute("BEGIN")
            return False
        self._db.execute("BEGIN IMMEDIATE")
        version = self._db.pragma("data_version")
        changed, self._seen = version != self._seen, version
        return bool(changed)

    def commit(self) -> None:
        """COMMIT. A full disk or a busy file undoes it for certain; any other failure leaves it in doubt."""
        try:
            self._db.execute("COMMIT")
        except apsw.Error as failure:
            if self.translate(failure) is failure:
                raise Doubtful(str(failure)) from failure
            raise

    def undone(self) -> bool:
        """SQLite rolls back by itself when the disk is full or fails."""
        return not self._db.in_transaction

    def translate(self, failure: BaseException) -> BaseException:
        """A full disk has a name; a lock held too long by another process is worth another try."""
        if isinstance(failure, OverflowError):
            return NumberTooLarge()
        if isinstance(failure, apsw.FullError):
            return DiskFull()
        if isinstance(failure, apsw.BusyError | apsw.LockedError):
            return Unavailable()
        return failure

    def taken(self, failure: BaseException) -> bool:
        """A unique index says so."""
        code: int = getattr(failure, "extendedresult", 0)  # apsw's types do not tell of it
        return isinstance(failure, apsw.ConstraintError) and code in UNIQUE

    def again(self, failure: BaseException) -> bool:
        """With one writer there is nobody to collide with."""
        return False

    def close(self) -> None:
        """Disconnect."""
        self._checkpoints.close()
        self._db.close()


class IndexLink(SqliteLink):
    """The connection that writes the index and reads the log."""

    def __init__(self, file: Path) -> None:
        super().__init__(index_of(file), writes=True, beside=file)
        self._db.execute("PRAGMA synchronous=NORMAL")

    def begin(self) -> bool:
        """Wait with BEGIN for the first thing written: the log cannot begin anew while a transaction reads it. Nobody else writes here."""
        return False

    def run(self, sql: str, params: Params) -> int:
        """Execute, in a transaction."""
        self._open()
        return super().run(sql, params)

    def many(self, sql: str, rows: Rows) -> None:
        """Execute once per row, in a transaction."""
        self._open()
        super().many(sql, rows)

    def commit(self) -> None:
        """COMMIT, if anything was written."""
        if self._db.in_transaction:
            super().commit()

    def _open(self) -> None:
        if not self._db.in_transaction:
            self._db.execute("BEGIN")


def index_of(file: Path) -> Path:
    """Return where the index of a database lies."""
    return file.with_suffix(f".index{file.suffix}")


async def open_sqlite(file: Path, context: Context, steps: Sequence[Migration]) -> Database:
    """Open or create the files, bring their schemas up to date, and return the database. Call it on the event loop."""
    file.parent.mkdir(parents=True, exist_ok=True)
    await asyncio.to_thread(prepare, file, steps, context.clock())
    return Database(
        context,
        lambda: SqliteLink(file, writes=True),
        lambda: SqliteLink(file, writes=False, beside=index_of(file)),
        READERS,
        near=True,
        fatal=stop_now,
        indexer=lambda: IndexLink(file),
    )


def prepare(file: Path, steps: Sequence[Migration], now: int) -> None:
    """Bring the database and its index up to date; an index that cannot be read is begun again."""
    migrate(file, steps, now)
    index, own = index_of(file), [step for step in steps if "index" in step.dialects]
    try:
        migrate(index, own, now, "index")
    except (apsw.CorruptError, apsw.NotADBError):
        for end in ("", "-wal", "-shm"):
            Path(f"{index}{end}").unlink(missing_ok=True)
        migrate(index, own, now, "index")


def migrate(file: Path, steps: Sequence[Migration], now: int, dialect: str = "sqlite") -> None:
    """Apply the schema files that this database has not seen. Raises when one that it has seen was changed."""
    db = apsw.Connection(str(file))
    db.set_busy_timeout(MIGRATING_MS)
    try:
        db.execute("PRAGMA journal_mode=WAL").fetchall()
        db.execute("PRAGMA synchronous=FULL")
        db.execute(
            "CREATE TABLE IF NOT EXISTS migration (domain TEXT, number INTEGER, digest TEXT, at INTEGER, PRIMARY KEY (domain, number))"
        )
        db.execute("BEGIN IMMEDIATE")
        done = {(domain, number): digest for domain, number, digest in db.execute("SELECT domain, number, digest FROM migration")}
        for step in pending(steps, done):
            for statement in step.statements(dialect):
                db.execute(statement)
            db.execute("INSERT INTO migration VALUES (?, ?, ?, ?)", (step.domain, step.number, step.digest, now))
        db.execute("COMMIT")
    finally:
        db.close()


def stop_now(failure: BaseException) -> None:
    """End the process at once: after a failed fsync nothing that it says about the disk can be believed."""
    os.write(2, f"warung: the disk failed while committing ({failure}); stopping\n".encode())
    os._exit(70)
