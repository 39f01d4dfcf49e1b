"""Reactions: one emoji, or one sign of a domain above, per person and message; each an entry of the log that makes nothing unread."""

import unicodedata
from collections.abc import Sequence
from typing import ClassVar

import msgspec

from warung import contacts
from warung.chat import reading, store_reactions
from warung.chat.messages import append
from warung.chat.model import Entry, Message, NoSuchMessage
from warung.chat.rooms import room
from warung.kit.card import Card, Preview
from warung.kit.db import Reader, Tx
from warung.kit.errors import BadRequest, NotAllowed
from warung.kit.ids import AccountId, BlobId, ConversationId

LONGEST = 16  # code points; a family with skin tones has ten
DIFFERENT = 20  # emoji on one message
JOINED = {"Mn", "Me", "Cf", "Sk"}  # variation selectors, the key's frame, the joiner and tags, skin tones
PLAIN = {"\u203c", "\u2049", "\u3030", "\u303d", "\u2194", "\u2195"}  # emoji that Unicode counts as punctuation or mathematics


class NotAnEmoji(BadRequest):
    """React with one emoji."""


class TooManyReactions(NotAllowed):
    """There are {limit} different reactions already. Choose one of them."""


class Reaction(Card, frozen=True, tag="chat.reaction"):
    """Somebody reacts to the entry at `ref`, which `to` has written; without an emoji, not any more."""

    counts: ClassVar[bool] = False

    emoji: str
    to: AccountId | None = None
    said: str = ""  # the emoji that stands for a sign where there is only a line
    blob: BlobId | None = None  # what a sign shows

    def preview(self) -> Preview:
        """Return the emoji."""
        return Preview("preview.reaction", {"emoji": self.said or self.emoji})

    def blobs(self) -> Sequence[BlobId]:
        """Return what the sign shows."""
        return [] if self.blob is None else [self.blob]


class Reactor(msgspec.Struct, frozen=True):
    """Somebody who reacted."""

    account: contacts.Person
    emoji: str
    at: int


def react(tx: Tx, *, by: AccountId, conversation: ConversationId, seq: int, emoji: str) -> Message:
    """React to a message, or take it back with an empty `emoji`; return the entry that says so, the old one where nothing changed.

    A sign that somebody put there already may be joined by everybody. Raises `NotAnEmoji`, `NoSuchMessage`, `TooManyReactions`.
    """
    return _react(tx, by, conversation, seq, Reaction(emoji))


def react_with(
    tx: Tx, *, by: AccountId, conversation: ConversationId, seq: int, sign: str, said: str, blob: BlobId | None = None
) -> Message:
    """React with a sign of a domain above, which answers for it: `<kind>:<name>`, at most 64 characters, in a line told as `said`.

    Who sees the message may see the `blob` that it shows. Raises as `react` does.
    """
    return _react(tx, by, conversation, seq, Reaction(sign, said=said, blob=blob), vouched=True)


def _react(tx: Tx, by: AccountId, conversation: ConversationId, seq: int, wanted: Reaction, *, vouched: bool = False) -> Message:
    emoji = wanted.emoji
    where = room(tx, conversation, by)
    message = reading.message(tx, by=by, id=conversation, seq=seq)
    if (refusal := where.refusal(by, tx.now)) is not None:
        raise refusal
    standing = store_reactions.between(tx, conversation, seq, seq)
    shown = {reacted.emoji for _, reacted in standing if reacted.emoji}
    if emoji and not vouched and emoji not in shown and not is_emoji(emoji):
        raise NotAnEmoji
    if not tx.cards.decode(message.card).counts:
        raise NoSuchMessage(seq=seq)
    mine = next((reacted for _, reacted in standing if reacted.account == by), None)
    if mine is not None and mine.emoji == emoji:
        return reading.message(tx, by=by, id=conversation, seq=mine.seq)
    if mine is None and not emoji:
        raise NoSuchMessage(seq=seq)
    if emoji and emoji not in shown and len(shown) >= DIFFERENT:
        raise TooManyReactions(limit=DIFFERENT)
    card = msgspec.structs.replace(wanted, to=message.sender)
    (entry,) = append(tx, where, [Entry(conversation, card, msgspec.json.encode(card), sender=by, ref=seq)])
    store_reactions.put(tx, {"conversation": conversation, "seq": seq, "account": by, "emoji": emoji, "entry": entry.seq, "at": entry.at})
    return entry


def reactors(reader: Reader, *, by: AccountId, conversation: ConversationId, seq: int) -> list[Reactor]:
    """Return who reacted to a message, in the order they did."""
    reading.message(reader, by=by, id=conversation, seq=seq)
    rows: Sequence[tuple[AccountId, str, int]] = store_reactions.of(reader, conversation, seq)
    people = contacts.people(reader, by, [account for account, _, _ in rows])
    return [Reactor(people[account], emoji, at) for account, emoji, at in rows if account in people]


def is_emoji(text: str) -> bool:
    """Is this one emoji, as far as can be said without a table of all of them? Letters, digits and spaces never are."""
    if not 1 <= len(text) <= LONGEST:
        return False
    if text[0] in "0123456789#*":
        return text[1:] in ("\u20e3", "\ufe0f\u20e3")
    kinds = [_kind(character) for character in text]
    return kinds[0] == "So" and set(kinds) <= {"So", *JOINED} and (kinds.count("So") == 1 or "\u200d" in text or _is_flag(text))


def _kind(character: str) -> str:
    if character in PLAIN or (0x1F000 <= ord(character) <= 0x1FAFF and unicodedata.category(character) == "Cn"):
        return "So"  # also what is newer than this Python
    return unicodedata.category(character)


def _is_flag(text: str) -> bool:
    return len(text) == 2 and all(0x1F1E6 <= ord(character) <= 0x1F1FF for character in text)
