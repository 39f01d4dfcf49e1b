"""Fixtures of WeChat Pay's tests."""

from typing import Any

import pytest

from tests.pay.purse import QUICK
from tests.served import ServeWorld
from tests.wechatpay.market import Market
from tests.worlds import Hand, OpenWorld
from warung import pay, wechatpay

ROOMY: dict[Any, Any] = {
    **QUICK,
    pay.Settings: pay.Settings(payment_limit=1_000_000, day_limit=10_000_000, new_device_limit=1_000_000, issue_alone=10_000_000),
    wechatpay.Settings: wechatpay.Settings(notify_plain_http=True),
}


@pytest.fixture
def open_market(serve_a_world: ServeWorld, hand: Hand) -> OpenWorld:
    """A function that opens a market: `await open_market(database, test=True)`."""

    async def opened(database: str = "", *, test: bool = False, credits: int = 10_000) -> Market:
        made = Market(await serve_a_world(database, sections=ROOMY, outside_exempt="127.0.0.0/8"), hand)
        await made.opens(test=test, credits=credits)
        return made

    return opened


@pytest.fixture
async def market(open_market: OpenWorld, database: str) -> Market:
    """A market on each database."""
    made: Market = await open_market(database)
    return made


@pytest.fixture
def serve_private(serve_a_world: ServeWorld, hand: Hand) -> OpenWorld:
    """A function that opens a market whose server goes to no private network."""

    async def opened() -> Market:
        made = Market(await serve_a_world("", sections=ROOMY), hand)
        await made.opens()
        return made

    return opened
