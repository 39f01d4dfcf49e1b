"""Editing: one's own words, also those under a picture, for a day. What they were is kept, and everybody who sees them may look."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from warung import media
from warung.chat import reading, store, store_edits
from warung.chat.messages import HOLDER, NotAllowedToCallAll, append
from warung.chat.model import EVERYONE, Entry, Mention, Message, MessageTooLong, NotYours, Settings, Text
from warung.chat.rooms import Room, room
from warung.kit.card import Card, Preview, Worded
from warung.kit.clock import HOUR
from warung.kit.db import Reader, Tx
from warung.kit.errors import BadRequest, NotAllowed
from warung.kit.ids import AccountId, ConversationId

MOST = 50  # times that one message may be edited


class NotEditable(BadRequest):
    """Only words can be edited."""


class TooLateToEdit(NotAllowed):
    """A message can be edited for {hours} hours; that time is over."""


class EditedTooOften(NotAllowed):
    """This message has been edited {limit} times. Write a new one."""


class Edit(Card, frozen=True, tag="chat.edit"):
    """The words of the entry at `ref` are these now: in this field of it, or, without one, it is a text of these words.

    Neither words nor a field are there once that message was taken back.
    """

    counts: ClassVar[bool] = False

    words: str = msgspec.field(name="text", default="")
    mentioned: tuple[Mention, ...] = msgspec.field(name="mentions", default=())
    place: str = msgspec.field(name="in", default="")

    def preview(self) -> Preview:
        """Return that a message was edited."""
        return Preview("preview.edited", {"text": self.words[:120]})


class Version(msgspec.Struct, frozen=True):
    """What a message said from `at` on."""

    at: int
    text: str


def edit(
    tx: Tx, *, by: AccountId, conversation: ConversationId, seq: int, text: str, mentions: Sequence[Mention] = ()
) -> tuple[Message, Message]:
    """Change the words of a message of one's own; return the entry that says so, and the message as it is now.

    The same words again change nothing, so a retry is harmless: it returns the entry that brought them.
    """
    where = room(tx, conversation, by)
    message = reading.message(tx, by=by, id=conversation, seq=seq)
    if (refusal := where.refusal(by, tx.now)) is not None:
        raise refusal
    if message.sender != by:
        raise NotYours
    old = tx.cards.decode(message.card)
    if not isinstance(old, Worded):
        raise NotEditable
    limits = tx.settings(Settings)
    new = _reworded(old, text, mentions)
    if new == msgspec.structs.replace(old, edited=None):
        entry = message if old.edited is None else reading.message(tx, by=by, id=conversation, seq=old.edited)
        return entry, message
    if tx.now - message.at > limits.edit_ms:
        raise TooLateToEdit(hours=limits.edit_ms // HOUR)
    if len(text) > limits.message_chars:
        raise MessageTooLong(limit=limits.message_chars)
    new.check()
    if EVERYONE in new.mentions() and where.members[by].role == "member":
        raise NotAllowedToCallAll
    if len(store_edits.versions(tx, conversation, seq)) >= MOST:
        raise EditedTooOften(limit=MOST)
    card = Edit(text, new.mentioned) if isinstance(new, Text) else Edit(text, place=new.place())
    (entry,) = append(tx, where, [Entry(conversation, card, msgspec.json.encode(card), sender=by, ref=seq)])
    _replace(tx, where, message, entry, old, msgspec.structs.replace(new, edited=entry.seq))
    return entry, reading.message(tx, by=by, id=conversation, seq=seq)


def _reworded(old: Worded, words: str, mentions: Sequence[Mention]) -> Worded:
    """Return the card with these words. Only a text calls people."""
    new = old.reworded(words) or Text(text_=words)
    return msgspec.structs.replace(new, mentioned=tuple(mentions)) if isinstance(new, Text) else new


def _replace(tx: Tx, where: Room, message: Message, entry: Message, old: Worded, new: Worded) -> None:
    """Put the new words in the place of the old: in the log, among those who are called."""
    place = {"conversation": where.id, "seq": message.seq}
    store_edits.add(tx, place | {"entry": entry.seq, "at": entry.at, "card": bytes(message.card)})
    preview = None if isinstance(new, Text) else msgspec.json.encode(new.preview())
    store.rewrite(tx, where.id, message.seq, msgspec.json.encode(new), preview)
    for blob in set(old.blobs()) - set(new.blobs()):
        media.release(tx, blob, holder=HOLDER, name=where.id, item=message.seq)
    store.uncall(tx, where.id, message.seq)
    called = set(new.mentions())
    those = where.members.keys() if EVERYONE in called else called & where.members.keys()
    store.mention(tx, [place | {"account": account} for account in those if account != message.sender])


def versions(reader: Reader, *, by: AccountId, conversation: ConversationId, seq: int) -> list[Version]:
    """Return what a message has said, from the first to the present. Raises `NoSuchMessage`, `NotEditable`."""
    message = reading.message(reader, by=by, id=conversation, seq=seq)
    card = reader.cards.decode(message.card)
    if not isinstance(card, Worded):
        raise NotEditable
    at, found = message.at, list[Version]()
    for _, replaced_at, raw in store_edits.versions(reader, conversation, seq):
        if isinstance(before := reader.cards.decode(raw), Worded):
            found.append(Version(at, before.words_now()))
        at = replaced_at
    return [*found, Version(at, card.words_now())]
