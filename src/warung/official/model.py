"""The nouns of official accounts: the account, its staff, its followers, what happened at it. And what is refused."""

from typing import ClassVar, Literal

import msgspec

from warung.kit.bus import Event
from warung.kit.errors import BadRequest, Conflict, NotAllowed, NotFound, TooLarge
from warung.kit.ids import AccountId, BlobId, ConversationId

Kind = Literal["subscription", "service"]
Role = Literal["owner", "editor", "desk"]
OfferState = Literal["waiting", "taken", "declined", "withdrawn"]
Mode = Literal["editor", "developer"]  # who answers followers: the rules that the staff wrote, or a program
Source = Literal[
    "ADD_SCENE_SEARCH",
    "ADD_SCENE_QR_CODE",
    "ADD_SCENE_PROFILE_CARD",
    "ADD_SCENE_ACCOUNT_MIGRATION",
    "ADD_SCENE_PROFILE_LINK",
    "ADD_SCENE_PROFILE_ITEM",
    "ADD_SCENE_PAID",
    "ADD_SCENE_WECHAT_ADVERTISEMENT",
    "ADD_SCENE_REPRINT",
    "ADD_SCENE_LIVESTREAM",
    "ADD_SCENE_CHANNELS",
    "ADD_SCENE_OTHERS",
]


class Settings(msgspec.Struct, frozen=True):
    """What an operator may set under `[official]`."""

    registration: Literal["members", "operators"] = "members"  # who may open an official account
    test_accounts: Literal["members", "operators"] = "operators"  # who may open one whose programs act for its followers
    each: int = 5  # accounts of one person that are open
    staff: int = 50  # of one account
    intro_chars: int = 120
    remark_chars: int = 30
    tags: int = 100  # of one account
    tags_each: int = 20  # on one follower
    tag_bytes: int = 30
    reply_hours: int = 48  # how long after a follower wrote they may be answered
    replies: int = 20  # and how often
    brief_s: int = 60  # the same after they followed, pressed a button or scanned a code
    brief_replies: int = 3
    event_days: int = 30  # how long what happened can be read again
    day_offset_min: int = 420  # where the days of quotas and figures begin: minutes before UTC
    subscription_per_day: int = 1  # broadcasts of an account of this kind
    service_per_month: int = 4
    previews_per_day: int = 100
    comments_per_day: int = 100  # of one person
    batch: int = 20  # recipients of a broadcast in one transaction


class Official(msgspec.Struct, frozen=True):
    """An official account, as its staff and its programs see it. Times in milliseconds UTC."""

    id: AccountId
    kind: Kind
    owner: AccountId
    gh: str
    appid: str
    handle: str
    name: str
    avatar: BlobId | None
    intro: str
    verified_name: str | None
    is_test: bool
    mode: Mode
    created_at: int
    closed_at: int | None


class Registered(msgspec.Struct, frozen=True):
    """A new account, and the secret of its programs, which is shown now and never again."""

    official: Official
    secret: str


class Face(msgspec.Struct, frozen=True):
    """What everybody may see of an official account."""

    id: AccountId
    kind: Kind
    handle: str
    name: str
    avatar: BlobId | None
    intro: str
    verified_name: str | None
    is_test: bool
    created_at: int


class OfficialPage(msgspec.Struct, frozen=True):
    """The page of an official account, and what is between it and the reader: since when they follow, and how that came about."""

    official: Face
    following: bool
    followed_at: int | None
    source: Source | None
    conversation: ConversationId | None
    role: Role | None  # of the reader, among the staff


class Following(msgspec.Struct, frozen=True):
    """An account that one follows: since when, and how that came about."""

    official: Face
    followed_at: int
    source: Source
    scene: str
    conversation: ConversationId


class Staff(msgspec.Struct, frozen=True):
    """Somebody who works with an account."""

    official: AccountId
    account: AccountId
    role: Role


