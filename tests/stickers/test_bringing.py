"""Bringing stickers in: WhatsApp's packs, OpenMoji's folders, Telegram's files; and archives that were made to do harm."""

import gzip
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.importers.writers import packed
from tests.media.making import saved
from tests.media.people import Visitor, Visitors
from tests.media.test_moving import lottie
from warung import stickers
from warung.app import World
from warung.kit.errors import Refusal
from warung.stickers import importing
from warung.stickers.importing import PackTooLarge
from warung.stickers.model import Imported, NoStickersFound

pytestmark = pytest.mark.anyio
SHARED = Path(__file__).parents[3] / "shared/data"
collected = pytest.mark.skipif(not SHARED.is_dir(), reason="the collected files of ../shared/data are not here")

RED = saved(Image.new("RGBA", (60, 60), "red"))
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h5v5z"/></svg>'


@pytest.fixture
async def world(open_a_world: Any) -> World:
    """A world on SQLite: what is tried here is files, not the database."""
    opened: World = await open_a_world("")
    return opened


@pytest.fixture
async def budi(world: World) -> Any:
    """Somebody with a browser."""
    async with Visitors(world) as visitors:
        yield await visitors.let_in("budi")


async def bring(world: World, budi: Visitor, data: bytes, name: str = "Kucing.zip", **more: Any) -> Imported:
    """Bring a file."""
    settings = stickers.Settings(**more)
    return await importing.bring(
        world.db, world.blobs, world.workshops.moving, by=budi.account, language="en", data=data, name=name, settings=settings
    )


def whatsapp(files: Mapping[str, str], folder: str = "") -> dict[str, str | bytes]:
    """A pack as WhatsApp's sample has it: pictures by name, with an emoji each."""
    entries = [{"image_file": name, "emojis": [emoji], "accessibility_text": f"a {name}"} for name, emoji in files.items()]
    told = {
        "sticker_packs": [{"identifier": "1", "name": "Cuppy", "publisher": "Jane", "tray_image_file": "tray.png", "stickers": entries}]
    }
    return {f"{folder}contents.json": json.dumps(told), f"{folder}tray.png": RED, **{f"{folder}{name}": RED for name in files}}


async def test_whatsapps_pack_keeps_its_name_order_and_emoji(world: World, budi: Visitor) -> None:
    for folder in ("", "mine/"):
        brought = await bring(world, budi, packed(whatsapp({"b.webp": "😀", "a.webp": "😭"}, folder)))
        pack = brought.pack
        assert (pack.title, pack.author, pack.mine, pack.on_shelf, brought.refused) == ("Cuppy", "Jane", True, True, [])
        assert [(each.emoji, each.alt) for each in pack.stickers] == [("😀", "a b.webp"), ("😭", "a a.webp")]


async def test_a_wastickers_file_says_who_made_it(world: World, budi: Visitor) -> None:
    members: dict[str, str | bytes] = {"title.txt": "Kucing Oren\n", "author.txt": "Siti", "tray.png": RED, "1.webp": RED, "2.webp": RED}
    pack = (await bring(world, budi, packed(members), "x.wastickers")).pack
    assert (pack.title, pack.author, pack.count) == ("Kucing Oren", "Siti", 2)


async def test_openmojis_words_suggest_in_english(world: World, budi: Visitor) -> None:
    told = [{"emoji": "😀", "hexcode": "1F600", "annotation": "grinning face", "tags": "happy, smile"}]
    pack = (await bring(world, budi, packed({"svg/1F600.svg": SVG, "openmoji.json": json.dumps(told)}))).pack
    (sticker,) = pack.stickers
    assert (sticker.emoji, sticker.alt, sorted(sticker.words)) == ("😀", "grinning face", ["grinning face", "happy", "smile"])


