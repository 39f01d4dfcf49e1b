"""The SQL of conversations and their members."""

from collections.abc import Sequence
from typing import Any

import msgspec

from warung.kit.db import Reader, Row, Tx
from warung.kit.ids import AccountId, BlobId, ConversationId


class Kept(msgspec.Struct, frozen=True):
    """A conversation's row."""

    id: ConversationId
    kind: str
    pair: str | None
    name: str | None
    avatar: BlobId | None
    notice: str | None
    approval: int
    members_can_invite: int
    imported: int
    created_at: int
    changed_at: int
    pins: str | None = None  # numbers of messages, the latest first
    expires_ms: int = 0
    closed: int = 0  # can be read only


class Membership(msgspec.Struct, frozen=True):
    """A member's row."""

    conversation: ConversationId
    account: AccountId
    role: str
    joined_at: int
    from_seq: int
    delivered_seq: int
    read_seq: int
    silenced_until: int
    pinned: int
    muted: int
    archived: int
    marked_unread: int
    changed_at: int
    notify: str
    wallpaper: str | None


_KEPT = "id, kind, pair, name, avatar, notice, approval, members_can_invite, imported, created_at, changed_at, pins, expires_ms, closed"
_MEMBER = (
    "conversation, account, role, joined_at, from_seq, delivered_seq, read_seq, silenced_until, pinned, muted, archived, marked_unread,"
    " changed_at, notify, wallpaper"
)


def add_conversation(tx: Tx, kept: Kept) -> bool:
    """Insert a conversation; False when its id or pair exists already."""
    return (
        tx.run(
            f"INSERT INTO conversation ({_KEPT}) VALUES (:id, :kind, :pair, :name, :avatar, :notice, :approval, :members_can_invite,"
            " :imported, :created_at, :changed_at, :pins, :expires_ms, :closed) ON CONFLICT DO NOTHING",
            msgspec.structs.asdict(kept),
        )
        == 1
    )


def conversations(reader: Reader, ids: Sequence[ConversationId]) -> dict[ConversationId, Kept]:
    """Return conversations by id."""
    rows = reader.all(f"SELECT {_KEPT} FROM conversation WHERE id IN :ids", {"ids": ids}) if ids else []
    return {row[0]: Kept(*row) for row in rows}


def by_pair(reader: Reader, pair: str) -> ConversationId | None:
    """Return the conversation of a pair."""
    row = reader.one("SELECT id FROM conversation WHERE pair = :pair", {"pair": pair})
    return row[0] if row else None


def change(tx: Tx, conversation: ConversationId, **fields: Any) -> None:
    """Set columns of a conversation, and that it changed. The names come from our own code, never from a request."""
    sets = "".join(f"{name} = :{name}, " for name in fields)
    tx.run(f"UPDATE conversation SET {sets}changed_at = :now WHERE id = :id", fields | {"id": conversation, "now": tx.now})


def made_since(reader: Reader, account: AccountId, since: int) -> int:
    """Count the groups an account owns that were made since a moment, other than of imported histories."""
    row = reader.one(
        "SELECT count(*) FROM conversation c JOIN member m ON m.conversation = c.id"
        " WHERE m.account = :account AND m.role = 'owner' AND c.imported = 0 AND c.created_at > :since",
        {"account": account, "since": since},
    )
    return int(row[0]) if row else 0


def add_members(tx: Tx, conversation: ConversationId, accounts: Sequence[AccountId], *, role: str, from_seq: int) -> None:
    """Add members who see the log after `from_seq`."""
    row = {"conversation": conversation, "role": role, "now": tx.now, "seq": from_seq}
    tx.many(
        f"INSERT INTO member ({_MEMBER}) VALUES (:conversation, :account, :role, :now, :seq, :seq, :seq, 0, 0, 0, 0, 0, :now, 'all', NULL)",
        [row | {"account": account} for account in accounts],
    )
    tx.many(
        "DELETE FROM member_gone WHERE account = :account AND conversation = :conversation",
        [{"account": account, "conversation": conversation} for account in accounts],
    )


def remove_member(tx: Tx, conversation: ConversationId, account: AccountId) -> bool:
    """Remove a member and remember that this account's devices must forget the conversation."""
    who = {"conversation": conversation, "account": account, "now": tx.now}
    if not tx.run("DELETE FROM member WHERE conversation = :conversation AND account = :account", who):
        return False
    tx.run("DELETE FROM mention WHERE conversation = :conversation AND account = :account", who)
    tx.run(
        "INSERT INTO member_gone (account, conversation, at) VALUES (:account, :conversation, :now)"
        " ON CONFLICT (account, conversation) DO UPDATE SET at = excluded.at",
        who,
    )
    return True


def change_member(tx: Tx, conversation: ConversationId, account: AccountId, **fields: Any) -> bool:
    """Set columns of a member. The names come from our own code, never from a request."""
    sets = ", ".join(f"{name} = :{name}" for name in fields)
    params = fields | {"conversation": conversation, "account": account, "now": tx.now}
    return tx.run(f"UPDATE member SET {sets}, changed_at = :now WHERE conversation = :conversation AND account = :account", params) == 1