class OwnerOffer(msgspec.Struct, frozen=True):
    """To whom the owner of an account offers it, whether they leave it then, and what became of that."""

    id: str
    official: AccountId
    owner: AccountId
    account: AccountId
    leaves: bool
    state: OfferState
    at: int


class Follow(msgspec.Struct, frozen=True):
    """A person as an account knows them: an openid that says nothing of who it is. `account` never leaves the server."""

    official: AccountId
    account: AccountId
    openid: str
    conversation: ConversationId | None
    followed_at: int | None
    left_at: int | None
    source: Source
    scene: str
    ticket: str
    remark: str
    blocked_at: int | None
    window_until: int
    window_left: int
    tags: tuple[int, ...] = ()

    @property
    def follows(self) -> bool:
        """Does this person follow the account now?"""
        return self.followed_at is not None and self.left_at is None


class Tag(msgspec.Struct, frozen=True):
    """A group of followers. 0, 1 and 2 are reserved; 2 means starred."""

    id: int
    name: str
    count: int


class Happening(msgspec.Struct, frozen=True):
    """Something that happened at an account, numbered from 1 without gaps. `body` is the event as programs get it."""

    seq: int
    id: str
    kind: str
    openid: str
    body: msgspec.Raw
    at: int


class Happened(Event, frozen=True, tag="official.happened"):
    """The log of an account has a new entry. For those who pass it on: heard in the transaction that wrote it."""

    internal: ClassVar[bool] = True

    official: AccountId
    seq: int
    kind: str
    openid: str


class OwnerChanged(Event, frozen=True, tag="official.owner"):
    """An account is somebody else's. For those who tied something of the former owner to it: heard in the transaction that says so."""

    internal: ClassVar[bool] = True

    official: AccountId
    appid: str
    owner: AccountId


class OfferChanged(Event, frozen=True, tag="official.offer_changed"):
    """Something came of an offer of an account, for both whom it is between: fetch it again by its id."""

    id: str


class FollowingChanged(Event, frozen=True, tag="official.following"):
    """The accounts that you follow are others now."""


class OfficialNotFound(NotFound):
    """There is no official account by that name here."""


class RegistrationForOperators(NotAllowed):
    """On this server only an operator opens official accounts of this kind."""


class TooManyOfficials(Conflict):
    """You have {limit} official accounts already."""


class OfficialNameTaken(Conflict):
    """Another official account has this name."""


class RoleNeeded(NotAllowed):
    """Your part in this account does not go so far."""


class OwnerStays(Conflict):
    """An account keeps its owner until somebody else of its staff takes it over."""


class StaffOnly(NotAllowed):
    """Only somebody who works with an account can take it over. Add them to the staff first."""


class NotOffered(NotFound):
    """This account is not offered to you, or no longer."""


class TooManyStaff(Conflict):
    """An account can have at most {limit} people."""


class StaffAreContacts(NotAllowed):
    """Only your contacts can work with you on an account."""


class NoSuchFollower(NotFound):
    """This account knows nobody by this openid."""


class NotFollowing(NotAllowed):
    """This person does not follow the account."""


class FollowerBlocked(NotAllowed):
    """The account has blocked this follower."""


class OutsideWindow(NotAllowed):
    """This follower has not written lately. They can be answered for {hours} hours after they wrote."""


class WindowUsedUp(NotAllowed):
    """This follower has been answered often enough; they write next."""


class NoSuchTag(NotFound):
    """There is no such tag."""


class TagExists(Conflict):
    """There is a tag of this name already."""


class TagNameTooLong(TooLarge):
    """The name of a tag has at most {limit} bytes."""


class TagReserved(NotAllowed):
    """This tag belongs to the server and cannot be changed."""


class TooManyOfficialTags(Conflict):
    """An account can have at most {limit} tags."""


class TooManyTagsOnFollower(Conflict):
    """A follower can have at most {limit} tags."""


class TooManyAtOnce(BadRequest):
    """At most {limit} at once, please."""
