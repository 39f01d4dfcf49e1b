"""Pages of an account inside the client: our own script, and the two of the npm registry as they are, through the in-page bridge."""

import asyncio
import hashlib
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx
import pytest
from PIL import Image
from playwright.async_api import FilePayload, FrameLocator, Page, expect

from tests.browser.conftest import TakePhone
from tests.browser.test_official import cast, clean, in_english
from tests.environment import missing
from tests.media.making import saved
from tests.served import Served, free_port
from warung import official
from warung.kit.ids import AccountId

SDKS = Path(__file__).parents[1] / "sdks/node_modules"
SCRIPTS = ["ours", "jweixin-module", "weixin-js-sdk"]
LIST = [
    "checkJsApi",
    "chooseWXPay",
    "getLocation",
    "chooseImage",
    "scanQRCode",
    "onMenuShareAppMessage",
    "updateTimelineShareData",
    "getNetworkType",
]
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Prices of today</title>{scripts}
<h1>Prices</h1><p id="said"></p>
<button id="place">Where</button><button id="pictures">Pictures</button><button id="pay">Pay</button><button id="close">Close</button>
<script>
const said = [], say = (text) => {{ said.push(text); document.querySelector("#said").textContent = said.join(" | ") }}
wx.config({config})
wx.error((told) => say("error " + told.errMsg))
wx.ready(() => {{
  say("ready")
  wx.checkJsApi({{ jsApiList: ["getLocation", "openAddress"], success: (told) => say("check " + JSON.stringify(told.checkResult)) }})
  wx.getNetworkType({{ success: (told) => say("network " + told.networkType) }})
  wx.onMenuShareAppMessage({{
    title: "Fresh klepon", desc: "Until they are gone", link: location.href.split("#")[0] + "#fresh",
    success: () => say("shared"), cancel: () => say("not shared"),
  }})
}})
document.querySelector("#place").onclick = () => wx.getLocation({{
  type: "wgs84", success: (told) => say("place " + told.latitude.toFixed(2)), cancel: () => say("no place"),
  fail: (told) => say(told.errMsg),
}})
document.querySelector("#pictures").onclick = () => wx.chooseImage({{
  count: 2, success: (told) => wx.getLocalImgData({{
    localId: told.localIds[0], success: (data) => say("picture " + data.localData.slice(0, 15)),
  }}),
}})
document.querySelector("#pay").onclick = () => wx.chooseWXPay({{
  timestamp: 1790000000, nonceStr: "biru", package: "prepay_id=wx0", signType: "RSA", paySign: "forged",
  success: () => say("paid"), cancel: () => say("not paid"), fail: (told) => say(told.errMsg),
}})
document.querySelector("#close").onclick = () => WeixinJSBridge.call("closeWindow")
</script></html>"""


class Site:
    """A shop's own web site, at a port of its own."""

    def __init__(self, port: int) -> None:
        self.host = f"127.0.0.1:{port}"
        self.pages: dict[str, str] = {}

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one page and hang up."""
        try:
            path = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1].decode()
        except asyncio.IncompleteReadError:  # browsers open a line before they know what for
            return writer.close()
        body = self.pages.get(path.partition("?")[0], "").encode()
        status = "200 OK" if body else "404 Not Found"
        head = f"HTTP/1.1 {status}\r\ncontent-type: text/html\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """The shop's web site."""
    port = free_port()
    made = Site(port)
    server = await asyncio.start_server(made.answer, "127.0.0.1", port)
    yield made
    server.close()
    await server.wait_closed()


def scripts(place: Served, which: str) -> str:
    """Return what a page includes: our script alone, or our bridge and then the SDK that the page brought along."""
    ours = f'<script src="{place.url}/open/js/jweixin-1.6.0.js"></script>'
    bridge = f'<script src="{place.url}/open/js/bridge.js"></script>'
    if which == "ours":
        return ours
    file = SDKS / which / ("lib/index.js" if which == "jweixin-module" else "index.js")
    if not file.exists():
        missing("the SDKs of pages", "them with: make judges")
    sdk = file.read_text()
    if which == "weixin-js-sdk":  # made for bundlers: it exports what others find in the window
        sdk = f"var module = {{exports: {{}}}}, exports = module.exports;\n{sdk}\nwindow.wx = module.exports"
    return f"{bridge}<script>{sdk}</script>"


async def signed(place: Served, shop: official.Registered, url: str) -> dict[str, object]:
    """Return a page's configuration, signed with the account's ticket as a shop's server does it."""
    async with httpx.AsyncClient(base_url=place.url) as web:
        who = {"grant_type": "client_credential", "appid": shop.official.appid, "secret": shop.secret}
        token = (await web.get("/cgi-bin/token", params=who)).json()["access_token"]
        told = (await web.get("/cgi-bin/ticket/getticket", params={"access_token": token, "type": "jsapi"})).json()
    text = f"jsapi_ticket={told['ticket']}&noncestr=biru&timestamp=1790000000&url={url}"
    signature = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
    return {"appId": shop.official.appid, "timestamp": 1790000000, "nonceStr": "biru", "signature": signature, "jsApiList": LIST}


