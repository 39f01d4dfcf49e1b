"""A place with accounts and nothing above them: a database, a clock that the test holds, and what was emitted."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.environment import postgres_database, postgres_template
from warung import accounts
from warung.accounts import hashing, passwords, sessions
from warung.accounts.model import Opened, Session
from warung.adapters import db_postgres
from warung.adapters.database import Database
from warung.adapters.db_sqlite import open_sqlite
from warung.adapters.sql import migrations
from warung.adapters.transaction import Context
from warung.kit.bus import Event, SessionEnded
from warung.kit.card import Cards
from warung.kit.db import Reader, Tx
from warung.kit.errors import Refusal
from warung.kit.ids import AccountId, Identity, SessionId
from warung.kit.site import Site

T = TypeVar("T")

NOON = 1_400_000_000_000
HERE = "127.0.0.1"
FAR = "203.0.113.7"
SITE = Site(name="kopi", url="http://localhost:8000")
PUBLIC = Site(name="kopi", url="https://kopi.example")
# The cheapest hash that Argon2 allows: these tests are about who gets in, not about how slowly.
QUICK: dict[str, Any] = {"password_memory_kib": 8, "password_passes": 1}
PASSWORD = "kopi tubruk manis"
STEPS = migrations([("accounts", Path(accounts.__file__).parent / "schema")])


class Place:
    """One database and its surroundings. `ask` and `do` run a question and a verb."""

    def __init__(self) -> None:
        self.now = NOON
        self.told: list[tuple[Event, Sequence[AccountId]]] = []
        self.context = Context(Cards([]), lambda event, to: self.told.append((event, to)), {}, {}, lambda: self.now)
        self.set()
        self.db: Database

    def set(self, **settings: Any) -> None:
        """Set accounts' settings; those not named are the defaults, but for quick hashes."""
        self.context.settings = {accounts.Settings: accounts.Settings(**QUICK | settings)}

    def ended(self) -> list[SessionId]:
        """Return the sessions whose end was told, in order, and forget them."""
        ended = [event.session for event, _ in self.told if isinstance(event, SessionEnded)]
        self.told.clear()
        return ended

    async def do(self, verb: Callable[[Tx], T]) -> T:
        return await self.db.write(verb)

    async def ask(self, question: Callable[[Reader], T]) -> T:
        return await self.db.read(question)

    async def somebody(self, handle: str, *, password: str | None = PASSWORD, operator: bool = False) -> AccountId:
        """Make an account without asking how it came here."""
        cost = accounts.Settings(**QUICK)
        hashed = None if password is None else await hashing.POOL.hash(password, cost=cost)
        return await self.do(lambda tx: accounts.create_account(tx, handle=handle, name=handle.title(), password=hashed, operator=operator))

    async def signed_in(self, account: AccountId, device: str = "Ponsel", address: str = HERE) -> Opened:
        """Sign a device in without proof."""
        return await self.do(lambda tx: accounts.start_session(tx, account=account, device=device, address=address))

    async def sign_in(self, handle: str, password: str = PASSWORD, address: str = FAR) -> Opened:
        """Sign in with a password."""
        return await passwords.sign_in(self.db, handle=handle, password=password, device="Laptop", address=address)

    async def sign_up(self, handle: str, *, site: Site = PUBLIC, address: str = FAR, **how: Any) -> accounts.SignedUp:
        """Sign up with a password, as the route does; `how` may hold invite, operator, language, region, name."""
        given = await accounts.prepare_credentials(self.db, handle=handle, password=PASSWORD, passkey=None, site=site, address=address)
        name = how.pop("name", handle.title())
        return await self.do(
            lambda tx: accounts.sign_up(tx, handle=handle, name=name, credentials=given, device="Ponsel", site=site, address=address, **how)
        )

    async def who(self, token: str) -> Identity:
        """Return who acts with this token."""
        return await self.ask(lambda reader: accounts.authenticate(reader, token))

    async def me(self, account: AccountId) -> accounts.Me:
        """Return an account as its owner sees it."""
        return await self.ask(lambda reader: accounts.me(reader, by=account))

    async def devices(self, opened: Opened) -> list[Session]:
        """List the sessions of an account, as seen from one of them."""
        by = Identity(opened.account, opened.session)
        return await self.ask(lambda reader: sessions.list_sessions(reader, by=by))


@asynccontextmanager
async def opened(kind: str, folder: Path) -> AsyncIterator[Place]:
    """Yield an empty place on SQLite or on PostgreSQL."""
    place = Place()
    if kind == "sqlite":
        place.db = await open_sqlite(folder / "warung.db", place.context, STEPS)
        try:
            yield place
        finally:
            await place.db.close()
        return
    template = postgres_template("accounts", lambda url: db_postgres.migrate(url, STEPS, NOON))
    with postgres_database(template) as url:
        place.db = await db_postgres.open_postgres(url, place.context, STEPS)
        try:
            yield place
        finally:
            await place.db.close()


async def refused(kind: type[Refusal], attempt: Awaitable[object]) -> dict[str, Any]:
    """Expect exactly this refusal; return its details."""
    with pytest.raises(kind) as caught:
        await attempt
    assert type(caught.value) is kind
    return caught.value.details
