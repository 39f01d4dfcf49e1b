"""Paid orders as an account's programs see them: who paid, what is on its way, and the payer who says that it has come."""

import html
import ipaddress
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest

from tests.served import PLAIN
from tests.wechat.shop import KEY, Bot
from tests.wechatpay.market import Market
from tests.worlds import Hand
from warung import chat, official
from warung.adapters.outside import HttpOutside
from warung.kit.domain import Services
from warung.wechat import service
from warung.wechat.model import Callback

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing in it is about the database


NOW = "2026-11-26T10:00:00+08:00"


class Seller:
    """Siti's account as a program of hers uses it."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.http = httpx.AsyncClient(base_url=market.place.url, timeout=30, verify=PLAIN)
        self.token = ""
        self.paid: dict[str, Any] = {}
        self.bot = Bot()

    async def listen(self) -> None:
        """Have a program of the account called."""
        await self.bot.start()
        self.bot.appid, world = self.market.appid, self.market.place.world
        outside = HttpOutside([ipaddress.ip_network("127.0.0.0/8")])
        services = Services(world.db, world.blobs, outside, world.settings.site, world.settings.sections)
        wanted = Callback(self.bot.url, self.bot.token, KEY)
        await service.set_callback(services, by=self.market.siti, account=self.market.official, wanted=wanted)

    async def open(self) -> None:
        """Get a token; Budi pays for coffee."""
        market = self.market
        secret = await market.do(official.reset_secret, by=market.siti, official=market.official)
        named = {"appid": market.appid, "secret": secret, "grant_type": "client_credential"}
        self.token = (await self.http.get("/cgi-bin/token", params=named)).json()["access_token"]
        self.paid = await market.bought()

    async def call(self, path: str, body: Any) -> Any:
        """Post in the account's name."""
        answer = await self.http.post(path, content=json.dumps(body).encode(), params={"access_token": self.token})
        assert answer.status_code == 200
        return answer.json()

    def sent(self, **changed: Any) -> dict[str, Any]:
        """What a program says of a parcel."""
        contact = {"receiver_contact": "+62-812****7890"}
        parcel = {"tracking_no": "SF1001", "express_company": "SF", "item_desc": "Kopi 250 g", "contact": contact}
        whole = {
            "order_key": {"order_number_type": 2, "transaction_id": self.paid["transaction_id"]},
            "logistics_type": 1,
            "delivery_mode": 1,
            "shipping_list": [parcel],
            "upload_time": NOW,
            "payer": {"openid": self.market.openid},
        }
        return whole | changed

    async def ships(self, **changed: Any) -> int:
        """Say what is on its way; return the code."""
        return int((await self.call("/wxa/sec/order/upload_shipping_info", self.sent(**changed)))["errcode"])

    async def order(self) -> dict[str, Any]:
        """The order as the program sees it."""
        found: dict[str, Any] = (await self.call("/wxa/sec/order/get_order", {"transaction_id": self.paid["transaction_id"]}))["order"]
        return found

    async def heard(self) -> list[str]:
        """What Budi was told in the conversation of the account."""
        market = self.market
        known = await market.ask(official.follower_of, official=market.official, account=market.budi)
        assert known is not None
        page = await market.ask(chat.history, by=market.budi, id=known.conversation, before=None, after=0, around=None, limit=100)
        cards = [msgspec.json.decode(each.card) for each in page.messages if each.sender == market.official]
        return [card["text"] for card in cards if card.get("why") == "order"]

    async def page(self, who: str, press: bool = False, origin: str = "") -> httpx.Response:
        """Somebody opens the page of the order, or presses its button."""
        token = await self.market.place.token(getattr(self.market, who))
        where, cookies = f"/mp/orders/{self.paid['transaction_id']}", {"cookie": f"warung={token}"}
        if press:
            return await self.http.post(where, headers=cookies | {"origin": origin or self.market.place.url})
        return await self.http.get(where, headers=cookies)


@pytest.fixture
async def seller(market: Market) -> AsyncIterator[Seller]:
    """Siti's program, and an order that Budi has paid."""
    made = Seller(market)
    await made.open()
    yield made
    await made.http.aclose()
    await made.bot.stop()


