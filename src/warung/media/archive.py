"""Opens what people upload - a .zip, one file, or a folder - and hands out its members' bytes, with limits and without surprises.

Nothing is unpacked to disk, no name of a member is ever used as a path, and an archive inside an archive is never opened: to us it is
a file like any other.
"""

import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import IO, BinaryIO

from msgspec import Struct

from warung.kit.errors import BadRequest, TooLarge

BLOCK = 1 << 16
MIB = 1 << 20


class TruncatedArchive(BadRequest):
    """This .zip archive is cut off or damaged. Upload it again."""


class EncryptedArchive(BadRequest):
    """This archive is protected by a password. Export it again without one."""


class UnsafeName(BadRequest):
    """This archive holds a member whose name points outside of it: {name}."""


class LinkInArchive(BadRequest):
    """This archive holds something that is neither a file nor a folder: {name}."""


class DuplicateName(BadRequest):
    """This archive holds two members of the same name: {name}."""


class UnknownCompression(BadRequest):
    """This archive is packed in a way that is not supported: {name}."""


class OverlappingMembers(BadRequest):
    """This archive claims the same bytes for several members; it was made to do harm."""


class DamagedMember(BadRequest):
    """A member of this archive is damaged: {name}."""


class TooManyMembers(TooLarge):
    """This archive holds more than {limit} members."""


class ArchiveTooLarge(TooLarge):
    """Unpacked, this archive is larger than {limit} bytes."""


class ArchiveBomb(TooLarge):
    """This archive grows more than {limit} times when it is unpacked; it was made to do harm."""


class Limits(Struct, frozen=True, kw_only=True):
    """How large an archive may be: members, bytes of all of them unpacked, and the factor by which a member may grow.

    The factor counts from a mebibyte on: small files may shrink as much as they like.
    """

    members: int = 100_000
    total_bytes: int = 16 << 30
    ratio: int = 200


class Archive:
    """Members by name (posix paths), their sizes, and their bytes. Made by `open_archive` only."""

    def __init__(self, sizes: dict[str, int], opener: Callable[[str], IO[bytes]]) -> None:
        self.sizes = sizes
        self._open = opener

    def blocks(self, name: str, *, size: int = BLOCK) -> Iterator[bytes]:
        """Yield the bytes of a member, never more than it was announced to have. Raises DamagedMember, KeyError."""
        left = self.sizes[name]
        try:
            with self._open(name) as file:
                while left > 0 and (block := file.read(min(size, left))):
                    left -= len(block)
                    yield block
        except _DAMAGE as error:
            raise DamagedMember(name=name) from error
        if left:
            raise DamagedMember(name=name)

    def watched(self, watch: Callable[[], None]) -> "Archive":
        """Return the same members; `watch` is called with every block that is read and may raise."""
        return _Watched(self, watch)


class _Watched(Archive):
    def __init__(self, archive: Archive, watch: Callable[[], None]) -> None:
        super().__init__(archive.sizes, archive._open)
        self._watch = watch

    def blocks(self, name: str, *, size: int = BLOCK) -> Iterator[bytes]:
        for block in super().blocks(name, size=size):
            self._watch()
            yield block


# Control characters, halves of characters, the other system's separator, a drive.
_NO_NAME = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\\]|^[A-Za-z]:/")
# What the zip reader raises on bytes that somebody made up.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
    ValueError,
    struct.error,
)


