"""What is seen over HTTP: avatars, signed links, ranges, and the headers that keep a stranger's bytes harmless."""

import re
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from tests.cast import Cast
from tests.media.making import is_clean, quarters, saved
from tests.media.people import Shelf, Visitor, Visitors
from tests.worlds import Hand
from warung import chat
from warung.app import World
from warung.kit.clock import MINUTE

pytestmark = pytest.mark.anyio

HTML = b"<!doctype html><script>alert(1)</script>"
LONG = bytes(range(256)) * 10_000  # more than one piece of the store


async def test_an_avatar_is_seen_by_all_who_are_signed_in_until_it_is_replaced(visitors: Visitors, budi: Visitor, siti: Visitor) -> None:
    first = await budi.put_avatar(saved(quarters(400, 300)))
    assert await siti.look(first, "avatar") == 200
    assert (await visitors.stranger().call("GET", f"/api/media/{first}/avatar")).status_code == 401
    second = await budi.put_avatar(saved(quarters(300, 400)))
    assert (await siti.look(first, "avatar"), await siti.look(second, "avatar")) == (404, 200)
    assert (await budi.call("DELETE", "/api/me/avatar")).status_code == 204
    assert await siti.look(second, "avatar") == 404
    assert (await budi.call("GET", "/api/me")).json()["avatar"] is None


async def test_where_an_avatar_was_photographed_is_gone(budi: Visitor) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Pak Joko Phones"
    exif.get_ifd(0x8825).update({1: "S", 2: (6.0, 12.0, 31.0), 3: "E", 4: (106.0, 49.0, 0.0)})
    photo = saved(quarters(400, 300), "JPEG", exif=exif)
    assert b"Pak Joko" in photo
    assert Image.Exif.get_ifd(_exif(photo), 0x8825)
    blob = await budi.put_avatar(photo)
    shown = (await budi.client.get(await budi.link(blob, "avatar"))).content
    assert is_clean(shown)
    assert b"Pak Joko" not in shown


def _exif(photo: bytes) -> Image.Exif:
    found = Image.Exif()
    found.load(photo[photo.index(b"Exif\0\0") :])
    return found


async def test_what_is_no_avatar_is_refused_and_the_old_one_stays(budi: Visitor) -> None:
    blob = await budi.put_avatar(saved(quarters(40, 40)))
    for body, status, code in (
        (b"", 400, "not_a_picture"),
        (HTML, 400, "not_a_picture"),
        (saved(quarters(400, 300))[:90], 400, "picture_broken"),
        (bytes((10 << 20) + 1), 413, "body_too_large"),
    ):
        answer = await budi.call("PUT", "/api/me/avatar", content=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
        assert (await budi.call("GET", "/api/me")).json()["avatar"] == blob


async def test_a_picture_is_shown_in_place_and_any_other_file_is_a_download(shelf: Shelf, budi: Visitor) -> None:
    picture = await budi.client.get(await budi.link(await shelf.picture(budi.account), "thumb"))
    assert picture.headers["content-type"] == "image/webp"
    assert "content-disposition" not in picture.headers
    files = {HTML: "application/octet-stream", b"<svg onload='alert(1)'/>": "application/octet-stream", b"%PDF-1.7": "application/pdf"}
    for data, kind in files.items():
        answer = await budi.client.get(await budi.link(await shelf.file(budi.account, data, 'dari "Siti";\r\n ☕.html'), "original"))
        assert answer.content == data
        assert answer.headers["content-type"] == kind
        assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''dari%20%22Siti%22%3B%20%E2%98%95.html"
        for each in (picture, answer):
            assert each.headers["x-content-type-options"] == "nosniff"
            assert each.headers["content-security-policy"] == "default-src 'none'; sandbox"
            assert each.headers["cross-origin-resource-policy"] == "same-origin"
            assert each.headers["cache-control"].startswith("private, max-age=")


async def test_a_link_opens_for_five_minutes(shelf: Shelf, budi: Visitor, hand: Hand) -> None:
    blob = await shelf.picture(budi.account)
    link = await budi.link(blob, "full")
    hand.forward(4 * MINUTE)
    assert (await budi.client.get(link)).status_code == 200
    hand.forward(2 * MINUTE)
    answer = await budi.client.get(link)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "link_not_valid")
    assert await budi.look(blob, "full") == 200


