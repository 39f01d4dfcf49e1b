"""The verbs of broadcasts: ordering one within the quota, stopping it, and what a recipient sees of it. The caller has asked who may."""

from collections.abc import Sequence

import msgspec

from warung import chat, media
from warung.kit.card import Card
from warung.kit.clock import DAY
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, Nonce, new_id
from warung.official import consent, publishing, registry, store, store_broadcasts, tagging
from warung.official.cards import OfficialCard
from warung.official.days import day_of, month_of
from warung.official.delivering import Deliver, key, nonce_of
from warung.official.model import Settings
from warung.official.model_broadcasts import (
    CLIENT_ID_CHARS,
    HOLDER,
    MOST_OPENIDS,
    All,
    Audience,
    Broadcast,
    BroadcastCannotStop,
    BroadcastFigures,
    BroadcastQuotaUsedUp,
    BroadcastRepeated,
    ClientIdTooLong,
    Content,
    NobodyToSendTo,
    NoSuchBroadcast,
    NotBroadcastable,
    Openids,
    Pointer,
    Quota,
    SendTimeNotPossible,
    Tagged,
    To,
)
from warung.official.numbers import number

WORDS = 120
LATEST_DAYS = 90
PAGE = 30


def broadcast(
    tx: Tx,
    *,
    official: AccountId,
    to: To,
    card: Card,
    at: int | None = None,
    client_id: str | None = None,
    by: AccountId | None = None,
) -> Broadcast:
    """Order a broadcast, now or at a time; it takes one of the quota of that day or month.

    A program that orders twice under one `client_id` within a day gets `BroadcastRepeated`, which names the first. Raises
    `BroadcastQuotaUsedUp`, `ClientIdTooLong`, `NobodyToSendTo`, `NoSuchTag`, `NoSuchFollower`, `SendTimeNotPossible`, `NotBroadcastable`,
    `BlobNotYours`.
    """
    if not isinstance(card, OfficialCard) or isinstance(card, Pointer):
        raise NotBroadcastable
    card.check()
    _once(tx, official, client_id)
    if at is not None and not tx.now - DAY <= at <= tx.now + LATEST_DAYS * DAY:
        raise SendTimeNotPossible(days=LATEST_DAYS)
    send_at = max(at or 0, tx.now)
    openids = _openids(tx, official, to)
    limit = broadcast_quota(tx, official=official, at=send_at)
    id = new_id(tx.now)
    content = msgspec.structs.replace(card, why=f"broadcast:{id}", ref=id)
    ordered = Broadcast(
        id=id,
        number=number(tx),
        official=official,
        client_id=client_id,
        audience=_audience(to),
        tag=to.tag if isinstance(to, Tagged) else None,
        card=msgspec.Raw(msgspec.json.encode(content)),
        what=str(type(card).__struct_config__.tag),
        words=card.text()[:WORDS],
        state="scheduled",
        period=limit.period,
        send_at=send_at,
        next="",
        total=0,
        sent=0,
        failed=0,
        delivered=0,
        created_by=by,
        created_at=tx.now,
        begun_at=None,
        finished_at=None,
    )
    if not store_broadcasts.take_quota(tx, official, limit.period, limit.limit):
        raise BroadcastQuotaUsedUp(limit=limit.limit, period=limit.period)
    if not store_broadcasts.insert(tx, ordered):
        _refuse_repeated(tx, official, client_id or "")
    store_broadcasts.name_recipients(tx, id, openids)
    for blob in dict.fromkeys(content.blobs()):
        media.grant(tx, blob, holder=HOLDER, name=id, item=0, by=official)
    tx.enqueue(Deliver(id), at=send_at, key=key(id))
    return ordered


def _once(tx: Tx, official: AccountId, client_id: str | None) -> None:
    """Raise `BroadcastRepeated` when an order has this id of a program's own within the day; `ClientIdTooLong`."""
    if client_id is not None:
        if not 0 < len(client_id) <= CLIENT_ID_CHARS:
            raise ClientIdTooLong(limit=CLIENT_ID_CHARS)
        store_broadcasts.free_client(tx, official, client_id, tx.now - DAY)
        _refuse_repeated(tx, official, client_id)


def broadcast_draft(
    tx: Tx,
    *,
    official: AccountId,
    to: To,
    media_id: str,
    at: int | None = None,
    client_id: str | None = None,
    by: AccountId | None = None,
) -> tuple[Broadcast, int]:
    """Make a draft public and send it to many; return the broadcast and the article's number. Raises as `broadcast`, and `NoSuchDraft`."""
    if client_id is not None and (before := repeated(tx, official=official, client_id=client_id)) is not None:
        raise BroadcastRepeated(broadcast=before.id, number=str(before.number))
    made = publishing.make_public(tx, official=official, media_id=media_id, number=number(tx))
    card = publishing.news_of(made)
    return broadcast(tx, official=official, to=to, card=card, at=at, client_id=client_id, by=by), made.number


def repeated(reader: Reader, *, official: AccountId, client_id: str) -> Broadcast | None:
    """Return what was ordered under this name within a day."""
    before = store_broadcasts.of_client(reader, official, client_id)
    return before if before is not None and before.created_at >= reader.now - DAY else None


