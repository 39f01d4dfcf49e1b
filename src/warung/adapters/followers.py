"""Lets the followers of the log take turns, one turn to a commit: whoever writes meanwhile waits for one of them at most.

A turn is as long as its commit allows. Where commits take a millisecond a turn of two would be felt by everybody; where they take twenty,
because hundreds of people write at once, short turns would never reach the end of the log. But where the work is done in this process, none
is long because the last one was: threads that stand in each other's way make a commit five times as long as what is done in it.

The index goes its own way, over a connection of its own: nobody waits for it, so its turns are long, which costs half.
"""

import asyncio
import math
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import TypeVar

import structlog

from warung.adapters.database import Database
from warung.kit.bus import Bus
from warung.kit.db import Reader, Tx, Verb
from warung.kit.domain import Follower

EVERY_S = 0.25
SHORTEST, LONGEST = 64, 2_048  # entries of a turn
SHARE = 0.4  # of the time until its commit is on disk: a turn that takes more is too long, one that takes less than half of it too short
MOST_S = 0.010  # of a turn that is done in this process
LATE_S, LATE_TURN_S = 1.0, 0.005  # who has not seen the end of the log for so long may work for so long whatever a commit takes
BESIDE, BESIDE_EVERY_S = 4_096, 0.5  # of the index
T = TypeVar("T")
log = structlog.get_logger()


class Followers:
    """Followers on one node: how long each has worked, and since when it has not seen the end of the log.

    `beside` are those of the index.
    """

    def __init__(self, db: Database, bus: Bus, followers: Sequence[Follower], *, beside: bool = False) -> None:
        self._db = db
        self._bus = bus
        self._followers = followers
        self._beside = beside
        self._most = {follower.name: BESIDE if beside else 2 * SHORTEST for follower in followers}
        self._most_s = MOST_S if db.near else math.inf  # of a turn; elsewhere another process has the work
        self._seen = -1  # what had been written when they last looked
        self._at_the_end = {follower.name: time.monotonic() for follower in followers}
        self.spent: defaultdict[str, float] = defaultdict(float)  # seconds of CPU

    def lags(self) -> dict[str, float]:
        """Return since how many seconds each has not been at the end of the log."""
        now = time.monotonic()
        return {name: now - then for name, then in self._at_the_end.items()}

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
                more, self._at_the_end = False, dict.fromkeys(self._at_the_end, time.monotonic())
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
                while await self._write(lambda tx, follower=follower: follower.follow(tx, LONGEST)):  # type: ignore[misc]
                    pass
                if await self._db.read(follower.caught_up):
                    break
                await asyncio.sleep(0.01)  # an older transaction, of another node, holds something back

    async def _pass(self) -> bool:
        """Give a turn to each follower that is behind; True when one of them could go on at once."""
        behind = await self._db.read(self._behind, ahead=True)
        names = {follower.name for follower in behind}
        self._at_the_end |= dict.fromkeys(self._at_the_end.keys() - names, time.monotonic())
        more = False
        for follower in behind:
            try:
                more |= await self._turn(follower)
            except Exception:  # it is tried again at the next pass, and the others go on
                self._again()
                log.exception("background", work=follower.name)
        return more

    async def _turn(self, follower: Follower) -> bool:
        name, most, worked = follower.name, self._most[follower.name], 0.0

        def follow(tx: Tx) -> tuple[bool, bool]:
            nonlocal worked
            begun = time.thread_time()
            try:
                more = follower.follow(tx, most)
                # Beside, it has read what there was when it began, and writes go on meanwhile: that is as far as it can be.
                return more, not more and (self._beside or follower.caught_up(tx))
            finally:
                worked = time.thread_time() - begun
                self.spent[name] = begun + worked if self._beside else self.spent[name] + worked  # beside, the thread does nothing else

        begun = time.monotonic()
        more, at_the_end = await self._write(follow)
        waited = time.monotonic() - begun
        if at_the_end:
            self._at_the_end[name] = begun
        if self._beside:
            return more
        allowed = min(SHARE * waited, self._most_s)
        if begun - self._at_the_end[name] > LATE_S:
            allowed = max(allowed, LATE_TURN_S)
        if worked > allowed:
            self._most[name] = max(most // 2, SHORTEST)
        elif more and worked < allowed / 2:
            self._most[name] = min(2 * most, LONGEST)
        return more

    async def _write(self, verb: Verb[T]) -> T:
        return await (self._db.write_index(verb) if self._beside else self._db.write(verb, aside=True))

    def _behind(self, reader: Reader) -> list[Follower]:
        return [follower for follower in self._followers if not follower.caught_up(reader)]
