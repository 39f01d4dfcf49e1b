"""Two small cards: a place, and somebody one knows."""

from typing import ClassVar

from warung import accounts, contacts
from warung.chat.model import Message
from warung.chat.sending import put
from warung.kit.card import BrokenCard, Card, Preview
from warung.kit.db import Tx
from warung.kit.errors import NotAllowed
from warung.kit.ids import AccountId, BlobId, ConversationId, Nonce

NAME = 120


class Location(Card, frozen=True, tag="chat.location"):
    """A point with a name: degrees north and east."""

    sendable: ClassVar[bool] = True

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""

    def preview(self) -> Preview:
        """Return the name."""
        return Preview("preview.location", {"name": self.name} if self.name else {})

    def text(self) -> str:
        """Return the name and the address."""
        return f"{self.name}\n{self.address}".strip()

    def check(self) -> None:
        """Refuse what is not on the globe."""
        if not (-90 <= self.latitude <= 90 and -180 <= self.longitude <= 180):
            raise BrokenCard(reason="not a point on the globe")
        if len(self.name) > NAME or len(self.address) > 2 * NAME:
            raise BrokenCard(reason="the name of a place is short")


class ContactCard(Card, frozen=True, tag="chat.contact"):
    """Somebody, with what a stranger may see. Written by the server, so that nobody is given another's name."""

    account: AccountId
    handle: str
    name: str
    avatar: BlobId | None = None

    def preview(self) -> Preview:
        """Return the name."""
        return Preview("preview.contact", {"name": self.name})

    def passed_on(self) -> Card:
        """Return the same: it says of nobody what is not so."""
        return self

    def text(self) -> str:
        """Return the name."""
        return self.name


class NotToBeShared(NotAllowed):
    """This person does not want to be found by their handle, so their card cannot be shared."""


def share_contact(tx: Tx, *, by: AccountId, to: ConversationId, account: AccountId, nonce: Nonce) -> Message:
    """Put the card of somebody one knows into a conversation. Raises `PersonNotFound`, `NotToBeShared`."""
    person = contacts.person(tx, by=by, id=account)
    if account != by and not accounts.privacy(tx, [account])[account].find_by_handle:
        raise NotToBeShared
    return put(tx, by=by, to=to, card=ContactCard(account, person.handle, person.name, person.avatar), nonce=nonce)
