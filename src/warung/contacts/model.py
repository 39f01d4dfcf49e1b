"""The nouns of contacts: a person as someone else may see them, requests, reports, their events and refusals."""

from typing import ClassVar, Literal

import msgspec
from msgspec import Struct

from warung import accounts
from warung.kit.bus import Event
from warung.kit.errors import BadRequest, NotAllowed, NotFound, TooMany
from warung.kit.ids import AccountId, ConversationId, Seq

Relation = Literal["self", "contact", "requested", "asked_me", "blocked", "stranger"]
Via = Literal["handle", "code", "group"]
About = Literal["person", "message", "group", "pack", "moment", "official"]
Reason = Literal["spam", "abuse", "fraud", "other"]


class Settings(Struct, frozen=True):
    """What an operator may set under `[contacts]`."""

    greeting_chars: int = 100  # the longest greeting of a request
    remark_chars: int = 60  # the longest name one gives a contact for oneself
    tags: int = 20  # how many tags a contact may have
    tag_chars: int = 30  # the longest tag
    requests_per_day: int = 30  # how many people an account may ask in 24 hours
    quiet_days: int = 7  # how long after a request was declined another one from the same person does not arrive
    look_ups_per_hour: int = 60  # how many handles and codes an account may try
    reports_per_day: int = 20  # how many reports an account may write in 24 hours
    report_chars: int = 1000  # the longest explanation of a report


class Person(accounts.Profile, frozen=True, kw_only=True):
    """Someone as one reader may see them: a stranger's profile, or more of a contact."""

    status: str | None = None  # of contacts and oneself only
    region: str | None = None  # of contacts and oneself only
    remark: str | None = None  # the reader's own name for a contact
    tags: tuple[str, ...] = ()
    relation: Relation = "stranger"


class Contact(Person, frozen=True, kw_only=True):
    """Someone who accepted the reader, or was accepted, and when."""

    since: int


class Request(Struct, frozen=True):
    """One person's wish to become another's contact."""

    id: str
    sender: accounts.Profile = msgspec.field(name="from")
    recipient: accounts.Profile = msgspec.field(name="to")
    greeting: str
    at: int
    via: Via


class Accepted(Struct, frozen=True):
    """The two are contacts now; `conversation` is theirs."""

    conversation: ConversationId
    accepted: Literal[True] = True


class Bond(Struct, frozen=True):
    """One side of a contact: what an account keeps about the other."""

    other: AccountId
    remark: str | None
    tags: tuple[str, ...]
    since: int


class Asked(Struct, frozen=True):
    """An open request as it is stored. The sender is never told whether it arrived or was dismissed."""

    id: str
    sender: AccountId
    recipient: AccountId
    greeting: str
    via: Via
    at: int
    arrived: int
    dismissed_at: int | None

    @property
    def shown(self) -> bool:
        """Does the recipient see it?"""
        return bool(self.arrived) and self.dismissed_at is None


class Overview(Struct, frozen=True):
    """Everything one account has of relations to others."""

    contacts: list[Contact]
    incoming: list[Request]
    outgoing: list[Request]
    blocked: list[accounts.Profile]


class Report(Struct, frozen=True):
    """A complaint, as the operator reads it. `evidence` is what was seen when it was written."""

    id: str
    about: About
    reporter: accounts.Profile
    account: accounts.Profile | None
    conversation: ConversationId | None
    seq: Seq | None
    reason: Reason
    text: str
    evidence: msgspec.Raw
    at: int
    closed_at: int | None
    closed_by: AccountId | None


class ContactsChanged(Event, frozen=True, tag="contacts.changed"):
    """What you have of contacts and requests changed: fetch it again."""


class Asking(Event, frozen=True, tag="contacts.asking"):
    """`by` is about to ask `to`. A listener above refuses by raising `PersonNotFound` when it knows that `via` is not true."""

    internal: ClassVar[bool] = True

    by: AccountId
    to: AccountId
    via: Via


class Befriended(Event, frozen=True, tag="contacts.befriended"):
    """Two people are contacts now: `a` asked with this greeting, `b` agreed. `conversation` is the id of theirs, always the same."""

    internal: ClassVar[bool] = True

    a: AccountId
    b: AccountId
    greeting: str
    conversation: ConversationId


class Parted(Event, frozen=True, tag="contacts.parted"):
    """Two people are no longer contacts. `a` did it, and `b` may see that it happened."""

    internal: ClassVar[bool] = True

    a: AccountId
    b: AccountId
    conversation: ConversationId


class PersonBlocked(Event, frozen=True, tag="contacts.blocked"):
    """`a` blocked `b`, after parting from them. Nothing that follows from this may be seen by `b`."""

    internal: ClassVar[bool] = True

    a: AccountId
    b: AccountId


class PersonUnblocked(Event, frozen=True, tag="contacts.unblocked"):
    """`a` no longer blocks `b`, and they are strangers. Nothing that follows from this may be seen by `b`."""

    internal: ClassVar[bool] = True

    a: AccountId
    b: AccountId


class Reported(Event, frozen=True, tag="contacts.reported"):
    """`by` reports something of a domain above. Whoever keeps it checks that `by` may see it and calls `attach`; else
    the report is refused.
    """

    internal: ClassVar[bool] = True

    report: str
    by: AccountId
    about: About
    conversation: ConversationId | None
    seq: Seq | None
    subject: str | None = None


class PersonNotFound(NotFound):
    """There is nobody by that name here, or they do not want to be found this way."""


class RequestNotFound(NotFound):
    """This request is not there any more."""


class ReportNotFound(NotFound):
    """This report is not there."""


class NothingToReport(NotFound):
    """What you want to report is not there."""


class NotYourself(BadRequest):
    """This is you."""


class NotAContact(NotAllowed):
    """You are not contacts. Send a request first."""


class Blocked(NotAllowed):
    """You have blocked this person."""


class AskedTooMany(TooMany):
    """You have asked many people today. Try again in {retry_after_s} seconds."""


class LookedUpTooMany(TooMany):
    """You have looked for many people. Try again in {retry_after_s} seconds."""


class ReportedTooMany(TooMany):
    """You have written many reports today. Try again in {retry_after_s} seconds."""


class TooManyTags(BadRequest):
    """A contact can have at most {limit} tags."""


class IncompleteReport(BadRequest):
    """A report says what it is about: an account, a group, or a message and where it is, or a sticker pack or a moment."""
