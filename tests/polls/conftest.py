"""Fixtures of the polls' tests."""

import pytest

from tests.chat.scene import Scene
from tests.worlds import Hand
from warung.app import World


@pytest.fixture
def scene(world: World, hand: Hand) -> Scene:
    """A stage in a world on each database."""
    return Scene(world, hand)
