"""Money from a shop to people: bills that they take, batches, and bills of the day."""

import csv
import gzip
import hashlib
import io
import json
import time
from typing import Any

import pytest

from tests.chat.scene import card
from tests.pay.purse import SITE
from tests.wechatpay.listener import Listener
from tests.wechatpay.market import Market
from tests.worlds import OpenWorld
from warung import chat
from warung.kit.clock import DAY, HOUR
from warung.wechatpay import keys, platform, transfers
from warung.wechatpay.model import TransferNotForYou, TransferOver
from warung.wechatpay.transfers import AskedTransfer

BILLS = "/v3/fund-app/mch-transfer/transfer-bills"


def bill(market: Market, number: str = "gaji1", amount: int = 90, **more: Any) -> dict[str, Any]:
    """Money for Budi."""
    whole = {"appid": market.appid, "out_bill_no": number, "transfer_scene_id": "1005", "openid": market.openid}
    return whole | {"transfer_amount": amount, "transfer_remark": "gaji"} | more


def taking(market: Market, package: str) -> AskedTransfer:
    """How a page names it."""
    return AskedTransfer(package, market.merchant.mchid, market.appid)


async def waiting(market: Market) -> list[dict[str, Any]]:
    """What this place itself wrote to Budi of money that waits for him."""
    here = await market.do(chat.open_system, account=market.budi)
    cards = [card(message) for message in (await market.page(market.budi, here)).messages]
    return [each for each in cards if each["type"] == "wechatpay.transfer"]


async def test_a_transfer_waits_for_the_person_who_takes_it(market: Market) -> None:
    await market.bought(total=500)
    async with Listener() as listener:
        status, made = await market.program.call("POST", BILLS, bill(market, notify_url=listener.url))
        assert (status, made["state"], await market.took(market.shop)) == (200, "WAIT_USER_CONFIRM", 500)
        assert await market.program.call("POST", BILLS, bill(market, notify_url=listener.url)) == (200, made)
        for changed in (bill(market, amount=91), bill(market, transfer_remark="x")):
            assert (await market.program.call("POST", BILLS, changed))[1]["code"] == "INVALID_REQUEST"
        asked = taking(market, made["package_info"])
        (waits,) = await waiting(market)
        assert (waits["id"], waits["name"], waits["amount"], waits["remark"]) == (made["transfer_bill_no"], "Toko Siti", 90, "gaji")
        by_card = AskedTransfer(id=waits["id"])
        seen = await market.ask(transfers.look, by=market.budi, asked=asked)
        assert seen == await market.ask(transfers.look, by=market.budi, asked=by_card)
        assert (seen.name, seen.remark, seen.amount, seen.state) == ("Toko Siti", "gaji", 90, "WAIT_USER_CONFIRM")
        for who, way in (
            (market.siti, asked),
            (market.budi, taking(market, "x" * 64)),
            (market.budi, AskedTransfer(asked.package, "1", market.appid)),
            (market.budi, AskedTransfer(asked.package)),
            (market.siti, by_card),
            (market.budi, AskedTransfer()),
        ):
            await market.refused(TransferNotForYou, transfers.take, by=who, asked=way)
        for way in (asked, by_card):
            assert (await market.do(transfers.take, by=market.budi, asked=way)).state == "SUCCESS"
        assert [frame["id"] for frame in market.heard(market.budi, "wechatpay.transfer_changed")] == [waits["id"]]
        assert (await market.has(market.budi), await market.took(market.shop)) == (9_590, 410)
        _, known = await market.program.call("GET", f"{BILLS}/out-bill-no/gaji1")
        assert (known["state"], known["transfer_amount"], known["openid"]) == ("SUCCESS", 90, market.openid)
        assert (await market.program.call("GET", f"{BILLS}/transfer-bill-no/{made['transfer_bill_no']}"))[1] == known
        assert (await market.program.call("POST", f"{BILLS}/out-bill-no/gaji1/cancel"))[1]["code"] == "INVALID_REQUEST"
        await market.world.settle()
        ((_, body),) = listener.heard
        await market.program.checks(listener.headers(0), body)
        heard = json.loads(market.program.opens(json.loads(body)["resource"]))
        assert (heard["out_bill_no"], heard["state"], heard["transfer_amount"]) == ("gaji1", "SUCCESS", 90)
    await market.books_are_right()


