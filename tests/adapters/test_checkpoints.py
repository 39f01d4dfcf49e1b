"""SQLite's log is copied into the file beside the writer, and begins anew."""

from pathlib import Path

import apsw
import pytest

from warung.adapters.checkpoints import Checkpoints

PAGE = 4_096


def test_the_log_is_copied_while_the_writer_goes_on_and_does_not_grow_without_end(tmp_path: Path) -> None:
    file, log = tmp_path / "a.db", tmp_path / "a.db-wal"
    db = apsw.Connection(str(file))
    checkpoints = Checkpoints(file, pages=100)
    db.execute("PRAGMA journal_mode=WAL").fetchall()
    db.set_wal_hook(checkpoints.grown)
    db.execute("CREATE TABLE note (n INTEGER PRIMARY KEY, words TEXT)")
    for n in range(2_000):
        db.execute("INSERT INTO note VALUES (?, ?)", (n, "x" * 3_000))
    checkpoints.close()
    assert log.stat().st_size < 2_000 * PAGE, "as long as everything that was written"
    assert file.stat().st_size > 1_000 * PAGE, "nothing was copied"
    db.close()
    assert apsw.Connection(str(file)).execute("SELECT count(*), sum(length(words)) FROM note").fetchone() == (2_000, 6_000_000)


def test_while_somebody_reads_what_was_before_it_is_not_copied_with_every_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, copied = tmp_path / "a.db", []
    db = apsw.Connection(str(file))
    checkpoints = Checkpoints(file, pages=100)
    monkeypatch.setattr(checkpoints, "_copy", lambda: copied.append(1))
    db.execute("PRAGMA journal_mode=WAL").fetchall()
    db.set_wal_hook(checkpoints.grown)
    db.execute("CREATE TABLE note (n INTEGER PRIMARY KEY, words TEXT)")
    reader = apsw.Connection(str(file))
    reader.execute("BEGIN; SELECT count(*) FROM note").fetchall()
    for n in range(400):
        db.execute("INSERT INTO note VALUES (?, ?)", (n, "x" * 3_000))
    assert 10 < len(copied) < 100, "200 would be every other commit"
    reader.execute("COMMIT")
    length = (tmp_path / "a.db-wal").stat().st_size
    for n in range(400, 440):
        db.execute("INSERT INTO note VALUES (?, ?)", (n, "x" * 3_000))
    checkpoints.close()
    assert (tmp_path / "a.db-wal").stat().st_size <= length + 30 * PAGE, "it begins anew when nobody reads any more"
    db.close()
    reader.close()


def test_a_file_that_cannot_be_copied_into_is_no_harm_to_a_commit(tmp_path: Path) -> None:
    db = apsw.Connection(str(tmp_path / "a.db"))
    checkpoints = Checkpoints(tmp_path / "nowhere" / "a.db", pages=1)
    db.execute("PRAGMA journal_mode=WAL").fetchall()
    db.set_wal_hook(checkpoints.grown)
    db.execute("CREATE TABLE note (n INTEGER PRIMARY KEY)")
    for n in range(10):
        db.execute("INSERT INTO note VALUES (?)", (n,))
    checkpoints.close()
    assert db.execute("SELECT count(*) FROM note").fetchone() == (10,)
