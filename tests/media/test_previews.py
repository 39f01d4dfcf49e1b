"""What a link leads to is shown only where the server and the person want it, and never from within the server's own network."""

import json
from collections.abc import AsyncIterator

import pytest
from PIL import Image

from tests.adapters.test_outside import Elsewhere, page
from tests.media.making import saved
from tests.media.people import Visitor, Visitors
from tests.media.sending import Table
from tests.worlds import OpenWorld
from warung import media
from warung.app import World
from warung.kit.errors import Refusal
from warung.media.model import CardUntrue

pytestmark = pytest.mark.anyio
PAGE = b"""<!doctype html><html><head><meta charset=utf-8><title>Lain</title>
<meta property="og:title" content="Tiga sambal &amp; satu&#x202e;rahasia"><meta property="og:description" content="Bawang,
matah"><meta property="og:image" content="/sambal.png"><script>alert(1)</script></head>"""


@pytest.fixture
async def elsewhere() -> AsyncIterator[Elsewhere]:
    async with Elsewhere.open() as place:
        yield place


@pytest.fixture
async def world(open_a_world: OpenWorld) -> World:
    opened: World = await open_a_world("", {media.Settings: media.Settings(previews=True)}, outside_exempt="127.0.0.1")
    return opened


@pytest.fixture
async def keen(budi: Visitor) -> Visitor:
    assert (await budi.call("PATCH", "/api/media/mine", json={"previews": True})).json()["previews"]
    return budi


async def looked(who: Visitor, url: str) -> dict[str, object]:
    answer = await who.call("POST", "/api/link-previews", json={"url": url})
    told: dict[str, object] = answer.json()
    return told


async def test_a_page_is_shown_by_its_own_words_and_picture(world: World, keen: Visitor, siti: Visitor, elsewhere: Elsewhere) -> None:
    elsewhere.says |= {
        "/sambal": page(PAGE, "200 OK", "Content-Type: text/html"),
        "/sambal.png": page(saved(Image.new("RGB", (600, 300), "red"))),
    }
    url = f"{elsewhere.url}/sambal"
    found = await looked(keen, url)
    assert (found["title"], found["description"]) == ("Tiga sambal & satu rahasia", "Bawang, matah")
    table = await Table.of(world, keen, siti)
    card = {"type": "media.link", "text": f"Lihat {url} ya", **found}
    seq = await table.put(json.dumps(card))
    assert await siti.look(found["blob"], "thumb") == 200  # type: ignore[arg-type]
    at = f"/api/conversations/{table.where}/messages/{seq}"
    kept = (await keen.call("PATCH", at, json={"text": f"Baca {url} ya"})).json()  # other words around the link keep what it leads to
    assert kept["message"]["card"] == card | {"text": f"Baca {url} ya", "edited": kept["entry"]["seq"]}
    left = (await keen.call("PATCH", at, json={"text": "Tidak jadi"})).json()  # without the link, words are left
    assert left["message"]["card"] == {"type": "chat.text", "text": "Tidak jadi", "edited": left["entry"]["seq"]}
    assert await siti.look(found["blob"], "thumb") == 404  # type: ignore[arg-type]
    assert len((await siti.call("GET", f"{at}/versions")).json()["versions"]) == 3
    for lie in ({"title": "Bank"}, {"seal": "x"}, {"blob": None}, {"url": "https://bank.example/"}, {"text": "tanpa tautan"}):
        with pytest.raises((CardUntrue, Refusal)):
            await table.put(json.dumps(card | lie))


async def test_nobody_looks_who_did_not_ask_for_it(budi: Visitor, elsewhere: Elsewhere) -> None:
    assert (await looked(budi, elsewhere.url))["error"]["code"] == "previews_off"  # type: ignore[index]
    assert elsewhere.asked == []


async def test_a_server_that_does_not_offer_it_looks_for_nobody(open_a_world: OpenWorld, elsewhere: Elsewhere) -> None:
    async with Visitors(await open_a_world("", outside_exempt="127.0.0.1")) as visitors:
        ayu = await visitors.let_in("ayu")
        await ayu.call("PATCH", "/api/media/mine", json={"previews": True})
        assert (await looked(ayu, elsewhere.url))["error"]["code"] == "previews_off"  # type: ignore[index]
    assert elsewhere.asked == []


async def test_a_private_address_is_not_asked_nor_a_redirect_to_one(keen: Visitor, elsewhere: Elsewhere) -> None:
    for there in ("http://127.0.0.2/", "http://169.254.169.254/latest/meta-data/", "http://[::1]/", "file:///etc/passwd"):
        assert (await looked(keen, there))["error"]["code"] == "address_not_allowed"  # type: ignore[index]
        elsewhere.says["/"] = page(b"", "302 Found", f"Location: {there}")
        assert (await looked(keen, elsewhere.url))["error"]["code"] == "address_not_allowed"  # type: ignore[index]


async def test_a_picture_within_is_left_out(keen: Visitor, elsewhere: Elsewhere) -> None:
    inside = PAGE.replace(b"/sambal.png", b"http://169.254.169.254/x.png")
    elsewhere.says["/"] = page(inside, "200 OK", "Content-Type: text/html")
    assert (await looked(keen, elsewhere.url))["blob"] is None


SAYS_NOTHING = [
    (page(b"%PDF-", "200 OK", "Content-Type: application/pdf"), "nothing_to_show"),
    (page(PAGE, "404 Not Found", "Content-Type: text/html"), "nothing_to_show"),
    (page(b"<p>halo", "200 OK", "Content-Type: text/html"), "nothing_to_show"),
    (page(b"<![", "200 OK", "Content-Type: text/html; charset=kopi"), "nothing_to_show"),
    (page(b"<title>" * 50_000, "200 OK", "Content-Type: text/html"), "nothing_to_show"),
    (b"", "no_answer"),
]


async def test_what_says_nothing_is_nothing_to_show(keen: Visitor, elsewhere: Elsewhere) -> None:
    for said, code in SAYS_NOTHING:
        elsewhere.says["/"] = said
        assert (await looked(keen, elsewhere.url))["error"]["code"] == code  # type: ignore[index]


async def test_it_is_not_looked_at_without_end(keen: Visitor, elsewhere: Elsewhere) -> None:
    for _ in range(media.Settings().previews_per_hour):
        await looked(keen, "http://127.0.0.2/")
    assert (await looked(keen, elsewhere.url))["error"]["code"] == "too_many"  # type: ignore[index]
    assert elsewhere.asked == []
