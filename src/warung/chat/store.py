"""The SQL of chat's log: entries, their numbers, cursors. One function per statement."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from warung.chat.model import Message
from warung.kit.db import Reader, Row, Tx
from warung.kit.ids import AccountId, ConversationId, Seq

COLUMNS = "conversation, seq, sender, author, at, card, preview, reply, ref, counted, nonce"


def message(row: Row) -> Message:
    """Build a message from `COLUMNS`."""
    conversation, seq, sender, author, at, card, preview, reply, ref, counted, nonce = row
    raw = msgspec.Raw(preview) if preview is not None else None
    return Message(conversation, seq, sender, author, at, msgspec.Raw(card), raw, reply, ref, counted, nonce)


def append(tx: Tx, messages: Sequence[Message]) -> None:
    """Insert entries. Their numbers were given by the one writer."""
    tx.many(
        "INSERT INTO message (conversation, seq, sender, author, at, card, preview, reply, ref, counted, nonce)"
        " VALUES (:conversation, :seq, :sender, :author, :at, :card, :preview, :reply, :ref, :counted, :nonce)",
        messages,
    )


def mention(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert who was called where."""
    tx.many("INSERT INTO mention (account, conversation, seq) VALUES (:account, :conversation, :seq)", rows)


def with_nonces(reader: Reader, nonces: Sequence[str]) -> list[Message]:
    """Return the messages that already carry one of these nonces, whoever wrote them."""
    return [message(row) for row in reader.all(f"SELECT {COLUMNS} FROM message WHERE nonce IN :nonces", {"nonces": nonces})]


def heads(reader: Reader, conversations: Sequence[ConversationId]) -> dict[ConversationId, tuple[int, int]]:
    """Return the last seq and its `counted` of conversations that have entries.

    Without a join: a plan that PostgreSQL keeps from when there was hardly a message would go through all there are.
    """
    rows = reader.all(
        "SELECT c.id, (SELECT max(seq) FROM message WHERE conversation = c.id),"
        " (SELECT counted FROM message WHERE conversation = c.id ORDER BY seq DESC LIMIT 1) FROM conversation c WHERE c.id IN :ids",
        {"ids": conversations},
    )
    return {conversation: (seq, counted) for conversation, seq, counted in rows if seq is not None}


def one(reader: Reader, conversation: ConversationId, seq: int) -> Message | None:
    """Return one entry."""
    row = reader.one(f"SELECT {COLUMNS} FROM message WHERE conversation = :conversation AND seq = :seq", _at(conversation, seq))
    return message(row) if row else None


def before(reader: Reader, conversation: ConversationId, seq: int, after: int, limit: int) -> list[Message]:
    """Return up to `limit` entries below `seq` and above `after`, oldest first."""
    rows = reader.all(
        f"SELECT {COLUMNS} FROM message WHERE conversation = :conversation AND seq < :seq AND seq > :after ORDER BY seq DESC LIMIT :limit",
        _at(conversation, seq) | {"after": after, "limit": limit},
    )
    return [message(row) for row in reversed(rows)]


def after(reader: Reader, conversation: ConversationId, seq: int, limit: int) -> list[Message]:
    """Return up to `limit` entries above `seq`, oldest first."""
    rows = reader.all(
        f"SELECT {COLUMNS} FROM message WHERE conversation = :conversation AND seq > :seq ORDER BY seq LIMIT :limit",
        _at(conversation, seq) | {"limit": limit},
    )
    return [message(row) for row in rows]


def refs(reader: Reader, conversation: ConversationId, after: int, before: int, limit: int) -> list[Message]:
    """Return up to `limit` entries between two seqs that refer to others, oldest first."""
    rows = reader.all(
        f"SELECT {COLUMNS} FROM message WHERE conversation = :conversation AND ref IS NOT NULL AND seq > :after AND seq < :seq"
        " ORDER BY seq LIMIT :limit",
        _at(conversation, before) | {"after": after, "limit": limit},
    )
    return [message(row) for row in rows]


def rewrite(tx: Tx, conversation: ConversationId, seq: int, card: bytes, preview: bytes | None = None) -> None:
    """Put another card and preview into an entry."""
    tx.run(
        "UPDATE message SET card = :card, preview = :preview WHERE conversation = :conversation AND seq = :seq",
        _at(conversation, seq) | {"card": card, "preview": preview},
    )


def uncall(tx: Tx, conversation: ConversationId, seq: int) -> None:
    """Forget who was called in a message."""
    tx.run("DELETE FROM mention WHERE conversation = :conversation AND seq = :seq", _at(conversation, seq))


def entomb(tx: Tx, conversation: ConversationId, seq: int, card: bytes, preview: bytes) -> None:
    """Put a tombstone where a message was; number, sender and time stay."""
    rewrite(tx, conversation, seq, card, preview)
    uncall(tx, conversation, seq)


def move_cursors(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Move cursors forward; what lies behind stays. Reading takes away the mark "unread"."""
    tx.many(
        "UPDATE member SET"
        " delivered_seq = CASE WHEN delivered_seq < :delivered THEN :delivered ELSE delivered_seq END,"
        " read_seq = CASE WHEN read_seq < :read THEN :read ELSE read_seq END,"
        " marked_unread = CASE WHEN :read > 0 THEN 0 ELSE marked_unread END,"
        " changed_at = :now WHERE conversation = :conversation AND account = :account",
        rows,
    )


def keep_read(tx: Tx, conversation: ConversationId, before: int, last: int) -> None:
    """Move the cursors of those who had read up to `before` on to `last`."""
    tx.run(
        "UPDATE member SET read_seq = :last, delivered_seq = :last, changed_at = :now"
        " WHERE conversation = :conversation AND read_seq >= :before",
        {"conversation": conversation, "before": before, "last": last, "now": tx.now},
    )


def adopt(tx: Tx, conversation: ConversationId, author: str, account: AccountId) -> None:
    """Name the sender of what an imported name wrote."""
    tx.run(
        "UPDATE message SET sender = :account WHERE conversation = :conversation AND author = :author",
        {"conversation": conversation, "author": author, "account": account},
    )


def cursors(reader: Reader, conversation: ConversationId) -> list[tuple[AccountId, Seq, Seq]]:
    """Return every member's delivered and read cursors."""
    return [
        (account, delivered, read)
        for account, delivered, read in reader.all(
            "SELECT account, delivered_seq, read_seq FROM member WHERE conversation = :id ORDER BY account", {"id": conversation}
        )
    ]


def reached(reader: Reader, sender: AccountId, first: str, last: str) -> tuple[int, int]:
    """Return how many of what `sender` sent under nonces from `first` to `last` reached the one it was for, and how many were read."""
    row = reader.one(
        "SELECT COUNT(CASE WHEN b.delivered_seq >= m.seq OR b.read_seq >= m.seq THEN 1 END),"
        " COUNT(CASE WHEN b.read_seq >= m.seq THEN 1 END)"
        " FROM message m JOIN member b ON b.conversation = m.conversation AND b.account <> m.sender"
        " WHERE m.nonce >= :first AND m.nonce < :last AND m.sender = :sender",
        {"sender": sender, "first": first, "last": last},
    )
    return (int(row[0]), int(row[1])) if row else (0, 0)


def _at(conversation: ConversationId, seq: int) -> dict[str, Any]:
    return {"conversation": conversation, "seq": seq}
