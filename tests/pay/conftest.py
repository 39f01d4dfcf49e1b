"""Fixtures of pay's tests."""

from collections.abc import Iterator

import pytest

from tests.pay.books import Books


@pytest.fixture(params=["sqlite", "postgres"])
def books(request: pytest.FixtureRequest) -> Iterator[Books]:
    """A ledger on each database."""
    opened = Books(request.param)
    yield opened
    opened.close()