async def test_a_transfer_is_cancelled_or_goes_back_after_a_day(market: Market) -> None:
    await market.bought(total=500)
    (_, first), (_, second) = [await market.program.call("POST", BILLS, bill(market, number)) for number in ("gaji1", "gaji2")]
    for _ in range(2):
        assert (await market.program.call("POST", f"{BILLS}/out-bill-no/gaji1/cancel"))[1]["state"] == "CANCELLED"
    await market.refused(TransferOver, transfers.take, by=market.budi, asked=taking(market, first["package_info"]))
    market.hand.forward(DAY + HOUR)
    await market.world.settle()
    await market.refused(TransferOver, transfers.take, by=market.budi, asked=taking(market, second["package_info"]))
    market.hand.forward(-DAY - HOUR)
    _, told = await market.program.call("GET", f"{BILLS}/out-bill-no/gaji2")
    assert (told["state"], told["fail_reason"], await market.took(market.shop)) == ("FAIL", "OVERDUE_CLOSE", 500)
    await market.books_are_right()


async def test_a_transfer_needs_the_right_person_and_the_money(open_market: OpenWorld) -> None:
    market: Market = await open_market()
    await market.bought(total=100)
    for body, code in (
        (bill(market, amount=101), "NOT_ENOUGH"),
        (bill(market, amount=0), "PARAM_ERROR"),
        (bill(market, openid="o" + "y" * 27), "OPENID_MISMATCH"),
        (bill(market, appid="wx0000000000000001"), "APPID_MCHID_NOT_MATCH"),
        (bill(market, number="tidak boleh"), "PARAM_ERROR"),
        (bill(market, user_name="bukan sandi"), "PARAM_ERROR"),
    ):
        assert (await market.program.call("POST", BILLS, body))[1]["code"] == code, body
    signs = await platform.platform(market.db, SITE)
    hidden = ""
    for name, status in (("Orang Lain", 400), ("budi", 200)):
        hidden = keys.hide(signs.certificates[0].public, name)
        assert (await market.program.call("POST", BILLS, bill(market, user_name=hidden)))[0] == status
    _, told = await market.program.call("GET", f"{BILLS}/out-bill-no/gaji1")
    assert told["user_name"] not in ("budi", hidden)


async def test_a_batch_is_given_by_a_job_each_for_itself(market: Market) -> None:
    await market.bought(total=100)
    details = [
        {"out_detail_no": f"d{at}", "transfer_amount": amount, "transfer_remark": "bonus", "openid": openid}
        for at, (amount, openid) in enumerate([(40, market.openid), (50, market.openid), (30, market.openid), (5, "o" + "z" * 27)])
    ]
    batch: dict[str, Any] = {"appid": market.appid, "out_batch_no": "batch1", "batch_name": "Bonus", "batch_remark": "Lebaran"}
    batch |= {"total_amount": 125, "total_num": 4, "transfer_detail_list": details}
    path = "/v3/transfer/batches"
    changed: dict[str, Any]
    for changed in ({"total_num": 3}, {"total_amount": 124}, {"transfer_detail_list": []}):
        assert (await market.program.call("POST", path, batch | changed))[1]["code"] == "PARAM_ERROR"
    status, made = await market.program.call("POST", path, batch)
    assert (status, made["batch_status"]) == (200, "ACCEPTED")
    await market.world.settle()
    await market.world.settle()
    assert (await market.program.call("POST", path, batch))[1]["batch_status"] == "FINISHED"
    _, told = await market.program.call("GET", f"{path}/out-batch-no/batch1?need_query_detail=true&detail_status=FAIL&offset=0&limit=20")
    whole = told["transfer_batch"]
    assert (whole["success_num"], whole["success_amount"], whole["fail_num"], whole["batch_status"]) == (2, 90, 2, "FINISHED")
    assert sorted(each["out_detail_no"] for each in told["transfer_detail_list"]) == ["d2", "d3"]
    _, one = await market.program.call("GET", f"{path}/out-batch-no/batch1/details/out-detail-no/d2")
    assert (one["detail_status"], one["fail_reason"]) == ("FAIL", "NOT_ENOUGH")
    same = f"{path}/batch-id/{whole['batch_id']}/details/detail-id/{one['detail_id']}"
    assert (await market.program.call("GET", same))[1] == one
    assert (await market.has(market.budi), await market.took(market.shop)) == (9_990, 10)
    await market.books_are_right()


