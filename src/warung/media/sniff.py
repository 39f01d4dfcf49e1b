"""What bytes really are, by their first few hundred of them: neither a file's name nor a claimed type is believed.

The table is ours because it is small and because what it does not know must come out as unknown, never as a guess.
"""

import codecs
from enum import StrEnum

import msgspec

HEAD = 4096  # bytes that are enough for every rule here


class Family(StrEnum):
    """What a client can do with the bytes: show, play, watch, or only keep them."""

    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    ARCHIVE = "archive"
    DOCUMENT = "document"
    TEXT = "text"
    UNKNOWN = "unknown"


class Sniffed(msgspec.Struct, frozen=True):
    """The answer: a family, the media type to serve the bytes with, and the file extension that fits it."""

    family: Family
    mime: str
    extension: str


UNKNOWN = Sniffed(Family.UNKNOWN, "application/octet-stream", "bin")
PLAIN = Sniffed(Family.TEXT, "text/plain", "txt")
OGG = Sniffed(Family.AUDIO, "audio/ogg", "ogg")
MP3 = Sniffed(Family.AUDIO, "audio/mpeg", "mp3")
MP4 = Sniffed(Family.VIDEO, "video/mp4", "mp4")
MATROSKA = Sniffed(Family.VIDEO, "video/x-matroska", "mkv")

BY_START: tuple[tuple[bytes, Sniffed], ...] = (
    (b"\xff\xd8\xff", Sniffed(Family.IMAGE, "image/jpeg", "jpg")),
    (b"\x89PNG\r\n\x1a\n", Sniffed(Family.IMAGE, "image/png", "png")),
    (b"GIF87a", Sniffed(Family.IMAGE, "image/gif", "gif")),
    (b"GIF89a", Sniffed(Family.IMAGE, "image/gif", "gif")),
    (b"ID3", MP3),
    (b"II*\0", Sniffed(Family.IMAGE, "image/tiff", "tif")),
    (b"MM\0*", Sniffed(Family.IMAGE, "image/tiff", "tif")),
    (b"fLaC", Sniffed(Family.AUDIO, "audio/flac", "flac")),
    (b"#!AMR-WB\n", Sniffed(Family.AUDIO, "audio/amr-wb", "awb")),
    (b"#!AMR\n", Sniffed(Family.AUDIO, "audio/amr", "amr")),
    (b"PK\x03\x04", Sniffed(Family.ARCHIVE, "application/zip", "zip")),
    (b"PK\x05\x06", Sniffed(Family.ARCHIVE, "application/zip", "zip")),  # an empty archive
    (b"\x1f\x8b\x08", Sniffed(Family.ARCHIVE, "application/gzip", "gz")),
    (b"7z\xbc\xaf\x27\x1c", Sniffed(Family.ARCHIVE, "application/x-7z-compressed", "7z")),
    (b"Rar!\x1a\x07", Sniffed(Family.ARCHIVE, "application/vnd.rar", "rar")),
    (b"%PDF-", Sniffed(Family.DOCUMENT, "application/pdf", "pdf")),
)
BY_RIFF_FORM = {
    b"WEBP": Sniffed(Family.IMAGE, "image/webp", "webp"),
    b"WAVE": Sniffed(Family.AUDIO, "audio/wav", "wav"),
    b"AVI ": Sniffed(Family.VIDEO, "video/x-msvideo", "avi"),
}
BY_OGG_CODEC = (
    (b"\x80theora", Sniffed(Family.VIDEO, "video/ogg", "ogv")),
    (b"OpusHead", Sniffed(Family.AUDIO, "audio/ogg", "opus")),
    (b"Speex   ", Sniffed(Family.AUDIO, "audio/ogg", "spx")),
)
BY_BRAND: tuple[tuple[tuple[bytes, ...], Sniffed], ...] = (
    ((b"avif", b"avis"), Sniffed(Family.IMAGE, "image/avif", "avif")),
    ((b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"), Sniffed(Family.IMAGE, "image/heic", "heic")),
    ((b"M4A ", b"M4B ", b"M4P "), Sniffed(Family.AUDIO, "audio/mp4", "m4a")),
    ((b"qt  ",), Sniffed(Family.VIDEO, "video/quicktime", "mov")),
    ((b"3gp", b"3g2"), Sniffed(Family.VIDEO, "video/3gpp", "3gp")),
    ((b"mp4", b"iso", b"avc1", b"M4V", b"MSNV", b"dash"), MP4),
)
BY_FIRST_WORD = (
    ("<svg", Sniffed(Family.TEXT, "image/svg+xml", "svg")),  # a program that draws: text to us, never an image
    ("<!doctype html", Sniffed(Family.TEXT, "text/html", "html")),
    ("<html", Sniffed(Family.TEXT, "text/html", "html")),
    ("<?xml", Sniffed(Family.TEXT, "text/xml", "xml")),
    ("begin:vcard", Sniffed(Family.TEXT, "text/vcard", "vcf")),
)


def sniff(data: bytes) -> Sniffed:
    """Return what `data`, a whole file or at least its first `HEAD` bytes, really is; `UNKNOWN` where nothing fits."""
    head = data[:HEAD]
    for start, found in BY_START:
        if head.startswith(start):
            return found
    if head.startswith(b"RIFF"):
        return BY_RIFF_FORM.get(head[8:12], UNKNOWN)
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    if head.startswith(b"OggS"):
        return next((found for codec, found in BY_OGG_CODEC if codec in head), OGG)
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return Sniffed(Family.VIDEO, "video/webm", "webm") if b"\x42\x82\x84webm" in head else MATROSKA
    if _is_mpeg_audio(head):
        return MP3
    return _as_text(head)


def _by_brand(head: bytes) -> Sniffed:
    """Return the kind of an ISO base media file by its major brand.

    An AVIF still may name the general `mif1` first and itself only among the compatible brands.
    """
    brand, compatible = head[8:12], head[16 : int.from_bytes(head[:4], "big")]
    if brand in {b"mif1", b"msf1"} and (b"avif" in compatible or b"avis" in compatible):
        brand = b"avif"
    return next((found for brands, found in BY_BRAND if brand.startswith(brands)), UNKNOWN)


def _is_mpeg_audio(head: bytes) -> bool:
    """Say whether an MPEG layer III frame begins here: a bare sync word is too common, so its fields must make sense too."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer, bitrate, rate = head[1] >> 3 & 3, head[1] >> 1 & 3, head[2] >> 4, head[2] >> 2 & 3
    return version != 1 and layer == 1 and bitrate not in {0, 15} and rate != 3


def _as_text(head: bytes) -> Sniffed:
    """Return the kind of text in `head`, or `UNKNOWN` where it is not text."""
    encoding = "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)  # incremental: the last character may be cut
    except UnicodeDecodeError:
        return UNKNOWN
    if not text or any(letter < " " and letter not in "\t\n\r\f" for letter in text):
        return UNKNOWN
    first = text.lstrip().lower()
    if first.startswith("<") and "<svg" in first:
        first = "<svg"  # after an XML declaration, a doctype or a comment
    return next((found for word, found in BY_FIRST_WORD if first.startswith(word)), PLAIN)
