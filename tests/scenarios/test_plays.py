"""Whole plays over real sockets: people with phones, a network that fails, a group that talks at once."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from tests.scenarios.network import network
from tests.served import ServeWorld, until
from warung.client import Client, Message


async def hear(messages: AsyncIterator[Message], count: int) -> list[Message]:
    """Return the next messages; fail when they do not come."""
    async with asyncio.timeout(30):
        return [await anext(messages) for _ in range(count)]


async def test_one_goes_offline_both_write_it_comes_back_and_both_see_the_same(serve_a_world: ServeWorld, database: str) -> None:
    served = await serve_a_world(database)
    budi, siti = await served.cast.people("budi", "siti")
    here = await served.cast.friends(budi, siti)
    async with network(served) as net, Client(net.url, token=await served.token(budi)) as away, await served.client(siti) as home:
        await away.send(here, "Sinyalku jelek")
        net.cut()
        await until(lambda: not away.connected)
        waiting = [asyncio.create_task(away.send(here, f"dari jalan {n}")) for n in range(5)]
        for n in range(5):
            await home.send(here, f"dari rumah {n}")
        assert not any(task.done() for task in waiting)
        net.mend()
        sent = await asyncio.gather(*waiting)
        assert [each.seq for each in sent] == sorted(each.seq for each in sent)
        seen = [await hear(client.messages(), 11) for client in (away, home)]
        assert [(message.seq, message.text) for message in seen[0]] == [(message.seq, message.text) for message in seen[1]]
        assert [message.seq for message in seen[0]] == list(range(2, 13))
        assert {message.text for message in seen[0]} >= {f"dari {place} {n}" for place in ("jalan", "rumah") for n in range(5)}


@pytest.mark.parametrize("people", [50])
async def test_everybody_in_a_large_group_sees_the_same_order(serve_a_world: ServeWorld, people: int) -> None:
    served = await serve_a_world()
    owner, *others = await served.cast.people(*(f"warga{n}" for n in range(people)))
    for other in others:
        await served.cast.friends(owner, other)
    club = await served.cast.group(owner, *others)
    async with contextlib.AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(await served.client(who)) for who in (owner, *others)]
        await asyncio.gather(*(client.send(club, f"{n} {client.id}") for n in range(3) for client in clients))
        logs = await asyncio.gather(*(hear(client.messages(), 3 * people) for client in clients))
    assert [message.seq for message in logs[0]] == list(range(logs[0][0].seq, logs[0][0].seq + 3 * people))
    assert len({message.text for message in logs[0]}) == 3 * people
    assert {tuple(message.text for message in log) for log in logs} == {tuple(message.text for message in logs[0])}