def cancel_broadcast(tx: Tx, *, official: AccountId, id: str) -> Broadcast:
    """Stop a broadcast: one that has not begun costs nothing; of one under way, the rest is not sent.

    Raises `NoSuchBroadcast`, `BroadcastCannotStop`.
    """
    found = broadcast_of(tx, official=official, id=id)
    if found.state not in ("scheduled", "sending"):
        raise BroadcastCannotStop
    tx.cancel(key(id))
    store_broadcasts.change(tx, id, state="cancelled", finished_at=tx.now)
    if found.state == "scheduled":
        store_broadcasts.give_back_quota(tx, official, found.period)
    return broadcast_of(tx, official=official, id=id)


def withdraw_broadcast(tx: Tx, *, official: AccountId, id: str) -> None:
    """Take back what a broadcast said: its pointers stay, and lead to nothing. Raises `NoSuchBroadcast`."""
    found = broadcast_of(tx, official=official, id=id)
    if found.state in ("scheduled", "sending"):
        cancel_broadcast(tx, official=official, id=id)
    store_broadcasts.change(tx, id, state="withdrawn", finished_at=found.finished_at or tx.now)
    for blob in dict.fromkeys(tx.cards.decode(found.card).blobs()):
        media.release(tx, blob, holder=HOLDER, name=id, item=0)


def broadcast_of(reader: Reader, *, official: AccountId, id: str) -> Broadcast:
    """Return a broadcast of an account. Raises `NoSuchBroadcast`."""
    found = store_broadcasts.one(reader, id)
    if found is None or found.official != official:
        raise NoSuchBroadcast
    return found


def broadcast_numbered(reader: Reader, *, official: AccountId, number: int) -> Broadcast:
    """Return the broadcast of a number. Raises `NoSuchBroadcast`."""
    found = store_broadcasts.numbered(reader, number)
    if found is None or found.official != official:
        raise NoSuchBroadcast
    return found


def broadcasts(reader: Reader, *, official: AccountId, before: str | None = None) -> list[Broadcast]:
    """Return a page of an account's broadcasts, newest first."""
    return store_broadcasts.page(reader, official, before, PAGE)


def broadcast_figures(reader: Reader, *, official: AccountId, id: str) -> BroadcastFigures:
    """Return what became of a broadcast. Raises `NoSuchBroadcast`."""
    found = broadcast_of(reader, official=official, id=id)
    delivered, read = chat.reached(reader, by=official, prefix=f"{id}-")
    opened, clicked = store_broadcasts.seen(reader, id)
    return BroadcastFigures(found.total, found.sent, found.failed, delivered, read, opened, clicked)


def broadcast_quota(reader: Reader, *, official: AccountId, at: int | None = None) -> Quota:
    """Return what an account may still send in the period of a moment: a day for a subscription, a month for a service."""
    settings, moment = reader.settings(Settings), reader.now if at is None else at
    if registry.still_open(reader, official).kind == "subscription":
        period, limit = day_of(moment, settings.day_offset_min), settings.subscription_per_day
    else:
        period, limit = month_of(moment, settings.day_offset_min), settings.service_per_month
    return Quota(period, limit, store_broadcasts.quota(reader, official, period))


# Recipients


def broadcast_content(reader: Reader, *, by: AccountId, id: str) -> Content:
    """Return what a broadcast says to one who got it, or works for who sent it. Raises `NoSuchBroadcast`."""
    found = store_broadcasts.one(reader, id)
    if found is None or not _gets(reader, by, found):
        raise NoSuchBroadcast
    return Content(id, found.official, None if found.state == "withdrawn" else found.card)


def open_broadcast(tx: Tx, *, by: AccountId, id: str, clicked: bool = False) -> None:
    """Note that a recipient opened what they got, or followed a link in it; twice is once. Raises `NoSuchBroadcast`."""
    found = store_broadcasts.one(tx, id)
    if found is None or not _got(tx, by, found):
        raise NoSuchBroadcast
    store_broadcasts.see(tx, id, by, tx.now)
    if clicked:
        store_broadcasts.click(tx, id, by, tx.now)


def may_see(reader: Reader, by: AccountId, name: str, _item: int) -> bool:
    """Say whether `by` may see the pictures of a broadcast."""
    found = store_broadcasts.one(reader, name)
    return found is not None and _gets(reader, by, found)


def _gets(reader: Reader, by: AccountId, found: Broadcast) -> bool:
    return store.role(reader, found.official, by) is not None or _got(reader, by, found)


def _got(reader: Reader, by: AccountId, found: Broadcast) -> bool:
    follow = consent.follower_of(reader, official=found.official, account=by)
    if follow is None or follow.conversation is None:
        return False
    return bool(chat.once(reader, found.official, follow.conversation, [Nonce(nonce_of(found.id, follow.openid))]))


def _openids(reader: Reader, official: AccountId, to: To) -> Sequence[str]:
    """Return the recipients of a list; check that a tag is there."""
    if isinstance(to, All):
        return ()
    if isinstance(to, Tagged):
        tagging.tagged(reader, official=official, id=to.tag, limit=1)
        return ()
    named = list(dict.fromkeys(to.openids))
    if not 1 <= len(named) <= MOST_OPENIDS:
        raise NobodyToSendTo(limit=MOST_OPENIDS)
    consent.known_all(reader, official, named, MOST_OPENIDS)
    return named


def _audience(to: To) -> Audience:
    return "list" if isinstance(to, Openids) else "tag" if isinstance(to, Tagged) else "all"


def _refuse_repeated(reader: Reader, official: AccountId, client_id: str) -> None:
    before = store_broadcasts.of_client(reader, official, client_id)
    if before is not None:
        raise BroadcastRepeated(broadcast=before.id, number=str(before.number))
