"""Too much to do: what is still done, how fast, and for whom. Writes its own part of docs/performance.md, and its plots.

python -m bench.overload                        everything: about eight minutes on a quiet machine
python -m bench.overload --parts ceiling,beyond --seconds 4 --times 1,2,5
python -m bench.overload --no-page              only print

What is offered is what people intend, whether or not their clients hold back as they were told.
"""

import argparse
import asyncio
import contextlib
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from bench import generator, machine, overload_page, place, servers
from bench.machine import Broken, Server
from warung import chat
from warung.kit.db import Tx
from warung.kit.ids import ConversationId

CROWD = Path(__file__).parent / "crowd"
PARTS = ("ceiling", "beyond", "impatient", "flood", "readers", "storm")
PAIRS, WRITTEN = 200, 40  # couples, and what each has said before
AT_ONCE = 64  # people who do one thing after the other, for the ceiling
FLOODERS = 4
STOPPED = 1_000  # who stop reading
TALKERS, GROUP_RATE = 10, 40  # people who write in their group, and how often in all
RETURNING, WITHIN_S = 5_000, 30.0
KINDS = {"sent": "sends", "read": "reads", "searched": "searches"}
UNBOUNDED = {"WARUNG_OVERLOAD_MS": "0"}
PROSE = "jadi besok pagi jam tujuh ya, aku bawa pisang goreng dan kopi, nanti kita ketemu di warung dekat pasar lama, jangan lupa payung"


class Step(msgspec.Struct):
    """One measurement: what the crowd saw, and what the server used."""

    seen: dict[str, Any]
    server_cpu_s: float
    index_cpu_s: float
    memory_mb: float
    kernel_mb: float  # of that: what its sockets hold in the kernel

    @property
    def done(self) -> float:
        """What ordinary people got done, per second."""
        people = self.seen["people"]
        return float((people["sent"] + people["read"] + people["searched"]) / self.seen["seconds"])

    def work(self, costs: dict[str, float]) -> float:
        """What ordinary people got done, in seconds of the server's CPU per second, each kind at what it costs alone."""
        return float(sum(self.seen["people"][kind] / self.seen["seconds"] * cost / 1e6 for kind, cost in costs.items()))

    @property
    def cost_us(self) -> float:
        """CPU of the server per command, its index left out."""
        return float((self.server_cpu_s - self.index_cpu_s) / max(1.0, self.done * self.seen["seconds"]) * 1e6)

    @property
    def busy(self) -> float:
        """The share of its core that the generator used."""
        return float(self.seen["generator_cpu_s"] / self.seen["seconds"])


def crowd(server: Server, mode: str, people: Path, **options: float | str) -> list[Step]:
    """Let a crowd do something; return what each measurement showed. Raises `Broken`."""
    given = [f"{key.replace('_', '-')}={value}" for key, value in options.items()]
    process = generator.started([str(generator.compiled(CROWD)), mode, str(people), f"port={server.port}", *given])
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    meter, steps, indexed = machine.Meter(server.roots), [], 0.0
    busy: machine.Busy | None = None
    try:
        for line in process.stdout:
            word = line.strip()
            if word == "ready":
                process.stdin.write("go\n")
                process.stdin.flush()
            elif word == "begin":
                indexed = server.index().cpu_s
                meter.begin()
            elif word == "end":
                busy = meter.end()
                indexed = server.index().cpu_s - indexed
            elif busy is not None:
                kernel = machine.sockets_kb() / 1024
                memory = machine.memory_kb(server.roots) / 1024 + kernel
                steps.append(Step(msgspec.json.decode(line), busy.server_s, indexed, round(memory, 1), round(kernel, 1)))
        if process.wait(60) != 0:
            raise Broken(process.stderr.read().strip()[-600:])
    finally:
        process.kill()
        process.wait()
    if not steps:
        raise Broken("the crowd said nothing")
    return steps


async def couples(data: Path) -> Path:
    """Make people who talk two by two and have talked before, and four more who will flood; return the list."""
    async with place.opened(data) as db:
        everybody = await place.people(db, 2 * (PAIRS + FLOODERS))
        talks = await place.friends(db, list(zip(everybody[::2], everybody[1::2], strict=True)))

        def before(where: Sequence[ConversationId], tx: Tx) -> None:
            for talk in where:
                for n in range(WRITTEN):
                    chat.post(tx, to=talk, card=chat.Text(text_=f"{PROSE[n % 9 :]} {n}"))

        for at in range(0, PAIRS, 20):
            await db.write(partial(before, talks[at : at + 20]))
    lines = []
    for at, talk in enumerate(talks):
        a, b = everybody[2 * at], everybody[2 * at + 1]
        lines += (
            [("a", a.handle, a.token, talk), ("a", b.handle, b.token, talk)]
            if at < PAIRS
            else [("f", a.handle, a.token, talk), ("r", b.handle, b.token, talk)]
        )
    return place.write_people(data.with_name(f"{data.name}-people"), lines)


