"""Reading an export beside the event loop: in a thread that can be stopped, some entries at a time."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Self

from warung.importers.finding import open_export
from warung.importers.model import Line
from warung.importers.uploads import Found, Hints
from warung.kit.errors import Unavailable
from warung.media import Archive, open_archive

BREATH_S = 0.001  # with every block: the loop's thread comes first
PICTURE_BYTES = 32 << 20
PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif"})


class ReadingStopped(Unavailable):
    """The server is stopping. The upload is kept; go on in a moment."""


class Watch:
    """Lets a thread that reads breathe, and ends it when the server stops."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Let every reading thread end at its next block."""
        self._stopped.set()

    def __call__(self) -> None:
        """Give way for a moment. Raises `ReadingStopped`."""
        if self._stopped.is_set():
            raise ReadingStopped
        time.sleep(BREATH_S)


async def examine(path: Path, hints: Hints, watch: Watch) -> Found:
    """Read a file through and say what is in it. Raises what the readers refuse."""

    def work() -> Found:
        with open_archive(path) as archive:
            export = open_export(archive.watched(watch), name=hints.name, time_zone=hints.time_zone, date_order=hints.date_order)
            return Found(export.titles, export.report(hints.chat))

    return await asyncio.to_thread(work)


class Reading:
    """An export whose entries are asked for; enter it to open the file. Raises what the readers refuse."""

    def __init__(self, path: Path, hints: Hints, watch: Watch) -> None:
        self._path = path
        self._hints = hints
        self._watch = watch
        self._stack = ExitStack()

    async def __aenter__(self) -> Self:
        self._archive, self._lines = await asyncio.to_thread(self._open)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    def _open(self) -> tuple[Archive, Iterator[Line]]:
        hints = self._hints
        with ExitStack() as stack:
            archive = stack.enter_context(open_archive(self._path))
            export = open_export(archive.watched(self._watch), name=hints.name, time_zone=hints.time_zone, date_order=hints.date_order)
            self._stack = stack.pop_all()
            return archive, export.lines(hints.chat)

    async def take(self, count: int) -> list[Line]:
        """Return the next entries, none at the end."""
        return await asyncio.to_thread(lambda: list(islice(self._lines, count)))

    async def picture(self, member: str) -> bytes | None:
        """Return the bytes of a member that may be a picture. Raises `DamagedMember`."""
        if PurePosixPath(member).suffix.lower() not in PICTURES or self._archive.sizes[member] > PICTURE_BYTES:
            return None
        return await asyncio.to_thread(lambda: b"".join(self._archive.blocks(member)))
