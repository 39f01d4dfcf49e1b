"""The SQL of what follows an account over its devices: drafts, folders, hours of quiet."""

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, ConversationId


def put_draft(tx: Tx, account: AccountId, conversation: ConversationId, body: bytes) -> None:
    """Keep a draft."""
    tx.run(
        "INSERT INTO draft (account, conversation, body, at) VALUES (:account, :conversation, :body, :now)"
        " ON CONFLICT (account, conversation) DO UPDATE SET body = excluded.body, at = excluded.at",
        {"account": account, "conversation": conversation, "body": body, "now": tx.now},
    )


def drafts(reader: Reader, account: AccountId, since: int) -> list[tuple[ConversationId, bytes, int]]:
    """Return the drafts of an account that changed since a moment, where it still is a member."""
    rows = reader.all(
        "SELECT d.conversation, d.body, d.at FROM draft d JOIN member m ON m.conversation = d.conversation AND m.account = d.account"
        " WHERE d.account = :account AND d.at >= :since ORDER BY d.at",
        {"account": account, "since": since},
    )
    return [(conversation, bytes(body), at) for conversation, body, at in rows]


def put_preferences(tx: Tx, account: AccountId, folders: bytes, quiet: bytes) -> None:
    """Keep the preferences of an account."""
    tx.run(
        "INSERT INTO preference (account, folders, quiet, at) VALUES (:account, :folders, :quiet, :now)"
        " ON CONFLICT (account) DO UPDATE SET folders = excluded.folders, quiet = excluded.quiet, at = excluded.at",
        {"account": account, "folders": folders, "quiet": quiet, "now": tx.now},
    )


def preferences(reader: Reader, account: AccountId) -> tuple[bytes, bytes, int] | None:
    """Return the preferences of an account and when they changed."""
    row = reader.one("SELECT folders, quiet, at FROM preference WHERE account = :account", {"account": account})
    return (bytes(row[0]), bytes(row[1]), row[2]) if row else None
