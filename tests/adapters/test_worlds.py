"""The worlds of the tests: closed before what they stand on is taken back."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest


def writers() -> int:
    """Return how many worlds of this process are open: each has a thread that writes."""
    return sum(thread.name == "writer" for thread in threading.enumerate())


@pytest.fixture
def database() -> Iterator[str]:
    """A database that looks, when it is taken back, whether anybody still works on it."""
    before = writers()
    yield ""
    assert writers() == before


async def test_a_world_is_closed_before_its_database_is_taken_back(open_a_world: Any, database: str) -> None:
    before = writers()
    await open_a_world(database)
    assert writers() == before + 1
