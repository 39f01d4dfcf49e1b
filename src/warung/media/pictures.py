"""Pictures from strangers become pictures of ours: upright, shrunk, re-encoded, with nothing in them but what one sees.

The decoding is done by `picture_worker.py` in at most two processes of little means. Whatever a picture does to its
process, here it is one of the named refusals, within a bounded time.
"""

import asyncio
import contextlib
import os
import struct
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import msgspec

from warung.kit.errors import BadRequest, TooLarge, Unavailable
from warung.media.sniff import sniff

WORKER = Path(__file__).with_name("picture_worker.py")
LENGTH = struct.Struct(">I")
MIME = "image/webp"  # of everything rendered: half the bytes of JPEG at the same look, and it has alpha

MAX_BYTES = 32 << 20
MAX_PIXELS = 24_000_000
MAX_PIXELS_JPEG = 128_000_000  # its decoder shrinks while it reads, so that a large photo costs little
MAX_ANSWER = 32 << 20  # bytes; far above what the sizes below can need
MAX_HEAD = 64 << 10
MAX_WAITING = 16
MEMORY = 512 << 20  # bytes of addresses of one worker
CPU_S = 10
PATIENCE_S = 30.0  # for one picture, on the clock
JOBS_BEFORE_RENEWAL = 100

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF", "image/avif": "AVIF"}


class NotAPicture(BadRequest):
    """This is not a picture that can be shown. Send JPEG, PNG, WebP, GIF or AVIF."""


class PictureTooLarge(TooLarge):
    """This picture is too large."""


class PictureBroken(BadRequest):
    """This picture is damaged and cannot be read."""


class PicturesUnavailable(Unavailable):
    """Pictures cannot be prepared right now. Try again in a moment."""


class Size(msgspec.Struct, frozen=True):
    """A wanted size: the longer side has at most `edge` pixels. A square is cut from the middle. Nothing is enlarged."""

    edge: int
    square: bool = False


FULL = Size(2048)
THUMB = Size(320)
AVATAR = Size(256, square=True)


class Part(msgspec.Struct, frozen=True):
    """One rendered size: WebP bytes, and its pixels."""

    width: int
    height: int
    data: bytes


class Rendered(msgspec.Struct, frozen=True):
    """A picture made ready: what it measured, upright, and its sizes in the order they were asked for.

    `animated` says that the original moved; the sizes show its first frame. `placeholder` has at most 31 bytes, for
    which see `picture_worker.placeholder`; it is empty for a picture one can see through.
    """

    width: int
    height: int
    animated: bool
    placeholder: bytes
    parts: tuple[Part, ...]


class _Answered(msgspec.Struct):
    """One size in a worker's answer."""

    width: int
    height: int
    bytes: int


class _Answer(msgspec.Struct):
    """The head of a worker's answer: a refusal, or what follows."""

    refused: str = ""
    why: str = ""
    width: int = 0
    height: int = 0
    animated: bool = False
    placeholder: str = ""
    parts: list[_Answered] = []


class _Worker:
    """One process, and how many jobs it may still do."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin
        assert process.stdout
        self._process, self._to, self._from = process, process.stdin, process.stdout
        self._left = JOBS_BEFORE_RENEWAL

    @classmethod
    async def start(cls) -> Self:
        """Start a process: without our environment, which holds secrets, and outside our terminal, whose Ctrl-C is not for it."""
        limits = [str(limit) for limit in (MEMORY, JOBS_BEFORE_RENEWAL, CPU_S)]
        pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        environment = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
        environment["MALLOC_ARENA_MAX"] = "1"
        command = (sys.executable, "-I", str(WORKER), *limits)
        try:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=pipe, stdout=pipe, stderr=nothing, env=environment, start_new_session=True
            )
        except OSError as error:
            raise PicturesUnavailable from error
        return cls(process)

    async def ready(self) -> None:
        """Wait until it has given up its means. Raises `EOFError` if it could not even start."""
        await self._from.readexactly(LENGTH.size)

    @property
    def usable(self) -> bool:
        """Say whether another job may be given to it."""
        return self._left > 0 and self._process.returncode is None

    async def work(self, data: bytes, kind: str, sizes: Sequence[Size]) -> tuple[_Answer, list[bytes]]:
        """Return the answer to one job. Raises `EOFError`, `OSError` or `ValueError` where the process died or babbles."""
        self._left -= 1
        pixels = MAX_PIXELS_JPEG if kind == "JPEG" else MAX_PIXELS
        head = msgspec.json.encode({"format": kind, "pixels": pixels, "sizes": sizes, "bytes": len(data)})
        self._to.write(LENGTH.pack(len(head)) + head)
        self._to.write(data)
        await self._to.drain()
        (length,) = LENGTH.unpack(await self._from.readexactly(LENGTH.size))
        if length > MAX_HEAD:
            raise ValueError("a head that long is none of ours")
        answer = msgspec.json.decode(await self._from.readexactly(length), type=_Answer)
        if sum(part.bytes for part in answer.parts) > MAX_ANSWER:
            raise ValueError("that many bytes are none of ours")
        return answer, [await self._from.readexactly(part.bytes) for part in answer.parts]

    async def stop(self) -> None:
        """Kill the process and wait for its end."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._to.close()
        await self._from.read()  # an answer nobody waits for would keep the pipe open
        await self._process.wait()


