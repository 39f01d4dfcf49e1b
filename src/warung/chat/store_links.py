"""The SQL of group links and requests to join."""

from collections.abc import Sequence

import msgspec

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, ConversationId, new_id


class Link(msgspec.Struct, frozen=True):
    """A group's link. Its token is kept as it is, to be shown again; it opens a group, never an account."""

    id: str
    conversation: ConversationId
    token: str
    made_by: AccountId
    uses_left: int | None
    expires_at: int | None
    created_at: int


class Asked(msgspec.Struct, frozen=True):
    """Somebody who asks to join."""

    id: str
    account: AccountId
    at: int


def add(tx: Tx, link: Link) -> None:
    """Insert a link."""
    tx.run(
        "INSERT INTO conversation_link (id, conversation, token, made_by, uses_left, expires_at, created_at)"
        " VALUES (:id, :conversation, :token, :made_by, :uses_left, :expires_at, :created_at)",
        msgspec.structs.asdict(link),
    )


def by_token(reader: Reader, token: str) -> Link | None:
    """Return a link."""
    row = reader.one(
        "SELECT id, conversation, token, made_by, uses_left, expires_at, created_at FROM conversation_link WHERE token = :token",
        {"token": token},
    )
    return Link(*row) if row else None


def use(tx: Tx, id: str) -> bool:
    """Take one use; False when none is left."""
    return (
        tx.run("UPDATE conversation_link SET uses_left = uses_left - 1 WHERE id = :id AND (uses_left IS NULL OR uses_left > 0)", {"id": id})
        == 1
    )


def end(tx: Tx, conversation: ConversationId) -> None:
    """Delete a group's links."""
    tx.run("DELETE FROM conversation_link WHERE conversation = :id", {"id": conversation})


def ask(tx: Tx, conversation: ConversationId, accounts: Sequence[AccountId]) -> None:
    """Note who wants to join; once each."""
    tx.many(
        "INSERT INTO join_request (id, conversation, account, at) VALUES (:id, :conversation, :account, :now)"
        " ON CONFLICT (conversation, account) DO NOTHING",
        [{"id": new_id(tx.now), "conversation": conversation, "account": account, "now": tx.now} for account in accounts],
    )


def answered(tx: Tx, conversation: ConversationId, accounts: Sequence[AccountId]) -> None:
    """Forget requests that were answered."""
    tx.many(
        "DELETE FROM join_request WHERE conversation = :conversation AND account = :account",
        [{"conversation": conversation, "account": account} for account in accounts],
    )


def asked_by(reader: Reader, conversation: ConversationId, request: str) -> AccountId | None:
    """Return whose request it is."""
    row = reader.one(
        "SELECT account FROM join_request WHERE conversation = :conversation AND id = :id", {"conversation": conversation, "id": request}
    )
    return row[0] if row else None


def open_requests(reader: Reader, conversation: ConversationId) -> list[Asked]:
    """Return who asks to join, the first first."""
    rows = reader.all("SELECT id, account, at FROM join_request WHERE conversation = :id ORDER BY at, id", {"id": conversation})
    return [Asked(*row) for row in rows]
