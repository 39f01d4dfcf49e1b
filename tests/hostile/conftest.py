"""Fixtures of the hostile tests: one world per module on each database."""

from collections.abc import Iterator

import pytest

from tests.environment import postgres_database, postgres_template
from tests.hostile.place import Place, opened_place
from warung.adapters import db_postgres
from warung.app import schema


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A world on each database."""
    folder = tmp_path_factory.mktemp("hostile")
    if request.param == "sqlite":
        with opened_place(folder) as here:
            yield here
        return
    steps = schema()
    template = postgres_template("warung", lambda url: db_postgres.migrate(url, steps, 0))
    with postgres_database(template) as url, opened_place(folder, url) as here:
        yield here
