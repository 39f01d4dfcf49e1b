"""Discrete events: a clock that jumps to the next thing that happens, and workers that do one thing after the other."""

import heapq
import itertools
from collections import deque
from collections.abc import Callable


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
    """One core of a machine: whatever asks for it is done by turns of `slice_s`, as a kernel's scheduler does."""

    def __init__(self, clock: Clock, slice_s: float = 0.004) -> None:
        self._clock = clock
        self._slice_s = slice_s
        self._waiting: deque[tuple[float, Callable[[], None]]] = deque()
        self._busy = False
        self.used_s = 0.0

    def work(self, seconds: float, done: Callable[[], None]) -> None:
        """Use the core for so long, then call."""
        self._waiting.append((seconds, done))
        if not self._busy:
            self._turn()

    def _turn(self) -> None:
        if not self._waiting:
            self._busy = False
            return
        self._busy = True
        seconds, done = self._waiting.popleft()
        now = min(seconds, self._slice_s)
        self.used_s += now
        self._clock.after(now, lambda: self._after(seconds - now, done))

    def _after(self, left: float, done: Callable[[], None]) -> None:
        if left > 1e-12:
            self._waiting.append((left, done))
        else:
            done()
        self._turn()


class Lane:
    """A thread: one piece of work at a time, in order, on a core that it may share."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._waiting: deque[tuple[float, Callable[[], None]]] = deque()
        self._busy = False

    def work(self, seconds: float, done: Callable[[], None]) -> None:
        """Do something when what came before is done."""
        self._waiting.append((seconds, done))
        if not self._busy:
            self._next()

    def _next(self) -> None:
        self._busy = bool(self._waiting)
        if self._busy:
            seconds, done = self._waiting.popleft()
            self._core.work(seconds, lambda: self._done(done))

    def _done(self, done: Callable[[], None]) -> None:
        done()
        self._next()
