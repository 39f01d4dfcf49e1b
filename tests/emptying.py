"""Databases that a test has used, emptied for the next one: with some hundred tables that takes a small part of making one anew."""

from typing import Any

import psycopg
from psycopg import sql

Connection = psycopg.Connection[tuple[Any, ...]]

FILLED = """SELECT relname FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0 ORDER BY relname"""
# What tells that a test has changed the tables themselves: such a database is not given to another one.
SHAPE = """SELECT
    (SELECT (count(*), max(oid::bigint), sum(hashtext(relname)::bigint))::text FROM pg_class WHERE relnamespace = 'public'::regnamespace),
    (SELECT (count(*), sum(hashtext(attrelid::text || attname || atttypid::text || attnotnull::text)::bigint))::text FROM pg_attribute
        WHERE attnum > 0 AND NOT attisdropped AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)),
    (SELECT (count(*), max(oid::bigint))::text FROM pg_constraint WHERE connamespace = 'public'::regnamespace),
    (SELECT (count(*), max(oid::bigint))::text FROM pg_trigger),
    (SELECT (count(*), max(oid::bigint))::text FROM pg_proc)"""
SEQUENCES = "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"


class Kept:
    """A database as it came from its template: the shape of its tables, and the rows that they begin with."""

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self._url = url
        with psycopg.connect(url, autocommit=True) as connection:
            self._shape = _shape(connection)
            self._rows = {table: _rows(connection, table) for table in _filled(connection)}

    def emptied(self) -> bool:
        """Make it what it was; False where a test changed more than rows. Nobody else is connected any more."""
        with psycopg.connect(self._url, autocommit=True) as connection:
            if _shape(connection) != self._shape:
                return False
            connection.execute("SET session_replication_role = replica")  # in any order, whatever refers to what
            with connection.transaction():
                for table in _filled(connection):  # truncating makes new files, of each index too: that takes longer for few rows
                    connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
                connection.execute(SEQUENCES)
                for table, rows in self._rows.items():
                    with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
                        copy.write(rows)
        return True


def _filled(connection: Connection) -> list[str]:
    return [table for (table,) in connection.execute(FILLED).fetchall()]


def _shape(connection: Connection) -> tuple[Any, ...] | None:
    return connection.execute(SHAPE).fetchone()


def _rows(connection: Connection, table: str) -> bytes:
    with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
        return b"".join(bytes(part) for part in copy)
