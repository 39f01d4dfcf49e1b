"""One writer with group commit: what arrived while the last commit was on its way to disk goes into one transaction.

The event loop owns `pending`; the writing thread gets whole batches and gives them back, one hand-over per commit. Each
unit (one verb call) stands behind its own savepoint, so a refusal undoes that unit alone. Nobody is answered before COMMIT.
A verb that took for granted that a key was new, and was wrong, is undone and called again to look first (docs/decisions/0032).
What nobody waits for (jobs, followers of the log) goes aside: into commits of its own, between those of people.
"""

import asyncio
import queue
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from warung.adapters.transaction import Context, Link, Told, Transaction
from warung.kit.db import Verb
from warung.kit.errors import Unavailable

UNITS_PER_COMMIT = 512
ASIDE_PER_COMMIT = 16
MOST_PASSED = 2  # commits of people that go before what waits aside; then it rides with them
TRIES = 5
CAREFUL = 1_000  # units that look first, after one that should have: where one message comes again, more do


class WriterLink(Link, Protocol):
    """A link that can hold a transaction."""

    exclusive: bool

    def begin(self) -> bool:
        """Open a transaction; True when another process wrote since the last one."""

    def commit(self) -> None:
        """Put the transaction on disk. Raises `Doubtful` when nobody can know whether it is there."""

    def undone(self) -> bool:
        """Has the database rolled back the whole transaction by itself?"""

    def translate(self, failure: BaseException) -> BaseException:
        """Return the refusal that a database's own failure means, or the failure."""

    def again(self, failure: BaseException) -> bool:
        """Is the batch worth repeating: a deadlock, a serialization failure, a lost connection before COMMIT?"""

    def taken(self, failure: BaseException) -> bool:
        """Did something stand already under a key that has to be unique?"""

    def close(self) -> None:
        """Disconnect."""


def ended(link: WriterLink | None) -> WriterLink | None:
    """Undo what is open; None when the connection cannot even do that: it is given up, and made anew when one is needed."""
    if link is None:
        return None
    try:
        if not link.undone():
            link.command("ROLLBACK")
    except Exception:
        link.close()
        return None
    return link


class Unit:
    """A verb on its way: what to call, whom to tell, what came of it."""

    __slots__ = ("done", "outcome", "told", "verb")

    def __init__(self, verb: Verb[Any], done: Callable[[Any], None]) -> None:
        self.verb = verb
        self.done = done
        self.outcome: Any = None
        self.told: list[Told] = []


class Doubtful(Exception):
    """A commit whose outcome is unknown: an fsync that failed, a connection that was lost under it."""


class NotConfirmed(Unavailable):
    """It is not known whether this was stored. Ask again: a repeated request is never done twice."""


class Stopped(Unavailable):
    """The server is stopping. Nothing was changed; try again in a moment."""


