"""Fixtures of several nodes: two worlds on one PostgreSQL, one NATS and one bucket, behind a balancer."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from tests.engines import Bucket, Nats
from tests.served import Balanced, ServeWorld, two_nodes
from tests.worlds import OpenWorld, on_postgres


@pytest.fixture
def database() -> Iterator[str]:
    """The URL of an empty database, its schema up to date."""
    with on_postgres() as url:
        yield url


@pytest.fixture
async def serve_a_world(open_a_world: OpenWorld, database: str, nats: Nats, bucket: Bucket) -> AsyncIterator[ServeWorld]:
    """The function that serves a world, in the form of two nodes. The test's own choice of a database is PostgreSQL."""
    async with contextlib.AsyncExitStack() as stack:

        async def serve(_: str = "", **override: Any) -> Balanced:
            return await two_nodes(stack, open_a_world, database, bus=nats.url, blobs=bucket.url, **override)

        yield serve
