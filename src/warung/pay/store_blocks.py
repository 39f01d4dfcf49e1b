"""The SQL of the sealed journal: blocks, and the lines between them in the order of commit."""

import msgspec

from warung.kit.db import Reader, Tx
from warung.kit.domain import Position
from warung.pay.model import Entry
from warung.pay.store import ENTRY

BLOCK = "seq, hash, transfers, xact, pos, at, signature"


class Block(msgspec.Struct, frozen=True):
    """A sealed stretch of the journal, up to a position. `signature` is Ed25519 over the hash, in hex."""

    seq: int
    hash: str
    transfers: int
    xact: int
    pos: int
    at: int
    signature: str


def last(reader: Reader) -> Block | None:
    """Return the head of the chain."""
    row = reader.one(f"SELECT {BLOCK} FROM ledger_block ORDER BY seq DESC LIMIT 1")
    return Block(*row) if row else None


def after(reader: Reader, seq: int, limit: int) -> list[Block]:
    """Return the blocks behind one, in order."""
    rows = reader.all(f"SELECT {BLOCK} FROM ledger_block WHERE seq > :seq ORDER BY seq LIMIT :limit", {"seq": seq, "limit": limit})
    return [Block(*row) for row in rows]


def insert(tx: Tx, block: Block) -> None:
    """Append a block."""
    tx.run(
        f"INSERT INTO ledger_block ({BLOCK}) VALUES (:seq, :hash, :transfers, :xact, :pos, :at, :signature)", msgspec.structs.asdict(block)
    )


def end(reader: Reader) -> Position:
    """Return the position of the last line."""
    xact = "0" if reader.dialect == "sqlite" else "xact"
    order = "pos DESC" if reader.dialect == "sqlite" else "xact DESC, pos DESC"
    row = reader.one(f"SELECT {xact}, pos FROM ledger_transfer ORDER BY {order} LIMIT 1")
    return (row[0], row[1]) if row else (0, 0)


def journal(reader: Reader, xact: int, pos: int, limit: int) -> list[tuple[int, Entry]]:
    """Return (transaction, line) behind a position in the order of commit.

    On SQLite the one writer numbers in that order. On PostgreSQL a transaction may commit after a later one: lines are read by
    transaction, and only of transactions before the oldest that still runs.
    """
    if reader.dialect == "sqlite":
        columns, where, order = "0", "pos > :pos AND :xact >= 0", "pos"
    else:
        columns, order = "xact", "xact, pos"
        where = "(xact, pos) > (:xact, :pos) AND xact < CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)"
    rows = reader.all(
        f"SELECT {columns}, {ENTRY} FROM ledger_transfer WHERE {where} ORDER BY {order} LIMIT :limit",
        {"xact": xact, "pos": pos, "limit": limit},
    )
    return [(row[0], Entry(*row[1:])) for row in rows]
