"""The nouns of the face: what an operator sets, where a program is called and how, and what its settings page refuses."""

from typing import Literal

import msgspec

from warung.kit.clock import MINUTE, SECOND
from warung.kit.errors import BadRequest, Conflict, NotAllowed, NotFound
from warung.kit.ids import AccountId
from warung.kit.job import Job
from warung.official import OfficialPage

CallbackMode = Literal["plain", "both", "safe"]


class Settings(msgspec.Struct, frozen=True):
    """What an operator may set under `[wechat]`. Quotas are calls a day; 0 is no bound."""

    token_s: int = 7_200  # how long an access token and a ticket last
    overlap_ms: int = 5 * MINUTE  # how long the former token still works
    quotas: bool = True  # hold programs to the daily numbers of the table of endpoints
    clears_a_month: int = 10  # how often a program may have its day's counting begun anew
    forced_a_day: int = 20  # how often a stable token may be replaced before its time
    refusals_a_minute: int = 60  # how often a token or a secret that is wrong is told so; then it is told to wait. Per node; 0 is no bound
    callback_s: float = 5.0  # how long a program may take to answer
    callback_tries: int = 3
    callback_at_once: int = 16  # messages on their way to one program
    backlog: int = 1_000  # what waits for a program beyond this is not told to it any more; the log keeps it
    rest_ms: int = 2 * SECOND  # how long a program is left in peace after it failed, doubled each time
    longest_rest_ms: int = 5 * MINUTE
    code_ms: int = 5 * MINUTE
    refresh_ms: int = 30 * 24 * 60 * MINUTE


class Program(msgspec.Struct, frozen=True):
    """A row: where an account's program is called, and how."""

    official: AccountId
    url: str
    token: str
    aes_key: str
    former_key: str
    former_until: int
    mode: CallbackMode
    verified_at: int | None
    cursor: int
    busy_until: int
    failures: int
    rests_until: int
    dropped: int
    oauth_domains: str
    js_domains: str
    addresses: str


class ProgramFace(msgspec.Struct, frozen=True):
    """Where an account's program is called, as its staff see it. `waiting`: entries of the log that it was not told yet."""

    url: str
    token: str
    aes_key: str
    mode: CallbackMode
    verified_at: int | None
    waiting: int
    failures: int
    dropped: int
    oauth_domains: list[str]
    js_domains: list[str]
    addresses: list[str]


class Callback(msgspec.Struct, forbid_unknown_fields=True):
    """Where a program is to be called. Without a key one is made."""

    url: str
    token: str
    aes_key: str = ""
    mode: CallbackMode = "plain"


class ProgramDomains(msgspec.Struct, forbid_unknown_fields=True):
    """The sites that may sign people in, those whose pages may use the JS-SDK, and the addresses that may call; none: any."""

    oauth: list[str]
    js: list[str]
    addresses: list[str]


class PageClaim(msgspec.Struct, forbid_unknown_fields=True):
    """What a page says of itself in `wx.config`: where it stands, by which ticket it signed, and what it wants to use."""

    appid: str
    timestamp: str
    nonce: str
    signature: str
    url: str
    apis: list[str] = []


class PageVerified(msgspec.Struct, frozen=True):
    """The account in whose name a page speaks, and what of the wished for it may use."""

    official: OfficialPage
    apis: list[str]


class SiteFace(msgspec.Struct, frozen=True):
    """A site that one has signed in to, and what it was told."""

    appid: str
    name: str
    scope: str
    at: int


class Tell(Job, frozen=True, tag="wechat.tell"):
    """Tell an account's program what happened since it was told last."""

    official: AccountId


class CallbackNotPossible(BadRequest):
    """A callback has an http(s) address, a token of 3 to 32 letters and digits, and a key of 43."""


class CallbackNotVerified(Conflict):
    """The program there answered {status}, not with what it was sent. Has it the same token, and does it answer a GET with echostr?"""


class CallbackSilent(CallbackNotVerified):
    """Nothing answered at this address within {seconds} seconds. Is the program running, and are name and port right?"""


class CallbackOutOfBounds(CallbackNotVerified):
    """This server does not go to this address. Give one on the internet, or ask the operator to allow it."""


class NoCallback(NotFound):
    """No program is called for this account."""


class DomainNotPossible(BadRequest):
    """This is not the name of a site: shop.example, without a path."""


class ProgramAddressNotPossible(BadRequest):
    """This is not an IP address or a network."""


class InvalidSignature(NotAllowed):
    """This page did not sign its address with the account's ticket."""


class InvalidUrlDomain(NotAllowed):
    """This page is not on one of the account's sites."""


class InvalidAppid(NotFound):
    """There is no official account of this appid."""


class NoSuchSite(NotFound):
    """You have not signed in there."""
