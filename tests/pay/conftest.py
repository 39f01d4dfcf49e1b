"""Fixtures of pay's tests."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from tests.pay import desk as desks
from tests.pay.books import Books
from tests.pay.desk import SECRET, Bank, Desk, Line
from tests.pay.giving import Giving
from tests.pay.purse import QUICK, Purse
from tests.served import PLAIN
from tests.worlds import Hand, OpenWorld
from warung.kit.clock import DAY, HOUR
from warung.pay.model import Settings


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


@pytest.fixture(scope="session")
def stand_in() -> Iterator[str]:
    """The provider's stand-in; its address."""
    with desks.stand_in() as url:
        yield url


@pytest.fixture
async def bank(stand_in: str) -> Bank:
    """The provider, with nothing in its books yet."""
    async with httpx.AsyncClient(verify=PLAIN) as http:
        await http.delete(f"{stand_in}/_config/data")
    return Bank(stand_in)


@pytest.fixture
async def desk(open_a_world: Any, serve_a_world: Any, hand: Hand, bank: Bank, database: str) -> AsyncIterator[Desk]:
    """A place that is connected to the provider, by a line that may fail."""
    hand.forward(2 * HOUR - hand() % DAY)  # at two in the morning: what is done every midnight must not come between
    async with Line(int(bank.url.rsplit(":", 1)[1])) as line:
        settings = Settings(stripe_key="sk_test_12345", stripe_webhook=SECRET, stripe_url=f"http://127.0.0.1:{line.port}", day_limit=10**9)
        served = await serve_a_world(database, sections=QUICK | {Settings: settings})
        desk = Desk(served.world, hand)
        await desk.opens()
        desk.line, desk.served, desk.budi = line, served, await desk.with_wallet("budi")
        yield desk
