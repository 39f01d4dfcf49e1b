"""Blobs: the bytes of pictures, voices and files, stored under the hash of what they are.

A key is opaque outside this file and the adapter: `<prefix>/<2 hex digits>/<SHA-256 in hex>`, the middle part so that no
folder grows without end. The same bytes have the same key, so storing them twice stores them once.
"""

import hashlib
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NewType, Protocol, runtime_checkable

from warung.kit.errors import NotFound, Unavailable

BlobKey = NewType("BlobKey", str)

KEY = re.compile(r"[a-z][a-z0-9_]{0,31}/[0-9a-f]{2}/[0-9a-f]{64}\Z")


class BlobMissing(NotFound):
    """This file is no longer here."""


class BlobsUnavailable(Unavailable):
    """Files cannot be stored or fetched right now. Try again soon."""


@runtime_checkable
class Blobs(Protocol):
    """Where blobs are kept. Every method may raise `BlobsUnavailable`; one that gets a malformed key raises `ValueError`."""

    async def put(self, key: BlobKey, data: bytes | Path) -> None:
        """Store bytes, or a file's content, under `key`, replacing what was there.

        Nobody ever reads a part of it, and when this returns it outlives a power cut. Raises `DiskFull`.
        """
        ...

    async def get(self, key: BlobKey) -> bytes:
        """Return the whole blob. Raises `BlobMissing`."""
        ...

    def stream(self, key: BlobKey, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` up to but not including `stop`, in pieces; what lies past the end is left out.

        Raises `BlobMissing` at the first piece, and `ValueError` for a negative `start`.
        """
        ...

    async def size(self, key: BlobKey) -> int:
        """Return the blob's length in bytes. Raises `BlobMissing`."""
        ...

    async def delete(self, key: BlobKey) -> None:
        """Remove the blob; one that is not there is no error."""
        ...


def key_of(prefix: str, data: bytes | Path) -> BlobKey:
    """Return the key of bytes, or of a file's content (read here and now: use a thread for a large one), under `prefix`."""
    if isinstance(data, Path):
        with data.open("rb") as file:
            name = hashlib.file_digest(file, "sha256").hexdigest()
    else:
        name = hashlib.sha256(data).hexdigest()
    return checked(BlobKey(f"{prefix}/{name[:2]}/{name}"))


def checked(key: BlobKey) -> BlobKey:
    """Return `key` if it has the form of one; a `ValueError` keeps a stray path from ever reaching a disk."""
    if not KEY.match(key):
        raise ValueError(f"not a blob key: {key!r}")
    return key
