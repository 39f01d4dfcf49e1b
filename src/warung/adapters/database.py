"""What is the same over both databases: one writer, one for the index, a few reading threads with a connection each."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, TypeVar

from warung.adapters.readers import Readers
from warung.adapters.transaction import Context
from warung.adapters.writer import Writer, WriterLink
from warung.kit.db import SINCE, Question, Verb

T = TypeVar("T")


class Database:
    """A `kit.db.Db`. Created on the event loop, with the schema already up to date."""

    def __init__(
        self,
        context: Context,
        writer: Callable[[], WriterLink],
        reader: Callable[[], WriterLink],
        readers: int,
        near: bool,
        fatal: Callable[[BaseException], None],
        indexer: Callable[[], WriterLink],
    ) -> None:
        self._context = context
        self._loop = asyncio.get_running_loop()
        self.writer = Writer(writer, context, fatal)
        self.indexer = Writer(indexer, context, lambda failure: None, "indexer")
        self.near = near
        self._readers = Readers(reader, context, readers, near)
        self.reading = 0
        self.waited: Callable[[float, int], None] = lambda seconds, requests: None  # told on the loop how long was waited for it

    def submit(self, verb: Verb[T], done: Callable[[T | BaseException], None]) -> None:
        """Run a verb; call `done` on the loop after the commit."""
        self.writer.submit(verb, done)

    async def write(self, verb: Verb[T], *, aside: bool = False) -> T:
        """Run a verb; return after it is on disk. Raises what the verb raised."""
        asked, begun = self._since(), [0.0]

        def stamped(tx: Any) -> T:
            begun[0] = time.monotonic()
            return verb(tx)

        try:
            return await self._written(self.writer, stamped, aside)
        finally:
            if begun[0] and not aside:
                self.waited(begun[0] - asked, 1)

    async def write_index(self, verb: Verb[T]) -> T:
        """Run a verb that reads the log and writes the index, beside the commits of people."""
        return await self._written(self.indexer, verb, aside=False)

    async def _written(self, writer: Writer, verb: Verb[T], aside: bool) -> T:
        future: asyncio.Future[T] = self._loop.create_future()

        def settle(outcome: T | BaseException) -> None:
            if future.cancelled():
                return
            if isinstance(outcome, BaseException):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)

        writer.submit(verb, settle, aside)
        return await future

    async def read(self, question: Question[T], *, ahead: bool = False) -> T:
        """Run a question in a reading transaction."""
        asked = self._since()
        self.reading += 1
        try:
            answer = await self._readers.ask(question, ahead)
        finally:
            self.reading -= 1
        self.waited(answer.begun - asked, 1)
        for event, audience in answer.told:
            self._context.publish(event, audience)
        outcome: T = answer.outcome
        return outcome

    def _since(self) -> float:
        """Return since when is waited: since a request came, if it asks for the first time, else since now."""
        since = SINCE.get()
        return since.pop() if since else self._loop.time()

    async def ready(self) -> None:
        """Raise when the database cannot be read."""
        await self.read(lambda reader: reader.one("SELECT 1"))

    async def close(self) -> None:
        """Finish what was submitted, then disconnect."""
        await self.writer.stop()
        await self.indexer.stop()
        await self._readers.close()
