"""What the model of several nodes is fed with: the bus alone, and a batch that comes after another node's."""

import asyncio
import itertools
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from bench import machine, place
from bench.model.place import Parts
from tests.engines import Nats
from warung import chat
from warung.adapters.bus_nats import NatsBus
from warung.chat import messages
from warung.chat.model import Send
from warung.kit import clock
from warung.kit.bus import Envelope
from warung.kit.db import Tx
from warung.kit.ids import AccountId, Identity, SessionId

FRAME = b'{"type":"chat.message","text":"' + b"x" * 250 + b'"}'
FEW, MANY = 1, 4  # frames in a parcel
ALONE, TOGETHER = 1, 64  # messages in a batch
BATCHES = 300


class Bus(msgspec.Struct):
    """The bus alone: CPU of both ends together and of NATS per parcel with so many frames, how long one takes, how many got lost."""

    ends_us: dict[int, float] = {}
    nats_us: dict[int, float] = {}
    p50_ms: float = 0.0
    lost: int = 0


class Again(msgspec.Struct):
    """What a batch of so many messages costs more when its writer has forgotten the conversations: on the node, and in PostgreSQL."""

    node_us: dict[int, float] = {}
    postgres_us: dict[int, float] = {}


async def _bus(url: str, server: Sequence[int], seconds: float) -> Bus:
    here, there = NatsBus(url), NatsBus(url)
    await asyncio.gather(here.connected.wait(), there.connected.wait())
    accounts = [AccountId(f"orang{n}") for n in range(100)]
    came: list[float] = []
    begun = dict.fromkeys(accounts, 0.0)
    there.subscribe(lambda envelope: came.append(time.perf_counter() - begun[envelope.to[0]]))
    await asyncio.gather(*(there.attend(account) for account in accounts))

    async def send(pause_s: float, frames: int) -> tuple[int, float, float]:
        came.clear()
        cpu, nats, sent = time.process_time(), machine.cpu_s(server), 0
        until = time.perf_counter() + seconds
        for account in itertools.cycle(accounts):
            if time.perf_counter() > until:
                break
            begun[account] = time.perf_counter()
            for _ in range(frames):
                here.publish(Envelope([account], FRAME))
            sent += 1
            await asyncio.sleep(pause_s)
        await asyncio.sleep(0.3)
        return sent, (time.process_time() - cpu) / sent * 1e6, (machine.cpu_s(server) - nats) / sent * 1e6

    found = Bus()
    await send(0.002, FEW)
    found.p50_ms = round(statistics.median(came) * 1e3, 3)
    for frames in (FEW, MANY):
        sent, ends, nats = await send(0, frames)
        found.lost += sent * frames - len(came)
        found.ends_us[frames], found.nats_us[frames] = round(ends, 1), round(nats, 1)
    await here.close()
    await there.close()
    return found


def bus_alone(seconds: float) -> Bus:
    """Send over the bus from one end to another in this process, through a NATS server of its own."""
    with tempfile.TemporaryDirectory(prefix="warung-bus-", dir="/var/tmp") as folder:
        nats = Nats(Path(folder))
        nats.start()
        try:
            (running,) = nats.servers
            assert running._running is not None
            return asyncio.run(_bus(nats.url, [running._running.pid], seconds))
        finally:
            nats.kill()


async def after_another(folder: Path, url: str, postgres: Sequence[int]) -> Again:
    """Write batches in this process, with and without forgetting what the writer knows, into conversations of their own."""
    async with place.opened(folder, url) as db:
        people = await place.people(db, 2 * TOGETHER, prefix="lain")
        talks = await place.friends(db, list(zip(people[::2], people[1::2], strict=True)))
        number = itertools.count()
        card = msgspec.Raw(msgspec.json.encode(chat.Text(text_="Jadi besok pagi jam tujuh ya, aku bawa pisang goreng. " * 3)))

        def batch(size: int, forget: bool) -> Any:
            first = next(number)
            sends = [
                (Identity(people[2 * at].id, SessionId("")), Send(0, talks[at], f"{clock.now():012x}{first:06x}{at:08x}", card))
                for at in (place_ % TOGETHER for place_ in range(first, first + size))
            ]

            def verb(tx: Tx) -> None:
                if forget:
                    tx.cache.clear()
                messages.send_all(tx, sends)

            return verb

        async def cost(size: int, forget: bool) -> tuple[float, float]:
            await db.write(batch(size, forget))
            here, there = time.process_time(), machine.cpu_s(postgres)
            for _ in range(BATCHES):
                await db.write(batch(size, forget))
            return (time.process_time() - here) / BATCHES * 1e6, (machine.cpu_s(postgres) - there) / BATCHES * 1e6

        found = Again()
        for size in (ALONE, TOGETHER):
            kept, forgot = await cost(size, False), await cost(size, True)
            found.node_us[size], found.postgres_us[size] = round(forgot[0] - kept[0], 1), round(forgot[1] - kept[1], 1)
        return found


def line(points: dict[int, float]) -> tuple[float, float]:
    """Return what is paid once and what for each, from the costs of few and of many together: never less than nothing."""
    (few, less), (many, more) = sorted(points.items())
    each = max(0.0, (more - less) / (many - few))
    return max(0.0, less - few * each), each


def parts_of(nodes: dict[float, float], postgres: dict[float, float], wait_us: float, bus: Bus, again: Again) -> Parts:
    """Derive the costs of the parts. `nodes` and `postgres`: us per message by how many there are in a commit, on one node alone."""

    def split(costs: dict[float, float]) -> tuple[float, float]:
        (few, slow), (many, fast) = sorted(costs.items())
        batch = max(0.0, (slow - fast) / (1 / few - 1 / many))
        return batch, max(0.0, fast - batch / many)

    batch, message = split(nodes)
    turn, store = split(postgres)
    ends, frame = line(bus.ends_us)
    once, each = line(again.node_us)
    turn_again, store_again = line(again.postgres_us)
    # Of what a message costs its node, the profile says: a third reading and answering, half writing, the rest pushing.
    return Parts(
        read_us=message * 0.35,
        write_us=message * 0.5,
        push_us=message * 0.15,
        store_us=store,
        batch_us=batch,
        turn_us=turn,
        wait_us=wait_us,
        again_us=once,
        again_each_us=each,
        again_turn_us=turn_again,
        again_store_us=store_again,
        out_us=ends / 2,
        in_us=ends / 2,
        frame_us=frame / 2,
        bus_us=bus.nats_us[MANY],
        bus_wait_us=bus.p50_ms * 1e3,
    )