async def opened_shop(place: Served, owner: AccountId, site: Site) -> official.Registered:
    """Open an account whose pages stand on the site."""
    shop = await place.world.db.write(lambda tx: official.register(tx, by=owner, kind="service", handle="tokosari", name="Toko Sari"))
    token = await place.token(owner)
    async with httpx.AsyncClient(base_url=place.url, headers={"authorization": f"Bearer {token}"}) as web:
        domains = {"oauth": [site.host], "js": [site.host], "addresses": []}
        (await web.put(f"/api/officials/{shop.official.id}/domains", json=domains)).raise_for_status()
    return shop


async def opened(page: Page, place: Served, shop: official.Registered, url: str) -> FrameLocator:
    """Open a page of the account in the client."""
    await page.goto(f"{place.url}/page?of={shop.official.id}&url={quote(url, safe='')}")
    return page.frame_locator("iframe")


async def test_a_person_lets_a_site_know_who_they_are(place: Served, take_phone: TakePhone, site: Site) -> None:
    b, a = await cast(place)
    shop = await opened_shop(place, a, site)
    site.pages["/masuk"] = "<h1>Welcome back</h1>"
    page = await (await take_phone()).sign_in(b)
    asked = {"appid": shop.official.appid, "redirect_uri": f"http://{site.host}/masuk", "response_type": "code", "scope": "snsapi_userinfo"}
    await page.goto(f"{place.url}/connect/oauth2/authorize?{urlencode(asked)}")
    await page.get_by_role("button", name="Allow").click()
    await expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()
    assert "code=" in page.url


@pytest.mark.parametrize("which", SCRIPTS)
async def test_a_page_of_an_account_shares_asks_and_is_verified(place: Served, take_phone: TakePhone, site: Site, which: str) -> None:
    b, a = await cast(place)
    shop = await opened_shop(place, a, site)
    url = f"http://{site.host}/prices"
    config = json.dumps(await signed(place, shop, url))
    site.pages["/prices"] = PAGE.format(scripts=scripts(place, which), config=config)
    forged = json.loads(config) | {"signature": "0" * 40}
    site.pages["/forged"] = PAGE.format(scripts=scripts(place, which), config=json.dumps(forged))
    budi = await in_english(await take_phone(geolocation={"latitude": -6.2, "longitude": 106.8}, permissions=["geolocation"]))
    page = await budi.sign_in(b, "/officials")
    frame = await opened(page, place, shop, url)
    said = frame.locator("#said")
    await expect(said).to_contain_text('check {"getLocation":true,"openAddress":false}')
    await expect(said).to_contain_text("network wifi")
    await expect(page.get_by_role("heading", name="Toko Sari")).to_be_visible()
    await clean(page, "a page of an account")
    await frame.get_by_role("button", name="Where").click()
    await page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    await expect(said).to_contain_text("no place")
    await frame.get_by_role("button", name="Where").click()
    await page.get_by_role("dialog").get_by_role("button", name="Tell it").click()
    await expect(said).to_contain_text("place -6.20")
    await frame.get_by_role("button", name="Pictures").click()
    photo: FilePayload = {"name": "klepon.jpg", "mimeType": "image/jpeg", "buffer": saved(Image.new("RGB", (80, 60), "peru"), "JPEG")}
    await page.get_by_role("dialog").locator("input[type=file]").set_input_files([photo])
    await expect(said).to_contain_text("picture data:image/jpeg")
    await frame.get_by_role("button", name="Pay").click()
    await expect(page.get_by_role("dialog").get_by_role("alert")).not_to_be_empty()
    await page.get_by_role("dialog").get_by_role("button", name="Close").click()
    await expect(said).to_contain_text("chooseWXPay:fail")
    await page.get_by_role("button", name="More about this page").click()
    await page.get_by_role("button", name="Forward").click()
    await page.get_by_role("dialog").get_by_role("button", name=re.compile("Ayu")).click()
    await expect(said).to_contain_text("shared")
    await page.goto(f"{place.url}/")
    await expect(page.get_by_role("link", name=re.compile("Ayu")).get_by_text("Fresh klepon")).to_be_visible()
    frame = await opened(page, place, shop, f"http://{site.host}/forged")
    await expect(frame.locator("#said")).to_contain_text("error config:")
    await expect(frame.locator("#said")).to_contain_text("invalid signature")
    # it takes its own frame away: whoever clicked would wait for an answer of what is gone
    await frame.get_by_role("button", name="Close").evaluate("(button) => setTimeout(() => button.click(), 0)")
    await expect(page.locator("iframe")).to_have_count(0)
