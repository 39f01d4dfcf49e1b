"""The nouns of the desk, at which several people serve an account's followers. And what the desk refuses."""

import msgspec

from warung.kit.bus import Event
from warung.kit.errors import BadRequest, Conflict, NotAllowed, NotFound
from warung.kit.ids import AccountId, BlobId


class Hours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From one minute of a day to another."""

    opens_min: int
    closes_min: int


class DeskSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a desk works. While it is `on`, what no rule answers comes to it.

    `days` are the hours from Monday to Sunday in a time that is `offset_min` ahead of UTC, None for a day off; without any it is always
    open. `greeting` is said to who begins to wait, `closed` to who writes outside the hours.
    """

    on: bool = False
    offset_min: int = 0
    days: tuple[Hours | None, ...] = ()
    greeting: str = ""
    closed: str = ""


class Kf(msgspec.Struct, frozen=True):
    """Somebody who answers at the desk. They take new cases by themselves while they are online and serve fewer than `takes`."""

    official: AccountId
    kf: str
    number: int
    nick: str
    account: AccountId | None
    avatar: BlobId | None
    online: bool
    takes: int
    created_at: int


class DeskSession(msgspec.Struct, frozen=True):
    """A follower who waits (without `kf`), or is served by somebody."""

    id: str
    openid: str
    kf: str | None
    opened_at: int
    latest_at: int
    closed_at: int | None


class Record(msgspec.Struct, frozen=True):
    """One thing that was said at the desk, numbered from 1: `sent` by it, or to it. `entry` is the message's number in its conversation."""

    id: int
    openid: str
    kf: str
    sent: bool
    entry: int
    text: str
    at: int


class Note(msgspec.Struct, frozen=True):
    """What somebody of the staff wrote about a follower."""

    id: str
    openid: str
    written_by: AccountId
    text: str
    at: int


class Canned(msgspec.Struct, frozen=True):
    """A sentence that is often needed."""

    id: str
    title: str
    text: str


class DeskMessage(msgspec.Struct, frozen=True):
    """An entry of a follower's conversation as the staff sees it: from the account or to it, and nothing of who the follower is."""

    seq: int
    at: int
    mine: bool
    card: msgspec.Raw
    ref: int | None


class DeskChanged(Event, frozen=True, tag="official.desk"):
    """Something is different at the desk of an account that you work with: fetch it again."""

    official: AccountId
    openid: str = ""


class BadKf(BadRequest):
    """A desk name is `name@{gh}`, where the name has 1 to {limit} letters, digits or underscores."""


class KfExists(Conflict):
    """There is a desk name like this already."""


class NoSuchKf(NotFound):
    """Nobody at the desk has this name."""


class TooManyKf(Conflict):
    """A desk has at most {limit} names."""


class NotStaff(NotAllowed):
    """This person does not work with the account."""


class KfOffline(Conflict):
    """Nobody sits there now."""


class InSession(Conflict):
    """Somebody else serves this follower."""


class NoSuchSession(NotFound):
    """This follower is not at the desk."""


class NotYourSession(NotAllowed):
    """You do not serve this follower. Take the case first."""


class DeskNotPossible(BadRequest):
    """A desk has hours for seven days, each within a day, or none at all."""


class NoSuchNote(NotFound):
    """This note is not there."""


class TooManyCanned(Conflict):
    """A desk keeps at most {limit} sentences."""
