"""Favourites: a shelf of one's own that names messages and holds no copy: what was taken back or may not be seen is not on it."""

import msgspec

from warung import contacts
from warung.chat import reading, store_favourites
from warung.chat.model import Message, NoSuchMessage
from warung.kit.db import Reader, Tx
from warung.kit.errors import NotAllowed
from warung.kit.ids import AccountId, ConversationId

MOST = 5_000
PAGE = 50
FOREVER = 1 << 60


class ShelfFull(NotAllowed):
    """You keep {limit} favourites already. Take one away first."""


class Favourite(msgspec.Struct, frozen=True):
    """A message on the shelf, and since when."""

    at: int
    message: Message


class Shelf(msgspec.Struct, frozen=True):
    """A page of favourites, the latest first; `cursor` asks for the next."""

    favourites: list[Favourite]
    cursor: str | None
    people: list[contacts.Person]


def keep(tx: Tx, *, by: AccountId, conversation: ConversationId, seq: int) -> None:
    """Put a message on one's shelf; twice is once. Raises `ShelfFull`, and `NoSuchMessage` for what is none any more."""
    message = reading.message(tx, by=by, id=conversation, seq=seq)
    if not tx.cards.decode(message.card).counts:
        raise NoSuchMessage(seq=seq)
    if store_favourites.count(tx, by) >= MOST:
        raise ShelfFull(limit=MOST)
    store_favourites.add(tx, by, conversation, seq)


def drop(tx: Tx, *, by: AccountId, conversation: ConversationId, seq: int) -> None:
    """Take a message off one's shelf; one that is not there is no error."""
    store_favourites.remove(tx, by, conversation, seq)


def shelf(reader: Reader, *, by: AccountId, cursor: str | None = None) -> Shelf:
    """Return a page of one's favourites."""
    below = int(cursor) if cursor and cursor.isascii() and cursor.isdigit() and len(cursor) < 19 else FOREVER
    rows = store_favourites.shelf(reader, by, below, PAGE)
    found = [Favourite(at, message) for at, message in rows]
    return Shelf(found, str(rows[-1][0]) if len(rows) == PAGE else None, reading.people_in(reader, by, [message for _, message in rows]))
