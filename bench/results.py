"""What a benchmark showed, as it is written to bench/results, and how figures of it are compared: only within one run."""

import statistics
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from bench.generator import Run

FOLDER = Path(__file__).parent / "results"
Runs = dict[str, list[Run]]


class Results(msgspec.Struct):
    """Everything one call of `make bench` measured; rows that were not asked for are empty."""

    date: str
    machine: dict[str, Any]
    plan: dict[str, Any]
    failed: dict[str, str] = {}
    saturated: Runs = {}
    paced: Runs = {}
    half: Runs = {}
    group: Runs = {}
    floor: dict[str, Any] = {}
    idle: list[dict[str, Any]] = []
    signing_in: dict[str, Any] = {}
    grown: list[dict[str, Any]] = []
    returning: dict[str, Any] = {}
    replay: list[dict[str, Any]] = []
    restart: dict[str, Any] = {}

    def write(self) -> Path:
        """Write to the folder of results; return the file."""
        FOLDER.mkdir(exist_ok=True)
        file = FOLDER / f"{self.date[:16].replace(':', '')}.json"
        file.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=1))
        return file


def read(file: Path) -> Results:
    """Read what was written. The rounds had no numbers at first: then they are in order."""
    found = msgspec.json.decode(file.read_bytes(), type=Results)
    for kind in (found.saturated, found.paced, found.half, found.group):
        for runs in kind.values():
            if not any(run.round for run in runs):
                for number, run in enumerate(runs):
                    run.round = number
    return found


def newest() -> Path | None:
    """Return the newest file of results."""
    return max(FOLDER.glob("*.json"), default=None)


def middle(runs: Sequence[Run], figure: Callable[[Run], float]) -> float:
    """Return the median of a figure over the rounds."""
    return statistics.median([figure(run) for run in runs]) if runs else float("nan")


def cost(run: Run) -> float:
    """Return the CPU per delivered message without the search index, which may follow the log and is told apart."""
    return run.cpu_us - run.index_us


def ratio(ours: Sequence[Run], theirs: Sequence[Run], figure: Callable[[Run], float] = cost) -> float | None:
    """Return the median over the rounds of our figure divided by theirs; None where there is none or a generator was the limit."""
    beside = {run.round: run for run in theirs}
    both = [(a, beside[a.round]) for a in ours if a.round in beside]
    rounds = [(a, b) for a, b in both if not a.limited and not b.limited and figure(b) > 0]
    if len(rounds) * 2 <= min(len(ours), len(theirs)) or not rounds:
        return None
    return statistics.median([figure(a) / figure(b) for a, b in rounds])
