"""The SQL of contacts, pairs, requests and blocks."""

from collections.abc import Sequence
from typing import Any

import msgspec

from warung.contacts.model import Asked, Bond
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, ConversationId

BOND = "other, remark, tags, since"
ASKED = "id, sender, recipient, greeting, via, at, arrived, dismissed_at"


def _bond(row: tuple[Any, ...]) -> Bond:
    other, remark, tags, since = row
    return Bond(other, remark or None, msgspec.json.decode(tags, type=tuple[str, ...]), since)


def bonds(reader: Reader, account: AccountId) -> list[Bond]:
    """Return every contact of an account, oldest first."""
    rows = reader.all(f"SELECT {BOND} FROM contact WHERE account = :account ORDER BY since, other", {"account": account})
    return [_bond(row) for row in rows]


def bonds_with(reader: Reader, account: AccountId, others: Sequence[AccountId]) -> list[Bond]:
    """Return those of an account's contacts that are among `others`."""
    sql = f"SELECT {BOND} FROM contact WHERE account = :account AND other IN :others"
    return [_bond(row) for row in reader.all(sql, {"account": account, "others": list(others)})]


def bonds_between(reader: Reader, accounts: Sequence[AccountId], others: Sequence[AccountId]) -> list[tuple[AccountId, Bond]]:
    """Return those of the contacts of these accounts that are among `others`, each with whose it is."""
    sql = f"SELECT account, {BOND} FROM contact WHERE account IN :accounts AND other IN :others"
    rows = reader.all(sql, {"accounts": list(accounts), "others": list(others)})
    return [(row[0], _bond(row[1:])) for row in rows]


def are_contacts(reader: Reader, account: AccountId, other: AccountId) -> bool:
    """Is there a contact between the two?"""
    sql = "SELECT 1 FROM contact WHERE account = :account AND other = :other"
    return reader.one(sql, {"account": account, "other": other}) is not None


def insert_contacts(tx: Tx, a: AccountId, b: AccountId) -> None:
    """Make each the other's contact."""
    sql = "INSERT INTO contact (account, other, remark, tags, since) VALUES (:account, :other, '', '[]', :now)"
    tx.many(sql, [{"account": a, "other": b, "now": tx.now}, {"account": b, "other": a, "now": tx.now}])


def delete_contacts(tx: Tx, a: AccountId, b: AccountId) -> bool:
    """Take each from the other's contacts; return whether they were."""
    sql = "DELETE FROM contact WHERE (account = :a AND other = :b) OR (account = :b AND other = :a)"
    return tx.run(sql, {"a": a, "b": b}) > 0


def set_notes(tx: Tx, account: AccountId, other: AccountId, remark: str | None, tags: Sequence[str]) -> None:
    """Keep what an account writes about a contact for itself."""
    sql = "UPDATE contact SET remark = :remark, tags = :tags WHERE account = :account AND other = :other"
    tx.run(sql, {"account": account, "other": other, "remark": remark or "", "tags": msgspec.json.encode(tags).decode()})


def name_conversation(tx: Tx, a: AccountId, b: AccountId, conversation: str) -> ConversationId:
    """Return the id of the two people's conversation: the one they have, or `conversation` from now on."""
    low, high = sorted((a, b))
    sql = """INSERT INTO contact_pair (low, high, conversation) VALUES (:low, :high, :conversation)
        ON CONFLICT (low, high) DO UPDATE SET conversation = contact_pair.conversation
        RETURNING conversation"""
    row = tx.one(sql, {"low": low, "high": high, "conversation": conversation})
    assert row is not None
    return ConversationId(row[0])


def conversation(reader: Reader, a: AccountId, b: AccountId) -> ConversationId | None:
    """Return the id of the two people's conversation, if they ever were contacts."""
    low, high = sorted((a, b))
    row = reader.one("SELECT conversation FROM contact_pair WHERE low = :low AND high = :high", {"low": low, "high": high})
    return ConversationId(row[0]) if row else None


def conversations_of_contacts(reader: Reader, among: Sequence[ConversationId]) -> set[ConversationId]:
    """Return those of these conversations whose two people are contacts."""
    sql = """SELECT p.conversation FROM contact_pair p JOIN contact c ON c.account = p.low AND c.other = p.high
        WHERE p.conversation IN :among"""
    return {ConversationId(row[0]) for row in reader.all(sql, {"among": list(among)})} if among else set()


def insert_request(tx: Tx, asked: Asked) -> None:
    """Keep a new request."""
    sql = f"INSERT INTO contact_request ({ASKED}) VALUES (:id, :sender, :recipient, :greeting, :via, :at, :arrived, :dismissed_at)"
    tx.run(sql, msgspec.structs.asdict(asked))


def request(reader: Reader, id: str) -> Asked | None:
    """Return an open request."""
    row = reader.one(f"SELECT {ASKED} FROM contact_request WHERE id = :id AND closed_at IS NULL", {"id": id})
    return Asked(*row) if row else None


def request_between(reader: Reader, sender: AccountId, recipient: AccountId) -> Asked | None:
    """Return the open request of one person to another."""
    sql = f"SELECT {ASKED} FROM contact_request WHERE sender = :sender AND recipient = :recipient AND closed_at IS NULL"
    row = reader.one(sql, {"sender": sender, "recipient": recipient})
    return Asked(*row) if row else None


