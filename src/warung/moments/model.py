"""The nouns of moments: what a person shows a circle, likes and comments, notices, what one decides about others; and what is refused."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

from warung import contacts
from warung.kit.bus import Event
from warung.kit.errors import BadRequest, NotAllowed, NotFound, TooMany
from warung.kit.ids import AccountId, BlobId

WINDOWS = (0, 3, 30, 182)  # days; 0 is always


class Settings(msgspec.Struct, frozen=True):
    """What an operator may set under `[moments]`."""

    text_chars: int = 2_000
    comment_chars: int = 500
    pictures: int = 9
    circle_people: int = 500
    per_day: int = 100  # moments of one person
    comments_per_day: int = 1_000


class Circle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who may see a moment: `all` contacts, `only` those named or tagged, all `but` those. Tags are those that its author gave."""

    kind: Literal["all", "only", "but"] = "all"
    people: tuple[AccountId, ...] = ()
    tags: tuple[str, ...] = ()

    def includes(self, account: AccountId, tags: Sequence[str]) -> bool:
        """Is a contact with these tags in it?"""
        if self.kind == "all":
            return True
        named = account in self.people or not set(self.tags).isdisjoint(tags)
        return named == (self.kind == "only")


class MomentPicture(msgspec.Struct, frozen=True):
    """A picture, or a film with its length, as media keeps it."""

    blob: BlobId
    width: int
    height: int
    placeholder: str | None = None
    duration_ms: int = 0


class Link(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where something is on the web, and what it is called."""

    url: str
    title: str = ""


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place with a name; where it is, in degrees, may be left out."""

    name: str
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)] | None = None


class Draft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A moment to come: words, pictures or a film of one's own, a link, a place, and who may see it."""

    nonce: str
    text: str = ""
    pictures: tuple[BlobId, ...] = ()
    video: BlobId | None = None
    link: Link | None = None
    place: Place | None = None
    circle: Circle = Circle()


class Kept(msgspec.Struct, frozen=True):
    """A moment as it is stored."""

    id: str
    author: AccountId
    nonce: str
    words: str
    pictures: tuple[MomentPicture, ...]
    video: MomentPicture | None
    link: Link | None
    place: Place | None
    circle: Circle
    at: int

    def blobs(self) -> list[BlobId]:
        """Return what media holds for it."""
        return [shot.blob for shot in (*self.pictures, *([self.video] if self.video else []))]


class KeptComment(msgspec.Struct, frozen=True):
    """A comment as it is stored."""

    id: str
    moment: str
    account: AccountId
    nonce: str
    answers: AccountId | None
    words: str
    at: int


class Comment(msgspec.Struct, frozen=True):
    """A comment that the reader sees; `to` is whom it answers, where the reader may know them."""

    id: str
    account: AccountId
    to: AccountId | None
    text: str
    at: int


class Moment(msgspec.Struct, frozen=True):
    """A moment as one reader sees it: with the likes and comments of those who are contacts of both. `circle` is for its author only."""

    id: str
    author: AccountId
    text: str
    pictures: Sequence[MomentPicture]
    video: MomentPicture | None
    link: Link | None
    place: Place | None
    circle: Circle | None
    at: int
    likes: list[AccountId]
    liked: bool
    comments: list[Comment]


class Feed(msgspec.Struct, frozen=True):
    """A page of moments, newest first, and who is in it. The next page is `before` = `next`; null at the end."""

    moments: list[Moment]
    people: list[contacts.Person]
    next: str | None
    cover: BlobId | None  # of the person whose moments these are, or one's own


class One(msgspec.Struct, frozen=True):
    """A moment and who is in it."""

    moment: Moment
    people: list[contacts.Person]


class MomentNotice(msgspec.Struct, frozen=True):
    """That somebody liked, or commented where one is concerned: `comment` is empty for a like."""

    id: str
    moment: str
    actor: AccountId
    text: str
    comment: str
    picture: BlobId | None
    words: str
    at: int


class Notices(msgspec.Struct, frozen=True):
    """The last notices, newest first, how many of them are new, and who is in them."""

    notices: list[MomentNotice]
    unseen: int
    people: list[contacts.Person]


class MomentNews(msgspec.Struct, frozen=True):
    """What is new: notices that were not read, and who posted the newest moment that one has not been shown; null for none."""

    unseen: int
    fresh: AccountId | None


class Hidden(msgspec.Struct, frozen=True):
    """What one decided about another: `mine` is not shown to them, `theirs` is not shown to me."""

    account: AccountId
    mine: bool
    theirs: bool


class Mine(msgspec.Struct, frozen=True):
    """What one decided: for how many days others see one's moments (0: always), the cover, and about whom something is hidden."""

    window_days: int
    cover: BlobId | None
    hidden: list[Hidden]


class Person(msgspec.Struct, frozen=True):
    """What is kept of a person."""

    account: AccountId
    window_days: int = 0
    cover: BlobId | None = None
    last: str = ""
    seen: str = ""
    looked: str = ""


class Fresh(Event, frozen=True, tag="moments.fresh"):
    """Somebody shows you something new."""

    author: AccountId


class Noticed(Event, frozen=True, tag="moments.noticed"):
    """Somebody liked or commented where you are concerned, or you have read it on another device: ask what is new."""


class MomentEvidence(msgspec.Struct, frozen=True):
    """A reported moment as it was, for the operator."""

    moment: str
    text: str
    pictures: list[BlobId]
    link: Link | None


class NoSuchMoment(NotFound):
    """This moment is not there."""


class NoSuchComment(NotFound):
    """This comment is not there."""


class NotYourMoment(NotAllowed):
    """Only whoever posted a moment can take it away."""


class NotYourComment(NotAllowed):
    """Only whoever wrote a comment, or posted the moment, can take it away."""


class EmptyMoment(BadRequest):
    """There is nothing in this moment."""


class TooManyPictures(BadRequest):
    """A moment has at most {limit} pictures, or one film."""


class LinkNotAllowed(BadRequest):
    """A link begins with https:// or http://."""


class CircleTooLarge(BadRequest):
    """A circle names at most {limit} people."""


class NoSuchWindow(BadRequest):
    """Moments are seen for 3, 30 or 182 days, or always."""


class MomentsTooMany(TooMany):
    """You have posted a lot today. Try again in {retry_after_s} seconds."""
