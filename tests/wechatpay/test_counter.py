"""The keeper's side of orders: their list, giving back by hand, the bill of a day."""

import time
from typing import Any

from tests.wechatpay.market import Market
from tests.wechatpay.test_orders import query
from tests.worlds import OpenWorld
from warung import pay
from warung.kit.clock import DAY
from warung.pay import merchants as pay_merchants
from warung.wechatpay import counter, notices
from warung.wechatpay.model import BillNotThere, MerchantIdNotFound, OrderNotHere, OrderNotPaid


async def test_a_keeper_sees_the_orders_and_gives_one_back_by_hand(market: Market) -> None:
    mchid, siti = market.merchant.mchid, market.siti
    await market.ordered("pesanan1001", 30)
    await market.bought("pesanan1002", 100)
    await market.pays(market.budi, market.shop, 100)  # at the counter: no order of a program
    orders = (await market.ask(counter.listed, by=siti, mchid=mchid)).orders
    assert [(each.out_trade_no, each.state, each.amount, each.refunded) for each in orders] == [
        ("pesanan1002", "SUCCESS", 100, 0),
        ("pesanan1001", "NOTPAY", 30, 0),
    ]
    paid, open_ = (each.id for each in orders)
    for _ in range(2):
        done = await market.do(counter.give_back, by=siti, mchid=mchid, order=paid, amount=30, nonce="kembali-01")
        assert (done.state, done.refunded, await market.has(market.budi)) == ("REFUND", 30, 9_830)
    await market.refused(pay.RefundTooLarge, counter.give_back, by=siti, mchid=mchid, order=paid, amount=71, nonce="kembali-02")
    await market.refused(pay.AmountNotPositive, counter.give_back, by=siti, mchid=mchid, order=paid, amount=0, nonce="kembali-02")
    await market.refused(OrderNotPaid, counter.give_back, by=siti, mchid=mchid, order=open_, amount=1, nonce="kembali-02")
    await market.refused(OrderNotHere, counter.give_back, by=siti, mchid=mchid, order="x", amount=1, nonce="kembali-02")
    await market.refused(MerchantIdNotFound, counter.give_back, by=market.budi, mchid=mchid, order=paid, amount=1, nonce="kembali-02")
    await market.refused(MerchantIdNotFound, counter.listed, by=market.budi, mchid=mchid)
    assert (await query(market, "pesanan1002"))["trade_state"] == "REFUND"
    rest = {"out_trade_no": "pesanan1002", "out_refund_no": "r1", "amount": {"refund": 71, "total": 100}}
    assert (await market.program.call("POST", "/v3/refund/domestic/refunds", rest))[1]["code"] == "INVALID_REQUEST"
    await market.books_are_right()


async def test_an_order_follows_what_is_given_back_among_the_takings(market: Market) -> None:
    await market.bought(total=100)
    asked: dict[str, Any] = {"out_trade_no": "pesanan1001", "out_refund_no": "r1", "amount": {"refund": 20, "total": 100}}
    asked["notify_url"] = "https://toko.example/kembali"
    assert (await market.program.call("POST", "/v3/refund/domestic/refunds", asked))[0] == 200
    (payment,) = (await market.ask(pay_merchants.payments, by=market.siti, merchant=market.shop)).payments
    for _ in range(2):
        await market.do(pay.refund_payment, by=market.siti, payment=payment.id, amount=50, nonce="kembali-01")
    (order,) = (await market.ask(counter.listed, by=market.siti, mchid=market.merchant.mchid)).orders
    assert (order.state, order.refunded, await market.has(market.budi)) == ("REFUND", 70, 9_970)
    heard = await market.ask(notices.sent, by=market.siti, mchid=market.merchant.mchid)
    assert [each.url for each in heard if each.event == "REFUND.SUCCESS"] == ["https://toko.example/kembali"] * 2
    more = asked | {"out_refund_no": "r2", "amount": {"refund": 31, "total": 100}}
    assert (await market.program.call("POST", "/v3/refund/domestic/refunds", more))[1]["code"] == "INVALID_REQUEST"
    more["amount"] = {"refund": 30, "total": 100}
    assert (await market.program.call("POST", "/v3/refund/domestic/refunds", more))[0] == 200
    await market.books_are_right()


async def test_orders_come_in_pages_and_a_day_has_its_bill(open_market: OpenWorld) -> None:
    market: Market = await open_market()
    mchid, siti = market.merchant.mchid, market.siti
    await market.bought("pesanan1001", 100)
    for at in range(counter.PAGE):
        await market.ordered(f"lagi{at:06}", 5)
    first = await market.ask(counter.listed, by=siti, mchid=mchid)
    rest = await market.ask(counter.listed, by=siti, mchid=mchid, before=first.cursor)
    assert (len(first.orders), [each.out_trade_no for each in rest.orders], rest.cursor) == (counter.PAGE, ["pesanan1001"], None)
    today = time.strftime("%Y-%m-%d", time.gmtime(market.hand() // 1000 + 8 * 3_600))
    assert first.billed == time.strftime("%Y-%m-%d", time.gmtime(market.hand() // 1000 + 8 * 3_600 - 86_400))
    for day in (today, "kemarin", "2020-13-01"):
        await market.refused(BillNotThere, counter.bill, by=siti, mchid=mchid, day=day)
    market.hand.forward(DAY)
    assert (await market.ask(counter.listed, by=siti, mchid=mchid)).billed == today
    await market.refused(MerchantIdNotFound, counter.bill, by=market.budi, mchid=mchid, day=today)
    assert "`pesanan1001" in (await market.ask(counter.bill, by=siti, mchid=mchid, day=today)).decode()
