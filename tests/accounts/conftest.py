"""Fixtures of the tests of accounts."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.accounts.place import Place, opened


@pytest.fixture(params=["sqlite", "postgres"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    """An empty place, on both databases."""
    async with opened(request.param, tmp_path) as place:
        yield place
