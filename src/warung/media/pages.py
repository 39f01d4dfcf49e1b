"""Signed links, served outside /api: bytes from strangers, with every header that keeps a browser from taking them for ours."""

import re
from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import quote

from litestar import Request, Response, get
from litestar.params import QueryParameter
from litestar.response import Stream

from warung.kit.blobs import Blobs
from warung.kit.clock import SECOND
from warung.kit.db import Db
from warung.kit.errors import BadRequest
from warung.kit.ids import BlobId
from warung.media import service
from warung.media.model import BlobPart, Served, SizeName
from warung.media.pictures import MIME
from warung.media.sniff import BY_BRAND, BY_OGG_CODEC, BY_RIFF_FORM, BY_START, MATROSKA, MP3, MP4, OGG, Family

# A browser acts on nothing of these but by showing or playing it. Text is left out: HTML and SVG are programs.
_KNOWN = [OGG, MP3, MP4, MATROSKA, *BY_RIFF_FORM.values(), *(found for _, found in (*BY_START, *BY_OGG_CODEC, *BY_BRAND))]
SERVED = {found.mime for found in _KNOWN if found.family in (Family.AUDIO, Family.VIDEO, Family.ARCHIVE, Family.DOCUMENT)}
UNNAMED = "application/octet-stream"

PLAYED: dict[SizeName, set[str]] = {"video": {"video/mp4", "video/webm"}, "voice": {"audio/webm"}, "voice_aac": {"audio/mp4"}}

GUARDS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "accept-ranges": "bytes",
}
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})\Z")


class RangeNotThere(BadRequest):
    """This part of the file does not exist."""

    status = 416


@get("/media/{blob:str}/{size:str}", include_in_schema=False)
async def serve(
    request: Request[Any, Any, Any],
    blob: BlobId,
    size: SizeName,
    expires: Annotated[int, QueryParameter(name="e")],
    signature: Annotated[str, QueryParameter(name="s")],
    db: Db,
    blobs: Blobs,
) -> Response[Any]:
    """Serve the bytes that a signed link opens, or a range of them."""
    found, now = await db.read(
        lambda reader: (service.follow_link(reader, blob=blob, size=size, expires=expires, signature=signature), reader.now)
    )
    headers = _headers(found, max_age=(expires - now) // SECOND)
    if headers["etag"] in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers)
    start, stop = _asked(request, found.part.bytes, headers["etag"])
    partial = (start, stop) != (0, found.part.bytes)
    if partial:
        headers["content-range"] = f"bytes {start}-{stop - 1}/{found.part.bytes}"
    pieces = blobs.stream(found.part.key, start, stop)
    first = await anext(pieces, b"")  # before the head is sent: what cannot be read is refused by name
    headers["content-length"] = str(stop - start)
    return Stream(_chained(first, pieces), status_code=206 if partial else 200, headers=headers, media_type=headers["content-type"])


def _headers(found: Served, max_age: int) -> dict[str, str]:
    """Return the headers of an answer. Only what we made ourselves is shown or played in place; all else is a download."""
    headers = GUARDS | {
        "content-type": _type(found.part),
        "etag": f'"{found.part.key.rsplit("/", 1)[-1][:32]}"',
        "cache-control": f"private, max-age={max_age}, immutable",
    }
    if found.part.size_name == "original":
        headers["content-disposition"] = f"attachment; filename*=UTF-8''{quote(found.name or 'file', safe='')}"
    return headers


def _type(part: BlobPart) -> str:
    """Return a content type from our own table."""
    if part.size_name in PLAYED:
        return part.mime if part.mime in PLAYED[part.size_name] else UNNAMED
    if part.size_name != "original":
        return MIME
    return part.mime if part.mime in SERVED else UNNAMED


def _asked(request: Request[Any, Any, Any], length: int, tag: str) -> tuple[int, int]:
    """Return the range that is asked for, from start up to but not including stop; all for what we do not understand.

    Raises `RangeNotThere`.
    """
    asked = RANGE.match(request.headers.get("range", ""))
    if asked is None or request.headers.get("if-range", tag) != tag or asked[0] == "bytes=-":
        return 0, length
    first, last = asked[1], asked[2]
    if not first:
        start, stop = max(0, length - int(last)), length
    else:
        start, stop = int(first), min(length, int(last) + 1) if last else length
    if first and last and int(last) < int(first):
        return 0, length
    if start >= stop:
        raise RangeNotThere(length=length)
    return start, stop


async def _chained(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


PAGES = [serve]
