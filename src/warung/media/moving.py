"""Stickers from strangers become stickers of ours: a WebP that moves or does not, small, with nothing in it but what one sees.

The drawing is done by `moving_craft.py` in one process of little means. Whatever a file does to its process, here it is one of
the named refusals, within a bounded time.
"""

from pathlib import Path

import msgspec

from warung.kit.blobs import Blobs, key_of
from warung.kit.db import Db
from warung.kit.errors import BadRequest, TooLarge, Unavailable
from warung.kit.ids import AccountId
from warung.media import service
from warung.media.model import Blob, BlobPart
from warung.media.sniff import sniff
from warung.media.storing import PREFIX
from warung.media.workers import Busy, Means, Pool, WorkFailed

CRAFT = Path(__file__).with_name("moving_craft.py")
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
MAX_WAITING = 8
JOBS_BEFORE_RENEWAL = 100
JOB = {"edge": EDGE, "small": SMALL, "long_ms": LONG_MS, "frames": FRAMES, "largest": LARGEST, "unpacked": UNPACKED}

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


class _Made(msgspec.Struct):
    """One picture in a worker's answer."""

    bytes: int


class _Answer(msgspec.Struct):
    """The head of the worker's answer: a refusal, or what follows."""

    refused: str = ""
    why: str = ""
    width: int = 0
    height: int = 0
    frames: int = 0
    ms: int = 0
    parts: list[_Made] = []


class Moving:
    """The one worker that draws stickers, to be closed. It starts when there is work."""

    def __init__(self, *, patience_s: float = PATIENCE_S) -> None:
        means = Means(memory=MEMORY, cpu_s=CPU_S, patience_s=patience_s, jobs=JOBS_BEFORE_RENEWAL, answer=2 * LARGEST)
        self._pool = Pool(CRAFT, means, _Answer, workers=1, waiting=MAX_WAITING)

    async def close(self) -> None:
        """Stop the worker when it has done what it is doing. Nothing more is drawn."""
        await self._pool.close()

    async def render(self, data: bytes) -> Moved:
        """Return a clean sticker, whatever `data` is claimed to be.

        Raises `NotASticker`, `StickerTooLarge`, `StickerTooLong`, `StickerBroken`, and `StickersUnavailable` where many wait already.
        """
        if len(data) > MAX_BYTES:
            raise StickerTooLarge(max_bytes=MAX_BYTES)
        kind = KINDS.get(sniff(data).mime) or ("lottie" if data[:512].lstrip().startswith(b"{") else "")
        if not kind:
            raise NotASticker
        try:
            made = await self._pool.work(data, JOB | {"kind": kind}, _checked)
        except Busy as error:
            raise StickersUnavailable from error
        except WorkFailed as error:
            raise StickerBroken from error
        if isinstance(made, Moved):
            return made
        if made.refused == "too_large":
            raise StickerTooLarge(max_bytes=LARGEST)
        if made.refused == "too_long":
            raise StickerTooLong(seconds=LONG_MS // 1000)
        raise StickerBroken from ValueError(made.why)


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
