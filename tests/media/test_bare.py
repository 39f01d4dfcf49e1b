"""An original goes out without what the camera wrote beside it, and without one pixel changed."""

import io
import struct
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, TiffImagePlugin

from tests.media.making import quarters, saved
from warung.media.bare import bare
from warung.media.sniff import sniff

REAL = Path(__file__).parents[3] / "shared/data/media"
NORTH = TiffImagePlugin.IFDRational(6, 1)
WORDS = b"Borobudur, Canon, Budi"


def whereabouts(turn: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = turn
    exif[0x010F] = WORDS.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (NORTH, NORTH, NORTH)})
    return exif


def told(data: bytes) -> dict[int, Any]:
    """Return what a picture says of places and cameras."""
    exif = Image.open(io.BytesIO(data)).getexif()
    return {**exif.get_ifd(0x8825), **{tag: value for tag, value in exif.items() if tag not in (0x0112, 0x8825)}}


def same_pixels(one: bytes, other: bytes) -> bool:
    a, b = (Image.open(io.BytesIO(data)).convert("RGBA") for data in (one, other))
    return a.size == b.size and ImageChops.difference(a, b).getbbox() is None


@pytest.mark.parametrize("turn", [1, 3, 6, 8])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_is_left_but_the_picture_and_how_it_was_held(kind: str, turn: int) -> None:
    data = saved(quarters(64, 48), kind, exif=whereabouts(turn), comment=WORDS, xmp=b"<x:xmpmeta>" + WORDS + b"</x:xmpmeta>")
    assert WORDS in data
    clean = bare(data, sniff(data).mime)
    assert WORDS not in clean
    assert told(clean) == {}
    assert same_pixels(clean, data)
    if kind != "WEBP":  # WebP writes pictures upright
        assert Image.open(io.BytesIO(clean)).getexif().get(0x0112, 1) == turn


def test_what_hangs_behind_a_photo_is_left_out() -> None:
    """Phones put a film, and some a second picture with its own Exif, behind the first."""
    data = saved(quarters(64, 48), "JPEG", progressive=True) + saved(quarters(8, 8), "JPEG", exif=whereabouts()) + b"film"
    clean = bare(data, "image/jpeg")
    assert WORDS not in clean
    assert clean.endswith(b"\xff\xd9")
    assert same_pixels(clean, data)


def test_an_animation_still_moves_and_says_nothing() -> None:
    frames = [Image.new("P", (8, 8), colour) for colour in range(3)]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], comment=WORDS, loop=0, duration=50)
    clean = bare(data, "image/gif")
    assert WORDS not in clean
    moving: Any = Image.open(io.BytesIO(clean))
    assert moving.n_frames == Image.open(io.BytesIO(data)).n_frames  # type: ignore[attr-defined]
    assert moving.info["loop"] == 0


def test_a_place_is_blanked_where_a_file_is_not_taken_apart() -> None:
    for before, mime in ((b"", "image/tiff"), (b"....ftypheic....Exif\0\0", "image/heic")):
        data = before + whereabouts(6).tobytes()[6:] + b"pixels"
        clean = bare(data, mime)
        assert len(clean) == len(data)
        said = [Image.Exif(), Image.Exif()]
        for exif, content in zip(said, (data, clean), strict=True):
            exif.load(b"Exif\0\0" + content[len(before) :])
        assert [exif.get_ifd(0x8825) != {} for exif in said] == [True, False]
        assert said[1][0x0112] == 6
    assert b"+00.0000-000.0000/" in bare(b"ftyp....\xa9xyz+27.5916-106.5640/...", "video/mp4")


HUGE_CHUNK = b"RIFF" + struct.pack("<I", 4) + b"WEBPVP8X\xff\xff\xff\x7f"


@pytest.mark.parametrize("mime", ["image/jpeg", "image/png", "image/webp", "image/gif"])
@pytest.mark.parametrize("data", [b"", b"\xff\xd8", b"\xff\xd8\xff\xe1\xff", b"GIF89a", HUGE_CHUNK])
def test_a_broken_frame_is_no_original(data: bytes, mime: str) -> None:
    with pytest.raises(ValueError, match="no whole picture"):
        bare(data + b"\0" * 3, mime)


@pytest.mark.skipif(not REAL.is_dir(), reason="the real data is not beside this checkout")
@pytest.mark.parametrize("path", sorted(REAL.rglob("*.jp*g")) if REAL.is_dir() else [], ids=lambda path: path.name)
def test_a_real_photo_says_nothing_of_its_place(path: Path) -> None:
    data = path.read_bytes()
    try:
        clean = bare(data, "image/jpeg")
    except ValueError:
        return
    assert Image.open(io.BytesIO(clean)).getexif().get_ifd(0x8825) == {}
    try:
        assert same_pixels(clean, data)
    except OSError:  # a picture that is broken stays so
        return
