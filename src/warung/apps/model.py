"""The nouns of apps: a registered mini-app, somebody's sign-in to it, and what is refused."""

from typing import Literal

import msgspec

from warung.kit.errors import BadRequest, Conflict, NotFound, TooLarge
from warung.kit.ids import AccountId

Shelf = Literal["own", "interactive"]
CodeKind = Literal["session", "phone"]


class Settings(msgspec.Struct, frozen=True):
    """What an operator may set for mini-apps."""

    apps_each: int = 20  # how many one person may register
    code_ms: int = 5 * 60_000  # how long a code for signing in can be exchanged
    stored_keys: int = 128  # what an app may keep for one person: names
    stored_bytes: int = 1_024  # and bytes of a name with its value


class App(msgspec.Struct, frozen=True):
    """A registered mini-app. `official` is the official account of the same owner that it belongs to."""

    id: str
    appid: str
    owner: AccountId
    name: str
    official: AccountId | None
    created_at: int
    closed_at: int | None


class AppRegistered(msgspec.Struct, frozen=True):
    """A mini-app with its secret, which is shown this once."""

    app: App
    secret: str


class User(msgspec.Struct, frozen=True):
    """Somebody who has signed in to an app: the openid says nothing about the account to the app's owner."""

    app: str
    account: AccountId
    openid: str
    session_key: str
    signed_in_at: int


class AppCode(msgspec.Struct, frozen=True):
    """A code that the app's own server exchanges, once."""

    code: str


class AppSealed(msgspec.Struct, frozen=True):
    """What an app is told of somebody who agreed: for its page to see, and sealed for its server alone."""

    raw: str
    signature: str
    encrypted: str
    iv: str


class Kept(msgspec.Struct, frozen=True):
    """A row: a code as it is stored."""

    app: str
    account: AccountId
    kind: CodeKind
    phone: str
    expires_at: int
    used_at: int | None


class NoSuchApp(NotFound):
    """There is no such app."""


class AppName(BadRequest):
    """An app has a name of 1 to {limit} characters."""


class TooManyApps(Conflict):
    """You have registered {limit} apps already: close one first."""


class NotYourOfficial(BadRequest):
    """An app can only belong to an official account of your own."""


class SignInCodeUnknown(BadRequest):
    """This code is not known here."""


class SignInCodeUsed(Conflict):
    """This code was used before."""


class SignInCodeExpired(BadRequest):
    """This code is too old."""


class NoSuchUser(NotFound):
    """Nobody has signed in to this app under this id."""


class NotSignedIn(Conflict):
    """Sign in to this app first."""


class WrongProof(BadRequest):
    """This was not signed with the present session key."""


class PhoneNotPossible(BadRequest):
    """Write a telephone number with its country: +62 812 3456 7890."""


class StoredTooMuch(TooLarge):
    """What an app keeps for a person has {bytes} bytes at most, a name and its value together."""


class StoredTooMany(TooLarge):
    """An app may keep {keys} names for a person."""
