"""Who is who to whom: looking somebody up, what one person may see of another, and who may write to whom."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from warung import accounts
from warung.contacts import store
from warung.contacts.model import (
    Asked,
    Blocked,
    Bond,
    Contact,
    LookedUpTooMany,
    NotAContact,
    Overview,
    Person,
    PersonNotFound,
    Relation,
    Request,
    Settings,
)
from warung.kit.clock import HOUR
from warung.kit.db import Reader, Tx
from warung.kit.errors import Refusal, TooMany
from warung.kit.ids import AccountId, ConversationId

SLICE = 10_000  # databases bound the number of parameters of one statement


def count_look_up(tx: Tx, *, by: AccountId) -> None:
    """Count one look-up, in a transaction of its own. Raises `LookedUpTooMany`: there is no directory, not even by guessing."""
    limit = accounts.Limit("look-up", tx.settings(Settings).look_ups_per_hour, HOUR)
    try:
        accounts.count_tries(tx, [(limit, by)])
    except TooMany as refused:
        raise LookedUpTooMany(**refused.details) from None


def look_up(reader: Reader, *, by: AccountId, handle: str | None = None, code: str | None = None) -> Person:
    """Return the person with exactly this handle, or this contact code. Raises `PersonNotFound`.

    Who does not want to be found by handle is found by it only by those who may see them anyway.
    """
    found = accounts.by_code(reader, code) if code is not None else accounts.by_handle(reader, handle or "")
    if found is None:
        raise PersonNotFound
    if code is not None or accounts.privacy(reader, [found.id])[found.id].find_by_handle:
        return people(reader, by, [found.id])[found.id]
    return person(reader, by=by, id=found.id)


def person(reader: Reader, *, by: AccountId, id: AccountId) -> Person:
    """Return somebody who is more than a stranger to `by`: themselves, a contact, the other side of an open request, whom they block.

    Raises `PersonNotFound` for everyone else; those who share a group are chat's to answer for.
    """
    found = people(reader, by, [id]).get(id)
    if found is None or found.relation == "stranger":
        raise PersonNotFound
    return found


def people(reader: Reader, by: AccountId, ids: Iterable[AccountId]) -> dict[AccountId, Person]:
    """Return those of `ids` that exist, each as `by` may see them.

    The caller answers for it that `by` knows of every one of them: a stranger among them is shown as a stranger, but shown.
    """
    wanted = list(dict.fromkeys(ids))
    seen: dict[AccountId, Person] = {}
    for start in range(0, len(wanted), SLICE):
        seen.update(_people(reader, by, wanted[start : start + SLICE]))
    return seen


def _people(reader: Reader, by: AccountId, ids: Sequence[AccountId]) -> dict[AccountId, Person]:
    relations, bonds = _relations(reader, by, ids)
    profiles = accounts.profiles(reader, ids)
    particulars = accounts.particulars(reader, [id for id in profiles if id in bonds or id == by])
    return {id: _person(profile, relations.get(id, "stranger"), particulars.get(id), bonds.get(id)) for id, profile in profiles.items()}


def _person(profile: accounts.Profile, relation: Relation, more: accounts.Particulars | None, bond: Bond | None) -> Person:
    return Person(
        id=profile.id,
        handle=profile.handle,
        name=profile.name,
        avatar=profile.avatar,
        status=more.status if more else None,
        region=more.region if more else None,
        remark=bond.remark if bond else None,
        tags=bond.tags if bond else (),
        relation=relation,
    )


def _relations(reader: Reader, by: AccountId, ids: Sequence[AccountId]) -> tuple[dict[AccountId, Relation], dict[AccountId, Bond]]:
    """Return everyone of `ids` who is more than a stranger to `by`, and the contacts among them. The later rule wins."""
    found: dict[AccountId, Relation] = {}
    if not ids:
        return found, {}
    for asked in store.requests_with(reader, by, ids):
        if asked.sender == by:
            found[asked.recipient] = "requested"
        elif asked.shown:
            found[asked.sender] = "asked_me"
    bonds = {bond.other: bond for bond in store.bonds_with(reader, by, ids)}
    found.update(dict.fromkeys(bonds, "contact"))
    found.update(dict.fromkeys(store.blocked_among(reader, by, ids), "blocked"))
    if by in ids:
        found[by] = "self"
    return found, bonds


def relation(reader: Reader, *, by: AccountId, other: AccountId) -> Relation:
    """Return what `other` is to `by`, as far as `by` may know."""
    return _relations(reader, by, [other])[0].get(other, "stranger")


def are_contacts(reader: Reader, a: AccountId, b: AccountId) -> bool:
    """Did the two accept each other?"""
    return store.are_contacts(reader, a, b)


def bonds_of(reader: Reader, account: AccountId) -> dict[AccountId, Sequence[str]]:
    """Return all contacts of an account, oldest first, and the tags it gave them. Only the server may know both."""
    return {bond.other: bond.tags for bond in store.bonds(reader, account)}


def bonds_between(
    reader: Reader, accounts: Sequence[AccountId], others: Sequence[AccountId]
) -> dict[tuple[AccountId, AccountId], Sequence[str]]:
    """Return which of `accounts` have which of `others` as contacts, and the tags they gave them. Only the server may know both."""
    found: dict[tuple[AccountId, AccountId], Sequence[str]] = {}
    for start in range(0, len(accounts) if others else 0, SLICE // 10):
        for left in range(0, len(others), SLICE // 10):
            rows = store.bonds_between(reader, accounts[start : start + SLICE // 10], others[left : left + SLICE // 10])
            found.update(((account, bond.other), bond.tags) for account, bond in rows)
    return found


def may_write(reader: Reader, a: AccountId, b: AccountId) -> type[Refusal] | None:
    """Return None if `a` may write to `b`, else why not, in words that `a` may read: being blocked looks like being no contact."""
    if store.are_contacts(reader, a, b):
        return None
    return Blocked if store.blocked_among(reader, a, [b]) else NotAContact


def conversation(reader: Reader, a: AccountId, b: AccountId) -> ConversationId | None:
    """Return the id of the conversation of two people who are or were contacts."""
    return store.conversation(reader, a, b)


def conversations_of_contacts(reader: Reader, among: Sequence[ConversationId]) -> set[ConversationId]:
    """Return those of these conversations of two whose people are contacts now."""
    return store.conversations_of_contacts(reader, among)


def changed_at(reader: Reader, *, by: AccountId) -> int:
    """Return when what `by` sees in `overview` last changed, profiles included (milliseconds UTC); 0 for never."""
    return store.changed_at(reader, by)


def overview(reader: Reader, *, by: AccountId) -> Overview:
    """Return all of one's contacts, requests and blocks."""
    bonds = store.bonds(reader, by)
    asked = [each for each in store.requests_of(reader, by) if each.sender == by or each.shown]
    blocked = store.blocked(reader, by)
    others = [bond.other for bond in bonds] + blocked + [id for each in asked for id in (each.sender, each.recipient)]
    seen = people(reader, by, others)
    return Overview(
        contacts=[as_contact(seen[bond.other], bond.since) for bond in bonds],
        incoming=[as_request(each, seen) for each in asked if each.sender != by],
        outgoing=[as_request(each, seen) for each in asked if each.sender == by],
        blocked=[_profile(seen[id]) for id in blocked],
    )


def as_contact(person: Person, since: int) -> Contact:
    """Return a person as the contact that they have been `since` then."""
    return Contact(**msgspec.structs.asdict(person), since=since)


def as_request(asked: Asked, seen: Mapping[AccountId, accounts.Profile]) -> Request:
    """Return a request as both its sides see it, with their profiles out of `seen`."""
    sender, recipient = _profile(seen[asked.sender]), _profile(seen[asked.recipient])
    return Request(asked.id, sender, recipient, asked.greeting, asked.at, asked.via)


def _profile(person: accounts.Profile) -> accounts.Profile:
    return accounts.Profile(person.id, person.handle, person.name, person.avatar)
