"""The cost of the hot path in numbers that a busy machine cannot blur, held to what was committed."""

import msgspec
import pytest

from bench import check
from bench.check import Figures


@pytest.fixture(scope="module")
def now() -> Figures:
    """What it takes now."""
    return check.current()


def test_nothing_costs_more_than_what_was_committed(now: Figures) -> None:
    """A rise needs a decision record; then `make bench-check ARGS=--write`."""
    assert check.risen(now, msgspec.json.decode(check.COMMITTED.read_bytes())) == []


def test_every_committed_figure_is_still_measured(now: Figures) -> None:
    assert set(msgspec.json.decode(check.COMMITTED.read_bytes())) == set(now)


def test_one_statement_more_per_message_is_noticed(now: Figures) -> None:
    name = "send, 256 together, each: statements"
    assert check.risen(now | {name: now[name] + 1}, now) == [f"{name}: {now[name]} before, {now[name] + 1} now"]
