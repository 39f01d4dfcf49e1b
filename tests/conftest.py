"""The plugins of all tests: what the machine has, and the worlds."""

pytest_plugins = ["tests.environment", "tests.worlds", "tests.served", "tests.engines"]
