"""Bringing stickers in: an archive or a single picture becomes a pack, file by file; what cannot is told by name."""

import asyncio
import tempfile
from functools import partial
from pathlib import Path

from warung import media
from warung.kit.blobs import Blobs
from warung.kit.db import Db, Tx
from warung.kit.errors import TooLarge
from warung.kit.ids import AccountId
from warung.stickers import archives, packs, seeing
from warung.stickers.model import BringingStickers, Imported, Labels, NoStickersFound, PackFull, RefusedFile, Settings, Sticker

UNTITLED = "Stiker"
TOLD_EVERY = 4
_one_at_a_time = asyncio.Semaphore(1)  # what an archive unpacks to stands in memory


class PackTooLarge(TooLarge):
    """A sticker pack may have at most {limit} bytes when it is brought."""


async def bring(
    db: Db, blobs: Blobs, moving: media.Moving, *, by: AccountId, language: str, data: bytes, name: str, settings: Settings, watch: str = ""
) -> Imported:
    """Make a pack of an archive or of one picture; return it and what was left out. Under the name `watch` its maker is told how far it is.

    Raises what `archives.read` and `packs.create` raise, `PackTooLarge`, and `NoStickersFound` where nothing came of it.
    """
    if len(data) > settings.archive_bytes:
        raise PackTooLarge(limit=settings.archive_bytes)
    async with _one_at_a_time:
        found = await asyncio.to_thread(_read, data, name)
        refused = [RefusedFile(one.name[:200], PackFull.code()) for one in found.candidates[settings.stickers :]]
        made: list[tuple[media.Blob, bool, Labels]] = []
        candidates = found.candidates[: settings.stickers]
        for done, one in enumerate(candidates):
            if watch and done % TOLD_EVERY == 0:
                told = BringingStickers(watch, done, len(candidates))
                await db.write(lambda tx, told=told: tx.emit(told, [by]))  # type: ignore[misc]
            try:
                made.append((*await media.store_moving(db, blobs, moving, by=by, data=one.data), one.labels))
            except (media.NotASticker, media.StickerBroken, media.StickerTooLarge, media.StickerTooLong) as refusal:
                refused.append(RefusedFile(one.name[:200], refusal.code()))
    if not made:
        raise NoStickersFound
    pack = await db.write(partial(_make, by=by, found=found, made=made))
    return Imported(await db.read(lambda reader: seeing.pack(reader, by=by, id=pack, language=language)), refused)


def _make(tx: Tx, *, by: AccountId, found: archives.Found, made: list[tuple[media.Blob, bool, Labels]]) -> str:
    title = _cut(found.title, packs.TITLE) or UNTITLED
    pack = packs.create(tx, by=by, title=title, author=_cut(found.author, packs.AUTHOR), licence=_cut(found.licence, packs.LICENCE))
    for blob, moves, labels in made:
        packs.add(tx, by=by, pack=pack.id, blob=blob, moves=moves, labels=labels)
    return pack.id


def _cut(text: str, limit: int) -> str:
    """Return what a file says of itself as we can keep it."""
    return text.replace("\x00", "").encode(errors="replace").decode().strip()[:limit].strip()


def _read(data: bytes, name: str) -> archives.Found:
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        return archives.read(Path(file.name), name)


async def bring_one(
    db: Db, blobs: Blobs, moving: media.Moving, *, by: AccountId, pack: str, data: bytes, labels: Labels, language: str
) -> Sticker:
    """Put one picture into a pack of one's own. Raises what `media.store_moving` and `packs.add` raise."""
    await db.read(lambda reader: seeing.own_pack(reader, by, pack))  # before anything is drawn
    blob, moves = await media.store_moving(db, blobs, moving, by=by, data=data)
    made = await db.write(partial(packs.add, by=by, pack=pack, blob=blob, moves=moves, labels=labels))
    return await db.read(lambda reader: seeing.with_words(reader, [made], language)[0])
