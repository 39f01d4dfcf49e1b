"""How a person signs in to an app, as WeChat's programs expect it: a code from the phone, exchanged by the app's own server for an
openid and a session key; and what is sealed with that key.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from warung import accounts, official
from warung.apps import store
from warung.apps.model import (
    App,
    AppCode,
    AppSealed,
    CodeKind,
    Kept,
    NoSuchApp,
    NoSuchUser,
    NotSignedIn,
    PhoneNotPossible,
    Settings,
    Shelf,
    SignInCodeExpired,
    SignInCodeUnknown,
    SignInCodeUsed,
    StoredTooMany,
    StoredTooMuch,
    User,
    WrongProof,
)
from warung.kit.clock import DAY, SECOND
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, digest
from warung.kit.text import bounded

PHONE = re.compile(r"\+[1-9][0-9]{6,14}\Z")
# The country codes of one and two digits; every other one has three.
COUNTRY = re.compile(r"\+(?P<code>1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[2-9][0-9]{2})(?P<rest>[0-9]+)\Z")


def sign_in(tx: Tx, *, by: AccountId, appid: str) -> AppCode:
    """Return a code with which the app's server learns who this is to it: an openid, and no more. It works once, for five minutes."""
    app = _open(tx, appid)
    store.insert_user(tx, User(app.id, by, "o" + secrets.token_urlsafe(21)[:27], "", tx.now))
    return _code(tx, app, by, "session", "")


def session_of(tx: Tx, *, app: App, code: str) -> User:
    """Exchange a code for a session. Raises `SignInCodeUnknown`, `SignInCodeUsed`, `SignInCodeExpired`."""
    kept = _exchanged(tx, app, code, "session")
    store.set_session(tx, app.id, kept.account, base64.b64encode(secrets.token_bytes(16)).decode())
    found = store.user_of(tx, app.id, kept.account)
    assert found is not None
    return found


def user_of(reader: Reader, *, app: App, account: AccountId) -> User | None:
    """Return somebody as an app knows them; None for whoever has never signed in to it."""
    return store.user_of(reader, app.id, account)


def user(reader: Reader, *, app: App, openid: str) -> User:
    """Return who an openid is. Raises `NoSuchUser`."""
    found = store.user(reader, app.id, openid)
    if found is None:
        raise NoSuchUser
    return found


def union_of(reader: Reader, *, app: App, account: AccountId) -> str:
    """Return the id under which everything of one owner knows somebody."""
    return official.union_id(reader, owner=app.owner, account=account)


def checked(reader: Reader, *, app: App, openid: str, signature: str, body: bytes = b"") -> User:
    """Return whose session key signed a body (HMAC-SHA256, hexadecimal). Raises `WrongProof`, `NoSuchUser`."""
    found = user(reader, app=app, openid=openid)
    right = hmac.new(found.session_key.encode(), body, hashlib.sha256).hexdigest()
    if not found.session_key or not hmac.compare_digest(right.encode(), signature.lower().encode("utf-8", "replace")):
        raise WrongProof
    return found


def reset_session(tx: Tx, *, app: App, openid: str, signature: str) -> User:
    """Replace somebody's session key. Raises `WrongProof`."""
    found = checked(tx, app=app, openid=openid, signature=signature)
    store.set_session(tx, app.id, found.account, base64.b64encode(secrets.token_bytes(16)).decode())
    return user(tx, app=app, openid=openid)


def show_myself(reader: Reader, *, by: AccountId, appid: str) -> AppSealed:
    """Tell an app one's name and picture: the person has agreed, on the page that asks this. Raises `NotSignedIn`."""
    app, found = _signed_in(reader, by, appid)
    profile = accounts.profile(reader, by)
    public = {"nickName": profile.name, "gender": 0, "language": "", "city": "", "province": "", "country": "", "avatarUrl": ""}
    return _sealed(reader, app, found, public, {"openId": found.openid, "unionId": union_of(reader, app=app, account=by)})


def give_phone(tx: Tx, *, by: AccountId, appid: str, number: str) -> tuple[AppCode, AppSealed]:
    """Give an app a telephone number that one has typed in for it; it is kept nowhere but in the code. Raises `PhoneNotPossible`."""
    app, found = _signed_in(tx, by, appid)
    plain = re.sub(r"[ ().-]", "", number)
    if not PHONE.match(plain):
        raise PhoneNotPossible
    return _code(tx, app, by, "phone", plain), _sealed(tx, app, found, {}, phone_parts(plain))


