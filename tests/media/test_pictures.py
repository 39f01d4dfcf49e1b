"""A stranger's picture comes out clean, upright and small, or is refused by name."""

import struct
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms

from tests.media.making import BLUE, GREEN, RED, WHITE, corners, is_clean, opened, png, quarters, saved, workers
from warung.kit.errors import Refusal
from warung.media.pictures import AVATAR, FULL, MAX_BYTES, THUMB, NotAPicture, Pictures, PictureTooLarge

REAL = Path(__file__).parents[3] / "shared/data"
SECRET = "rahasia Pak Joko"
# Where the first row and the first column of what is stored belong, by the Exif standard's table.
SIDES = {
    1: ("top", "left"),
    2: ("top", "right"),
    3: ("bottom", "right"),
    4: ("bottom", "left"),
    5: ("left", "top"),
    6: ("right", "top"),
    7: ("right", "bottom"),
    8: ("left", "bottom"),
}

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def pictures() -> AsyncIterator[Pictures]:
    async with Pictures() as pool:
        yield pool


def held(upright: Image.Image, orientation: int) -> Image.Image:
    """Return what a camera held that way stores of `upright`."""
    row, column = SIDES[orientation]
    turned = row in {"left", "right"}
    stored = Image.new("RGB", upright.size[::-1] if turned else upright.size)
    for r in range(stored.height):
        for c in range(stored.width):
            across, down = (r, c) if turned else (c, r)
            x = upright.width - 1 - across if "right" in {row, column} else across
            y = upright.height - 1 - down if "bottom" in {row, column} else down
            stored.putpixel((c, r), upright.getpixel((x, y)) or 0)
    return stored


async def test_a_photo_comes_in_every_size_that_is_asked_for(pictures: Pictures) -> None:
    rendered = await pictures.render(saved(quarters(3000, 1500), "JPEG"), sizes=(FULL, THUMB, AVATAR))
    assert (rendered.width, rendered.height, rendered.animated) == (3000, 1500, False)
    assert [(part.width, part.height) for part in rendered.parts] == [(2048, 1024), (320, 160), (256, 256)]
    for part in rendered.parts:
        assert corners(opened(part)) == [RED, GREEN, BLUE, WHITE]
        assert is_clean(part.data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
async def test_every_kind_of_picture_is_read(pictures: Pictures, kind: str) -> None:
    (part,) = (await pictures.render(saved(quarters(64, 48), kind), sizes=(FULL,))).parts
    assert corners(opened(part)) == [RED, GREEN, BLUE, WHITE]


async def test_a_small_picture_is_never_enlarged(pictures: Pictures) -> None:
    for size, expected in {
        (1, 1): [(1, 1)] * 3,
        (10_000, 3): [(2048, 1), (320, 1), (3, 3)],
        (100, 200): [(100, 200)] * 2 + [(100, 100)],
    }.items():
        rendered = await pictures.render(saved(Image.new("RGB", size)), sizes=(FULL, THUMB, AVATAR))
        assert [(part.width, part.height) for part in rendered.parts] == expected


@pytest.mark.parametrize("orientation", SIDES)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_a_photo_stands_upright_however_the_camera_was_held(pictures: Pictures, orientation: int, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(held(quarters(96, 48), orientation), kind, exif=exif)
    rendered = await pictures.render(data, sizes=(FULL, AVATAR))
    assert (rendered.width, rendered.height) == (96, 48)
    assert [corners(opened(part)) for part in rendered.parts] == [[RED, GREEN, BLUE, WHITE]] * 2


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
async def test_where_and_by_whom_a_photo_was_taken_is_gone(pictures: Pictures, kind: str) -> None:
    exif = Image.Exif()
    exif[0x013B] = SECRET
    exif.get_ifd(0x8825).update({1: "S", 2: (6.0, 12.0, 31.0), 3: "E", 4: (106.0, 49.0, 5.0), 29: SECRET})
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    notes: dict[str, Any] = {"comment": SECRET.encode()} if kind == "JPEG" else {}
    if kind != "PNG":
        notes["xmp"] = f"<x:xmpmeta>{SECRET}</x:xmpmeta>".encode()
    data = saved(quarters(640, 480), kind, exif=exif, icc_profile=profile, **notes) + SECRET.encode()
    assert SECRET.encode() in data
    rendered = await pictures.render(data, sizes=(FULL, THUMB, AVATAR))
    for part in rendered.parts:
        assert is_clean(part.data)
        assert SECRET.encode() not in part.data


async def test_colours_are_those_the_picture_s_own_profile_means(pictures: Pictures) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")
    for kind in ("JPEG", "PNG", "WEBP"):
        for profile, expected in ((swapped, [BLUE, GREEN, RED, WHITE]), (swapped[:200], [RED, GREEN, BLUE, WHITE])):
            (part,) = (await pictures.render(saved(quarters(64, 64), kind, icc_profile=profile), sizes=(FULL,))).parts
            assert corners(opened(part)) == expected


async def test_a_printer_s_and_a_scanner_s_picture_look_right(pictures: Pictures) -> None:
    (printed,) = (await pictures.render(saved(quarters(64, 64).convert("CMYK"), "JPEG"), sizes=(FULL,))).parts
    assert corners(opened(printed)) == [RED, GREEN, BLUE, WHITE]
    scanned = Image.new("I;16", (64, 64), 0x8000)
    (grey,) = (await pictures.render(saved(scanned), sizes=(FULL,))).parts
    assert opened(grey).convert("L").getextrema() == pytest.approx((128, 128), abs=3)


async def test_one_sees_through_a_picture_only_where_it_has_holes(pictures: Pictures) -> None:
    holed = quarters(64, 64).convert("RGBA")
    holed.paste((0, 0, 0, 0), (32, 32, 64, 64))
    for data in (saved(holed), saved(holed, "WEBP"), saved(holed.convert("P"), "GIF", transparency=0), saved(holed.convert("LA"))):
        rendered = await pictures.render(data, sizes=(FULL, THUMB))
        assert rendered.placeholder == b""
        assert all(opened(part).mode == "RGBA" and is_clean(part.data) for part in rendered.parts)
    solid = await pictures.render(saved(quarters(64, 64).convert("RGBA")), sizes=(FULL,))
    assert opened(solid.parts[0]).mode == "RGB"
    assert solid.placeholder


async def test_a_moving_picture_shows_its_first_frame_and_says_that_it_moved(pictures: Pictures) -> None:
    more = [Image.new("RGB", (64, 64), colour) for colour in (RED, GREEN)]
    for kind in ("GIF", "WEBP", "PNG", "AVIF"):
        rendered = await pictures.render(saved(quarters(64, 64), kind, save_all=True, append_images=more), sizes=(FULL,))
        assert rendered.animated
        assert corners(opened(rendered.parts[0])) == [RED, GREEN, BLUE, WHITE]
        assert is_clean(rendered.parts[0].data)


async def test_a_drawing_is_kept_to_the_last_pixel(pictures: Pictures) -> None:
    drawing = quarters(400, 300)
    (part,) = (await pictures.render(saved(drawing), sizes=(FULL,))).parts
    assert opened(part).convert("RGB").tobytes() == drawing.tobytes()


async def test_a_placeholder_is_a_few_bytes_of_the_picture_s_colours(pictures: Pictures) -> None:
    for size, grid in {(500, 300): (5, 3), (300, 400): (3, 4), (90, 90): (3, 3), (900, 100): (7, 2)}.items():
        placeholder = (await pictures.render(saved(quarters(*size)), sizes=(THUMB,))).placeholder
        columns, rows = placeholder[0] >> 4, placeholder[0] & 15
        cells = struct.unpack(f">{columns * rows}H", placeholder[1:])
        assert (columns, rows) == grid
        assert len(placeholder) <= 31
        assert [cells[0], cells[columns - 1], cells[-columns], cells[-1]] == pytest.approx([0xF800, 0x07E0, 0x001F, 0xFFFF], abs=0x20)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"selamat pagi",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><img src=x onerror=alert(1)>",
        b"%PDF-1.7\n",
        b"\x00\x00\x00\x1cftypheic\x00\x00\x00\x00mif1heic",
        b"BM" + bytes(60),
    ],
)
async def test_what_is_no_picture_is_refused(pictures: Pictures, data: bytes) -> None:
    with pytest.raises(NotAPicture):
        await pictures.render(data)
    assert workers() == []


