"""Mini-apps: who registered one, and who signs in to it. Their servers speak the API of the face `wechat`."""

from pathlib import Path

from warung.apps.model import (
    App,
    AppCode,
    AppRegistered,
    AppSealed,
    NoSuchApp,
    NoSuchUser,
    NotSignedIn,
    NotYourOfficial,
    PhoneNotPossible,
    Settings,
    Shelf,
    SignInCodeExpired,
    SignInCodeUnknown,
    SignInCodeUsed,
    StoredTooMuch,
    User,
    WrongProof,
)
from warung.apps.registry import by_appid, change, close, mine, on_owner_changed, own, register, reset_secret, secret_is
from warung.apps.routes import ROUTES
from warung.apps.signing_in import (
    checked,
    forget_values,
    give_phone,
    phone_of,
    phone_parts,
    reset_session,
    session_of,
    show_myself,
    sign_in,
    store_values,
    stored_values,
    union_of,
    user,
    user_of,
)
from warung.kit.domain import Domain
from warung.official import OwnerChanged

DOMAIN = Domain(
    name="apps",
    routes=ROUTES,
    listeners=[(OwnerChanged, on_owner_changed)],
    settings=Settings,
    schema=Path(__file__).parent / "schema",
)

__all__ = [
    "DOMAIN",
    "App",
    "AppCode",
    "AppRegistered",
    "AppSealed",
    "NoSuchApp",
    "NoSuchUser",
    "NotSignedIn",
    "NotYourOfficial",
    "PhoneNotPossible",
    "Settings",
    "Shelf",
    "SignInCodeExpired",
    "SignInCodeUnknown",
    "SignInCodeUsed",
    "StoredTooMuch",
    "User",
    "WrongProof",
    "by_appid",
    "change",
    "checked",
    "close",
    "forget_values",
    "give_phone",
    "mine",
    "own",
    "phone_of",
    "phone_parts",
    "register",
    "reset_secret",
    "reset_session",
    "secret_is",
    "session_of",
    "show_myself",
    "sign_in",
    "store_values",
    "stored_values",
    "union_of",
    "user",
    "user_of",
]
