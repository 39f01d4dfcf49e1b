"""The process of the search index, killed and left behind: search goes on, and nothing of a server outlives it."""

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.faults.process import Process
from tests.served import until
from warung import serving
from warung.client import Client

PASSWORD = "kopi pahit tanpa gula"
HOLD_S = 0.3


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Process]:
    """A server process; killed at the end."""
    process = Process(tmp_path)
    yield process
    process.kill()


def child(of: Process) -> int:
    """Return the process that writes the index."""
    (found,) = map(int, Path(f"/proc/{of.pid}/task/{of.pid}/children").read_text().split())
    return found


def is_gone(pid: int) -> bool:
    """Has it ended?"""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


async def found(server: Process, client: Client, words: str) -> int:
    """Return how many messages search finds."""
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {client.token}"}) as http:
        return len((await http.get(f"{server.url}/api/search", params={"q": words})).raise_for_status().json()["hits"])


async def finds(server: Process, client: Client, words: str, number: int) -> None:
    """Wait until search finds so many."""
    async with asyncio.timeout(20):
        while await found(server, client, words) != number:  # noqa: ASYNC110 - the server does not tell
            await asyncio.sleep(0.02)


async def test_search_goes_on_without_the_process_and_nothing_outlives_the_server(server: Process) -> None:
    await server.start()
    async with await Client.sign_up(server.url, handle="budi", name="Budi", password=PASSWORD) as budi:
        notes = (await budi.group("catatan", [])).id
        first = child(server)
        await budi.send(notes, "mangga pertama")
        await finds(server, budi, "mangga", 1)
        assert os.getpriority(os.PRIO_PROCESS, first) > os.getpriority(os.PRIO_PROCESS, server.pid)
        os.kill(first, signal.SIGINT)  # Ctrl-C in a terminal is for the server, which lets it end in time
        os.kill(first, signal.SIGTERM)
        await budi.send(notes, "mangga kedua")
        await finds(server, budi, "mangga", 2)
        assert not is_gone(first)
        os.kill(first, signal.SIGKILL)
        await budi.send(notes, "mangga ketiga")
        await finds(server, budi, "mangga", 3)
        assert "index_process_lost" in server.log.read_text()
        assert await server.terminate() == 0

        await server.start()
        second = child(server)
        await budi.send(notes, "mangga keempat")
        await finds(server, budi, "mangga", 4)
        assert await server.terminate() == 0
        assert is_gone(second)
        assert sorted(file.name for file in server.data.glob("*.db*")) == ["warung.db", "warung.index.db"], (
            "what is stopped is in the files"
        )


def test_a_data_folder_that_a_killed_server_still_holds_is_waited_for(tmp_path: Path) -> None:
    held = contextlib.ExitStack()
    held.enter_context(serving.alone(tmp_path))
    letting_go = threading.Timer(HOLD_S, held.close)
    letting_go.start()
    with serving.alone(tmp_path):
        assert letting_go.finished.is_set()
    letting_go.join()


async def test_a_process_whose_server_was_killed_ends(server: Process) -> None:
    await server.start()
    left = child(server)
    server.kill(alone=True)
    await until(lambda: is_gone(left))
