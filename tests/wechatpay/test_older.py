"""Version 2: flat XML, signed with a shared key; orders, refunds, bills, red packets, transfers, the sandbox; and what is no such XML."""

import base64
import hashlib
from typing import Any
from xml.etree import ElementTree

import httpx
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.wechatpay.listener import Listener
from tests.wechatpay.market import Market, Program, msgspec_order
from tests.worlds import OpenWorld
from warung.kit.clock import DAY, HOUR
from warung.pay import charges, packets
from warung.pay.packets import PacketOpened
from warung.pay.store_packets import Opening

NOTIFY = "https://toko.example/bayar"


def read(answer: httpx.Response, program: Program, *, key: str = "") -> dict[str, str]:
    """Read an answer; where it is signed, check the sign with a calculation of our own."""
    assert answer.status_code == 200
    said = {each.tag: each.text or "" for each in ElementTree.fromstring(answer.text)}
    if "sign" in said:
        text = "&".join(
            [*(f"{name}={said[name]}" for name in sorted(said) if name != "sign" and said[name]), f"key={key or program.key_v2}"]
        )
        assert said["sign"] == hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()
    return said


async def asks(market: Market, path: str, **said: Any) -> dict[str, str]:
    """Ask and read."""
    return read(await market.program.asks(path, market.program.older(said)), market.program)


def unified(market: Market, number: str = "lama100001", total: int = 56, **more: Any) -> dict[str, Any]:
    """An order."""
    whole = {"appid": market.appid, "body": "Kopi & <roti> 咖啡", "out_trade_no": number, "total_fee": total, "openid": market.openid}
    return whole | {"spbill_create_ip": "127.0.0.1", "notify_url": NOTIFY, "trade_type": "JSAPI"} | more


def page(market: Market, prepay: str) -> dict[str, str]:
    """What a page of version 2 hands to the bridge."""
    said = {"appId": market.appid, "timeStamp": "1700000000", "nonceStr": "abc", "package": f"prepay_id={prepay}", "signType": "MD5"}
    text = "&".join([*(f"{name}={said[name]}" for name in sorted(said)), f"key={market.program.key_v2}"])
    return said | {"paySign": hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()}


async def test_an_order_of_version_2_is_made_paid_told_and_refunded(market: Market) -> None:
    async with Listener() as listener:
        listener.answers = [(200, b"<xml><return_code><![CDATA[SUCCESS]]></return_code></xml>")]
        made = await asks(market, "/pay/unifiedorder", **unified(market, notify_url=listener.url))
        assert (made["return_code"], made["result_code"], made["trade_type"]) == ("SUCCESS", "SUCCESS", "JSAPI")
        assert (await asks(market, "/pay/unifiedorder", **unified(market, notify_url=listener.url)))["prepay_id"] == made["prepay_id"]
        changed = await asks(market, "/pay/unifiedorder", **unified(market, total=57, notify_url=listener.url))
        assert (changed["result_code"], changed["err_code"]) == ("FAIL", "INVALID_REQUEST")
        asked = msgspec_order({"page": page(market, made["prepay_id"])})
        assert (await market.looks(market.budi, asked)).description == "Kopi & <roti> 咖啡"
        await market.settles(market.budi, asked)
        told = await asks(market, "/pay/orderquery", appid=market.appid, out_trade_no="lama100001")
        assert (told["trade_state"], told["total_fee"], told["openid"]) == ("SUCCESS", "56", market.openid)
        by_id = await asks(market, "/pay/orderquery", appid=market.appid, transaction_id=told["transaction_id"])
        assert by_id["out_trade_no"] == "lama100001"
        assert (await asks(market, "/pay/closeorder", appid=market.appid, out_trade_no="lama100001"))["err_code"] == "ORDERPAID"
        refund = {"appid": market.appid, "out_trade_no": "lama100001", "out_refund_no": "r1", "total_fee": 56, "refund_fee": 6}
        done = await asks(market, "/secapi/pay/refund", **refund, notify_url=listener.url)
        assert (done["result_code"], done["refund_fee"]) == ("SUCCESS", "6")
        assert (await asks(market, "/secapi/pay/refund", **refund, notify_url=listener.url))["refund_id"] == done["refund_id"]
        assert (await asks(market, "/secapi/pay/refund", **(refund | {"out_refund_no": "r2", "refund_fee": 51})))["result_code"] == "FAIL"
        listed = await asks(market, "/pay/refundquery", appid=market.appid, out_trade_no="lama100001")
        assert (listed["refund_count"], listed["refund_id_0"], listed["refund_status_0"]) == ("1", done["refund_id"], "SUCCESS")
        assert (await asks(market, "/pay/refundquery", appid=market.appid, out_refund_no="r9"))["err_code"] == "REFUNDNOTEXIST"
        await market.world.settle()
        heard = sorted((body for _, body in listener.heard), key=lambda body: b"req_info" in body)  # they may overtake each other
        paid, back = (httpx.Response(200, content=body) for body in heard)
        assert read(paid, market.program)["transaction_id"] == told["transaction_id"]
        key = hashlib.md5(market.program.key_v2.encode(), usedforsecurity=False).hexdigest().encode()
        opener = Cipher(algorithms.AES(key), modes.ECB()).decryptor()
        inside = opener.update(base64.b64decode(read(back, market.program)["req_info"])) + opener.finalize()
        assert ElementTree.fromstring(inside[: -inside[-1]]).findtext("refund_fee") == "6"
    assert await market.took(market.shop) == 50
    await market.books_are_right()


