"""The SQL of reactions."""

from collections.abc import Mapping
from typing import Any

from warung.chat.marks import Reacted
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, ConversationId


def between(reader: Reader, conversation: ConversationId, first: int, last: int) -> list[tuple[int, Reacted]]:
    """Return (message, reaction) for a stretch of the log, those taken away again too."""
    rows = reader.all(
        "SELECT seq, account, emoji, entry FROM reaction WHERE conversation = :id AND seq >= :first AND seq <= :last ORDER BY seq, entry",
        {"id": conversation, "first": first, "last": last},
    )
    return [(seq, Reacted(account, emoji, entry)) for seq, account, emoji, entry in rows]


def of(reader: Reader, conversation: ConversationId, seq: int) -> list[tuple[AccountId, str, int]]:
    """Return who reacted to a message, with what and when, in the order they did."""
    return [
        (account, emoji, at)
        for account, emoji, at in reader.all(
            "SELECT account, emoji, at FROM reaction WHERE conversation = :id AND seq = :seq AND emoji <> '' ORDER BY entry",
            {"id": conversation, "seq": seq},
        )
    ]


def put(tx: Tx, row: Mapping[str, Any]) -> None:
    """Set one person's reaction to one message."""
    tx.run(
        "INSERT INTO reaction (conversation, seq, account, emoji, entry, at) VALUES (:conversation, :seq, :account, :emoji, :entry, :at)"
        " ON CONFLICT (conversation, seq, account) DO UPDATE SET emoji = excluded.emoji, entry = excluded.entry, at = excluded.at",
        row,
    )


def clear(tx: Tx, conversation: ConversationId, seq: int) -> None:
    """Forget the reactions to a message."""
    tx.run("DELETE FROM reaction WHERE conversation = :id AND seq = :seq", {"id": conversation, "seq": seq})
