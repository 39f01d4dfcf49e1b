"""The rows about what has piled up: sending and opening with 10 thousand to 10 million messages stored, and coming back after a week."""

import asyncio
import hashlib
import http.client
import random
import shutil
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

import warung.chat
from bench import generator, machine, place, servers
from bench.generator import Run
from bench.machine import Server
from bench.place import Person
from bench.results import cost, middle
from bench.talking import Contender, rest
from warung.kit import clock
from warung.kit.clock import DAY, HOUR
from warung.kit.ids import ConversationId

PEOPLE = 200
OPENINGS = 100
WARM_UP_S = 4.0  # until the writer knows the five thousand conversations that are written to
WEEK = 7 * DAY
CHANGED, KEPT = 200, 1_000  # of a person's conversations
Told = Callable[[str], None]


class Grown(msgspec.Struct):
    """A filled place: its data, the generator's people, somebody's token and conversations."""

    data: str
    people: str
    token: str
    conversations: list[ConversationId]


def grown(cache: Path, stored: int, each: int, tell: Told) -> Grown:
    """Return a place with so many messages stored and so many conversations per person; made once, then kept in the cache."""
    schema = Path(warung.chat.__file__).parent / "schema"
    log = hashlib.sha256(b"".join(file.read_bytes() for file in sorted(schema.glob("*_log_*.sql")))).hexdigest()[:8]
    folder = cache / f"grown-{stored}-{each}-{log}"
    if not (folder / "place.json").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        begun = time.monotonic()
        made = asyncio.run(_make(folder, stored, each))
        (folder / "place.json").write_bytes(msgspec.json.encode(made))
        tell(f"filled {stored:,} messages, {each} conversations per person, in {time.monotonic() - begun:.0f} s")
    return msgspec.json.decode((folder / "place.json").read_bytes(), type=Grown)


