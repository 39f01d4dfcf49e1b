"""Conversations on a durable log: the messages people send each other, and every card that other domains put between them."""

from pathlib import Path

from warung import accounts, contacts
from warung.chat import (
    direct,
    listening,
    messages,
    preferences,
    reading,
    routes,
    routes_groups,
    routes_messages,
    routes_own,
    schedule,
    search,
    store_members,
    tombs,
)
from warung.chat.agreed import pin
from warung.chat.direct import close, open_between, open_direct, open_self, open_system, show_changed
from warung.chat.drafts import DraftChanged
from warung.chat.edits import Edit
from warung.chat.following import audiences, entries, news, reach, unread
from warung.chat.forwarding import Forwarded, History
from warung.chat.groups import change as change_group
from warung.chat.groups import create as create_group
from warung.chat.groups import keep
from warung.chat.imported import adopt, append_history, open_imported, tell_history
from warung.chat.messages import HOLDER, append, append_each, move_cursor, post, send, send_all
from warung.chat.model import (
    CARDS,
    EVERYONE,
    Arrived,
    BadNonce,
    Changed,
    Conversation,
    CursorMoved,
    Entry,
    Expire,
    Message,
    MoveCursor,
    NoSuchMessage,
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
from warung.chat.preferences import may_sound
from warung.chat.reactions import NotAnEmoji, Reaction, react, react_with
from warung.chat.reading import conversation, history, may_see, membership, message
from warung.chat.rooms import Room, room, rooms
from warung.chat.sending import once, put, reached
from warung.chat.small_cards import ContactCard, Location, share_contact
from warung.chat.store_search import Heard
from warung.chat.tombs import Expired, Expiry, recall
from warung.kit.db import Reader
from warung.kit.domain import Asked, Batched, Chore, Domain, Follower, Priority
from warung.kit.ids import AccountId, ConversationId, Identity
from warung.kit.kind import Kind


def show_typing(reader: Reader, *, by: AccountId, conversation: ConversationId) -> None:
    """Tell the other members that `by` types; nobody where the two are contacts no longer. Nothing is stored."""
    reading.membership(reader, by, conversation)
    others = [row.account for row in store_members.members(reader, [conversation]) if row.account != by]
    kept = store_members.conversations(reader, [conversation])[conversation]
    if not kept.closed and (kept.kind != "direct" or all(contacts.are_contacts(reader, by, other) for other in others)):
        reader.emit(Typing(conversation, by), others)


def typing(reader: Reader, identity: Identity, command: Type) -> None:
    """Somebody types."""
    show_typing(reader, by=identity.account, conversation=command.conversation)


DOMAIN = Domain(
    name="chat",
    routes=[*routes.ROUTES, *routes_groups.ROUTES, *routes_messages.ROUTES, *routes_own.ROUTES, *search.ROUTES],
    commands=[
        Batched(Send, messages.send_all),
        Batched(MoveCursor, messages.move_cursors, Priority.FIRST),
        Asked(Type, typing, Priority.PRESENCE),
    ],
    cards=[*CARDS, Reaction, Edit, Forwarded, History, Location, ContactCard, Expiry, Expired],
    kinds=[Kind("direct", peers=True), Kind("group"), Kind("self"), Kind("system", members_write=False)],
    events=[Arrived, CursorMoved, Typing, Changed, DraftChanged, preferences.PreferencesChanged, schedule.ScheduledChanged],
    listeners=[
        (contacts.Befriended, direct.on_befriended),
        (contacts.Parted, direct.on_parted),
        (contacts.Reported, listening.on_reported),
        (contacts.Asking, listening.on_asking),
        (accounts.ProfileChanged, direct.on_profile_changed),
    ],
    followers=[Follower("search", search.follow, search.reach, indexes=True)],
    jobs=[Chore(Expire, tombs.expire), Chore(schedule.SendLater, schedule.on_time)],
    viewers=[(HOLDER, may_see)],
    settings=Settings,
    schema=Path(__file__).parent / "schema",
)

__all__ = [
    "DOMAIN",
    "EVERYONE",
    "Arrived",
    "BadNonce",
    "ContactCard",
    "Conversation",
    "CursorMoved",
    "Edit",
    "Entry",
    "Expiry",
    "Forwarded",
    "Heard",
    "History",
    "Location",
    "Message",
    "NoSuchMessage",
    "NotAMember",
    "NotAnEmoji",
    "Notice",
    "Picture",
    "Reaction",
    "Recall",
    "Recalled",
    "Room",
    "Sent",
    "Settings",
    "Text",
    "adopt",
    "append",
    "append_each",
    "append_history",
    "audiences",
    "change_group",
    "close",
    "conversation",
    "create_group",
    "entries",
    "history",
    "keep",
    "may_see",
    "may_sound",
    "membership",
    "message",
    "move_cursor",
    "news",
    "once",
    "open_between",
    "open_direct",
    "open_imported",
    "open_self",
    "open_system",
    "pin",
    "post",
    "put",
    "reach",
    "reached",
    "react",
    "react_with",
    "recall",
    "room",
    "rooms",
    "send",
    "send_all",
    "share_contact",
    "show_changed",
    "show_typing",
    "tell_history",
    "unread",
]
