"""The transaction that verbs see, the same over both databases, and what they share: clock, cards, settings, listeners."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import msgspec

from warung.adapters import store_jobs
from warung.kit import clock
from warung.kit.bus import Event
from warung.kit.card import Cards
from warung.kit.clock import Clock
from warung.kit.db import Params, Row, Rows
from warung.kit.ids import AccountId
from warung.kit.job import Job
from warung.kit.kind import Kind

T = TypeVar("T")
NONE: dict[str, Any] = {}
Told = tuple[Event, Sequence[AccountId]]


class Link(Protocol):
    """One connection to a database, with named parameters."""

    dialect: str

    def all(self, sql: str, params: Params) -> list[Row]:
        """Return every row."""

    def one(self, sql: str, params: Params) -> Row | None:
        """Return the first row."""

    def run(self, sql: str, params: Params) -> int:
        """Execute; return the rows changed."""

    def many(self, sql: str, rows: Rows) -> None:
        """Execute once per row."""

    def command(self, sql: str) -> None:
        """Execute a word of transaction control."""


class Context(msgspec.Struct):
    """What every transaction of a database shares. Filled by `app.py`."""

    cards: Cards
    publish: Callable[[Event, Sequence[AccountId]], None]
    settings: Mapping[type[Any], Any] = {}
    listeners: Mapping[type[Event], Sequence[Callable[[Any, Any], None]]] = {}
    clock: Clock = clock.now
    kinds: Mapping[str, Kind] = {}


class Transaction:
    """A `kit.db.Tx` over a link. The commit belongs to whoever made it."""

    def __init__(self, link: Link, context: Context, cache: dict[Any, Any], *, exclusive: bool, writes: bool, careful: bool = True) -> None:
        self._link = link
        self._context = context
        self._writes = writes
        self.now = context.clock()
        self.cards = context.cards
        self.kinds = context.kinds
        self.dialect = link.dialect
        self.cache = cache
        self.exclusive = exclusive
        self.careful = careful
        self.told: list[Told] = []

    def all(self, sql: str, params: Params = NONE) -> list[Row]:
        """Return every row."""
        return self._link.all(sql, params)

    def one(self, sql: str, params: Params = NONE) -> Row | None:
        """Return the first row, or None."""
        return self._link.one(sql, params)

    def run(self, sql: str, params: Params = NONE) -> int:
        """Execute and return the number of rows changed."""
        return self._link.run(sql, params)

    def many(self, sql: str, rows: Rows) -> None:
        """Execute once per row."""
        if rows:
            self._link.many(sql, rows)

    def enqueue(self, job: Job, *, at: int | None = None, key: str | None = None) -> None:
        """Have `job` done at `at`, or soon; it stands for a job of the same key that waits."""
        if key is not None:
            store_jobs.forget(self, key)
        store_jobs.insert(self, job, now=self.now, at=self.now if at is None else at, key=key)

    def cancel(self, key: str) -> None:
        """Forget the job of this key."""
        store_jobs.forget(self, key)

    def settings(self, section: type[T]) -> T:
        """Return a domain's section of the settings, or its defaults."""
        found: T = self._context.settings.get(section) or section()
        return found

    def emit(self, event: Event, to: Iterable[AccountId] = ()) -> None:
        """Tell listeners now, in this transaction, and remember the audience for after the commit."""
        if self._writes:
            for listener in self._context.listeners.get(type(event), ()):
                listener(self, event)
        audience = tuple(to)
        if audience and not event.internal:
            self.told.append((event, audience))
