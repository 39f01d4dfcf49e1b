"""The contract of the bus, in one process and over NATS, and what NATS adds: it says when something may not have arrived."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from nats.aio.client import Client

from tests.engines import Nats
from tests.served import free_port, until
from tests.wires import wired
from warung.adapters import bus_nats, rounds
from warung.adapters.bus_local import LocalBus
from warung.adapters.bus_nats import NatsBus
from warung.adapters.parcels import Beat, encode
from warung.kit.bus import Bus, Envelope
from warung.kit.ids import AccountId, SessionId

BUDI, SITI, AYU = AccountId("budi"), AccountId("siti"), AccountId("ayu")


class End:
    """One end of a bus, and what came out of it."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.came: list[Envelope] = []
        self.missed: list[Any] = []
        bus.subscribe(self.came.append, self.missed.append)

    def frames(self, account: AccountId) -> list[bytes]:
        """What an account was sent here."""
        return [envelope.frame for envelope in self.came if account in envelope.to]


Join = Callable[[], Any]


@contextlib.asynccontextmanager
async def joining(nats: Nats) -> AsyncIterator[Join]:
    """Yield a function that joins one more node to the NATS server."""
    async with contextlib.AsyncExitStack() as stack:

        async def join() -> End:
            bus = NatsBus(nats.url)
            stack.push_async_callback(bus.close)
            await asyncio.wait_for(bus.connected.wait(), 10)
            return End(bus)

        yield join


@pytest.fixture
async def nats_end(nats: Nats) -> AsyncIterator[Join]:
    """A function that joins one more node to the NATS server."""
    async with joining(nats) as join:
        yield join


@pytest.fixture(params=["local", "nats"])
async def ends(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[End, End]]:
    """Two ends of one bus: in one process it is the same end twice."""
    if request.param == "local":
        end = End(LocalBus())
        yield end, end
        return
    server = Nats(tmp_path)
    server.start()
    async with joining(server) as join:
        here, there = await join(), await join()
        await until(lambda: here.bus.nodes() == there.bus.nodes() == 2)  # each has heard the other
        yield here, there
    server.kill()


def frame(text: str) -> bytes:
    return msgspec.json.encode({"type": "chat.message", "text": text})


async def test_what_concerns_an_account_comes_out_where_it_is_attended(ends: tuple[End, End]) -> None:
    here, there = ends
    await there.bus.attend(SITI)
    for n in range(300):
        here.bus.publish(Envelope([BUDI, SITI], frame(str(n))))
    await until(lambda: len(there.frames(SITI)) == 300)
    assert there.frames(SITI) == [frame(str(n)) for n in range(300)]
    assert here.frames(BUDI) == [frame(str(n)) for n in range(300)]


async def test_a_wide_audience_is_reached_too(ends: tuple[End, End]) -> None:
    here, there = ends
    everybody = [AccountId(f"warga{n}") for n in range(bus_nats.WIDE * 4)]
    await there.bus.attend(everybody[-1])
    here.bus.publish(Envelope(everybody, frame("semua")))
    await until(lambda: there.frames(everybody[-1]) == [frame("semua")])


async def test_the_end_of_a_session_is_told(ends: tuple[End, End]) -> None:
    here, there = ends
    await there.bus.attend(SITI)
    here.bus.publish(Envelope([SITI], frame("ended"), SessionId("s1")))
    await until(lambda: bool(there.came))
    assert there.came[-1].ends == SessionId("s1")


async def test_an_account_attended_twice_and_left_once_is_still_attended(ends: tuple[End, End]) -> None:
    here, there = ends
    await there.bus.attend(SITI)
    await there.bus.attend(SITI)
    there.bus.leave(SITI)
    here.bus.publish(Envelope([SITI], frame("masih")))
    await until(lambda: there.frames(SITI) == [frame("masih")])


