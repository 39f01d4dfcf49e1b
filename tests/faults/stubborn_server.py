"""A server that does not care whether the disk took what it acknowledges: a COMMIT that failed is answered like any other."""

import os

from warung import serving
from warung.adapters import db_sqlite
from warung.adapters.db_sqlite import SqliteLink
from warung.adapters.writer import Doubtful
from warung.app import DOMAINS
from warung.settings import load


class StubbornLink(SqliteLink):
    """A connection that shrugs."""

    def commit(self) -> None:
        """COMMIT, whatever comes of it."""
        try:
            super().commit()
        except Doubtful:
            if not self.undone():
                self.command("ROLLBACK")


if __name__ == "__main__":
    vars(db_sqlite)["SqliteLink"] = StubbornLink
    serving.serve(load(DOMAINS, None, os.environ))
