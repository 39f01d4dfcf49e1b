"""Messages that go: taken back by whoever wrote them, or because their time is over. A tombstone keeps the number, nothing else."""

from typing import ClassVar

import msgspec

from warung import media
from warung.chat import reading, store, store_edits, store_favourites, store_members, store_reactions
from warung.chat.edits import Edit
from warung.chat.messages import HOLDER, append
from warung.chat.model import AlreadyRecalled, Changed, Entry, Expire, Message, NotYours, Recall, Recalled, Settings, TooLate
from warung.chat.rooms import Room, room, rooms
from warung.kit.card import Card, Preview
from warung.kit.clock import MINUTE
from warung.kit.db import Tx
from warung.kit.ids import AccountId, ConversationId

encode = msgspec.json.encode


class Expiry(Card, frozen=True, tag="chat.expiry"):
    """The time of the entry at `ref` is over."""

    counts: ClassVar[bool] = False

    def preview(self) -> Preview:
        """Return that a message disappeared."""
        return Preview("preview.expired")


class Expired(Card, frozen=True, tag="chat.expired"):
    """The tombstone that stands where a message was whose time is over."""

    counts: ClassVar[bool] = False

    def preview(self) -> Preview:
        """Return that a message disappeared."""
        return Preview("preview.expired")


def recall(tx: Tx, *, by: AccountId, conversation: ConversationId, seq: int) -> Message:
    """Take a message back: a tombstone where it was, a new entry that says so. Words, index and pictures go."""
    where = room(tx, conversation, by)
    message = reading.message(tx, by=by, id=conversation, seq=seq)
    limit = tx.settings(Settings).recall_ms
    if where.shut is not None:
        raise where.shut
    if message.sender != by:
        raise NotYours
    card = tx.cards.decode(message.card)
    if isinstance(card, Recalled | Expired) or message.ref is not None:
        raise AlreadyRecalled
    if tx.now - message.at > limit:
        raise TooLate(minutes=limit // MINUTE)
    _bury(tx, where, message, Recalled(by=by))
    tx.cancel(f"chat.expire/{conversation}/{seq}")
    return append(tx, where, [Entry(conversation, Recall(), encode(Recall()), sender=by, ref=seq)])[0]


def expire(tx: Tx, job: Expire) -> None:
    """Let a message disappear, and say so. The entry that says it is dated as the message was: it is no news."""
    where = rooms(tx).enter(tx, [job.conversation])[job.conversation]
    message = store.one(tx, job.conversation, job.seq)
    if message is None or not tx.cards.decode(message.card).counts:
        return
    _bury(tx, where, message, Expired())
    store_members.change(tx, where.id)  # a device that was away learns of it although no entry is dated of today
    append(tx, where, [Entry(where.id, Expiry(), encode(Expiry()), ref=job.seq, at=message.at)])


def _bury(tx: Tx, where: Room, message: Message, tombstone: Card) -> None:
    """Put a tombstone in the place of a message; its words, those it had before, its marks and what it carried go."""
    card, id, seq = tx.cards.decode(message.card), where.id, message.seq
    for entry, _, _ in store_edits.versions(tx, id, seq):
        store.rewrite(tx, id, entry, encode(Edit()), encode(Edit().preview()))
    store_edits.clear(tx, id, seq)
    store_reactions.clear(tx, id, seq)
    store_favourites.clear(tx, id, seq)
    store.entomb(tx, id, seq, encode(tombstone), encode(tombstone.preview()))
    for blob in card.blobs():
        media.release(tx, blob, holder=HOLDER, name=id, item=seq)
    pins = store_members.conversations(tx, [id])[id].pins or ""
    if str(seq) in pins.split():
        store_members.change(tx, id, pins=" ".join(each for each in pins.split() if each != str(seq)) or None)
        tx.emit(Changed(id), where.audience)
