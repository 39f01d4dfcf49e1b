"""A torn tail of SQLite's log: half a frame that was being written when the power went is not there, and everything acknowledged is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.load import crowd, whole_log
from tests.faults.process import Process

FRAME = 24 + 4096


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Process]:
    """A server process; killed at the end."""
    process = Process(tmp_path)
    yield process
    process.kill()


def tear(wal: Path) -> None:
    """Leave half a frame behind the last one, as a write does that was interrupted."""
    with wal.open("r+b") as file:
        head = file.read(32 + FRAME)
        file.seek(0, 2)
        file.write(head[32 : 32 + FRAME // 2])


def lose(wal: Path) -> None:
    """Cut off frames that had been synced, as no honest disk does."""
    with wal.open("r+b") as file:
        file.truncate(wal.stat().st_size - 12 * FRAME)


@pytest.mark.parametrize(("fault", "kept"), [(tear, True), (lose, False)])
async def test_a_torn_tail_loses_nothing_and_a_lost_one_is_noticed(server: Process, fault: object, kept: bool) -> None:
    await server.start()
    async with crowd(server.url, 5) as people:
        people.write()
        await people.promises(150)
        server.kill()
        people.give_up()
        assert callable(fault)
        fault(server.data / "warung.db-wal")
        await server.start()
        wrong = people.complaints([await whole_log(people.clients[0], people.club)])
        assert (wrong == []) == kept, wrong
