"""The pages that a site sends people to, and what a page in the client takes from them and shows again."""

import html
import io
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from PIL import Image

from tests.wechat.shop import Bot, Shop
from tests.wechat.test_oauth import Browser
from tests.worlds import Hand
from warung import official

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing in it is about the database


BACK = "https://kedai.example/kembali?meja=7#atas"
DAY_MS = 24 * 3_600_000


class Asking:
    """The shop's site, which asks people whether it may send them one message."""

    def __init__(self, shop: Shop, template: str, places: list[str]) -> None:
        self.shop, self.template, self.places = shop, template, places

    async def ask(self, name: str, **changed: str) -> tuple[Browser, httpx.Response]:
        """Open the page in somebody's browser."""
        browser = Browser(self.shop, await self.shop.session(name) if name else "")
        asked = {"action": "get_confirm", "appid": self.shop.appid, "scene": "7", "template_id": self.template, "reserved": "a&b<c>"}
        return browser, await browser.http.get("/mp/subscribemsg", params=asked | {"redirect_url": BACK} | changed)

    async def send(self, openid: str, scene: int = 7) -> int:
        """Send the one message."""
        data = {name: {"value": "7"} for name in self.places}
        said = {"touser": openid, "template_id": self.template, "scene": scene, "title": "Meja 7", "data": data}
        return int((await self.shop.post("/cgi-bin/message/template/subscribe", said))["errcode"])


@pytest.fixture
async def asking(shop: Shop, bot: Bot) -> Asking:
    """A shop with a site and a template, whose program is told what happens."""
    await shop.set_domains("kedai.example")
    await shop.set_callback(bot)
    made = (await shop.post("/cgi-bin/template/api_add_template", {"template_id_short": official.LIBRARY[0].short}))["template_id"]
    (kept,) = (await shop.get("/cgi-bin/template/get_all_private_template"))["template_list"]
    places = [each.partition(".DATA")[0] for each in kept["content"].split("{{")[1:]]
    return Asking(shop, made, places)


async def test_a_person_is_asked_for_one_message_and_the_site_hears_what_they_said(asking: Asking, bot: Bot) -> None:
    shop, budi = asking.shop, await asking.shop.openid("budi")
    assert await asking.send(budi) == 43101, "nobody has agreed"
    browser, page = await asking.ask("budi")
    title = (await shop.get("/cgi-bin/template/get_all_private_template"))["template_list"][0]["title"]
    assert page.status_code == 200
    assert (html.escape(title) in page.text, "Kedai Kopi" in page.text, "<script" in page.text) == (True, True, False)
    assert "form-action 'self' https://kedai.example;" in page.headers["content-security-policy"]
    sent_back = await browser.answers(page, "yes")
    assert sent_back.status_code == 302
    where = urlsplit(sent_back.headers["location"])
    said = {name: values[0] for name, values in parse_qs(where.query).items()}
    assert said == {
        "meja": "7",
        "openid": budi,
        "template_id": asking.template,
        "action": "confirm",
        "scene": "7",
        "reserved": "a&b<c>",
    }
    assert (where.netloc, where.path, where.fragment) == ("kedai.example", "/kembali", "atas")
    await shop.world.settle()
    (told,) = [each for each in bot.got if each["Event"] == "subscribe_msg_popup_event"]
    assert told["SubscribeMsgPopupEvent"]["List"]["TemplateId"] == asking.template
    assert told["SubscribeMsgPopupEvent"]["List"]["SubscribeStatusString"] == "accept"
    assert (await asking.send(budi, scene=8), await asking.send(budi), await asking.send(budi)) == (43101, 0, 43101), "one, for its scene"
    assert (await shop.hears("budi"))[-1]["title"] == "Meja 7"


@ON_SQLITE
async def test_who_refuses_gets_nothing_and_the_site_hears_that_too(asking: Asking) -> None:
    browser, page = await asking.ask("siti")
    sent_back = await browser.answers(page, "no")
    assert parse_qs(urlsplit(sent_back.headers["location"]).query)["action"] == ["cancel"]
    assert await asking.send(await asking.shop.openid("siti")) == 43101


