"""The SQL of messages that wait for their time."""

from typing import Any

import msgspec

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, ConversationId


class Waiting(msgspec.Struct, frozen=True):
    """A row."""

    id: str
    account: AccountId
    conversation: ConversationId
    card: bytes
    reply: int | None
    send_at: int
    failure: str | None


_COLUMNS = "id, account, conversation, card, reply, send_at, failure"


def add(tx: Tx, waiting: Waiting) -> None:
    """Insert a message that waits."""
    tx.run(
        f"INSERT INTO scheduled ({_COLUMNS}) VALUES (:id, :account, :conversation, :card, :reply, :send_at, :failure)",
        msgspec.structs.asdict(waiting),
    )


def change(tx: Tx, id: str, **fields: Any) -> None:
    """Set columns. The names come from our own code, never from a request."""
    sets = ", ".join(f"{name} = :{name}" for name in fields)
    tx.run(f"UPDATE scheduled SET {sets} WHERE id = :id", fields | {"id": id})


def remove(tx: Tx, id: str) -> None:
    """Delete a message that waits."""
    tx.run("DELETE FROM scheduled WHERE id = :id", {"id": id})


def one(reader: Reader, id: str) -> Waiting | None:
    """Return a message that waits."""
    row = reader.one(f"SELECT {_COLUMNS} FROM scheduled WHERE id = :id", {"id": id})
    return Waiting(*row) if row else None


def of(reader: Reader, account: AccountId) -> list[Waiting]:
    """Return what an account has waiting, the next first."""
    return [
        Waiting(*row) for row in reader.all(f"SELECT {_COLUMNS} FROM scheduled WHERE account = :a ORDER BY send_at, id", {"a": account})
    ]
