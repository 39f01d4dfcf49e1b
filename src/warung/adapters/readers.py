"""The reading threads of a database, each with a connection: a question goes to one that is free, the answers come back together.

Half the cost of an executor, whose futures and locks are as much work as a small question: one queue there, one wake of the loop back.
"""

import asyncio
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from warung.adapters.transaction import Context, Told, Transaction
from warung.adapters.writer import Stopped, WriterLink, ended
from warung.kit.db import Question


class Answer(NamedTuple):
    """What came of a question: `begun` is when work on it began, on the clock of the loop."""

    outcome: Any
    told: list[Told]
    begun: float


Asked = tuple[Question[Any], "asyncio.Future[Answer]"]


class Readers:
    """Asks questions. Created on the event loop; `ask` is called there too.

    `near`: the database is in this process, so that a short question is answered on the loop sooner than a thread would wake.
    """

    def __init__(self, connect: Callable[[], WriterLink], context: Context, threads: int, near: bool) -> None:
        self._loop = asyncio.get_running_loop()
        self._connect = connect
        self._context = context
        self._turns: queue.SimpleQueue[bool] = queue.SimpleQueue()  # True: a question waits in one of these
        self._ahead: deque[Asked] = deque()
        self._asked: deque[Asked] = deque()
        self._answered: deque[tuple[asyncio.Future[Answer], Answer | BaseException]] = deque()
        self._waking = False
        self._stopped = False
        self._near = near
        self._link: WriterLink | None = None  # of the loop
        self._threads = [threading.Thread(target=self._work, name=f"reader_{n}", daemon=True) for n in range(threads)]
        for thread in self._threads:
            thread.start()

    async def ask(self, question: Question[Any], ahead: bool = False) -> Answer:
        """Return what came of it; a short one `ahead` of what others have asked. Raises what it raised."""
        if self._stopped:
            raise Stopped
        if ahead and self._near:
            return self._ask_here(question)
        future: asyncio.Future[Answer] = self._loop.create_future()
        (self._ahead if ahead else self._asked).append((question, future))
        self._turns.put(True)
        return await future

    async def close(self) -> None:
        """Answer what was asked, then end the threads."""
        self._stopped = True
        for _ in self._threads:
            self._turns.put(False)
        for thread in self._threads:
            await asyncio.to_thread(thread.join, 10)
        self._deliver()
        if self._link is not None:
            self._link.close()

    def _ask_here(self, question: Question[Any]) -> Answer:
        self._link = self._link or self._connect()
        try:
            return self._ask(self._link, question)
        finally:
            self._link = ended(self._link)

    def _deliver(self) -> None:
        self._waking = False  # before emptying it: who answers after this wakes the loop again
        while self._answered:
            future, answer = self._answered.popleft()
            if future.done():
                continue
            if isinstance(answer, BaseException):
                future.set_exception(answer)
            else:
                future.set_result(answer)

    # On a reading thread.

    def _work(self) -> None:
        link: WriterLink | None = None
        while self._turns.get():
            question, future = self._next()
            answer: Answer | BaseException
            for known in (link is not None, False):
                try:
                    link = link or self._connect()
                    answer = self._ask(link, question)
                except Exception as failure:
                    answer = failure
                link = ended(link)
                if link is not None or not known:
                    break  # else the connection had died since the last question: this one is asked again on a new one
            self._answered.append((future, answer))
            if not self._waking:
                self._waking = True
                self._loop.call_soon_threadsafe(self._deliver)
        if link is not None:
            link.close()

    def _next(self) -> Asked:
        try:
            return self._ahead.popleft()
        except IndexError:
            return self._asked.popleft()

    def _ask(self, link: WriterLink, question: Question[Any]) -> Answer:
        begun = time.monotonic()
        try:
            link.begin()
            tx = Transaction(link, self._context, {}, exclusive=False, writes=False)
            return Answer(question(tx), tx.told, begun)
        except Exception as failure:
            outcome = link.translate(failure)
            if outcome is failure:
                raise
            raise outcome from failure
