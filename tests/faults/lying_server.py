"""A server that lies: it answers "stored" while what it stored is still in an open transaction. The checker has to notice."""

import os

from warung import serving
from warung.adapters import db_sqlite
from warung.adapters.db_sqlite import SqliteLink
from warung.app import DOMAINS
from warung.settings import load


class LyingLink(SqliteLink):
    """A connection whose commits are empty promises."""

    def begin(self) -> bool:
        """Open a transaction where the last one was not really committed."""
        return super().begin() if self.undone() else False

    def commit(self) -> None:
        """Say yes."""


if __name__ == "__main__":
    vars(db_sqlite)["SqliteLink"] = LyingLink
    serving.serve(load(DOMAINS, None, os.environ))
