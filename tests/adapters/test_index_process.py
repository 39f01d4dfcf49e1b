"""The index in a process: told over a socket that there is something to read, on both databases; a turn that fails leaves nothing."""

import asyncio
import contextlib
import os
import socket
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.cast import Cast
from warung.adapters import index_process
from warung.adapters.bus_local import LocalBus
from warung.adapters.followers import BESIDE_EVERY_S, Followers
from warung.adapters.index_process import Indexing, IndexProcess, Lost
from warung.app import World, indexing
from warung.chat import store_search
from warung.chat.search import FOLLOWER, reach, search
from warung.kit.db import Tx
from warung.kit.domain import Follower, Position
from warung.kit.ids import AccountId

ANYTHING: dict[str, Any] = {"conversation": None, "sender": None, "after": None, "before": None, "cursor": None}


class Working:
    """What is done in a process, done in a thread of this one."""

    def __init__(self, index: Indexing) -> None:
        self._index = index
        ours, self._theirs = socket.socketpair()
        self._thread = threading.Thread(target=self._work)
        self._thread.start()
        self.process = IndexProcess(os.getpid(), ours)

    def _work(self) -> None:
        with self._theirs:
            self._index.run(self._theirs)
            if self._index.link is not None:
                self._index.link.close()

    def die(self) -> None:
        """End as a process does that is killed."""
        with contextlib.suppress(OSError):
            self._theirs.shutdown(socket.SHUT_RDWR)
        self._thread.join()

    def end(self) -> None:
        """Leave nothing open."""
        self.die()
        self.process.hang_up()


@pytest.fixture
async def still(world: World) -> World:
    """A world in which nothing is done by itself."""
    for task in world._tasks:
        task.cancel()
    await asyncio.gather(*world._tasks, return_exceptions=True)
    return world


@pytest.fixture
async def working(still: World) -> AsyncIterator[Working]:
    """What would be the process of this world."""
    made = Working(indexing(still.settings))
    yield made
    made.end()


class Place:
    """Two who talk, and the followers of their log."""

    def __init__(self, world: World, process: IndexProcess) -> None:
        self.db = world.db
        self.cast = Cast(world.db)
        self.followers = Followers(world.db, LocalBus(), world.indexers._followers, beside=True, process=process)

    async def begin(self) -> None:
        """Let them talk to each other."""
        self.budi, siti = await self.cast.people("budi", "siti")
        self.here = await self.cast.friends(self.budi, siti)

    async def says(self, text: str) -> None:
        """Say something, and have it indexed."""
        await self.cast.says(self.budi, self.here, text)
        async with asyncio.timeout(20):
            await self.followers.settle()

    async def finds(self, query: str, by: AccountId) -> int:
        """Return how much is found."""
        return len((await self.db.read(lambda reader: search(reader, by=by, query=query, **ANYTHING))).hits)


@pytest.fixture
async def place(still: World, working: Working) -> Place:
    """A place whose index is written by what would be the process, and by nobody else."""
    made = Place(still, working.process)
    await made.begin()
    return made


async def test_what_is_said_is_found(place: Place) -> None:
    await place.says("mangga pertama")
    assert await place.finds("mangga", place.budi) == 1
    task = asyncio.create_task(place.followers.run())
    try:
        for text in ("jeruk kedua", "jeruk ketiga"):
            await place.cast.says(place.budi, place.here, text)
        async with asyncio.timeout(20):
            while await place.finds("jeruk", place.budi) < 2 or place.followers.lags()["search"] > BESIDE_EVERY_S:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_who_lost_the_process_goes_on_in_a_thread(place: Place, working: Working) -> None:
    await place.says("mangga pertama")
    working.die()
    await place.says("mangga kedua")
    assert await place.finds("mangga", place.budi) == 2
    with pytest.raises(Lost):
        working.process.go_on()


async def test_a_turn_that_fails_leaves_nothing_and_is_taken_again(still: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_process, "AFTER_FAILURE_S", 0)
    turns: list[Position] = []

    def follow(tx: Tx, most: int) -> bool:
        turns.append(store_search.words_read(tx, FOLLOWER))
        store_search.remember_words(tx, FOLLOWER, (0, 77 + len(turns)))
        if len(turns) == 1:
            raise RuntimeError("no mangga today")
        return len(turns) == 2

    index = indexing(still.settings)
    index._followers = [Follower("search", follow, reach)]
    working = Working(index)
    try:
        async with asyncio.timeout(20):
            while len(turns) < 3:
                working.process.go_on()
                await asyncio.sleep(0.01)
        assert turns[:3] == [(0, 0), (0, 0), (0, 79)]  # it was told more often, and may have taken another
    finally:
        working.end()
