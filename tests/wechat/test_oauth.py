"""Signing in to a site: what a person is asked, what is remembered, what the site may exchange and what it may not."""

import html
import re
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.served import PLAIN
from tests.wechat.shop import Shop
from tests.worlds import Hand

BACK = "https://kedai.example/masuk?x=1"


class Browser:
    """Somebody's browser, with their cookie; it follows nothing by itself."""

    def __init__(self, shop: Shop, cookie: str = "") -> None:
        self.http = httpx.AsyncClient(base_url=shop.url, cookies={"warung": cookie} if cookie else {}, follow_redirects=False, verify=PLAIN)
        self.shop = shop
        shop.browsers.append(self.http)

    async def ask(self, path: str = "/connect/oauth2/authorize", **query: str) -> httpx.Response:
        """Open the page of a site's link."""
        asked = {"appid": self.shop.appid, "redirect_uri": BACK, "response_type": "code", "scope": "snsapi_userinfo", "state": "s&t"}
        return await self.http.get(path, params=asked | query)

    async def answers(self, page: httpx.Response, answer: str, origin: str | None = None) -> httpx.Response:
        """Press a button of a page."""
        action = re.search(r'action="?([^">]+)', page.text)
        assert action
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text.split("<button")[0]))
        form = {name: html.unescape(value) for name, value in fields.items()} | {"answer": answer}
        return await self.http.post(action[1], data=form, headers={"origin": origin or self.shop.url})


def code_in(answer: httpx.Response) -> str:
    """The code that a browser is sent back with."""
    assert answer.status_code == 302, answer.text
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (query["state"], query["x"]) == (["s&t"], ["1"])
    return query.get("code", [""])[0]


@pytest.fixture
async def ready(shop: Shop) -> Shop:
    """A shop whose site is known."""
    await shop.set_domains("kedai.example")
    return shop


async def test_a_person_is_asked_once_and_the_site_learns_what_they_agreed_to(ready: Shop, hand: Hand) -> None:
    shop, credentials = ready, {"appid": ready.appid, "secret": ready.secret}
    browser = Browser(shop, await shop.session("budi"))
    page = await browser.ask()
    assert "kedai.example" in page.text
    assert "form-action 'self' https://kedai.example;" in page.headers["content-security-policy"]
    code = code_in(await browser.answers(page, "yes"))
    exchange = credentials | {"code": code, "grant_type": "authorization_code"}
    got = await shop.get("/sns/oauth2/access_token", **exchange)
    assert (got["openid"], got["scope"]) == (await shop.openid("budi"), "snsapi_userinfo")
    assert (await shop.get("/sns/oauth2/access_token", **exchange))["errcode"] == 40163
    shown = await shop.get("/sns/userinfo", access_token=got["access_token"], openid=got["openid"])
    assert (shown["nickname"], shown["unionid"]) == ("Budi", got["unionid"])
    assert (await shop.get("/sns/auth", access_token=got["access_token"], openid="o" + "x" * 27))["errcode"] == 40003
    assert code_in(await browser.ask()), "remembered"
    hand.forward(7_201_000)
    asked = {"access_token": got["access_token"], "openid": got["openid"]}
    assert (await shop.get("/sns/userinfo", **asked))["errcode"] == 42001
    fresh = await shop.get("/sns/oauth2/refresh_token", appid=shop.appid, grant_type="refresh_token", refresh_token=got["refresh_token"])
    assert (await shop.get("/sns/auth", access_token=fresh["access_token"], openid=got["openid"]))["errcode"] == 0
    sites = (await browser.http.get("/api/sites")).json()
    assert [(site["appid"], site["scope"]) for site in sites] == [(shop.appid, "snsapi_userinfo")]
    await browser.http.delete(f"/api/sites/{shop.appid}", headers={"origin": shop.url})
    assert (await shop.get("/sns/auth", access_token=fresh["access_token"], openid=got["openid"]))["errcode"] == 40001
    assert (await browser.ask()).status_code == 200, "asked again"


async def test_who_follows_is_known_silently_and_a_stranger_is_asked(ready: Shop) -> None:
    shop = ready
    code = code_in(await Browser(shop, await shop.session("siti")).ask(scope="snsapi_base"))
    got = await shop.get("/sns/oauth2/access_token", appid=shop.appid, secret=shop.secret, code=code, grant_type="authorization_code")
    assert (await shop.get("/sns/userinfo", access_token=got["access_token"], openid=got["openid"]))["errcode"] == 48001
    shop.people["ayu"] = await shop.cast.person("ayu")
    ayu = Browser(shop, await shop.session("ayu"))
    page = await ayu.ask(scope="snsapi_base")
    assert page.status_code == 200
    assert code_in(await ayu.answers(page, "no")) == ""
    assert (await Browser(shop).ask()).status_code == 401


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_pages_refuse_foreign_sites_and_foreign_forms(ready: Shop) -> None:
    browser = Browser(ready, await ready.session("budi"))
    for redirect in (
        "https://lain.example/",
        "https://kedai.example.lain.example/",
        "https://kedai.example@lain.example/",
        "https://lain.example\\@kedai.example/",
        "javascript:alert(1)",
        "//lain.example",
        "",
    ):
        page = await browser.ask(redirect_uri=redirect)
        assert (page.status_code, "10003" in page.text) == (400, True), redirect
    assert "10005" in (await browser.ask(appid="wx0000000000000000")).text
    assert "10005" in (await browser.ask(scope="snsapi_everything")).text
    page = await browser.ask(state='"><script>alert(1)</script>')
    assert "<script" not in page.text
    assert (await browser.answers(page, "yes", origin="https://lain.example")).status_code == 400


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_phone_confirms_what_another_screen_shows(ready: Shop) -> None:
    screen, phone = Browser(ready), Browser(ready, await ready.session("budi"))
    shown = await screen.ask("/connect/qrconnect", scope="snsapi_login")
    again = re.search(r'url=([^"]+)"', shown.text)
    assert again
    assert (await screen.http.get(again[1])).status_code == 200, "it waits"
    ticket = parse_qs(urlsplit(again[1]).query)["ticket"][0]
    page = await phone.http.get(f"/connect/confirm/{ticket}")
    assert (await phone.answers(page, "yes")).status_code == 200
    assert code_in(await screen.http.get(again[1]))
    assert (await screen.http.get(again[1])).status_code == 400, "once"