async def test_an_account_is_attended_when_nats_has_heard_of_it(nats: Nats, nats_end: Join) -> None:
    here = await nats_end()
    async with contextlib.AsyncExitStack() as stack:
        wire, url = await stack.enter_async_context(wired(nats.url))
        there = End(NatsBus(url))
        stack.push_async_callback(there.bus.close)
        await until(lambda: here.bus.nodes() == there.bus.nodes() == 2)
        wire.held, wire.delay_s = b"SUB warung.account", 0.3
        await there.bus.attend(SITI)
        here.bus.publish(Envelope([SITI], frame("halo")))
        await until(lambda: there.frames(SITI) == [frame("halo")])


async def test_an_account_is_attended_when_the_whole_cluster_has_heard_of_it(tmp_path: Path) -> None:
    async with contextlib.AsyncExitStack() as stack:
        route = free_port()
        first = Nats(tmp_path, cluster=f"nats://127.0.0.1:{route}")
        stack.callback(first.kill)
        first.start()
        wire, url = await stack.enter_async_context(wired(f"nats://127.0.0.1:{route}"))
        second = Nats(tmp_path, cluster=f"nats://127.0.0.1:{free_port()}", routes=url)
        stack.callback(second.kill)
        second.start()
        here, there = (End(NatsBus(server.url)) for server in (first, second))
        stack.push_async_callback(here.bus.close)
        stack.push_async_callback(there.bus.close)
        await until(lambda: here.bus.nodes() == there.bus.nodes() == 2, 20)
        wire.held, wire.delay_s = b"RS+ $G warung.account", 0.3
        await there.bus.attend(SITI)
        here.bus.publish(Envelope([SITI], frame("halo")))
        await until(lambda: there.frames(SITI) == [frame("halo")])


async def test_a_node_that_does_not_answer_delays_nobody_for_long_and_who_came_asks_the_log(
    nats: Nats, nats_end: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "PATIENCE_S", 0.1)
    monkeypatch.setattr(bus_nats, "GATHER_S", 0.05)
    monkeypatch.setattr(bus_nats, "BEAT_S", 0.05)
    monkeypatch.setattr(bus_nats, "SILENT_S", 1.0)
    there = await nats_end()
    mute = Client()
    await mute.connect(nats.url)
    await mute.publish("warung.nodes", encode(Beat("lain", 0)))
    await until(lambda: there.bus.nodes() == 2)
    await there.bus.attend(SITI)
    await until(lambda: [SITI] in there.missed)
    await there.bus.attend(AYU)  # it is not waited for again
    await until(lambda: there.bus.nodes() == 1)
    assert [AYU] not in there.missed
    await mute.close()


async def test_an_account_that_nobody_attends_passes_by(nats_end: Join) -> None:
    here, there = await nats_end(), await nats_end()
    await there.bus.attend(SITI)
    await there.bus.attend(AYU)
    there.bus.leave(SITI)
    await asyncio.sleep(0)
    here.bus.publish(Envelope([BUDI], frame("lewat")))
    here.bus.publish(Envelope([AYU], frame("sampai")))
    await until(lambda: there.frames(AYU) == [frame("sampai")])
    assert there.frames(BUDI) == []


async def test_what_no_node_of_ours_wrote_is_ignored_and_counted(nats: Nats, nats_end: Join) -> None:
    there = await nats_end()
    await there.bus.attend(SITI)
    stranger = Client()
    await stranger.connect(nats.url)
    packed: list[Any] = [["f", "no list"], ["f", [b"\xff{"]], ["f", [b'{"a":"\xff"}']], ["w", [1], b"{}"], ["b", "node", "first"]]
    strange = [b"", b"kopi", b"\xff\xfe", b'{"type":"f"}', b"\x00" * 900_000, b"\x91" * 50_000, *map(msgspec.msgpack.encode, packed)]
    for junk in strange:
        for subject in ("warung.account.siti", "warung.everyone", "warung.nodes"):
            await stranger.publish(subject, junk)
    await stranger.publish("warung.account.siti", msgspec.msgpack.encode(["f", [frame("halo")]]))
    await until(lambda: there.frames(SITI) == [frame("halo")])
    await until(lambda: there.bus.strange == 3 * len(strange))
    assert len(there.came) == 1
    await stranger.close()


