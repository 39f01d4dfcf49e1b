"""Several nodes on one machine: what they cost, what the bus adds, and whether the model foretold it. Writes bench/measured/nodes.

python -m bench.nodes                           one, two and three nodes of `make cluster`: about three minutes
python -m bench.nodes --seconds 3 --rounds 1

Everything but the generator is pinned to the first core, so these are ceilings of parts, not of machines: what one core does in all
when the work is spread over several nodes. The model is fed with what one node and the bus alone showed, says what two and three nodes
will do, and only then are they measured.
"""

import argparse
import asyncio
import contextlib
import itertools
import os
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from bench import generator, machine, place, talking
from bench.generator import Run
from bench.machine import Server
from bench.model.place import Parts, Seen, closed, paced
from bench.report import PAGE
from bench.results import FOLDER, middle
from tests import environment
from tests.cluster.processes import Cluster
from tests.engines import Nats
from warung.adapters.bus_nats import NatsBus
from warung.kit.bus import Envelope
from warung.kit.ids import AccountId

PACE, WINDOW = 500, talking.WINDOW
SLOW = 100  # messages per second: every batch has one
APART = "saturated, each part on a core of its own"
BEGIN, END = "<!-- nodes: written by python -m bench.nodes -->", "<!-- /nodes -->"
FRAME = b'{"type":"chat.message","text":"' + b"x" * 250 + b'"}'


class Whole(msgspec.Struct):
    """What a number of nodes showed: rounds at full speed, at a pace, slowly, and of a group; CPU by part, in us per message."""

    nodes: int
    saturated: list[Run] = []
    paced: list[Run] = []
    slow: list[Run] = []
    group: list[Run] = []
    parts_us: dict[str, dict[str, float]] = {}
    batch: dict[str, float] = {}


class Measured:
    """A running cluster with as many nodes as wanted, all of it on the server's core."""

    def __init__(self, cluster: Cluster, people: tuple[Path, Path]) -> None:
        self.cluster = cluster
        self.pairs, self.group = people
        self.roots = {
            "nodes": [node.pid for node in cluster.nodes],
            "postgres": [cluster.postgres.pid],
            "nats": [server._running.pid for server in cluster.nats.servers if server._running is not None],
        }
        for pid in itertools.chain(*(machine.tree(roots) for roots in self.roots.values())):
            for thread in Path(f"/proc/{pid}/task").iterdir():
                os.sched_setaffinity(int(thread.name), machine.SERVER)
        everything = list(itertools.chain(*self.roots.values()))
        self.server = Server(f"{len(cluster.nodes)} nodes", everything, cluster.nodes[0].port, "cluster")

    def run(self, whole: Whole, name: str, mode: str, given: argparse.Namespace, **options: float) -> None:
        """Measure once, and note what each part used."""
        ports = ",".join(str(node.port) for node in self.cluster.nodes)
        people = self.group if mode == "group" else self.pairs
        before, commits = {part: machine.cpu_s(roots) for part, roots in self.roots.items()}, self._commits()
        words: dict[str, float | str] = {"nodes": ports, "seconds": given.seconds, "warm_up": given.warm_up, "drain": 0.5} | options
        (seen,) = generator.steps(self.server, generator.command("websocket", mode, people, port=self.server.port, **words))
        getattr(whole, name).append(seen)
        used = {part: (machine.cpu_s(roots) - before[part]) / max(1, seen.total_arrived) * 1e6 for part, roots in self.roots.items()}
        whole.parts_us[name] = {part: round(cost, 1) for part, cost in used.items()}
        whole.batch[name] = round(seen.total_sent / max(1.0, self._commits() - commits), 1)
        print(
            f"{whole.nodes} nodes, {name}: {seen.delivered / seen.seconds:,.0f}/s, {seen.cpu_us:.0f} us {whole.parts_us[name]},"
            f" {whole.batch[name]} in a commit, {seen.p50_ms:.2f} and {seen.p99_ms:.2f} ms, generator {seen.generator_share:.0%},"
            f" others {seen.other_cpu_s / seen.seconds:.2f}",
            flush=True,
        )

    def _commits(self) -> float:
        total = 0.0
        for node in self.cluster.nodes:
            with urllib.request.urlopen(f"{node.url}/metrics", timeout=30) as answer:
                lines = answer.read().decode().splitlines()
            total += sum(float(line.split()[-1]) for line in lines if line.startswith("warung_commits_total"))
        return total


