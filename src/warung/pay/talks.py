"""Where money meets conversations: who may put a card where, and who sees what hangs on it."""

import msgspec

from warung import chat, contacts
from warung.kit.card import Card
from warung.kit.db import Reader, Tx
from warung.kit.errors import BadRequest
from warung.kit.ids import AccountId, ConversationId


class NotInThisConversation(BadRequest):
    """Money changes hands between people: open a conversation with somebody, or a group."""


def enter(tx: Tx, *, by: AccountId, conversation: ConversationId) -> chat.Room:
    """Return a conversation of people in which `by` may write. Raises `NotAMember`, `NotAContact`, `Silenced`, `NotInThisConversation`."""
    where = chat.room(tx, conversation, by)
    refusal = where.refusal(by, tx.now)
    if refusal is not None:
        raise refusal
    if where.kind not in ("direct", "group"):
        raise NotInThisConversation
    return where


def enter_with(tx: Tx, *, by: AccountId, to: AccountId) -> chat.Room:
    """Return the conversation with a contact. Raises `NotAContact`, or `Blocked` where `by` did that."""
    refused = contacts.may_write(tx, by, to)
    if refused is not None:
        raise refused
    return enter(tx, by=by, conversation=chat.open_direct(tx, by=by, to=to))


def put(tx: Tx, *, where: chat.Room, by: AccountId, card: Card) -> int:
    """Append a card of somebody's to a conversation; return its seq."""
    (message,) = chat.append(tx, where, [chat.Entry(where.id, card, msgspec.json.encode(card), sender=by)])
    return message.seq


def sees(reader: Reader, *, account: AccountId, conversation: ConversationId, seq: int) -> bool:
    """Does an account see the card at `seq`: is it a member, and was it when the card was written?"""
    return chat.may_see(reader, account, conversation, seq)
