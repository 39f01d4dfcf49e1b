"""Two nodes on a real network between them that is bad, and then no network: what the bus lost, the log brings."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.air import Air, Somewhere, somewhere
from tests.engines import Nats
from tests.faults.checker import complaints
from tests.faults.process import Process
from tests.served import until
from tests.worlds import on_postgres
from warung.client import Client, Message

PASSWORD = "kopi pahit tanpa gula"


@pytest.fixture
def elsewhere() -> Iterator[Somewhere]:
    """A network namespace."""
    with somewhere() as space:
        yield space


async def listen(client: Client, heard: list[Message]) -> None:
    """Note what a client hears."""
    async for message in client.messages():
        heard.append(message)


async def test_what_was_said_on_a_bad_network_and_while_there_was_none_is_heard(elsewhere: Somewhere, tmp_path: Path) -> None:
    between, around = Air(elsewhere, 1), Air(elsewhere, 2)
    nats = Nats(tmp_path, host="0.0.0.0")  # noqa: S104  # in reach of the namespace
    nats.start()
    nodes: list[Process] = []
    plain: list[str] = []
    try:
        with on_postgres() as database:
            for name, host, bus, prefix in (
                ("here", "127.0.0.1", "127.0.0.1", plain),
                ("there", around.there, between.here, elsewhere.prefix),
            ):
                (tmp_path / name).mkdir()
                env = {"WARUNG_DATABASE": database, "WARUNG_BUS": f"nats://{bus}:{nats.servers[0].port}"}
                nodes.append(Process(tmp_path / name, prefix=prefix, host=host, env=env))
                await nodes[-1].start()
            here, there = nodes
            budi = await Client.sign_up(here.url, handle="budi", name="Budi", password=PASSWORD)
            siti = await Client.sign_up(there.url, handle="siti", name="Siti", password=PASSWORD)
            async with budi, siti:
                await converse(between, budi, siti)
    finally:
        for node in nodes:
            node.kill()
        nats.kill()
        between.close()
        around.close()


async def converse(between: Air, budi: Client, siti: Client) -> None:
    """Talk on a bad network, without one, and when it is back; everybody has heard everything in order."""
    club = (await budi.group("kopi club", [])).id
    await siti.join((await budi.make_link(club)).token)
    heard: list[Message] = []
    listening = asyncio.create_task(listen(siti, heard))
    between.loss, between.delay_s = 0.05, 0.05
    said = await asyncio.gather(*(client.send(club, f"{client.id} {n}") for n in range(30) for client in (budi, siti)))
    last = max(each.seq for each in said)
    await until(lambda: bool(heard) and heard[-1].seq == last, 60)
    between.cut = True
    for n in range(5):
        last = (await budi.send(club, f"terputus {n}")).seq
    await siti.conversations()
    assert heard[-1].seq < last  # the bus brought nothing
    between.cut = False
    await until(lambda: heard[-1].seq == last, 60)  # nobody says anything more
    log = (await budi.history(club, after=0, limit=200)).messages
    first = heard[0].seq
    assert complaints(promised={}, logs=[log], heard=[[each for each in heard if each.seq >= first]]) == []
    assert min(between.lost, between.overtaken) > 5
    listening.cancel()
