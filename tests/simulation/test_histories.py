"""Histories of chance, each from a seed: whatever is lost, repeated, late or crashes, promises are kept and everybody ends with one log.

A seed that fails is named; `Simulation(seed, template, folder).run()` tells the same history again.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.simulation.world import Simulation, Template
from warung.adapters.db_sqlite import SqliteLink

SHARE = 50  # seeds in one test


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder in memory, where there is one: the disk's slowness is simulated."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as made:
        yield Path(made)


@pytest.fixture(scope="module")
def template(folder: Path) -> Template:
    """The database that every history begins with."""
    return Template(folder)


def wrong_seeds(seeds: range, template: Template, folder: Path) -> dict[int, list[str]]:
    """Live through these histories; return the complaints by seed."""
    found = {seed: Simulation(seed, template, folder).run() for seed in seeds}
    return {seed: wrong for seed, wrong in found.items() if wrong}


@pytest.mark.parametrize("start", range(0, 4 * SHARE, SHARE))
def test_every_history_keeps_its_promises(start: int, template: Template, folder: Path) -> None:
    assert wrong_seeds(range(start, start + SHARE), template, folder) == {}


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 11_000, 500))
def test_ten_thousand_histories_keep_their_promises(start: int, template: Template, folder: Path) -> None:
    assert wrong_seeds(range(start, start + 500), template, folder) == {}


def test_a_history_is_the_same_whenever_it_is_told(template: Template, folder: Path) -> None:
    def told() -> tuple[list[str], object]:
        simulation = Simulation(7, template, folder)
        return simulation.run(), simulation.chance.getstate()

    assert told() == told()


class LyingLink(SqliteLink):
    """A connection that says "stored" and commits with the next batch only."""

    def begin(self) -> bool:
        """Open a transaction where the last one was not really committed."""
        return super().begin() if self.undone() else False

    def commit(self) -> None:
        """Say yes."""


def test_a_server_that_acknowledges_before_it_commits_is_found_out(template: Template, folder: Path) -> None:
    told = (Simulation(seed, template, folder, link=lambda file: LyingLink(file, writes=True), nodes=1).run() for seed in range(8))
    assert any("lost" in complaint for wrong in told for complaint in wrong)


def test_a_bus_that_does_not_say_what_it_lost_is_found_out(template: Template, folder: Path) -> None:
    told = (Simulation(seed, template, folder, tells=False).run() for seed in range(40, 240))  # until one notices
    assert any("never had everything" in complaint for wrong in told for complaint in wrong)
