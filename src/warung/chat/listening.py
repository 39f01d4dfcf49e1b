"""What chat knows and domains below ask for by an event: evidence for a report, whether two people really share a group."""

import msgspec

from warung import contacts
from warung.chat import store, store_members
from warung.chat.model import Message
from warung.kit.db import Tx
from warung.kit.ids import AccountId

CONTEXT = 10  # entries before and after a reported message that the operator may read


class MessageEvidence(msgspec.Struct, frozen=True):
    """A reported message with what stood around it, as the reporter could see it."""

    seq: int
    messages: list[Message]


class GroupEvidence(msgspec.Struct, frozen=True):
    """A reported group: what it calls itself, how many are in it, and its latest entries."""

    name: str | None
    notice: str | None
    member_count: int
    messages: list[Message]


def on_reported(tx: Tx, event: contacts.Reported) -> None:
    """Attach what the reporter sees; nothing for what they may not see, so that the report is refused."""
    if event.conversation is None or event.about not in ("message", "group"):
        return
    mine = store_members.member(tx, event.conversation, event.by)
    if mine is None:
        return
    if event.about == "message":
        message = store.one(tx, event.conversation, event.seq) if event.seq is not None and event.seq > mine.from_seq else None
        if message is not None:
            around = store.before(tx, event.conversation, message.seq + 1, mine.from_seq, CONTEXT + 1)
            around += store.after(tx, event.conversation, message.seq, CONTEXT)
            evidence = msgspec.json.encode(MessageEvidence(message.seq, around))
            contacts.attach(tx, report=event.report, evidence=evidence, account=message.sender)
        return
    kept = store_members.conversations(tx, [event.conversation])[event.conversation]
    members = store_members.members(tx, [event.conversation])
    latest = store.before(tx, event.conversation, 1 << 60, mine.from_seq, 2 * CONTEXT)
    evidence = msgspec.json.encode(GroupEvidence(kept.name, kept.notice, len(members), latest))
    owner = next((member.account for member in members if member.role == "owner"), None)
    contacts.attach(tx, report=event.report, evidence=evidence, account=owner)


def on_asking(tx: Tx, event: contacts.Asking) -> None:
    """Somebody says that they know a person from a group: only if it is so."""
    if event.via == "group" and not shares_a_group(tx, event.by, event.to):
        raise contacts.PersonNotFound


def shares_a_group(tx: Tx, by: AccountId, other: AccountId) -> bool:
    """Are the two in a group together?"""
    return bool(store_members.share_a_group(tx, by, [other]))
