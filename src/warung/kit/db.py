"""The port to the database: what a verb sees of it, and what `app.py` and the routes call.

SQL is written once, for SQLite and PostgreSQL, with `:named` parameters; a list given for one becomes `(…, …)` after IN.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any, Protocol, TypeVar, runtime_checkable

import msgspec

from warung.kit.bus import Event
from warung.kit.card import Cards
from warung.kit.ids import AccountId
from warung.kit.job import Job
from warung.kit.kind import Kind

T = TypeVar("T")
Row = tuple[Any, ...]
Params = Mapping[str, Any]
Rows = Sequence[Params] | Sequence[msgspec.Struct]  # of a struct, its fields are the parameters
# When the request came on whose behalf the database is asked, on the clock of the loop: whoever asks first takes it out.
SINCE: ContextVar[list[float] | None] = ContextVar("since", default=None)


class Reader(Protocol):
    """A consistent view of the database at one moment."""

    now: int  # milliseconds UTC, the same for everything in this transaction
    cards: Cards
    kinds: Mapping[str, Kind]  # of conversations, by name
    dialect: str  # "sqlite" or "postgres": only for ports that have a text per database

    def all(self, sql: str, params: Params = ...) -> list[Row]:
        """Return every row."""

    def one(self, sql: str, params: Params = ...) -> Row | None:
        """Return the first row, or None."""

    def settings(self, section: type[T]) -> T:
        """Return a domain's section of the settings."""

    def emit(self, event: Event, to: Iterable[AccountId] = ...) -> None:
        """Tell listeners now and the accounts in `to` after the commit. A hint: it may be lost."""


class Tx(Reader, Protocol):
    """A transaction that may write. All or nothing; emitted events leave only after the commit."""

    cache: dict[Any, Any]  # kept between transactions by the writer; emptied when one fails
    exclusive: bool  # True when no other writer exists, so that what `cache` holds of the database stays true
    careful: bool  # False while a verb may take for granted that a key is new: if one was not, all is undone and the verb called again

    def run(self, sql: str, params: Params = ...) -> int:
        """Execute and return the number of rows changed."""

    def many(self, sql: str, rows: Rows) -> None:
        """Execute once per row."""

    def enqueue(self, job: Job, *, at: int | None = None, key: str | None = None) -> None:
        """Have `job` done at `at` (milliseconds UTC; as soon as possible without it). A job of the same key is replaced."""

    def cancel(self, key: str) -> None:
        """Forget the job of this key, if there is one."""


Verb = Callable[[Tx], T]
Question = Callable[[Reader], T]


@runtime_checkable
class Db(Protocol):
    """A database with one writer and group commit. `submit` costs no task and no future.

    Who submits the work of several requests as one says with `waited` how many seconds those have waited for it altogether.
    """

    waited: Callable[[float, int], None]

    async def write(self, verb: Verb[T], *, aside: bool = False) -> T:
        """Run a verb in a transaction; return after it is on disk. What nobody waits for goes aside: between the commits of people."""

    async def read(self, question: Question[T], *, ahead: bool = False) -> T:
        """Run a question on a reading connection. A short one that much waits for (who is asking?) goes ahead of the others."""

    def submit(self, verb: Verb[T], done: Callable[[T | BaseException], None]) -> None:
        """Run a verb in a transaction and call `done` with its result on the event loop, after the commit."""

    async def ready(self) -> None:
        """Raise when the database cannot be reached."""

    async def close(self) -> None:
        """Finish what was submitted, then disconnect."""
