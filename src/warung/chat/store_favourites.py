"""The SQL of favourites."""

from warung.chat.model import Message
from warung.chat.store import COLUMNS, message
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, ConversationId


def add(tx: Tx, account: AccountId, conversation: ConversationId, seq: int) -> None:
    """Put a message on a shelf; twice is once."""
    tx.run(
        "INSERT INTO favourite (account, conversation, seq, at) VALUES (:account, :conversation, :seq, :now) ON CONFLICT DO NOTHING",
        {"account": account, "conversation": conversation, "seq": seq, "now": tx.now},
    )


def remove(tx: Tx, account: AccountId, conversation: ConversationId, seq: int) -> None:
    """Take a message off a shelf."""
    tx.run(
        "DELETE FROM favourite WHERE account = :account AND conversation = :conversation AND seq = :seq",
        {"account": account, "conversation": conversation, "seq": seq},
    )


def clear(tx: Tx, conversation: ConversationId, seq: int) -> None:
    """Take a message off every shelf."""
    tx.run("DELETE FROM favourite WHERE conversation = :conversation AND seq = :seq", {"conversation": conversation, "seq": seq})


def count(reader: Reader, account: AccountId) -> int:
    """Count what is on a shelf."""
    row = reader.one("SELECT count(*) FROM favourite WHERE account = :account", {"account": account})
    return int(row[0]) if row else 0


def shelf(reader: Reader, account: AccountId, below: int, limit: int) -> list[tuple[int, Message]]:
    """Return (when it was put there, message), the latest first, of what the account may still see."""
    columns = ", ".join(f"m.{name.strip()}" for name in COLUMNS.split(","))
    rows = reader.all(
        f"SELECT f.at, {columns} FROM favourite f JOIN message m ON m.conversation = f.conversation AND m.seq = f.seq"
        " JOIN member me ON me.conversation = f.conversation AND me.account = f.account AND f.seq > me.from_seq"
        " WHERE f.account = :account AND f.at < :below ORDER BY f.at DESC LIMIT :limit",
        {"account": account, "below": below, "limit": limit},
    )
    return [(row[0], message(row[1:])) for row in rows]
