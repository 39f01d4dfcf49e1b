"""Lets the followers of the log take turns, one turn to a commit: whoever writes meanwhile waits for one of them at most.

A turn is as long as its commit allows. Where commits take a millisecond a turn of two would be felt by everybody; where they take twenty,
because hundreds of people write at once, short turns would never reach the end of the log. But where the work is done in this process, none
is long because the last one was: threads that stand in each other's way make a commit five times as long as what is done in it.

The index goes its own way, over a connection of its own: nobody waits for it, so its turns are long, which costs half. Where there is a
process for it, it takes them there.
"""

import asyncio
import math
import time
from collections import deque
from collections.abc import Sequence
from typing import TypeVar

import structlog

from warung.adapters.database import Database
from warung.adapters.index_process import TURN, IndexProcess, Lost
from warung.kit.bus import Bus
from warung.kit.db import Tx, Verb
from warung.kit.domain import Follower, Position, Reach

EVERY_S = 0.25
SHORTEST, LONGEST = 64, 2_048  # entries of a turn
SHARE = 0.4  # of the time until its commit is on disk: a turn that takes more is too long, one that takes less than half of it too short
MOST_S = 0.010  # of a turn that is done in this process
LATE_S, LATE_TURN_S = 1.0, 0.005  # who is so far behind may work for so long whatever a commit takes
BESIDE, BESIDE_EVERY_S = TURN, 0.5  # of the index
WATCHED_S = 0.1  # how often it is looked how far its process is, while that is behind
MARKS, MARKED_EVERY_S = 256, 0.05  # how far back it is known when the log ended where
T = TypeVar("T")
log = structlog.get_logger()


class Progress:
    """One follower on this node: how long its turns are, what it has used, and of what moment it knows the whole log."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.spent = 0.0  # seconds of CPU
        self.knows = time.monotonic()  # all that was written until then
        self._marks: deque[tuple[float, Position]] = deque()  # (moment, where the log ended then), not read that far yet

    def is_behind(self, reach: Reach, at: float) -> bool:
        """Take in how far it reached at a moment."""
        while self._marks and reach.read >= self._marks[0][1]:
            self.knows = self._marks.popleft()[0]
        if reach.read >= reach.end:
            self.knows = at
            return False
        if len(self._marks) < MARKS and (not self._marks or at - self._marks[-1][0] >= MARKED_EVERY_S):
            self._marks.append((at, reach.end))
        return True


class Followers:
    """Followers on one node. `beside` are those of the index; `process` takes their turns."""

    def __init__(
        self, db: Database, bus: Bus, followers: Sequence[Follower], *, beside: bool = False, process: IndexProcess | None = None
    ) -> None:
        self._db = db
        self._bus = bus
        self._followers = followers
        self._beside = beside
        self._process = process
        self._told = -math.inf  # when the process was told last that there is something to read
        self._progress = {follower.name: Progress(BESIDE if beside else 2 * SHORTEST) for follower in followers}
        self._most_s = MOST_S if db.near else math.inf  # of a turn; elsewhere another process has the work
        self._seen = -1  # what had been written when they last looked

    def lags(self) -> dict[str, float]:
        """Return how many seconds each is behind the log: how long ago that was written of which it may not have read all."""
        now = time.monotonic()
        return {name: now - progress.knows for name, progress in self._progress.items()}

    def spent(self) -> dict[str, float]:
        """Return how many seconds of CPU each has used."""
        there = self._process.spent() if self._process else 0.0
        return {name: progress.spent + there for name, progress in self._progress.items()}

    async def run(self) -> None:
        """Keep up with the log whenever something was written: on the node that leads, where there are several."""
        more = False
        while True:
            units, alone = self._db.writer.units, self._bus.nodes() == 1
            if (more or units != self._seen) if alone else self._bus.leads():
                self._seen = units
                try:
                    more = await self._pass()
                except Exception:
                    more = self._again()
                    log.exception("background", work="followers")
            else:
                more = False
                for progress in self._progress.values():
                    progress.knows = time.monotonic()
            if not alone:
                self._again()  # the last node looks at everything when it is alone again
            if not more:
                await asyncio.sleep(BESIDE_EVERY_S if self._beside else EVERY_S)

    def _again(self) -> bool:
        """Look at the next time whatever was written meanwhile: not at once."""
        self._seen = -1
        return False

    async def settle(self) -> None:
        """Let every follower read the whole log: for tests and the command line."""
        for follower in self._followers:
            while True:
                while not self._elsewhere() and await self._write(lambda tx, follower=follower: follower.follow(tx, LONGEST)):  # type: ignore[misc]
                    pass
                reach = await self._db.read(follower.reach)
                if reach.read >= reach.end:
                    break
                await asyncio.sleep(0.01)  # an older transaction, of another node, holds something back

    async def _pass(self) -> bool:
        """Give a turn to each follower that is behind; True when one of them could go on at once."""
        now = time.monotonic()
        reached = await self._db.read(lambda reader: [follower.reach(reader) for follower in self._followers], ahead=True)
        behind = [each for each, reach in zip(self._followers, reached, strict=True) if self._progress[each.name].is_behind(reach, now)]
        more = False
        for follower in behind:
            try:
                more |= await self._turn(follower)
            except Exception:  # it is tried again at the next pass, and the others go on
                self._again()
                log.exception("background", work=follower.name)
        return more

    def _elsewhere(self) -> bool:
        """Have the process go on, twice a second, so that its turns are long; False where there is none, or none any more."""
        if self._process is not None and time.monotonic() - self._told > BESIDE_EVERY_S:
            self._told = time.monotonic()
            try:
                self._process.go_on()
            except Lost:
                log.warning("index_process_lost")
                self._process = None
        return self._process is not None

    async def _turn(self, follower: Follower) -> bool:
        if self._elsewhere():
            await asyncio.sleep(WATCHED_S)
            return True
        progress, worked = self._progress[follower.name], 0.0

        def follow(tx: Tx) -> bool:
            nonlocal worked
            begun = time.thread_time()
            try:
                return follower.follow(tx, progress.most)
            finally:
                worked = time.thread_time() - begun
                progress.spent = begun + worked if self._beside else progress.spent + worked  # beside, the thread does nothing else

        begun = time.monotonic()
        more = await self._write(follow)
        if self._beside:
            return more
        allowed = min(SHARE * (time.monotonic() - begun), self._most_s)
        if begun - progress.knows > LATE_S:
            allowed = max(allowed, LATE_TURN_S)
        if worked > allowed:
            progress.most = max(progress.most // 2, SHORTEST)
        elif more and worked < allowed / 2:
            progress.most = min(2 * progress.most, LONGEST)
        return more

    async def _write(self, verb: Verb[T]) -> T:
        return await (self._db.write_index(verb) if self._beside else self._db.write(verb, aside=True))
