"""A network between nodes that is cut without a word, slow, or cut in the middle of things: the log heals what the bus lost."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from tests.cluster.conftest import joined
from tests.engines import Nats
from tests.faults.checker import complaints
from tests.served import Served, until
from tests.worlds import OpenWorld
from warung.client import Client, Message


class Wire:
    """A cable to a port: it can stop carrying without closing anything, and it can be slow and uneven."""

    def __init__(self, port: int, seed: int = 1) -> None:
        self.port = 0
        self.delay_s = 0.0
        self._to = port
        self._whole = asyncio.Event()
        self._whole.set()
        self._chance = random.Random(seed)

    def cut(self) -> None:
        """Carry nothing more, and tell nobody."""
        self._whole.clear()

    def mend(self) -> None:
        """Carry on; what came meanwhile is lost with the connections it came on."""
        self._whole.set()

    async def carry(self, inward: asyncio.StreamReader, outward: asyncio.StreamWriter) -> None:
        """Join one connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._to)
        async with asyncio.TaskGroup() as both:
            both.create_task(self._pour(inward, writer))
            both.create_task(self._pour(reader, outward))

    async def _pour(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, RuntimeError):
            while data := await source.read(65_536):
                if not self._whole.is_set():
                    await self._whole.wait()
                    break  # the connection did not survive
                if self.delay_s:
                    await asyncio.sleep(self._chance.random() * 2 * self.delay_s)
                sink.write(data)
                await sink.drain()
        sink.close()


@contextlib.asynccontextmanager
async def wired(url: str) -> AsyncIterator[tuple[Wire, str]]:
    """Yield a cable to a server, and the URL at this end."""
    wire = Wire(urlsplit(url).port or 0)
    server = await asyncio.start_server(wire.carry, "127.0.0.1", 0)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire, f"nats://127.0.0.1:{wire.port}"
    finally:
        wire.mend()
        server.close()


Pair = tuple[Served, Served, Wire]


@pytest.fixture
async def pair(open_a_world: OpenWorld, database: str, nats: Nats) -> AsyncIterator[Pair]:
    """Two served nodes; the second reaches NATS by a cable."""
    async with contextlib.AsyncExitStack() as stack:
        wire, url = await stack.enter_async_context(wired(nats.url))
        nodes = [Served(await open_a_world(database, bus=bus)) for bus in (nats.url, url)]
        for node in nodes:
            await node.start()
            stack.push_async_callback(node.stop)
        await joined(*(node.world for node in nodes))
        yield nodes[0], nodes[1], wire


async def test_what_was_said_while_a_node_was_cut_off_is_heard_when_it_is_not(pair: Pair) -> None:
    here, there, wire = pair
    budi, siti = await here.cast.people("budi", "siti")
    talk = await here.cast.friends(budi, siti)
    async with Client(here.url, token=await here.token(budi)) as one, Client(there.url, token=await here.token(siti)) as two:
        heard: list[Message] = []
        listening = asyncio.create_task(listen(two, heard))
        said = [await one.send(talk, "sebelum")]
        await until(lambda: len(heard) == 1)
        wire.cut()
        said += [await one.send(talk, f"terputus {n}") for n in range(5)]
        await two.conversations()
        assert len(heard) == 1  # the bus brought nothing
        wire.mend()
        await until(lambda: heard[-1].seq == said[-1].seq, 60)  # nobody says anything more
        log = (await one.history(talk, after=0, limit=200)).messages
        assert complaints(promised={}, logs=[log], heard=[heard]) == []
        listening.cancel()


async def test_a_slow_and_uneven_bus_changes_no_order(pair: Pair) -> None:
    here, there, wire = pair
    wire.delay_s = 0.05
    budi, siti = await here.cast.people("budi", "siti")
    talk = await here.cast.friends(budi, siti)
    async with Client(here.url, token=await here.token(budi)) as one, Client(there.url, token=await here.token(siti)) as two:
        heard: list[Message] = []
        listening = asyncio.create_task(listen(two, heard))
        said = await asyncio.gather(*(client.send(talk, f"{client.id} {n}") for n in range(20) for client in (one, two)))
        last = max(each.seq for each in said)
        await until(lambda: bool(heard) and heard[-1].seq == last, 60)
        log = (await one.history(talk, after=0, limit=200)).messages
        assert complaints(promised={}, logs=[log], heard=[heard]) == []
        listening.cancel()


async def listen(client: Client, heard: list[Message]) -> None:
    """Note what a client hears."""
    async for message in client.messages():
        heard.append(message)
