"""Fixtures of the tests of the WeChat face."""

import pytest

from tests.served import free_port


@pytest.fixture
def unused_port() -> int:
    """A port that nobody listens on."""
    return free_port()
