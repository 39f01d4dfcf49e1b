"""Scheduled messages: written now, sent at their time by a job, whether their writer is online or not. Until then only the writer knows."""

import msgspec

from warung.chat import store_schedule
from warung.chat.messages import send_all
from warung.chat.model import MessageTooLong, NoSuchMessage, Send, Settings
from warung.chat.rooms import room
from warung.chat.store_schedule import Waiting
from warung.kit.bus import Event
from warung.kit.clock import DAY
from warung.kit.db import Reader, Tx
from warung.kit.errors import BadRequest, NotAllowed, NotFound, Refusal
from warung.kit.ids import AccountId, ConversationId, Identity, SessionId, new_id
from warung.kit.job import Job

FARTHEST = 366 * DAY


class NotSchedulable(BadRequest):
    """Words can be sent later; this kind of message cannot."""


class NotATime(BadRequest):
    """Choose a time that is still to come, within a year."""


class TooManyScheduled(NotAllowed):
    """{limit} of your messages are waiting already."""


class NoSuchScheduled(NotFound):
    """This message does not wait any more: it was sent or taken back."""


class SendLater(Job, frozen=True, tag="chat.send_later"):
    """The time of a scheduled message has come."""

    id: str


class ScheduledChanged(Event, frozen=True, tag="chat.scheduled"):
    """What I have waiting for its time is different: fetch it again."""


class Scheduled(msgspec.Struct, frozen=True):
    """A message that waits. `failure` is the code of the refusal that its sending got: it stays here until its writer has seen it."""

    id: str
    conversation: ConversationId
    card: msgspec.Raw
    reply: int | None
    send_at: int
    failure: str | None


def schedule(
    tx: Tx, *, by: AccountId, conversation: ConversationId, card: msgspec.Raw, send_at: int, reply: int | None = None
) -> Scheduled:
    """Let a card be sent later. It is checked now as far as it can be, and wholly when it is sent."""
    where = room(tx, conversation, by)
    if (refusal := where.refusal(by, tx.now)) is not None:
        raise refusal
    _to_come(tx, send_at)
    if reply is not None and not where.members[by].from_seq < reply <= where.last_seq:
        raise NoSuchMessage(seq=reply)
    limit = tx.settings(Settings).scheduled_each
    if len(store_schedule.of(tx, by)) >= limit:
        raise TooManyScheduled(limit=limit)
    waiting = Waiting(new_id(tx.now), by, conversation, _checked(tx, card), reply, send_at, None)
    store_schedule.add(tx, waiting)
    _due(tx, waiting.id, send_at)
    tx.emit(ScheduledChanged(), [by])
    return _seen(waiting)


def reschedule(tx: Tx, *, by: AccountId, id: str, card: msgspec.Raw | None = None, send_at: int | None = None) -> Scheduled:
    """Change what will be sent, or when. What could not be sent is tried again at its new time."""
    waiting = _mine(tx, by, id)
    if send_at is not None:
        _to_come(tx, send_at)
        store_schedule.change(tx, id, send_at=send_at, failure=None)
        _due(tx, id, send_at)
    if card is not None:
        store_schedule.change(tx, id, card=_checked(tx, card))
    tx.emit(ScheduledChanged(), [waiting.account])
    return _seen(_mine(tx, by, id))


def cancel(tx: Tx, *, by: AccountId, id: str) -> None:
    """Take a message back before its time."""
    _mine(tx, by, id)
    _gone(tx, by, id)


def send_now(tx: Tx, *, by: AccountId, id: str) -> None:
    """Send a message before its time. Raises why it may not be sent."""
    waiting = _mine(tx, by, id)
    if (refusal := _sent(tx, waiting)) is not None:
        raise refusal
    _gone(tx, by, id)


def waiting(reader: Reader, *, by: AccountId) -> list[Scheduled]:
    """Return what one has waiting, the next first."""
    return [_seen(each) for each in store_schedule.of(reader, by)]


def on_time(tx: Tx, job: SendLater) -> None:
    """Send what has waited. Where it may not be sent any more, it stays with its writer and says why."""
    waiting = store_schedule.one(tx, job.id)
    if waiting is None:
        return
    refusal = _sent(tx, waiting)
    if refusal is None:
        store_schedule.remove(tx, waiting.id)
    else:
        store_schedule.change(tx, waiting.id, failure=refusal.code())
    tx.emit(ScheduledChanged(), [waiting.account])


def _sent(tx: Tx, waiting: Waiting) -> Refusal | None:
    """Send it; its id is its nonce, so that it cannot be sent twice."""
    item = Send(0, waiting.conversation, f"later-{waiting.id}", msgspec.Raw(waiting.card), waiting.reply)
    (result,) = send_all(tx, [(Identity(waiting.account, SessionId("")), item)])
    return result if isinstance(result, Refusal) else None


def _checked(tx: Tx, raw: msgspec.Raw) -> bytes:
    card, limits = tx.cards.from_client(raw), tx.settings(Settings)
    if card.blobs():
        raise NotSchedulable
    if len(bytes(raw)) > limits.card_bytes or len(card.text()) > limits.message_chars:
        raise MessageTooLong(limit=limits.message_chars)
    return bytes(raw)


def _to_come(tx: Tx, send_at: int) -> None:
    if not tx.now < send_at <= tx.now + FARTHEST:
        raise NotATime


def _mine(tx: Tx, by: AccountId, id: str) -> Waiting:
    found = store_schedule.one(tx, id)
    if found is None or found.account != by:
        raise NoSuchScheduled
    return found


def _due(tx: Tx, id: str, send_at: int) -> None:
    tx.enqueue(SendLater(id), at=send_at, key=f"chat.send_later/{id}")


def _gone(tx: Tx, by: AccountId, id: str) -> None:
    store_schedule.remove(tx, id)
    tx.cancel(f"chat.send_later/{id}")
    tx.emit(ScheduledChanged(), [by])


def _seen(waiting: Waiting) -> Scheduled:
    return Scheduled(waiting.id, waiting.conversation, msgspec.Raw(waiting.card), waiting.reply, waiting.send_at, waiting.failure)
