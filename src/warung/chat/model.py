"""The nouns of chat: conversations, members, messages, chat's own cards and events. And what chat refuses."""

from collections.abc import Sequence
from typing import ClassVar, Literal

import msgspec

from warung import contacts
from warung.chat.marks import Mark
from warung.kit.bus import Event
from warung.kit.card import BrokenCard, Card, Preview, Worded
from warung.kit.domain import Command
from warung.kit.errors import BadRequest, Conflict, NotAllowed, NotFound, TooLarge
from warung.kit.ids import AccountId, BlobId, ConversationId, Nonce, Seq
from warung.kit.job import Job

Role = Literal["owner", "admin", "member"]
EVERYONE = AccountId("all")


class Settings(msgspec.Struct, frozen=True):
    """What an operator may set for chat."""

    recall_ms: int = 120_000  # how long a message may be taken back
    message_chars: int = 8_000
    card_bytes: int = 48_000
    name_chars: int = 64
    notice_chars: int = 1_000
    group_members: int = 500
    groups_made_per_day: int = 50
    receipts_up_to: int = 20  # larger groups do not tell who read what
    edit_ms: int = 86_400_000  # how long one's own words may be changed
    scheduled_each: int = 100  # messages that one person may have waiting
    pins: int = 20  # in one conversation
    tiles: str = ""  # where a map comes from, "https://…/{z}/{x}/{y}.png"; without it a place is drawn schematically


# Cards


