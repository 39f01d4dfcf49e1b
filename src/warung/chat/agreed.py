"""What is agreed for a whole conversation besides its name: which messages are pinned to it, and when messages disappear."""

import msgspec

from warung.chat import reading, store_members
from warung.chat.messages import append, post
from warung.chat.model import AdminsOnly, Changed, Entry, NoSuchMessage, Notice, Settings
from warung.chat.rooms import Room, room, rooms
from warung.kit.clock import DAY, MINUTE
from warung.kit.db import Tx
from warung.kit.errors import BadRequest, NotAllowed
from warung.kit.ids import AccountId, ConversationId

LONGEST = 365 * DAY


class TooManyPins(NotAllowed):
    """{limit} messages are pinned here. Take one down first."""


class NotATimer(BadRequest):
    """Messages can disappear after a minute at the earliest and after a year at the latest."""


def pin(tx: Tx, *, by: AccountId, conversation: ConversationId, seq: int) -> None:
    """Pin a message above the conversation, for everybody in it: in groups the admins may, in others both. Twice is once."""
    where, pins = _decided_by(tx, by, conversation)
    message = reading.message(tx, by=by, id=conversation, seq=seq)
    if not tx.cards.decode(message.card).counts:
        raise NoSuchMessage(seq=seq)
    if seq in pins:
        return
    limit = tx.settings(Settings).pins
    if len(pins) >= limit:
        raise TooManyPins(limit=limit)
    _pinned(tx, where, [seq, *pins])
    notice = Notice(key="message_pinned", actor=by)
    append(tx, where, [Entry(conversation, notice, msgspec.json.encode(notice), ref=seq)])


def unpin(tx: Tx, *, by: AccountId, conversation: ConversationId, seq: int) -> None:
    """Take a message down; one that is not pinned is no error."""
    where, pins = _decided_by(tx, by, conversation)
    if seq in pins:
        _pinned(tx, where, [each for each in pins if each != seq])


def set_timer(tx: Tx, *, by: AccountId, conversation: ConversationId, after_ms: int) -> None:
    """Let what is written from now on disappear so long after it was sent; 0 lets it stay. What stands there keeps its own time."""
    where, _ = _decided_by(tx, by, conversation)
    if after_ms and not MINUTE <= after_ms <= LONGEST:
        raise NotATimer
    if after_ms == where.expires_ms:
        return
    store_members.change(tx, conversation, expires_ms=after_ms)
    rooms(tx).forget(conversation)
    tx.emit(Changed(conversation), where.audience)
    post(
        tx, to=conversation, card=Notice(key="timer_set" if after_ms else "timer_off", actor=by, words=str(after_ms) if after_ms else None)
    )


def _decided_by(tx: Tx, by: AccountId, conversation: ConversationId) -> tuple[Room, list[int]]:
    """Return the room and its pins, for somebody who decides there."""
    where = room(tx, conversation, by)
    if (refusal := where.refusal(by, tx.now)) is not None:
        raise refusal
    if where.kind == "group" and where.members[by].role == "member":
        raise AdminsOnly
    kept = store_members.conversations(tx, [conversation])[conversation]
    return where, [int(seq) for seq in (kept.pins or "").split()]


def _pinned(tx: Tx, where: Room, pins: list[int]) -> None:
    store_members.change(tx, where.id, pins=" ".join(map(str, pins)) or None)
    tx.emit(Changed(where.id), where.audience)
