"""Conversations on a durable log: the messages people send each other, and every card that other domains put between them."""

from pathlib import Path

from warung import accounts, contacts
from warung.chat import direct, listening, messages, reading, routes, routes_groups, search, store_members
from warung.chat.direct import open_direct, open_self
from warung.chat.groups import change as change_group
from warung.chat.groups import create as create_group
from warung.chat.groups import keep
from warung.chat.imported import adopt, append_history, open_imported, tell_history
from warung.chat.messages import HOLDER, append, move_cursor, post, recall, send, send_all
from warung.chat.model import (
    CARDS,
    Arrived,
    Changed,
    Conversation,
    CursorMoved,
    Entry,
    Message,
    MoveCursor,
    NotAMember,
    Notice,
    Picture,
    Recall,
    Recalled,
    Send,
    Sent,
    Settings,
    Text,
    Type,
    Typing,
)
from warung.chat.rooms import room, rooms
from warung.kit.db import Reader
from warung.kit.domain import Asked, Batched, Domain, Follower, Kind
from warung.kit.ids import AccountId, ConversationId, Identity


def typing(reader: Reader, identity: Identity, command: Type) -> None:
    """Tell the other members that somebody types; nobody where the two are contacts no longer. Nothing is stored."""
    reading.membership(reader, identity.account, command.conversation)
    others = [row.account for row in store_members.members(reader, [command.conversation]) if row.account != identity.account]
    kept = store_members.conversations(reader, [command.conversation])[command.conversation]
    if kept.kind != "direct" or all(contacts.are_contacts(reader, identity.account, other) for other in others):
        reader.emit(Typing(command.conversation, identity.account), others)


def _may_see(reader: Reader, account: AccountId, conversation: str, seq: int) -> bool:
    mine = store_members.member(reader, ConversationId(conversation), account)
    return mine is not None and seq > mine.from_seq


DOMAIN = Domain(
    name="chat",
    routes=[*routes.ROUTES, *routes_groups.ROUTES, *search.ROUTES],
    commands=[Batched(Send, messages.send_all), Batched(MoveCursor, messages.move_cursors), Asked(Type, typing)],
    cards=CARDS,
    kinds=[Kind("direct"), Kind("group"), Kind("self"), Kind("system", members_write=False)],
    events=[Arrived, CursorMoved, Typing, Changed],
    listeners=[
        (contacts.Befriended, direct.on_befriended),
        (contacts.Parted, direct.on_parted),
        (contacts.Reported, listening.on_reported),
        (contacts.Asking, listening.on_asking),
        (accounts.ProfileChanged, direct.on_profile_changed),
    ],
    followers=[Follower("search", search.follow, search.caught_up)],
    viewers=[(HOLDER, _may_see)],
    settings=Settings,
    schema=Path(__file__).parent / "schema",
)

__all__ = [
    "DOMAIN",
    "Arrived",
    "Conversation",
    "Entry",
    "Message",
    "NotAMember",
    "Notice",
    "Picture",
    "Recall",
    "Recalled",
    "Sent",
    "Settings",
    "Text",
    "adopt",
    "append",
    "append_history",
    "change_group",
    "create_group",
    "keep",
    "move_cursor",
    "open_direct",
    "open_imported",
    "open_self",
    "post",
    "recall",
    "room",
    "rooms",
    "send",
    "send_all",
    "tell_history",
]
