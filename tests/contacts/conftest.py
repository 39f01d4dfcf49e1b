"""A place where people meet: a database with accounts and contacts, a clock to be turned, and what everyone was told."""

import asyncio
import contextlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.environment import postgres_database, postgres_template
from warung import accounts, contacts
from warung.adapters import db_postgres
from warung.adapters.database import Database
from warung.adapters.db_postgres import open_postgres
from warung.adapters.db_sqlite import open_sqlite
from warung.adapters.sql import migrations
from warung.adapters.transaction import Context
from warung.kit.bus import Event
from warung.kit.card import Cards
from warung.kit.db import Tx
from warung.kit.errors import Refusal
from warung.kit.ids import AccountId

T = TypeVar("T")
STEPS = migrations((domain.name, domain.schema) for domain in (accounts.DOMAIN, contacts.DOMAIN) if domain.schema is not None)
START = 1_700_000_000_000


class Place:
    """What the tests hold in their hands. Verbs run one after another, each in its own transaction."""

    def __init__(self) -> None:
        self.now = START
        self.told: list[tuple[Event, AccountId]] = []
        self.heard: list[Event] = []
        self.listeners: dict[type[Event], list[Callable[[Any, Any], None]]] = {}
        self.settings: dict[type[Any], Any] = {}
        internal: list[type[Event]] = [contacts.Befriended, contacts.Parted, contacts.PersonBlocked, contacts.PersonUnblocked]
        for event in internal:
            self.listen(event, lambda _tx, event: self.heard.append(event))
        for event, listener in contacts.DOMAIN.listeners:
            self.listen(event, listener)
        self._runner = asyncio.Runner()
        self._numbers = itertools.count(1)
        self._db: Database | None = None

    def listen(self, event: type[Event], listener: Callable[[Any, Any], None]) -> None:
        """Do what a domain above would do."""
        self.listeners.setdefault(event, []).append(listener)

    def open(self, folder: Path | None, url: str) -> None:
        """Open SQLite in a folder, or PostgreSQL at a URL."""
        context = Context(Cards([]), self._tell, self.settings, self.listeners, lambda: self.now)

        async def opened() -> Database:
            return await (open_postgres(url, context, STEPS) if folder is None else open_sqlite(folder / "warung.db", context, STEPS))

        self._db = self._runner.run(opened())

    def close(self) -> None:
        """Disconnect."""
        if self._db is not None:
            self._runner.run(self._db.close())
        self._runner.close()

    def write(self, verb: Callable[..., T], *given: Any, **named: Any) -> T:
        """Run a verb with what it is given; raises its refusal."""
        assert self._db is not None
        return self._runner.run(self._db.write(lambda tx: verb(tx, *given, **named)))

    def read(self, question: Callable[..., T], *given: Any, **named: Any) -> T:
        """Ask."""
        assert self._db is not None
        return self._runner.run(self._db.read(lambda reader: question(reader, *given, **named)))

    def people(self, *names: str) -> list[AccountId]:
        """Let people sign up: their handles are their names in small letters, with a number where there was one before."""
        return [self.write(self._arrive, name) for name in names]

    def number(self) -> int:
        """A number that was not given before."""
        return next(self._numbers)

    def _arrive(self, tx: Tx, name: str) -> AccountId:
        handle = name.lower().replace(" ", "_")
        taken = accounts.by_handle(tx, handle) is not None
        return accounts.create_account(tx, handle=f"{handle}{self.number()}" if taken else handle, name=name)

    def refused(self, verb: Callable[..., Any], *given: Any, **named: Any) -> Refusal:
        """Run a verb that must be refused; return the refusal."""
        with pytest.raises(Refusal) as caught:
            self.write(verb, *given, **named)
        return caught.value

    def _tell(self, event: Event, audience: Sequence[AccountId]) -> None:
        self.told += [(event, account) for account in audience]

    def ask(self, by: AccountId, to: AccountId, greeting: str = "") -> Any:
        """`by` sends a request to `to`, whose handle they know."""
        return self.write(contacts.request, by=by, to=to, greeting=greeting, via="handle")

    def befriend(self, a: AccountId, b: AccountId) -> Any:
        """Two people become contacts."""
        asked = self.ask(a, b)
        return self.write(contacts.accept, by=b, id=asked.id)

    def overview(self, by: AccountId) -> contacts.Overview:
        """What somebody sees of their contacts."""
        return self.read(contacts.overview, by=by)

    def relation(self, by: AccountId, other: AccountId) -> str:
        """What `other` is to `by`."""
        return self.read(contacts.relation, by=by, other=other)


@contextlib.contextmanager
def opened_place(kind: str, folder: Path) -> Iterator[Place]:
    """An empty place on SQLite in a folder, or on PostgreSQL."""
    with contextlib.ExitStack() as stack:
        here = Place()
        if kind == "sqlite":
            here.open(folder, "")
        else:
            template = postgres_template("contacts", lambda url: db_postgres.migrate(url, STEPS, 0))
            here.open(None, stack.enter_context(postgres_database(template)))
        stack.callback(here.close)
        yield here


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty place on each of the databases."""
    with opened_place(request.param, tmp_path) as here:
        yield here
