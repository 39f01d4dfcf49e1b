"""Storing and sweeping: where bytes and rows meet.

Rows first, then bytes, then the id is told: so the sweeper, which looks at rows, always knows of bytes that are on their way.
A crash in between leaves an orphan that nobody has heard of. Equal bytes share a key; the sweeper deletes them when no row
names it any more, and marks it while it does, so that nobody stores there meanwhile.
"""

import asyncio
import base64
import contextlib
import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path, PurePosixPath

from warung.kit.blobs import BlobKey, Blobs, key_of
from warung.kit.db import Db
from warung.kit.ids import AccountId
from warung.media import service, uploads
from warung.media.bare import bare
from warung.media.model import Blob, BlobPart, SizeName
from warung.media.pictures import AVATAR, FULL, MIME, THUMB, Pictures, Size
from warung.media.players import Played, Players, VideoNotPlayable, VideoTooLong
from warung.media.sniff import HEAD, Family, sniff

PREFIX = "media"
SIZES: dict[SizeName, Size] = {"full": FULL, "thumb": THUMB, "avatar": AVATAR}
NAME_CHARS = 200


async def store_picture(
    db: Db,
    blobs: Blobs,
    pictures: Pictures,
    *,
    by: AccountId,
    data: bytes,
    sizes: Sequence[SizeName] = ("full", "thumb"),
    name: str = "",
    original: bool = False,
) -> Blob:
    """Render a picture, store the named sizes and return its blob, which waits a day for a grant.

    The original is kept when asked for and when it can be freed of what cameras write into it; nobody gets it as it was.
    Width and height are those of the first size named. Raises what `Pictures.render` and `Blobs.put` raise, and `BlobBeingRemoved`.
    """
    rendered = await pictures.render(data, sizes=[SIZES[size] for size in sizes])
    parts = [
        BlobPart(size, key_of(PREFIX, part.data), MIME, len(part.data), part.width, part.height)
        for size, part in zip(sizes, rendered.parts, strict=True)
    ]
    stored = [(part.key, each.data) for part, each in zip(parts, rendered.parts, strict=True)]
    if original and (clean := await asyncio.to_thread(_bare_original, data)) is not None:
        parts.append(BlobPart("original", key_of(PREFIX, clean), sniff(clean).mime, len(clean), rendered.width, rendered.height))
        stored.append((parts[-1].key, clean))
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
    for key, content in stored:
        await blobs.put(key, content)
    return blob


def _bare_original(data: bytes) -> bytes | None:
    try:
        return bare(data, sniff(data).mime)
    except ValueError:
        return None


async def store_voice(db: Db, blobs: Blobs, players: Players, *, by: AccountId, data: bytes) -> Blob:
    """Measure a recording, store it as Opus and as AAC, and return its blob. Raises what `Players.voice` and `Blobs.put` raise."""
    played = await players.voice(data)
    sizes: Sequence[SizeName] = ("voice", "voice_aac")
    parts = [BlobPart(size, key_of(PREFIX, content), mime, len(content)) for size, (mime, content) in zip(sizes, played.parts, strict=True)]
    waveform = base64.b64encode(played.waveform).decode()
    blob = await db.write(
        lambda tx: service.keep(
            tx, by=by, kind="voice", parts=parts, mime=parts[0].mime, size=parts[0].bytes, duration_ms=played.duration_ms, waveform=waveform
        )
    )
    for part, (_, content) in zip(parts, played.parts, strict=True):
        await blobs.put(part.key, content)
    return blob


async def store_video(db: Db, blobs: Blobs, pictures: Pictures, players: Players, *, by: AccountId, data: bytes, name: str) -> Blob:
    """Store a film without what it said of itself, with pictures of its beginning, and return its blob.

    Raises what `Players.film`, `Pictures.render` and `Blobs.put` raise.
    """
    played = await players.film(data)
    (mime, film), (_, poster) = played.parts
    sizes: Sequence[SizeName] = ("full", "thumb")
    rendered = await pictures.render(poster, sizes=[SIZES[size] for size in sizes])
    parts = [BlobPart("video", key_of(PREFIX, film), mime, len(film), rendered.width, rendered.height)]
    stored = [film]
    for size, still in zip(sizes, rendered.parts, strict=True):
        parts.append(BlobPart(size, key_of(PREFIX, still.data), MIME, len(still.data), still.width, still.height))
        stored.append(still.data)
    placeholder = base64.b64encode(rendered.placeholder).decode() or None
    blob = await db.write(
        lambda tx: service.keep(
            tx,
            by=by,
            kind="video",
            parts=parts,
            mime=mime,
            size=len(film),
            width=rendered.width,
            height=rendered.height,
            name=plain_name(name),
            placeholder=placeholder,
            duration_ms=played.duration_ms,
        )
    )
    for kept, content in zip(parts, stored, strict=True):
        await blobs.put(kept.key, content)
    return blob


async def without_places(players: Players, data: bytes) -> bytes:
    """Return a file as others may have it: a picture or a film without what it says of where it was taken."""
    found = sniff(data)
    if found.family is Family.VIDEO:
        with contextlib.suppress(VideoNotPlayable, VideoTooLong):
            played: Played = await players.film(data)
            return played.parts[0][1]
    if found.family in (Family.IMAGE, Family.VIDEO):
        with contextlib.suppress(ValueError):
            return await asyncio.to_thread(bare, data, found.mime)
    return data


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
    """Forget uploads that stopped, what was kept long enough and what nobody has held for a day; delete bytes that no blob needs.

    Call it at the start and every hour; any number may run at once. Raises `BlobsUnavailable`; the next one goes on where it stopped.
    """
    while stopped := await db.read(uploads.stopped):
        for id, owner, keys in stopped:
            for key in keys:
                await blobs.delete(key)
            await db.write(partial(uploads.forget, id=id, owner=owner))
    while await db.write(uploads.drop_aged):
        pass
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
