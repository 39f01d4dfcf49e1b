"""Money on a shop's own page, open in the client: an order that is paid, orders that are not, and money that is taken."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import FrameLocator, Page, expect

from tests.browser.conftest import TakePhone, built, served_place
from tests.browser.test_money import types_pin
from tests.browser.test_official import clean, in_english
from tests.browser.test_official_pages import Site, opened, scripts, signed
from tests.served import Served, free_port
from tests.wechatpay.conftest import ROOMY
from tests.wechatpay.listener import Listener
from tests.wechatpay.market import Market
from tests.wechatpay.test_transfers import BILLS, bill
from tests.worlds import Hand
from warung import chat

UNSIGNED = "tidak ditandatangani tokonya"  # refusals are told in the language of the account
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Counter</title>{scripts}<h1>Counter</h1><p id="said"></p><p id="ready"></p>
<script>
const say = (text) => {{ document.querySelector("#said").textContent = text }}
const button = (name, work) => {{
  const made = document.createElement("button")
  made.textContent = name
  made.onclick = () => {{ say(""); work() }}
  document.body.append(made)
}}
wx.config({config})
wx.ready(() => {{ document.querySelector("#ready").textContent = "ready" }})
for (const [name, order] of Object.entries({orders})) {{
  button("choose " + name, () => wx.chooseWXPay({{
    ...order, timestamp: order.timeStamp,
    success: (told) => say("paid " + told.errMsg), cancel: () => say("not paid"), fail: (told) => say(told.errMsg),
  }}))
  button("bridge " + name, () => WeixinJSBridge.invoke("getBrandWCPayRequest", order, (told) => say(told.err_msg)))
}}
for (const [name, asked] of Object.entries({transfers}))
  button("take " + name, () => WeixinJSBridge.invoke("requestMerchantTransfer", asked, (told) => say(told.err_msg)))
</script></html>"""


@pytest.fixture
async def place(tmp_path: Path, hand: Hand) -> AsyncIterator[Served]:
    """A place whose shops' programs listen on this machine."""
    built()
    async with served_place(tmp_path, hand, sections=ROOMY, outside_exempt="127.0.0.0/8") as served:
        yield served


@pytest.fixture
async def market(place: Served, hand: Hand) -> Market:
    """Siti's shop and Budi, its customer."""
    made = Market(place, hand)
    await made.opens()
    return made


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """The shop's web site."""
    made = Site(free_port())
    async with await asyncio.start_server(made.answer, *made.host.split(":")):
        yield made


class Counter:
    """The shop's page, and the customer in front of it."""

    def __init__(self, market: Market, page: Page, frame: FrameLocator) -> None:
        self.market, self.page, self.frame = market, page, frame
        self.sheet = page.get_by_role("dialog")

    async def presses(self, name: str) -> None:
        """Press a button of the page."""
        await self.frame.get_by_role("button", name=name, exact=True).click()

    async def hears(self, said: str) -> None:
        """The page hears what came of it."""
        await expect(self.frame.locator("#said")).to_have_text(said)

    async def turned_down(self, why: str) -> None:
        """The sheet says why nothing moves, and is closed."""
        await expect(self.sheet.get_by_role("alert")).to_contain_text(why)
        await self.sheet.get_by_role("button", name="Close").click()


async def at_the_counter(market: Market, site: Site, page: Page, script: str, **shown: Any) -> Counter:
    """Open the shop's page, which includes `script` and shows `orders` and `transfers`."""
    token = await market.place.token(market.siti)
    async with httpx.AsyncClient(base_url=market.place.url, headers={"authorization": f"Bearer {token}"}) as web:
        domains = {"oauth": [], "js": [site.host], "addresses": []}
        (await web.put(f"/api/officials/{market.official}/domains", json=domains)).raise_for_status()
    url = f"http://{site.host}/counter"
    config = json.dumps(await signed(market.place, market.account, url))
    said = {name: json.dumps(shown.get(name, {})) for name in ("orders", "transfers")}
    site.pages["/counter"] = PAGE.format(scripts=scripts(market.place, script), config=config, **said)
    frame = await opened(page, market.place, market.account, url)
    await expect(frame.locator("#ready")).to_have_text("ready")
    return Counter(market, page, frame)