async def test_a_link_opens_nothing_but_what_it_was_signed_for(shelf: Shelf, budi: Visitor) -> None:
    mine, other = await shelf.picture(budi.account), await shelf.picture(budi.account, "blue")
    link = await budi.link(mine, "thumb")
    later = re.sub(r"e=(\d+)", lambda found: f"e={int(found[1]) + MINUTE}", link)
    forged = [link.replace(mine, other), link.replace("thumb", "full"), later, link[:-1], f"{link}☕", re.sub("s=.*", "s=", link)]
    for each in forged:
        assert (await budi.client.get(each)).status_code == 403, each
    assert (await budi.client.get(link)).status_code == 200


async def test_a_picture_has_only_the_sizes_that_were_made(shelf: Shelf, budi: Visitor) -> None:
    blob = await shelf.picture(budi.account)
    answers = [await budi.call("GET", f"/api/media/{blob}/{size}") for size in ("full", "thumb", "avatar", "original", "huge")]
    assert [answer.status_code for answer in answers] == [302, 302, 404, 404, 400]


async def test_a_file_is_read_in_pieces(shelf: Shelf, budi: Visitor, tmp_path: Path) -> None:
    (tmp_path / "long").write_bytes(LONG)
    link = await budi.link(await shelf.file(budi.account, tmp_path / "long"), "original")
    whole = await budi.client.get(link)
    assert (whole.status_code, whole.content, whole.headers["accept-ranges"]) == (200, LONG, "bytes")
    assert whole.headers["content-length"] == str(len(LONG))
    last = len(LONG) - 1
    for asked, start, stop in [("0-0", 0, 1), ("5-1500000", 5, 1_500_001), (f"{last}-", last, last + 1), ("-3", last - 2, last + 1)]:
        answer = await budi.client.get(link, headers={"range": f"bytes={asked}"})
        assert (answer.status_code, answer.content) == (206, LONG[start:stop])
        assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{len(LONG)}"
        assert answer.headers["content-length"] == str(stop - start)


async def test_a_range_that_is_not_there_is_refused_and_one_not_understood_is_all(shelf: Shelf, budi: Visitor) -> None:
    link = await budi.link(await shelf.file(budi.account, b"kopi tubruk"), "original")
    for asked, status in {"bytes=11-": 416, "bytes=-0": 416, "bytes=5-2": 200, "bytes=0-1,3-4": 200, "bytes=-": 200, "kopi=1": 200}.items():
        answer = await budi.client.get(link, headers={"range": asked})
        assert answer.status_code == status, asked
        assert answer.content == b"kopi tubruk" or answer.json()["error"]["details"] == {"length": 11}
    changed = await budi.client.get(link, headers={"range": "bytes=1-2", "if-range": '"another"'})
    assert (changed.status_code, changed.content) == (200, b"kopi tubruk")
    empty = await budi.client.get(await budi.link(await shelf.file(budi.account, b""), "original"))
    assert (empty.status_code, empty.content) == (200, b"")


async def test_what_a_browser_has_already_is_not_sent_again(shelf: Shelf, budi: Visitor) -> None:
    link = await budi.link(await shelf.picture(budi.account), "full")
    tag = (await budi.client.get(link)).headers["etag"]
    again = await budi.client.get(link, headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_picture_in_a_conversation_is_seen_by_its_members_and_is_gone_when_it_is_recalled(
    world: World, visitors: Visitors, shelf: Shelf, budi: Visitor, siti: Visitor
) -> None:
    ayu = await visitors.let_in("ayu")
    where = await Cast(world.db).friends(budi.account, siti.account)
    blob = await shelf.picture(budi.account)
    card = chat.Picture(blob=blob, width=40, height=30)
    entry = chat.Entry(where, card, msgspec.json.encode(card), sender=budi.account)
    (message,) = await world.db.write(lambda tx: chat.append(tx, chat.rooms(tx).enter(tx, [where])[where], [entry]))
    assert [await each.look(blob, "full") for each in (budi, siti, ayu)] == [200, 200, 404]
    await world.db.write(lambda tx: chat.recall(tx, by=budi.account, conversation=where, seq=message.seq))
    assert [await each.look(blob, "full") for each in (siti, ayu)] == [404, 404]
