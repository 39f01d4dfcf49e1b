"""A network between nodes that is cut without a word, slow, or cut in the middle of things: the log heals what the bus lost."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from tests.engines import Nats
from tests.faults.checker import complaints
from tests.served import Served, joined, until
from tests.wires import Wire, wired
from tests.worlds import OpenWorld
from warung.client import Client, Message

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