def members(reader: Reader, ids: Sequence[ConversationId]) -> list[Membership]:
    """Return the members of conversations, in the order they joined."""
    return [
        Membership(*row)
        for row in reader.all(f"SELECT {_MEMBER} FROM member WHERE conversation IN :ids ORDER BY joined_at, account", {"ids": ids})
    ]


def accounts(reader: Reader, ids: Sequence[ConversationId]) -> list[tuple[ConversationId, AccountId]]:
    """Return who is in conversations, in no order."""
    return [(row[0], row[1]) for row in reader.all("SELECT conversation, account FROM member WHERE conversation IN :ids", {"ids": ids})]


def member(reader: Reader, conversation: ConversationId, account: AccountId) -> Membership | None:
    """Return one member."""
    row = reader.one(
        f"SELECT {_MEMBER} FROM member WHERE conversation = :conversation AND account = :account",
        {"conversation": conversation, "account": account},
    )
    return Membership(*row) if row else None


def gone(reader: Reader, account: AccountId, since: int) -> list[ConversationId]:
    """Return what an account left, or was removed from, since a moment."""
    rows = reader.all("SELECT conversation FROM member_gone WHERE account = :a AND at >= :since", {"a": account, "since": since})
    return [row[0] for row in rows]


def share_a_group(reader: Reader, account: AccountId, others: Sequence[AccountId]) -> set[AccountId]:
    """Return those of `others` who are in a group with `account`."""
    rows = reader.all(
        "SELECT DISTINCT o.account FROM member m JOIN member o ON o.conversation = m.conversation"
        " JOIN conversation c ON c.id = m.conversation WHERE m.account = :account AND o.account IN :others AND c.kind = 'group'",
        {"account": account, "others": others},
    )
    return {row[0] for row in rows}


def fellows(reader: Reader, account: AccountId) -> list[AccountId]:
    """Return everyone who is in a group with `account`."""
    rows = reader.all(
        "SELECT DISTINCT o.account FROM member m JOIN member o ON o.conversation = m.conversation"
        " JOIN conversation c ON c.id = m.conversation WHERE m.account = :account AND o.account <> :account AND c.kind = 'group'",
        {"account": account},
    )
    return [row[0] for row in rows]


def unread(reader: Reader, account: AccountId) -> int:
    """Return how many counting entries an account has not read, in conversations that are neither muted nor archived."""
    row = reader.one(
        "SELECT COALESCE(sum(l.counted - COALESCE((SELECT r.counted FROM message r WHERE r.conversation = m.conversation"
        "   AND r.seq = CASE WHEN m.read_seq > m.from_seq THEN m.read_seq ELSE m.from_seq END), 0)), 0)"
        " FROM member m JOIN message l ON l.conversation = m.conversation"
        "   AND l.seq = (SELECT max(seq) FROM message WHERE conversation = m.conversation)"
        " WHERE m.account = :account AND m.muted = 0 AND m.archived = 0 AND l.seq > m.from_seq AND l.seq > m.read_seq"
        "   AND (l.sender IS NULL OR l.sender <> :account)",
        {"account": account},
    )
    return int(row[0]) if row else 0


_SEEN = ", ".join(f"c.{name.strip()}" for name in _KEPT.split(",")) + ", " + ", ".join(f"m.{name.strip()}" for name in _MEMBER.split(","))


def seen_by(reader: Reader, account: AccountId, *, since: int, peers: Sequence[str], only: ConversationId | None = None) -> list[Row]:
    """Return everything about an account's conversations that changed since a moment, in one statement.

    `peers` are the kinds whose two members are each other's peer.

    Columns: the conversation, the membership, the last entry's columns (NULL where the log is empty or cleared), the
    running number at the read cursor, unread mentions, number of members, the peer's account and two cursors.
    """
    return reader.all(
        f"SELECT {_SEEN},"
        " l.conversation, l.seq, l.sender, l.author, l.at, l.card, l.preview, l.reply, l.ref, l.counted, l.nonce,"
        " (SELECT r.counted FROM message r WHERE r.conversation = c.id"
        "   AND r.seq = CASE WHEN m.read_seq > m.from_seq THEN m.read_seq ELSE m.from_seq END),"
        " (SELECT count(*) FROM mention n WHERE n.account = m.account AND n.conversation = c.id AND n.seq > m.read_seq),"
        " (SELECT count(*) FROM member x WHERE x.conversation = c.id),"
        " p.account, p.delivered_seq, p.read_seq"
        " FROM member m JOIN conversation c ON c.id = m.conversation"
        " LEFT JOIN message l ON l.conversation = c.id AND l.seq = (SELECT max(seq) FROM message WHERE conversation = c.id)"
        " LEFT JOIN member p ON c.kind IN :peers AND p.conversation = c.id AND p.account <> m.account"
        " WHERE m.account = :account AND (:only = '' OR c.id = :only)"
        " AND (l.at >= :since OR m.changed_at >= :since OR c.changed_at >= :since OR p.changed_at >= :since)",
        {"account": account, "since": since, "only": only or "", "peers": peers},
    )
