"""Several nodes on one machine: what they cost, what the bus adds, and whether the model foretold it. Writes bench/measured/nodes.

python -m bench.nodes                           one, two and three nodes of `make cluster`: about eight minutes
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

from bench import generator, machine, parts, place, talking
from bench.generator import Run
from bench.machine import Server
from bench.model.place import Parts, Seen, closed, paced
from bench.report import PAGE
from bench.results import FOLDER, middle
from tests import environment
from tests.cluster.processes import Cluster

PACE, WINDOW = 500, talking.WINDOW
SLOW = 100  # messages per second: every batch has one
APART = "saturated, each part on a core of its own"
BEGIN, END = "<!-- nodes: written by python -m bench.nodes -->", "<!-- /nodes -->"


class Whole(msgspec.Struct):
    """What a number of nodes showed: rounds at full speed, at a pace, slowly, and of a group; in each, CPU by part in us per message, and
    how many messages a commit had.
    """

    nodes: int
    saturated: list[Run] = []
    paced: list[Run] = []
    slow: list[Run] = []
    group: list[Run] = []
    parts_us: dict[str, list[dict[str, float]]] = {}
    batches: dict[str, list[float]] = {}

    def used(self, name: str) -> dict[str, float]:
        """Return the CPU by part, the middle of the rounds."""
        rounds = self.parts_us[name]
        return {part: statistics.median(each[part] for each in rounds) for part in rounds[0]}

    def batch(self, name: str) -> float:
        """Return how many messages a commit had, the middle of the rounds."""
        return statistics.median(self.batches[name])


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
        each = {part: round(cost, 1) for part, cost in used.items()}
        batch = round(seen.total_sent / max(1.0, self._commits() - commits), 1)
        whole.parts_us.setdefault(name, []).append(each)
        whole.batches.setdefault(name, []).append(batch)
        print(
            f"{whole.nodes} nodes, {name}: {seen.delivered / seen.seconds:,.0f}/s, {seen.cpu_us:.0f} us {each},"
            f" {batch} in a commit, {seen.p50_ms:.2f} and {seen.p99_ms:.2f} ms, generator {seen.generator_share:.0%},"
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


def after_another() -> parts.Again:
    """Measure a batch that comes after another node's, beside a node that only keeps its place."""
    with clustered(1) as running, tempfile.TemporaryDirectory(prefix="warung-again-", dir="/var/tmp") as folder:
        postgres = running.cluster.postgres
        return asyncio.run(parts.after_another(Path(folder), postgres.url, [postgres.pid]))


def parts_of(one: Whole, bus: parts.Bus, again: parts.Again) -> Parts:
    """Derive the costs of the parts from one node at full speed and at a pace: a batch costs something, and so does each message in it."""
    fast, slow, size, few = one.used("saturated"), one.used("paced"), one.batch("saturated"), one.batch("paced")
    wait_us = max(0.0, middle(one.paced, lambda run: run.p50_ms) * 1e3 - slow["nodes"] - slow["postgres"])
    nodes, postgres = ({few: slow[part], size: fast[part]} for part in ("nodes", "postgres"))
    return parts.parts_of(nodes, postgres, wait_us, bus, again)


def foretold(costs: Parts, nodes: int) -> dict[str, Seen]:
    """Ask the model."""
    return {
        "saturated": closed(costs, nodes, talking.PAIRS, WINDOW),
        "paced": paced(costs, nodes, PACE),
        APART: closed(costs, nodes, talking.PAIRS, WINDOW, apart=True),
    }


def table(wholes: Sequence[Whole], said: dict[int, dict[str, Seen]], bus: parts.Bus, again: parts.Again) -> str:
    """Return what was measured and what was foretold, as Markdown."""
    few, many, alone, together = parts.FEW, parts.MANY, parts.ALONE, parts.TOGETHER
    lines = [
        f"The bus alone: {bus.ends_us[few]} us of CPU for both ends and {bus.nats_us[few]} us in NATS per parcel with one frame, "
        f"{bus.ends_us[many]} and {bus.nats_us[many]} us with {many}; {bus.p50_ms} ms on the way.",
        f"A batch after another node's: {again.node_us[alone]:.0f} us more on the node and {again.postgres_us[alone]:.0f} us in PostgreSQL "
        f"with one message, {again.node_us[together]:.0f} and {again.postgres_us[together]:.0f} with {together}.",
        "",
        "| nodes | CPU us each: nodes, PostgreSQL, NATS | in all | foretold | in a commit | foretold | deliveries/s "
        "| at 500/s: CPU us | foretold | p50 ms | foretold | group, us |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for whole in wholes:
        told, used = said[whole.nodes], whole.used("saturated")
        cells = [
            f"{used['nodes']:.0f}, {used['postgres']:.0f}, {used['nats']:.0f}",
            f"{sum(used.values()):.0f}",
            f"{told['saturated'].cpu_us:.0f}",
            f"{whole.batch('saturated'):.0f}",
            f"{told['saturated'].batch:.0f}",
            f"{middle(whole.saturated, lambda run: run.rate):,.0f}",
            f"{sum(whole.used('paced').values()):.0f}",
            f"{told['paced'].cpu_us:.0f}",
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
    bus, again = parts.bus_alone(given.seconds), after_another()
    print(f"bus alone: {bus}\nafter another: {again}", flush=True)
    one = measured(1, given)
    costs = parts_of(one, bus, again)
    print(f"parts: {costs}", flush=True)
    said = {nodes: foretold(costs, nodes) for nodes in range(1, given.nodes + 1)}
    print(f"foretold: {said}", flush=True)
    wholes = [one, *(measured(nodes, given) for nodes in range(2, given.nodes + 1))]
    text = table(wholes, said, bus, again)
    print(text)
    if given.no_page:
        return
    write(text)
    folder = FOLDER.parent / "measured/nodes"
    folder.mkdir(parents=True, exist_ok=True)
    date = datetime.now(UTC).isoformat(timespec="seconds")
    found: dict[str, Any] = {"date": date, "machine": machine.described(), "bus": bus, "again": again, "parts": costs, "foretold": said}
    found["measured"] = wholes
    (folder / f"{date[:16].replace(':', '')}.json").write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1))


if __name__ == "__main__":
    main()