async def test_the_other_kinds_of_orders_and_their_end(open_market: OpenWorld) -> None:
    market: Market = await open_market()
    native = await asks(market, "/pay/unifiedorder", **unified(market, trade_type="NATIVE", product_id="1"))
    assert (await market.looks(market.budi, msgspec_order({"code": native["code_url"]}))).amount == 56
    h5 = await asks(market, "/pay/unifiedorder", **unified(market, "lama100002", trade_type="MWEB"))
    token = h5["mweb_url"].rsplit("/", 1)[1].split("?")[0]
    assert (await market.looks(market.budi, msgspec_order({"link": token}))).amount == 56
    app = await asks(market, "/pay/unifiedorder", **unified(market, "lama100003", trade_type="APP"))
    assert app["prepay_id"].startswith("wx")
    assert (await asks(market, "/pay/closeorder", appid=market.appid, out_trade_no="lama100003"))["result_code"] == "SUCCESS"
    assert (await asks(market, "/pay/orderquery", appid=market.appid, out_trade_no="lama100003"))["trade_state"] == "CLOSED"
    assert (await asks(market, "/pay/orderquery", appid=market.appid, out_trade_no="tidakada"))["err_code"] == "ORDERNOTEXIST"
    codes = await market.do(charges.my_codes, by=market.budi)
    shown = {name: value for name, value in unified(market, "kasir10001").items() if name not in ("openid", "trade_type", "notify_url")}
    waits = await asks(market, "/pay/micropay", **shown, auth_code=codes[0].code)
    assert (waits["result_code"], waits["err_code"]) == ("FAIL", "USERPAYING")
    assert (await asks(market, "/secapi/pay/reverse", appid=market.appid, out_trade_no="kasir10001"))["recall"] == "N"
    assert (await asks(market, "/pay/orderquery", appid=market.appid, out_trade_no="kasir10001"))["trade_state"] == "REVOKED"
    market.hand.forward(DAY)
    lines = (await market.program.asks("/pay/downloadbill", market.program.older({"appid": market.appid, "bill_date": "20200101"}))).text
    assert lines.startswith("\ufeff交易时间")
    flow = market.program.older({"appid": market.appid, "bill_date": "20200101", "account_type": "Basic"})
    assert "资金流水总笔数" in (await market.program.asks("/pay/downloadfundflow", flow)).text


