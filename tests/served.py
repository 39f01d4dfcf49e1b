"""A served world, a plugin: a real uvicorn on a free port, on the loop of the test, with a public client for everybody who asks for one."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tests.cast import Cast
from tests.cluster.balancer import balancing
from tests.worlds import CLUSTER, OpenWorld
from warung import accounts, serving
from warung.app import World
from warung.client import Client
from warung.kit.ids import AccountId

PATIENCE_S = 10.0
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # nothing here is asked over TLS, and the authorities take long to read


class Served:
    """A world that answers on `url`. It can be stopped, and served again on the same port."""

    def __init__(self, world: World, port: int = 0) -> None:
        self.world = world
        self.cast = Cast(world.db)
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._server: serving.Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen; return when connections are taken."""
        self._server = serving.Server(self.world)
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self.port))
        self._serving = asyncio.create_task(self._server.serve(sockets=[listening]))
        await until(lambda: self._server is not None and self._server.started)

    async def stop(self) -> None:
        """Drain as SIGTERM does."""
        server, serving_task, self._server, self._serving = self._server, self._serving, None, None
        if server is not None and serving_task is not None:
            server.stop()
            await serving_task

    async def token(self, account: AccountId) -> str:
        """Sign a device of an account in; return what it shows."""
        opened = await self.world.db.write(lambda tx: accounts.start_session(tx, account=account, device="test", address="127.0.0.1"))
        return opened.token

    async def client(self, account: AccountId) -> Client:
        """Return a client of an account, not yet entered."""
        return Client(self.url, token=await self.token(account))


def free_port() -> int:
    """Return a port that nobody listens on."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


async def until(true: Callable[[], Any], patience_s: float = PATIENCE_S) -> None:
    """Wait until `true()` is; fail after a while."""
    deadline = asyncio.get_running_loop().time() + patience_s
    while not true():
        assert asyncio.get_running_loop().time() < deadline, "waited in vain"
        await asyncio.sleep(0.01)


class Balanced(Served):
    """Two served nodes that look like one: what a test does to `world` is done on the first, its clients reach either."""

    def __init__(self, nodes: list[Served], port: int) -> None:
        super().__init__(nodes[0].world, port)
        self.nodes = nodes

    async def start(self) -> None:
        """Listen again."""
        for node in self.nodes:
            await node.start()

    async def stop(self) -> None:
        """Drain both as SIGTERM does."""
        for node in self.nodes:
            await node.stop()


async def two_nodes(stack: contextlib.AsyncExitStack, open_a_world: OpenWorld, database: str = "", **override: Any) -> Balanced:
    """Open two worlds that are one place, serve both, and put a balancer before them."""
    nodes = []
    for _ in range(2):
        nodes.append(Served(await open_a_world(database, **override)))
        await nodes[-1].start()
        stack.push_async_callback(nodes[-1].stop)
    await joined(*(node.world for node in nodes))
    balancer = await stack.enter_async_context(balancing([node.port for node in nodes]))
    return Balanced(nodes, balancer.port)


async def joined(*worlds: World) -> None:
    """Wait until the nodes know each other: who comes earlier is told to ask the log."""
    buses: list[Any] = [world.bus for world in worlds]
    await until(lambda: all(bus.connected.is_set() and bus.nodes() == len(worlds) for bus in buses), 20)


ServeWorld = Callable[..., Any]


@pytest.fixture
async def serve_a_world(open_a_world: OpenWorld) -> AsyncIterator[ServeWorld]:
    """A function that serves a world: `await serve_a_world(database="", socket="picows", ...)`; stopped at the end."""
    async with contextlib.AsyncExitStack() as stack:

        async def serve_one(database: str = "", **override: Any) -> Served:
            if CLUSTER:
                return await two_nodes(stack, open_a_world, database, **override)
            place = Served(await open_a_world(database, **override))
            await place.start()
            stack.push_async_callback(place.stop)
            return place

        yield serve_one


@pytest.fixture
async def serve_one_node(open_a_world: OpenWorld) -> AsyncIterator[ServeWorld]:
    """The same, and always one node: for what a node promises by itself."""
    async with contextlib.AsyncExitStack() as stack:

        async def serve(database: str = "", **override: Any) -> Served:
            place = Served(await open_a_world(database, **override))
            await place.start()
            stack.push_async_callback(place.stop)
            if CLUSTER:
                await joined(place.world)
            return place

        yield serve


@pytest.fixture
async def served(serve_a_world: ServeWorld) -> Served:
    """A served world on SQLite."""
    place: Served = await serve_a_world()
    return place
