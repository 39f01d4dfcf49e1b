"""When there is more to do than can be done: whom to refuse, early and cheaply, so that what is admitted stays fast.

As in WeChat's DAGOR. The signal is the mean time that requests wait before work on them begins, over a second or 2,000 requests; beyond
20 ms the node is overloaded. Who is admitted is decided by the request's business priority, then by a hash of the account that
changes every hour, so that what one person asks is answered altogether or not at all. Overloaded, the node admits 5 % less
than it got done, and as much less again as waits, until nothing does; then a little more in each window. Whoever asks for much
more than the others is held to a fair share first, which grows where there is room. All of this is counted in CPU: a search costs what
ninety messages do (docs/decisions/0019).
"""

import asyncio
import secrets
import zlib
from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from time import monotonic, process_time

from warung.kit import clock
from warung.kit.clock import HOUR, Clock
from warung.kit.domain import Priority
from warung.kit.errors import Unavailable

THRESHOLD_S = 0.020
WINDOW_S, WINDOW_REQUESTS = 1.0, 2_000
FEW = 16  # waiting at a time are no crowd: the disk is slow, and refusing them would not make it faster
FEWER = 0.05
ACCOUNT_LEVELS = 128
TOP = len(Priority) * ACCOUNT_LEVELS - 1  # everything is admitted
FLOOR = ACCOUNT_LEVELS // 8  # some always are
CLIMB, HIDDEN = ACCOUNT_LEVELS, 2  # levels at most in a window; for one who asks another may hold back
SHARE, LEAST_SHARE = 2, 32  # of one account in a window: twice what half of them stay below, and never fewer than so many requests
IDLE, WIDEN = 0.25, 2  # while less than so much of what can be done is done, shares grow so many times in each window
WATCHED_S = 10.0  # after too much, shares and reads are still bounded for so long
KNOWN_ACCOUNTS = 100_000
MOST_WAITING = 10_000  # requests, whatever the clock says
READS = 100  # requests that only read, inside at a time
READS_S, LEAST_READS = 0.03, 20  # after too much: as many as get done in so long, and never fewer
WRITES_S, LEAST_WRITES = 0.05, 64  # the same of what is sent over the socket, which has no other bound
RETRY_S = 3
PROBE_S = 0.05


class Overloaded(Unavailable):
    """There is more to do right now than can be done. Try again in {retry_after_s} seconds."""


class Way(IntEnum):
    """How a request came. What one costs is learned by it, in seconds of CPU."""

    SOCKET = 0
    HTTP = 1


FIRST, READING, SOCKET = Priority.FIRST, Priority.CATCH_UP, Way.SOCKET  # looked up once: an enum's member costs as much as a call
COSTS_S = (60e-6, 1e-3)  # at first, by way
NO_BOUND = 1 << 62
LEARNING, MOST_WRONG = 0.5, 5.0  # how much of an error is believed; an error beyond is believed to be so much


