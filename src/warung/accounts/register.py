"""The register of accounts and what others see of them: handles, profiles, privacy, the contact code."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from warung.accounts import store, store_credentials
from warung.accounts.model import (
    Account,
    AccountNotFound,
    Changed,
    HandleNotAllowed,
    HandleTaken,
    Me,
    OperatorsOnly,
    Particulars,
    Privacy,
    Profile,
    ProfileChanged,
    Settings,
    UnknownLanguage,
    UnknownRegion,
)
from warung.accounts.places import LANGUAGES, REGIONS
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, BlobId, new_id, secret
from warung.kit.text import bounded

HANDLE = re.compile(r"(?=.*[a-z0-9])[a-z0-9_.]{3,30}\Z")

# What would pass for the server itself, for everyone at once, or for a page.
_RESERVED = """
abuse account accounts admin administrator all api app apps billing bot contact developer everyone here help info mail
moderator news null official operator owner pay payment postmaster register root security server settings sign_in sign_up
staff status support system team undefined warung webmaster you
"""
RESERVED = frozenset(_RESERVED.split())


class Changes(msgspec.Struct, frozen=True):
    """What someone changes of their own profile; what is absent stays."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    status: str | msgspec.UnsetType = msgspec.UNSET
    region: str | msgspec.UnsetType | None = msgspec.UNSET
    language: str | msgspec.UnsetType = msgspec.UNSET
    read_receipts: bool | msgspec.UnsetType = msgspec.UNSET
    find_by_handle: bool | msgspec.UnsetType = msgspec.UNSET


def folded(handle: str) -> str:
    """Return the handle as it is stored: Budi is budi. Raises `HandleNotAllowed`."""
    handle = handle.strip().lower()
    if not HANDLE.match(handle) or handle in RESERVED:
        raise HandleNotAllowed
    return handle


def check_free(reader: Reader, handle: str) -> None:
    """Raise `HandleNotAllowed` or `HandleTaken` when nobody can have this handle now."""
    if store.account_by_handle(reader, folded(handle)):
        raise HandleTaken(handle=folded(handle))


def create(
    tx: Tx,
    *,
    handle: str,
    name: str,
    password: str | None = None,
    operator: bool = False,
    language: str = "id",
    region: str | None = None,
    id: AccountId | None = None,
    person: bool = True,
) -> AccountId:
    """Make an account, whatever the registration says; `password` is a hash. One of no person has a profile, and nobody signs in.

    Raises `HandleTaken` and what a bad field deserves."""
    handle = folded(handle)
    new = {
        "id": id or AccountId(new_id(tx.now)),
        "handle": handle,
        "name": _name(tx, name),
        "region": _region(region),
        "language": _language(language),
        "password": password,
        "is_operator": int(operator),
        "is_person": int(person),
        "code": secret(),
        "now": tx.now,
    }
    if not store.insert_account(tx, new):
        raise HandleTaken(handle=handle)
    return AccountId(str(new["id"]))


def account(reader: Reader, id: AccountId) -> Account:
    """Return the whole row. Raises `AccountNotFound`."""
    found = store.account(reader, id)
    if found is None:
        raise AccountNotFound
    return found


def profile(reader: Reader, id: AccountId) -> Profile:
    """Return what a stranger may see. Raises `AccountNotFound`."""
    return account(reader, id).profile()


def profiles(reader: Reader, ids: Iterable[AccountId]) -> dict[AccountId, Profile]:
    """Return the profiles of those that exist."""
    wanted = _distinct(ids)
    return {found.id: found for found in store.profiles(reader, wanted)} if wanted else {}


def persons(reader: Reader, ids: Iterable[AccountId]) -> set[AccountId]:
    """Return those that are people: a company's account is none, whom nobody asks to become a contact."""
    wanted = _distinct(ids)
    return set(store.persons(reader, wanted)) if wanted else set()


def particulars(reader: Reader, ids: Iterable[AccountId]) -> dict[AccountId, Particulars]:
    """Return status and region, for those who may see them: that is the caller's to decide."""
    wanted = _distinct(ids)
    return {id: Particulars(status, region) for id, status, region in store.particulars(reader, wanted)} if wanted else {}


