"""Round trips through a cluster: a call that every other node answers. Who asks while one is under way shares the next one."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable

import nats
import structlog

PATIENCE_S = 1.0
GAP_S = 0.02  # between two calls: however many connections are opened, the others are not asked more often
log = structlog.get_logger()


class Rounds:
    """The calls of one node. `call(number)` sends one to everybody, `others()` names those who will answer."""

    def __init__(self, call: Callable[[int], Awaitable[None]], others: Callable[[], Iterable[str]]) -> None:
        self._call = call
        self._others = others
        self._number = 0
        self._owing: set[str] = set()
        self._whole = asyncio.Event()
        self._next: asyncio.Future[frozenset[str] | None] | None = None
        self._going: asyncio.Task[None] | None = None

    async def trip(self) -> frozenset[str] | None:
        """Return when all others have answered a call that was made after this one began.

        The result names those who did not, in time; None when the call itself could not be made.
        """
        loop = asyncio.get_running_loop()
        if self._next is None:
            self._next = loop.create_future()
            if self._going is None or self._going.done():
                self._going = loop.create_task(self._go())
        return await asyncio.shield(self._next)

    def answered(self, node: str, number: int) -> None:
        """A node has heard a call."""
        if number == self._number:
            self._owing.discard(node)
            if not self._owing:
                self._whole.set()

    async def close(self) -> None:
        """Call no more."""
        if self._going is not None:
            self._going.cancel()
            await asyncio.gather(self._going, return_exceptions=True)

    async def _go(self) -> None:
        while self._next is not None:
            asked, self._next = self._next, None
            try:
                asked.set_result(await self._once())
            finally:
                if not asked.done():
                    asked.cancel()
            await asyncio.sleep(GAP_S)

    async def _once(self) -> frozenset[str] | None:
        self._number += 1
        self._owing = set(self._others())
        self._whole.clear()
        try:
            await self._call(self._number)
        except (nats.errors.Error, OSError, TimeoutError) as failure:
            log.warning("bus", reason=str(failure) or type(failure).__name__)
            return None
        if self._owing:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._whole.wait(), PATIENCE_S)
        return frozenset(self._owing)
