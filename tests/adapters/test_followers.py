"""Followers of the log: each gets its turn, whatever the others do."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.worlds import Hand, settings_for
from warung.adapters.bus_local import LocalBus
from warung.adapters.database import Database
from warung.adapters.followers import LONGEST, MOST_S, SHORTEST, Followers
from warung.adapters.transaction import Context
from warung.app import open_database
from warung.kit.card import Cards
from warung.kit.db import Reader, Tx
from warung.kit.domain import Follower

DEADLINE_S = 20


class Reading:
    """A follower of a log of so many entries, that notes how long its turns are; a broken one cannot read, and one has to work for each."""

    def __init__(self, name: str, log: int, *, broken: bool = False, work_s: float = 0.0) -> None:
        self.log, self.broken, self.work_s = log, broken, work_s
        self.turns: list[int] = []
        self.read = 0
        self.follower = Follower(name, self._follow, self._caught_up)

    def _follow(self, tx: Tx, most: int) -> bool:
        self.turns.append(most)
        if self.broken:
            raise RuntimeError("cannot be read")
        took = min(most, self.log - self.read)
        end = time.thread_time() + took * self.work_s
        while time.thread_time() < end:
            pass
        self.read += took
        return took == most

    def _caught_up(self, reader: Reader) -> bool:
        return self.read >= self.log


@pytest.fixture
async def db(tmp_path: Path, database: str, hand: Hand) -> AsyncIterator[Database]:
    """A database with nothing in it."""
    opened = await open_database(settings_for(tmp_path, database), Context(Cards([]), lambda event, to: None, clock=hand))
    yield opened
    await opened.close()


async def until(true: object, *, db: Database) -> None:
    """Go on until something is true; every now and then somebody writes."""
    assert callable(true)
    async with asyncio.timeout(DEADLINE_S):
        while not true():
            await db.write(lambda tx: None)
            await asyncio.sleep(0.01)


async def test_a_follower_far_behind_holds_up_nobody_and_a_broken_one_neither(db: Database) -> None:
    far, broken, near = Reading("far", 50_000_000), Reading("broken", 10, broken=True), Reading("near", 10)
    followers = Followers(db, LocalBus(), [reading.follower for reading in (far, broken, near)])
    task = asyncio.create_task(followers.run())
    try:
        for more in range(3):
            near.log += 10 * more
            await until(lambda: near.read == near.log, db=db)
        assert far.read < far.log, "it was not far enough to be waited for"
        assert len(broken.turns) >= 3
        assert followers.lags()["near"] < followers.lags()["far"]
        assert followers.lags()["near"] < followers.lags()["broken"]
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_an_index_beside_that_keeps_up_is_not_behind_because_others_go_on_writing(tmp_path: Path, hand: Hand) -> None:
    class Growing(Reading):
        def _caught_up(self, reader: Reader) -> bool:
            self.log += 5  # whoever looks finds more
            return False

    db = await open_database(settings_for(tmp_path), Context(Cards([]), lambda event, to: None, clock=hand))
    index = Growing("index", 10)
    followers = Followers(db, LocalBus(), [index.follower], beside=True)
    await asyncio.sleep(0.1)  # what it is behind counts from when it was made
    begun = time.monotonic()
    task = asyncio.create_task(followers.run())
    try:
        await until(lambda: len(index.turns) > 2, db=db)
        assert followers.lags()["index"] < time.monotonic() - begun, "it has not been at the end since it began"
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await db.close()


async def test_turns_stay_within_their_bounds_and_nothing_is_left(db: Database) -> None:
    one = Reading("one", 30_000)
    followers = Followers(db, LocalBus(), [one.follower])
    task = asyncio.create_task(followers.run())
    try:
        await until(lambda: one.read == one.log, db=db)
        assert all(SHORTEST <= most <= LONGEST for most in one.turns)
        await until(lambda: followers.lags()["one"] < 0.2, db=db)
        one.log += 100_000
        await followers.settle()
        assert one.read == one.log
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_slow_commit_does_not_make_the_turns_long_that_make_it_slower(db: Database) -> None:
    busy = Reading("busy", 50_000_000, work_s=50e-6)
    followers = Followers(db, LocalBus(), [busy.follower])
    task = asyncio.create_task(followers.run())
    try:
        while len(busy.turns) < 12:
            await db.write(lambda tx: time.sleep(0.1))
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert max(busy.turns) * busy.work_s <= 2 * MOST_S, "it is twice as long as what was half of it, at most"