async def club(data: Path) -> tuple[Path, Path]:
    """Make a group of many; return the lists of those who write with the others reading, and with the others stopping to."""
    async with place.opened(data) as db:
        everybody = await place.people(db, TALKERS + STOPPED)
        (here,) = await place.groups(db, [everybody])

    def listed(name: str, role: str) -> Path:
        lines = [("a" if at < TALKERS else role, one.handle, one.token, here) for at, one in enumerate(everybody)]
        return place.write_people(data.with_name(f"{data.name}-{name}"), lines)

    return listed("reading", "r"), listed("stopped", "z")


async def many(data: Path, number: int) -> Path:
    """Make people who only come back."""
    async with place.opened(data) as db:
        lines = [("r", one.handle, one.token, "-") for one in await place.people(db, number)]
    return place.write_people(data.with_name(f"{data.name}-many"), lines)


class Overload:
    """One call: what was asked for, and what came of it."""

    def __init__(self, given: argparse.Namespace, folder: Path) -> None:
        self.given = given
        self.folder = folder
        self.parts = [part for part in PARTS if part in given.parts.split(",")]
        self.times = [float(each) for each in given.times.split(",")]
        self.costs: dict[str, float] = {}
        self.begun = time.monotonic()
        plan = {"people": 2 * PAIRS, "at_once": AT_ONCE, "flooders": FLOODERS, "stopped": STOPPED, "group_rate": GROUP_RATE}
        self.found: dict[str, Any] = {"date": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine.described(), "plan": plan}

    def tell(self, what: str) -> None:
        """Say how far it is."""
        print(f"{time.monotonic() - self.begun:6.0f} s  {what}", flush=True)

    def run(self) -> dict[str, Any]:
        """Measure every part that was asked for."""
        if {"ceiling", "beyond", "impatient", "flood"} & set(self.parts):
            self.mixed()
        if "readers" in self.parts:
            self.readers()
        if "storm" in self.parts:
            self.storm()
        return self.found

    def mixed(self) -> None:
        """The mix of sends, history and searches: its ceiling, and what happens beyond it."""
        data = self.folder / "mixed"
        people = asyncio.run(couples(data))
        steps = {"seconds": self.given.seconds, "warm_up": self.given.warm_up, "idle": self.given.idle}
        with self.served(data, UNBOUNDED) as server:
            (ceiling,) = crowd(server, "closed", people, window=AT_ONCE, seconds=self.given.seconds, warm_up=2)
            costs: dict[str, float] = {}
            for kind, share in KINDS.items():
                only = dict.fromkeys(KINDS.values(), 0) | {share: 1}
                (alone,) = crowd(server, "closed", people, window=AT_ONCE, seconds=2, warm_up=1, **only)
                costs[kind] = round(alone.cost_us, 1)
        self.found["ceiling"] = _told(ceiling) | {"cost_us": round(ceiling.cost_us, 1), "costs_us": costs}
        self.costs = costs
        self.tell(f"ceiling: {ceiling.done:.0f}/s at {ceiling.cost_us:.0f} us, generator {ceiling.busy:.0%}, alone {costs}")
        rates = ",".join(f"{ceiling.done * each:.0f}" for each in self.times)
        for part, patient in (("beyond", 1), ("impatient", 0)):
            if part in self.parts:
                with self.served(data) as server:
                    resting = (machine.memory_kb(server.roots) + machine.sockets_kb()) / 1024
                    seen = crowd(server, "open", people, rates=rates, patient=patient, **steps)
                self.found[part] = {
                    "resting_mb": round(resting, 1),
                    "steps": [self._step(*each, ceiling) for each in zip(self.times, seen, strict=True)],
                }
        if "flood" in self.parts:
            self.flood(data, people, ceiling, steps)

    def _step(self, times: float, step: Step, ceiling: Step) -> dict[str, Any]:
        goodput = step.work(self.costs) / ceiling.work(self.costs)
        row = _told(step) | {"times": times, "goodput": round(goodput, 3), "commands": round(step.done / ceiling.done, 3)}
        people = step.seen["people"]
        self.tell(
            f"{times:g}x: goodput {row['goodput']:.0%} ({row['commands']:.0%} of the commands), p50 {people['p50_ms']} ms, "
            f"p99 {people['p99_ms']} ms (by kind {people['p99_by_kind_ms']}), {row['memory_mb']} MB, "
            f"refused {people['refused']}, held {people['held']},"
            f" server {step.server_cpu_s / step.seen['seconds']:.0%}, generator {step.busy:.0%}"
        )
        return row

    def flood(self, data: Path, people: Path, ceiling: Step, steps: dict[str, float]) -> None:
        """A few who intend five times what can be done, beside people who ask for little more than half of it."""
        rate, rows = ceiling.done * 0.6, []
        for flood in (0.0, ceiling.done * 5):
            with self.served(data) as server:
                (step,) = crowd(server, "open", people, rates=f"{rate:.0f}", flood=f"{flood:.0f}", **steps)
            rows.append(_told(step) | {"flood": round(flood), "share": round(step.done / rate, 3)})
            self.tell(
                f"flood of {flood:.0f}/s: others get {rows[-1]['share']:.1%} of what they ask, p99 {step.seen['people']['p99_ms']} ms"
            )
        self.found["flood"] = rows

    def readers(self) -> None:
        """A thousand people in a group of whom the others read, and the same when they stop reading."""
        data = self.folder / "club"
        reading, stopped = asyncio.run(club(data))
        rows = []
        for name, people in (("reading", reading), ("stopped", stopped)):
            with self.served(data) as server:
                resting = (machine.memory_kb(server.roots) + machine.sockets_kb()) / 1024
                only = {"sends": 1, "reads": 0, "searches": 0, "body": 900}
                (step,) = crowd(server, "open", people, rates=str(GROUP_RATE), seconds=self.given.readers_s, warm_up=2, **only)
            rows.append(
                _told(step) | {"who": name, "resting_mb": round(resting, 1), "kb_each": round((step.memory_mb - resting) * 1024 / STOPPED)}
            )
            self.tell(f"{STOPPED} {name}: p99 {step.seen['people']['p99_ms']} ms, {rows[-1]['kb_each']} kB each")
        self.found["readers"] = rows

    def storm(self) -> None:
        """Everybody comes back to a server that has just started."""
        data = self.folder / "storm"
        people = asyncio.run(many(data, self.given.returning))
        with self.served(data) as server:
            (step,) = crowd(server, "storm", people, seconds=self.given.within_s)
        self.found["storm"] = step.seen | {"within_s": self.given.within_s, "server_cpu_s": step.server_cpu_s, "memory_mb": step.memory_mb}
        self.tell(f"storm: {self.found['storm']}")

    @contextlib.contextmanager
    def served(self, data: Path, more: dict[str, str] | None = None) -> Iterator[Server]:
        """Start the shipped server, and let its index come to rest."""
        with servers.warung(data, more=more) as server:
            before = -1.0
            while (now := machine.cpu_s(server.roots)) - before > 0.02:
                before = now
                time.sleep(1)
            yield server


