"""Fixtures of chat's tests."""

import pytest

from tests.cast import Cast
from warung.adapters.database import Database


@pytest.fixture
def cast(db: Database) -> Cast:
    """People in a world on each database."""
    return Cast(db)
