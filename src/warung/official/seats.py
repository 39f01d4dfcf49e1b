"""Who sits at the desk: names by which programs know them, bound to members of the staff."""

import re

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, BlobId
from warung.kit.text import bounded
from warung.official import registry, store, store_desk
from warung.official.desk_model import BadKf, DeskChanged, Kf, KfExists, NoSuchKf, NotStaff, TooManyKf

NAME = re.compile(r"[A-Za-z0-9_]{1,30}\Z")
NAME_CHARS, NICK_CHARS = 30, 16
KFS = 100
MOST_AT_ONCE = 100


def add_kf(tx: Tx, *, official: AccountId, kf: str, nick: str) -> Kf:
    """Make a desk name, which nobody bears yet. Raises `BadKf`, `KfExists`, `TooManyKf`."""
    kept = registry.still_open(tx, official)
    name, _, where = kf.partition("@")
    if not NAME.match(name) or where != kept.gh:
        raise BadKf(gh=kept.gh, limit=NAME_CHARS)
    known = store_desk.kfs(tx, official)
    if len(known) >= KFS:
        raise TooManyKf(limit=KFS)
    made = Kf(official, kf, max([1000, *(each.number for each in known)]) + 1, _nick(nick), None, None, False, 0, tx.now)
    if not store_desk.insert_kf(tx, made):
        raise KfExists
    return made


def change_kf(tx: Tx, *, official: AccountId, kf: str, nick: str) -> None:
    """Show followers another name. Raises `NoSuchKf`."""
    named(tx, official, kf)
    store_desk.change_kf(tx, official, kf, nick=_nick(nick))


def set_kf_avatar(tx: Tx, *, official: AccountId, kf: str, avatar: BlobId | None) -> None:
    """Keep the picture of somebody at the desk; the caller answers for it that the account may show it."""
    named(tx, official, kf)
    store_desk.change_kf(tx, official, kf, avatar=avatar)


def delete_kf(tx: Tx, *, official: AccountId, kf: str) -> None:
    """Take a desk name away; whom they served waits again. Raises `NoSuchKf`."""
    named(tx, official, kf)
    store_desk.delete_kf(tx, official, kf)
    tell(tx, official)


def bind_kf(tx: Tx, *, official: AccountId, kf: str, account: AccountId) -> None:
    """Let a member of the staff sit there. Raises `NoSuchKf`, `NotStaff`; `KfExists` when they have a name already."""
    named(tx, official, kf)
    if store.role(tx, official, account) is None:
        raise NotStaff
    bound = store_desk.kf_of(tx, official, account)
    if bound is not None and bound.kf != kf:
        raise KfExists
    store_desk.change_kf(tx, official, kf, account=account)


def kfs(reader: Reader, *, official: AccountId) -> list[Kf]:
    """Return who answers at a desk."""
    return store_desk.kfs(reader, official)


def named(reader: Reader, official: AccountId, kf: str) -> Kf:
    """Return somebody at the desk. Raises `NoSuchKf`."""
    found = store_desk.kf(reader, official, kf)
    if found is None:
        raise NoSuchKf
    return found


def sit(tx: Tx, *, by: AccountId, official: AccountId, online: bool, takes: int = 0, nick: str | None = None) -> Kf:
    """Sit down at the desk of an account that one works with, or leave it. `takes` is up to how many cases come by themselves."""
    kept = registry.worked_with(tx, by, official, registry.EVERY)
    mine = store_desk.kf_of(tx, official, by)
    if mine is None:
        number = len(store_desk.kfs(tx, official)) + 1
        while store_desk.kf(tx, official, f"kf{number}@{kept.gh}") is not None:
            number += 1
        mine = add_kf(tx, official=official, kf=f"kf{number}@{kept.gh}", nick=nick or f"{number}")
        bind_kf(tx, official=official, kf=mine.kf, account=by)
    fields = {"online": int(online), "takes": max(0, min(takes, MOST_AT_ONCE))}
    store_desk.change_kf(tx, official, mine.kf, **fields, nick=mine.nick if nick is None else _nick(nick))
    tell(tx, official)
    return named(tx, official, mine.kf)


def tell(tx: Tx, official: AccountId, openid: str = "") -> None:
    """Tell the staff that something is different at the desk."""
    tx.emit(DeskChanged(official, openid), [each.account for each in store.staff(tx, official)])


def leave(tx: Tx, official: AccountId, account: AccountId) -> None:
    """Unbind somebody who works with the account no more; whom they served waits again."""
    mine = store_desk.kf_of(tx, official, account)
    if mine is not None:
        store_desk.delete_kf(tx, official, mine.kf)
        tell(tx, official)


def _nick(nick: str) -> str:
    return bounded(nick, limit=NICK_CHARS, empty=False)