@pytest.mark.parametrize(
    "bomb",
    [
        png(50_000, 50_000),
        png(4_000_000_000, 1),
        b"\xff\xd8\xff\xc0\x00\x11\x08\xff\xff\xff\xff\x03\x01\x11\x00\x02\x11\x00\x03\x11\x00",
        b"GIF89a\xff\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x02L\x01\x00;",
        b"RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\xff\x3f\x00\xff\x3f\x00",
        bytes(MAX_BYTES + 1),
    ],
    ids=["png", "wide png", "jpeg", "gif", "webp", "many bytes"],
)
async def test_a_bomb_is_refused_before_it_goes_off(pictures: Pictures, bomb: bytes) -> None:
    with pytest.raises(PictureTooLarge):
        await pictures.render(bomb)


async def test_a_photo_of_twelve_megapixels_is_rendered(pictures: Pictures, record_property: Any) -> None:
    data = saved(Image.effect_noise((4000, 3000), 40).convert("RGB"), "JPEG")
    began = time.perf_counter()
    rendered = await pictures.render(data, sizes=(FULL, THUMB))
    took = round((time.perf_counter() - began) * 1000)
    record_property("milliseconds", took)
    print(f"12 megapixels, {len(data) >> 10} kB: {took} ms, with the start of a worker")
    assert [(part.width, part.height) for part in rendered.parts] == [(2048, 1536), (320, 240)]


@pytest.mark.skipif(not REAL.is_dir(), reason="the real data is not beside this checkout")
@pytest.mark.parametrize(
    "folder", ["media/pillow-malformed", "media/exif-gps", "media/file-type", "stickers/apng-pillow", "stickers/whatsapp-pack-1"]
)
async def test_every_real_file_yields_a_clean_picture_or_a_named_refusal(pictures: Pictures, folder: str) -> None:
    seen: dict[str, str] = {}
    for path in sorted((REAL / folder).iterdir()):
        try:
            rendered = await pictures.render(path.read_bytes(), sizes=(FULL, THUMB, AVATAR))
        except Refusal as refusal:
            seen[path.name] = refusal.code()
        else:
            assert all(is_clean(part.data) and opened(part).load() for part in rendered.parts), path
            seen[path.name] = "clean"
    assert set(seen.values()) <= {"clean", "not_a_picture", "picture_too_large", "picture_broken"}
    print(folder, {outcome: list(seen.values()).count(outcome) for outcome in sorted(set(seen.values()))})
    assert {name for name, outcome in seen.items() if name.endswith((".jpg", ".jpeg")) and outcome != "clean"} <= {"truncated_jpeg.jpg"}