def privacy(reader: Reader, ids: Iterable[AccountId]) -> dict[AccountId, Privacy]:
    """Return what each of them lets others notice."""
    wanted = _distinct(ids)
    return dict(store.privacy(reader, wanted)) if wanted else {}


def languages(reader: Reader, ids: Iterable[AccountId]) -> dict[AccountId, str]:
    """Return each one's language."""
    wanted = _distinct(ids)
    return dict(store.languages(reader, wanted)) if wanted else {}


def by_handle(reader: Reader, handle: str, *, person: bool = True) -> Profile | None:
    """Return whose handle this is exactly, in any case of letters; None for nobody and for a disabled account.

    It is a person's, or else one of no person: who looks for one does not find the other.
    """
    found = store.account_by_handle(reader, handle.strip().lower())
    return found.profile() if found and not found.is_disabled and bool(found.is_person) == person else None


def by_code(reader: Reader, code: str) -> Profile | None:
    """Return whose contact code this is; None for nobody and for a disabled account."""
    found = store.account_by_code(reader, code)
    return found.profile() if found and found.is_person and not found.is_disabled else None


def contact_code(reader: Reader, *, by: AccountId) -> str:
    """Return the token in one's own QR code."""
    return account(reader, by).code


def reset_contact_code(tx: Tx, *, by: AccountId) -> str:
    """Make a new contact code; the old one finds nobody from now on."""
    code = secret()
    store.set_code(tx, by, code)
    return code


def me(reader: Reader, *, by: AccountId) -> Me:
    """Return an account as its owner sees it."""
    mine = account(reader, by)
    return Me(
        id=mine.id,
        handle=mine.handle,
        name=mine.name,
        avatar=mine.avatar,
        status=mine.status,
        region=mine.region,
        language=mine.language,
        operator=bool(mine.is_operator),
        privacy=Privacy(bool(mine.read_receipts), bool(mine.find_by_handle)),
        has_password=mine.password is not None,
        passkeys=len(store_credentials.passkeys(reader, by)),
        recovery_codes_left=store_credentials.count_recovery_codes(reader, by),
    )


def change(tx: Tx, *, by: AccountId, changes: Changes) -> Me:
    """Change one's own profile."""
    mine = account(tx, by)
    new = {key: value for key, value in msgspec.structs.asdict(changes).items() if value is not msgspec.UNSET}
    if "name" in new:
        _name(tx, new["name"])
    if "status" in new:
        bounded(new["status"], limit=tx.settings(Settings).status_chars)
    if "region" in new:
        _region(new["region"])
    if "language" in new:
        _language(new["language"])
    for switch in ("read_receipts", "find_by_handle"):
        if switch in new:
            new[switch] = int(new[switch])
    store.update_account(tx, {**_editable(mine), **new})
    _tell(tx, by)
    return me(tx, by=by)


def set_avatar(tx: Tx, *, by: AccountId, blob: BlobId | None) -> None:
    """Keep the id of the avatar's blob; media makes sure that it is a picture."""
    store.set_avatar(tx, by, blob)
    _tell(tx, by)


def require_operator(reader: Reader, *, by: AccountId) -> None:
    """Raise `OperatorsOnly` unless `by` is an operator."""
    if not account(reader, by).is_operator:
        raise OperatorsOnly


def _tell(tx: Tx, id: AccountId) -> None:
    tx.emit(Changed(account=id), to=[id])
    tx.emit(ProfileChanged(account=id))


def _editable(mine: Account) -> dict[str, Any]:
    keys = ("id", "name", "status", "region", "language", "read_receipts", "find_by_handle")
    return {key: getattr(mine, key) for key in keys}


def _name(reader: Reader, name: str) -> str:
    return bounded(name, limit=reader.settings(Settings).name_chars, empty=False)


def _region(region: str | None) -> str | None:
    if region is not None and region not in REGIONS:
        raise UnknownRegion
    return region


def _language(language: str) -> str:
    if language not in LANGUAGES:
        raise UnknownLanguage
    return language


def _distinct(ids: Iterable[AccountId]) -> list[AccountId]:
    return list(dict.fromkeys(ids))
