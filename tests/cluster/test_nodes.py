"""Two nodes are one place: what happens on one is seen on the other, at once."""

import asyncio

from tests.cast import Cast
from tests.cluster.finding import found
from tests.raw import Place
from tests.served import Balanced, ServeWorld
from warung.accounts import sessions
from warung.client import Client


async def test_who_is_on_one_node_hears_who_is_on_the_other(serve_a_world: ServeWorld) -> None:
    place: Balanced = await serve_a_world()
    one, two = place.nodes
    budi, siti = await place.cast.people("budi", "siti")
    talk = await place.cast.friends(budi, siti)
    async with Client(one.url, token=await place.token(budi)) as here, Client(two.url, token=await place.token(siti)) as there:
        heard = there.messages()
        sent = [await here.send(talk, f"{n}") for n in range(20)]
        async with asyncio.timeout(60):
            assert [(await anext(heard)).seq for _ in sent] == [each.seq for each in sent]


async def test_a_session_that_ends_on_one_node_is_closed_on_the_other(serve_a_world: ServeWorld) -> None:
    place: Balanced = await serve_a_world()
    budi = await place.cast.person("budi")
    other = Place(place.nodes[1])
    raw = await other.open(budi)
    await raw.hear()
    (peer,) = place.nodes[1].world.hub.peers()
    await place.world.db.write(lambda tx: sessions.end(tx, by=budi, session=peer.identity.session))
    assert await raw.closed() == 4401
    other.hang_up()


async def test_the_oldest_node_does_what_one_does_for_all(serve_a_world: ServeWorld) -> None:
    place: Balanced = await serve_a_world()
    assert [node.world.bus.leads() for node in place.nodes] == [True, False]
    budi, siti = await place.cast.people("budi", "siti")
    talk = await place.cast.friends(budi, siti)
    await Cast(place.nodes[1].world.db).says(budi, talk, "Kopi tubruk")  # written where nobody leads
    assert await found(place.nodes[1].url, await place.token(siti), "tubruk") == 1
