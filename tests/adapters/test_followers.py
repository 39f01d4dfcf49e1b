"""Followers of the log: each gets its turn, whatever the others do."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.worlds import Hand, settings_for
from warung.adapters.bus_local import LocalBus
from warung.adapters.database import Database
from warung.adapters.followers import BESIDE, LONGEST, MARKS, MOST_S, SHORTEST, Followers, Progress
from warung.adapters.transaction import Context
from warung.app import open_database
from warung.kit.card import Cards
from warung.kit.db import Reader, Tx
from warung.kit.domain import Follower, Reach

DEADLINE_S = 20


class Reading:
    """A follower of a log of so many entries, that notes how long its turns are; a broken one cannot read, and one has to work for each."""

    def __init__(self, name: str, log: int, *, broken: bool = False, work_s: float = 0.0) -> None:
        self.log, self.broken, self.work_s = log, broken, work_s
        self.turns: list[int] = []
        self.read = 0
        self.follower = Follower(name, self._follow, self._reach)

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

    def _reach(self, reader: Reader) -> Reach:
        return Reach((0, self.read), (0, self.log))


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


async def test_who_keeps_up_without_ever_seeing_the_end_is_only_as_far_behind_as_what_it_has_not_read(tmp_path: Path, hand: Hand) -> None:
    class Growing(Reading):
        def _follow(self, tx: Tx, most: int) -> bool:
            self.log += most  # while it reads as much is written
            return super()._follow(tx, most)

    db = await open_database(settings_for(tmp_path), Context(Cards([]), lambda event, to: None, clock=hand))
    index = Growing("index", 3 * BESIDE, work_s=0.02 / BESIDE)
    followers = Followers(db, LocalBus(), [index.follower], beside=True)
    begun = time.monotonic()
    task = asyncio.create_task(followers.run())
    try:
        await until(lambda: len(index.turns) > 20, db=db)
        assert index.read < index.log
        assert followers.lags()["index"] < (time.monotonic() - begun) / 2, "it is as if it had read nothing since it began"
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await db.close()


def test_how_far_behind_is_known_of_every_moment_it_was_looked_at() -> None:
    one = Progress(1)
    begun = one.knows
    for second in range(1, 11):  # ten entries a second; it has read what was there three seconds ago
        assert one.is_behind(Reach((0, 10 * max(0, second - 3)), (0, 10 * second)), begun + second)
        assert one.knows == begun + max(0, second - 3)
    assert not one.is_behind(Reach((0, 100), (0, 100)), begun + 11)
    assert one.knows == begun + 11
    for second in range(12, 12 + 2 * MARKS):  # it stands still for a long time: no more is kept than that
        assert one.is_behind(Reach((0, 100), (0, 10 * second)), begun + second)
    assert one.knows == begun + 11
    assert one.is_behind(Reach((0, 10 * (11 + MARKS)), (0, 100_000)), begun + 10_000)
    assert one.knows == begun + 11 + MARKS


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