@contextlib.contextmanager
def clustered(nodes: int) -> Iterator[Measured]:
    """Start a cluster with people in it."""
    with tempfile.TemporaryDirectory(prefix="warung-nodes-", dir="/var/tmp") as folder:
        os.environ[environment.RUN] = folder
        Path(folder).chmod(0o711)
        os.environ |= place.SETTINGS
        cluster = Cluster(Path(folder), nodes)
        try:
            cluster.postgres.start()
            people = asyncio.run(talking.warung_place(Path(folder) / "made", cluster.postgres.url))
            asyncio.run(cluster.start())
            time.sleep(3)
            yield Measured(cluster, people)
        finally:
            cluster.kill()


def measured(nodes: int, given: argparse.Namespace) -> Whole:
    """Measure so many nodes."""
    whole = Whole(nodes)
    with clustered(nodes) as running:
        for _ in range(given.rounds):
            running.run(whole, "saturated", "closed", given, window=WINDOW)
            running.run(whole, "paced", "paced", given, rate=PACE)
            running.run(whole, "slow", "paced", given, rate=SLOW)
            running.run(whole, "group", "group", given, window=talking.SPEAKERS)
    return whole


async def bus_alone(url: str, server: Sequence[int], seconds: float) -> dict[str, float]:
    """Send over the bus from one end to another in this process: CPU of both ends together, of NATS, and how long a hint takes."""
    here, there = NatsBus(url), NatsBus(url)
    await asyncio.gather(here.connected.wait(), there.connected.wait())
    accounts = [AccountId(f"orang{n}") for n in range(100)]
    came: list[float] = []
    begun = dict.fromkeys(accounts, 0.0)
    there.subscribe(lambda envelope: came.append(time.perf_counter() - begun[envelope.to[0]]))
    await asyncio.gather(*(there.attend(account) for account in accounts))

    async def send(pause_s: float, until: float) -> tuple[int, float, float]:
        came.clear()
        cpu, nats, sent = time.process_time(), machine.cpu_s(server), 0
        for account in itertools.cycle(accounts):
            if time.perf_counter() > until:
                break
            begun[account] = time.perf_counter()
            here.publish(Envelope([account], FRAME))
            sent += 1
            await asyncio.sleep(pause_s)
        await asyncio.sleep(0.3)
        return sent, (time.process_time() - cpu) / sent * 1e6, (machine.cpu_s(server) - nats) / sent * 1e6

    await send(0.002, time.perf_counter() + seconds)
    wait = statistics.median(came)
    sent, ends, nats = await send(0, time.perf_counter() + seconds)
    lost = sent - len(came)
    await here.close()
    await there.close()
    return {"ends_us": round(ends, 1), "nats_us": round(nats, 1), "p50_ms": round(wait * 1e3, 3), "lost": lost}


def bus_of(given: argparse.Namespace) -> dict[str, float]:
    """Measure the bus alone."""
    with tempfile.TemporaryDirectory(prefix="warung-bus-", dir="/var/tmp") as folder:
        nats = Nats(Path(folder))
        nats.start()
        try:
            (running,) = nats.servers
            assert running._running is not None
            return asyncio.run(bus_alone(nats.url, [running._running.pid], given.seconds))
        finally:
            nats.kill()


def parts_of(one: Whole, bus: dict[str, float]) -> Parts:
    """Derive the costs of the parts from one node at full speed and at a pace: a batch costs something, and so does each message in it."""
    fast, slow = one.parts_us["saturated"], one.parts_us["paced"]
    size, few = one.batch["saturated"], one.batch["paced"]

    def split(part: str) -> tuple[float, float]:
        each = max(0.0, (slow[part] - fast[part]) / (1 / few - 1 / size))
        return each, max(0.0, fast[part] - each / size)

    batch, message = split("nodes")
    turn, store = split("postgres")
    busy = (slow["nodes"] + slow["postgres"]) / 1e3
    wait = max(0.0, middle(one.paced, lambda run: run.p50_ms) - busy)
    # Of what a message costs its node, the profile says: a third reading and answering, a third writing, a sixth pushing, told in
    # docs/performance.md; nobody hears the bus on one node, so what is sent there comes on top.
    return Parts(
        read_us=message * 0.35,
        write_us=message * 0.5,
        push_us=message * 0.15,
        store_us=store,
        batch_us=batch,
        turn_us=turn,
        wait_us=wait * 1e3,
        out_us=bus["ends_us"] * 0.5,
        in_us=bus["ends_us"] * 0.5,
        bus_us=bus["nats_us"],
        bus_wait_us=bus["p50_ms"] * 1e3,
    )


