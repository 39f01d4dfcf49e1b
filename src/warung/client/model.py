"""What the server says, as the client hands it on: times in milliseconds UTC, ids opaque strings. Other fields are ignored."""

from typing import Any, Literal

import msgspec

Via = Literal["handle", "code", "group"]


class Profile(msgspec.Struct, frozen=True):
    """What a stranger may see of somebody."""

    id: str
    handle: str
    name: str
    avatar: str | None = None


class Person(Profile, frozen=True):
    """Somebody as I may see them: `relation` is self, contact, requested, asked_me, blocked or stranger."""

    status: str | None = None
    region: str | None = None
    remark: str | None = None
    tags: list[str] = []
    relation: str = "stranger"


class Contact(Person, frozen=True, kw_only=True):
    """Somebody who accepted me, or whom I accepted, and since when."""

    since: int


class Me(Profile, frozen=True, kw_only=True):
    """My own account."""

    status: str
    region: str | None
    language: str
    operator: bool


class Request(msgspec.Struct, frozen=True):
    """A wish to become contacts."""

    id: str
    sender: Profile = msgspec.field(name="from")
    recipient: Profile = msgspec.field(name="to")
    greeting: str
    at: int
    via: str


class Contacts(msgspec.Struct, frozen=True):
    """Everybody I am related to."""

    contacts: list[Contact]
    incoming: list[Request]
    outgoing: list[Request]
    blocked: list[Profile]


class Message(msgspec.Struct, frozen=True):
    """One entry of a conversation's log. `card` is what was sent, with its `type`."""

    conversation: str
    seq: int
    sender: str | None
    author: str | None
    at: int
    card: dict[str, Any]
    reply: int | None = None
    ref: int | None = None
    counted: int = 0
    nonce: str | None = None

    @property
    def text(self) -> str:
        """The words of a text, empty for every other card."""
        return str(self.card["text"]) if self.card.get("type") == "chat.text" else ""


class Sent(msgspec.Struct, frozen=True):
    """Where my message stands in its log. It is on the server's disk."""

    seq: int
    at: int
    counted: int


class Conversation(msgspec.Struct, frozen=True):
    """A conversation as I see it. `first_seq` is the first entry that I may read; `unread` counts what I have not read."""

    id: str
    kind: str
    name: str | None
    notice: str | None
    peer: Person | None
    member_count: int
    role: str
    first_seq: int
    last_seq: int
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
    last: Message | None
    changed_at: int


class Member(msgspec.Struct, frozen=True):
    """A member of a conversation."""

    account: Person
    role: str
    joined_at: int
    muted_until: int | None = None


class JoinRequest(msgspec.Struct, frozen=True):
    """Somebody who asks to join a group."""

    id: str
    sender: Person = msgspec.field(name="from")
    at: int


class Whole(Conversation, frozen=True, kw_only=True):
    """A conversation with its members."""

    members: list[Member]
    join_requests: list[JoinRequest] = []


class GroupLink(msgspec.Struct, frozen=True):
    """The link by which people join a group."""

    id: str
    token: str
    url: str


class Page(msgspec.Struct, frozen=True):
    """A stretch of history, oldest first, and who wrote it."""

    messages: list[Message]
    people: list[Person]
    first_seq: int
    last_seq: int


class Sync(msgspec.Struct, frozen=True):
    """What changed since a moment of the server's clock. `now` is what to ask with the next time."""

    now: int
    full: bool
    conversations: list[Conversation]
    gone: list[str]
    people: list[Person]


class Import(msgspec.Struct, frozen=True):
    """A history from elsewhere. `report` says what is in it and what could not be read; `done` of `total` entries are stored.

    `state` is "read" after a dry run, then "running", and at last "done" or, with the code of what stopped it in `failure`, "failed".
    """

    id: str
    state: str
    source: str
    titles: list[str]
    chat: int
    report: dict[str, Any]
    done: int
    total: int
    conversation: str | None
    failure: str | None


class Event(msgspec.Struct, frozen=True):
    """A hint that something happened: `type` is its name on the wire, `fields` the rest of the frame. It may be lost."""

    type: str
    fields: dict[str, Any]