@ON_SQLITE
async def test_who_has_just_paid_is_told_by_union_id(seller: Seller, hand: Hand) -> None:
    market = seller.market

    async def asks(**said: str) -> Any:
        named = {"access_token": seller.token, "openid": market.openid}
        return (await seller.http.get("/wxa/getpaidunionid", params=named | said)).json()

    union = await market.ask(official.union_id, owner=market.siti, account=market.budi)
    assert await asks(transaction_id=seller.paid["transaction_id"]) == {"errcode": 0, "errmsg": "ok", "unionid": union}
    assert (await asks(mch_id=market.merchant.mchid, out_trade_no="pesanan1001"))["unionid"] == union
    await market.ordered("belum1001")
    for wrong, code in (
        ({"transaction_id": "4200"}, 89300),
        ({"mch_id": market.merchant.mchid, "out_trade_no": "lain1001"}, 89300),
        ({"mch_id": market.merchant.mchid, "out_trade_no": "belum1001"}, 89300),
        ({"transaction_id": seller.paid["transaction_id"], "openid": "o" + "x" * 27}, 89300),
        ({"transaction_id": seller.paid["transaction_id"], "openid": ""}, 41009),
        ({}, 40097),
    ):
        assert (await asks(**wrong))["errcode"] == code, wrong
    hand.forward(5 * 60_000)
    assert (await asks(transaction_id=seller.paid["transaction_id"]))["errcode"] == 89300


async def test_the_payer_is_told_what_is_on_its_way_and_says_when_it_has_come(seller: Seller) -> None:
    market = seller.market
    await seller.listen()
    assert (await seller.order())["order_state"] == 1
    assert (await seller.page("budi", press=True)).status_code == 400, "nothing was sent"
    assert await seller.ships() == 0
    told = await seller.order()
    assert (told["order_state"], told["merchant_trade_no"], told["paid_amount"], told["openid"]) == (2, "pesanan1001", 56, market.openid)
    assert told["shipping"]["finish_shipping"]
    assert [(each["tracking_no"], each["goods_desc"]) for each in told["shipping"]["shipping_list"]] == [("SF1001", "Kopi 250 g")]
    (said,) = await seller.heard()
    assert ("SF SF1001" in said, f"/mp/orders/{seller.paid['transaction_id']}" in said) == (True, True)
    asked = {"transaction_id": seller.paid["transaction_id"], "received_time": 1_795_000_000}
    assert (await seller.call("/wxa/sec/order/notify_confirm_receive", asked))["errcode"] == 0
    assert (await seller.call("/wxa/sec/order/notify_confirm_receive", asked))["errcode"] == 10060002, "once"
    assert len(await seller.heard()) == 2
    page = await seller.page("budi")
    assert ("Kopi 250 g" in page.text, "SF1001" in page.text, "<script" in page.text) == (True, True, False)
    assert (await seller.page("siti")).status_code == 400, "it is Budi's order"
    assert (await seller.page("siti", press=True)).status_code == 400
    assert (await seller.page("budi", press=True, origin="https://lain.example")).status_code == 400
    assert (await seller.order())["order_state"] == 2
    done = await seller.page("budi", press=True)
    assert (done.status_code, "<form" in done.text) == (200, False)
    assert (await seller.page("budi", press=True)).status_code == 200
    assert (await seller.order())["order_state"] == 3
    await market.place.world.settle()
    (event,) = [each for each in seller.bot.got if each.get("Event") == "trade_manage_order_settlement"]
    assert (event["transaction_id"], event["merchant_trade_no"], event["FromUserName"]) == (
        seller.paid["transaction_id"],
        "pesanan1001",
        market.openid,
    )
    assert await seller.ships() == 10060002, "it has come"