def _told(step: Step) -> dict[str, Any]:
    return step.seen | {
        "done": round(step.done, 1),
        "memory_mb": step.memory_mb,
        "kernel_mb": step.kernel_mb,
        "server_cpu_s": step.server_cpu_s,
        "generator_share": round(step.busy, 3),
    }


def main() -> None:
    """Measure, and write."""
    parser = argparse.ArgumentParser(prog="bench.overload", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", default=",".join(PARTS), help="which, of " + ", ".join(PARTS))
    parser.add_argument("--times", default="0.5,1,2,3,5,7.5,10", help="how many times the ceiling is intended")
    parser.add_argument("--seconds", type=float, default=8.0, help="of one measurement")
    parser.add_argument("--warm-up", type=float, default=10.0, help="before each, at its rate")
    parser.add_argument("--idle", type=float, default=4.0, help="between two rates")
    parser.add_argument("--readers-s", type=float, default=25.0, help="how long the readers stop")
    parser.add_argument("--returning", type=int, default=RETURNING)
    parser.add_argument("--within-s", type=float, default=WITHIN_S)
    parser.add_argument("--no-page", action="store_true", help="leave docs/performance.md as it is")
    given = parser.parse_args()
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (65_536, 65_536))
    folder = Path(tempfile.mkdtemp(prefix="warung-overload-", dir="/var/tmp"))
    try:
        found = Overload(given, folder).run()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(overload_page.page(found))
    if not given.no_page:
        overload_page.write(found)


if __name__ == "__main__":
    main()
