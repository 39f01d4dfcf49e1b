"""Copies SQLite's write-ahead log into its file beside the writer, so that no commit waits while thousands of pages are written.

What the writer appends meanwhile is left, and while anything is left the log cannot begin anew. The writer copies that itself, after
its next commit: it is little. Nor can it while somebody reads what was before; then it is copied again when it is an eighth longer.
"""

import contextlib
import threading
from pathlib import Path

import apsw

# Bigger than SQLite's own choice, so that a page changed often is copied seldom (measured: docs/decisions/0006).
PAGES = 8_000


class Checkpoints:
    """The checkpoints of one writing connection: `grown` is its hook."""

    def __init__(self, file: Path, pages: int = PAGES) -> None:
        self._file = str(file)
        self._pages = self._due = pages
        self._beside: threading.Thread | None = None

    def grown(self, db: apsw.Connection, name: str, pages: int) -> int:
        """A commit has left the log that many pages long. Copies what can be copied; a failure is tried again after the next commit."""
        if pages < self._pages:
            self._due = self._pages
        if self._beside is not None and not self._beside.is_alive():
            self._beside, self._due = None, pages + self._pages // 8
            with contextlib.suppress(apsw.Error):
                db.wal_checkpoint(name, apsw.SQLITE_CHECKPOINT_PASSIVE)
        elif self._beside is None and pages >= self._due:
            self._beside = threading.Thread(target=self._copy, name="checkpoint", daemon=True)
            self._beside.start()
        return apsw.SQLITE_OK

    def close(self) -> None:
        """Wait for the copying that is under way."""
        if self._beside is not None:
            self._beside.join()

    def _copy(self) -> None:
        with contextlib.suppress(apsw.Error):
            db = apsw.Connection(self._file)
            try:
                db.execute("PRAGMA synchronous=FULL")
                db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
            finally:
                db.close()
