"""Many rows for PostgreSQL as one statement over arrays: what a row costs by itself is paid once.

A plain INSERT, or one that leaves alone what is there; and an UPDATE of rows that are named by what they equal, each once: a statement
changes a row only once, however often it is told to. Such an UPDATE may not set what names its rows.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any

import msgspec

from warung.adapters.sql import PARAMETER
from warung.kit.db import Rows

PLAIN = re.compile(
    r"\s*INSERT INTO (?P<table>\w+) \((?P<columns>[\w,\s]+)\)\s*VALUES \((?P<names>(?:\s*:\w+\s*,)*\s*:\w+\s*)\)"
    r"(?P<end>\s*ON CONFLICT(?: \([\w,\s]+\))? DO NOTHING)?\s*"
)
CHANGE = re.compile(r"\s*UPDATE (?P<table>\w+) SET (?P<set>.+?) WHERE (?P<where>\w+ = :\w+(?: AND \w+ = (?::\w+|'\w+'))*)\s*", re.DOTALL)
TYPES = "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
KINDS: dict[type, str] = {int: "bigint", str: "text", bytes: "bytea"}
Over = tuple[str, list[Any]]  # a statement, and the arrays it is over


class Insert(msgspec.Struct, frozen=True):
    """An INSERT: its table, its columns, the parameter of each, and what comes after them."""

    table: str
    columns: tuple[str, ...]
    names: tuple[str, ...]
    end: str

    def over(self, rows: Rows, types: dict[str, str]) -> Over | None:
        """Return it as one statement over an array per column."""
        places, arrays = _arrays([_values(rows, name) for name in self.names], [types[column] for column in self.columns])
        return f"INSERT INTO {self.table} ({', '.join(self.columns)}) SELECT * FROM unnest({places}){self.end}", arrays


class Update(msgspec.Struct, frozen=True):
    """An UPDATE: its table, its text with a column for each parameter, which columns parameters are, and which of them name a row."""

    table: str
    head: str
    tail: str
    names: tuple[str, ...]
    columns: dict[str, str]
    keys: tuple[str, ...]

    def over(self, rows: Rows, types: dict[str, str]) -> Over | None:
        """Return it as one statement; None where a row is named twice, or nothing tells what a parameter is."""
        values = {name: _values(rows, name) for name in self.names}
        if len(set(zip(*(values[key] for key in self.keys), strict=True))) < len(rows):
            return None
        kinds = [_kind(values[name]) or types.get(self.columns.get(name, "")) for name in self.names]
        if None in kinds:
            return None
        places, arrays = _arrays([values[name] for name in self.names], [kind for kind in kinds if kind])
        given = ", ".join(map(_given, self.names))
        return f"{self.head} FROM unnest({places}) AS given ({given}) WHERE {self.tail}", arrays


@lru_cache(maxsize=1024)
def in_sets(sql: str) -> Insert | Update | None:
    """Read a statement that can be one for many rows, or return None."""
    if found := PLAIN.fullmatch(sql):
        columns, names = (tuple(re.findall(r"\w+", found[part])) for part in ("columns", "names"))
        return Insert(found["table"], columns, names, found["end"] or "")
    if found := CHANGE.fullmatch(sql):
        head, tail = (
            PARAMETER.sub(lambda name: _given(name[1]), part)
            for part in (f"UPDATE {found['table']} SET {found['set']}".replace("%", "%%"), found["where"])
        )
        whole = {name: column for column, name in re.findall(r"(\w+) = :(\w+)(?=\s*(?:,|\Z|WHERE\b|AND\b))", sql)}
        keys = tuple(PARAMETER.findall(found["where"]))
        return Update(found["table"], head, tail, tuple(dict.fromkeys(PARAMETER.findall(sql))), whole, keys)
    return None


def named(rows: Rows) -> Sequence[Mapping[str, Any]]:
    """Return rows as mappings, for a statement that is executed once per row."""
    return [_plain(msgspec.structs.asdict(row)) if isinstance(row, msgspec.Struct) else row for row in rows]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: bytes(value) if isinstance(value, msgspec.Raw) else value for name, value in row.items()}


def _given(name: str) -> str:
    return f"given_{name}"


def _values(rows: Rows, name: str) -> list[Any]:
    getter: Any = attrgetter if isinstance(rows[0], msgspec.Struct) else itemgetter
    return list(map(getter(name), rows))


def _kind(values: list[Any]) -> str | None:
    kinds = {type(value) for value in values} - {type(None)}
    return KINDS.get(kinds.pop()) if len(kinds) == 1 else None


def _arrays(columns: list[list[Any]], kinds: list[str]) -> tuple[str, list[Any]]:
    """Return the places of arrays in a statement, as psycopg wants them, and what goes there."""
    arrays = [_array(values, kind) for values, kind in zip(columns, kinds, strict=True)]
    places = [f"{'%s' if isinstance(array, str) else '%b'}::{kind}[]" for array, kind in zip(arrays, kinds, strict=True)]
    return ", ".join(places), arrays


def _array(values: list[Any], kind: str) -> Any:
    if kind in ("bigint", "integer") or not any(value is not None for value in values):
        # As text, since psycopg gives arrays of small and of large numbers different types: each would be another statement to plan.
        return "{" + ",".join(["NULL" if value is None else f"{value:d}" for value in values]) + "}"
    if kind == "bytea":
        return [None if value is None else bytes(value) for value in values]
    return values
