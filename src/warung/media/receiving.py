"""A file arrives in pieces, and becomes what it was meant to be.

A piece is stored before the row says so: a connection that breaks costs the piece under way. Finishing may be asked for again: the
answer is the same blob.
"""

import asyncio
import contextlib
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from warung.kit.blobs import BlobKey, BlobMissing, Blobs
from warung.kit.db import Db
from warung.kit.ids import AccountId, BlobId
from warung.media import service, uploads
from warung.media.model import Blob, Upload, UploadForgotten
from warung.media.pictures import Pictures
from warung.media.players import Players
from warung.media.storing import store_file, store_picture, store_video, store_voice, without_places

LOOKED_INTO = 64 << 20  # a file up to here is freed of what it says of places


class Studio:
    """Everything that a finished upload may need."""

    def __init__(self, db: Db, blobs: Blobs, pictures: Pictures, players: Players, folder: Path) -> None:
        self._db, self._blobs, self._pictures, self._players = db, blobs, pictures, players
        self._folder = folder
        self._finishing: dict[str, asyncio.Task[BlobId]] = {}

    async def take(self, *, by: AccountId, id: str, offset: int, data: bytes) -> Upload:
        """Store a piece. Raises `UploadForgotten`, `PieceMisplaced`, `PieceSized`, and what `Blobs.put` raises."""
        await self._db.read(lambda reader: uploads.fitting(reader, by=by, id=id, offset=offset, size=len(data)))
        await self._blobs.put(uploads.piece(id, offset), data)
        return await self._db.write(lambda tx: uploads.arrived(tx, by=by, id=id, offset=offset, size=len(data)))

    async def finish(self, *, by: AccountId, id: str) -> Blob:
        """Return what an upload became, with what is to be said of it in a card.

        Whoever asks again while it is made, or gave up waiting, gets the same answer: a film may take minutes, and is encoded once.
        Raises `UploadForgotten`, `UploadUnfinished`, and whatever is wrong with what arrived.
        """
        upload, original = await self._db.read(lambda reader: uploads.whole(reader, by=by, id=id))
        if upload.blob is not None:
            return await self._described(upload.blob)
        making = self._finishing.get(id)
        if making is None:
            making = self._finishing[id] = asyncio.create_task(self._finished(upload, original, by))
            making.add_done_callback(partial(self._made_it, id))
        return await self._described(await asyncio.shield(making))

    def _made_it(self, id: str, making: asyncio.Task[BlobId]) -> None:
        self._finishing.pop(id, None)
        if not making.cancelled():
            making.exception()  # whoever still waits is told; where nobody does, the next one who asks tries again

    async def _finished(self, upload: Upload, original: bool, by: AccountId) -> BlobId:
        made = await self._made(upload, original, by)
        kept = await self._db.write(partial(uploads.become, by=by, id=upload.id, blob=made.id))
        await self._forget(uploads.pieces(upload.id, upload.bytes))
        return kept

    async def cancel(self, *, by: AccountId, id: str) -> None:
        """Forget an upload. Raises `UploadForgotten`."""
        await self._forget(await self._db.write(partial(uploads.cancel, by=by, id=id)))

    async def _described(self, id: BlobId) -> Blob:
        found = await self._db.read(lambda reader: service.described(reader, [id]))
        if id not in found:
            raise UploadForgotten
        return found[id]

    async def _made(self, upload: Upload, original: bool, by: AccountId) -> Blob:
        keys = uploads.pieces(upload.id, upload.bytes)
        if upload.purpose == "file" and upload.bytes > LOOKED_INTO:
            return await self._made_large(upload, keys, by)
        data = b"".join([await self._blobs.get(key) for key in keys])
        if upload.purpose == "photo":
            return await store_picture(self._db, self._blobs, self._pictures, by=by, data=data, name=upload.name, original=original)
        if upload.purpose == "voice":
            return await store_voice(self._db, self._blobs, self._players, by=by, data=data)
        if upload.purpose == "video":
            return await store_video(self._db, self._blobs, self._pictures, self._players, by=by, data=data, name=upload.name)
        clean = await without_places(self._players, data)
        return await store_file(self._db, self._blobs, by=by, data=clean, name=upload.name)

    async def _made_large(self, upload: Upload, keys: Sequence[BlobKey], by: AccountId) -> Blob:
        """Put a large file together on the disk: it is not held in memory."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._folder) as gathered:
            for key in keys:
                gathered.write(await self._blobs.get(key))
            gathered.flush()
            return await store_file(self._db, self._blobs, by=by, data=Path(gathered.name), name=upload.name)

    async def _forget(self, keys: Sequence[BlobKey]) -> None:
        for key in keys:
            with contextlib.suppress(BlobMissing):
                await self._blobs.delete(key)