@contextmanager
def open_archive(path: Path, *, limits: Limits | None = None) -> Iterator[Archive]:
    """Open a .zip (known by its first bytes), a single file or a folder. Raises one of this module's refusals, OSError if it is gone."""
    limits = limits or Limits()
    there = path.stat()
    if stat.S_ISDIR(there.st_mode):
        yield _folder(path, limits)
        return
    if not stat.S_ISREG(there.st_mode):
        raise LinkInArchive(name=path.name)
    with path.open("rb") as file:
        start = file.read(4)
    # PK and two small numbers: every record of a .zip begins so, and no text does.
    if not re.match(rb"PK[\x01-\x08][\x02-\x08]", start):
        if there.st_size > limits.total_bytes:
            raise ArchiveTooLarge(limit=limits.total_bytes)
        yield Archive({path.name: there.st_size}, lambda name: path.open("rb"))
        return
    with path.open("rb") as file:
        _refuse_huge_directory(file, limits)
        try:
            packed = zipfile.ZipFile(file)
        except _DAMAGE as error:
            raise TruncatedArchive from error
        with packed:
            members = _checked(packed, limits)
            yield Archive({name: info.file_size for name, info in members.items()}, lambda name: packed.open(members[name]))


def _checked(packed: zipfile.ZipFile, limits: Limits) -> dict[str, zipfile.ZipInfo]:
    """Return the files of an archive by name, after looking at every member."""
    infos = packed.infolist()
    if len(infos) > limits.members:
        raise TooManyMembers(limit=limits.members)
    members: dict[str, zipfile.ZipInfo] = {}
    total = 0
    for info in infos:
        name = _safe(_decoded(info))
        if info.flag_bits & 0x1:
            raise EncryptedArchive
        mode = info.external_attr >> 16
        if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise LinkInArchive(name=name)
        if info.is_dir():
            continue
        if name in members:
            raise DuplicateName(name=name)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise UnknownCompression(name=name)
        if info.file_size > MIB and info.file_size > limits.ratio * info.compress_size:
            raise ArchiveBomb(limit=limits.ratio)
        total += info.file_size
        if total > limits.total_bytes:
            raise ArchiveTooLarge(limit=limits.total_bytes)
        members[name] = info
    by_place = sorted(members.values(), key=lambda info: info.header_offset)
    for one, next_one in pairwise(by_place):
        if one.header_offset + 30 + one.compress_size > next_one.header_offset:
            raise OverlappingMembers
    return members


def _decoded(info: zipfile.ZipInfo) -> str:
    """Return a member's name; phones write UTF-8 without setting the flag that says so."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _safe(name: str) -> str:
    """Return a member's name if it names something below the archive, else raise UnsafeName."""
    parts = name.rstrip("/").split("/")
    if len(name) > 1_000 or _NO_NAME.search(name) or any(part in ("", ".", "..") for part in parts):
        raise UnsafeName(name=repr(name[:100]))
    return name


def _refuse_huge_directory(file: BinaryIO, limits: Limits) -> None:
    """Refuse a table of contents that would fill the memory, before anything reads it."""
    size = file.seek(0, os.SEEK_END)
    tail_at = max(0, size - (1 << 16) - 22)
    file.seek(tail_at)
    tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if 0 <= end <= len(tail) - 22:
        entries, directory = struct.unpack_from("<HL", tail, end + 10)
        wide = tail.rfind(b"PK\x06\x06", 0, end)
        if 0 <= wide <= len(tail) - 56:
            entries, directory = struct.unpack_from("<QQ", tail, wide + 32)
        # A record has 46 bytes and a name; the count is a claim, the size is what would be read.
        if entries > limits.members or directory > limits.members * 1_024:
            raise TooManyMembers(limit=limits.members)
    file.seek(0)


def _folder(root: Path, limits: Limits) -> Archive:
    """Return the files below a folder; a link is refused wherever it points."""
    sizes: dict[str, int] = {}
    total = 0
    waiting = [root]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                name = Path(entry.path).relative_to(root).as_posix()
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
                elif entry.is_file(follow_symlinks=False):
                    sizes[_safe(name)] = entry.stat(follow_symlinks=False).st_size
                    total += sizes[name]
                else:
                    raise LinkInArchive(name=name)
                if len(sizes) + len(waiting) > limits.members:
                    raise TooManyMembers(limit=limits.members)
                if total > limits.total_bytes:
                    raise ArchiveTooLarge(limit=limits.total_bytes)
    return Archive(sizes, lambda name: (root / name).open("rb"))
