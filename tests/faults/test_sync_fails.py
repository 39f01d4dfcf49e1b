"""fsync fails under a commit: the process stops rather than acknowledge, and what it had acknowledged is there."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.environment import missing
from tests.faults.load import crowd, whole_log
from tests.faults.process import Process
from tests.served import until

HERE = Path(__file__).parent
DISK_FAILED = 70


@pytest.fixture
def dying(tmp_path: Path) -> Iterator[tuple[Process, Path]]:
    """A server, and a file: once it exists, every sync of the database's log fails."""
    compiler = shutil.which("cc") or shutil.which("gcc") or missing("A C compiler", "gcc")
    shim, when = tmp_path / "failing_sync.so", tmp_path / "dead"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", shim, HERE / "failing_sync.c", "-ldl"], check=True)
    env = {"LD_PRELOAD": str(shim), "FAILING_SYNC_OF": "warung.db-wal", "FAILING_SYNC_WHEN": str(when)}
    process = Process(tmp_path, env=env)
    yield process, when
    process.kill()


async def test_a_server_whose_disk_fails_stops_and_has_kept_every_promise(dying: tuple[Process, Path]) -> None:
    server, when = dying
    await server.start()
    async with crowd(server.url, 5) as people:
        people.write()
        await people.promises(100)
        when.touch()
        await until(lambda: not server.runs, 30)
        promised = len(people.promised)
        assert server.code == DISK_FAILED
        when.unlink()
        await server.start()
        await people.promises(50)
        await people.rest()
        assert len(people.promised) >= promised + 50
        assert people.complaints([await whole_log(client, people.club) for client in people.clients[:2]]) == []


async def test_a_server_that_goes_on_after_a_failed_sync_is_noticed(dying: tuple[Process, Path]) -> None:
    server, when = dying
    await server.start("stubborn_server.py")
    async with crowd(server.url, 2) as people:
        people.write()
        await people.promises(20)
        when.touch()
        await people.promises(20)  # it acknowledges what no disk has
        assert server.runs
        people.give_up()
