"""Imports at work: one task per running import, going on where a stopped server left off, on this node or on another."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TypeVar

import structlog

from warung import chat, media
from warung.importers import service
from warung.importers.incoming import Incoming
from warung.importers.model import Line
from warung.importers.reading import Reading, Watch, examine
from warung.importers.service import Item
from warung.importers.uploads import Found, Hints, Import, ImportRunning, NoSuchImport, Settings
from warung.kit.blobs import Blobs
from warung.kit.card import Card
from warung.kit.db import Db, Tx
from warung.kit.errors import Refusal, Unavailable
from warung.kit.ids import AccountId, ConversationId
from warung.media import DamagedMember

T = TypeVar("T")
log = structlog.get_logger()

BATCH = 500  # entries that are stored in one transaction
SAMPLE = 200  # messages at the beginning by which a conversation is known again
TOLD_EVERY_S = 0.5
WAITS_S = (1, 2, 4, 8, 16, 32)  # for a database or a disk that is not available
BEAT_S = 5.0  # how often a node says that it goes on
EXPIRE_EVERY = 720  # beats: hourly


class Importing:
    """Everything that is being uploaded, read and imported. Created on the event loop; to be closed.

    `shared`: there may be other nodes, which go on with what this one has begun.
    """

    def __init__(self, db: Db, blobs: Blobs, pictures: media.Pictures, folder: Path, settings: Settings, *, shared: bool = False) -> None:
        self._db = db
        self._blobs = blobs
        self._pictures = pictures
        self._incoming = Incoming(folder, blobs if shared else None)
        self._settings = settings
        self._looking: asyncio.Task[None] | None = None
        self._places = asyncio.Semaphore(settings.at_once)
        self._uploading: set[AccountId] = set()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._watch = Watch()

    async def receive(self, pieces: AsyncIterator[bytes], *, by: AccountId, hints: Hints) -> Import:
        """Keep an uploaded file and report what is in it; nothing is imported yet.

        Raises `ImportRunning` while another upload of this account is under way, `TooManyUploads`, `UploadTooLarge`, `DiskFull`
        and what the readers refuse; then nothing is kept.
        """
        if by in self._uploading:
            raise ImportRunning
        self._uploading.add(by)
        try:
            id = await self._db.write(lambda tx: service.admit(tx, by=by))
            try:
                path = await self._incoming.save(id, pieces, self._settings.upload_bytes)
                found = await self._examine(path, hints)
                await self._incoming.share(id)
                return await self._db.write(lambda tx: service.note(tx, by=by, id=id, hints=hints, found=found))
            except BaseException:
                await self._incoming.remove(id)
                raise
        finally:
            self._uploading.discard(by)

    async def read_again(self, *, by: AccountId, id: str, change: Callable[[Hints], Hints]) -> Import:
        """Read an upload again, with other hints. Raises `NoSuchImport`, `ImportRunning`, `UploadGone` and what the readers refuse."""
        upload = await self._db.read(lambda reader: service.mine(reader, by=by, id=id))
        if upload.state == "running":
            raise ImportRunning
        hints = change(upload.hints)
        async with self._incoming.at_hand(id) as path:
            found = await self._examine(path, hints)
        return await self._db.write(lambda tx: service.note(tx, by=by, id=id, hints=hints, found=found))

    async def run(self, *, by: AccountId, id: str, people: Mapping[str, AccountId]) -> Import:
        """Begin to import an upload. Raises what `service.start` refuses, and `UploadGone`."""
        await self._db.read(lambda reader: service.mine(reader, by=by, id=id))
        await self._incoming.check(id)
        started = await self._db.write(lambda tx: service.start(tx, by=by, id=id, people=people))
        self._begin(id)
        return started

    async def drop(self, *, by: AccountId, id: str) -> None:
        """Forget an upload, and stop importing it; what was stored stays. Raises `NoSuchImport`."""
        await self._db.write(lambda tx: service.drop(tx, by=by, id=id))
        task = self._tasks.get(id)
        if task is not None:
            task.cancel()
        await self._incoming.remove(id)

    async def resume(self) -> None:
        """Delete what nobody imported in time, and go on with what runs nowhere. Call it once, by the only server of this folder."""
        self._incoming.tidy(await self._expire())
        await self._take_up(alone=not self._incoming.shared)
        if self._incoming.shared:
            self._looking = asyncio.create_task(self._look())

    async def finished(self, id: str) -> None:
        """Wait for the end of an import that runs here. Raises what stopped it."""
        task = self._tasks.get(id)
        if task is not None:
            await asyncio.shield(task)

    async def close(self) -> None:
        """Stop; the next `resume` goes on, or another node at once."""
        self._watch.stop()
        ids, tasks = list(self._tasks), [*self._tasks.values(), *([self._looking] if self._looking else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if ids and self._incoming.shared:
            with contextlib.suppress(Refusal):
                await self._db.write(lambda tx: service.rest(tx, ids=ids))

    async def _expire(self) -> set[str]:
        """Forget what nobody imported in time; return the ids of the files that stay."""
        stay, gone = await self._db.write(service.expire)
        for id in gone:
            await self._incoming.remove(id)
        return stay

    async def _take_up(self, *, alone: bool) -> None:
        for id in await self._db.write(lambda tx: service.take_up(tx, alone=alone)):
            if id not in self._tasks:
                self._begin(id)

    async def _look(self) -> None:
        """Say that this node goes on, and take up what another has left."""
        for turn in itertools.count(1):
            await asyncio.sleep(BEAT_S)
            try:
                if ids := list(self._tasks):
                    await self._db.write(partial(_beat, ids))
                await self._take_up(alone=False)
                if turn % EXPIRE_EVERY == 0:
                    await self._expire()
            except Refusal as refusal:
                log.warning("imports", reason=refusal.code())

    async def _examine(self, path: Path, hints: Hints) -> Found:
        async with self._places:
            return await examine(path, hints, self._watch)

    def _begin(self, id: str) -> None:
        task = self._tasks[id] = asyncio.create_task(self._work(id))
        task.add_done_callback(partial(self._ended, id))

    def _ended(self, id: str, task: asyncio.Task[None]) -> None:
        self._tasks.pop(id, None)
        if not task.cancelled():
            task.exception()  # it was noted in the upload; whoever waits in `finished` hears it too

    async def _work(self, id: str) -> None:
        """Import one upload to its end, and note what stopped it."""
        try:
            async with self._places:
                await self._import(id)
        except NoSuchImport:
            return  # its owner dropped it
        except Exception as failure:
            if not isinstance(failure, Refusal):
                log.exception("import", upload=id)
            code = failure.code() if isinstance(failure, Refusal) else "internal_error"
            with contextlib.suppress(Refusal):
                await self._db.write(lambda tx: service.finish(tx, id=id, failure=code))
            raise

    async def _import(self, id: str) -> None:
        upload = await self._db.read(lambda reader: service.running(reader, id))
        conversation: ConversationId | None = None
        read, told = 0, 0.0  # the first are told at once: that it goes on is seen
        async with self._incoming.at_hand(id) as path, Reading(path, upload.hints, self._watch) as export:
            while lines := await export.take(BATCH):
                if conversation is None:
                    conversation = await self._patiently(partial(_opened, id, _sample(lines)))
                items = await self._items(export, lines, upload.account, conversation)
                read += len(lines)
                tell = time.monotonic() - told >= TOLD_EVERY_S
                told = time.monotonic() if tell else told
                await self._patiently(partial(_stored, id, items, read, tell))
        await self._patiently(lambda tx: service.finish(tx, id=id))
        if len(upload.found.titles) == 1:
            await self._incoming.remove(id)  # of a file with several conversations, another may be wanted

    async def _patiently(self, verb: Callable[[Tx], T]) -> T:
        """Write; wait a while for a database that is not available. What is written is never there twice: entries have keys."""
        for wait in WAITS_S:
            try:
                return await self._db.write(verb)
            except Unavailable:
                await asyncio.sleep(wait)
        return await self._db.write(verb)

    async def _items(self, export: Reading, lines: list[Line], by: AccountId, conversation: ConversationId) -> list[Item]:
        """Make cards of entries, and pictures of the media of those that are not there yet."""
        carrying = [line.key for line in lines if line.media is not None]
        fresh = await self._db.read(lambda reader: service.unknown(reader, conversation=conversation, keys=carrying)) if carrying else set()
        items = []
        for line in lines:
            picture = await self._picture(export, line.media, by) if line.media is not None and line.key in fresh else None
            items.append(Item(line, card_of(line, picture)))
        return items

    async def _picture(self, export: Reading, member: str, by: AccountId) -> media.Blob | None:
        """Store a medium as a picture; None for what is none."""
        name = PurePosixPath(member).name
        try:
            data = await export.picture(member)
        except DamagedMember:
            return None
        if data is None:
            return None
        for wait in WAITS_S:
            try:
                return await media.store_picture(self._db, self._blobs, self._pictures, by=by, data=data, name=name)
            except (media.NotAPicture, media.PictureBroken, media.PictureTooLarge):
                return None
            except Unavailable:
                await asyncio.sleep(wait)
        return await media.store_picture(self._db, self._blobs, self._pictures, by=by, data=data, name=name)


def card_of(line: Line, picture: media.Blob | None) -> Card:
    """Return the card an entry becomes. Of media that are no pictures, only the name is kept."""
    if line.author is None:
        return chat.Notice(key="imported", words=line.text)
    text = line.text if line.forwarded_from is None else f"↪ {line.forwarded_from}\n{line.text}"
    if picture is not None:
        return chat.Picture(blob=picture.id, width=picture.width, height=picture.height, caption=text, placeholder=picture.placeholder)
    if line.media is not None:
        text = f"📎 {PurePosixPath(line.media).name}\n{text}"
    elif line.omitted and not text.strip():
        text = "📎"
    return chat.Text(text_=text.strip() or "…")


def _sample(lines: list[Line]) -> list[str]:
    """Return keys by which the conversation is known again: of messages, as notices are alike everywhere."""
    messages = [line.key for line in lines if line.author is not None]
    return (messages or [line.key for line in lines])[:SAMPLE]


def _opened(id: str, sample: list[str], tx: Tx) -> ConversationId:
    return service.open_conversation(tx, id=id, sample=sample)


def _stored(id: str, items: list[Item], read: int, tell: bool, tx: Tx) -> None:
    service.store_items(tx, id=id, items=items, read=read, tell=tell)


def _beat(ids: list[str], tx: Tx) -> None:
    service.go_on(tx, ids=ids)
