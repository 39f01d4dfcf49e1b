"""Fixtures of the tests of the WeChat face: a shop whose account programs speak for, and such a program."""

from collections.abc import AsyncIterator

import pytest

from tests.served import ServeWorld, free_port
from tests.wechat.shop import Bot, Shop


@pytest.fixture
def unused_port() -> int:
    """A port that nobody listens on."""
    return free_port()


@pytest.fixture
async def shop(serve_a_world: ServeWorld, database: str) -> AsyncIterator[Shop]:
    """A shop that Budi and Siti follow, in a world on each database; its programs may be on this machine."""
    made = Shop(await serve_a_world(database, outside_exempt="127.0.0.0/8"))
    await made.open("budi", "siti")
    yield made
    await made.close()


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    """A program that can be called."""
    made = Bot()
    await made.start()
    yield made
    await made.stop()
