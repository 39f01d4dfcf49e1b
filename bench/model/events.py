"""Discrete events: a clock that jumps to the next thing that happens, and threads that share cores."""

import heapq
import itertools
from collections import deque
from collections.abc import Callable

SLICE_S = 0.004  # a thread that others wait behind is taken off its core after so long


class Clock:
    """Simulated time, in seconds."""

    def __init__(self) -> None:
        self.now = 0.0
        self._order = itertools.count()
        self._events: list[tuple[float, int, Callable[[], None]]] = []

    def after(self, seconds: float, call: Callable[[], None]) -> None:
        """Do something in a while."""
        heapq.heappush(self._events, (self.now + seconds, next(self._order), call))

    def run(self, until: float) -> None:
        """Let happen what happens until then."""
        while self._events and self._events[0][0] <= until:
            self.now, _, call = heapq.heappop(self._events)
            call()
        self.now = until


class Core:
    """One core of a machine. Whoever has had least of it works next, as with a kernel's scheduler: shares of time, not of pieces."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._order = itertools.count()
        self._ready: list[tuple[float, int, Lane]] = []
        self._least = 0.0  # what the one who works had: who wakes up has had no less, or it would catch up on its sleep
        self._busy = False
        self.used_s = 0.0

    def wake(self, lane: "Lane") -> None:
        """A thread has something to do."""
        lane.had_s = max(lane.had_s, self._least)
        heapq.heappush(self._ready, (lane.had_s, next(self._order), lane))
        if not self._busy:
            self._turn()

    def _turn(self) -> None:
        self._busy = bool(self._ready)
        if self._busy:
            self._least, _, lane = heapq.heappop(self._ready)
            self._work(lane, SLICE_S)

    def _work(self, lane: "Lane", slice_s: float) -> None:
        now = min(lane.left_s(), slice_s)
        self.used_s += now
        lane.had_s += now
        self._clock.after(now, lambda: self._worked(lane, now, slice_s - now))

    def _worked(self, lane: "Lane", now: float, slice_s: float) -> None:
        if not lane.worked(now):
            self._turn()
        elif slice_s > 1e-9:
            self._work(lane, slice_s)
        else:
            heapq.heappush(self._ready, (lane.had_s, next(self._order), lane))
            self._turn()


class Lane:
    """A thread: one piece of work at a time, in order, on a core that it may share."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._waiting: deque[tuple[float, Callable[[], None]]] = deque()
        self._done_s = 0.0  # of the first piece
        self._awake = False
        self.had_s = 0.0

    def work(self, seconds: float, done: Callable[[], None]) -> None:
        """Do something when what came before is done."""
        self._waiting.append((seconds, done))
        if not self._awake:
            self._awake = True
            self._core.wake(self)

    def left_s(self) -> float:
        """Return how long the first piece still takes."""
        return self._waiting[0][0] - self._done_s

    def worked(self, seconds: float) -> bool:
        """The core has worked for it; True while there is more to do."""
        self._done_s += seconds
        if self.left_s() < 1e-12:
            self._done_s = 0.0
            _, done = self._waiting.popleft()
            done()
        self._awake = bool(self._waiting)
        return self._awake
