"""Blobs in a local folder or in an S3-compatible bucket, through obstore; the URL says which.

`file:///srv/warung/blobs` or `file:data/blobs` is a folder. `s3://bucket/prefix?region=...&endpoint=...` is a bucket, with the
credentials in the usual `AWS_*` variables.
"""

import asyncio
import contextlib
import errno
import os
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, S3Store

from warung.kit.blobs import BlobKey, BlobMissing, BlobsUnavailable, checked
from warung.kit.errors import DiskFull

if TYPE_CHECKING:
    from obstore.store import RetryConfig, S3Config  # exist for type checkers only

# A bucket that answers 500 is asked again a few times; left to itself, obstore goes on for three minutes and a request with it.
RETRIES: "RetryConfig" = {"max_retries": 3, "retry_timeout": timedelta(seconds=10)}
PATIENCE = "30s"
PIECE = 1 << 20  # bytes read at a time by `stream`
INCOMING = "incoming"  # where a local blob waits until all of it is on the disk
FORGOTTEN_AFTER_S = 24 * 3600  # what has been incoming for this long was left by a crash


class ObstoreBlobs:
    """The blob port over one obstore store. In a `folder` it adds what the store leaves out: durability."""

    def __init__(self, store: LocalStore | S3Store, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder
        if folder is not None:
            _sweep(folder / INCOMING)

    async def put(self, key: BlobKey, data: bytes | Path) -> None:
        """Store under `key`; see the port."""
        checked(key)
        with _errors_named():
            if self._folder is None:
                await self._store.put_async(key, data)
                return
            name = f"{INCOMING}/{secrets.token_hex(16)}"
            try:
                await self._store.put_async(name, data)
                await asyncio.to_thread(_settle, self._folder, name, key)
            finally:
                for left in (name, f"{name}#1"):  # obstore writes to the second name, then renames
                    (self._folder / left).unlink(missing_ok=True)

    async def get(self, key: BlobKey) -> bytes:
        """Return the whole blob; see the port."""
        checked(key)
        with _errors_named():
            return bytes(await (await self._store.get_async(key)).bytes_async())

    async def stream(self, key: BlobKey, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        """Yield a range of the blob; see the port. Each piece is a request of its own: a slow reader holds nothing open."""
        if start < 0:
            raise ValueError("a range starts at 0 or later")
        size = await self.size(key)
        end = size if stop is None else min(stop, size)
        for at in range(start, end, PIECE):
            with _errors_named():
                piece = bytes(await self._store.get_range_async(key, start=at, end=min(at + PIECE, end)))
            yield piece

    async def size(self, key: BlobKey) -> int:
        """Return the length in bytes; see the port."""
        checked(key)
        with _errors_named():
            return (await self._store.head_async(key))["size"]

    async def delete(self, key: BlobKey) -> None:
        """Remove the blob; see the port."""
        checked(key)
        with contextlib.suppress(BlobMissing), _errors_named():
            await self._store.delete_async(key)


def open_blobs(url: str) -> ObstoreBlobs:
    """Return the blobs that `url` names, making the folder where it is one. Raises `ValueError` for any other URL."""
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.netloc in {"", "localhost"} and parts.path:
        folder = Path(unquote(parts.path)).absolute()
        (folder / INCOMING).mkdir(parents=True, exist_ok=True)
        return ObstoreBlobs(LocalStore(folder), folder)
    if parts.scheme == "s3" and parts.netloc:
        return ObstoreBlobs(_bucket(parts.netloc, parts.path.strip("/"), dict(parse_qsl(parts.query))))
    raise ValueError(f"blobs live at a file: or an s3: URL, not at {url!r}")


def _bucket(name: str, prefix: str, options: dict[str, str]) -> S3Store:
    """Return the store of an S3 bucket. Raises `ValueError` for options it does not know."""
    if unknown := options.keys() - {"region", "endpoint"}:
        raise ValueError(f"unknown options in the blobs URL: {', '.join(sorted(unknown))}")
    config: S3Config = {}
    if "region" in options:
        config["region"] = options["region"]
    if "endpoint" in options:
        config["endpoint"] = options["endpoint"]
    plain = options.get("endpoint", "").startswith("http://")
    return S3Store(
        name, prefix=prefix or None, config=config, client_options={"allow_http": plain, "timeout": PATIENCE}, retry_config=RETRIES
    )


def _settle(folder: Path, name: str, key: str) -> None:
    """Put the incoming file `name` in its place for good.

    The content is on the disk before the name appears, and so are all folders above it when this returns: after a power cut
    there is either no such blob or a whole one.
    """
    final = folder / key
    _sync(folder / name)
    final.parent.mkdir(parents=True, exist_ok=True)
    (folder / name).replace(final)
    for above in final.parents:
        _sync(above)
        if above == folder:
            break


def _sync(path: Path) -> None:
    """Wait until a file or a folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(incoming: Path) -> None:
    """Remove what a crash left half-written; young files may belong to another process that is writing now."""
    for path in incoming.iterdir():
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < time.time() - FORGOTTEN_AFTER_S:
                path.unlink()


@contextlib.contextmanager
def _errors_named() -> Iterator[None]:
    """Turn what a store raises into the port's errors."""
    try:
        yield
    except (FileNotFoundError, NotFoundError) as error:
        raise BlobMissing from error
    except (OSError, BaseError) as error:
        codes = (errno.ENOSPC, errno.EDQUOT)
        if getattr(error, "errno", None) in codes or any(f"os error {code})" in str(error) for code in codes):
            raise DiskFull from error
        raise BlobsUnavailable from error
