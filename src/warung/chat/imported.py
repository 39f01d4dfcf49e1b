"""Histories from elsewhere: a group made of one, entries that keep their times, and imported names that turn out to be accounts."""

from collections.abc import Sequence

from warung.chat import store, store_members
from warung.chat.messages import append, post
from warung.chat.model import Changed, Entry, GroupFull, Message, Notice, Settings
from warung.chat.rooms import rooms
from warung.chat.store_members import Kept
from warung.kit.db import Tx
from warung.kit.ids import AccountId, ConversationId, new_id


def open_imported(tx: Tx, *, by: AccountId, name: str) -> ConversationId:
    """Make the group that a history goes into; only `by` is in it. A longer name is cut."""
    id = ConversationId(new_id(tx.now))
    kept = name[: tx.settings(Settings).name_chars]
    store_members.add_conversation(tx, Kept(id, "group", None, kept, None, None, 0, 1, 1, tx.now, tx.now))
    store_members.add_members(tx, id, [by], role="owner", from_seq=0)
    post(tx, to=id, card=Notice(key="imported", actor=by, words=kept))
    store_members.change_member(tx, id, by, read_seq=1, delivered_seq=1)
    tx.emit(Changed(id), [by])
    return id


def append_history(tx: Tx, *, to: ConversationId, entries: Sequence[Entry]) -> list[Message]:
    """Append what was written elsewhere. It is no news: no device is pushed the entries, and who had read everything still has."""
    where = rooms(tx).enter(tx, [to])[to]
    before = where.last_seq
    messages = append(tx, where, entries, quiet=True)
    store.keep_read(tx, to, before, where.last_seq)
    return messages


def tell_history(tx: Tx, *, to: ConversationId) -> None:
    """Let the members' devices look at what `append_history` brought."""
    store_members.change(tx, to, imported=1)
    tx.emit(Changed(to), rooms(tx).enter(tx, [to])[to].audience)


def adopt(tx: Tx, *, conversation: ConversationId, author: str, account: AccountId) -> None:
    """Make an account the sender of what an imported name wrote, and a member who sees all of it.

    The name stays with the messages: it shows that they were imported. Whether the account agrees is for the caller to know.
    Raises `GroupFull`.
    """
    group = rooms(tx).enter(tx, [conversation])[conversation]
    store.adopt(tx, conversation, author, account)
    if account not in group.members:
        limit = tx.settings(Settings).group_members
        if len(group.members) >= limit:
            raise GroupFull(limit=limit)
        store_members.add_members(tx, conversation, [account], role="member", from_seq=0)
        rooms(tx).forget(conversation)
        joined = post(tx, to=conversation, card=Notice(key="member_joined", actor=account, people=(account,)))
        store_members.change_member(tx, conversation, account, read_seq=joined.seq, delivered_seq=joined.seq)
    tell_history(tx, to=conversation)