@ON_SQLITE
async def test_the_page_asks_for_nothing_that_is_not_the_accounts(asking: Asking) -> None:
    for changed, number in (
        ({"redirect_url": "https://lain.example/"}, "10003"),
        ({"redirect_url": "https://kedai.example@lain.example/"}, "10003"),
        ({"redirect_url": "javascript:alert(1)"}, "10003"),
        ({"redirect_url": ""}, "10003"),
        ({"template_id": "lain"}, "10005"),
        ({"appid": "wx0000000000000000"}, "10005"),
        ({"scene": "10001"}, "10005"),
        ({"scene": "-1"}, "10005"),
        ({"scene": ""}, "10005"),
        ({"scene": "٧"}, "10005"),
        ({"action": "get_all"}, "10005"),
    ):
        _, page = await asking.ask("budi", **changed)
        assert (page.status_code, number in page.text) == (400, True), changed
    _, page = await asking.ask("")
    assert page.status_code == 401, "nobody is signed in"
    browser, page = await asking.ask("budi")
    forged = await browser.answers(page, "yes", origin="https://lain.example")
    assert (forged.status_code, "10016" in forged.text) == (400, True)
    assert await asking.send(await asking.shop.openid("budi")) == 43101
    asking.shop.people["ayu"] = await asking.shop.cast.person("ayu")
    browser, page = await asking.ask("ayu")
    stranger = await browser.answers(page, "yes")
    assert (stranger.status_code, "10006" in stranger.text) == (400, True), "who does not follow is told to"


def png() -> bytes:
    """A picture of somebody's."""
    made = io.BytesIO()
    Image.new("RGB", (40, 30), (10, 120, 70)).save(made, "PNG")
    return made.getvalue()


@ON_SQLITE
async def test_a_page_gives_the_account_a_picture_and_shows_it_for_three_days(shop: Shop, hand: Hand) -> None:
    budi, siti = [{"authorization": f"Bearer {await shop.session(name)}"} for name in ("budi", "siti")]

    async def give(data: bytes, appid: str = "", kind: str = "text/plain") -> httpx.Response:
        headers = budi | {"content-type": kind}
        return await shop.http.post("/api/pages/media", params={"appid": appid or shop.appid}, content=data, headers=headers)

    async def shown(media_id: str, who: dict[str, str], appid: str = "") -> httpx.Response:
        named = {"appid": appid or shop.appid, "media_id": media_id}
        return await shop.http.get("/api/pages/media", params=named, headers=who)

    async def sees(blob: str, who: dict[str, str]) -> bool:
        answer = await shop.http.get(f"/api/media/{blob}/full", headers=who, follow_redirects=True)
        assert answer.status_code in (200, 404)
        return answer.status_code == 200

    media_id = (await give(png())).json()["media_id"]
    picture = await shop.get("/cgi-bin/media/get", media_id=media_id)
    assert Image.open(io.BytesIO(picture)).size == (40, 30), "the account's program has it"
    blob = (await shown(media_id, budi)).json()["blob"]
    assert (await shown(media_id, siti)).json() == {"blob": blob}, "the page that names it shows it to whom it likes"
    assert [await sees(blob, who) for who in (budi, siti)] == [True, True]
    for wrong, status in ((b"", 400), (b"no picture", 400), (png()[:40], 400)):
        assert (await give(wrong)).status_code == status, wrong
    assert (await give(png(), "wx0000000000000000")).status_code == 404
    assert (await shop.http.post("/api/pages/media", params={"appid": shop.appid}, content=png())).status_code == 401
    for named in ("", "x", "m_" + "0" * 44, media_id[::-1]):
        assert (await shown(named, siti)).status_code == 404, named
    assert (await shown(media_id, siti, "wx0000000000000000")).status_code == 404
    hand.forward(3 * DAY_MS + 1_000)
    await shop.world.settle()
    assert (await shown(media_id, budi)).status_code == 404
    assert not await sees(blob, siti)
    await shop.renew()
    assert (await shop.get("/cgi-bin/media/get", media_id=media_id))["errcode"] == 40007
