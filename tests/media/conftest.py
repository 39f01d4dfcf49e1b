"""Fixtures of media's tests: people with browsers, and a domain above that holds blobs."""

from collections.abc import AsyncIterator

import pytest

from tests.media.people import Shelf, Visitor, Visitors
from warung.app import World


@pytest.fixture
async def visitors(world: World) -> AsyncIterator[Visitors]:
    """A way to let people come in with a browser."""
    async with Visitors(world) as visitors:
        yield visitors


@pytest.fixture
async def budi(visitors: Visitors) -> Visitor:
    return await visitors.let_in("budi")


@pytest.fixture
async def siti(visitors: Visitors) -> Visitor:
    return await visitors.let_in("siti")


@pytest.fixture
def shelf(world: World) -> Shelf:
    return Shelf(world)
