"""Does the jobs: chores inside a transaction of their own, errands beside it. Any node may; a claimed job belongs to one."""

import asyncio
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import msgspec
import structlog

from warung.adapters import store_jobs
from warung.adapters.store_jobs import Waiting
from warung.kit.clock import HOUR, SECOND
from warung.kit.db import Db, Tx
from warung.kit.domain import Chore, Errand, Services

SCHEMA = ("jobs", Path(__file__).parent / "schema")
PER_TURN = 200
AT_ONCE = 32  # errands under way
TRIES = 8  # of a job that nobody knows
FIRST_PAUSE = 2 * SECOND
LONGEST_PAUSE = HOUR
PROBLEM_CHARS = 500
log = structlog.get_logger()


class UnknownJob(Exception):
    """A job that no domain here knows: written by a newer version, or by one that had another domain."""


class Jobs:
    """The work that domains know how to do. `turn` takes up what is due; a job that fails waits longer each time."""

    def __init__(self, db: Db, ways: Iterable[Chore | Errand], services: Services) -> None:
        self._db = db
        self._services = services
        self._ways: dict[str, Chore | Errand] = {}
        for way in ways:
            tag = str(way.job.__struct_config__.tag)
            if tag in self._ways:
                raise ValueError(f"two ways to do {tag}")
            self._ways[tag] = way
        self._under_way: set[asyncio.Task[None]] = set()
        self.failed = 0

    async def turn(self) -> int:
        """Do the chores that are due and set out on the errands; return how many jobs were taken up."""
        waiting = await self._db.read(lambda reader: store_jobs.due(reader, now=reader.now, limit=PER_TURN))
        taken = await asyncio.gather(*(self._take(job) for job in waiting))
        return sum(taken)

    async def settle(self) -> None:
        """Do everything that is due now, and wait until it is done."""
        while await self.turn() or self._under_way:
            await asyncio.gather(*self._under_way)

    async def close(self) -> None:
        """Break off the errands; their leases run out and they are taken up again."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _take(self, job: Waiting) -> bool:
        way = self._ways.get(job.tag)
        if isinstance(way, Errand):
            if len(self._under_way) >= AT_ONCE or not await self._db.write(partial(_leased, job=job, errand=way), aside=True):
                return False
            task = asyncio.create_task(self._run(job, way))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
            return True
        try:
            return await self._db.write(partial(_done, job=job, chore=way), aside=True)
        except Exception as failure:
            await self._failed(job, failure, way.tries if way else TRIES)
            return True

    async def _run(self, job: Waiting, errand: Errand) -> None:
        try:
            async with asyncio.timeout(errand.lease_s):
                await errand.run(self._services, msgspec.json.decode(job.body, type=errand.job))
            await self._db.write(lambda tx: store_jobs.done(tx, job.id))
        except Exception as failure:
            await self._failed(job, failure, errand.tries)

    async def _failed(self, job: Waiting, failure: Exception, most: int) -> None:
        tries = job.tries + 1
        problem = f"{type(failure).__name__}: {failure}"[:PROBLEM_CHARS]
        last = tries >= most
        log.warning("job", tag=job.tag, id=job.id, tries=tries, given_up=last, problem=problem, exc_info=last)

        def note(tx: Tx) -> None:
            if last:
                store_jobs.give_up(tx, job.id, tries=tries, now=tx.now, problem=problem)
            else:
                pause = min(FIRST_PAUSE << (tries - 1), LONGEST_PAUSE)
                store_jobs.postpone(tx, job.id, tries=tries, at=tx.now + pause, problem=problem)

        await self._db.write(note)
        self.failed += last


def _done(tx: Tx, *, job: Waiting, chore: Chore | None) -> bool:
    """Do a chore and remove it; False when somebody else did."""
    if not store_jobs.claim(tx, job.id, now=tx.now):
        return False
    if chore is None:
        raise UnknownJob(job.tag)
    store_jobs.done(tx, job.id)  # first, so that the verb may enqueue the next one under the same key
    chore.verb(tx, msgspec.json.decode(job.body, type=chore.job))
    return True


def _leased(tx: Tx, *, job: Waiting, errand: Errand) -> bool:
    """Take an errand up; False when somebody else did."""
    if not store_jobs.claim(tx, job.id, now=tx.now):
        return False
    store_jobs.lease(tx, job.id, until=tx.now + 2 * errand.lease_s * SECOND)
    return True
