"""Many rows at once: over both databases the same as row by row, whatever is in them; on PostgreSQL by an index from the beginning."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.worlds import Hand, on_postgres, settings_for
from warung.adapters.database import Database
from warung.adapters.sets import Insert, in_sets
from warung.adapters.transaction import Context
from warung.app import open_database
from warung.kit.card import Cards
from warung.kit.db import Reader, Tx
from warung.kit.text import TextNotAllowed

SQL = "INSERT INTO goods (id, what, amount, body, spare) VALUES (:id, :what, :amount, :body, :spare)"
WORDS = (
    st.none()
    | st.text(st.characters(exclude_characters="\0", codec="utf-8"))
    | st.sampled_from(["NULL", "null", '{"', "\\", "'", ",", "%s", ":id", ""])
)
NUMBERS = st.none() | st.integers(-(2**63), 2**63 - 1)
BYTES = st.none() | st.binary() | st.just(b"NULL")


class Good(msgspec.Struct):
    """A row whose fields are the parameters."""

    id: int
    what: str | None
    amount: int | None
    body: msgspec.Raw | None
    spare: str | None = None


@contextlib.asynccontextmanager
async def goods(folder: Path, database: str, hand: Hand) -> AsyncIterator[Database]:
    """Open a database with a table of goods."""
    db = await open_database(settings_for(folder, database), Context(Cards([]), lambda event, to: None, clock=hand))
    kind = "BYTEA" if database else "BLOB"
    await db.write(lambda tx: tx.run(f"CREATE TABLE goods (id BIGINT PRIMARY KEY, what TEXT, amount BIGINT, body {kind}, spare TEXT)"))
    yield db
    await db.close()


@pytest.fixture
async def store(tmp_path: Path, database: str, hand: Hand) -> AsyncIterator[Database]:
    """A table in each database."""
    async with goods(tmp_path, database, hand) as db:
        yield db


@pytest.fixture
async def large(tmp_path: Path, hand: Hand) -> AsyncIterator[Database]:
    """A table in PostgreSQL."""
    with on_postgres() as url:
        async with goods(tmp_path, url, hand) as db:
            yield db


def found(reader: Reader) -> list[Any]:
    """Return every row."""
    return [
        (*row[:3], None if row[3] is None else bytes(row[3]), row[4])
        for row in reader.all("SELECT id, what, amount, body, spare FROM goods ORDER BY id")
    ]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(WORDS, NUMBERS, BYTES), min_size=1, max_size=9))
async def test_many_rows_are_the_same_as_one_by_one(store: Database, rows: list[tuple[Any, ...]]) -> None:
    given_ = [{"id": at, "what": what, "amount": amount, "body": body, "spare": None} for at, (what, amount, body) in enumerate(rows)]

    def by_set(tx: Tx) -> list[Any]:
        tx.many(SQL, given_)
        return found(tx)

    def one_by_one(tx: Tx) -> list[Any]:
        for row in given_:
            tx.run(SQL, row)
        return found(tx)

    outcomes = []
    for how in (by_set, one_by_one):
        await store.write(lambda tx: tx.run("DELETE FROM goods"))
        outcomes.append(await store.write(how))
    assert outcomes[0] == outcomes[1] == [(at, *row, None) for at, row in enumerate(rows)]


CHANGES = (
    "UPDATE goods SET what = :what, amount = coalesce(amount, 0) + coalesce(:more, 0), body = :body,"
    " spare = CASE WHEN amount > :more THEN spare || '%' ELSE :what END WHERE id = :id",
    "UPDATE goods SET body = :body WHERE id = :id AND spare = 'new'",
    "UPDATE goods SET amount = :more WHERE id = :id AND what = :what",
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sql=st.sampled_from(CHANGES),
    rows=st.lists(st.tuples(st.integers(0, 5), WORDS, st.none() | st.integers(-(2**40), 2**40), BYTES), min_size=1, max_size=8),
)
async def test_many_changes_are_the_same_as_one_by_one_also_of_one_row(store: Database, sql: str, rows: list[tuple[Any, ...]]) -> None:
    shelf = [{"id": at, "what": f"w{at}", "amount": at, "body": b"old", "spare": "new" if at % 2 else None} for at in range(4)]
    given_ = [{"id": id, "what": what, "more": more, "body": body} for id, what, more, body in rows]

    def changed(tx: Tx, by_set: bool) -> list[Any]:
        tx.run("DELETE FROM goods")
        tx.many(SQL, shelf)
        if by_set:
            tx.many(sql, given_)
        else:
            for row in given_:
                tx.run(sql, row)
        return found(tx)

    assert await store.write(lambda tx: changed(tx, True)) == await store.write(lambda tx: changed(tx, False))


@pytest.mark.parametrize("number", [1, 3])
async def test_a_struct_is_a_row(store: Database, number: int) -> None:
    goods = [Good(at, "jeruk", None, msgspec.Raw(b'{"a":1}')) for at in range(number)]
    await store.write(lambda tx: tx.many(SQL, goods))
    assert await store.read(found) == [(at, "jeruk", None, b'{"a":1}', None) for at in range(number)]


async def test_what_is_there_already_is_left_alone_where_the_statement_says_so(store: Database) -> None:
    rows = [{"id": at, "what": f"w{at}", "amount": 1, "body": None, "spare": None} for at in range(4)]
    await store.write(lambda tx: tx.many(SQL, rows[1:3]))
    changed = [{**row, "amount": 2} for row in rows]
    await store.write(lambda tx: tx.many(SQL + " ON CONFLICT (id) DO NOTHING", changed))
    assert [row[2] for row in await store.read(found)] == [2, 1, 1, 2]


async def test_one_row_that_cannot_be_refuses_all(store: Database) -> None:
    rows = [{"id": at // 2, "what": "dua kali", "amount": 1, "body": None, "spare": None} for at in range(4)]
    with pytest.raises(Exception, match=r"(?i)unique"):
        await store.write(lambda tx: tx.many(SQL, rows))
    assert await store.read(found) == []


async def test_a_text_no_column_can_hold_is_refused(large: Database) -> None:
    rows = [{"id": at, "what": "a\0b", "amount": 1, "body": None, "spare": None} for at in range(2)]
    with pytest.raises(TextNotAllowed):
        await large.write(lambda tx: tx.many(SQL, rows))


async def test_a_small_table_is_read_by_its_index_too(large: Database) -> None:
    plan = await large.write(lambda tx: tx.all("EXPLAIN SELECT what FROM goods WHERE id IN :ids", {"ids": list(range(64))}))
    assert "Seq Scan" not in str(plan), plan


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE goods SET amount = :amount",
        "UPDATE goods SET amount = :amount WHERE id > :id",
        "UPDATE goods SET amount = :amount WHERE id = :id OR amount = 2",
        "UPDATE goods SET amount = :amount WHERE id = :id RETURNING id",
        "DELETE FROM goods WHERE id = :id",
        "INSERT INTO goods (id, amount) VALUES (:id, 1)",
        "INSERT INTO goods (id, amount) VALUES (:id, :amount + 1)",
        "INSERT INTO goods (id, amount) VALUES (:id, :amount) ON CONFLICT (id) DO UPDATE SET amount = excluded.amount",
        "INSERT INTO goods (id, amount) VALUES (:id, :amount) RETURNING id",
        "INSERT INTO goods (id, amount) SELECT :id, :amount",
    ],
)
def test_what_is_more_than_rows_is_executed_row_by_row(sql: str) -> None:
    assert in_sets(sql) is None


def test_a_plain_insert_is_understood_over_several_lines() -> None:
    insert = in_sets("\n INSERT INTO goods (id,\n what) VALUES (:number, :what)\n ON CONFLICT DO NOTHING ")
    assert isinstance(insert, Insert)
    assert (insert.table, insert.columns, insert.names) == ("goods", ("id", "what"), ("number", "what"))
