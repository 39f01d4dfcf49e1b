"""A card is the typed body of a message. Chat carries cards it has never heard of, as bytes it does not open.

At the moment of sending a card answers a few questions; after that it is bytes. A card is an immutable snapshot plus an id.
"""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import msgspec

from warung.kit.errors import BadRequest
from warung.kit.ids import AccountId, BlobId


class UnknownCard(BadRequest):
    """This server does not know this kind of message."""


class BrokenCard(BadRequest):
    """This message is not well formed: {reason}"""


class NotSendable(BadRequest):
    """Messages of this kind are written by the server only."""


class Preview(msgspec.Struct, frozen=True):
    """One line about a card in the reader's language: a message key of the client and its arguments."""

    key: str
    args: dict[str, str] = {}


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of every card. A subclass gives its tag: `class Text(Card, frozen=True, tag="chat.text")`."""

    sendable: ClassVar[bool] = False  # may a client send it? Otherwise only the server's own verbs can: "paid" cannot be forged
    counts: ClassVar[bool] = True  # does it make a conversation unread?
    vouched: ClassVar[bool] = False  # does `admit` answer for its blobs? Otherwise they must be the sender's, or shown to them here

    def preview(self) -> Preview:
        """Return the line shown in the list of conversations."""
        raise NotImplementedError(type(self).__name__)

    def text(self) -> str:
        """Return the words to be found by search."""
        return ""

    def mentions(self) -> Sequence[AccountId]:
        """Return the accounts this card calls by name."""
        return ()

    def blobs(self) -> Sequence[BlobId]:
        """Return the blobs whose readers are the conversation's members."""
        return ()

    def passed_on(self) -> "Card | None":
        """Return the card as somebody else may pass it on, None where nobody may: what only the server writes, mostly."""
        return self if self.sendable else None

    def check(self) -> None:
        """Raise a refusal when the fields contradict each other."""

    def admit(self, tx: Any, by: AccountId) -> None:
        """Raise a refusal when `by` may not send this, and note that they do: asked once, in the transaction that appends it.

        For cards that name something of their domain; `tx` is a `kit.db.Tx`, which stands above this file.
        """


class Worded(Card, frozen=True, kw_only=True):
    """A card with words that whoever sent it may change for a while. `edited` ends its JSON: that is where chat looks for it."""

    words_in: ClassVar[str]  # the field they are in

    edited: int | None = None  # the entry of the log that made these words what they are

    def words_now(self) -> str:
        """Return the words that may be changed."""
        words: str = getattr(self, self.words_in)
        return words

    def place(self) -> str:
        """Return what the field they are in is called in JSON."""
        return next(field.encode_name for field in msgspec.structs.fields(self) if field.name == self.words_in)

    def reworded(self, words: str) -> "Worded | None":
        """Return it with other words, not checked yet; None where it cannot be without what was in the old ones: then words are left."""
        return msgspec.structs.replace(self, **{self.words_in: words}, edited=None)

    def passed_on(self) -> Card | None:
        """Return it without what was changed about it: that is known where it was."""
        return msgspec.structs.replace(self, edited=None) if self.sendable else None

    def check(self) -> None:
        """Refuse a change that the server did not write."""
        if self.edited is not None:
            raise BrokenCard(reason="edited is written by the server")


class Cards:
    """The decoder of every card that the domains brought. Built once, in `app.py`."""

    def __init__(self, kinds: Iterable[type[Card]]) -> None:
        self.kinds: dict[str, type[Card]] = {}
        for kind in kinds:
            tag = str(kind.__struct_config__.tag)
            if tag in self.kinds:
                raise ValueError(f"two cards are called {tag}")
            self.kinds[tag] = kind
        # One tagged union of what this server knows; made at run time, so the type checker sees only `Card`.
        union: Any = msgspec.json.Decoder(_union(list(self.kinds.values()))) if self.kinds else None
        self._decoder = union

    def decode(self, raw: bytes | msgspec.Raw) -> Card:
        """Return the card in `raw` JSON. Raises `UnknownCard` or `BrokenCard`."""
        try:
            card: Card = self._decoder.decode(raw)
        except msgspec.ValidationError as broken:
            if "Invalid value" in str(broken) and "$.type" in str(broken):
                raise UnknownCard from None
            raise BrokenCard(reason=str(broken)) from None
        except (msgspec.DecodeError, RecursionError) as broken:
            raise BrokenCard(reason=str(broken)) from None
        return card

    def from_client(self, raw: bytes | msgspec.Raw) -> Card:
        """Return a card that a client sent: known, sendable and consistent."""
        card = self.decode(raw)
        if not card.sendable:
            raise NotSendable
        card.check()
        return card


def _union(kinds: list[type[Card]]) -> Any:
    union: Any = kinds[0]
    for kind in kinds[1:]:
        union = union | kind
    return union