def requests_of(reader: Reader, account: AccountId) -> list[Asked]:
    """Return the open requests from and to an account, oldest first."""
    sql = f"""SELECT {ASKED} FROM contact_request WHERE sender = :account AND closed_at IS NULL
        UNION ALL SELECT {ASKED} FROM contact_request WHERE recipient = :account AND closed_at IS NULL
        ORDER BY at, id"""
    return [Asked(*row) for row in reader.all(sql, {"account": account})]


def requests_with(reader: Reader, account: AccountId, others: Sequence[AccountId]) -> list[Asked]:
    """Return the open requests between an account and any of `others`."""
    sql = f"""SELECT {ASKED} FROM contact_request WHERE sender = :account AND recipient IN :others AND closed_at IS NULL
        UNION ALL SELECT {ASKED} FROM contact_request WHERE recipient = :account AND sender IN :others AND closed_at IS NULL"""
    return [Asked(*row) for row in reader.all(sql, {"account": account, "others": list(others)})]


def greetings(reader: Reader, sender: AccountId, recipient: AccountId) -> list[tuple[str, int]]:
    """Return (greeting, time) of the requests that arrived and are still kept, oldest first: evidence of what was written."""
    sql = """SELECT greeting, at FROM contact_request WHERE sender = :sender AND recipient = :recipient AND arrived = 1
        ORDER BY at, id"""
    return [(greeting, at) for greeting, at in reader.all(sql, {"sender": sender, "recipient": recipient})]


def dismiss_request(tx: Tx, id: str) -> None:
    """Hide a request from its recipient."""
    tx.run("UPDATE contact_request SET dismissed_at = :now WHERE id = :id", {"id": id, "now": tx.now})


def close_request(tx: Tx, id: str) -> None:
    """End a request that its sender takes back."""
    tx.run("UPDATE contact_request SET closed_at = :now WHERE id = :id", {"id": id, "now": tx.now})


def delete_requests(tx: Tx, a: AccountId, b: AccountId) -> None:
    """Forget what the two asked each other."""
    sql = "DELETE FROM contact_request WHERE (sender = :a AND recipient = :b) OR (sender = :b AND recipient = :a)"
    tx.run(sql, {"a": a, "b": b})


def forget_requests(tx: Tx, sender: AccountId, before: int) -> None:
    """Delete a sender's requests that were closed before a time."""
    tx.run("DELETE FROM contact_request WHERE sender = :sender AND closed_at < :before", {"sender": sender, "before": before})


def last_dismissal(reader: Reader, sender: AccountId, recipient: AccountId) -> int | None:
    """Return when the recipient last dismissed a request of the sender."""
    sql = "SELECT MAX(dismissed_at) FROM contact_request WHERE sender = :sender AND recipient = :recipient"
    row = reader.one(sql, {"sender": sender, "recipient": recipient})
    return row[0] if row else None


def asked_since(reader: Reader, sender: AccountId, since: int) -> tuple[int, int]:
    """Return how many requests a sender made since a time, and the time of the first of them (0 for none)."""
    sql = "SELECT COUNT(*), COALESCE(MIN(at), 0) FROM contact_request WHERE sender = :sender AND at > :since"
    row = reader.one(sql, {"sender": sender, "since": since})
    assert row is not None
    return row[0], row[1]


def insert_block(tx: Tx, account: AccountId, other: AccountId) -> bool:
    """Return False when it was there already."""
    sql = "INSERT INTO contact_block (account, other, at) VALUES (:account, :other, :now) ON CONFLICT (account, other) DO NOTHING"
    return tx.run(sql, {"account": account, "other": other, "now": tx.now}) == 1


def delete_block(tx: Tx, account: AccountId, other: AccountId) -> bool:
    """Return False when there was none."""
    return tx.run("DELETE FROM contact_block WHERE account = :account AND other = :other", {"account": account, "other": other}) == 1


def blocked(reader: Reader, account: AccountId) -> list[AccountId]:
    """Return whom an account blocks, in the order in which it did."""
    return [
        row[0] for row in reader.all("SELECT other FROM contact_block WHERE account = :account ORDER BY at, other", {"account": account})
    ]


def blocked_among(reader: Reader, account: AccountId, others: Sequence[AccountId]) -> set[AccountId]:
    """Return those of `others` whom an account blocks."""
    sql = "SELECT other FROM contact_block WHERE account = :account AND other IN :others"
    return {row[0] for row in reader.all(sql, {"account": account, "others": list(others)})}


def touch(tx: Tx, account: AccountId) -> None:
    """Note that what an account sees of its contacts has changed."""
    sql = "INSERT INTO contact_change (account, at) VALUES (:account, :now) ON CONFLICT (account) DO UPDATE SET at = excluded.at"
    tx.run(sql, {"account": account, "now": tx.now})


def changed_at(reader: Reader, account: AccountId) -> int:
    """Return when that was; 0 for never."""
    row = reader.one("SELECT at FROM contact_change WHERE account = :account", {"account": account})
    return row[0] if row else 0
