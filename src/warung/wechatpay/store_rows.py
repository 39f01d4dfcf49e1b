"""How a row is kept and found, whichever of this domain's nouns it is: the two statements that they all share."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from warung.kit.db import Reader, Tx

T = TypeVar("T", bound=msgspec.Struct)


def columns(shape: type[msgspec.Struct]) -> str:
    """Return the columns of a noun, in the order of its fields."""
    return ", ".join(shape.__struct_fields__)


def insert(tx: Tx, table: str, row: msgspec.Struct, *, taken: str = "") -> bool:
    """Keep a row; False where one with the same `taken` columns is there (without any named: with the same of any unique ones)."""
    names = row.__struct_fields__
    sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)}) ON CONFLICT {taken} DO NOTHING"
    return tx.run(sql, msgspec.structs.asdict(row)) == 1


def one(reader: Reader, table: str, shape: type[T], by: Mapping[str, str]) -> T | None:
    """Return the row of which all these columns are so."""
    where = " AND ".join(f"{name} = :{name}" for name in by)
    row = reader.one(f"SELECT {columns(shape)} FROM {table} WHERE {where}", by)
    return shape(*row) if row else None