async def test_an_order_is_sent_in_parts_or_corrected_once(seller: Seller) -> None:
    key = {"order_number_type": 1, "mchid": seller.market.merchant.mchid, "out_trade_no": "pesanan1001"}
    part = {"delivery_mode": 2, "order_key": key}
    assert [await seller.ships(**part, is_all_delivered=False) for _ in range(2)] == [0, 0]
    told = (await seller.order())["shipping"]
    assert (told["finish_shipping"], len(told["shipping_list"]), told["finish_shipping_count"]) == (False, 2, 0)
    assert await seller.ships(**part, is_all_delivered=True) == 0
    assert await seller.ships() == 0, "said anew, once"
    told = (await seller.order())["shipping"]
    assert (told["delivery_mode"], told["finish_shipping_count"], len(told["shipping_list"])) == (1, 2, 1)
    assert await seller.ships() == 10060002
    other = await seller.market.bought("pesanan1002", total=100)
    orders = await seller.call("/wxa/sec/order/get_order_list", {"page_size": 1})
    assert (orders["has_more"], [each["merchant_trade_no"] for each in orders["order_list"]]) == (True, ["pesanan1001"])
    rest = await seller.call("/wxa/sec/order/get_order_list", {"page_size": 1, "last_index": orders["last_index"]})
    assert (rest["has_more"], [each["transaction_id"] for each in rest["order_list"]]) == (False, [other["transaction_id"]])
    for wanted, numbers in (({"order_state": 1}, ["pesanan1002"]), ({"order_state": 2}, ["pesanan1001"]), ({"openid": "o" * 28}, [])):
        found = await seller.call("/wxa/sec/order/get_order_list", wanted)
        assert [each["merchant_trade_no"] for each in found["order_list"]] == numbers, wanted
    assert (await seller.call("/wxa/sec/order/get_order_list", {"pay_time_range": {"begin_time": 1, "end_time": 2}}))["order_list"] == []
    refund = {
        "transaction_id": other["transaction_id"],
        "out_refund_no": "kembali1",
        "amount": {"refund": 100, "total": 100, "currency": "CNY"},
    }
    assert (await seller.market.program.call("POST", "/v3/refund/domestic/refunds", refund))[0] == 200
    assert await seller.ships(order_key={"order_number_type": 2, "transaction_id": other["transaction_id"]}) == 10060004


@ON_SQLITE
async def test_a_payer_who_does_not_follow_the_account_is_told_where_this_place_writes_to_them(seller: Seller) -> None:
    market = seller.market
    await market.do(official.unfollow, by=market.budi, official=market.official)
    assert [await seller.ships(logistics_type=kind) for kind in (1, 4)] == [0, 0]
    asked = {"transaction_id": seller.paid["transaction_id"], "received_time": 1_795_000_000}
    assert (await seller.call("/wxa/sec/order/notify_confirm_receive", asked))["errcode"] == 0
    page = await market.page(market.budi, await market.do(chat.open_system, account=market.budi))
    cards = [msgspec.json.decode(each.card) for each in page.messages]
    told = [each for each in cards if each["type"] == "wechatpay.shipment"]
    assert [(each["what"], each.get("brought")) for each in told] == [("sent", "SF SF1001"), ("ready", "SF SF1001"), ("asked", None)]
    assert {(each["number"], each["name"]) for each in told} == {(seller.paid["transaction_id"], "Toko Siti")}
    assert await seller.heard() == []