class Writer:
    """The one place that changes the database. Created on the event loop; `submit` is called there too."""

    def __init__(
        self, connect: Callable[[], WriterLink], context: Context, fatal: Callable[[BaseException], None], name: str = "writer"
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._context = context
        self._fatal = fatal
        self._pending: list[Unit] = []
        self._aside: list[Unit] = []
        self._passed = 0
        self._busy = False
        self._scheduled = False
        self._stopping: asyncio.Future[None] | None = None
        self._batches: queue.SimpleQueue[list[Unit] | None] = queue.SimpleQueue()
        self._cache: dict[Any, Any] = {}
        self._careful = 0  # units that look first
        self.commits = 0
        self.units = 0
        self.batches = [0] * UNITS_PER_COMMIT.bit_length()  # how many commits had at most 1, 2, 4, 8... units
        self._thread = threading.Thread(target=self._work, args=(connect,), name=name, daemon=True)
        self._thread.start()

    # On the loop.

    def submit(self, verb: Verb[Any], done: Callable[[Any], None], aside: bool = False) -> None:
        """Put a verb into the next commit, or aside."""
        unit = Unit(verb, done)
        if self._stopping is not None:
            unit.outcome = Stopped()
            self._loop.call_soon(done, unit.outcome)
            return
        (self._aside if aside else self._pending).append(unit)
        if not self._busy and not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._flush)  # after everything this tick has read

    def waiting(self) -> int:
        """Return how many units wait for a commit."""
        return len(self._pending) + len(self._aside)

    def under_way(self) -> int:
        """Return the number of the commit that has begun or is about to, 0 while nothing is to be written."""
        return self.commits + 1 if self._busy or self._scheduled else 0

    async def stop(self) -> None:
        """Commit what was submitted, then end the thread."""
        if self._stopping is None:
            self._stopping = self._loop.create_future()
            if not self._busy and not self.waiting():
                self._stopping.set_result(None)
            elif not self._busy:
                self._flush()
        await self._stopping
        self._batches.put(None)
        await asyncio.to_thread(self._thread.join, 10)

    def _flush(self) -> None:
        self._scheduled = False
        if self._busy or not (self._pending or self._aside):
            return
        batch, self._pending = self._pending[:UNITS_PER_COMMIT], self._pending[UNITS_PER_COMMIT:]
        if not batch or self._passed == MOST_PASSED:
            self._passed = 0
            batch += self._aside[:ASIDE_PER_COMMIT]
            del self._aside[:ASIDE_PER_COMMIT]
        elif self._aside:
            self._passed += 1
        self._busy = True
        self._batches.put(batch)

    def _finished(self, batch: list[Unit]) -> None:
        self._busy = False
        self.commits += 1
        self._flush()  # hand over the next batch first: the disk works while the loop answers
        self.units += len(batch)
        self.batches[(len(batch) - 1).bit_length()] += 1
        publish = self._context.publish
        for unit in batch:
            unit.done(unit.outcome)
            for event, audience in unit.told:
                publish(event, audience)
        if self._stopping is not None and not self._busy and not self._stopping.done():
            self._stopping.set_result(None)

    # On the writing thread.

    def _work(self, connect: Callable[[], WriterLink]) -> None:
        link: WriterLink | None = None
        while (batch := self._batches.get()) is not None:
            for attempt in range(TRIES):
                try:
                    link = link or connect()
                    self._commit(link, batch)
                    break
                except Doubtful as failure:
                    self._fatal(failure)
                    link = self._recover(link)
                    self._refuse(batch, NotConfirmed())
                    break
                except Exception as failure:
                    again = link is None or link.again(failure)
                    outcome = link.translate(failure) if link else Unavailable()
                    link = self._recover(link)
                    if not again or attempt == TRIES - 1:
                        self._refuse(batch, Unavailable() if again else outcome)
                        break
                    time.sleep(secrets.randbelow(10 * 2**attempt) / 1000)
            self._loop.call_soon_threadsafe(self._finished, batch)
        if link is not None:
            link.close()

    def _refuse(self, batch: list[Unit], outcome: BaseException) -> None:
        for unit in batch:
            unit.outcome, unit.told = outcome, []

    def _recover(self, link: WriterLink | None) -> WriterLink | None:
        self._cache.clear()
        return ended(link)

    def _commit(self, link: WriterLink, batch: list[Unit]) -> None:
        if link.begin():
            self._cache.clear()
        alone = len(batch) == 1
        for unit in batch:
            careful = self._careful > 0
            self._careful -= careful
            failure = self._attempt(link, unit, alone=alone, careful=careful)
            if failure is not None and link.taken(failure) and not careful:
                self._careful = CAREFUL
                if alone:
                    link.begin()
                failure = self._attempt(link, unit, alone=alone, careful=True)
            if failure is not None:
                unit.outcome = link.translate(failure)
                if alone:
                    return
        link.commit()

    def _attempt(self, link: WriterLink, unit: Unit, *, alone: bool, careful: bool) -> Exception | None:
        """Call a verb, behind a savepoint where others ride along. What it raised is returned, and all of it undone."""
        unit.told = []
        tx = Transaction(link, self._context, self._cache, exclusive=link.exclusive, writes=True, careful=careful)
        if not alone:
            link.command("SAVEPOINT unit")
        try:
            unit.outcome = unit.verb(tx)
            unit.told = tx.told
            if not alone:
                link.command("RELEASE SAVEPOINT unit")
        except Exception as failure:
            self._cache.clear()
            if link.undone() or link.again(failure):
                raise  # the database took the whole transaction with it
            for word in ["ROLLBACK"] if alone else ["ROLLBACK TO SAVEPOINT unit", "RELEASE SAVEPOINT unit"]:
                link.command(word)
            return failure
        return None
