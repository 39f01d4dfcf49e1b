"""The SQL of numbers."""

from warung.kit.db import Tx


def take(tx: Tx, *, step: int, first: int) -> int:
    """Return the last number and `step`, and keep it as the last; `first` where there is none. One row, so no two are the same."""
    sql = """INSERT INTO official_number (id, last) VALUES (1, :first)
        ON CONFLICT (id) DO UPDATE SET last = official_number.last + :step"""
    tx.run(sql, {"first": first, "step": step})
    row = tx.one("SELECT last FROM official_number WHERE id = 1")
    assert row is not None
    return int(row[0])