@ON_SQLITE
async def test_what_was_paid_together_is_sent_together_or_nothing_of_it(seller: Seller) -> None:
    market, numbers = seller.market, ["bagian1001", "bagian1002"]
    part = {"mchid": market.merchant.mchid, "description": "Kopi", "amount": {"total_amount": 30, "currency": "CNY"}}
    whole = {
        "combine_appid": market.appid,
        "combine_mchid": market.merchant.mchid,
        "combine_out_trade_no": "gabung1001",
        "combine_payer_info": {"openid": market.openid},
        "notify_url": "https://toko.example/gabung",
        "sub_orders": [part | {"out_trade_no": number} for number in numbers],
    }
    made = (await market.program.call("POST", "/v3/combine-transactions/jsapi", whole))[1]
    first, second = ({"order_number_type": 1, "mchid": market.merchant.mchid, "out_trade_no": number} for number in numbers)
    key = first | {"out_trade_no": "gabung1001"}

    async def sends(*keys: Any, named: Any = key, **changed: Any) -> int:
        each = {name: value for name, value in seller.sent().items() if name not in ("upload_time", "payer")}
        body = {"order_key": named, "upload_time": NOW, "payer": {"openid": market.openid}}
        body["sub_orders"] = [each | {"order_key": one} for one in keys]
        return int((await seller.call("/wxa/sec/order/upload_combined_shipping_info", body | changed))["errcode"])

    async def states() -> list[int]:
        orders = (await seller.call("/wxa/sec/order/get_order_list", {}))["order_list"]
        return [each["order_state"] for each in orders if each["merchant_trade_no"] in numbers]

    assert await sends(first, second) == 10060001, "it is not paid"
    await market.settles(market.budi, market.asked(made["prepay_id"]))
    told = (await market.program.call("GET", "/v3/combine-transactions/out-trade-no/gabung1001"))[1]
    paid = [{"order_number_type": 2, "transaction_id": each["transaction_id"]} for each in told["sub_orders"]]
    alone = seller.sent()["order_key"]
    assert await sends(first, alone) == 10060001, "that was paid by itself"
    assert await sends(alone, named=alone) == 10060001
    assert await sends(first, second, named=first) == 10060001, "that is a part"
    assert await sends(first, paid[0]) == 40097, "twice the same"
    assert await sends() == 40097
    assert await sends(first, sub_orders="x") == 40097
    assert await sends(first, upload_time="kemarin") == 40097
    assert await sends(first, payer={"openid": "o" + "x" * 27}) == 10060014
    assert (await states(), await seller.heard()) == ([1, 1], [])
    assert await sends(*paid) == 0
    assert (await states(), len(await seller.heard())) == ([2, 2], 2)
    assert await sends(second, named=paid[0]) == 0, "one of them said anew"
    assert await sends(second) == 10060002


@ON_SQLITE
async def test_wrong_words_about_an_order_have_codes(seller: Seller) -> None:
    (parcel,) = seller.sent()["shipping_list"]
    for wrong, code in (
        ({"order_key": {"order_number_type": 2, "transaction_id": "4200"}}, 10060001),
        ({"order_key": {"order_number_type": 1, "mchid": "1", "out_trade_no": "pesanan1001"}}, 10060001),
        ({"order_key": {"order_number_type": 3}}, 40097),
        ({"order_key": "x"}, 40097),
        ({"logistics_type": 5}, 10060005),
        ({"logistics_type": 4, "delivery_mode": 2, "is_all_delivered": True}, 10060006),
        ({"delivery_mode": 2}, 10060007),
        ({"delivery_mode": 0}, 40097),
        ({"shipping_list": []}, 40097),
        ({"shipping_list": [parcel, parcel]}, 40097),
        ({"shipping_list": [parcel | {"item_desc": ""}]}, 10060008),
        ({"shipping_list": [parcel | {"item_desc": "x" * 121}]}, 10060008),
        ({"shipping_list": [parcel | {"tracking_no": ""}]}, 10060009),
        ({"upload_time": "kemarin"}, 40097),
        ({"payer": {"openid": "o" + "x" * 27}}, 10060014),
        ({"payer": None}, 10060014),
    ):
        assert await seller.ships(**wrong) == code, wrong
    many = {"delivery_mode": 2, "is_all_delivered": False, "shipping_list": [parcel] * 10}
    assert [await seller.ships(**many), await seller.ships(**many)] == [0, 10060002]
    market = seller.market
    other = await market.do(official.register, by=market.budi, kind="service", handle="lain", name="Lain")
    named = {"appid": other.official.appid, "secret": other.secret, "grant_type": "client_credential"}
    seller.token = (await seller.http.get("/cgi-bin/token", params=named)).json()["access_token"]
    assert await seller.ships() == 10060001, "another account's order"
    title = re.search("<title>([^<]*)", (await seller.page("budi")).text)
    assert title
    assert "Toko Siti" in html.unescape(title[1])
