"""Fixtures of chat's tests."""

import pytest

from tests.cast import Cast
from tests.chat.scene import Scene
from tests.worlds import Hand
from warung.adapters.database import Database
from warung.app import World


@pytest.fixture
def cast(db: Database) -> Cast:
    """People in a world on each database."""
    return Cast(db)


@pytest.fixture
def scene(world: World, hand: Hand) -> Scene:
    """A stage in a world on each database."""
    return Scene(world, hand)