async def test_one_file_becomes_a_pack_and_what_cannot_is_told(world: World, budi: Visitor) -> None:
    tgs = gzip.compress(json.dumps(lottie()).encode())
    assert [each.moves for each in (await bring(world, budi, tgs, "ombak.tgs")).pack.stickers] == [True]
    members = {"a.png": RED, "b.png": b"rusak", "c.gif": b"GIF89a", "notes.txt": b"halo", "d.json": b"{}", "e.tgs": tgs}
    brought = await bring(world, budi, packed(members))
    assert [each.moves for each in brought.pack.stickers] == [False, True]
    assert {each.name: each.code for each in brought.refused} == {"b.png": "not_a_sticker", "c.gif": "sticker_broken"}
    first = await bring(world, budi, packed({f"{number}.png": RED for number in range(4)}), stickers=3)
    assert (first.pack.count, [each.code for each in first.refused]) == (3, ["pack_full"])
    for nothing in (packed({"notes.txt": "halo"}), b"", b"halo"):
        with pytest.raises(NoStickersFound):
            await bring(world, budi, nothing)
    with pytest.raises(PackTooLarge):
        await bring(world, budi, bytes(2_000), archive_bytes=1_000)


@pytest.mark.parametrize(
    "told", [[], {"sticker_packs": 1}, {"sticker_packs": [1]}, {"sticker_packs": [{"stickers": [1, {"image_file": 7, "emojis": 1}]}]}]
)
async def test_a_list_that_makes_no_sense_is_no_pack(world: World, budi: Visitor, told: Any) -> None:
    with pytest.raises(NoStickersFound):
        await bring(world, budi, packed({"contents.json": json.dumps(told), "notes.txt": "x"}))


def folder(name: str) -> dict[str, str | bytes]:
    """The files of a collected pack."""
    return {path.name: path.read_bytes() for path in sorted((SHARED / "stickers" / name).iterdir()) if path.suffix != ".md"}


COLLECTED = [("whatsapp-pack-1", 25), ("lottie", 5), pytest.param("openmoji", 180, marks=pytest.mark.long)]


@collected
@pytest.mark.parametrize(("name", "count"), COLLECTED)
async def test_a_collected_pack_comes_in_whole(world: World, budi: Visitor, name: str, count: int) -> None:
    brought = await bring(world, budi, packed(folder(name)))
    assert (brought.pack.count, brought.refused) == (count, [])
    assert name == "lottie" or all(each.emoji for each in brought.pack.stickers)


HARMFUL = {path.stem: path.read_bytes() for path in sorted((SHARED / "fuzz/zip-selfmade").glob("*.zip"))}


@pytest.mark.parametrize("what", HARMFUL)
async def test_an_archive_that_was_made_to_do_harm_is_refused(world: World, budi: Visitor, what: str) -> None:
    with pytest.raises(Refusal) as caught:
        await bring(world, budi, HARMFUL[what])
    assert caught.value.code() in {"unsafe_name", "archive_bomb", "duplicate_name", "link_in_archive", "too_many_members"}


async def test_over_http_a_pack_is_brought_filled_and_looked_at(budi: Visitor) -> None:
    answer = await budi.call("POST", "/api/stickers/import?name=Kucing.zip", content=packed({"a.png": RED}))
    assert answer.status_code == 200, answer.text
    pack = answer.json()["pack"]
    added = await budi.call("POST", f"/api/stickers/packs/{pack['id']}/stickers?emoji=🐱&words=meong,oren", content=SVG)
    assert (added.json()["emoji"], sorted(added.json()["words"])) == ("🐱", ["meong", "oren"])
    shown = await budi.call("GET", await budi.link(added.json()["blob"], "full"))
    assert shown.headers["content-type"] == "image/webp"
    assert Image.open(io.BytesIO(shown.content)).size == (384, 384)
    ours = await budi.call("GET", "/api/stickers/drawn/halo")
    assert ours.headers["content-type"].startswith("image/svg+xml")
    assert "sandbox" in ours.headers["content-security-policy"]
    assert (await budi.call("GET", "/api/stickers/drawn/..%2Fpack.json")).status_code == 404
    unpacked = await budi.call("POST", "/api/stickers/import", content=packed({"../a.png": RED}))
    assert unpacked.json()["error"]["code"] == "unsafe_name"
