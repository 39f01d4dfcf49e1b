"""Originals without what cameras write beside the picture: where, when, by whom and with what. Not one pixel is changed.

What is left out is Exif, XMP, IPTC, comments and whatever follows the picture; how the camera was held stays, or the picture would lie on
its side. Only the frame of a file is read here, never its pixels: a few dozen lines that cannot be talked into more.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping

ORIENTATION = 0x0112
KEPT_PNG = {
    *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT", b"bKGD", b"pHYs"),
    *(b"acTL", b"fcTL", b"fdAT"),
}
KEPT_WEBP = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"}
TOO_BROKEN = ValueError("this is no whole picture")
# How an ISO media file (MP4, MOV, HEIC) writes a place: ISO 6709, as in +27.5916+086.5640+8850/
PLACE = re.compile(rb"[+-]\d{1,3}\.\d{1,8}[+-]\d{1,3}\.\d{1,8}(?:[+-]\d{1,6}(?:\.\d{1,6})?)?/")
DIGITS = bytes.maketrans(b"123456789", b"0" * 9)


def bare(data: bytes, mime: str) -> bytes:
    """Return a file without what it says of places; as it is where it is of no kind that we know to say any.

    Raises `ValueError` for a picture whose frame is broken: it is not sent as an original.
    """
    clean = BY_MIME.get(mime)
    try:
        return clean(data) if clean else data
    except (IndexError, struct.error) as broken:
        raise TOO_BROKEN from broken


def _jpeg(data: bytes) -> bytes:
    """Keep what the picture is made of, its colours (APP2 with a profile, APP14) and its orientation."""
    made, turn = [b"\xff\xd8"], 1
    at = 2
    while True:
        if at + 4 > len(data) or data[at] != 0xFF:
            raise TOO_BROKEN
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        segment = data[at : at + 2 + size]
        body = segment[4:]
        if marker == 0xE1 and body.startswith(b"Exif\0\0"):
            turn = _orientation(body[6:])
        if marker == 0xDA:
            break
        coded = marker in range(0xC0, 0xDF + 1) and marker != 0xD8
        if coded or marker in (0xDD, 0xEE, 0xE0) or (marker == 0xE2 and body.startswith(b"ICC_PROFILE\0")):
            made.append(segment)
        at += 2 + size
    if turn != 1:
        made.insert(1, _upright_note(turn))
    end = _end_of_scans(data, at)
    return b"".join(made) + data[at:end] + b"\xff\xd9"


def _end_of_scans(data: bytes, at: int) -> int:
    """Return where the picture ends: what phones hang behind it, a second picture or a film, has Exif of its own."""
    while True:
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        at += 2 + size
        while True:
            at = data.find(b"\xff", at)
            if at < 0 or at + 1 >= len(data):
                return len(data)
            marker = data[at + 1]
            if marker == 0 or 0xD0 <= marker <= 0xD7 or marker == 0xFF:
                at += 1 if marker == 0xFF else 2
                continue
            break
        if marker in (0xC4, 0xDB, 0xDD, 0xDA, 0xDC):  # another scan of a progressive picture, and its tables
            continue
        return at


def _orientation(tiff: bytes) -> int:
    """Return how the camera was held, by an Exif block; upright for one that makes no sense."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 10:
        return 1
    try:
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        (entries,) = struct.unpack_from(f"{order}H", tiff, first)
        for entry in range(min(entries, 200)):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, first + 2 + 12 * entry)
            if tag == ORIENTATION:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1


def _upright_note(turn: int) -> bytes:
    """Return an Exif block that says nothing but how the camera was held."""
    tiff = b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, ORIENTATION, 3, 1, turn, 0, 0)
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _png(data: bytes) -> bytes:
    made = [data[:8]]
    for name, body in _chunks(data, 8, ">I4s", tail=4):
        if name == b"eXIf" and (turn := _orientation(body)) != 1:
            note = _upright_note(turn)[10:]
            made.append(struct.pack(">I4s", len(note), name) + note + struct.pack(">I", zlib.crc32(name + note)))
        if name in KEPT_PNG:
            made.append(struct.pack(">I4s", len(body), name) + body + struct.pack(">I", zlib.crc32(name + body)))
        if name == b"IEND":
            return b"".join(made)
    raise TOO_BROKEN