async def test_what_is_no_request_is_answered_without_a_result(open_market: OpenWorld) -> None:
    market: Market = await open_market()
    good = market.program.older(unified(market))
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><xml><a>&b;</a></xml>'
    outer = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><mch_id>&a;</mch_id></xml>'
    deep = b"<xml>" + b"<a>" * 10_000 + b"</a>" * 10_000 + b"</xml>"
    many = b"<xml>" + b"".join(b"<a%d>1</a%d>" % (at, at) for at in range(1_000)) + b"</xml>"
    for body in (b"", b"x", b"<xml>", b"{}", bomb, outer, deep, many, b"\xff\xfe", good + b"x", b"<xml><a>&undefined;</a></xml>"):
        said = read(await market.program.asks("/pay/unifiedorder", body), market.program)
        assert (said["return_code"], "result_code" in said) == ("FAIL", False), body[:40]
    big = await market.program.asks("/pay/unifiedorder", b"<xml>" + b" " * 100_000 + b"</xml>")
    assert big.status_code in (200, 413)
    tampered = good.replace(b"<total_fee><![CDATA[56]]>", b"<total_fee><![CDATA[1]]>")
    foreign = market.program.older(unified(market) | {"mch_id": "1600000000"})
    unkeyed = market.program.older(unified(market), key="x" * 32)
    for body in (tampered, foreign, unkeyed):
        said = read(await market.program.asks("/pay/unifiedorder", body), market.program)
        assert (said["return_code"], "result_code" in said) == ("FAIL", False)
    for change, code in (
        ({"total_fee": "0"}, "PARAM_ERROR"),
        ({"total_fee": "1.5"}, "PARAM_ERROR"),
        ({"total_fee": "９"}, "PARAM_ERROR"),
        ({"trade_type": "X"}, "PARAM_ERROR"),
        ({"body": ""}, "PARAM_ERROR"),
        ({"appid": "wx0000000000000000"}, "APPID_MCHID_NOT_MATCH"),
        ({"openid": "o" + "x" * 27}, "OPENID_ERROR"),
        ({"time_expire": "besok"}, "PARAM_ERROR"),
        ({"notify_url": ""}, "PARAM_ERROR"),
    ):
        assert (await asks(market, "/pay/unifiedorder", **(unified(market) | change)))["err_code"] == code, change


def gift(market: Market, number: str, amount: int = 300, **more: Any) -> dict[str, Any]:
    """A red packet."""
    whole = {"mch_billno": number, "wxappid": market.appid, "send_name": "Toko", "re_openid": market.openid, "total_amount": amount}
    return whole | {"total_num": 1, "wishing": "Selamat", "client_ip": "127.0.0.1", "act_name": "Lebaran", "remark": "x"} | more


async def test_a_red_packet_of_a_shop_lies_in_the_conversation_and_goes_back_when_nobody_opens_it(market: Market) -> None:
    await market.bought(total=2_000)
    given = await asks(market, "/mmpaymkttransfers/sendredpack", **gift(market, "hb1"))
    assert (given["result_code"], given["total_amount"], await market.took(market.shop)) == ("SUCCESS", "300", 1_700)
    assert (await asks(market, "/mmpaymkttransfers/sendredpack", **gift(market, "hb1")))["send_listid"] == given["send_listid"]
    assert (await asks(market, "/mmpaymkttransfers/sendredpack", **gift(market, "hb1", 301)))["err_code"] == "INVALID_REQUEST"
    about = {"mch_billno": "hb1", "appid": market.appid, "bill_type": "MCHT"}
    assert (await asks(market, "/mmpaymkttransfers/gethbinfo", **about))["status"] == "SENT"
    packet = f"{market.shop}.{given['send_listid']}"
    seen = await market.ask(packets.packet, by=market.budi, id=packet)
    assert (seen.sender.name, seen.can_open, seen.total) == ("Toko Siti", True, None)
    opened = await market.do(packets.open_packet, by=market.budi, id=packet)
    assert isinstance(opened, Opening)
    assert opened.amount == 300
    await market.refused(PacketOpened, packets.open_packet, by=market.budi, id=packet)
    told = await asks(market, "/mmpaymkttransfers/gethbinfo", **about)
    assert (told["status"], told["openid"], told["amount"]) == ("RECEIVED", market.openid, "300")
    body = market.program.older(about)
    listed = ElementTree.fromstring((await market.program.asks("/mmpaymkttransfers/gethbinfo", body)).text)
    assert [(each.findtext("openid"), each.findtext("amount")) for each in listed.findall("hblist/hbinfo")] == [(market.openid, "300")]
    group = await asks(market, "/mmpaymkttransfers/sendgroupredpack", **gift(market, "hb2", 900, total_num=3, amt_type="ALL_RAND"))
    assert group["result_code"] == "SUCCESS"
    await asks(market, "/mmpaymkttransfers/sendminiprogramhb", **gift(market, "hb3", notify_way="MINI_PROGRAM_JSAPI"))
    market.hand.forward(DAY + HOUR)
    await market.world.settle()
    told = await asks(market, "/mmpaymkttransfers/gethbinfo", mch_billno="hb2", appid=market.appid, bill_type="MCHT")
    assert (told["status"], told["refund_amount"], told["hb_type"]) == ("REFUND", "900", "GROUP")
    assert (await market.has(market.budi), await market.took(market.shop)) == (8_300, 1_700)
    await market.books_are_right()


