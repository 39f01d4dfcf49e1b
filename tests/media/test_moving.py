"""Stickers from strangers: what moves and what does not, what is drawn, and what each bad file is told."""

import gzip
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from tests.media.making import chunks, png, saved, workers
from warung.kit.errors import Refusal
from warung.media.moving import EDGE, SMALL, Moved, Moving, NotASticker, StickerBroken, StickersUnavailable, StickerTooLarge, StickerTooLong

pytestmark = pytest.mark.anyio
SAMPLES = Path(__file__).parents[3] / "shared/data/stickers"
collected = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the collected stickers of ../shared/data/stickers are not here")

RED, BLUE, NOTHING = (255, 0, 0, 255), (0, 0, 255, 255), (0, 0, 0, 0)


@pytest.fixture(scope="module")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """One loop for the module, so that it shares one worker."""
    return "asyncio", {"use_uvloop": True}


@pytest.fixture(scope="module")
async def moving(anyio_backend: Any) -> AsyncIterator[Moving]:
    """A worker."""
    made = Moving()
    yield made
    await made.close()


def spinning(kind: str, frames: int = 6, ms: int = 100, side: int = 40) -> bytes:
    """A square whose colour changes, on nothing."""
    images = []
    for number in range(frames):
        image = Image.new("RGBA", (side, side), NOTHING)
        image.paste((255 - number * 20, 0, number * 20, 255), (side // 4, side // 4, 3 * side // 4, 3 * side // 4))
        images.append(image)
    made = io.BytesIO()
    images[0].save(made, kind, save_all=True, append_images=images[1:], duration=ms, loop=0)
    return made.getvalue()


def lottie(**more: Any) -> dict[str, Any]:
    """A red circle for a second."""
    still = {"a": 0, "k": [50, 50]}
    circle = [
        {"ty": "el", "p": {"a": 0, "k": [0, 0]}, "s": still},
        {"ty": "fl", "c": {"a": 0, "k": [1, 0, 0, 1]}, "o": {"a": 0, "k": 100}},
    ]
    shapes = [{"ty": "gr", "it": [*circle, {"ty": "tr", "p": {"a": 0, "k": [0, 0]}, "o": {"a": 0, "k": 100}}]}]
    moves = {"a": 1, "k": [{"t": 0, "s": [20, 50, 0], "e": [80, 50, 0], "i": {"x": 1, "y": 1}, "o": {"x": 0, "y": 0}}, {"t": 30}]}
    layer = {"ty": 4, "ip": 0, "op": 30, "st": 0, "ks": {"p": moves}, "shapes": shapes}
    return {"v": "5.5.2", "fr": 30, "ip": 0, "op": 30, "w": 100, "h": 100, "layers": [layer]} | more


def webm(frames: int = 5, side: int = 64) -> bytes:
    """A film of a red square with holes around it."""
    made = io.BytesIO()
    with av.open(made, "w", format="webm") as container:
        stream: Any = container.add_stream("libvpx-vp9", rate=10)
        stream.width = stream.height = side
        stream.pix_fmt = "yuva420p"
        for _ in range(frames):
            frame = av.VideoFrame(side, side, "yuva420p")
            for plane, inside in zip(frame.planes, (81, 90, 240, 255), strict=True):
                rows = bytearray(plane.buffer_size)
                width, height = plane.width, plane.height
                for row in range(height // 4, 3 * height // 4):
                    rows[row * plane.line_size + width // 4 : row * plane.line_size + 3 * width // 4] = bytes([inside]) * (width // 2)
                plane.update(bytes(rows))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return made.getvalue()


def opened(moved: Moved) -> Image.Image:
    """The sticker, looked at by another decoder than ours: it has the size that it says, and nothing in it but pictures."""
    assert chunks(moved.data).keys() <= {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"}
    image = Image.open(io.BytesIO(moved.data))
    assert image.size == (moved.width, moved.height)
    assert max(Image.open(io.BytesIO(moved.small)).size) <= SMALL
    return image


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
async def test_what_moves_goes_on_moving(moving: Moving, kind: str) -> None:
    moved = await moving.render(spinning(kind))
    image: Any = opened(moved)
    assert (image.n_frames, moved.frames, moved.ms) == (6, 6, 600)
    assert image.convert("RGBA").getpixel((1, 1))[3] == 0


async def test_a_still_picture_is_still_and_small(moving: Moving) -> None:
    moved = await moving.render(saved(Image.new("RGBA", (1200, 600), RED)))
    assert (moved.width, moved.height, moved.frames, moved.ms) == (EDGE, EDGE // 2, 0, 0)
    opened(moved)


async def test_a_lottie_is_drawn_packed_or_plain(moving: Moving) -> None:
    plain = json.dumps(lottie()).encode()
    for data in (plain, b"\n " + plain, gzip.compress(plain)):
        moved = await moving.render(data)
        image = opened(moved).convert("RGBA")
        assert (moved.width, moved.height, moved.ms) == (EDGE, EDGE, 1000)
        assert image.getpixel((round(EDGE * 0.2), EDGE // 2)) == pytest.approx(RED, abs=12)
        assert image.getpixel((EDGE - 5, 5)) == pytest.approx(NOTHING, abs=2)


async def test_a_film_keeps_its_holes(moving: Moving) -> None:
    moved = await moving.render(webm())
    image = opened(moved).convert("RGBA")
    red, _, _, alpha = image.getpixel((32, 32))  # type: ignore[misc]
    assert (red > 180, alpha > 240, image.getpixel((2, 2))[3] < 10) == (True, True, True)  # type: ignore[index]
    assert moved.frames == 0  # five times the same


SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 100 50">{}</svg>'


async def test_a_drawing_becomes_a_picture_and_what_would_act_in_it_does_not(moving: Moving) -> None:
    red = '<rect width="100" height="50" fill="#f00"/>'
    acting = (
        "<script>alert(1)</script><foreignObject><iframe src='https://example.org'/></foreignObject>"
        "<image href='file:///etc/passwd' width='100' height='50'/><image href='https://example.org/x.png' width='100' height='50'/>"
        "<text x='1' y='20' onclick='alert(1)'>halo</text><use xlink:href='https://example.org/a.svg#b'/>"
    )
    moved = await moving.render(SVG.format(red + acting).encode())
    assert (moved.width, moved.height, moved.frames) == (EDGE, EDGE // 2, 0)
    assert opened(moved).convert("RGB").getcolors(4) == [(EDGE * EDGE // 2, (255, 0, 0))]


LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(12))
BOMB = f'<!DOCTYPE svg [<!ENTITY l0 "haha">{LAUGHS}]><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text>&l12;</text></svg>'
NESTED = SVG.format("<g>" * 30_000 + "</g>" * 30_000)
BAD: dict[str, tuple[bytes, type[Refusal]]] = {
    "nothing": (b"", NotASticker),
    "words": (b"halo", NotASticker),
    "a page": (b"<!doctype html><script>alert(1)</script>", NotASticker),
    "a page that says svg": (b"<html><svg onload=alert(1)></html>", StickerBroken),
    "a drawing without a size": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", StickerBroken),
    "a drawing as long as a street": (b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 100000'/>", StickerBroken),
    "a drawing of nan": (b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 nan nan'/>", StickerBroken),
    "a thousand million laughs": (BOMB.encode(), StickerBroken),
    "a deep drawing": (NESTED.encode(), StickerBroken),
    "half a picture": (spinning("PNG")[:60], StickerBroken),
    "half a film": (webm()[:200], StickerBroken),
    "a picture of 9,000 by 9,000": (png(9_000, 9_000), StickerTooLarge),
    "an animation that goes on": (spinning("GIF", frames=30, ms=1000), StickerTooLong),
    "a thousand frames": (spinning("GIF", frames=1300, ms=20, side=8), StickerTooLong),
    "a Lottie that goes on": (json.dumps(lottie(op=301)).encode(), StickerTooLong),
    "a Lottie of no size": (json.dumps(lottie(w=0)).encode(), StickerBroken),
    "a Lottie of a million by one": (json.dumps(lottie(w=1_000_000, h=1)).encode(), StickerBroken),
    "a Lottie without layers": (b'{"fr":30,"ip":0,"op":30,"w":9,"h":9}', StickerBroken),
    "a Lottie that never began": (b"{" * 100_000, StickerBroken),
    "JSON of another kind": (b'{"messages":[]}', StickerBroken),
    "gzip of something": (gzip.compress(b"halo"), StickerBroken),
    "a gzip bomb": (gzip.compress(b" " * (64 << 20)), StickerTooLarge),
    "too many bytes": (b"\x89PNG\r\n\x1a\n" + bytes(4 << 20), StickerTooLarge),
}


@pytest.mark.parametrize("what", BAD)
async def test_a_bad_file_is_refused_by_name_and_the_next_one_is_drawn(moving: Moving, what: str) -> None:
    data, refusal = BAD[what]
    with pytest.raises(Refusal) as caught:
        await moving.render(data)
    assert type(caught.value) is refusal
    assert (await moving.render(saved(Image.new("RGBA", (8, 8), BLUE)))).width == 8


async def test_whoever_waits_too_long_is_told_and_nothing_is_left_running(moving: Moving) -> None:
    before = set(workers())
    hasty = Moving(patience_s=0.0)
    with pytest.raises(StickerBroken):
        await hasty.render(spinning("WEBP"))
    await hasty.close()
    with pytest.raises(StickersUnavailable):
        await hasty.render(spinning("WEBP"))
    assert set(workers()) == before


@collected
async def test_every_collected_sticker_is_drawn_or_refused_by_name(moving: Moving) -> None:
    told: dict[str, str] = {}
    for path in sorted(SAMPLES.glob("*/*")):
        if path.suffix not in {".png", ".webp", ".json", ".tgs"} or path.name in {"contents.json", "openmoji-subset.json"}:
            continue
        try:
            moved = await moving.render(path.read_bytes())
        except Refusal as refusal:
            told[path.name] = refusal.code()
        else:
            opened(moved)
    wrong = {"chunk_no_fctl", "chunk_repeat_fctl", "sequence_fdat_fctl", "sequence_reorder", "sequence_repeat", "sequence_start"}
    assert told == {f"{name}.png": "sticker_broken" for name in (*wrong, "syntax_num_frames_zero")}