def _webp(data: bytes) -> bytes:
    made = []
    for name, body in _chunks(data, 12, "<4sI", padded=True):
        if name == b"VP8X":
            body = bytes([body[0] & ~0x0C]) + body[1:]  # it promises no Exif and no XMP any more
        if name in KEPT_WEBP:
            made.append(struct.pack("<4sI", name, len(body)) + body + b"\0" * (len(body) % 2))
    if not made:
        raise TOO_BROKEN
    whole = b"WEBP" + b"".join(made)
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def _gif(data: bytes) -> bytes:
    """Leave out comments and the notes of programs, but for how often it repeats."""
    at = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    made = [data[:at]]
    while at < len(data):
        start, kind = at, data[at]
        if kind == 0x3B:
            return b"".join(made) + b";"
        if kind == 0x2C:
            at += 10 + (3 << (data[at + 9] & 7) + 1 if data[at + 9] & 0x80 else 0) + 1
            keep = True
        elif kind == 0x21:
            keep = data[at + 1] == 0xF9 or (data[at + 1] == 0xFF and data[at + 3 : at + 14] in (b"NETSCAPE2.0", b"ANIMEXTS1.0"))
            at += 2
        else:
            raise TOO_BROKEN
        while data[at]:
            at += 1 + data[at]
        at += 1
        if keep:
            made.append(data[start:at])
    raise TOO_BROKEN


def _chunks(data: bytes, at: int, head: str, *, tail: int = 0, padded: bool = False) -> Iterator[tuple[bytes, bytes]]:
    while at + 8 <= len(data):
        first, second = struct.unpack_from(head, data, at)
        name, size = (second, first) if head.startswith(">") else (first, second)
        body = data[at + 8 : at + 8 + size]
        if len(body) < size:
            raise TOO_BROKEN
        yield name, body
        at += 8 + size + tail + (size % 2 if padded else 0)


def _tiff_in_place(data: bytes) -> bytes:
    """Blank the entries of every place in a TIFF file, or in one that carries Exif, without moving a byte."""
    changed = bytearray(data)
    starts = [0] if data[:4] in (b"II*\0", b"MM\0*") else []
    at = data.find(b"Exif\0\0")
    while at >= 0:
        starts.append(at + 6)
        at = data.find(b"Exif\0\0", at + 6)
    for start in starts[:64]:
        _blank_places(changed, start)
    return bytes(changed)


def _blank_places(data: bytearray, start: int) -> None:
    """Empty the GPS directory that the first directory of a TIFF block leads to, and what it points to."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(bytes(data[start : start + 4]))
    if order is None:
        return
    sizes = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}
    try:
        (first,) = struct.unpack_from(f"{order}I", data, start + 4)
        (entries,) = struct.unpack_from(f"{order}H", data, start + first)
        for entry in range(min(entries, 200)):
            place = start + first + 2 + 12 * entry
            tag, _, _, value = struct.unpack_from(f"{order}HHII", data, place)
            if tag != 0x8825:
                continue
            (inner,) = struct.unpack_from(f"{order}H", data, start + value)
            struct.pack_into(f"{order}H", data, start + value, 0)
            for each in range(min(inner, 64)):
                at = start + value + 2 + 12 * each
                _, kind, many, there = struct.unpack_from(f"{order}HHII", data, at)
                length = sizes.get(kind, 0) * many
                if 4 < length <= 4096 and start + there + length <= len(data):
                    data[start + there : start + there + length] = bytes(length)
                data[at : at + 12] = bytes(12)
    except struct.error:
        return


def _iso_in_place(data: bytes) -> bytes:
    """Blank Exif's places and the texts that are one in an ISO media file, without moving a byte."""
    return PLACE.sub(lambda found: found[0].translate(DIGITS), _tiff_in_place(data))


BY_MIME: Mapping[str, Callable[[bytes], bytes]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/webp": _webp,
    "image/gif": _gif,
    "image/tiff": _tiff_in_place,
    "image/heic": _iso_in_place,
    "image/avif": _iso_in_place,
    "video/mp4": _iso_in_place,
    "video/quicktime": _iso_in_place,
    "video/3gpp": _iso_in_place,
}
