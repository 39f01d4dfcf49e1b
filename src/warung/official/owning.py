"""Whose an account is: its owner offers it to somebody of the staff, and it is theirs when they take it over.

Union ids belong to an owner, for everything they have. So they become those of the new owner: what the former one knows of people cannot be
brought together any more with what the account learns from now on, and openids stay. Programs keep working; they are told.
"""

import secrets

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId
from warung.official import log, registry, seats, store
from warung.official.model import (
    NotOffered,
    Official,
    OwnerChanged,
    OwnerOffer,
    OwnerStays,
    Settings,
    StaffOnly,
    TooManyOfficials,
)


def offer(tx: Tx, *, by: AccountId, official: AccountId, to: AccountId, leaves: bool = False) -> None:
    """Offer one's account to somebody of its staff; an earlier offer ends. `leaves`: one is no editor of it afterwards.

    Raises `StaffOnly`, `OwnerStays` for oneself, and `RoleNeeded`, `OfficialNotFound`.
    """
    kept = registry.worked_with(tx, by, official, registry.OWNER)
    if to == kept.owner:
        raise OwnerStays
    if store.role(tx, kept.id, to) is None:
        raise StaffOnly
    store.put_offer(tx, OwnerOffer(kept.id, to, leaves))


def offered(reader: Reader, *, by: AccountId, official: AccountId) -> OwnerOffer | None:
    """Return the offer of an account, for its owner and for whom it is made; None for everybody else."""
    found = store.offer(reader, official)
    return found if found is not None and (found.account == by or store.role(reader, official, by) == "owner") else None


def offers(reader: Reader, *, by: AccountId) -> list[Official]:
    """Return the open accounts that are offered to somebody."""
    return registry.whole(reader, store.offered_to(reader, by))


def end_offer(tx: Tx, *, by: AccountId, official: AccountId) -> None:
    """Take one's offer back, or decline it. Without one nothing happens. Raises `OfficialNotFound`, `NotOffered` for other staff."""
    kept = registry.worked_with(tx, by, official, registry.EVERY)
    found = store.offer(tx, kept.id)
    if by != kept.owner and (found is None or found.account != by):
        raise NotOffered
    store.end_offer(tx, kept.id)


def take_over(tx: Tx, *, by: AccountId, official: AccountId) -> Official:
    """Become the owner of an account that was offered. The former one stays as an editor, or leaves as they said.

    Raises `NotOffered`, `TooManyOfficials`, `OfficialNotFound`.
    """
    kept = registry.worked_with(tx, by, official, registry.EVERY)
    found = store.offer(tx, kept.id)
    if found is None or found.account != by:
        raise NotOffered
    limit = tx.settings(Settings).each
    if store.count_owned(tx, by) >= limit:
        raise TooManyOfficials(limit=limit)
    store.end_offer(tx, kept.id)
    store.change(tx, kept.id, owner=by)
    store.put_staff(tx, kept.id, by, "owner")
    if found.leaves:
        store.remove_staff(tx, kept.id, kept.owner)
        seats.leave(tx, kept.id, kept.owner)
    else:
        store.put_staff(tx, kept.id, kept.owner, "editor")
    store.keep_owner_key(tx, by, secrets.token_bytes(32))
    log.happen(tx, official=kept.id, kind="owner.changed")
    tx.emit(OwnerChanged(kept.id, kept.appid, by))
    return registry.official(tx, kept.id)
