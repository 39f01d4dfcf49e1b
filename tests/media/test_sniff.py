"""What the bytes are is said by the bytes alone."""

from pathlib import Path

import pytest

from warung.media.sniff import HEAD, Family, sniff

REAL = Path(__file__).parents[3] / "shared/data"
REAL_KINDS = {
    "media/file-type/fixture-imovie.mp4": "video/mp4",
    "media/file-type/fixture-json.webp": "text/plain",
    "media/file-type/fixture.3gp": "video/3gpp",
    "media/file-type/fixture.amr": "audio/amr",
    "media/file-type/fixture.apng": "image/png",
    "media/file-type/fixture.docx": "application/zip",
    "media/file-type/fixture.gif": "image/gif",
    "media/file-type/fixture.jpg": "image/jpeg",
    "media/file-type/fixture.m4a": "audio/mp4",
    "media/file-type/fixture.mov": "video/quicktime",
    "media/file-type/fixture.mp3": "audio/mpeg",
    "media/file-type/fixture.opus": "audio/ogg",
    "media/file-type/fixture.pdf": "application/pdf",
    "media/file-type/fixture.unicorn": "text/plain",
    "media/file-type/fixture.vcf": "text/vcard",
    "media/file-type/fixture.webm": "video/webm",
    "media/file-type/fixture.webp": "image/webp",
    "media/file-type/fixture.zip": "application/zip",
    "media/tinytag-audio/detect_mp4_m4a.x": "audio/mp4",
    "media/tinytag-audio/empty_file.mp3": "application/octet-stream",
    "media/tinytag-audio/incomplete.mp3": "application/octet-stream",
    "media/tinytag-audio/silence-22khz-mono-1s.mp3": "audio/mpeg",
    "media/tinytag-audio/test.spx": "audio/ogg",
    "media/tinytag-audio/wav_with_image.wav": "audio/wav",
    "media/pillow-malformed/decompression_bomb.ico": "application/octet-stream",
    "stickers/openmoji/1F952.svg": "image/svg+xml",
    "fuzz/zip-selfmade/dotdot.zip": "application/zip",
}


@pytest.mark.skipif(not REAL.is_dir(), reason="the real data is not beside this checkout")
@pytest.mark.parametrize(("name", "mime"), REAL_KINDS.items())
def test_a_real_file_is_known_by_its_first_bytes(name: str, mime: str) -> None:
    data = (REAL / name).read_bytes()
    assert sniff(data).mime == mime
    assert sniff(data[:HEAD]) == sniff(data)


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (b"\xff\xd8\xff\xe0 a photo", "image/jpeg"),
        (b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avifmiaf", "image/avif"),
        (b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1heicmiaf", "image/heic"),
        (b"\x00\x00\x00\x1cftypheic\x00\x00\x00\x00mif1heic", "image/heic"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"RIFF\x00\x00\x00\x00what", "application/octet-stream"),
        (b"\xff\xfb\x90\x64\x00\x00", "audio/mpeg"),
        (b"\xff\xfb\xff\xff\x00\x00", "application/octet-stream"),
        (b"\x1a\x45\xdf\xa3 \x42\x82\x84webm", "video/webm"),
        (b"\x1a\x45\xdf\xa3 \x42\x82\x88matroska", "video/x-matroska"),
        (b"OggS head \x80theora", "video/ogg"),
        (b"OggS head \x01vorbis", "audio/ogg"),
        (b"PK\x05\x06" + bytes(18), "application/zip"),
        ("selamat pagi, Pak Joko ☕".encode(), "text/plain"),
        ("早上好".encode("utf-16"), "text/plain"),
        ("नमस्ते ".encode() * HEAD, "text/plain"),
        (b"  <!DOCTYPE html><script>alert(1)</script>", "text/html"),
        (b"<?xml version='1.0'?><!-- hi --><svg onload='alert(1)'/>", "image/svg+xml"),
        (b"<?xml version='1.0'?><note/>", "text/xml"),
        (b"\xefkopi", "application/octet-stream"),
        (b"kopi\x00susu", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_a_file_is_known_by_its_first_bytes(data: bytes, mime: str) -> None:
    assert sniff(data).mime == mime


def test_a_drawing_that_is_a_program_is_never_an_image() -> None:
    assert sniff(b"<svg><script>alert(1)</script></svg>").family is Family.TEXT
