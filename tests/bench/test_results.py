"""A run that says nothing is no figure, and only runs of the same round are divided by each other."""

import statistics
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bench import report, results, talking
from bench.generator import Run
from bench.machine import Server
from bench.results import Results


def took(cpu_us: float, errors: int = 0, total_sent: int = 100, number: int = 0) -> Run:
    """A run of a second in which each of a hundred messages took so much; none came where it took nothing."""
    return Run(
        seconds=1, sent=100, acked=100, delivered=100 if cpu_us else 0, errors=errors, generator_cpu_s=0.1, late_ms=0, ack_p50_ms=1,
        ack_p99_ms=1, p50_ms=1, p99_ms=1, p999_ms=1, most_ms=1, total_sent=total_sent, total_arrived=100, server_cpu_s=cpu_us * 100 / 1e6,
        round=number,
    )  # fmt: skip


def test_a_run_in_which_nothing_came_is_no_figure() -> None:
    one, told = talking.Contender(Server("warung", [], 0, "websocket"), pairs=Path()), list[str]()
    seen = iter([took(0, errors=4, total_sent=132), took(40)])
    done = talking._rounds([one], talking.Plan(2, 1, 0), told.append, "group", lambda _: next(seen))
    assert [(run.round, round(run.cpu_us)) for run in done["warung"]] == [(1, 40)]
    assert told[0] == "group, warung: nothing was delivered, 4 of 132 refused"


def test_a_round_that_one_of_them_missed_is_not_divided_by_the_next() -> None:
    ours, theirs = [took(10, number=1), took(20, number=2)], [took(100, number=0), took(50, number=1), took(200, number=2)]
    assert results.ratio(ours, theirs) == pytest.approx((10 / 50 + 20 / 200) / 2)


def test_runs_of_before_are_numbered_in_order(tmp_path: Path) -> None:
    file = tmp_path / "before.json"
    file.write_bytes(msgspec.json.encode(Results("2026", {}, {}, saturated={"warung": [took(10), took(20)]})))
    assert [run.round for run in results.read(file).saturated["warung"]] == [0, 1]


def test_what_was_refused_stands_in_the_table() -> None:
    assert report._row("warung", [took(10, errors=30, total_sent=1_000)])[3].endswith("(3.0% refused)")
    assert "refused" not in report._row("warung", [took(10)])[3]


def test_growth_is_of_places_of_the_same_round() -> None:
    def row(*costs: float) -> dict[str, Any]:
        return {"cost_us": statistics.median(costs), "rounds": [{"cost_us": cost} for cost in costs]}

    assert report._times(row(10, 40, 20), row(11, 42, 60), "cost_us") == pytest.approx(1.1)
    assert report._times({"cost_us": 10}, {"cost_us": 12}, "cost_us") == pytest.approx(1.2), "a file of before knows no rounds"
