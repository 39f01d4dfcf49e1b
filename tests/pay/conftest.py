"""Fixtures of pay's tests."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.pay.books import Books
from tests.pay.giving import Giving
from tests.pay.purse import QUICK, Purse
from tests.worlds import Hand, OpenWorld


@pytest.fixture(params=["sqlite", "postgres"])
def books(request: pytest.FixtureRequest) -> Iterator[Books]:
    """A ledger on each database."""
    opened = Books(request.param)
    yield opened
    opened.close()


@pytest.fixture
def open_purse(open_a_world: OpenWorld, database: str, hand: Hand) -> OpenWorld:
    """A function that opens a world of people with wallets: `await open_purse(outside_exempt=...)`."""

    async def opened(**override: Any) -> Purse:
        made = Purse(await open_a_world(database, sections=QUICK, **override), hand)
        await made.opens()
        return made

    return opened


@pytest.fixture
async def purse(open_purse: OpenWorld) -> Purse:
    """People with wallets in a world on each database."""
    made: Purse = await open_purse()
    return made


@pytest.fixture
async def giving(open_a_world: OpenWorld, database: str, hand: Hand) -> Giving:
    """People who give each other money, in a world on each database."""
    made = Giving(await open_a_world(database, sections=QUICK), hand)
    await made.opens()
    return made
