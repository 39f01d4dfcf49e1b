"""Bounds: what a connection may make the server remember, and what a stopping server still owes."""

import asyncio
import threading

import pytest

from tests.gateway.conftest import ServePlace
from tests.raw import Place
from tests.served import ServeWorld, until
from warung.gateway.hub import IN_FLIGHT
from warung.kit.db import Tx
from warung.kit.errors import DiskFull

OUTBOX = 64 * 1024
CHUNK = 64  # what may have been read already when reading stops


@pytest.fixture
async def narrow(serve_a_place: ServePlace) -> Place:
    """A place that keeps little for slow readers."""
    served: Place = await serve_a_place(outbox_bytes=OUTBOX)
    return served


class Gate:
    """Holds the one writer until it is opened."""

    def __init__(self) -> None:
        self._reached = threading.Event()
        self._opened = threading.Event()

    async def shut(self, place: Place) -> "Gate":
        """Return when the writer stands before it."""
        self._passed = asyncio.ensure_future(place.world.db.write(self._wait))
        await until(self._reached.is_set)
        return self

    def _wait(self, tx: Tx) -> None:
        self._reached.set()
        assert self._opened.wait(20)

    async def open(self) -> None:
        """Let the writer go on."""
        self._opened.set()
        await self._passed


async def test_a_connection_with_too_much_in_flight_is_not_read(place: Place) -> None:
    budi, siti = await place.cast.people("budi", "siti")
    here = await place.cast.friends(budi, siti)
    raw = await place.open(budi)
    await raw.hear()
    gate = await Gate().shut(place)
    for n in range(400):
        await raw.text(here, f"{n} " + "x" * 1_000)
    (peer,) = place.world.hub.peers()
    await until(lambda: peer.in_flight >= IN_FLIGHT)
    await asyncio.sleep(0.2)
    assert IN_FLIGHT <= peer.in_flight <= IN_FLIGHT + CHUNK
    await gate.open()
    answers = [await raw.hear_of("ok") for _ in range(400)]
    assert [answer["id"] for answer in answers] == list(range(1, 401))
    assert [answer["result"]["seq"] for answer in answers] == list(range(2, 402))


async def test_an_account_has_so_many_connections_and_the_most_silent_makes_room(serve_a_place: ServePlace) -> None:
    place: Place = await serve_a_place(connections=3)
    budi, siti = await place.cast.people("budi", "siti")
    here = await place.cast.friends(budi, siti)
    other = await place.open(siti)
    await other.hear()
    mine = [await place.open(budi) for _ in range(3)]
    for raw in mine:
        await raw.hear()
    for at in (0, 2):
        assert (await mine[at].answer(await mine[at].say("ping")))["type"] == "ok"
    newest = await place.open(budi)
    await newest.hear()
    assert await mine[1].closed() == 4429
    assert len(place.world.hub) == 4
    said = await place.cast.says(siti, here, "Kopi?")
    for raw in (mine[0], mine[2], newest, other):
        assert (await raw.hear_of("chat.message"))["message"]["seq"] == said.seq


async def test_a_slow_reader_is_told_to_resync_and_costs_no_memory(narrow: Place) -> None:
    budi, siti = await narrow.cast.people("budi", "siti")
    here = await narrow.cast.friends(budi, siti)
    slow = await narrow.open(siti, max_queue=1)
    await slow.hear()
    (peer,) = narrow.world.hub.peers()
    most = 0
    while not narrow.world.hub.dropped:
        await asyncio.gather(*(narrow.cast.says(budi, here, "x" * 7_000) for _ in range(50)))
        most = max(most, peer.wire.backlog())
    for _ in range(5):
        await asyncio.gather(*(narrow.cast.says(budi, here, "x" * 7_000) for _ in range(50)))
        most = max(most, peer.wire.backlog())
    assert most < OUTBOX + 50 * 8_000
    while (await slow.hear())["type"] != "resync":
        pass
    last = await narrow.cast.says(budi, here, "sudah?")
    assert (await slow.hear_of("chat.message"))["message"]["seq"] == last.seq


