"""An order of a shop's program on the payer's phone: by a scanned code and by the address that the shop sent, until it has come."""

import re
from urllib.parse import quote

from playwright.async_api import expect

from tests.browser.conftest import TakePhone
from tests.browser.test_money import types_pin
from tests.served import Served
from tests.wechatpay.market import Market
from tests.worlds import Hand
from warung import wechatpay
from warung.kit.db import Tx


async def test_budi_pays_what_a_shops_program_asks_for(place: Served, hand: Hand, take_phone: TakePhone) -> None:
    market = Market(place, hand)
    await market.opens()
    order = {name: value for name, value in market.order().items() if name != "payer"}
    _, native = await market.program.call("POST", "/v3/pay/transactions/native", order)
    scene = {"payer_client_ip": "127.0.0.1", "h5_info": {"type": "Wap"}}
    _, h5 = await market.program.call("POST", "/v3/pay/transactions/h5", order | {"out_trade_no": "tautan1001", "scene_info": scene})
    page = await (await take_phone()).sign_in(market.budi, f"/pay/wx?code={quote(native['code_url'])}")
    await page.get_by_role("button", name="Pay 56").click()
    await expect(page.get_by_role("dialog").get_by_text("Toko Siti")).to_be_visible()
    await types_pin(page)
    await expect(page.get_by_text("Paid to Toko Siti")).to_be_visible()
    assert (await market.has(market.budi), await market.took(market.shop)) == (9_944, 56)
    await page.goto(f"{h5['h5_url']}&redirect_url={quote('https://toko.example/selesai')}")
    await expect(page.get_by_text("Kopi 咖啡")).to_be_visible()
    await page.get_by_role("button", name="Pay 56").click()
    await types_pin(page)
    await expect(page.get_by_role("link", name="Back to the shop")).to_have_attribute("href", "https://toko.example/selesai")
    await page.reload()
    await expect(page.get_by_text("Paid to Toko Siti")).to_be_visible()
    assert await market.took(market.shop) == 112
    await place.world.db.write(lambda tx: _sent(tx, market))
    await page.goto(place.url)
    await page.get_by_role("link", name=re.compile("from Toko Siti is on its way")).click()
    await expect(page.get_by_text("SF SF1001")).to_be_visible()
    await page.get_by_role("link", name="See the order").click()
    await page.get_by_role("button", name="Sudah kuterima").click()  # the server's page, in the language of the account
    await expect(page.get_by_text("Kamu bilang sudah menerimanya")).to_be_visible()


def _sent(tx: Tx, market: Market) -> None:
    """The first order is on its way; its payer is told by this place."""
    order = wechatpay.paid_order(tx, appid=market.appid, mchid=market.merchant.mchid, out_trade_no="pesanan1001")
    parcel = wechatpay.Parcel(goods="Kopi 250 g", at=tx.now, company="SF", number="SF1001")
    wechatpay.ship(tx, order=order, logistics=1, split=False, parcels=[parcel], done=True)
    wechatpay.tell(tx, order=order, what="sent", brought="SF SF1001")
