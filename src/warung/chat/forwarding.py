"""Forwarding: messages go into another conversation, one by one or as one card, with or without a word of where they came from.

The server writes the cards, from what stands in the log: nobody can be made to have said what they did not say.
"""

from collections.abc import Sequence

import msgspec

from warung import accounts
from warung.chat import reading
from warung.chat.messages import append
from warung.chat.model import BadNonce, Entry, Message, NotAMember, Text
from warung.chat.rooms import Room, room, rooms
from warung.chat.sending import once
from warung.kit.card import Card, Preview
from warung.kit.db import Tx
from warung.kit.errors import BadRequest, NotAllowed, TooLarge
from warung.kit.ids import NONCE, AccountId, BlobId, ConversationId, Nonce

MOST = 100
TARGETS = 9
BYTES = 100_000  # of a card that carries many others


class NotForwardable(NotAllowed):
    """This message cannot be forwarded."""


class ForwardTooLarge(TooLarge):
    """That is too much for one forward: at most {messages} messages into {conversations} conversations."""


class NothingToForward(BadRequest):
    """Choose messages, and where they go."""


class Said(msgspec.Struct, frozen=True):
    """One message of a history: who said what, when. The name is a snapshot."""

    name: str
    at: int
    card: msgspec.Raw
    preview: Preview | None = None


class Forwarded(Card, frozen=True, tag="chat.forwarded"):
    """A forwarded card with the name of whoever wrote it. `words` and `carried` are what is inside, for search and media."""

    name: str
    card: msgspec.Raw
    inner: Preview | None = None
    words: str = ""
    carried: tuple[BlobId, ...] = ()

    def passed_on(self) -> Card:
        """Return the same: what was forwarded before keeps its first origin."""
        return self

    def preview(self) -> Preview:
        """Return what is inside, in a word."""
        return Preview("preview.text", {"text": self.words[:120]}) if self.words else (self.inner or Preview("preview.forwarded"))

    def text(self) -> str:
        """Return the words inside."""
        return self.words

    def blobs(self) -> Sequence[BlobId]:
        """Return what is inside."""
        return self.carried


class History(Card, frozen=True, tag="chat.history"):
    """Several messages as one card: a snapshot of a stretch of talk."""

    title: str
    said: tuple[Said, ...]
    words: str = ""
    carried: tuple[BlobId, ...] = ()

    def passed_on(self) -> Card:
        """Return the same."""
        return self

    def preview(self) -> Preview:
        """Return whose talk it is."""
        return Preview("preview.history", {"title": self.title})

    def text(self) -> str:
        """Return the words inside."""
        return self.words

    def blobs(self) -> Sequence[BlobId]:
        """Return everything inside."""
        return self.carried


def forward(
    tx: Tx,
    *,
    by: AccountId,
    conversation: ConversationId,
    seqs: Sequence[int],
    to: Sequence[ConversationId],
    merged: bool,
    origin: bool,
    nonce: Nonce,
) -> list[Message]:
    """Put messages of one conversation into others; return the new entries. The same nonce again returns the same entries.

    `merged` makes one card of them, `origin` says who wrote them. Raises `NotForwardable` for what only the server may write.
    """
    if not NONCE.match(nonce) or len(nonce) > 30:
        raise BadNonce
    wanted, targets = sorted(set(seqs)), list(dict.fromkeys(to))
    if not wanted or not targets:
        raise NothingToForward
    if len(wanted) > MOST or len(targets) > TARGETS:
        raise ForwardTooLarge(messages=MOST, conversations=TARGETS)
    room(tx, conversation, by)
    found = [reading.message(tx, by=by, id=conversation, seq=seq) for seq in wanted]
    opened = [tx.cards.decode(message.card) for message in found]
    cards = [passed for card in opened if card.counts and (passed := card.passed_on()) is not None]
    if len(cards) < len(found):
        raise NotForwardable
    names = _names(tx, found)
    made = [_history(names, found, cards)] if merged else [_one(name, card, origin) for name, card in zip(names, cards, strict=True)]
    return [message for at, target in enumerate(targets) for message in _put(tx, by, target, made, f"{nonce}-{at}")]


def _put(tx: Tx, by: AccountId, target: ConversationId, made: Sequence[tuple[Card, bytes]], nonce: str) -> list[Message]:
    where: Room | None = rooms(tx).enter(tx, [target]).get(target)
    if where is None or by not in where.members:
        raise NotAMember
    if (refusal := where.refusal(by, tx.now)) is not None:
        raise refusal
    entries = [Entry(target, card, raw, sender=by, nonce=Nonce(f"{nonce}-{at}")) for at, (card, raw) in enumerate(made)]
    before = once(tx, by, target, [str(entry.nonce) for entry in entries])
    return before or append(tx, where, entries)


def _one(name: str, card: Card, origin: bool) -> tuple[Card, bytes]:
    """The same card again; with its origin, inside another."""
    if origin and not isinstance(card, Forwarded | History):
        card = Forwarded(name, _raw(card), _inner(card), card.text(), tuple(card.blobs()))
    return card, bytes(_raw(card))


def _history(names: list[str], found: list[Message], cards: list[Card]) -> tuple[Card, bytes]:
    said = tuple(Said(name, message.at, _raw(card), _inner(card)) for name, message, card in zip(names, found, cards, strict=True))
    words = "\n".join(text for card in cards if (text := card.text()))
    carried = tuple(dict.fromkeys(blob for card in cards for blob in card.blobs()))
    card = History(", ".join(list(dict.fromkeys(names))[:4]), said, words[:8_000], carried)
    raw = bytes(_raw(card))
    if len(raw) > BYTES:
        raise ForwardTooLarge(messages=MOST, conversations=TARGETS)
    return card, raw


def _raw(card: Card) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(card))


def _inner(card: Card) -> Preview | None:
    return None if isinstance(card, Text) else card.preview()


def _names(tx: Tx, found: Sequence[Message]) -> list[str]:
    profiles = accounts.profiles(tx, sorted({message.sender for message in found if message.sender}))
    return [message.author or (profiles[message.sender].name if message.sender in profiles else "") for message in found]