def foretold(parts: Parts, nodes: int) -> dict[str, Seen]:
    """Ask the model."""
    flying = talking.PAIRS * WINDOW
    return {
        "saturated": closed(parts, nodes, flying),
        "paced": paced(parts, nodes, PACE),
        APART: closed(parts, nodes, flying, apart=True),
    }


def table(wholes: Sequence[Whole], said: dict[int, dict[str, Seen]], bus: dict[str, float]) -> str:
    """Return what was measured and what was foretold, as Markdown."""
    lines = [
        f"The bus alone: {bus['ends_us']} us of CPU for both ends and {bus['nats_us']} us in NATS per hint, {bus['p50_ms']} ms on the way.",
        "",
        "| nodes | CPU us each: nodes, PostgreSQL, NATS | in all | foretold | deliveries/s | p50 at 500/s, ms | foretold | group, us |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for whole in wholes:
        told, used = said[whole.nodes], whole.parts_us["saturated"]
        cells = [
            f"{used['nodes']:.0f}, {used['postgres']:.0f}, {used['nats']:.0f}",
            f"{sum(used.values()):.0f}",
            f"{told['saturated'].cpu_us:.0f}",
            f"{middle(whole.saturated, lambda run: run.rate):,.0f}",
            f"{middle(whole.paced, lambda run: run.p50_ms):.2f}",
            f"{told['paced'].p50_ms:.2f}",
            f"{middle(whole.group, lambda run: run.cpu_us):.1f}",
        ]
        lines.append(f"| {whole.nodes} | " + " | ".join(cells) + " |")
    apart = ", ".join(f"{nodes}: {seen[APART].messages_per_s:,.0f}/s" for nodes, seen in said.items())
    others = middle([run for whole in wholes for run in whole.saturated], lambda run: run.other_cpu_s / run.seconds)
    lines += ["", f"With a core for every part, the model says (nodes: deliveries) {apart}.", ""]
    return (
        "\n".join(
            [*lines, f"Others used {others:.1f} of the machine's cores meanwhile: CPU per delivery holds, deliveries per second do not."]
        )
        + "\n"
    )


def write(text: str) -> None:
    """Write the table into its part of docs/performance.md."""
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.split(BEGIN)[0], page.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}", encoding="utf-8")


def main() -> None:
    """Measure one node and the bus, let the model speak, then measure the others."""
    parser = argparse.ArgumentParser(prog="bench.nodes", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--warm-up", type=float, default=2.0)
    parser.add_argument("--nodes", type=int, default=3, help="up to how many")
    parser.add_argument("--no-page", action="store_true", help="leave docs/performance.md and the results as they are")
    given = parser.parse_args()
    bus = bus_of(given)
    print(f"bus alone: {bus}", flush=True)
    one = measured(1, given)
    parts = parts_of(one, bus)
    print(f"parts: {parts}", flush=True)
    said = {nodes: foretold(parts, nodes) for nodes in range(1, given.nodes + 1)}
    print(f"foretold: {said}", flush=True)
    wholes = [one, *(measured(nodes, given) for nodes in range(2, given.nodes + 1))]
    text = table(wholes, said, bus)
    print(text)
    if given.no_page:
        return
    write(text)
    folder = FOLDER.parent / "measured/nodes"
    folder.mkdir(parents=True, exist_ok=True)
    date = datetime.now(UTC).isoformat(timespec="seconds")
    found: dict[str, Any] = {"date": date, "machine": machine.described(), "bus": bus, "parts": parts, "foretold": said, "measured": wholes}
    (folder / f"{date[:16].replace(':', '')}.json").write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1))


if __name__ == "__main__":
    main()
