"""What is given back: in parts, never too much, and from a till that has it."""

import asyncio
from typing import Any

from tests.wechatpay.market import Market
from tests.wechatpay.test_orders import query
from warung.kit.clock import DAY


async def test_refunds_come_in_parts_and_never_to_more_than_was_paid(market: Market) -> None:
    bought = await market.bought(total=100)

    def refund(number: str, back: int, **more: Any) -> dict[str, Any]:
        whole = {"transaction_id": bought["transaction_id"], "out_refund_no": number, "reason": "dingin"}
        return whole | {"amount": {"refund": back, "total": 100, "currency": "CNY"}} | more

    path = "/v3/refund/domestic/refunds"
    status, first = await market.program.call("POST", path, refund("kembali-1", 30))
    assert (status, first["status"], first["amount"]["refund"], first["channel"]) == (200, "SUCCESS", 30, "ORIGINAL")
    assert await market.program.call("POST", path, refund("kembali-1", 30)) == (200, first)
    assert await market.program.call("GET", f"{path}/kembali-1") == (200, first)
    for body, code in (
        (refund("kembali-1", 31), "INVALID_REQUEST"),
        (refund("kembali-2", 71), "INVALID_REQUEST"),
        (refund("kembali-2", 10, amount={"refund": 10, "total": 99, "currency": "CNY"}), "PARAM_ERROR"),
        (refund("kembali-2", 0), "PARAM_ERROR"),
        (refund("kembali-2", 10, transaction_id="4200000000"), "ORDER_NOT_EXIST"),
        (refund("kembali-2", 10, out_trade_no="lain-lain1"), "INVALID_REQUEST"),
    ):
        assert (await market.program.call("POST", path, body))[1]["code"] == code, body
    racing = await asyncio.gather(*(market.program.call("POST", path, refund(f"balap-{at}", 30)) for at in range(6)))
    assert [status for status, _ in racing].count(200) == 2
    assert (await query(market))["trade_state"] == "REFUND"
    assert (await market.has(market.budi), await market.took(market.shop)) == (9_990, 10)
    assert (await market.program.call("GET", f"{path}/tidak-ada"))[1]["code"] == "RESOURCE_NOT_EXISTS"
    abnormal = {"out_refund_no": "kembali-1", "type": "USER_BANK_CARD"}
    status, refused = await market.program.call("POST", f"{path}/{first['refund_id']}/apply-abnormal-refund", abnormal)
    assert (status, refused["code"]) == (400, "INVALID_REQUEST")
    market.hand.forward(366 * DAY)
    await market.books_are_right()


async def test_a_refund_needs_the_money_in_the_till_and_can_be_tried_again_when_it_is_there(market: Market) -> None:
    await market.bought(total=100)
    bill = {"appid": market.appid, "out_bill_no": "gaji1", "transfer_scene_id": "1005", "openid": market.openid}
    status, _ = await market.program.call(
        "POST", "/v3/fund-app/mch-transfer/transfer-bills", bill | {"transfer_amount": 90, "transfer_remark": "gaji"}
    )
    assert status == 200
    body = {"out_trade_no": "pesanan1001", "out_refund_no": "kembali-1", "amount": {"refund": 100, "total": 100, "currency": "CNY"}}
    status, refused = await market.program.call("POST", "/v3/refund/domestic/refunds", body)
    assert (status, refused["code"]) == (403, "NOT_ENOUGH")
    await market.bought("pesanan1002", 200)
    status, done = await market.program.call("POST", "/v3/refund/domestic/refunds", body)
    assert (status, done["status"]) == (200, "SUCCESS")
    await market.books_are_right()
