"""Storing and sweeping: where bytes and rows meet.

Rows first, then bytes, then the id is told: so the sweeper, which looks at rows, always knows of bytes that are on their way.
A crash in between leaves an orphan that nobody has heard of. Equal bytes share a key; the sweeper deletes them when no row
names it any more, and marks it while it does, so that nobody stores there meanwhile.
"""

import asyncio
import base64
import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path, PurePosixPath

from warung.kit.blobs import BlobKey, Blobs, key_of
from warung.kit.db import Db
from warung.kit.ids import AccountId
from warung.media import service
from warung.media.model import Blob, BlobPart, SizeName
from warung.media.pictures import AVATAR, FULL, MIME, THUMB, Pictures, Size
from warung.media.sniff import HEAD, sniff

PREFIX = "media"
SIZES: dict[SizeName, Size] = {"full": FULL, "thumb": THUMB, "avatar": AVATAR}
NAME_CHARS = 200


async def store_picture(
    db: Db, blobs: Blobs, pictures: Pictures, *, by: AccountId, data: bytes, sizes: Sequence[SizeName] = ("full", "thumb"), name: str = ""
) -> Blob:
    """Render a picture, store the named sizes (never the original) and return its blob, which waits a day for a grant.

    Width and height are those of the first size named. Raises what `Pictures.render` and `Blobs.put` raise, and `BlobBeingRemoved`.
    """
    rendered = await pictures.render(data, sizes=[SIZES[size] for size in sizes])
    parts = [
        BlobPart(size, key_of(PREFIX, part.data), MIME, len(part.data), part.width, part.height)
        for size, part in zip(sizes, rendered.parts, strict=True)
    ]
    placeholder = base64.b64encode(rendered.placeholder).decode() or None
    largest = max(part.bytes for part in parts)
    blob = await db.write(
        lambda tx: service.keep(
            tx,
            by=by,
            kind="picture",
            parts=parts,
            mime=MIME,
            size=largest,
            width=parts[0].width,
            height=parts[0].height,
            name=plain_name(name),
            placeholder=placeholder,
        )
    )
    for part, bytes_of in zip(parts, rendered.parts, strict=True):
        await blobs.put(part.key, bytes_of.data)
    return blob


async def store_file(db: Db, blobs: Blobs, *, by: AccountId, data: bytes | Path, name: str) -> Blob:
    """Store a file as it is, to be served as a download only; return its blob, which waits a day for a grant.

    Raises what `Blobs.put` raises, `BlobBeingRemoved`, and `OSError` for a path that cannot be read.
    """
    key, mime, size = await asyncio.to_thread(_measured, data)
    part = BlobPart("original", key, mime, size)
    blob = await db.write(lambda tx: service.keep(tx, by=by, kind="file", parts=[part], mime=mime, size=size, name=plain_name(name)))
    await blobs.put(key, data)
    return blob


async def sweep(db: Db, blobs: Blobs) -> None:
    """Forget blobs that nobody has held for a day and delete the bytes that no blob needs. Call it at the start and every hour.

    Any number may run at once. Raises `BlobsUnavailable`; the next one goes on where it stopped.
    """
    while await db.write(service.drop_orphans):
        pass
    while keys := await db.write(service.take_garbage):
        for key in keys:
            await blobs.delete(key)
        await db.write(partial(service.forget_garbage, keys=keys))


def plain_name(name: str) -> str:
    """Return a file's name that any database and any header can hold: the last part of a path, without control characters."""
    last = PurePosixPath(name.replace("\\", "/")).name.encode(errors="replace").decode()
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", "", last)[-NAME_CHARS:]


def _measured(data: bytes | Path) -> tuple[BlobKey, str, int]:
    """Return the key, the true media type and the length in bytes."""
    if isinstance(data, bytes):
        return key_of(PREFIX, data), sniff(data).mime, len(data)
    with data.open("rb") as file:
        head = file.read(HEAD)
    return key_of(PREFIX, data), sniff(head).mime, data.stat().st_size
