"""Orders of version 3: made, looked at, paid, closed, given back; and everything that does not fit."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.served import PLAIN
from tests.wechatpay.market import PATIENCE_S, Market, msgspec_order
from tests.worlds import OpenWorld
from warung import apps, pay
from warung.kit.clock import HOUR, MINUTE
from warung.kit.errors import Refusal
from warung.pay import charges
from warung.pay.merchants import close_shop
from warung.wechatpay import merchants, paying
from warung.wechatpay.model import OrderNotHere, OrderNotPayable, PageSignatureWrong

ORDERS = "/v3/pay/transactions"


async def query(market: Market, number: str = "pesanan1001") -> dict[str, Any]:
    """An order as its program sees it."""
    status, told = await market.program.call("GET", f"{ORDERS}/out-trade-no/{number}?mchid={market.merchant.mchid}")
    assert status == 200, told
    found: dict[str, Any] = told
    return found


async def test_an_order_is_made_shown_to_its_payer_paid_with_the_pin_and_told(market: Market) -> None:
    asked = await market.ordered(attach="meja 4", scene_info={"payer_client_ip": "127.0.0.1", "device_id": "kasir-2"})
    unpaid = await query(market)
    assert (unpaid["trade_state"], unpaid["amount"], "payer" in unpaid) == ("NOTPAY", {"total": 56, "currency": "CNY"}, False)
    seen = await market.looks(market.budi, asked)
    assert (seen.name, seen.description, seen.amount, seen.currency, seen.state) == ("Toko Siti", "Kopi 咖啡 ☕", 56, "PTS", "NOTPAY")
    paid = await market.settles(market.budi, asked, nonce="bayar-kopi-ini")
    assert paid.state == "SUCCESS"
    assert (await market.settles(market.budi, asked, nonce="bayar-kopi-ini")).state == "SUCCESS"  # a retry is the same payment
    assert (await market.has(market.budi), await market.took(market.shop)) == (9_944, 56)
    told = await query(market)
    assert told["transaction_id"].startswith("4200")
    assert len(told["transaction_id"]) == 28
    assert told["success_time"].endswith("+08:00")
    assert told["payer"] == {"openid": market.openid}
    assert told["amount"] == {"total": 56, "currency": "CNY", "payer_total": 56, "payer_currency": "CNY"}
    assert (told["trade_state"], told["attach"], told["scene_info"]) == ("SUCCESS", "meja 4", {"device_id": "kasir-2"})
    status, same = await market.program.call("GET", f"{ORDERS}/id/{told['transaction_id']}?mchid={market.merchant.mchid}")
    assert (status, same) == (200, told)
    await market.books_are_right()


async def test_over_http_a_payer_scans_a_native_code_and_opens_an_h5_address(market: Market) -> None:
    native = market.order("kode100001") | {"payer": None}
    status, made = await market.program.call("POST", f"{ORDERS}/native", {k: v for k, v in native.items() if v is not None})
    assert status == 200
    assert made["code_url"].startswith("weixin://wxpay/bizpayurl?pr=")
    h5 = {k: v for k, v in market.order("tautan1001", 44).items() if k != "payer"}
    status, refused = await market.program.call("POST", f"{ORDERS}/h5", h5)
    assert (status, refused["code"]) == (400, "PARAM_ERROR")
    scene = {"payer_client_ip": "127.0.0.1", "h5_info": {"type": "Wap"}}
    status, link = await market.program.call("POST", f"{ORDERS}/h5", h5 | {"scene_info": scene})
    token = link["h5_url"].rsplit("/", 1)[1].split("?")[0]
    assert (status, "/pay/wx/" in link["h5_url"]) == (200, True)
    device = await market.place.token(market.budi)
    async with httpx.AsyncClient(
        verify=PLAIN, timeout=PATIENCE_S, base_url=market.place.url, headers={"authorization": f"Bearer {device}"}
    ) as http:
        for way, amount in (({"code": made["code_url"]}, 56), ({"link": token}, 44)):
            seen = (await http.post("/api/wechatpay/orders/look", json=way)).raise_for_status().json()
            assert (seen["amount"], seen["state"], seen["test"]) == (amount, "NOTPAY", False)
            nonce = str(market.nonce())
            bare = await http.post("/api/wechatpay/orders/pay", json={"id": nonce, "order": way})
            assert (bare.status_code, bare.json()["error"]["code"]) == (403, "approval_needed")
            approval = await market.confirms(market.budi, seen["payee"], amount, nonce)
            paid = await http.post("/api/wechatpay/orders/pay", json={"id": nonce, "order": way, "approval": approval})
            assert (paid.status_code, paid.json()["state"]) == (200, "SUCCESS")
    assert await market.took(market.shop) == 100
    assert (await query(market, "kode100001"))["payer"] == {"openid": market.openid}


async def test_the_same_order_again_is_the_same_and_a_changed_one_is_refused(market: Market) -> None:
    first = await market.program.call("POST", f"{ORDERS}/jsapi", market.order())
    assert await market.program.call("POST", f"{ORDERS}/jsapi", market.order()) == first
    for changed in (market.order(total=57), market.order(description="Teh"), market.order(attach="x")):
        status, refused = await market.program.call("POST", f"{ORDERS}/jsapi", changed)
        assert (status, refused["code"]) == (400, "INVALID_REQUEST")
    status, refused = await market.program.call("POST", f"{ORDERS}/app", {k: v for k, v in market.order().items() if k != "payer"})
    assert (status, refused["code"]) == (400, "INVALID_REQUEST")
    await market.settles(market.budi, market.asked(first[1]["prepay_id"]))
    status, refused = await market.program.call("POST", f"{ORDERS}/jsapi", market.order())
    assert (status, refused["code"]) == (400, "ORDERPAID")


async def test_twenty_who_make_one_order_at_once_make_one(market: Market) -> None:
    answers = await asyncio.gather(*(market.program.call("POST", f"{ORDERS}/jsapi", market.order()) for _ in range(20)))
    assert len({body["prepay_id"] for status, body in answers if status == 200}) == 1
    assert {body["code"] for status, body in answers if status != 200} <= {"OUT_TRADE_NO_USED"}


async def test_an_order_is_paid_once_however_many_pay_it_at_once(market: Market) -> None:
    asked = await market.ordered(total=500)
    seen = await market.looks(market.budi, asked)
    nonces = [str(market.nonce()) for _ in range(8)]
    approvals = [await market.confirms(market.budi, seen.payee, 500, nonce) for nonce in nonces]

    async def once(nonce: str, approval: str) -> str:
        try:
            return (
                await pay.decided(market.db, lambda tx: paying.settle(tx, by=market.budi, asked=asked, nonce=nonce, approval=approval))
            ).state
        except Refusal as refused:
            return refused.code()

    results = await asyncio.gather(*(once(*each) for each in zip(nonces, approvals, strict=True)))
    assert sorted(results) == ["SUCCESS", *["order_not_payable"] * 7]
    assert (await market.has(market.budi), await market.took(market.shop)) == (9_500, 500)
    await market.books_are_right()


async def test_whose_order_it_is_not_sees_nothing_and_a_page_signed_by_another_is_refused(market: Market) -> None:
    ayu = await market.with_wallet("ayu", 1_000)
    asked = await market.ordered()
    with pytest.raises(OrderNotHere):
        await market.looks(ayu, asked)
    _, other, program = await market.sells(market.siti, "Toko Lain")
    status, made = await market.program.call("POST", f"{ORDERS}/jsapi", market.order("pesanan1002"))
    assert status == 200
    forged = program.page(market.appid, made["prepay_id"])
    right = market.program.page(market.appid, made["prepay_id"])
    for page in (
        forged,
        right | {"timeStamp": "1"},
        right | {"appId": "wx0000000000000000"},
        right | {"paySign": "AAAA"},
        right | {"signType": "MD5"},
    ):
        with pytest.raises(PageSignatureWrong):
            await market.looks(market.budi, msgspec_order({"page": page}))
    for way in ({"code": made["prepay_id"]}, {"link": made["prepay_id"]}, {"code": "weixin://wxpay/bizpayurl?pr=x"}, {}):
        with pytest.raises(OrderNotHere):
            await market.looks(market.budi, msgspec_order(way))
    assert other.mchid != market.merchant.mchid


async def test_an_order_that_is_closed_or_over_cannot_be_paid(market: Market) -> None:
    asked = await market.ordered()
    assert await market.program.call("POST", f"{ORDERS}/out-trade-no/pesanan1001/close", {"mchid": market.merchant.mchid}) == (204, None)
    with pytest.raises(OrderNotPayable):
        await market.settles(market.budi, asked)
    status, refused = await market.program.call("POST", f"{ORDERS}/out-trade-no/pesanan1001/close", {"mchid": market.merchant.mchid})
    assert (status, refused["code"]) == (400, "ORDER_CLOSED")
    assert (await query(market))["trade_state"] == "CLOSED"
    late = await market.ordered("pesanan1002")
    gone = await market.ordered("pesanan1003")
    await market.settles(market.budi, late)
    status, refused = await market.program.call("POST", f"{ORDERS}/out-trade-no/pesanan1002/close", {"mchid": market.merchant.mchid})
    assert (status, refused["code"]) == (400, "ORDERPAID")
    market.hand.forward(2 * HOUR + MINUTE)
    with pytest.raises(OrderNotPayable):
        await market.settles(market.budi, gone)
    assert await market.has(market.budi) == 10_000 - 56


async def test_what_does_not_fit_gets_wechats_code_and_never_500(market: Market) -> None:
    mine, other = market.merchant.mchid, (await market.sells(await market.with_wallet("rina"), "Toko Rina"))[1].mchid
    order = market.order()
    bad: list[tuple[dict[str, Any], int, str]] = [
        ({"mchid": other}, 403, "NO_AUTH"),
        ({"mchid": None}, 400, "PARAM_ERROR"),
        ({"appid": "wx0123456789abcdef"}, 400, "APPID_MCHID_NOT_MATCH"),
        ({"payer": {"openid": "o" + "x" * 27}}, 400, "OPENID_MISMATCH"),
        ({"payer": {}}, 400, "PARAM_ERROR"),
        ({"amount": {"total": 0}}, 400, "PARAM_ERROR"),
        ({"amount": {"total": -5}}, 400, "PARAM_ERROR"),
        ({"amount": {"total": 1.5}}, 400, "PARAM_ERROR"),
        ({"amount": {"total": "56"}}, 400, "PARAM_ERROR"),
        ({"amount": {"total": 10**18}}, 400, "PARAM_ERROR"),
        ({"amount": {"total": 56, "currency": "USD"}}, 400, "PARAM_ERROR"),
        ({"amount": None}, 400, "PARAM_ERROR"),
        ({"out_trade_no": "kurang"[:5]}, 400, "PARAM_ERROR"),
        ({"out_trade_no": "a" * 33}, 400, "PARAM_ERROR"),
        ({"out_trade_no": "spasi tidak boleh"}, 400, "PARAM_ERROR"),
        ({"description": ""}, 400, "PARAM_ERROR"),
        ({"description": "x" * 128}, 400, "PARAM_ERROR"),
        ({"notify_url": "ftp://toko.example/"}, 400, "PARAM_ERROR"),
        ({"notify_url": "https://toko.example/?x=1"}, 400, "PARAM_ERROR"),
        ({"notify_url": None}, 400, "PARAM_ERROR"),
        ({"time_expire": "besok"}, 400, "PARAM_ERROR"),
        ({"attach": "a\x00b"}, 400, "PARAM_ERROR"),
        ({"detail": {"x": "y" * 10_000}}, 400, "PARAM_ERROR"),
        ({"time_expire": "2001-01-01T00:00:00+08:00"}, 400, "PARAM_ERROR"),
    ]
    for change, status, code in bad:
        body = {name: value for name, value in (order | change).items() if value is not None}
        got, told = await market.program.call("POST", f"{ORDERS}/jsapi", body)
        assert (got, told["code"]) == (status, code), (change, told)
    for text in ("", "{", "[]", "null", '"x"', "[" * 5_000, "\x00", '{"mchid": "' + "x" * 2_000_000 + '"}'):
        answer = await market.program.raw("POST", f"{ORDERS}/jsapi", text)
        assert (answer.status_code in (400, 413), answer.json()["code"]) == (True, "PARAM_ERROR"), text[:20]
    assert (await market.program.raw("GET", f"{ORDERS}/out-trade-no/a%00b?mchid={mine}")).status_code == 404
    for method, path, status in (("GET", "/v3/apa", 404), ("DELETE", f"{ORDERS}/jsapi", 405), ("GET", f"{ORDERS}/jsapi", 405)):
        assert (await market.program.call(method, path))[0] == status
    assert (await market.program.call("GET", f"{ORDERS}/out-trade-no/tidakada?mchid={mine}"))[1]["code"] == "ORDER_NOT_EXIST"
    assert (await market.program.call("GET", f"{ORDERS}/out-trade-no/tidakada"))[1]["code"] == "PARAM_ERROR"


async def test_a_closed_shop_and_a_payer_without_money_move_nothing(market: Market) -> None:
    poor = await market.with_wallet("ayu", 10)
    openid = await market.follows(poor)
    asked = await market.ordered(payer={"openid": openid})
    with pytest.raises(pay.NotEnoughMoney):
        await market.settles(poor, asked)
    assert (await query(market))["trade_state"] == "NOTPAY"
    await market.gives(poor, 100)
    await market.settles(poor, asked)  # another try, under another id
    waiting = await market.ordered("pesanan1002")
    await market.do(close_shop, by=market.siti, id=market.shop)
    with pytest.raises(Refusal):
        await market.settles(market.budi, waiting)
    status, refused = await market.program.call("POST", f"{ORDERS}/jsapi", market.order("pesanan1003"))
    assert (status, refused["code"]) == (403, "NO_AUTH")
    await market.books_are_right()


async def test_a_combined_order_is_paid_with_one_confirmation_all_of_it_or_nothing(market: Market) -> None:
    shop, second, _ = await market.sells(market.siti, "Toko Kedua")
    await market.do(merchants.allow, by=market.siti, mchid=second.mchid, provider=market.merchant.mchid)
    parts = [
        {
            "mchid": mchid,
            "attach": "x",
            "out_trade_no": number,
            "description": "Kopi",
            "amount": {"total_amount": amount, "currency": "CNY"},
        }
        for mchid, number, amount in ((market.merchant.mchid, "bagian1001", 30), (second.mchid, "bagian1002", 70))
    ]
    whole = {
        "combine_appid": market.appid,
        "combine_mchid": market.merchant.mchid,
        "combine_out_trade_no": "gabung1001",
        "combine_payer_info": {"openid": market.openid},
        "notify_url": "https://toko.example/gabung",
        "sub_orders": parts,
    }
    status, made = await market.program.call("POST", "/v3/combine-transactions/jsapi", whole)
    assert (status, await market.program.call("POST", "/v3/combine-transactions/jsapi", whole)) == (200, (200, made))
    status, refused = await market.program.call("POST", "/v3/combine-transactions/jsapi", whole | {"notify_url": "https://toko.example/x"})
    assert (status, refused["code"]) == (400, "INVALID_REQUEST")
    status, refused = await market.program.call("POST", "/v3/combine-transactions/jsapi", whole | {"combine_out_trade_no": "gabung1002"})
    assert (status, refused["code"]) == (400, "OUT_TRADE_NO_USED")
    seen = await market.looks(market.budi, market.asked(made["prepay_id"]))
    assert (seen.amount, seen.payee, [part.amount for part in seen.parts]) == (100, seen.id, [30, 70])
    assert (await market.settles(market.budi, market.asked(made["prepay_id"]), nonce="bayar-gabungan")).state == "SUCCESS"
    assert (await market.settles(market.budi, market.asked(made["prepay_id"]), nonce="bayar-gabungan")).state == "SUCCESS"
    assert (await market.took(market.shop), await market.took(shop), await market.has(market.budi)) == (30, 70, 9_900)
    status, told = await market.program.call("GET", "/v3/combine-transactions/out-trade-no/gabung1001")
    assert [part["trade_state"] for part in told["sub_orders"]] == ["SUCCESS", "SUCCESS"]
    assert told["combine_payer_info"] == {"openid": market.openid}
    named = [{"mchid": part["mchid"], "out_trade_no": part["out_trade_no"]} for part in parts]
    close = {"combine_appid": market.appid, "sub_orders": named}
    status, refused = await market.program.call("POST", "/v3/combine-transactions/out-trade-no/gabung1001/close", close)
    assert (status, refused["code"]) == (400, "ORDERPAID")
    await market.books_are_right()


async def test_a_provider_acts_for_a_merchant_that_allows_it_only(market: Market) -> None:
    rina = await market.with_wallet("rina")
    shop, merchant, _ = await market.sells(rina, "Toko Rina")
    order = {
        "sp_appid": market.appid,
        "sp_mchid": market.merchant.mchid,
        "sub_mchid": merchant.mchid,
        "description": "Soto",
        "out_trade_no": "titipan1001",
        "notify_url": "https://toko.example/bayar",
        "amount": {"total": 80, "currency": "CNY"},
        "payer": {"sp_openid": market.openid},
    }
    path = "/v3/pay/partner/transactions"
    status, refused = await market.program.call("POST", f"{path}/jsapi", order)
    assert (status, refused["code"]) == (403, "NO_AUTH")
    await market.do(merchants.allow, by=rina, mchid=merchant.mchid, provider=market.merchant.mchid)
    status, made = await market.program.call("POST", f"{path}/jsapi", order)
    assert status == 200
    await market.settles(market.budi, market.asked(made["prepay_id"]))
    assert (await market.took(shop), await market.took(market.shop)) == (80, 0)
    mine = f"sp_mchid={market.merchant.mchid}&sub_mchid={merchant.mchid}"
    _, told = await market.program.call("GET", f"{path}/out-trade-no/titipan1001?{mine}")
    assert (told["sp_mchid"], told["sub_mchid"], told["payer"]) == (market.merchant.mchid, merchant.mchid, {"sp_openid": market.openid})
    refund = {"sub_mchid": merchant.mchid, "out_trade_no": "titipan1001", "out_refund_no": "r1", "amount": {"refund": 80, "total": 80}}
    assert (await market.program.call("POST", "/v3/refund/domestic/refunds", refund))[0] == 200
    await market.do(merchants.disallow, by=rina, mchid=merchant.mchid, provider=market.merchant.mchid)
    assert (await market.program.call("GET", f"{path}/out-trade-no/titipan1001?{mine}"))[0] == 403
    await market.books_are_right()


async def test_a_mini_app_takes_money_from_those_who_signed_in_to_it(open_market: OpenWorld) -> None:
    market: Market = await open_market()
    made = (await market.do(apps.register, by=market.siti, name="Pesan")).app
    code = await market.do(apps.sign_in, by=market.budi, appid=made.appid)
    openid = (await market.do(apps.session_of, app=made, code=code.code)).openid
    await market.do(merchants.bind, by=market.siti, mchid=market.merchant.mchid, appid=made.appid)
    order = market.order() | {"appid": made.appid, "payer": {"openid": openid}}
    status, prepay = await market.program.call("POST", f"{ORDERS}/jsapi", order)
    assert status == 200
    page = msgspec_order({"page": market.program.page(made.appid, prepay["prepay_id"])})
    await market.settles(market.budi, page)
    assert (await query(market))["payer"] == {"openid": openid}
    ayu = await market.with_wallet("ayu", 100)
    native = {name: value for name, value in (order | {"out_trade_no": "kode100001"}).items() if name != "payer"}
    _, shown = await market.program.call("POST", f"{ORDERS}/native", native)
    await market.settles(ayu, msgspec_order({"code": shown["code_url"]}))  # who never signed in has no name there
    assert (await query(market, "kode100001"))["payer"] == {"openid": ""}
    status, refused = await market.program.call(
        "POST", f"{ORDERS}/jsapi", order | {"out_trade_no": "kode100002", "payer": {"openid": "o" * 28}}
    )
    assert (status, refused["code"]) == (400, "OPENID_MISMATCH")


async def test_a_code_that_is_shown_is_charged_confirmed_and_reversed(market: Market) -> None:
    async def scans(number: str, code: str) -> tuple[int, Any]:
        body = {k: v for k, v in market.order(number, 70).items() if k != "payer"} | {"payer": {"auth_code": code}}
        return await market.program.call("POST", f"{ORDERS}/codepay", body)

    codes = await market.do(charges.my_codes, by=market.budi)
    status, waits = await scans("kasir10001", codes[0].code)
    assert (status, waits["code"]) == (202, "USERPAYING")
    assert (await query(market, "kasir10001"))["trade_state"] == "USERPAYING"
    charge = next(frame["id"] for frame in market.heard(market.budi, "pay.changed") if frame["what"] == "charge")
    nonce = str(market.nonce())
    approval = await market.confirms(market.budi, market.shop, 70, nonce)
    await market.do(charges.confirm, by=market.budi, id=charge, nonce=nonce, approval=approval)
    paid = await query(market, "kasir10001")
    assert (paid["trade_state"], paid["trade_type"], paid["payer"]) == ("SUCCESS", "MICROPAY", {"openid": market.openid})
    reverse = {"appid": market.appid, "mchid": market.merchant.mchid}
    for _ in range(2):
        status, told = await market.program.call("POST", f"{ORDERS}/out-trade-no/kasir10001/reverse", reverse)
        assert (status, told["out_trade_no"]) == (200, "kasir10001")
    assert ((await query(market, "kasir10001"))["trade_state"], await market.has(market.budi)) == ("REVOKED", 10_000)
    assert (await scans("kasir10002", codes[0].code))[1]["code"] == "AUTH_CODE_INVALID"
    assert (await scans("kasir10003", "620000000000000000"))[1]["code"] == "AUTH_CODE_INVALID"
    assert (await scans("kasir10004", codes[1].code))[0] == 202
    await market.program.call("POST", f"{ORDERS}/out-trade-no/kasir10004/reverse", reverse)
    charge = [frame["id"] for frame in market.heard(market.budi, "pay.changed") if frame["what"] == "charge"][-1]
    with pytest.raises(pay.PaymentSettled):
        await market.do(charges.confirm, by=market.budi, id=charge, nonce="terlambat-sudah", approval=None)
    await market.books_are_right()


async def test_test_merchants_move_test_money_only_and_their_orders_are_paid_by_the_sandbox(open_market: OpenWorld) -> None:
    market: Market = await open_market(test=True)
    await market.ordered(total=5_000)
    status, told = await market.program.call("POST", "/v3/sandbox/orders/pesanan1001/pay", {})
    assert (status, told["trade_state"], told["payer"]) == (200, "SUCCESS", {"openid": market.openid})
    assert (await market.has(market.budi), await market.took(market.shop, "XTS"), await market.took(market.shop)) == (10_000, 5_000, 0)
    by_hand = await market.ordered("pesanan1002", 70)
    seen = await market.looks(market.budi, by_hand)
    assert (seen.test, seen.currency) == (True, "XTS")
    done = await pay.decided(market.db, lambda tx: paying.settle(tx, by=market.budi, asked=by_hand, nonce="bayar-percobaan", approval=None))
    assert (done.state, await market.has(market.budi)) == ("SUCCESS", 10_000)
    refund = {"out_trade_no": "pesanan1002", "out_refund_no": "r1", "amount": {"refund": 70, "total": 70, "currency": "CNY"}}
    assert (await market.program.call("POST", "/v3/refund/domestic/refunds", refund))[0] == 200
    ayu = await market.with_wallet("ayu")
    await market.refused(
        pay.UnknownCurrency, pay.tip, by=market.budi, to=ayu, amount=5, currency="XTS", nonce="uang-palsu", approval=None, about="x"
    )
    status, refused = await market.program.call("POST", "/v3/sandbox/orders/pesanan1001/pay", {})
    assert (status, refused["code"]) == (400, "ORDER_CLOSED")
    assert (await market.ask(pay.audit_books)).findings == []
    _, merchant, program = await market.sells(market.siti, "Toko Sungguhan")
    assert (await program.call("POST", "/v3/sandbox/fund", {"appid": market.appid, "amount": 5}))[1]["code"] == "NO_AUTH"
    assert merchant.currency == "PTS"