async def test_readers_that_stop_take_nothing_from_who_reads_and_are_bounded_each(narrow: Place) -> None:
    budi, *others = await narrow.cast.people("budi", *(f"warga{n}" for n in range(12)))
    for other in others:
        await narrow.cast.friends(budi, other)
    here = await narrow.cast.group(budi, *others)
    stopped = [await narrow.open(other, max_queue=1) for other in others]
    for raw in stopped:
        await raw.hear()
    peers = narrow.world.hub.peers()
    reading = await narrow.open(budi)
    await reading.hear()
    said = 0
    while narrow.world.hub.dropped < len(stopped):
        said = (await narrow.cast.says(budi, here, "x" * 7_000)).seq
        assert (await reading.hear_of("chat.message"))["message"]["seq"] == said
    assert max(peer.wire.backlog() for peer in peers) < 2 * OUTBOX
    for raw in stopped:
        while (await raw.hear())["type"] != "resync":
            pass
    assert said > 2


async def test_everybody_comes_back_at_once_and_is_greeted(serve_one_node: ServeWorld) -> None:
    served = await serve_one_node()
    place = Place(served)
    tokens = [await place.token(person) for person in await place.cast.people(*(f"warga{n}" for n in range(150)))]
    for _ in range(2):
        raws = await asyncio.gather(*(place.dial({"Authorization": f"Bearer {token}"}) for token in tokens))
        assert [(await raw.hear())["type"] for raw in raws] == ["hello"] * len(tokens)
        assert len(place.world.hub) == len(tokens)
        await served.stop()
        assert {await raw.closed() for raw in raws} == {1012}
        await served.start()


async def test_a_client_that_asks_and_never_reads_is_not_read_either(narrow: Place) -> None:
    raw = await narrow.open(await narrow.cast.person("budi"), max_queue=1)
    await raw.hear()
    (peer,) = narrow.world.hub.peers()

    async def flood() -> None:
        for n in range(400_000):
            await raw.socket.send(f'{{"type":"ping","id":{1_000_000_000 + n}}}')

    flooding = asyncio.create_task(flood())
    still = last = 0
    async with asyncio.timeout(60):
        while still < 20:  # nothing moves any more: both directions are full
            await asyncio.sleep(0.02)
            still, last = (still + 1, last) if peer.wire.backlog() == last > 0 else (0, peer.wire.backlog())
    assert peer.wire.backlog() < 1024 * 1024
    flooding.cancel()


async def test_commands_that_never_reached_the_database_are_refused_and_the_next_ones_pass(place: Place) -> None:
    budi, siti = await place.cast.people("budi", "siti")
    here = await place.cast.friends(budi, siti)
    raw = await place.open(budi)
    await raw.hear()
    gate = await Gate().shut(place)
    spoiled = asyncio.ensure_future(place.world.db.write(_take_the_batch_down))
    await until(lambda: place.world.db.writer.waiting() == 1)
    number = await raw.text(here, "Halo")
    (peer,) = place.world.hub.peers()
    await until(lambda: peer.in_flight == 1)
    await gate.open()
    with pytest.raises(DiskFull):
        await spoiled
    assert (await raw.answer(number))["error"]["code"] == "disk_full"
    assert (await raw.answer(await raw.text(here, "Halo lagi")))["result"]["seq"] == 2


def _take_the_batch_down(tx: Tx) -> None:
    """Fail as a disk does on which the database had to give up the whole transaction."""
    tx.run("ROLLBACK")
    raise DiskFull


async def test_a_stopping_server_answers_what_came_in_and_says_come_back(place: Place) -> None:
    budi, siti = await place.cast.people("budi", "siti")
    here = await place.cast.friends(budi, siti)
    raw, idle = await place.open(budi), await place.open(siti)
    await raw.hear()
    await idle.hear()
    gate = await Gate().shut(place)
    numbers = [await raw.text(here, str(n)) for n in range(20)]
    await until(lambda: sum(peer.in_flight for peer in place.world.hub.peers()) == 20)
    stopping = asyncio.create_task(place.world.hub.drain(10))
    assert await idle.closed() == 1012
    await gate.open()
    assert [(await raw.answer(number))["type"] for number in numbers] == ["ok"] * 20
    assert await raw.closed() == 1012
    await stopping


async def test_health_and_metrics_are_served_beside_the_api(place: Place) -> None:
    raw = await place.open(await place.cast.person("budi"))
    await raw.hear()
    told = {path: await place.get(path) for path in ("/healthz", "/readyz", "/metrics")}
    assert {path: answer.status_code for path, answer in told.items()} == dict.fromkeys(told, 200)
    assert "warung_connections 1.0" in told["/metrics"].text
