"""Stickers from strangers become stickers of ours: a WebP that moves or does not, small, with nothing in it but what one sees.

The drawing is done by `moving_worker.py` in one process of little means. Whatever a file does to its process, here it is one of
the named refusals, within a bounded time.
"""

import asyncio
import contextlib
import os
import struct
import sys
from pathlib import Path
from typing import Self

import msgspec

from warung.kit.blobs import Blobs, key_of
from warung.kit.db import Db
from warung.kit.errors import BadRequest, TooLarge, Unavailable
from warung.kit.ids import AccountId
from warung.media import service
from warung.media.model import Blob, BlobPart
from warung.media.sniff import sniff
from warung.media.storing import PREFIX

WORKER = Path(__file__).with_name("moving_worker.py")
LENGTH = struct.Struct(">I")
MIME = "image/webp"

MAX_BYTES = 4 << 20  # of one file as it is brought
UNPACKED = 2 << 20  # of a Lottie animation as text
EDGE, SMALL = 384, 160  # pixels of the longer side: in a conversation, and in the panel
LONG_MS = 10_000
FRAMES = 300
LARGEST = 1 << 20  # bytes of what comes out
MEMORY = 1 << 30  # bytes of addresses of the worker: all frames of a moving picture stand in it at once
CPU_S = 15
PATIENCE_S = 30.0
MAX_HEAD = 64 << 10
MAX_WAITING = 8
JOBS_BEFORE_RENEWAL = 100

KINDS = {
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/jpeg": "jpeg",
    "image/avif": "avif",
    "image/svg+xml": "svg",
    "video/webm": "webm",
    "application/gzip": "lottie",
}


class NotASticker(BadRequest):
    """This cannot become a sticker. Bring PNG, WebP, GIF, JPEG, AVIF, SVG, WebM, Lottie or .tgs."""


class StickerTooLarge(TooLarge):
    """This is too large for a sticker."""


class StickerTooLong(BadRequest):
    """A sticker moves for at most {seconds} seconds."""


class StickerBroken(BadRequest):
    """This is damaged and cannot become a sticker."""


class StickersUnavailable(Unavailable):
    """Stickers cannot be prepared right now. Try again in a moment."""


class Moved(msgspec.Struct, frozen=True):
    """A sticker made ready: WebP bytes and a small still one. `frames` is 0 for one that does not move."""

    width: int
    height: int
    frames: int
    ms: int
    data: bytes
    small: bytes


class _Answer(msgspec.Struct):
    """The head of the worker's answer: a refusal, or what follows."""

    refused: str = ""
    why: str = ""
    width: int = 0
    height: int = 0
    frames: int = 0
    ms: int = 0
    parts: list[int] = []


class _Worker:
    """One process, and how many jobs it may still do."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin
        assert process.stdout
        self._process, self._to, self._from = process, process.stdin, process.stdout
        self._left = JOBS_BEFORE_RENEWAL

    @classmethod
    async def start(cls) -> Self:
        """Start a process: without our environment, which holds secrets, and outside our terminal."""
        limits = [str(limit) for limit in (MEMORY, JOBS_BEFORE_RENEWAL, CPU_S)]
        environment = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
        environment["MALLOC_ARENA_MAX"] = "1"
        pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", str(WORKER), *limits),
                stdin=pipe,
                stdout=pipe,
                stderr=nothing,
                env=environment,
                start_new_session=True,
            )
        except OSError as error:
            raise StickersUnavailable from error
        worker = cls(process)
        try:
            await asyncio.wait_for(worker._from.readexactly(LENGTH.size), PATIENCE_S)
        except (EOFError, TimeoutError) as error:
            await worker.stop()
            raise StickersUnavailable from error
        return worker

    @property
    def usable(self) -> bool:
        """Say whether another job may be given to it."""
        return self._left > 0 and self._process.returncode is None

    async def work(self, data: bytes, kind: str) -> tuple[_Answer, list[bytes]]:
        """Return the answer to one job. Raises `EOFError`, `OSError` or `ValueError` where the process died or babbles."""
        self._left -= 1
        job = {"kind": kind, "edge": EDGE, "small": SMALL, "long_ms": LONG_MS, "frames": FRAMES, "largest": LARGEST, "unpacked": UNPACKED}
        head = msgspec.json.encode(job | {"bytes": len(data)})
        self._to.write(LENGTH.pack(len(head)) + head + data)
        await self._to.drain()
        (length,) = LENGTH.unpack(await self._from.readexactly(LENGTH.size))
        if length > MAX_HEAD:
            raise ValueError("a head that long is none of ours")
        answer = msgspec.json.decode(await self._from.readexactly(length), type=_Answer)
        if any(not 0 < part <= LARGEST for part in answer.parts):
            raise ValueError("that many bytes are none of ours")
        return answer, [await self._from.readexactly(part) for part in answer.parts]

    async def stop(self) -> None:
        """Kill the process and wait for its end."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._to.close()
        await self._from.read()
        await self._process.wait()


