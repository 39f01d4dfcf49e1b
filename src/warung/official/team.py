"""Who works with an account: its owner, editors, and people of the desk."""

from warung import contacts
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId
from warung.official import owning, registry, seats, store
from warung.official.model import OwnerStays, Role, Settings, Staff, StaffAreContacts, TooManyStaff


def set_staff(tx: Tx, *, by: AccountId, official: AccountId, account: AccountId, role: Role) -> None:
    """Let a contact work with an account, or give them another part. Raises `StaffAreContacts`, `OwnerStays`, `TooManyStaff`."""
    kept = registry.worked_with(tx, by, official, registry.OWNER)
    if account == kept.owner or role == "owner":
        raise OwnerStays
    if not contacts.are_contacts(tx, by, account):
        raise StaffAreContacts
    limit = tx.settings(Settings).staff
    if store.role(tx, kept.id, account) is None and len(store.staff(tx, kept.id)) >= limit:
        raise TooManyStaff(limit=limit)
    store.put_staff(tx, kept.id, account, role)


def remove_staff(tx: Tx, *, by: AccountId, official: AccountId, account: AccountId) -> None:
    """Take somebody off the staff; everybody may leave but the owner."""
    kept = registry.worked_with(tx, by, official, registry.EVERY if account == by else registry.OWNER)
    if account == kept.owner:
        raise OwnerStays
    store.remove_staff(tx, kept.id, account)
    offer = store.waiting_offer(tx, kept.id)
    if offer is not None and offer.account == account:
        owning.end(tx, offer, "declined" if account == by else "withdrawn")
    seats.leave(tx, kept.id, account)


def staff(reader: Reader, *, by: AccountId, official: AccountId) -> list[Staff]:
    """Return who works with an account, for whoever does so too."""
    return store.staff(reader, registry.worked_with(reader, by, official, registry.EVERY).id)
