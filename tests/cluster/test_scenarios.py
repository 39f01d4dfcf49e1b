"""The plays, told again with two nodes: a connection reaches either."""

from tests.scenarios.test_plays import *  # noqa: F403