def phone_of(tx: Tx, *, app: App, code: str) -> str:
    """Exchange a code for the number that somebody gave. Raises `SignInCodeUnknown`, `SignInCodeUsed`, `SignInCodeExpired`."""
    return _exchanged(tx, app, code, "phone").phone


def phone_parts(number: str) -> dict[str, str]:
    """Return a number as WeChat tells it: with its country, without it, and the country alone."""
    found = COUNTRY.match(number)
    country, rest = (found["code"], found["rest"]) if found else ("", number.removeprefix("+"))
    return {"phoneNumber": number if country != "86" else rest, "purePhoneNumber": rest, "countryCode": country}


def store_values(tx: Tx, *, app: App, account: AccountId, values: Sequence[tuple[str, str]], shelf: Shelf = "own") -> None:
    """Keep values for somebody under names. Raises `StoredTooMuch`, `StoredTooMany`."""
    bounds = tx.settings(Settings)
    for name, value in values:
        if not name or len(name.encode()) > 128 or len(name.encode()) + len(value.encode()) > bounds.stored_bytes:
            raise StoredTooMuch(bytes=bounds.stored_bytes)
        bounded(name + value, limit=bounds.stored_bytes)
    if len({*store.stored(tx, app.id, account, shelf), *(name for name, _ in values)}) > bounds.stored_keys:
        raise StoredTooMany(keys=bounds.stored_keys)
    store.put_stored(tx, app.id, account, shelf, list(dict(values).items()))


def stored_values(reader: Reader, *, app: App, account: AccountId, shelf: Shelf = "own") -> dict[str, str]:
    """Return what an app keeps for somebody."""
    return store.stored(reader, app.id, account, shelf)


def forget_values(tx: Tx, *, app: App, account: AccountId, names: Sequence[str], shelf: Shelf = "own") -> None:
    """Keep some values no longer."""
    if names:
        store.delete_stored(tx, app.id, account, shelf, list(names[:1_000]))


def _sealed(reader: Reader, app: App, found: User, public: dict[str, object], private: dict[str, str]) -> AppSealed:
    """Seal with AES-128-CBC under the session key, PKCS#7 of 16 bytes; the watermark says for which app and when."""
    raw = msgspec.json.encode(public).decode()
    whole = {**public, **private, "watermark": {"timestamp": reader.now // SECOND, "appid": app.appid}}
    plain, iv = msgspec.json.encode(whole), secrets.token_bytes(16)
    pad = 16 - len(plain) % 16
    cipher = Cipher(AES(base64.b64decode(found.session_key)), CBC(iv)).encryptor()
    encrypted = cipher.update(plain + bytes([pad]) * pad) + cipher.finalize()
    signature = hashlib.sha1((raw + found.session_key).encode(), usedforsecurity=False).hexdigest()
    return AppSealed(raw, signature, base64.b64encode(encrypted).decode(), base64.b64encode(iv).decode())


def _code(tx: Tx, app: App, by: AccountId, kind: CodeKind, phone: str) -> AppCode:
    store.delete_codes(tx, tx.now - DAY)
    code = "0" + secrets.token_urlsafe(24)[:31]
    store.insert_code(tx, digest(code), Kept(app.id, by, kind, phone, tx.now + tx.settings(Settings).code_ms, None))
    return AppCode(code)


def _exchanged(tx: Tx, app: App, code: str, kind: CodeKind) -> Kept:
    kept = store.code(tx, digest(code))
    if kept is None or kept.app != app.id or kept.kind != kind:
        raise SignInCodeUnknown
    if kept.used_at is not None or not store.use_code(tx, digest(code)):
        raise SignInCodeUsed
    if kept.expires_at <= tx.now:
        raise SignInCodeExpired
    return kept


def _open(reader: Reader, appid: str) -> App:
    found = store.app_called(reader, appid)
    if found is None:
        raise NoSuchApp
    return found


def _signed_in(reader: Reader, by: AccountId, appid: str) -> tuple[App, User]:
    app = _open(reader, appid)
    found = store.user_of(reader, app.id, by)
    if found is None or not found.session_key:
        raise NotSignedIn
    return app, found
