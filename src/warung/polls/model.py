"""The nouns of polls: questions with choices, and lists of who comes. And what polls refuses."""

from typing import Literal

import msgspec

from warung import contacts
from warung.kit.bus import Event
from warung.kit.card import Card, Preview
from warung.kit.errors import BadRequest, Conflict, NotAllowed, NotFound
from warung.kit.ids import AccountId, ConversationId

Kind = Literal["poll", "list"]

TITLE, CHOICE, NOTE = 200, 100, 140  # characters
CHOICES, PLUS, PLACES = 20, 20, 10_000


class Poll(Card, frozen=True, tag="polls.poll"):
    """A question with choices. What was chosen is asked for by `poll`: the card stays as it was sent."""

    poll: str
    question: str
    choices: tuple[str, ...]
    multiple: bool = False
    anonymous: bool = False
    closes_at: int | None = None

    def preview(self) -> Preview:
        """Return the question."""
        return Preview("preview.poll", {"title": self.question[:120]})

    def text(self) -> str:
        """Return the question and the choices."""
        return "\n".join([self.question, *self.choices])


class SignUpList(Card, frozen=True, tag="polls.list"):
    """A list to put oneself on: who comes on Sunday. With `places`, there are only so many."""

    poll: str
    title: str
    places: int | None = None
    closes_at: int | None = None

    def preview(self) -> Preview:
        """Return the title."""
        return Preview("preview.list", {"title": self.title[:120]})

    def text(self) -> str:
        """Return the title."""
        return self.title


class Kept(msgspec.Struct, frozen=True):
    """A poll's row."""

    id: str
    kind: Kind
    conversation: ConversationId
    seq: int
    made_by: AccountId
    title: str
    choices: bytes
    multiple: int
    anonymous: int
    places: int | None
    closes_at: int | None
    version: int
    created_at: int


class Vote(msgspec.Struct, frozen=True):
    """A row: who chose what, with how many more, and a word."""

    account: AccountId
    choice: int
    plus: int
    note: str
    at: int


class Entry(msgspec.Struct, frozen=True):
    """Somebody on a list, or who chose something in the open."""

    account: contacts.Person
    choice: int
    plus: int
    note: str


class State(msgspec.Struct, frozen=True):
    """How a poll stands. `counts` are by choice, on a list with those who come along; `entries` is empty where nobody may know who."""

    id: str
    kind: Kind
    conversation: ConversationId
    seq: int
    made_by: AccountId
    title: str
    choices: list[str]
    multiple: bool
    anonymous: bool
    places: int | None
    closes_at: int | None
    closed: bool
    may_close: bool
    version: int
    counts: list[int]
    voters: int
    mine: list[int]
    plus: int
    note: str
    entries: list[Entry]


class Tallied(Event, frozen=True, tag="polls.tally"):
    """A poll stands differently: enough to draw it without asking, for whoever has it on screen. The highest version is the latest."""

    poll: str
    version: int
    counts: list[int]
    voters: int
    closed: bool


class NoSuchPoll(NotFound):
    """This poll is not there any more."""


class PollClosed(Conflict):
    """It is closed."""


class PollNotPossible(BadRequest):
    """A poll needs a question and 2 to {limit} different choices."""


class ListNotPossible(BadRequest):
    """A list has a title and places for 1 to 10,000 people, and each brings at most {plus} along."""


class NoSuchChoice(BadRequest):
    """There is no such choice."""


class OneChoiceOnly(BadRequest):
    """Choose only one."""


class ListFull(Conflict):
    """The list is full: all {limit} places are taken."""


class NotYourPoll(NotAllowed):
    """Only whoever made it, or an admin, can close it."""


class NotAClosingTime(BadRequest):
    """It closes at a time that is still to come, within a year."""
