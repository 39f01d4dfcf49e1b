"""An event loop whose time is made up: it never waits, so a minute of the simulated world takes as long as its work."""

import asyncio
from typing import Any


class Standstill(Exception):
    """Everybody waits, and nothing will ever happen."""


class SimLoop(asyncio.BaseEventLoop):
    """asyncio, with a clock that jumps to the next thing to do. Threads and sockets have no place in it."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        self._clock_resolution = 1e-9
        self._selector = self

    def time(self) -> float:
        """Return the present of the simulated world."""
        return self._now

    def select(self, timeout: float | None) -> list[Any]:
        """Let the time pass until the next timer."""
        if timeout is None:
            raise Standstill
        self._now += timeout
        return []

    def _process_events(self, event_list: Any) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nobody has to be woken: whoever calls is the loop's own thread."""
