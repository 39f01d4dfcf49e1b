"""Many rows for PostgreSQL as one statement over arrays: what a row costs by itself is paid once.

Only a plain INSERT, or one that leaves alone what is there: one that changes it may not meet the same row twice in a statement.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any

import msgspec

from warung.kit.db import Rows

PLAIN = re.compile(
    r"\s*INSERT INTO (?P<table>\w+) \((?P<columns>[\w,\s]+)\)\s*VALUES \((?P<names>(?:\s*:\w+\s*,)*\s*:\w+\s*)\)"
    r"(?P<end>\s*ON CONFLICT(?: \([\w,\s]+\))? DO NOTHING)?\s*"
)
TYPES = "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"


class Insert(msgspec.Struct, frozen=True):
    """An INSERT: its table, its columns, the parameter of each, and what comes after them."""

    table: str
    columns: tuple[str, ...]
    names: tuple[str, ...]
    end: str

    def over(self, rows: Rows, types: dict[str, str]) -> tuple[str, list[Any]]:
        """Return it as one statement over an array per column, as psycopg wants it, and the arrays of these rows."""
        getter: Any = attrgetter if isinstance(rows[0], msgspec.Struct) else itemgetter
        kinds = [types[column] for column in self.columns]
        arrays = [_array(list(map(getter(name), rows)), kind) for name, kind in zip(self.names, kinds, strict=True)]
        places = [f"{'%s' if isinstance(array, str) else '%b'}::{kind}[]" for array, kind in zip(arrays, kinds, strict=True)]
        return f"INSERT INTO {self.table} ({', '.join(self.columns)}) SELECT * FROM unnest({', '.join(places)}){self.end}", arrays


@lru_cache(maxsize=1024)
def plain(sql: str) -> Insert | None:
    """Read an INSERT that can be one statement, or return None."""
    found = PLAIN.fullmatch(sql)
    if found is None:
        return None
    columns, names = (tuple(re.findall(r"\w+", found[part])) for part in ("columns", "names"))
    return Insert(found["table"], columns, names, found["end"] or "")


def named(rows: Rows) -> Sequence[Mapping[str, Any]]:
    """Return rows as mappings, for a statement that is executed once per row."""
    return [msgspec.structs.asdict(row) if isinstance(row, msgspec.Struct) else row for row in rows]


def _array(values: list[Any], kind: str) -> Any:
    if kind in ("bigint", "integer") or not any(value is not None for value in values):
        # As text, since psycopg gives arrays of small and of large numbers different types: each would be another statement to plan.
        return "{" + ",".join(["NULL" if value is None else f"{value:d}" for value in values]) + "}"
    if kind == "bytea":
        return [None if value is None else bytes(value) for value in values]
    return values
