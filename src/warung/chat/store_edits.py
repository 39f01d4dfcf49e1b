"""The SQL of what words were before they were edited."""

from collections.abc import Mapping
from typing import Any

from warung.kit.db import Reader, Tx
from warung.kit.ids import ConversationId


def add(tx: Tx, row: Mapping[str, Any]) -> None:
    """Keep a version that an entry has replaced."""
    tx.run(
        "INSERT INTO message_version (conversation, seq, entry, at, card) VALUES (:conversation, :seq, :entry, :at, :card)",
        row,
    )


def versions(reader: Reader, conversation: ConversationId, seq: int) -> list[tuple[int, int, bytes]]:
    """Return (the entry that replaced it, when, the card) of a message's earlier versions, oldest first."""
    rows = reader.all(
        "SELECT entry, at, card FROM message_version WHERE conversation = :id AND seq = :seq ORDER BY entry",
        {"id": conversation, "seq": seq},
    )
    return [(entry, at, bytes(card)) for entry, at, card in rows]


def clear(tx: Tx, conversation: ConversationId, seq: int) -> None:
    """Forget the earlier versions of a message."""
    tx.run("DELETE FROM message_version WHERE conversation = :id AND seq = :seq", {"id": conversation, "seq": seq})