async def _make(folder: Path, stored: int, each: int) -> Grown:
    async with place.opened(folder / "data") as db:
        everybody = await place.people(db, PEOPLE)
        chance = random.Random(each)
        circles = []  # each person has `each` conversations of two, with anybody
        for _ in range(each):
            shuffled = chance.sample(everybody, PEOPLE)
            circles += [shuffled[at : at + 2] for at in range(0, PEOPLE, 2)]
        talks = await place.groups(db, circles, quiet=True)
        now = clock.now()
        await place.fill(db, list(zip(talks, circles, strict=True)), stored, begun=now - 30 * DAY, until=now, last=dict.fromkeys(talks, 0))
    mine: dict[str, list[ConversationId]] = {}
    for talk, circle in zip(talks, circles, strict=True):
        mine.setdefault(circle[0].handle, []).append(talk)
    senders = sorted(mine)[: PEOPLE // 2]
    by_handle = {person.handle: person for person in everybody}
    lines = [("s", handle, by_handle[handle].token, ",".join(mine[handle][:50])) for handle in senders]
    lines += [("r", person.handle, person.token, talks[0]) for person in everybody if person.handle not in senders]
    people = place.write_people(folder / "people", lines)
    first = by_handle[senders[0]]
    return Grown(str(folder / "data"), str(people), first.token, mine[first.handle])


class Size(msgspec.Struct):
    """A place that holds so many messages, and the server that is running on it."""

    stored: int
    each: int
    grown: Grown
    server: Server

    def send(self, seconds: float, warm_up: float) -> Run:
        """Send as fast as it goes into fifty conversations of each of a hundred people."""
        return generator.run(
            self.server, "websocket", "closed", Path(self.grown.people), window=4, seconds=seconds, warm_up=warm_up, drain=1
        )

    def open(self, number: int = OPENINGS) -> tuple[float, float]:
        """Open so many conversations: their last fifty messages. Return the 50th and 99th percentile, in milliseconds."""
        chance = random.Random(7)
        return _fetch(self.server.port, self.grown.token, [chance.choice(self.grown.conversations) for _ in range(number)])


def rows(sizes: Sequence[Size], rounds: int, seconds: float) -> list[dict[str, Any]]:
    """Open and send in every place, one after the other in each round, beginning with another one; a row for each place."""
    cold = [size.open(20)[0] for size in sizes]
    runs: list[list[Run]] = [[] for _ in sizes]
    opened: list[list[tuple[float, float]]] = [[] for _ in sizes]
    everybody = [Contender(size.server, Path(size.grown.people)) for size in sizes]
    for number in range(rounds):
        for at in (*range(number % len(sizes), len(sizes)), *range(number % len(sizes))):
            sizes[at].open()  # what was said since is not in memory yet
            opened[at].append(sizes[at].open())
            runs[at].append(sizes[at].send(seconds, 1.0 if number else WARM_UP_S))
            rest(everybody)
    return [
        {
            "stored": size.stored,
            "each": size.each,
            "cold_p50_ms": cold[at],
            "warm_p50_ms": statistics.median(p50 for p50, _ in opened[at]),
            "warm_p99_ms": statistics.median(p99 for _, p99 in opened[at]),
            "cost_us": round(middle(runs[at], cost), 2),
            "rate": round(middle(runs[at], lambda run: run.rate)),
            "rounds": [{"cost_us": round(cost(run), 2), "warm_p50_ms": p50} for run, (p50, _) in zip(runs[at], opened[at], strict=True)],
        }
        for at, size in enumerate(sizes)
    ]


def _fetch(port: int, token: str, conversations: Sequence[str]) -> tuple[float, float]:
    paths = [f"/api/conversations/{conversation}/messages?limit=50" for conversation in conversations]
    taken = [_get(port, token, path)[0] for path in paths]
    return round(statistics.median(taken), 2), round(sorted(taken)[len(taken) * 99 // 100], 2)


_connections: dict[int, http.client.HTTPConnection] = {}


def _get(port: int, token: str, path: str) -> tuple[float, bytes]:
    talk = _connections.setdefault(port, http.client.HTTPConnection("127.0.0.1", port, timeout=60))
    begun = time.perf_counter()
    talk.request("GET", path, headers={"authorization": f"Bearer {token}"})
    answer = talk.getresponse()
    said = answer.read()
    taken = (time.perf_counter() - begun) * 1e3
    if answer.status != 200:
        raise machine.Broken(f"{path}: {answer.status} {said[:200]!r}")
    return taken, said


def returning(folder: Path, tell: Told) -> dict[str, Any]:
    """Somebody with 1,000 conversations comes back after a week in which 200 of them changed: one round trip for the list."""
    token, since = asyncio.run(_a_week(folder))
    with servers.warung(folder) as server:
        taken, size, seen = [], 0, 0
        for _ in range(5):
            _get(server.port, token, f"/api/sync?since={since}")
        cpu = machine.cpu_s(server.roots)
        for _ in range(30):
            took, said = _get(server.port, token, f"/api/sync?since={since}")
            taken.append(took)
            size, seen = len(said), len(msgspec.json.decode(said)["conversations"])
        cpu = (machine.cpu_s(server.roots) - cpu) / 30 * 1e3
    tell(f"return after a week: {seen} conversations, {statistics.median(taken):.1f} ms")
    return {
        "conversations": seen,
        "bytes": size,
        "p50_ms": round(statistics.median(taken), 2),
        "most_ms": round(max(taken), 2),
        "cpu_ms": round(cpu, 2),
    }


async def _a_week(folder: Path) -> tuple[str, int]:
    now = clock.now()
    async with place.opened(folder, now=lambda: now - 3 * WEEK) as db:
        everybody = await place.people(db, KEPT + 1)
        me, others = everybody[0], everybody[1:]
        pairs: list[tuple[Person, Person]] = [(me, other) for other in others[: KEPT // 2]]
        circles = [[me, *others[at : at + 20]] for at in range(KEPT // 2)]
        talks = [*await place.friends(db, pairs), *await place.groups(db, circles)]
        where = list(zip(talks, [*map(list, pairs), *circles], strict=True))
        last = await place.fill(db, where, 50 * KEPT, begun=now - 3 * WEEK, until=now - WEEK - HOUR)
    async with place.opened(folder) as db:
        token = await place.sign_in(db, me)
        some = random.Random(3).sample(where, CHANGED)
        await place.fill(db, some, 20 * CHANGED, begun=now - WEEK // 2, until=now, last=last)
    return token, now - WEEK