async def test_red_packets_have_bounds(open_market: OpenWorld) -> None:
    market: Market = await open_market()
    await market.bought(total=5_000)
    for change, code in (
        ({"total_amount": 99}, "MONEY_LIMIT"),
        ({"total_amount": 20_001}, "MONEY_LIMIT"),
        ({"total_num": 2}, "PARAM_ERROR"),
        ({"re_openid": "o" + "x" * 27}, "OPENID_ERROR"),
        ({"wxappid": "wx0000000000000000"}, "APPID_MCHID_NOT_MATCH"),
        ({"scene_id": "PRODUCT_9"}, "PARAM_ERROR"),
        ({"total_amount": 6_000}, "NOTENOUGH"),
        ({"wishing": ""}, "PARAM_ERROR"),
        ({"mch_billno": "x" * 29}, "PARAM_ERROR"),
    ):
        assert (await asks(market, "/mmpaymkttransfers/sendredpack", **gift(market, "hb1", **change)))["err_code"] == code, change
    for at in range(10):
        assert (await asks(market, "/mmpaymkttransfers/sendredpack", **gift(market, f"hb{at}", 100)))["result_code"] == "SUCCESS"
    assert (await asks(market, "/mmpaymkttransfers/sendredpack", **gift(market, "hb10", 100)))["err_code"] == "SENDNUM_LIMIT"
    assert await market.took(market.shop) == 4_000


async def test_the_transfer_of_version_2_is_given_at_once(market: Market) -> None:
    await market.bought(total=100)
    wanted: dict[str, Any] = {"mch_appid": market.appid, "mchid": market.program.mchid, "partner_trade_no": "t1", "openid": market.openid}
    wanted |= {"check_name": "NO_CHECK", "amount": 60, "desc": "hadiah", "spbill_create_ip": "127.0.0.1"}
    given = await asks(market, "/mmpaymkttransfers/promotion/transfers", **wanted)
    assert (given["result_code"], await market.has(market.budi)) == ("SUCCESS", 9_960)
    assert (await asks(market, "/mmpaymkttransfers/promotion/transfers", **wanted))["payment_no"] == given["payment_no"]
    for change, code in (
        ({"amount": 61}, "INVALID_REQUEST"),
        ({"partner_trade_no": "t2"}, "NOTENOUGH"),
        ({"partner_trade_no": "t2", "check_name": "FORCE_CHECK", "re_user_name": "Orang Lain", "amount": 1}, "NAME_NOT_CORRECT"),
    ):
        assert (await asks(market, "/mmpaymkttransfers/promotion/transfers", **(wanted | change)))["err_code"] == code, change
    told = await asks(market, "/mmpaymkttransfers/gettransferinfo", partner_trade_no="t1", appid=market.appid)
    assert (told["status"], told["payment_amount"], told["openid"]) == ("SUCCESS", "60", market.openid)
    assert (await market.has(market.budi), await market.took(market.shop)) == (9_960, 40)
    await market.books_are_right()


async def test_the_sandbox_is_for_test_merchants(open_market: OpenWorld) -> None:
    market: Market = await open_market(test=True)
    key = (await asks(market, "/sandboxnew/pay/getsignkey"))["sandbox_signkey"]
    body = market.program.older(unified(market), key=key)
    made = read(await market.program.asks("/sandboxnew/pay/unifiedorder", body), market.program, key=key)
    assert made["result_code"] == "SUCCESS"
    query = market.program.older({"appid": market.appid, "out_trade_no": "lama100001"}, key=key)
    assert read(await market.program.asks("/sandboxnew/pay/orderquery", query), market.program, key=key)["trade_state"] == "SUCCESS"
    assert (await market.took(market.shop, "XTS"), await market.has(market.budi)) == (56, 10_000)
    real = read(await market.program.asks("/sandboxnew/pay/orderquery", market.program.older({"out_trade_no": "x"})), market.program)
    assert real["return_code"] == "FAIL"
    _, _, program = await market.sells(market.siti, "Toko Sungguhan")
    said = read(await program.asks("/sandboxnew/pay/getsignkey", program.older({})), program)
    assert said["err_code"] == "NO_AUTH"
