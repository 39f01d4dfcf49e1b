"""What a shop's program hears: signed, encrypted, again and again until it has it, and never in a private network."""

import json
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from tests.wechatpay.listener import Listener
from tests.wechatpay.market import Market
from tests.worlds import OpenWorld
from warung.kit.clock import HOUR, SECOND
from warung.wechatpay import counter, keys, merchants, notices
from warung.wechatpay.model import NoticeNotFound


async def sent(market: Market) -> list[notices.NoticeView]:
    """The merchant's notices, the newest first."""
    return await market.ask(notices.sent, by=market.siti, mchid=market.merchant.mchid)


async def test_a_payment_and_a_refund_are_told_signed_and_encrypted(market: Market) -> None:
    async with Listener() as listener:
        bought = await market.bought(notify_url=listener.url)
        await market.world.settle()
        refund = {"out_trade_no": "pesanan1001", "out_refund_no": "r1", "notify_url": listener.url, "amount": {"refund": 6, "total": 56}}
        assert (await market.program.call("POST", "/v3/refund/domestic/refunds", refund))[0] == 200
        await market.world.settle()
        hand: dict[str, Any] = {"by": market.siti, "mchid": market.merchant.mchid, "nonce": "kembali-01"}
        (order,) = (await market.ask(counter.listed, by=market.siti, mchid=market.merchant.mchid)).orders
        for _ in range(2):
            await market.do(counter.give_back, order=order.id, amount=9, **hand)
        await market.world.settle()
        kinds = []
        for at, (_, body) in enumerate(listener.heard):
            await market.program.checks(listener.headers(at), body)
            said = json.loads(body)
            kinds.append(said["event_type"])
            told = json.loads(market.program.opens(said["resource"]))
            assert said["resource"]["original_type"] == said["resource"]["associated_data"]
            assert told["transaction_id"] == bought["transaction_id"]
            tampered = said["resource"] | {"associated_data": "x"}
            with pytest.raises(InvalidTag):
                market.program.opens(tampered)
            assert keys.unseal("x" * 32, said["resource"]["nonce"], said["resource"]["ciphertext"], "transaction") is None
        assert kinds == ["TRANSACTION.SUCCESS", "REFUND.SUCCESS", "REFUND.SUCCESS"]
        last = json.loads(market.program.opens(json.loads(listener.heard[-1][1])["resource"]))
        assert (last["out_trade_no"], last["amount"]["refund"], last["out_refund_no"]) == ("pesanan1001", 9, last["refund_id"])
        first = json.loads(market.program.opens(json.loads(listener.heard[0][1])["resource"]))
        assert first == bought
        assert {each.state for each in await sent(market)} == {"taken"}


async def test_a_notice_that_is_not_taken_comes_again_on_wechats_schedule_signed_anew(open_market: OpenWorld) -> None:
    market: Market = await open_market()
    async with Listener() as listener:
        listener.answers = [(500, b""), (404, b'{"code":"FAIL"}'), (302, b""), (200, b"")]
        await market.bought(notify_url=listener.url)
        for tries, pause in ((1, 15), (2, 15), (3, 30)):
            await market.world.settle()
            (notice,) = await sent(market)
            assert (notice.tries, notice.state, len(listener.heard)) == (tries, "waiting", tries)
            assert notice.next_at <= market.hand() + pause * SECOND
            market.hand.forward(pause * SECOND)
        await market.world.settle()
        assert [each.state for each in await sent(market)] == ["taken"]
        bodies = [json.loads(body) for _, body in listener.heard]
        assert len({body["id"] for body in bodies}) == 1
        assert len({body["resource"]["nonce"] for body in bodies}) == 4
        (notice,) = await sent(market)
        await market.do(notices.send_again, by=market.siti, mchid=market.merchant.mchid, id=notice.id)
        await market.world.settle()
        assert len(listener.heard) == 5
        await market.refused(NoticeNotFound, notices.send_again, by=market.siti, mchid=market.merchant.mchid, id="tidak-ada")


async def test_a_notice_is_given_up_after_the_last_try(open_market: OpenWorld) -> None:
    market: Market = await open_market()
    async with Listener() as listener:
        listener.answers = [(500, b"")]
        await market.bought(notify_url=listener.url)
        for _ in range(18):
            await market.world.settle()
            market.hand.forward(7 * HOUR)
        assert [(each.state, each.tries, each.status) for each in await sent(market)] == [("given_up", 16, 500)]
        assert len(listener.heard) == 16


async def test_a_private_network_hears_nothing(serve_private: Any) -> None:
    market: Market = await serve_private()
    async with Listener() as listener:
        await market.bought(notify_url=listener.url)
        await market.world.settle()
        assert listener.heard == []
        assert [(each.state, each.status) for each in await sent(market)] == [("waiting", 0)]


async def test_by_public_key_notices_carry_its_id(open_market: OpenWorld) -> None:
    market: Market = await open_market()
    await market.do(merchants.change, by=market.siti, mchid=market.merchant.mchid, mode="public_key")
    async with Listener() as listener:
        await market.bought(notify_url=listener.url)
        await market.world.settle()
        assert listener.heard[0][0]["wechatpay-serial"].startswith("PUB_KEY_ID_")