class Pictures:
    """A pool of picture workers, to be closed. Workers start when there is work."""

    def __init__(self, *, workers: int = 2, patience_s: float = PATIENCE_S) -> None:
        self._places = asyncio.Semaphore(workers)
        self._patience_s = patience_s
        self._idle: list[_Worker] = []
        self._waiting = 0
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop the idle workers, and the others when they have done what they are doing. Nothing more is rendered."""
        self._closed = True
        while self._idle:
            await self._idle.pop().stop()

    async def render(self, data: bytes, *, sizes: Sequence[Size] = (FULL, THUMB)) -> Rendered:
        """Return a picture's clean sizes, whatever `data` is claimed to be.

        Raises `NotAPicture`, `PictureTooLarge`, `PictureBroken`, and `PicturesUnavailable` where many wait already.
        """
        if len(data) > MAX_BYTES:
            raise PictureTooLarge(max_bytes=MAX_BYTES)
        found = sniff(data)
        if found.mime not in FORMATS:
            raise NotAPicture(found=found.mime)
        if self._closed or self._waiting >= MAX_WAITING:
            raise PicturesUnavailable
        self._waiting += 1
        try:
            async with self._places:
                return await self._render(data, FORMATS[found.mime], sizes)
        finally:
            self._waiting -= 1

    async def _render(self, data: bytes, kind: str, sizes: Sequence[Size]) -> Rendered:
        """Give the job to a worker, and keep the worker only if it came through unharmed."""
        worker = await self._worker()
        unharmed = False
        try:
            answer, parts = await asyncio.wait_for(worker.work(data, kind, sizes), self._patience_s)
            rendered = _checked(answer, parts, sizes) if not answer.refused else None
            unharmed = rendered is not None
        except (EOFError, OSError, ValueError, TimeoutError) as error:
            raise PictureBroken from error
        finally:
            if unharmed and worker.usable and not self._closed:
                self._idle.append(worker)
            else:
                await worker.stop()
        if rendered is not None:
            return rendered
        if answer.refused == "too_large":
            raise PictureTooLarge(max_pixels=MAX_PIXELS_JPEG if kind == "JPEG" else MAX_PIXELS)
        raise PictureBroken from ValueError(answer.why)

    async def _worker(self) -> _Worker:
        """Return a living worker, a new one if need be."""
        while self._idle:
            worker = self._idle.pop()
            if worker.usable:
                return worker
            await worker.stop()
        worker = await _Worker.start()
        try:
            await asyncio.wait_for(worker.ready(), PATIENCE_S)
        except (EOFError, TimeoutError) as error:
            await worker.stop()
            raise PicturesUnavailable from error
        return worker


def _checked(answer: _Answer, parts: list[bytes], sizes: Sequence[Size]) -> Rendered:
    """Return the answer as a value. Raises `ValueError` if it is not one to these sizes: its author read a stranger's bytes."""
    if len(parts) != len(sizes) or any(sniff(data).mime != MIME for data in parts):
        raise ValueError("not the pictures that were asked for")
    if any(not 0 < max(part.width, part.height) <= size.edge for part, size in zip(answer.parts, sizes, strict=True)):
        raise ValueError("not the sizes that were asked for")
    return Rendered(
        width=answer.width,
        height=answer.height,
        animated=answer.animated,
        placeholder=bytes.fromhex(answer.placeholder)[:31],
        parts=tuple(Part(part.width, part.height, data) for part, data in zip(answer.parts, parts, strict=True)),
    )
