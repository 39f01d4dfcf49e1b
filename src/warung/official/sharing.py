"""Showing an account to somebody: a card with its name, written by the server, so that nobody gives an account another's name."""

from warung import chat
from warung.kit.card import Card, Preview
from warung.kit.db import Tx
from warung.kit.ids import AccountId, BlobId, ConversationId, Nonce
from warung.official import registry


class OfficialProfile(Card, frozen=True, tag="official.profile"):
    """An official account, as everybody may see it."""

    official: AccountId
    handle: str
    name: str
    avatar: BlobId | None = None
    intro: str = ""
    verified_name: str | None = None

    def passed_on(self) -> Card:
        """Return the same: it says what everybody may see."""
        return self

    def preview(self) -> Preview:
        """Return the name."""
        return Preview("preview.contact", {"name": self.name})

    def text(self) -> str:
        """Return the name."""
        return self.name


def recommend(tx: Tx, *, by: AccountId, official: AccountId, to: ConversationId, nonce: Nonce) -> chat.Message:
    """Put the card of an account into a conversation. The same nonce again is the same message. Raises `OfficialNotFound`."""
    seen = registry.official(tx, official)
    card = OfficialProfile(seen.id, seen.handle, seen.name, seen.avatar, seen.intro, seen.verified_name)
    return chat.put(tx, by=by, to=to, card=card, nonce=nonce)
