"""Where uploaded files wait: in a folder of this node, or among the blobs, where every node finds them."""

import asyncio
import contextlib
import errno
import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from warung.importers.uploads import UploadGone, UploadTooLarge
from warung.kit.blobs import BlobKey, BlobMissing, Blobs, checked
from warung.kit.errors import DiskFull
from warung.kit.ids import secret

PREFIX = "import"
PIECE = 1 << 20


class Incoming:
    """Uploaded files by their ids. With `blobs` a file stays in the folder only while this node works on it."""

    def __init__(self, folder: Path, blobs: Blobs | None) -> None:
        self._folder = folder
        self._blobs = blobs

    @property
    def shared(self) -> bool:
        """Do other nodes find the files?"""
        return self._blobs is not None

    async def save(self, id: str, pieces: AsyncIterator[bytes], limit: int) -> Path:
        """Write a file into the folder; return where it is. Raises `UploadTooLarge`, `DiskFull`."""
        size, path = 0, self._folder / id
        with _full_disk_named():
            self._folder.mkdir(parents=True, exist_ok=True)
            with path.open("xb", buffering=0) as file:
                waiting = bytearray()
                async for piece in pieces:
                    size += len(piece)
                    if size > limit:
                        raise UploadTooLarge(limit=limit)
                    waiting += piece
                    if len(waiting) >= PIECE:
                        await asyncio.to_thread(_write, file.fileno(), bytes(waiting))
                        waiting.clear()
                await asyncio.to_thread(_write, file.fileno(), bytes(waiting))
        return path

    async def share(self, id: str) -> None:
        """Give a saved file to the other nodes, where there are any."""
        if self._blobs is not None:
            await self._blobs.put(_key(id), self._folder / id)
            (self._folder / id).unlink()

    async def check(self, id: str) -> None:
        """Raise `UploadGone` for a file that is no longer kept."""
        if self._blobs is not None:
            with _gone_named():
                await self._blobs.size(_key(id))
        elif not (self._folder / id).exists():
            raise UploadGone

    @contextlib.asynccontextmanager
    async def at_hand(self, id: str) -> AsyncIterator[Path]:
        """Yield a path under which a file can be read for a while. Raises `UploadGone`, `DiskFull`."""
        await self.check(id)
        if self._blobs is None:
            yield self._folder / id
            return
        path = self._folder / f"{id}.{secret()}"
        try:
            with _gone_named(), _full_disk_named():
                self._folder.mkdir(parents=True, exist_ok=True)
                with path.open("xb", buffering=0) as file:
                    async for piece in self._blobs.stream(_key(id)):
                        await asyncio.to_thread(_write, file.fileno(), piece)
            yield path
        finally:
            path.unlink(missing_ok=True)

    async def remove(self, id: str) -> None:
        """Forget a file, wherever it is."""
        (self._folder / id).unlink(missing_ok=True)
        if self._blobs is not None:
            await self._blobs.delete(_key(id))

    def tidy(self, stay: set[str]) -> None:
        """Delete what an earlier run left in the folder. Call it before anything is at hand."""
        for file in self._folder.glob("*"):
            if self.shared or file.name not in stay:
                file.unlink()


def _key(id: str) -> BlobKey:
    name = hashlib.sha256(id.encode()).hexdigest()
    return checked(BlobKey(f"{PREFIX}/{name[:2]}/{name}"))


@contextlib.contextmanager
def _gone_named() -> Iterator[None]:
    try:
        yield
    except BlobMissing as missing:
        raise UploadGone from missing


@contextlib.contextmanager
def _full_disk_named() -> Iterator[None]:
    try:
        yield
    except OSError as failure:
        if failure.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull from failure
        raise


def _write(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]