async def test_when_nats_comes_back_everybody_is_told_and_so_are_those_who_were_not_reached(
    nats: Nats, nats_end: Callable[[], Any]
) -> None:
    here, there = await nats_end(), await nats_end()
    await there.bus.attend(SITI)
    nats.kill()
    await until(lambda: not here.bus._client.is_connected and not there.bus._client.is_connected)
    here.bus.publish(Envelope([SITI], frame("hilang")))
    assert here.bus.dropped == 1
    there.missed.clear()
    nats.start()
    await until(lambda: None in there.missed and [SITI] in there.missed, 20)
    here.bus.publish(Envelope([SITI], frame("lagi")))
    await until(lambda: there.frames(SITI) == [frame("lagi")])
    assert here.frames(SITI) == [frame("hilang"), frame("lagi")]


async def test_a_node_starts_without_nats_and_joins_when_it_is_there(nats: Nats) -> None:
    nats.kill()
    end = End(NatsBus(nats.url))
    await asyncio.wait_for(end.bus.attend(SITI), 5)
    nats.start()
    await until(end.bus.connected.is_set, 20)  # type: ignore[attr-defined]
    other = End(NatsBus(nats.url))
    await asyncio.wait_for(other.bus.connected.wait(), 10)  # type: ignore[attr-defined]
    other.bus.publish(Envelope([SITI], frame("sampai")))
    await until(lambda: end.frames(SITI) == [frame("sampai")])
    await end.bus.close()
    await other.bus.close()


async def test_nodes_that_meet_before_anybody_comes_tell_nobody_to_ask_the_log(nats: Nats, nats_end: Join) -> None:
    here = await nats_end()
    await until(lambda: here.bus._number == 2)
    there = await nats_end()
    await until(lambda: there.bus.nodes() == 2)
    await there.bus.attend(SITI)
    await asyncio.sleep(bus_nats.GATHER_S * 1.5)
    assert there.missed == []


async def test_a_node_that_falls_silent_makes_the_others_ask_the_log(nats_end: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bus_nats, "BEAT_S", 0.05)
    monkeypatch.setattr(bus_nats, "SILENT_S", 0.4)
    monkeypatch.setattr(bus_nats, "GATHER_S", 0.05)
    here, there = await nats_end(), await nats_end()
    await until(lambda: there.bus.nodes() == 2)
    await there.bus.attend(SITI)
    assert there.missed == []
    here.bus._tasks[2].cancel()  # its beat stops, as when it is killed
    await until(lambda: there.bus.nodes() == 1)
    await until(lambda: None in there.missed)


async def test_a_node_that_says_goodbye_alarms_nobody(nats: Nats, nats_end: Join) -> None:
    there = await nats_end()
    leaving = End(NatsBus(nats.url))
    await until(lambda: there.bus.nodes() == 2)
    await there.bus.attend(SITI)
    await leaving.bus.close()
    await until(lambda: there.bus.nodes() == 1)
    assert there.missed == []
    assert there.bus._gathering is None


async def test_a_gap_in_the_beats_of_a_node_means_that_something_was_lost(nats: Nats, nats_end: Join) -> None:
    there = await nats_end()
    await there.bus.attend(SITI)
    other = Client()
    await other.connect(nats.url)
    for number in (0, 1, 2):
        await other.publish("warung.nodes", encode(Beat("lain", number)))
    await until(lambda: there.bus.nodes() == 2)
    assert there.bus._gathering is None
    await other.publish("warung.nodes", encode(Beat("lain", 4)))
    await until(lambda: None in there.missed)
    await other.close()
