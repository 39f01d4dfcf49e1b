"""The model of a place: nodes that read, write by turns, and tell each other; people who write at a pace or as fast as they are answered.

What is modelled is what decides: the event loop of a node, its writer, one turn at a time at the database, a bus, and the cores all of
these share. What is left out: the network, garbage collection, vacuum, checkpoints, a search index, people who do anything but write.
"""

import random
from collections import defaultdict, deque
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from bench.model.events import Clock, Core, Lane

UNITS_PER_COMMIT = 512


class Parts(msgspec.Struct, frozen=True):
    """What was measured of the parts, in microseconds of CPU unless it says otherwise."""

    read_us: float  # a message: read, decode, and answer it, on the loop of its node
    write_us: float  # a message: check, number and store it, on the writer of its node
    store_us: float  # a message: on the database's side
    batch_us: float  # a batch: on the writer of its node
    turn_us: float  # a batch: on the database's side
    wait_us: float  # a batch: nobody computes; the disk, the lock going round
    again_us: float  # a batch after another node's: on the writer, which looks its conversations up anew
    again_each_us: float  # the same, per message
    again_turn_us: float  # the same batch, on the database's side
    again_store_us: float  # the same, per message
    push_us: float  # one delivery, on the loop of a node
    out_us: float  # a parcel, all that one commit has for one person: on the loop that sends it
    bus_us: float  # the same, in the bus
    in_us: float  # the same, on the loop that hears it
    frame_us: float  # each message in it, on either loop
    bus_wait_us: float  # nobody computes: on the way between two nodes


class Seen(msgspec.Struct):
    """What came of a run."""

    messages_per_s: float
    p50_ms: float
    p99_ms: float
    batch: float  # messages in one commit
    cpu_us: float  # of a message, everywhere


class Message:
    """One message on its way: when it was said, on which node, to whom."""

    __slots__ = ("begun", "node", "to")

    def __init__(self, begun: float, node: int, to: int) -> None:
        self.begun = begun
        self.node = node
        self.to = to


