"""What a program sent, read by what it is and not by what its headers say: JSON, or the parts of a form with files."""

import re
from typing import Any
from urllib.parse import unquote

import msgspec

from warung.wechat.codes import Wrong

PARTS = 32
_NAME = re.compile(r'(?:^|;)\s*(name|filename|filename\*)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)', re.IGNORECASE)


class File(msgspec.Struct, frozen=True):
    """A file of a form."""

    name: str
    data: bytes


class Body(msgspec.Struct, frozen=True):
    """A request's body: the fields, and the files of a form."""

    fields: dict[str, Any] = {}
    files: dict[str, File] = {}
    raw: bytes = b""


def read(raw: bytes) -> Body:
    """Return what a body says. Raises `Wrong` 47001 for what is neither an object of JSON nor a form."""
    start = raw.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        return Body(raw=raw)
    if start.startswith(b"--"):
        return _form(start, raw)
    try:
        found = msgspec.json.decode(start)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Wrong(47001) from None
    if not isinstance(found, dict):
        raise Wrong(47001)
    return Body(found, raw=raw)


def _form(start: bytes, raw: bytes) -> Body:
    """Read a form: its first line is the boundary."""
    boundary = start.split(b"\r\n", 1)[0].rstrip()
    pieces = (b"\r\n" + start).split(b"\r\n" + boundary)
    if len(boundary) > 200 or len(pieces) < 2 or len(pieces) > PARTS:
        raise Wrong(47001)
    fields: dict[str, Any] = {}
    files: dict[str, File] = {}
    for piece in pieces[1:]:
        if piece.startswith(b"--"):
            break
        head, separator, content = piece.lstrip(b" \t").removeprefix(b"\r\n").partition(b"\r\n\r\n")
        names = _names(head.decode("utf-8", "replace")) if separator else {}
        if "name" not in names:
            raise Wrong(47001)
        if "filename" in names:
            files[names["name"]] = File(names["filename"], content)
        else:
            fields[names["name"]] = content.decode("utf-8", "replace")
    return Body(fields, files, raw)


def _names(head: str) -> dict[str, str]:
    for line in head.split("\r\n"):
        kind, _, value = line.partition(":")
        if kind.strip().lower() == "content-disposition":
            found = {name.lower(): text.strip().strip('"') for name, text in _NAME.findall(value.partition(";")[2])}
            if "filename*" in found:
                found["filename"] = found["filename*"].rpartition("''")[2]
            if "filename" in found:
                found["filename"] = unquote(found["filename"])  # some libraries quote a name that is not ASCII
            return found
    return {}
