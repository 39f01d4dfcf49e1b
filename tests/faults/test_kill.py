"""kill -9 under load: what was acknowledged is stored, once, in one order for all. And a server that lies is found out."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.load import PEOPLE, crowd, whole_log
from tests.faults.process import Process
from tests.served import until

BETWEEN = 60  # acknowledged messages between two kills


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Process]:
    """A server process; killed at the end."""
    process = Process(tmp_path)
    yield process
    process.kill()


@pytest.mark.parametrize("kills", [10, pytest.param(1000, marks=pytest.mark.long)])
async def test_nothing_acknowledged_is_lost_when_the_server_is_killed(server: Process, kills: int) -> None:
    await server.start()
    async with crowd(server.url) as people:
        listening = asyncio.create_task(people.listen())
        people.write()
        for _ in range(kills):
            await people.promises(BETWEEN)
            server.kill()
            await server.start()
        await people.promises(BETWEEN)
        await people.rest()
        logs = [await whole_log(client, people.club) for client in people.clients[:3]]
        assert people.complaints(logs) == []
        assert len(people.promised) >= BETWEEN * (kills + 1)
        assert people.refused == []
        first_heard = people.heard[0].seq
        await until(lambda: people.heard[-1].seq == logs[0][-1].seq)
        assert [message.seq for message in people.heard] == list(range(first_heard, logs[0][-1].seq + 1))
        assert {message.seq: message.text for message in people.heard}.items() <= {m.seq: m.text for m in logs[0]}.items()
        listening.cancel()


async def test_the_checker_finds_out_a_server_that_acknowledges_before_it_commits(server: Process) -> None:
    await server.start()
    async with crowd(server.url) as people:
        await server.terminate()
        await server.start("lying_server.py")
        people.write()
        await people.promises(BETWEEN)
        people.give_up()
        server.kill()
        await server.start()
        wrong = people.complaints([await whole_log(people.clients[0], people.club)])
        assert sum(complaint.endswith("lost") for complaint in wrong) >= BETWEEN


async def test_sigterm_lets_what_is_in_flight_finish(server: Process) -> None:
    await server.start()
    async with crowd(server.url, PEOPLE // 4) as people:
        people.write()
        for _ in range(2):
            await people.promises(BETWEEN)
            assert await server.terminate() == 0
            await server.start()
        await people.rest()
        assert people.complaints([await whole_log(people.clients[0], people.club)]) == []
        assert people.refused == []
