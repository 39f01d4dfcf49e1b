"""The register of official accounts: opening one, its name and its secret, who works with it, verification, closing."""

import secrets
import unicodedata
from collections.abc import Iterable

from warung import accounts
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, digest
from warung.kit.text import bounded
from warung.official import renaming, store
from warung.official.model import (
    Kind,
    Official,
    OfficialNameTaken,
    OfficialNotFound,
    Registered,
    RegistrationForOperators,
    Role,
    RoleNeeded,
    Settings,
    TooManyOfficials,
)
from warung.official.store import Kept

PAGE = 100
VERIFIED_CHARS = 100
EVERY: frozenset[Role] = frozenset({"owner", "editor", "desk"})
EDITORS: frozenset[Role] = frozenset({"owner", "editor"})
OWNER: frozenset[Role] = frozenset({"owner"})


def register(tx: Tx, *, by: AccountId, kind: Kind, handle: str, name: str, intro: str = "", test: bool = False) -> Registered:
    """Open an official account, and return the secret of its programs: it is shown now only. `by` owns it.

    Raises `RegistrationForOperators`, `TooManyOfficials`, `OfficialNameTaken`, and what a bad handle, name or introduction deserves.
    """
    settings = tx.settings(Settings)
    if "operators" in ((settings.test_accounts if test else ""), settings.registration):
        try:
            accounts.require_operator(tx, by=by)
        except accounts.OperatorsOnly:
            raise RegistrationForOperators from None
    if store.count_owned(tx, by) >= settings.each:
        raise TooManyOfficials(limit=settings.each)
    bounded(intro, limit=settings.intro_chars)
    id = accounts.create_account(tx, handle=handle, name=name, person=False)
    secret = secrets.token_hex(16)
    row = {
        "id": id,
        "owner": by,
        "kind": kind,
        "gh": f"gh_{secrets.token_hex(6)}",
        "appid": f"wx{secrets.token_hex(8)}",
        "secret": digest(secret),
        "name_key": name_key(name),
        "intro": intro,
        "is_test": int(test),
        "now": tx.now,
    }
    if not store.insert(tx, row):
        raise OfficialNameTaken
    store.put_staff(tx, id, by, "owner")
    store.keep_owner_key(tx, by, secrets.token_bytes(32))
    return Registered(official(tx, id), secret)


def change(tx: Tx, *, by: AccountId, official: AccountId, name: str | None = None, intro: str | None = None) -> Official:
    """Name an account or introduce it anew. A verified name stays until the operator takes it."""
    kept = worked_with(tx, by, official, OWNER)
    if intro is not None:
        store.change(tx, kept.id, intro=bounded(intro, limit=tx.settings(Settings).intro_chars))
    if name is not None:
        if not store.name_is_free(tx, name_key(name), kept.id):
            raise OfficialNameTaken
        accounts.change(tx, by=kept.id, changes=accounts.Changes(name=name))
        store.change(tx, kept.id, name_key=name_key(name))
        renaming.begin(tx, kept.id)
    return whole(tx, [still_open(tx, kept.id)])[0]


def reset_secret(tx: Tx, *, by: AccountId, official: AccountId) -> str:
    """Make a new secret; the old one opens nothing any more."""
    kept = worked_with(tx, by, official, OWNER)
    secret = secrets.token_hex(16)
    store.change(tx, kept.id, secret=digest(secret))
    return secret


def verify(tx: Tx, *, by: AccountId, official: AccountId, name: str | None) -> Official:
    """Vouch for who stands behind an account, or do so no longer (None): for an operator, who has looked at it."""
    accounts.require_operator(tx, by=by)
    kept = still_open(tx, official)
    if name is not None:
        bounded(name, limit=VERIFIED_CHARS, empty=False)
    store.change(tx, kept.id, verified_name=name, verified_at=None if name is None else tx.now)
    return whole(tx, [still_open(tx, kept.id)])[0]


def close(tx: Tx, *, by: AccountId, official: AccountId) -> None:
    """Close an account for good: its owner may, and an operator. Nobody finds it, nothing is sent; conversations can be read."""
    kept = still_open(tx, official)
    if store.role(tx, kept.id, by) != "owner":
        accounts.require_operator(tx, by=by)
    store.change(tx, kept.id, closed_at=tx.now)
    renaming.begin(tx, kept.id)


def mine(reader: Reader, *, by: AccountId) -> list[Official]:
    """Return the accounts that one works with."""
    return whole(reader, store.worked_with(reader, by))


def everything(reader: Reader, *, by: AccountId, after: str = "") -> list[Official]:
    """Return a page of all open accounts, for an operator."""
    accounts.require_operator(reader, by=by)
    return whole(reader, store.all_of_them(reader, after, PAGE))


def official(reader: Reader, id: str) -> Official:
    """Return an account that is open. Raises `OfficialNotFound`."""
    return whole(reader, [still_open(reader, id)])[0]


def by_appid(reader: Reader, appid: str) -> Official | None:
    """Return the open account of an appid."""
    kept = store.by_appid(reader, appid)
    return whole(reader, [kept])[0] if kept else None


def secret_is(reader: Reader, official: AccountId, secret: str) -> bool:
    """Is this an open account's secret?"""
    return store.secret_is(reader, official, digest(secret))


def still_open(reader: Reader, id: str) -> Kept:
    """Return the row of an account that is open. Raises `OfficialNotFound`."""
    kept = store.one(reader, id)
    if kept is None or kept.closed_at is not None:
        raise OfficialNotFound
    return kept


def worked_with(reader: Reader, by: AccountId, official: AccountId, roles: frozenset[Role]) -> Kept:
    """Return the row of an open account in which `by` has one of these parts. Raises `RoleNeeded`; `OfficialNotFound` for who has none."""
    role = store.role(reader, official, by)
    if role is None:
        raise OfficialNotFound
    kept = still_open(reader, official)
    if role not in roles:
        raise RoleNeeded
    return kept


def whole(reader: Reader, kept: Iterable[Kept]) -> list[Official]:
    """Return accounts with the names and pictures that they have."""
    rows = list(kept)
    profiles = accounts.profiles(reader, [row.id for row in rows])
    return [
        Official(
            id=row.id,
            kind=row.kind,
            owner=row.owner,
            gh=row.gh,
            appid=row.appid,
            handle=profiles[row.id].handle,
            name=profiles[row.id].name,
            avatar=profiles[row.id].avatar,
            intro=row.intro,
            verified_name=row.verified_name,
            is_test=bool(row.is_test),
            mode=row.mode,
            created_at=row.created_at,
            closed_at=row.closed_at,
        )
        for row in rows
    ]


def name_key(name: str) -> str:
    """Return what two names have in common that look the same: letters of either case and width, any white space."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