class Mention(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stretch of a text that calls somebody: `start` and `length` in Unicode code points; account "all" calls everyone."""

    account: AccountId
    start: int
    length: int


class Text(Worded, frozen=True, tag="chat.text", gc=False):
    """Words."""

    sendable: ClassVar[bool] = True
    words_in: ClassVar[str] = "text_"

    text_: str = msgspec.field(name="text")
    mentioned: tuple[Mention, ...] = msgspec.field(name="mentions", default=())

    def preview(self) -> Preview:
        """Return the beginning of the words; the client has the whole."""
        return Preview("preview.text", {"text": self.text_[:120]})

    def text(self) -> str:
        """Return the words."""
        return self.text_

    def passed_on(self) -> Card:
        """Return the words without whom they called and what they were before: a forwarded word calls nobody."""
        return Text(text_=self.text_)

    def mentions(self) -> Sequence[AccountId]:
        """Return who is called."""
        return [mention.account for mention in self.mentioned] if self.mentioned else ()

    def check(self) -> None:
        """Refuse empty words, and mentions that are not in them."""
        super().check()
        if not self.text_.strip():
            raise EmptyMessage
        if len(self.mentioned) > 50:
            raise BrokenCard(reason="more than 50 mentions")
        for mention in self.mentioned:
            if mention.start < 0 or mention.length < 1 or mention.start + mention.length > len(self.text_):
                raise BrokenCard(reason="a mention lies outside the text")


class Picture(Card, frozen=True, tag="chat.picture"):
    """A picture that media keeps."""

    blob: BlobId
    width: int
    height: int
    caption: str = ""
    placeholder: str | None = None

    def preview(self) -> Preview:
        """Return that it is a picture."""
        return Preview("preview.picture", {"caption": self.caption[:120]} if self.caption else {})

    def text(self) -> str:
        """Return the caption."""
        return self.caption

    def blobs(self) -> Sequence[BlobId]:
        """Return the picture."""
        return [self.blob]


class Notice(Card, frozen=True, tag="chat.notice"):
    """Something that happened to the conversation: `key` says what, `actor` who did it, `people` to whom."""

    counts: ClassVar[bool] = False

    key: str
    actor: AccountId | None = None
    people: tuple[AccountId, ...] = ()
    words: str | None = msgspec.field(name="text", default=None)

    def preview(self) -> Preview:
        """Return the same key; the client knows the names."""
        return Preview(f"notice.{self.key}", {"text": self.words} if self.words else {})


class Recall(Card, frozen=True, tag="chat.recall"):
    """The entry at `ref` is taken back."""

    counts: ClassVar[bool] = False

    def preview(self) -> Preview:
        """Return that a message was taken back."""
        return Preview("preview.recalled")


class Recalled(Card, frozen=True, tag="chat.recalled"):
    """The tombstone that stands where a recalled message was."""

    counts: ClassVar[bool] = False

    by: AccountId

    def preview(self) -> Preview:
        """Return that a message was taken back."""
        return Preview("preview.recalled")


CARDS: tuple[type[Card], ...] = (Text, Picture, Notice, Recall, Recalled)


# What members see


class Message(msgspec.Struct, frozen=True, gc=False):
    """One entry of a conversation's log. `card` goes out as it was stored."""

    conversation: ConversationId
    seq: Seq
    sender: AccountId | None
    author: str | None  # the imported name of somebody who wrote elsewhere
    at: int
    card: msgspec.Raw
    preview: msgspec.Raw | None  # for clients that do not know the card; none for words
    reply: int | None
    ref: int | None
    counted: int
    nonce: str | None


class GroupSettings(msgspec.Struct, frozen=True):
    """How people get into a group."""

    approval: bool
    members_can_invite: bool


class Conversation(msgspec.Struct, frozen=True):
    """A conversation as one of its members sees it."""

    id: ConversationId
    kind: str
    name: str | None
    avatar: BlobId | None
    notice: str | None
    peer: contacts.Person | None
    member_count: int
    role: str
    last_seq: int
    first_seq: int
    counted: int
    unread: int
    mentions: int
    read_seq: int
    delivered_seq: int
    peer_read_seq: int
    peer_delivered_seq: int
    pinned: bool
    muted: bool
    archived: bool
    marked_unread: bool
    can_write: bool
    why_not: str | None
    settings: GroupSettings | None
    last: Message | None
    changed_at: int
    imported: bool
    pins: list[int]  # the messages that are pinned here, the latest first
    expires_ms: int  # messages disappear so long after they were sent; 0 for never
    notify: str  # what is told of it: all, mentions or nothing
    wallpaper: str | None


class Sync(msgspec.Struct, frozen=True):
    """What changed since a moment: enough to draw the list of conversations in one round trip."""

    now: int
    full: bool
    conversations: list[Conversation]
    gone: list[ConversationId]
    people: list[contacts.Person]
    contacts_changed: bool


class Page(msgspec.Struct, frozen=True):
    """A stretch of history, oldest first, who wrote it, and what was added to it."""

    messages: list[Message]
    people: list[contacts.Person]
    first_seq: int
    last_seq: int
    marks: list[Mark] = []


# What clients say on the socket


class Send(Command, frozen=True, tag="chat.send", forbid_unknown_fields=True, gc=False):
    """Put a card into a conversation."""

    conversation: ConversationId
    nonce: str
    card: msgspec.Raw
    reply: int | None = None


class Sent(msgspec.Struct, frozen=True, gc=False):
    """Where the message stands now. On disk."""

    seq: int
    at: int
    counted: int


class MoveCursor(Command, frozen=True, tag="chat.cursor", forbid_unknown_fields=True):
    """I have received, or read, everything up to here. 0 moves nothing; cursors never go back."""

    conversation: ConversationId
    delivered: int = 0
    read: int = 0


class Type(Command, frozen=True, tag="chat.typing", forbid_unknown_fields=True):
    """I am typing."""

    conversation: ConversationId


# Events


class Arrived(Event, frozen=True, tag="chat.message", gc=False):
    """A new entry in the log."""

    message: Message


class CursorMoved(Event, frozen=True, tag="chat.cursor"):
    """A member has received or read up to here."""

    conversation: ConversationId
    account: AccountId
    delivered: int
    read: int


class Typing(Event, frozen=True, tag="chat.typing"):
    """A member is typing. Nothing is stored."""

    conversation: ConversationId
    account: AccountId


class Changed(Event, frozen=True, tag="chat.changed"):
    """Something about this conversation other than its log is different: fetch it again."""

    conversation: ConversationId


# Refusals


class NotAMember(NotFound):
    """This conversation is not among yours."""


class NoSuchMessage(NotFound):
    """There is no message with number {seq} in this conversation."""


class EmptyMessage(BadRequest):
    """There is nothing in this message."""


class MessageTooLong(TooLarge):
    """This message is too long: at most {limit} characters, please."""


class BadNonce(BadRequest):
    """A nonce has 8 to 40 letters, digits, hyphens or underscores."""


class NonceReused(Conflict):
    """This nonce already belongs to another message."""


class Silenced(NotAllowed):
    """The admins of this group have muted you for now."""


class ReadOnly(NotAllowed):
    """Nobody writes in this conversation."""


class ConversationClosed(NotAllowed):
    """This conversation is closed: it can be read, and nothing more is written in it."""


class TooLate(NotAllowed):
    """A message can be taken back for {minutes} minutes; that time is over."""


class NotYours(NotAllowed):
    """Only whoever wrote it can take a message back."""


class AlreadyRecalled(Conflict):
    """This message was already taken back."""


class AdminsOnly(NotAllowed):
    """Only the owner and the admins of this group may do this."""


class OwnerOnly(NotAllowed):
    """Only the owner of this group may do this."""


class GroupFull(NotAllowed):
    """A group has at most {limit} members."""


class GroupOnly(BadRequest):
    """This is possible in groups only."""


class ContactsOnly(NotAllowed):
    """Only your contacts can be added to a group."""


class TooManyGroups(NotAllowed):
    """You have made many groups today. Try again tomorrow."""


class OwnerCannotLeave(NotAllowed):
    """Hand the group over to somebody else first."""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """What is about to be appended to a log."""

    conversation: ConversationId
    card: Card
    raw: bytes
    sender: AccountId | None = None
    author: str | None = None
    nonce: Nonce | None = None
    reply: int | None = None
    ref: int | None = None
    at: int | None = None  # for imports: when it was written elsewhere


class Expire(Job, frozen=True, tag="chat.expire"):
    """A message's time is over."""

    conversation: ConversationId
    seq: int
