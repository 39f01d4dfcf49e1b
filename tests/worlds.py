"""Fixtures for all tests, a plugin: a world on either database, and a clock that a test can hold.

With WARUNG_TEST_FORM=cluster every world stands on PostgreSQL, NATS and a bucket, and what is served is two nodes behind a balancer.
"""

import contextlib
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.environment import once_per_run, postgres_database, postgres_template
from warung.adapters import db_postgres, db_sqlite
from warung.app import DOMAINS, World, open_world, schema
from warung.kit import clock
from warung.settings import Settings, load

CLUSTER = os.environ.get("WARUNG_TEST_FORM") == "cluster"


class Hand:
    """A clock that goes on by itself and can be put forward. Whoever looks again sees it a millisecond on at least: what a test
    did later has a later id."""

    def __init__(self) -> None:
        self.ahead = 0
        self._seen = 0

    def __call__(self) -> int:
        """Return the present, as this test has it."""
        self._seen = max(self._seen + 1, clock.now() + self.ahead)
        return self._seen

    def forward(self, milliseconds: int) -> None:
        """Let time pass."""
        self.ahead += milliseconds
        self._seen += milliseconds


@pytest.fixture
def hand() -> Hand:
    """The clock of the worlds that this test opens."""
    return Hand()


@pytest.fixture(params=["postgres"] if CLUSTER else ["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty database of each kind, its schema up to date; empty for SQLite in the data folder."""
    if request.param == "sqlite":
        yield ""
        return
    with on_postgres() as url:
        yield url


@contextlib.contextmanager
def on_postgres(*, anew: bool = False) -> Iterator[str]:
    """Yield the URL of an empty database in PostgreSQL; `anew`: one that never had a row."""
    steps = schema()
    template = postgres_template("warung", lambda url: db_postgres.migrate(url, steps, 0))
    with postgres_database(template, anew=anew) as url:
        yield url


@pytest.fixture
def engines(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """The settings of what a world of this test stands on, where it does not say so itself: nothing, or the engines of a cluster."""
    if "database" in request.fixturenames:  # before the worlds, so that it is taken back when they are closed
        request.getfixturevalue("database")
    if not CLUSTER:
        yield {}
        return
    name = f"t{uuid.uuid4().hex[:12]}"
    nats, bucket = request.getfixturevalue("shared_nats"), request.getfixturevalue("bucket")
    with on_postgres() as url:
        yield {"database": url, "bus": nats.url, "bus_prefix": name, "blobs": bucket.folder(name)}


OpenWorld = Callable[..., Any]


@pytest.fixture
async def open_a_world(tmp_path: Path, hand: Hand, engines: dict[str, str]) -> AsyncIterator[OpenWorld]:
    """A function that opens a world: `await open_a_world(database="", registration="open", ...)`; closed at the end."""
    worlds: list[World] = []

    async def open_one(database: str = "", sections: dict[type[Any], Any] | None = None, **override: Any) -> World:
        stands_on = engines | override
        own = stands_on.pop("database", "")
        settings = settings_for(tmp_path, database or own, sections, **stands_on)
        if not settings.server.database:
            begun(settings.data)
        world = await open_world(settings, clock=hand, static=tmp_path / "static")
        worlds.append(world)
        for task in world._tasks:  # its own sweep, of its start, could still be at work when a test has put the clock forward
            if task.get_name() == "_sweep":
                task.cancel()
        return world

    yield open_one
    while worlds:  # pytest may keep this function until the end of the run: let it not keep the worlds
        await worlds.pop(0).close()


def begun(data: Path) -> None:
    """Put an empty SQLite, its schema up to date, where there is none: copied, since making it takes as long as a short test."""
    with once_per_run("sqlite") as done:
        if not done.exists():
            db_sqlite.migrate(made := done.with_suffix(".db"), schema(), 0)
            made.rename(done)
    data.mkdir(parents=True, exist_ok=True)
    if not (data / "warung.db").exists():
        shutil.copyfile(done, data / "warung.db")


def settings_for(folder: Path, database: str = "", sections: dict[type[Any], Any] | None = None, **override: Any) -> Settings:
    """Return settings for a world in `folder`; `sections` replace a domain's own."""
    # how busy the machine is that runs the tests must not decide what they find: overload has tests of its own
    settings = load(DOMAINS, None, {}, data=str(folder / "data"), database=database, **{"overload_ms": 0} | override)
    return msgspec.structs.replace(settings, sections={**settings.sections, **(sections or {})})


@pytest.fixture
async def world(open_a_world: OpenWorld, database: str) -> World:
    """A world on each database."""
    opened: World = await open_a_world(database)
    return opened


@pytest.fixture
async def db(world: World) -> Any:
    """The world's database."""
    return world.db


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """Async tests run on the loop that the server uses."""
    return "asyncio", {"use_uvloop": True}
