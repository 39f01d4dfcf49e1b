"""The SQL of search, a text per database: the log in order of commit, the words, and what is found.

On SQLite a word stands in the index behind the mark of its conversation, so that a search reads nothing that others wrote; on PostgreSQL,
whose index that would make dearer, the conversation is a word beside the others (docs/decisions/0029). The index learns from the log also
whose words have changed; on SQLite it is a file of its own (0030).
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from warung.chat.model import Message
from warung.chat.store import COLUMNS, message
from warung.kit.db import Reader, Row, Tx
from warung.kit.domain import Position, Reach
from warung.kit.ids import AccountId, ConversationId, Seq

ROWS_PER_MERGED_PAGE = 8  # how much of the index is merged for how much is added: enough to keep up (measured: 6 to 8 segments stay)
NOWHERE = (-1, 0)  # before all that could be in a log
MARK = 5  # characters of a conversation's id, the last ones: chance. Where two have the same, the join with its members tells them apart


class Heard(msgspec.Struct, frozen=True, gc=False):
    """What a follower is told of every entry; the entry itself lies at its place in the log."""

    place: int
    conversation: ConversationId
    seq: Seq
    ref: Seq | None
    sender: AccountId | None
    author: str | None
    at: int


def position(reader: Reader, follower: str) -> Position:
    """Return how far a follower has read."""
    row = reader.one("SELECT xact, pos FROM follower WHERE name = :name", {"name": follower})
    return (row[0], row[1]) if row else (0, 0)


def remember(tx: Tx, follower: str, at: Position) -> None:
    """Store how far a follower has read."""
    tx.run(
        "INSERT INTO follower (name, xact, pos) VALUES (:name, :xact, :pos)"
        " ON CONFLICT (name) DO UPDATE SET xact = excluded.xact, pos = excluded.pos",
        {"name": follower, "xact": at[0], "pos": at[1]},
    )


def is_known(reader: Reader, follower: str) -> bool:
    """Has a follower ever read the log?"""
    return reader.one("SELECT 1 FROM follower WHERE name = :name", {"name": follower}) is not None


def end(reader: Reader, *, held_back: bool = False) -> Position:
    """Return the place of the last entry that a follower could have read by now; or of what an older running transaction holds back."""
    if reader.dialect == "sqlite":
        row = reader.one("SELECT 0, pos FROM message ORDER BY pos DESC LIMIT 1")
    else:
        where = "" if held_back else "WHERE xact < CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)"
        row = reader.one(f"SELECT xact, pos FROM message {where} ORDER BY xact DESC, pos DESC LIMIT 1")
    return (row[0], row[1] or 0) if row else (0, 0)


def log_after(reader: Reader, at: Position, limit: int) -> list[tuple[Position, ConversationId, Seq | None, bytes]]:
    """Return (place, conversation, number it refers to, card) of committed entries behind a position, in the order of commit."""
    return [((xact, pos), *row) for xact, pos, *row in _after(reader, "conversation, ref, card", at, limit)]


def heard_after(reader: Reader, at: Position, limit: int) -> list[tuple[Position, Heard]]:
    """Return (place, what is heard of it) of committed entries behind a position, in the order of commit."""
    rows = _after(reader, "conversation, seq, ref, sender, author, at", at, limit)
    return [((xact, pos), Heard(pos, *row)) for xact, pos, *row in rows]


def at_places(reader: Reader, places: Sequence[int]) -> list[Message]:
    """Return the entries at these places of the log, those that are still there, in its order."""
    rows = reader.all(f"SELECT {COLUMNS} FROM message WHERE pos IN :places ORDER BY pos", {"places": list(places)})
    return [message(row) for row in rows]


def _after(reader: Reader, columns: str, at: Position, limit: int) -> list[Row]:
    """Return transaction, place and columns of entries behind a position.

    On SQLite the one writer numbers in the order of commit. On PostgreSQL a transaction may commit after a later one, so entries are
    read by transaction, and only of transactions before the oldest that is still running.
    """
    if reader.dialect == "sqlite":
        where, order, place = "pos > :pos AND :xact >= 0", "pos", "0, pos"
    else:
        where = "(xact, pos) > (:xact, :pos) AND xact < CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)"
        order, place = "xact, pos", "xact, pos"
    return reader.all(
        f"SELECT {place}, {columns} FROM message WHERE {where} ORDER BY {order} LIMIT :limit",
        {"xact": at[0], "pos": at[1], "limit": limit},
    )


def reach(reader: Reader, follower: str) -> Reach:
    """Return how far a follower has read; one that never read has not even read an empty log."""
    return Reach(position(reader, follower) if is_known(reader, follower) else NOWHERE, end(reader, held_back=True))


def words_read(reader: Reader, follower: str) -> Position:
    """Return how far the index has read the log."""
    if reader.dialect != "sqlite":
        return position(reader, follower)
    row = reader.one("SELECT pos FROM words_read")
    return (0, row[0] if row else 0)


def remember_words(tx: Tx, follower: str, at: Position) -> None:
    """Store how far the index has read the log."""
    if tx.dialect == "sqlite":
        tx.run("UPDATE words_read SET pos = :pos", {"pos": at[1]})
    else:
        remember(tx, follower, at)


def reach_of_words(reader: Reader, follower: str) -> Reach:
    """Return how far the index has read this log: it has read nothing where the log is an older copy of the one that was read."""
    at, last = words_read(reader, follower), end(reader, held_back=True)
    return Reach(at if at <= last or reader.dialect != "sqlite" else NOWHERE, last)


def going_on(tx: Tx, follower: str) -> Position:
    """Return where to go on reading: from the beginning, with an empty index, where it has read nothing of this log."""
    at = reach_of_words(tx, follower).read
    if at != NOWHERE:
        return at
    tx.run("INSERT INTO message_terms (message_terms) VALUES ('delete-all')")
    remember_words(tx, follower, (0, 0))
    return (0, 0)


def index(tx: Tx, rows: Sequence[tuple[int, ConversationId, list[str]]]) -> None:
    """Add the words of entries, by place in the log."""
    if tx.dialect == "sqlite":
        tx.many(
            "INSERT INTO message_terms (rowid, body) VALUES (:pos, :body)",
            [{"pos": pos, "body": _marked(conversation, words)} for pos, conversation, words in rows],
        )
    else:
        tx.many(
            "INSERT INTO message_words (pos, body) VALUES (:pos, :body) ON CONFLICT DO NOTHING",
            [{"pos": pos, "body": _vector(conversation, words)} for pos, conversation, words in rows],
        )


def merge(tx: Tx, rows: int) -> None:
    """Merge some pieces of the index, after so many rows came to it: also what writes them down, so once in a transaction."""
    if tx.dialect == "sqlite":
        tx.run("INSERT INTO message_terms (message_terms, rank) VALUES ('merge', :pages)", {"pages": rows // ROWS_PER_MERGED_PAGE + 1})


def unindex(tx: Tx, places: Sequence[int]) -> None:
    """Take the words of entries out again, by place in the log."""
    table, key = ("message_terms", "rowid") if tx.dialect == "sqlite" else ("message_words", "pos")
    tx.many(f"DELETE FROM {table} WHERE {key} = :pos", [{"pos": pos} for pos in places])


def at_seqs(reader: Reader, those: Iterable[tuple[ConversationId, Seq]]) -> list[tuple[Position, ConversationId, bytes]]:
    """Return (place, conversation, card) of these entries."""
    xact = "0" if reader.dialect == "sqlite" else "xact"
    sql = f"SELECT {xact}, pos, conversation, card FROM message WHERE conversation = :id AND seq = :seq"
    rows = [reader.one(sql, {"id": id, "seq": seq}) for id, seq in those]
    return [((row[0], row[1]), row[2], row[3]) for row in rows if row is not None]


def find(
    reader: Reader,
    *,
    account: AccountId,
    words: list[str],
    conversations: Sequence[ConversationId],
    sender: AccountId | None,
    after: int,
    before: int,
    below: int,
    limit: int,
) -> list[tuple[int, Message, str | None]]:
    """Return (place, entry, conversation's name) of what `account` may see and asks for, the newest first, below a place."""
    params: dict[str, Any] = {
        "account": account,
        "sender": sender or "",
        "after": after,
        "before": before,
        "below": below,
        "limit": limit,
    }
    columns = ", ".join(f"m.{name.strip()}" for name in COLUMNS.split(","))
    if not words:
        source, place, hit = "message m", "m.pos", "m.conversation IN :conversations"
        params["conversations"] = list(conversations)
    elif reader.dialect == "sqlite":
        source, place, hit = "message_terms t JOIN message m ON m.pos = t.rowid", "t.rowid", "message_terms MATCH :query"
        params["query"] = " OR ".join(f'"{_marked(id, words)}" *' for id in conversations)
    else:
        source, place, hit = "message_words w JOIN message m ON m.pos = w.pos", "w.pos", "w.body @@ CAST(:query AS tsquery)"
        among = " | ".join(f"'c:{id}'" for id in conversations)
        params["query"] = f"({among}) & ({' <-> '.join(_lexeme(word) for word in words)}:*)"
    rows = reader.all(
        f"SELECT m.pos, c.name, {columns} FROM {source} JOIN conversation c ON c.id = m.conversation"
        " JOIN member me ON me.conversation = m.conversation AND me.account = :account AND m.seq > me.from_seq"
        f" WHERE {hit} AND {place} < :below AND (:sender = '' OR m.sender = :sender) AND m.at >= :after AND m.at < :before"
        f" ORDER BY {place} DESC LIMIT :limit",  # by the index's own place: it reads the newest first and stops
        params,
    )
    return [(row[0], message(row[2:]), row[1]) for row in rows]


def of_account(reader: Reader, account: AccountId) -> list[ConversationId]:
    """Return the conversations an account is a member of."""
    return [row[0] for row in reader.all("SELECT conversation FROM member WHERE account = :account", {"account": account})]


def _marked(conversation: ConversationId, words: Sequence[str]) -> str:
    """Return words as they stand in the index, with spaces between them."""
    mark = conversation[-MARK:]
    return mark + f" {mark}".join(words)


def _lexeme(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def _vector(conversation: ConversationId, words: list[str]) -> str:
    """Return words with their places; those of a word are put together by PostgreSQL. No word has a character that ends one there."""
    return f"'c:{conversation}' " + " ".join([f"'{word}':{at}" for at, word in enumerate(words, 1)])
