"""Asking to become contacts. The sender sees a request stay open until it is accepted: whether it arrived, lies unread, was declined
or stands before a block looks the same from there.
"""

from warung import accounts
from warung.contacts import persons, store
from warung.contacts.model import (
    Accepted,
    Asked,
    AskedTooMany,
    Asking,
    Befriended,
    Blocked,
    ContactsChanged,
    NotYourself,
    PersonNotFound,
    Request,
    RequestNotFound,
    Settings,
    Via,
)
from warung.kit.clock import DAY, SECOND
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, ConversationId, new_id
from warung.kit.text import bounded


def request(tx: Tx, *, by: AccountId, to: AccountId, greeting: str, via: Via, code: str | None = None) -> Request | Accepted:
    """Ask someone to become a contact. Two who ask each other are contacts at once, and so are those who are already.

    While a request is open, asking again returns it unchanged. Raises `PersonNotFound` when `via` is not how `to` can be found,
    `Blocked` when `by` blocks them, `AskedTooMany`, `NotYourself`.
    """
    settings = tx.settings(Settings)
    bounded(greeting, limit=settings.greeting_chars)
    if by == to:
        raise NotYourself
    if store.blocked_among(tx, by, [to]):
        raise Blocked
    if store.are_contacts(tx, by, to) or store.request_between(tx, to, by):
        return Accepted(befriend(tx, a=to, b=by))
    asked = store.request_between(tx, by, to)
    if asked is None:
        _check_way(tx, by, to, via, code)
        _check_day(tx, by, settings)
        asked = _open(tx, by, to, greeting, via, settings)
    return persons.as_request(asked, accounts.profiles(tx, [by, to]))


def _check_way(tx: Tx, by: AccountId, to: AccountId, via: Via, code: str | None) -> None:
    if not accounts.persons(tx, [to]):
        raise PersonNotFound
    if via == "code":
        holder = accounts.by_code(tx, code or "")
        if holder is None or holder.id != to:
            raise PersonNotFound
    if via == "handle" and not accounts.privacy(tx, [to])[to].find_by_handle:
        raise PersonNotFound
    tx.emit(Asking(by, to, via))


def _check_day(tx: Tx, by: AccountId, settings: Settings) -> None:
    count, first = store.asked_since(tx, by, tx.now - DAY)
    if count >= settings.requests_per_day:
        raise AskedTooMany(retry_after_s=until(tx, first + DAY))


def until(reader: Reader, then: int) -> int:
    """Return how many seconds there are until `then`, at least one."""
    return max(1, -((reader.now - then) // SECOND))


def _open(tx: Tx, by: AccountId, to: AccountId, greeting: str, via: Via, settings: Settings) -> Asked:
    quiet = settings.quiet_days * DAY
    store.forget_requests(tx, by, tx.now - max(quiet, DAY))
    dismissed = store.last_dismissal(tx, by, to)
    arrives = not store.blocked_among(tx, to, [by]) and (dismissed is None or dismissed <= tx.now - quiet)
    asked = Asked(new_id(tx.now), by, to, greeting, via, tx.now, int(arrives), None)
    store.insert_request(tx, asked)
    changed(tx, by, *([to] if arrives else []))
    return asked


def accept(tx: Tx, *, by: AccountId, id: str) -> Accepted:
    """Become the contact of whoever asked. Raises `RequestNotFound`."""
    asked = _incoming(tx, by, id)
    return Accepted(befriend(tx, a=asked.sender, b=by))


def decline(tx: Tx, *, by: AccountId, id: str) -> None:
    """Put a request aside for good; its sender is not told, and what they ask in the next days does not arrive."""
    asked = _incoming(tx, by, id)
    store.dismiss_request(tx, asked.id)
    changed(tx, by)


def withdraw(tx: Tx, *, by: AccountId, id: str) -> None:
    """Take one's own request back. Raises `RequestNotFound`."""
    asked = store.request(tx, id)
    if asked is None or asked.sender != by:
        raise RequestNotFound
    take_back(tx, asked)


def take_back(tx: Tx, asked: Asked) -> None:
    """Close a request for its sender."""
    store.close_request(tx, asked.id)
    changed(tx, asked.sender, *([asked.recipient] if asked.shown else []))


def befriend(tx: Tx, *, a: AccountId, b: AccountId, greeting: str | None = None) -> ConversationId:
    """Make two people contacts and return the id of their conversation, which chat opens; nothing else changes if they were.

    `a` asked and `b` agreed; without a `greeting` it is that of `a`'s request. Also how an invite brings a newcomer to its inviter.
    """
    conversation = store.name_conversation(tx, a, b, new_id(tx.now))
    if not store.are_contacts(tx, a, b):
        asked = store.request_between(tx, a, b)
        store.delete_requests(tx, a, b)
        store.insert_contacts(tx, a, b)
        said = greeting if greeting is not None else asked.greeting if asked else ""
        tx.emit(Befriended(a, b, said, conversation))
        changed(tx, a, b)
    return conversation


def changed(tx: Tx, *those: AccountId) -> None:
    """Tell people that what they see of their contacts has changed, and note it for their devices that are away."""
    for account in sorted(those):
        store.touch(tx, account)
    tx.emit(ContactsChanged(), to=those)


def _incoming(reader: Reader, by: AccountId, id: str) -> Asked:
    asked = store.request(reader, id)
    if asked is None or asked.recipient != by or not asked.shown:
        raise RequestNotFound
    return asked
