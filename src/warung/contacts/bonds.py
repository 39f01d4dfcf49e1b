"""What becomes of contacts: a remark and tags, parting, blocking. A person who is blocked sees what one sees who was removed."""

from collections.abc import Iterable

import msgspec

from warung import accounts
from warung.contacts import persons, requests, store
from warung.contacts.model import (
    Contact,
    NotAContact,
    NotYourself,
    Parted,
    PersonBlocked,
    PersonNotFound,
    PersonUnblocked,
    Settings,
    TooManyTags,
)
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId
from warung.kit.text import bounded


class Notes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What someone writes about a contact, for themselves only; what is absent stays."""

    remark: str | msgspec.UnsetType | None = msgspec.UNSET
    tags: list[str] | msgspec.UnsetType = msgspec.UNSET


def annotate(tx: Tx, *, by: AccountId, other: AccountId, notes: Notes) -> Contact:
    """Change one's own name for a contact, or the tags one gave them. Raises `NotAContact`, `TooManyTags`."""
    bond = next(iter(store.bonds_with(tx, by, [other])), None)
    if bond is None:
        raise NotAContact
    remark = bond.remark if notes.remark is msgspec.UNSET else _remark(tx, notes.remark)
    tags = bond.tags if notes.tags is msgspec.UNSET else _tags(tx, notes.tags)
    store.set_notes(tx, by, other, remark, tags)
    requests.changed(tx, by)
    return persons.as_contact(persons.person(tx, by=by, id=other), bond.since)


def _remark(reader: Reader, remark: str | None) -> str | None:
    return bounded(remark, limit=reader.settings(Settings).remark_chars) if remark and remark.strip() else None


def _tags(reader: Reader, tags: Iterable[str]) -> tuple[str, ...]:
    settings = reader.settings(Settings)
    kept = tuple(dict.fromkeys(bounded(tag, limit=settings.tag_chars, empty=False) for tag in tags))
    if len(kept) > settings.tags:
        raise TooManyTags(limit=settings.tags)
    return kept


def remove(tx: Tx, *, by: AccountId, other: AccountId) -> None:
    """Part from a contact: both lose the other, and what they wrote stays readable. Raises `NotAContact`."""
    if not _part(tx, by, other):
        raise NotAContact


def block(tx: Tx, *, by: AccountId, other: AccountId) -> None:
    """Hear nothing more of someone. Raises `PersonNotFound`, `NotYourself`; again is the same as once.

    It is parting, taking one's own request back and dismissing theirs, and a block that only `by` sees. So the other learns
    what anyone would learn who was removed, and nothing tells one from the other; unblocking brings no contact back, or it would.
    """
    if by == other:
        raise NotYourself
    if not accounts.persons(tx, [other]):
        raise PersonNotFound
    if not store.insert_block(tx, by, other):
        return
    _part(tx, by, other)
    mine, theirs = store.request_between(tx, by, other), store.request_between(tx, other, by)
    if mine is not None:
        requests.take_back(tx, mine)
    if theirs is not None and theirs.shown:
        store.dismiss_request(tx, theirs.id)
    tx.emit(PersonBlocked(by, other))
    requests.changed(tx, by)


def unblock(tx: Tx, *, by: AccountId, other: AccountId) -> None:
    """Let someone ask again; the two are strangers. Without a block nothing happens."""
    if store.delete_block(tx, by, other):
        tx.emit(PersonUnblocked(by, other))
        requests.changed(tx, by)


def _part(tx: Tx, by: AccountId, other: AccountId) -> bool:
    if not store.delete_contacts(tx, by, other):
        return False
    conversation = persons.conversation(tx, by, other)
    assert conversation is not None, "contacts have a conversation"
    tx.emit(Parted(by, other, conversation))
    requests.changed(tx, by, other)
    return True


def profile_changed(tx: Tx, event: accounts.ProfileChanged) -> None:
    """Tell a person's contacts that the profile looks different now, also on devices that are away: listens to accounts."""
    others = sorted(bond.other for bond in store.bonds(tx, event.account))
    for account in sorted([event.account, *others]):
        store.touch(tx, account)
    tx.emit(accounts.Changed(account=event.account), to=others)
