"""Pictures from strangers become pictures of ours: upright, shrunk, re-encoded, with nothing in them but what one sees.

The decoding is done by `picture_craft.py` in at most two processes of little means. Whatever a picture does to its
process, here it is one of the named refusals, within a bounded time.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import msgspec

from warung.kit.errors import BadRequest, TooLarge, Unavailable
from warung.media.sniff import sniff
from warung.media.workers import Busy, Means, Pool, WorkFailed

CRAFT = Path(__file__).with_name("picture_craft.py")
MIME = "image/webp"  # of everything rendered: half the bytes of JPEG at the same look, and it has alpha

MAX_BYTES = 32 << 20
MAX_PIXELS = 24_000_000
MAX_PIXELS_JPEG = 128_000_000  # its decoder shrinks while it reads, so that a large photo costs little
MAX_ANSWER = 32 << 20  # bytes; far above what the sizes below can need
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
    which see `picture_craft.placeholder`; it is empty for a picture one can see through.
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


class Pictures:
    """A pool of picture workers, to be closed. Workers start when there is work."""

    def __init__(self, *, workers: int = 2, patience_s: float = PATIENCE_S) -> None:
        means = Means(memory=MEMORY, cpu_s=CPU_S, patience_s=patience_s, jobs=JOBS_BEFORE_RENEWAL, answer=MAX_ANSWER)
        self._pool = Pool(CRAFT, means, _Answer, workers=workers, waiting=MAX_WAITING)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop the workers. Nothing more is rendered."""
        await self._pool.close()

    async def render(self, data: bytes, *, sizes: Sequence[Size] = (FULL, THUMB)) -> Rendered:
        """Return a picture's clean sizes, whatever `data` is claimed to be.

        Raises `NotAPicture`, `PictureTooLarge`, `PictureBroken`, and `PicturesUnavailable` where many wait already.
        """
        if len(data) > MAX_BYTES:
            raise PictureTooLarge(max_bytes=MAX_BYTES)
        found = sniff(data)
        if found.mime not in FORMATS:
            raise NotAPicture(found=found.mime)
        kind = FORMATS[found.mime]
        pixels = MAX_PIXELS_JPEG if kind == "JPEG" else MAX_PIXELS
        try:
            made = await self._pool.work(
                data, {"format": kind, "pixels": pixels, "sizes": sizes}, lambda answer, parts: _checked(answer, parts, sizes)
            )
        except Busy as error:
            raise PicturesUnavailable from error
        except WorkFailed as error:
            raise PictureBroken from error
        if isinstance(made, Rendered):
            return made
        if made.refused == "too_large":
            raise PictureTooLarge(max_pixels=pixels)
        raise PictureBroken from ValueError(made.why)


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