class Moving:
    """The one worker that draws stickers, to be closed. It starts when there is work."""

    def __init__(self, *, patience_s: float = PATIENCE_S) -> None:
        self._turn = asyncio.Semaphore(1)
        self._patience_s = patience_s
        self._worker: _Worker | None = None
        self._waiting = 0
        self._closed = False

    async def close(self) -> None:
        """Stop the worker when it has done what it is doing. Nothing more is drawn."""
        self._closed = True
        async with self._turn:
            await self._drop()

    async def render(self, data: bytes) -> Moved:
        """Return a clean sticker, whatever `data` is claimed to be.

        Raises `NotASticker`, `StickerTooLarge`, `StickerTooLong`, `StickerBroken`, and `StickersUnavailable` where many wait already.
        """
        if len(data) > MAX_BYTES:
            raise StickerTooLarge(max_bytes=MAX_BYTES)
        kind = KINDS.get(sniff(data).mime) or ("lottie" if data[:512].lstrip().startswith(b"{") else "")
        if not kind:
            raise NotASticker
        if self._closed or self._waiting >= MAX_WAITING:
            raise StickersUnavailable
        self._waiting += 1
        try:
            async with self._turn:
                return await self._render(data, kind)
        finally:
            self._waiting -= 1

    async def _render(self, data: bytes, kind: str) -> Moved:
        """Give the job to the worker, and keep the worker only if it came through unharmed."""
        if self._worker is None or not self._worker.usable:
            await self._drop()
            self._worker = await _Worker.start()
        unharmed = False
        try:
            answer, parts = await asyncio.wait_for(self._worker.work(data, kind), self._patience_s)
            moved = _checked(answer, parts) if not answer.refused else None
            unharmed = True
        except (EOFError, OSError, ValueError, TimeoutError) as error:
            raise StickerBroken from error
        finally:
            if not unharmed:
                await self._drop()
        if moved is not None:
            return moved
        if answer.refused == "too_large":
            raise StickerTooLarge(max_bytes=LARGEST)
        if answer.refused == "too_long":
            raise StickerTooLong(seconds=LONG_MS // 1000)
        raise StickerBroken from ValueError(answer.why)

    async def _drop(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.stop()


def _checked(answer: _Answer, parts: list[bytes]) -> Moved:
    """Return the answer as a value. Raises `ValueError` if it is not one: its author read a stranger's bytes."""
    if len(parts) != 2 or any(sniff(data).mime != MIME for data in parts):
        raise ValueError("not the pictures that were asked for")
    if not 0 < max(answer.width, answer.height) <= EDGE or min(answer.width, answer.height) < 1 or not 0 <= answer.frames <= FRAMES:
        raise ValueError("not the size that was asked for")
    return Moved(answer.width, answer.height, answer.frames, answer.ms, *parts)


async def store_moving(db: Db, blobs: Blobs, moving: Moving, *, by: AccountId, data: bytes, name: str = "") -> tuple[Blob, bool]:
    """Draw a sticker, store it as `full` and still as `thumb`; return its blob, which waits a day for a grant, and whether it moves.

    Raises what `Moving.render` and `Blobs.put` raise, and `BlobBeingRemoved`.
    """
    moved = await moving.render(data)
    full = BlobPart("full", key_of(PREFIX, moved.data), MIME, len(moved.data), moved.width, moved.height)
    thumb = BlobPart("thumb", key_of(PREFIX, moved.small), MIME, len(moved.small))
    blob = await db.write(
        lambda tx: service.keep(
            tx,
            by=by,
            kind="picture",
            parts=[full, thumb],
            mime=MIME,
            size=full.bytes,
            width=moved.width,
            height=moved.height,
            name=name,
        )
    )
    for part, bytes_of in ((full, moved.data), (thumb, moved.small)):
        await blobs.put(part.key, bytes_of)
    return blob, moved.frames > 0
