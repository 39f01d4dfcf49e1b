"""Conversations that nobody founds: of two contacts, with oneself, and those that a domain above opens between the members it names."""

from collections.abc import Sequence

import msgspec

from warung import accounts, contacts
from warung.chat import store_members
from warung.chat.messages import append, post
from warung.chat.model import Changed, Entry, NotAMember, Notice, Text
from warung.chat.rooms import rooms
from warung.chat.store_members import Kept
from warung.kit.db import Tx
from warung.kit.ids import AccountId, ConversationId, new_id


def open_self(tx: Tx, *, by: AccountId) -> ConversationId:
    """Return one's notes to self, made at the first call."""
    pair = f"self {by}"
    known = store_members.by_pair(tx, pair)
    if known is not None:
        return known
    id = ConversationId(new_id(tx.now))
    store_members.add_conversation(tx, _new(id, "self", pair, tx.now))
    store_members.add_members(tx, id, [by], role="owner", from_seq=0)
    tx.emit(Changed(id), [by])
    return id


def open_system(tx: Tx, *, account: AccountId) -> ConversationId:
    """Return the conversation in which this place itself writes to somebody (receipts), made at the first call."""
    return open_between(tx, kind="system", members=[account])


def open_between(tx: Tx, *, kind: str, members: Sequence[AccountId]) -> ConversationId:
    """Return the one conversation of this kind between these members, made at the first call. One that was closed is open again.

    For the domain that brings the kind: it answers for it that these members belong together.
    """
    pair = f"{kind} {_pair(*members)}"
    known = store_members.by_pair(tx, pair)
    if known is None:
        known = ConversationId(new_id(tx.now))
        store_members.add_conversation(tx, _new(known, kind, pair, tx.now))
        store_members.add_members(tx, known, sorted(members), role="member", from_seq=0)
    elif store_members.conversations(tx, [known])[known].closed:
        store_members.change(tx, known, closed=0)
    else:
        return known
    rooms(tx).forget(known)
    tx.emit(Changed(known), members)
    return known


def show_changed(tx: Tx, *, conversation: ConversationId) -> None:
    """Tell the members that something about a conversation is different which a domain above keeps: its peer's name, say."""
    store_members.change(tx, conversation)
    tx.emit(Changed(conversation), rooms(tx).enter(tx, [conversation])[conversation].audience)


def close(tx: Tx, *, conversation: ConversationId) -> None:
    """Let a conversation that `open_between` opened be read only, until it is opened again."""
    store_members.change(tx, conversation, closed=1)
    audience = rooms(tx).enter(tx, [conversation])[conversation].audience
    rooms(tx).forget(conversation)
    tx.emit(Changed(conversation), audience)


def open_direct(tx: Tx, *, by: AccountId, to: AccountId) -> ConversationId:
    """Return the conversation with a contact. Raises `NotAMember` when there is none: strangers send requests."""
    found = store_members.by_pair(tx, _pair(by, to))
    if found is None:
        raise NotAMember
    return found


def on_befriended(tx: Tx, event: contacts.Befriended) -> None:
    """Two people accepted each other: their conversation opens, or wakes up, and says so; the greeting is its first message."""
    id = event.conversation
    if store_members.add_conversation(tx, _new(id, "direct", _pair(event.a, event.b), tx.now)):
        store_members.add_members(tx, id, sorted([event.a, event.b]), role="member", from_seq=0)
    rooms(tx).forget(id)
    _touch(tx, id)
    post(tx, to=id, card=Notice(key="contact_made", actor=event.b, people=(event.a,)))
    if event.greeting.strip():
        card = Text(text_=event.greeting)
        append(tx, rooms(tx).enter(tx, [id])[id], [Entry(id, card, msgspec.json.encode(card), sender=event.a)])
    tx.emit(Changed(id), [event.a, event.b])


def on_parted(tx: Tx, event: contacts.Parted) -> None:
    """They are contacts no longer: the conversation can be read, not written to."""
    rooms(tx).forget(event.conversation)
    _touch(tx, event.conversation)
    tx.emit(Changed(event.conversation), [event.a, event.b])


def on_profile_changed(tx: Tx, event: accounts.ProfileChanged) -> None:
    """Tell those who share a group; and forget what the writer remembers of this account's privacy."""
    tx.cache.pop("chat.read_receipts", None)
    tx.emit(accounts.Changed(event.account), store_members.fellows(tx, event.account))


def _touch(tx: Tx, id: ConversationId) -> None:
    """Let a device that was away learn of it at its next sync."""
    store_members.change(tx, id, kind="direct")


def _pair(*those: AccountId) -> str:
    return " ".join(sorted(those))


def _new(id: ConversationId, kind: str, pair: str, now: int) -> Kept:
    return Kept(id, kind, pair, None, None, None, approval=0, members_can_invite=0, imported=0, created_at=now, changed_at=now)
