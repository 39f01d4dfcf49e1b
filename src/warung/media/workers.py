"""Processes of little means that open what strangers sent: a pool of them for each craft.

What goes to a process and comes back is a JSON head with its length in four bytes, then plain bytes; see `worker`. Whatever a file
does to its process, here it is `WorkFailed`, within a bounded time, and the next file gets another process.
"""

import asyncio
import contextlib
import os
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, Protocol, Self, TypeVar

import msgspec

FRAME = Path(__file__).with_name("worker.py")
LENGTH = struct.Struct(">I")
MAX_HEAD = 64 << 10
START_PATIENCE_S = 30.0


class Means(msgspec.Struct, frozen=True):
    """What a process may use: bytes of addresses, seconds of CPU and on the clock for a job, jobs in its life, bytes of an answer."""

    memory: int
    cpu_s: int
    patience_s: float
    jobs: int
    answer: int


class Head(Protocol):
    """What begins an answer: a refusal, or what follows."""

    refused: str

    @property
    def parts(self) -> Any:
        """What follows, in order: each has `bytes`."""


H = TypeVar("H", bound=Head)


class WorkFailed(Exception):
    """The process died, took too long or answered with what is none."""


class Busy(Exception):
    """No process can be had right now."""


class _Worker:
    """One process, and how many jobs it may still do."""

    def __init__(self, process: asyncio.subprocess.Process, means: Means) -> None:
        assert process.stdin
        assert process.stdout
        self._process, self._to, self._from = process, process.stdin, process.stdout
        self._means = means
        self._left = means.jobs

    @classmethod
    async def start(cls, craft: Path, means: Means) -> Self:
        """Start a process: without our environment, which holds secrets, and outside our terminal, whose Ctrl-C is not for it."""
        limits = [str(limit) for limit in (means.memory, means.jobs, means.cpu_s)]
        pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        environment = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
        environment["MALLOC_ARENA_MAX"] = "1"
        command = (sys.executable, "-I", str(FRAME), str(craft), *limits)
        try:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=pipe, stdout=pipe, stderr=nothing, env=environment, start_new_session=True
            )
        except OSError as error:
            raise Busy from error
        return cls(process, means)

    async def ready(self) -> None:
        """Wait until it has given up its means. Raises `EOFError` if it could not even start."""
        await self._from.readexactly(LENGTH.size)

    @property
    def usable(self) -> bool:
        """Say whether another job may be given to it."""
        return self._left > 0 and self._process.returncode is None and self._lives()

    def _lives(self) -> bool:
        """Ask the kernel: that a process has ended is told to the loop a moment later."""
        try:
            os.kill(self._process.pid, 0)
        except ProcessLookupError:
            return False
        return True

    async def work(self, data: bytes, job: dict[str, Any], shape: type[H]) -> tuple[H, list[bytes]]:
        """Return the answer to one job. Raises `EOFError`, `OSError` or `ValueError` where the process died or babbles."""
        self._left -= 1
        head = msgspec.json.encode(job | {"bytes": len(data)})
        self._to.write(LENGTH.pack(len(head)) + head)
        self._to.write(data)
        await self._to.drain()
        (length,) = LENGTH.unpack(await self._from.readexactly(LENGTH.size))
        if length > MAX_HEAD:
            raise ValueError("a head that long is none of ours")
        answer = msgspec.json.decode(await self._from.readexactly(length), type=shape)
        if any(part.bytes < 0 for part in answer.parts) or sum(part.bytes for part in answer.parts) > self._means.answer:
            raise ValueError("that many bytes are none of ours")
        return answer, [await self._from.readexactly(part.bytes) for part in answer.parts]

    async def stop(self) -> None:
        """Kill the process and wait for its end."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._to.close()
        await self._from.read()  # an answer nobody waits for would keep the pipe open
        await self._process.wait()


class Pool(Generic[H]):
    """A pool of processes of one craft, to be closed. They start when there is work."""

    def __init__(self, craft: Path, means: Means, shape: type[H], *, workers: int, waiting: int) -> None:
        self._craft, self._means, self._shape = craft, means, shape
        self._places = asyncio.Semaphore(workers)
        self._most_waiting = waiting
        self._idle: list[_Worker] = []
        self._waiting = 0
        self._closed = False

    async def close(self) -> None:
        """Stop the idle processes, and the others when they have done what they are doing. Nothing more is done."""
        self._closed = True
        while self._idle:
            await self._idle.pop().stop()

    async def work(self, data: bytes, job: dict[str, Any], checked: Callable[[H, list[bytes]], Any]) -> Any:
        """Return what `checked` makes of the answer, or the head of a refusal as it is.

        `checked` raises `ValueError` for what is no answer to this job. A process is kept only if it answered as it should; whoever
        ran out of memory is not: what is left of it may be in pieces. Raises `WorkFailed`, and `Busy` where many wait already.
        """
        if self._closed or self._waiting >= self._most_waiting:
            raise Busy
        self._waiting += 1
        try:
            async with self._places:
                return await self._work(data, job, checked)
        finally:
            self._waiting -= 1

    async def _work(self, data: bytes, job: dict[str, Any], checked: Callable[[H, list[bytes]], Any]) -> Any:
        worker = await self._worker()
        unharmed = False
        try:
            answer, parts = await asyncio.wait_for(worker.work(data, job, self._shape), self._means.patience_s)
            made = answer if answer.refused else checked(answer, parts)
            unharmed = answer.refused != "too_large"
            return made
        except (EOFError, OSError, ValueError, TimeoutError) as error:
            raise WorkFailed from error
        finally:
            if unharmed and worker.usable and not self._closed:
                self._idle.append(worker)
            else:
                await worker.stop()

    async def _worker(self) -> _Worker:
        """Return a living process, a new one if need be."""
        while self._idle:
            worker = self._idle.pop()
            if worker.usable:
                return worker
            await worker.stop()
        worker = await _Worker.start(self._craft, self._means)
        try:
            await asyncio.wait_for(worker.ready(), START_PATIENCE_S)
        except (EOFError, TimeoutError) as error:
            await worker.stop()
            raise Busy from error
        return worker