async def fetched(market: Market, path: str) -> tuple[list[list[str]], bytes]:
    """A bill: its lines, and the file."""
    status, link = await market.program.call("GET", path)
    assert status == 200, link
    assert link["download_url"].startswith(f"{market.place.url}/v3/billdownload/file?token=")
    answer = await market.program.raw("GET", link["download_url"].removeprefix(market.place.url))
    body = gzip.decompress(answer.content) if "GZIP" in path else answer.content
    assert hashlib.sha1(body, usedforsecurity=False).hexdigest() == link["hash_value"]
    assert body.startswith("\ufeff".encode())
    assert body.endswith(b"\r\n")
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig")))), body


async def test_the_bills_of_a_day_say_what_was_paid_given_back_and_moved(market: Market) -> None:
    market.hand.forward(-DAY)
    now = market.hand
    asked = [market.asked(await _prepay(market, number, amount)) for number, amount in (("kopi10001", 1_234), ("kopi10002", 66))]
    for each in asked:
        await market.settles(market.budi, each)
    await _refunded(market, "kopi10001", 234)
    now.forward(DAY)
    day = _day(now() - DAY)
    lines, _ = await fetched(market, f"/v3/bill/tradebill?bill_date={day}&bill_type=ALL&tar_type=GZIP")
    names, rows, sums = lines[0], lines[1:-2], lines[-1]
    assert len(names) == 27
    assert [row[names.index("商户订单号")] for row in rows] == ["`kopi10001", "`kopi10002", "`kopi10001"]
    assert [row[names.index("应结订单金额")] for row in rows] == ["`12.34", "`0.66", "`0.00"]
    assert [row[names.index("退款金额")] for row in rows] == ["`0.00", "`0.00", "`2.34"]
    assert sums[:3] == ["`3", "`13.00", "`2.34"]
    refunds, _ = await fetched(market, f"/v3/bill/tradebill?bill_date={day}&bill_type=REFUND")
    assert (len(refunds), len(refunds[0]), len(refunds[1])) == (4, 29, 29)
    flow, _ = await fetched(market, f"/v3/bill/fundflowbill?bill_date={day}&account_type=BASIC")
    assert [(row[5], row[6], row[7]) for row in flow[1:-2]] == [
        ("`收入", "`12.34", "`12.34"),
        ("`收入", "`0.66", "`13.00"),
        ("`支出", "`2.34", "`10.66"),
    ]
    for path, code in (
        (f"/v3/bill/tradebill?bill_date={_day(now())}", "NO_STATEMENT_EXIST"),
        ("/v3/bill/tradebill?bill_date=kemarin", "PARAM_ERROR"),
        ("/v3/bill/tradebill", "PARAM_ERROR"),
        (f"/v3/bill/tradebill?bill_date={day}&bill_type=X", "PARAM_ERROR"),
        ("/v3/billdownload/file?token=x", "RESOURCE_NOT_EXISTS"),
    ):
        assert (await market.program.call("GET", path))[1]["code"] == code


async def _prepay(market: Market, number: str, amount: int) -> str:
    """An order of yesterday: the program's clock goes with the market's."""
    body = market.order(number, amount)
    text = json.dumps(body)
    answer = await market.program.raw("POST", "/v3/pay/transactions/jsapi", text, at=market.hand() // 1000)
    prepay: str = answer.json()["prepay_id"]
    return prepay


async def _refunded(market: Market, number: str, amount: int) -> None:
    body = {"out_trade_no": number, "out_refund_no": f"r-{number}", "amount": {"refund": amount, "total": 1_234}}
    text = json.dumps(body)
    answer = await market.program.raw("POST", "/v3/refund/domestic/refunds", text, at=market.hand() // 1000)
    assert answer.status_code == 200


def _day(at: int) -> str:
    """The day in China, where bills begin their days."""
    seconds = at // 1000 + 8 * 3600
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))


async def test_a_receipt_of_a_transfer_is_a_document(open_market: OpenWorld) -> None:
    market: Market = await open_market()
    await market.bought(total=100)
    _, made = await market.program.call("POST", BILLS, bill(market))
    path = "/v3/fund-app/mch-transfer/elecsign/out-bill-no"
    assert (await market.program.call("POST", path, {"out_bill_no": "gaji1"}))[1]["code"] == "INVALID_REQUEST"
    await market.do(transfers.take, by=market.budi, asked=taking(market, made["package_info"]))
    status, told = await market.program.call("POST", path, {"out_bill_no": "gaji1"})
    assert (status, told["state"]) == (200, "FINISHED")
    answer = await market.program.raw("GET", told["download_url"].removeprefix(market.place.url))
    assert answer.content.startswith(b"%PDF")
    with pytest.raises(KeyError):
        _ = (await market.program.call("GET", f"{path}/tidakada"))[1]["state"]
