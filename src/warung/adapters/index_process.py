"""The search index in a process of its own: it holds up nobody who waits for this interpreter, and gives way to who wants its core.

Forked while the server has no thread, loop or connection yet, so that what is loaded is shared; it connects itself when there is work.
A byte says that there is something to read. It is not answered: how far the index has read stands in it. When no byte can come it ends.
"""

import asyncio
import contextlib
import gc
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from typing import NoReturn

import structlog

from warung.adapters.transaction import Context, Transaction
from warung.adapters.writer import WriterLink, ended
from warung.kit.domain import Follower

NICENESS = 1  # measured: docs/decisions/0033
TURN = 4_096  # entries
SPELL_S = 0.6  # so long it goes on reading until it looks whether somebody still wants it to
AFTER_FAILURE_S = 0.5
PATIENCE_S, LOOK_EVERY_S = 10.0, 0.01  # for its end
log = structlog.get_logger()


class Lost(Exception):
    """The process is not there any more."""


class Indexing:
    """What is done in the process."""

    def __init__(self, connect: Callable[[], WriterLink], context: Context, followers: Sequence[Follower]) -> None:
        self._connect = connect
        self._context = context
        self._followers = followers
        self.link: WriterLink | None = None

    def run(self, asked: socket.socket) -> None:
        """Let the followers read whenever a byte has come, until none can come any more. A turn that fails is taken again."""
        while asked.recv(4_096):
            more, until = True, time.monotonic() + SPELL_S
            while more and time.monotonic() < until:
                more = False
                for follower in self._followers:
                    more |= self._turn(follower)

    def _turn(self, follower: Follower) -> bool:
        try:
            self.link = link = self.link or self._connect()
            link.begin()
            more = follower.follow(Transaction(link, self._context, {}, exclusive=link.exclusive, writes=True), TURN)
            link.commit()
        except Exception as failure:
            if self.link is None or not self.link.again(failure):
                log.exception("background", work=follower.name)
            self.link = ended(self.link)
            time.sleep(AFTER_FAILURE_S)
            return False
        return more


class IndexProcess:
    """The process as the server sees it."""

    def __init__(self, pid: int, asked: socket.socket) -> None:
        self._pid = pid
        self._asked = asked
        asked.setblocking(False)

    def go_on(self) -> None:
        """Say that there is something to read. Raises `Lost`."""
        try:
            with contextlib.suppress(BlockingIOError):  # it has been told often enough
                self._asked.send(b"\n")
        except OSError as failure:
            raise Lost from failure

    def spent(self) -> float:
        """Return how many seconds of CPU it has used."""
        with contextlib.suppress(OSError):
            return time.clock_gettime(~self._pid << 3 | 2)  # as clock_getcpuclockid(3) numbers the clock of another process
        return 0.0

    def hang_up(self) -> None:
        """Ask for nothing any more: that ends it."""
        self._asked.close()

    async def close(self) -> None:
        """Let it end its turn, and wait for that."""
        self.hang_up()
        deadline = time.monotonic() + PATIENCE_S
        while os.waitpid(self._pid, os.WNOHANG) == (0, 0):  # noqa: ASYNC222 - it only looks
            await asyncio.sleep(LOOK_EVERY_S)
            if time.monotonic() > deadline:
                os.kill(self._pid, signal.SIGKILL)


def start(indexing: Indexing) -> IndexProcess | None:
    """Start the process. Call it before there is a thread, a loop or a connection. None where only Linux could do it."""
    if sys.platform != "linux":
        return None
    ours, theirs = socket.socketpair()
    gc.collect()
    gc.freeze()  # who collects writes to all that he looks at, and what is written to is not shared any more
    pid = os.fork()
    if pid == 0:
        ours.close()
        _be(indexing, theirs)
    theirs.close()
    return IndexProcess(pid, ours)


def _be(indexing: Indexing, asked: socket.socket) -> NoReturn:
    """Be the process: a signal to the whole group is for the server, which lets this one end in time."""
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        with contextlib.suppress(OSError):  # a sandbox may forbid it
            os.nice(NICENESS)
        indexing.run(asked)
    except BaseException:
        log.exception("background", work="index process")
    finally:
        os._exit(0)  # at once: who closes a database last writes its log into it, and the server may be about to
