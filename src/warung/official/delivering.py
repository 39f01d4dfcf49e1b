"""Sending a broadcast: a batch of recipients in a transaction, then the next, between everybody else's commits.

The content is kept once. What each recipient's log gets is a pointer of some hundred bytes, the same for all, and under a nonce made of the
broadcast and the openid: a batch that is repeated finds that it was done, and from a nonce it can be told who got what.
"""

from typing import Any

import msgspec

from warung import chat
from warung.kit.clock import DAY, HOUR, MINUTE
from warung.kit.db import Tx
from warung.kit.domain import Services
from warung.kit.ids import AccountId, ConversationId, Nonce
from warung.kit.job import Job
from warung.official import log, store_broadcasts
from warung.official.cards import News
from warung.official.model import Settings
from warung.official.model_broadcasts import Broadcast, Pointer

OPENID_CHARS = 12  # 72 bits of chance
RECOUNTS = (MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, DAY, 5 * DAY)


class Recount(Job, frozen=True, tag="official.recount"):
    """It is to be counted anew whom a broadcast has reached."""

    broadcast: str
    turn: int = 0


class Deliver(Job, frozen=True, tag="official.deliver"):
    """The next recipients of a broadcast are to get it."""

    broadcast: str


def key(id: str) -> str:
    """Return the key of a broadcast's job."""
    return f"official.deliver/{id}"


def nonce_of(id: str, openid: str) -> str:
    """Return under which nonce a recipient gets a broadcast: those of one broadcast sort as its recipients do."""
    return f"{id}-{openid[1 : 1 + OPENID_CHARS]}"


def deliver(tx: Tx, job: Deliver) -> None:
    """Give a broadcast to its next recipients, and come back for the rest."""
    found = store_broadcasts.one(tx, job.broadcast)
    if found is None or found.state not in ("scheduled", "sending"):
        return
    if found.state == "scheduled":
        store_broadcasts.change(tx, found.id, state="sending", begun_at=tx.now, total=store_broadcasts.count_recipients(tx, found))
    limit = tx.settings(Settings).batch
    reached = store_broadcasts.recipients(tx, found, limit)
    sent = _send(tx, found, [(openid, conversation) for openid, conversation in reached if conversation is not None])
    failed = len(reached) - sent
    if reached:
        store_broadcasts.change(tx, found.id, next=reached[-1][0], sent=found.sent + sent, failed=found.failed + failed)
    if len(reached) == limit:
        tx.enqueue(Deliver(found.id), key=key(found.id))
        return
    store_broadcasts.change(tx, found.id, state="sent", finished_at=tx.now)
    tx.enqueue(Recount(found.id), at=tx.now + RECOUNTS[0], key=f"official.recount/{found.id}")
    _finished(tx, found.official, found.id)


async def recount(services: Services, job: Recount) -> None:
    """Count whom a broadcast has reached, on a reading connection: nobody's commit waits for it. Less and less often, for a week."""
    found = await services.db.read(lambda reader: store_broadcasts.one(reader, job.broadcast))
    if found is None:
        return
    delivered, _ = await services.db.read(lambda reader: chat.reached(reader, by=found.official, prefix=f"{found.id}-"))

    def keep(tx: Tx) -> None:
        store_broadcasts.change(tx, found.id, delivered=delivered)
        if job.turn + 1 < len(RECOUNTS):
            tx.enqueue(Recount(found.id, job.turn + 1), at=tx.now + RECOUNTS[job.turn + 1])

    await services.db.write(keep)


def _send(tx: Tx, found: Broadcast, recipients: list[tuple[str, ConversationId]]) -> int:
    card = Pointer(why=f"broadcast:{found.id}", ref=found.id, what=found.what, words=found.words)
    raw = msgspec.json.encode(card)
    entries = [
        chat.Entry(conversation, card, raw, sender=found.official, nonce=Nonce(nonce_of(found.id, openid)))
        for openid, conversation in recipients
    ]
    return len(chat.append_each(tx, entries)) if entries else 0


def _finished(tx: Tx, official: AccountId, id: str) -> None:
    done = store_broadcasts.one(tx, id)
    assert done is not None
    fields: dict[str, Any] = {"broadcast": id, "number": str(done.number), "total": done.total, "sent": done.sent, "failed": done.failed}
    card = tx.cards.decode(done.card)
    articles = [each.article for each in card.items if each.article] if isinstance(card, News) else []
    log.happen(tx, official=official, kind="broadcast.finished", **fields, articles=articles)
