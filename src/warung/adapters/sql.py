"""What both databases need to speak one SQL text: list parameters, the schema's macros, and forward-only migrations."""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any

import msgspec

from warung.kit.db import Params

PARAMETER = re.compile(r"(?<![:\w]):([a-z_][a-z0-9_]*)")
LIST = re.compile(r"\bIN :([a-z_][a-z0-9_]*)")
OF_SQLITE = {"{id}": "TEXT", "{bytes}": "BLOB", "{int}": "INTEGER"}
MACROS = {"sqlite": OF_SQLITE, "index": OF_SQLITE, "postgres": {"{id}": 'TEXT COLLATE "C"', "{bytes}": "BYTEA", "{int}": "BIGINT"}}
EVERYWHERE = frozenset({"sqlite", "postgres"})  # an "index" is a file beside SQLite's: only what names it is for it


def placed(sql: str, params: Params) -> tuple[str, list[Any]]:
    """Return the text with `?`, and the values in their order; a list is `(?, ?, …)`, up to a power of two so that few texts exist."""
    sizes = tuple([(name, 1 << (len(value) - 1).bit_length()) for name, value in params.items() if type(value) in (list, tuple)])
    text, names = _placed(sql, sizes)
    if not sizes:
        return text, [params[name] for name in names]
    lists, values = dict(sizes), []
    for name in names:
        if name not in lists:
            values.append(params[name])
        elif given := params[name]:
            values += given
            values += [given[-1]] * (lists[name] - len(given))
        else:
            raise ValueError(f"an empty list for :{name}")
    return text, values


@lru_cache(maxsize=1024)
def _placed(sql: str, sizes: tuple[tuple[str, int], ...]) -> tuple[str, list[str]]:
    marks = {name: "(" + ", ".join("?" * size) + ")" for name, size in sizes}
    return PARAMETER.sub(lambda found: marks.get(found[1], "?"), sql), PARAMETER.findall(sql)


@lru_cache(maxsize=1024)
def by_place(sql: str, of_struct: bool) -> tuple[str, Callable[[Any], Any]]:
    """Return the text with `?` for its names, and what takes the values for them out of one row: named parameters, or a struct."""
    text, names = _placed(sql, ())
    take: Callable[[Any], Any] = attrgetter(*names) if of_struct else itemgetter(*names)
    return text, take if len(names) > 1 else lambda row: (take(row),)


@lru_cache(maxsize=1024)
def for_psycopg(sql: str) -> str:
    """Write `:name` as psycopg does, `%(name)s`; a list after IN as one array, whose text and plan are the same however long it is."""
    return PARAMETER.sub(r"%(\1)s", LIST.sub(r"= ANY(%(\1)b)", sql.replace("%", "%%")))


def listed(params: Params) -> Params:
    """Return parameters as psycopg takes them: for it a tuple is a row, so lists of values are lists."""
    for name, value in params.items():
        if type(value) in (list, tuple):
            if not value:
                raise ValueError(f"an empty list for :{name}")
            if type(value) is tuple:
                return {name: list(value) if type(value) is tuple else value for name, value in params.items()}
    return params


class ChangedMigration(Exception):
    """A schema file was changed after it had been applied. Migrations are forward-only: restore it and add a new one."""


class Migration(msgspec.Struct, frozen=True):
    """One schema file of a domain. Files are never changed once they have landed."""

    domain: str
    number: int
    text: str
    dialects: frozenset[str]

    @property
    def digest(self) -> str:
        """The fingerprint by which a changed file is noticed."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def statements(self, dialect: str) -> list[str]:
        """Return the SQL statements for one database; none when the file is not for it."""
        if dialect not in self.dialects:
            return []
        text = self.text
        for macro, meaning in MACROS[dialect].items():
            text = text.replace(macro, meaning)
        return [part for part in re.split(r";[ \t]*(?:\n|\Z)", text) if re.sub(r"--[^\n]*", "", part).strip()]


def migrations(schemas: Iterable[tuple[str, Path]]) -> Sequence[Migration]:
    """Read the schema folders of the domains, in the domains' order, which is that of the floors."""
    found = []
    for domain, folder in schemas:
        for file in sorted(folder.glob("[0-9][0-9][0-9]_*.sql")):
            text = file.read_text(encoding="utf-8")
            only = re.match(r"-- only: (\w+)", text)
            dialects = frozenset({only[1]}) if only else EVERYWHERE
            found.append(Migration(domain, int(file.name[:3]), text, dialects))
    return found


def pending(steps: Iterable[Migration], done: dict[tuple[str, int], str]) -> list[Migration]:
    """Return the steps not yet in `done` (digest by domain and number). Raises `ChangedMigration`."""
    waiting = []
    for step in steps:
        seen = done.get((step.domain, step.number))
        if seen is None:
            waiting.append(step)
        elif seen != step.digest:
            raise ChangedMigration(f"{step.domain}/{step.number:03}")
    return waiting