class Place:
    """Nodes, and what they share. With `apart` every part has a core of its own, else all are on one."""

    def __init__(self, parts: Parts, nodes: int, *, apart: bool = False, seed: int = 1) -> None:
        self.clock = Clock()
        self._parts = parts
        self._chance = random.Random(seed)
        shared = Core(self.clock)
        self.cores = [shared]

        def core() -> Core:
            if not apart:
                return shared
            self.cores.append(Core(self.clock))
            return self.cores[-1]

        machines = [core() for _ in range(nodes)]  # a node's two threads share the interpreter, and so a core
        self._loops = [Lane(machine) for machine in machines]
        self._writers = [Lane(machine) for machine in machines]
        self._database, self._bus = Lane(core()), Lane(core())
        self._pending: list[list[Message]] = [[] for _ in range(nodes)]
        self._writing, self._scheduled = [False] * nodes, [False] * nodes
        self._turn: deque[Callable[[], None]] = deque()
        self._taken, self._wrote = False, -1
        self.batches = self.stored = 0
        self.latencies: list[float] = []
        self.arrived: Callable[[Message], Any] = lambda message: None
        self.measuring = False

    def say(self, node: int, to: int) -> None:
        """Somebody connected to a node says something to somebody on the next one (on the same one, where there is only that)."""
        message = Message(self.clock.now, node, to)
        self._loops[node].work(self._parts.read_us / 1e6, lambda: self._read(message))

    def _read(self, message: Message) -> None:
        self._pending[message.node].append(message)
        if not self._scheduled[message.node] and not self._writing[message.node]:
            self._scheduled[message.node] = True
            self._loops[message.node].work(0, lambda: self._begin(message.node))  # after everything this turn has read

    def _begin(self, node: int) -> None:
        self._scheduled[node] = False
        if self._pending[node] and not self._writing[node]:
            self._writing[node] = True
            self._turn.append(lambda: self._batch(node))
            self._next_turn()

    def _next_turn(self) -> None:
        if self._turn and not self._taken:
            self._taken = True
            self._turn.popleft()()

    def _batch(self, node: int) -> None:
        batch, self._pending[node] = self._pending[node][:UNITS_PER_COMMIT], self._pending[node][UNITS_PER_COMMIT:]
        parts, size = self._parts, len(batch)
        write_us, store_us = parts.batch_us + size * parts.write_us, parts.turn_us + size * parts.store_us
        if self._wrote not in (node, -1):
            write_us += parts.again_us + size * parts.again_each_us
            store_us += parts.again_turn_us + size * parts.again_store_us
        self._wrote = node
        self._writers[node].work(
            write_us / 1e6,
            lambda: self._database.work(
                store_us / 1e6,
                lambda: self.clock.after(parts.wait_us / 1e6 * 2 * self._chance.random(), lambda: self._committed(node, batch)),
            ),
        )

    def _committed(self, node: int, batch: list[Message]) -> None:
        self._taken = self._writing[node] = False
        if self.measuring:
            self.batches += 1
            self.stored += len(batch)
        self._next_turn()
        self._begin(node)
        there = (node + 1) % len(self._loops)
        parcels: defaultdict[int, list[Message]] = defaultdict(list)
        for message in batch:
            if there == node:
                self._loops[node].work(self._parts.push_us / 1e6, partial(self._delivered, message))
            else:
                parcels[message.to].append(message)
        for parcel in parcels.values():
            self._loops[node].work((self._parts.out_us + len(parcel) * self._parts.frame_us) / 1e6, partial(self._out, parcel, there))

    def _out(self, parcel: list[Message], there: int) -> None:
        def arrived() -> None:
            loop.work(self._parts.in_us / 1e6, lambda: None)
            for message in parcel:
                loop.work((self._parts.frame_us + self._parts.push_us) / 1e6, partial(self._delivered, message))

        loop = self._loops[there]
        self._bus.work(self._parts.bus_us / 1e6, lambda: self.clock.after(self._parts.bus_wait_us / 1e6, arrived))

    def _delivered(self, message: Message) -> None:
        if self.measuring:
            self.latencies.append(self.clock.now - message.begun)
        self.arrived(message)

    def seen(self, seconds: float, used_s: float) -> Seen:
        """Return what was seen in so many seconds of measuring."""
        waits = sorted(self.latencies) or [0.0]
        return Seen(
            messages_per_s=round(len(self.latencies) / seconds, 1),
            p50_ms=round(waits[len(waits) // 2] * 1e3, 3),
            p99_ms=round(waits[len(waits) * 99 // 100] * 1e3, 3),
            batch=round(self.stored / max(1, self.batches), 1),
            cpu_us=round(used_s / max(1, len(self.latencies)) * 1e6, 1),
        )


def closed(parts: Parts, nodes: int, people: int, window: int, *, apart: bool = False, seconds: float = 4.0, seed: int = 1) -> Seen:
    """Predict what happens when each of these people always has `window` messages on their way, the people spread over the nodes."""
    place = Place(parts, nodes, apart=apart, seed=seed)
    place.arrived = lambda message: place.say(message.node, message.to)
    for at in range(people * window):
        place.say(at % people % nodes, at % people)
    return _measured(place, seconds)


def paced(parts: Parts, nodes: int, rate: float, *, apart: bool = False, seconds: float = 8.0, seed: int = 1) -> Seen:
    """Predict what happens when people write so many messages a second, evenly."""
    place = Place(parts, nodes, apart=apart, seed=seed)

    def next_one(number: int) -> None:
        place.say(number % nodes, number)
        place.clock.after(1 / rate, lambda: next_one(number + 1))

    next_one(0)
    return _measured(place, seconds)


def _measured(place: Place, seconds: float) -> Seen:
    place.clock.run(1.0)
    place.measuring = True
    used = sum(core.used_s for core in place.cores)
    place.clock.run(1.0 + seconds)
    return place.seen(seconds, sum(core.used_s for core in place.cores) - used)