async def test_a_page_has_its_order_paid_once_and_no_other_ones(market: Market, site: Site, take_phone: TakePhone) -> None:
    async def prepaid(number: str, **more: Any) -> dict[str, str]:
        _, made = await market.program.call("POST", "/v3/pay/transactions/jsapi", market.order(number, 56, **more))
        return market.program.page(market.appid, made["prepay_id"])

    ayu = await market.follows(await market.with_wallet("ayu"))
    async with Listener() as listener:
        kopi = await prepaid("kopi10001", notify_url=listener.url)
        orders = {"kopi": kopi, "teh": await prepaid("teh10001"), "closed": await prepaid("tutup10001")}
        orders["ayu"] = await prepaid("ayu10001", payer={"openid": ayu})
        orders["forged"] = orders["teh"] | {"package": kopi["package"]}
        orders["unsigned"] = kopi | {"paySign": ""}
        closing = {"mchid": market.merchant.mchid}
        assert (await market.program.call("POST", "/v3/pay/transactions/out-trade-no/tutup10001/close", closing))[0] == 204
        page = await (await in_english(await take_phone())).sign_in(market.budi, "/officials")
        counter = await at_the_counter(market, site, page, "jweixin-module", orders=orders)
        for name, why in (("forged", UNSIGNED), ("unsigned", UNSIGNED), ("ayu", "untuk orang lain")):
            await counter.presses(f"bridge {name}")
            await counter.turned_down(why)
            await counter.hears("get_brand_wcpay_request:fail")
        await counter.presses("choose closed")
        await counter.turned_down("cannot be paid any more")
        await counter.hears("chooseWXPay:fail")
        await counter.presses("choose teh")
        await expect(counter.sheet.get_by_text("Enter your wallet PIN")).to_be_visible()
        await page.keyboard.press("Escape")
        await counter.hears("not paid")
        assert (await market.has(market.budi), await market.took(market.shop)) == (10_000, 0)
        await counter.presses("choose kopi")
        await expect(counter.sheet.get_by_text("Toko Siti")).to_be_visible()
        await expect(counter.sheet.get_by_text("Kopi 咖啡")).to_be_visible()
        await types_pin(page)
        await counter.hears("paid chooseWXPay:ok")
        await counter.presses("bridge kopi")
        await counter.turned_down("cannot be paid any more")
        await counter.hears("get_brand_wcpay_request:fail")
        await counter.presses("bridge teh")
        await types_pin(page)
        await counter.hears("get_brand_wcpay_request:ok")
        assert (await market.has(market.budi), await market.took(market.shop)) == (9_888, 112)
        await market.world.settle()
        ((_, body),) = listener.heard
        await market.program.checks(listener.headers(), body)
        told = json.loads(market.program.opens(json.loads(body)["resource"]))
    assert (told["out_trade_no"], told["trade_state"], told["payer"]) == ("kopi10001", "SUCCESS", {"openid": market.openid})
    assert (told["amount"]["total"], told["mchid"], told["appid"]) == (56, market.merchant.mchid, market.appid)
    await market.books_are_right()


async def test_money_of_a_shop_is_taken_on_its_page_and_on_the_card_that_told_of_it(
    market: Market, site: Site, take_phone: TakePhone
) -> None:
    await market.bought(total=500)
    async with Listener() as listener:
        bills = [bill(market, number, notify_url=listener.url) for number in ("gaji1", "gaji2", "gaji3")]
        package, *_ = [(await market.program.call("POST", BILLS, each))[1]["package_info"] for each in bills]
        asked = {"mchId": market.merchant.mchid, "appId": market.appid}
        transfers = {"mine": asked | {"package": package}, "guessed": asked | {"package": "x" * 64}}
        page = await (await in_english(await take_phone())).sign_in(market.budi, "/officials")
        counter = await at_the_counter(market, site, page, "ours", transfers=transfers)
        await counter.presses("take guessed")
        await counter.turned_down("Tidak ada uang seperti itu")
        await counter.hears("requestMerchantTransfer:fail")
        await counter.presses("take mine")
        await expect(counter.sheet.get_by_text("Toko Siti", exact=True)).to_be_visible()
        await page.keyboard.press("Escape")
        await counter.hears("requestMerchantTransfer:cancel")
        await counter.presses("take mine")
        await expect(counter.sheet.get_by_text("Toko Siti", exact=True)).to_be_visible()
        await expect(counter.sheet.get_by_text("gaji")).to_be_visible()
        await clean(page, "taking money")
        await counter.sheet.get_by_role("button", name="Take it").click()
        await counter.hears("requestMerchantTransfer:ok")
        assert await market.has(market.budi) == 9_590
        here = await market.do(chat.open_system, account=market.budi)
        await page.goto(f"{market.place.url}/chat/{here}")
        await expect(page.get_by_role("button", name="Take it")).to_have_count(2)
        assert (await market.program.call("POST", f"{BILLS}/out-bill-no/gaji3/cancel"))[1]["state"] == "CANCELLED"
        await expect(page.get_by_text("Went back")).to_be_visible()
        await page.get_by_role("button", name="Take it").click()
        await counter.sheet.get_by_role("button", name="Take it").click()
        await expect(page.get_by_text("Accepted")).to_have_count(2)
        assert (await market.has(market.budi), await market.took(market.shop)) == (9_680, 320)
        await market.world.settle()
        told = [json.loads(market.program.opens(json.loads(body)["resource"])) for _, body in listener.heard]
    assert sorted((each["out_bill_no"], each["state"]) for each in told) == [
        ("gaji1", "SUCCESS"),
        ("gaji2", "SUCCESS"),
        ("gaji3", "CANCELLED"),
    ]
    await market.books_are_right()
