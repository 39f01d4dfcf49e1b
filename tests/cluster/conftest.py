"""Fixtures of several nodes: two worlds on one PostgreSQL, one NATS and one bucket, behind a balancer."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from tests.cluster.balancer import balancing
from tests.engines import Bucket, Nats
from tests.environment import postgres_database, postgres_template
from tests.served import Served, ServeWorld, until
from tests.worlds import OpenWorld
from warung.adapters import db_postgres
from warung.app import World, schema


@pytest.fixture
def database() -> Iterator[str]:
    """The URL of an empty database, its schema up to date."""
    template = postgres_template("warung", lambda url: db_postgres.migrate(url, schema(), 0))
    with postgres_database(template) as url:
        yield url


class Balanced(Served):
    """Two served nodes that look like one: what a test does to `world` is done on the first, its clients reach either."""

    def __init__(self, nodes: list[Served], port: int) -> None:
        super().__init__(nodes[0].world, port)
        self.nodes = nodes


@pytest.fixture
async def serve_a_world(open_a_world: OpenWorld, database: str, nats: Nats, bucket: Bucket) -> AsyncIterator[ServeWorld]:
    """The function that serves a world, in the form of two nodes. The test's own choice of a database is PostgreSQL."""
    async with contextlib.AsyncExitStack() as stack:

        async def serve_two(_: str = "", **override: Any) -> Balanced:
            nodes = []
            for _each in range(2):
                world = await open_a_world(database, bus=nats.url, blobs=bucket.url, **override)
                nodes.append(Served(world))
                await nodes[-1].start()
                stack.push_async_callback(nodes[-1].stop)
            await joined(*(node.world for node in nodes))
            balancer = await stack.enter_async_context(balancing([node.port for node in nodes]))
            return Balanced(nodes, balancer.port)

        yield serve_two


async def joined(*worlds: World) -> None:
    """Wait until the nodes know each other."""
    buses = [world.bus for world in worlds]
    await until(lambda: all(bus.nodes() == len(worlds) for bus in buses), 20)
