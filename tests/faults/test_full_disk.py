"""A full disk: reading goes on, writing says so, nothing acknowledged is lost, and when there is room again writing works."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.environment import missing
from tests.faults.load import crowd, whole_log
from tests.faults.process import Process
from tests.served import until
from warung.client import Refused

MEGABYTES = 12


@pytest.fixture
def cramped(tmp_path: Path) -> Iterator[Process]:
    """A server whose data folder is a small disk of its own: a tmpfs in a mount namespace that ends with the process."""
    data = tmp_path / "data"
    data.mkdir()
    unshare = ["unshare", "--mount", "--map-root-user"]
    mount = ["sh", "-c", f'mount -t tmpfs -o size={MEGABYTES}m warung "{data}" && exec "$@"', "sh"]
    if shutil.which("unshare") is None or subprocess.run([*unshare, *mount, "true"], check=False, capture_output=True).returncode:
        missing("A mount namespace (unshare)", "util-linux")
    process = Process(tmp_path, data, [*unshare, *mount])
    yield process
    process.kill()


async def test_a_full_disk_stops_writing_and_nothing_else(cramped: Process) -> None:
    await cramped.start()
    disk = Path(f"/proc/{cramped.pid}/root{cramped.data}")  # as the server sees it
    async with crowd(cramped.url, 5) as people:
        people.write()
        await people.promises(200)
        fill(disk / "filling")
        await until(lambda: len(people.refused) >= 20, 30)
        assert {refused.code for refused in people.refused} == {"disk_full"}
        log = await whole_log(people.clients[1], people.club)
        assert len(log) >= 200
        with pytest.raises(Refused, match="disk_full") as refused:
            await people.clients[2].group("arisan", [])
        assert refused.value.status == 503
        (disk / "filling").unlink()
        await people.promises(200)
        await people.rest()
        logs = [await whole_log(client, people.club) for client in people.clients[:2]]
        assert people.complaints(logs) == []


def fill(file: Path) -> None:
    """Write until the disk has no room left, to the last byte."""
    with file.open("wb", buffering=0) as filling:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while True:
                    filling.write(b"x" * size)
            except OSError:
                continue
