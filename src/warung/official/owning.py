"""Whose an account is: its owner offers it to somebody of the staff, and it is theirs when they take it over.

Both hear of it in the conversation in which this place writes to them: whom it is offered to, and its owner when something came of it.

Union ids belong to an owner, for everything they have. So they become those of the new owner: what the former one knows of people cannot be
brought together any more with what the account learns from now on, and openids stay. Programs keep working; they are told.
"""

import secrets
from typing import Literal

from warung import accounts, chat
from warung.kit.card import Card, Preview
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, new_id
from warung.official import log, registry, seats, store
from warung.official.model import (
    NotOffered,
    OfferChanged,
    OfferState,
    Official,
    OwnerChanged,
    OwnerOffer,
    OwnerStays,
    Settings,
    StaffOnly,
    TooManyOfficials,
)


class OfferCard(Card, frozen=True, tag="official.offer"):
    """An account was offered to the reader by `other`, or `other` took or declined what the reader offered. What is so now: by `id`."""

    id: str
    official: AccountId
    name: str
    other: str
    what: Literal["offered", "taken", "declined"] = "offered"

    def preview(self) -> Preview:
        """Return what happened."""
        return Preview(f"preview.official.{self.what}", {"name": self.name, "other": self.other})

    def text(self) -> str:
        """Return both names."""
        return f"{self.name} {self.other}"


def offer(tx: Tx, *, by: AccountId, official: AccountId, to: AccountId, leaves: bool = False) -> None:
    """Offer one's account to somebody of its staff, who is told; an earlier offer ends. `leaves`: one is no editor of it afterwards.

    The same again is the same offer. Raises `StaffOnly`, `OwnerStays` for oneself, and `RoleNeeded`, `OfficialNotFound`.
    """
    kept = registry.worked_with(tx, by, official, registry.OWNER)
    if to == kept.owner:
        raise OwnerStays
    if store.role(tx, kept.id, to) is None:
        raise StaffOnly
    before = store.waiting_offer(tx, kept.id)
    if before is not None and before.account == to:
        store.change_offer(tx, before.id, leaves=leaves, state="waiting")
        return
    if before is not None:
        end(tx, before, "withdrawn")
    made = OwnerOffer(new_id(tx.now), kept.id, kept.owner, to, leaves, "waiting", tx.now)
    store.insert_offer(tx, made)
    _tell(tx, made, to, kept.owner, "offered")


def offered(reader: Reader, *, by: AccountId, official: AccountId) -> OwnerOffer | None:
    """Return the offer of an account, for its owner and for whom it is made; None for everybody else."""
    found = store.waiting_offer(reader, official)
    return found if found is not None and by in (found.account, found.owner) else None


def offers(reader: Reader, *, by: AccountId) -> list[Official]:
    """Return the open accounts that are offered to somebody."""
    return registry.whole(reader, store.offered_to(reader, by))


def state(reader: Reader, *, by: AccountId, id: str) -> OfferState:
    """Return what became of an offer that one made or got. Nobody takes over a closed account. Raises `NotOffered`."""
    found = store.offer(reader, id)
    if found is None or by not in (found.account, found.owner):
        raise NotOffered
    kept = store.one(reader, found.official)
    over = found.state == "waiting" and (kept is None or kept.closed_at is not None)
    return "withdrawn" if over else found.state


def end_offer(tx: Tx, *, by: AccountId, official: AccountId) -> None:
    """Take one's offer back, or decline it. Without one nothing happens. Raises `OfficialNotFound`, `NotOffered` for other staff."""
    kept = registry.worked_with(tx, by, official, registry.EVERY)
    found = store.waiting_offer(tx, kept.id)
    if by != kept.owner and (found is None or found.account != by):
        raise NotOffered
    if found is not None:
        end(tx, found, "withdrawn" if by == kept.owner else "declined")


def end(tx: Tx, offer: OwnerOffer, state: OfferState) -> None:
    """End an offer. Its owner is told what the other one did with it."""
    store.change_offer(tx, offer.id, leaves=offer.leaves, state=state)
    tx.emit(OfferChanged(offer.id), [offer.account, offer.owner])
    if state == "taken" or state == "declined":
        _tell(tx, offer, offer.owner, offer.account, state)


def take_over(tx: Tx, *, by: AccountId, official: AccountId) -> Official:
    """Become the owner of an account that was offered. The former one stays as an editor, or leaves as they said.

    Raises `NotOffered`, `TooManyOfficials`, `OfficialNotFound`.
    """
    kept = registry.worked_with(tx, by, official, registry.EVERY)
    found = store.waiting_offer(tx, kept.id)
    if found is None or found.account != by:
        raise NotOffered
    limit = tx.settings(Settings).each
    if store.count_owned(tx, by) >= limit:
        raise TooManyOfficials(limit=limit)
    end(tx, found, "taken")
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


def _tell(tx: Tx, offer: OwnerOffer, to: AccountId, other: AccountId, what: Literal["offered", "taken", "declined"]) -> None:
    named = accounts.profiles(tx, [offer.official, other])
    card = OfferCard(offer.id, offer.official, named[offer.official].name, named[other].name, what)
    chat.post(tx, to=chat.open_system(tx, account=to), card=card)