class Admission:
    """Decides what to admit. Everything is called on the event loop, where `time` is that of the loop's turn; any thread reads `exact`."""

    def __init__(
        self,
        *,
        time: Callable[[], float],
        exact: Callable[[], float] = monotonic,
        wall: Clock = clock.now,
        waiting: Callable[[], int] = lambda: 0,
        threshold_s: float = THRESHOLD_S,
        cpu: Callable[[], float] = process_time,
        costs_s: Sequence[float] = COSTS_S,
    ) -> None:
        self.exact = exact
        self.cut = TOP
        self.refused = 0
        self.reading = self._read = 0  # inside now, and done in this window
        self._most_reading = READS
        self.writing = 0  # came over the socket, and are not answered yet
        self._most_writing = NO_BOUND
        self._pace = 0.0  # of these, done per second when it was last too much
        self.mean_s = 0.0  # of the last window
        self._time = time
        self._wall = wall
        self._waiting = waiting
        self._threshold_s = threshold_s
        self._cpu = cpu
        self.costs_s = list(costs_s)
        self._lag_s = self._late_s = self._latest_s = 0.0
        self._capacity = 0.0  # CPU seconds of work done per second when it was last too much
        self._levels: dict[str, int] = {}
        self._hour = -1
        self._shares = [0, 0]
        self._after: int | None = None  # where the cut will be when what waits is done
        self._watched_until = 0.0
        self._begin(time())

    def admit(self, priority: Priority, account: str, way: Way = Way.SOCKET) -> bool:
        """Say whether a request may enter. `account` is anything that names who asks."""
        now = self._time()
        self._seen += 1
        if self._seen >= WINDOW_REQUESTS or now - self._begun >= WINDOW_S:
            self._close(now)
        cost, asking = self.costs_s[way], self._asked[way]
        asked = asking[account] = asking.get(account, 0) + 1
        if asked > self._shares[way] and now < self._watched_until:
            self._watched_until = now + WATCHED_S
            self.refused += 1
            return False
        level = self._levels.get(account)
        if level is None:
            level = self._level(account)
        level += priority * ACCOUNT_LEVELS
        self._offered[level] += cost
        if priority >= READING:
            full = self.reading >= self._most_reading
        else:  # who asks for what comes first always has room
            full = priority > FIRST and self.writing >= self._most_writing and way == SOCKET
        if level <= self.cut and not full and self._waiting() < MOST_WAITING:
            self._admitted += cost
            return True
        if full and now < self._watched_until:
            self._watched_until = now + WATCHED_S  # it is kept from being too much by this bound alone
        self.refused += 1
        return False

    def did(self, way: Way, requests: int = 1) -> None:
        """Note that requests which were admitted are done."""
        self._done[way] += requests

    def wrote(self, commands: int) -> None:
        """Commands of the socket that waited to be written, and were counted as `writing`, are answered."""
        self.did(Way.SOCKET, commands)
        self.writing -= commands

    def enter(self, priority: Priority) -> None:
        """A request over HTTP that was admitted begins. What only reads is bounded at once: the window knows too late what has come in."""
        self.reading += priority >= Priority.CATCH_UP

    def leave(self, priority: Priority) -> None:
        """It is answered."""
        self.did(Way.HTTP)
        self.reading -= priority >= Priority.CATCH_UP
        self._read += priority >= Priority.CATCH_UP

    def waited(self, seconds: float, requests: int = 1) -> None:
        """Note how long requests that were admitted have waited altogether: from their arrival to the beginning of the work."""
        self._waits += seconds + self._lag_s / 2 * requests  # what came while the loop was busy was not yet seen
        self._begun_requests += requests
        self._latest_s = seconds / requests if requests else 0.0

    def late(self, seconds: float) -> None:
        """Note how late the loop is. Once is a pause, of a start or of the machine: who came after it has not waited for it."""
        self._lag_s, self._late_s = min(seconds, self._late_s), seconds

    def refusal(self) -> Overloaded:
        """Return what the refused are told; they do not all come back at the same time."""
        return Overloaded(retry_after_s=1 + secrets.randbelow(RETRY_S))

    async def watch(self) -> None:
        """Measure how late the loop is, and close windows in which nothing happens. Runs until it is cancelled."""
        while True:
            due = self._time() + PROBE_S
            await asyncio.sleep(PROBE_S)
            now = self._time()
            self.late(max(0.0, now - due))
            if now - self._begun >= WINDOW_S:
                self._close(now)

    def _level(self, account: str) -> int:
        if len(self._levels) > KNOWN_ACCOUNTS:
            self._levels.clear()
        level = self._levels[account] = zlib.crc32(account.encode(errors="replace"), self._hour & 0xFFFFFFFF) % ACCOUNT_LEVELS
        return level

    def _begin(self, now: float) -> None:
        self._begun = now
        self._seen = self._begun_requests = 0
        self._refused_before = self.refused
        self._waits = self._admitted = 0.0
        self._read = 0
        self._done = [0, 0]
        self._used_s = self._cpu()
        self._offered = [0.0] * (TOP + 1)
        self._asked: tuple[dict[str, int], dict[str, int]] = ({}, {})
        hour = self._wall() // HOUR
        if hour != self._hour:
            self._hour = hour
            self._levels.clear()

    def _close(self, now: float) -> None:
        """End a window: move the cut, and find out what a fair share is."""
        took = max(now - self._begun, 1e-3)
        self.mean_s = self._waits / self._begun_requests if self._begun_requests else 0.0
        work = sum(cost * done for cost, done in zip(self.costs_s, self._done, strict=True))
        if self.mean_s > self._threshold_s and self._waits / took > FEW:
            self._capacity = max(work / took, self._capacity * (1 - FEWER))
            self._watched_until = now + WATCHED_S
            able = self._capacity * took
            if self._after is None:
                self._after = min(self._below(able * (1 - FEWER)), self.cut - 1)
            self.cut = min(self._after, self._below(able * (1 - FEWER - self._latest_s / took)))
        elif self._after is not None:
            self.cut, self._after = self._after, None
        elif self._seen / took < 4 * FEW:
            self.cut = TOP
        elif self.cut != TOP:
            self.cut = self._climb(self._capacity * took * (1 - FEWER) - self._admitted)
        self._most_reading, self._most_writing = READS, NO_BOUND
        if now < self._watched_until:
            self._most_reading = max(LEAST_READS, int(self._read / took * READS_S))
            self._pace = max(self._done[Way.SOCKET] / took, self._pace * (1 - FEWER))
            if self.refused - self._refused_before <= sum(self._done):  # to refuse who comes back at once costs as much as to do it
                self._most_writing = max(LEAST_WRITES, int(self._pace * WRITES_S))
            fair = [_share(asked) for asked in self._asked]
            if work < IDLE * self._capacity * took:  # there is room, whoever makes use of it
                fair = [max(share, min(WIDEN * before, WINDOW_REQUESTS)) for share, before in zip(fair, self._shares, strict=True)]
            self._shares = fair
        self._learn()
        self._begin(now)

    def _learn(self) -> None:
        """Compare the CPU that was used with what the work done should have cost; what most of it went into was most wrong."""
        used, parts = self._cpu() - self._used_s, [cost * done for cost, done in zip(self.costs_s, self._done, strict=True)]
        expected = sum(parts)
        if expected > 0 and used > 0:
            wrong = min(MOST_WRONG, max(1 / MOST_WRONG, used / expected))
            self.costs_s = [cost * wrong ** (LEARNING * part / expected) for cost, part in zip(self.costs_s, parts, strict=True)]

    def _climb(self, spare: float) -> int:
        """Return a cut that lets in about so much more, not knowing how many hold back as they were told."""
        level = self.cut
        while level < min(TOP, self.cut + CLIMB) and (spare > 0 or level == self.cut):
            level += 1
            spare -= HIDDEN * self._offered[level]
        return level

    def _below(self, most: float) -> int:
        """Return the highest cut below which at most `most` were offered."""
        so_far = 0.0
        for level, offered in enumerate(self._offered):
            so_far += offered
            if so_far > most:
                return max(FLOOR, level - 1)
        return TOP


def _share(asked: Mapping[str, int]) -> int:
    """Return how much each account may have: twice what half of them stay below."""
    return max(LEAST_SHARE, SHARE * sorted(asked.values())[(len(asked) - 1) // 2] if asked else 0)
