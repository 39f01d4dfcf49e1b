"""Posting a moment, and taking it away."""

import re

import msgspec

from warung import accounts, chat, contacts, media
from warung.kit.clock import DAY
from warung.kit.db import Tx
from warung.kit.errors import TooMany
from warung.kit.ids import NONCE, AccountId, BlobId, new_id
from warung.kit.text import bounded
from warung.moments import sight, store, store_people
from warung.moments.model import (
    Circle,
    CircleTooLarge,
    Draft,
    EmptyMoment,
    Fresh,
    Kept,
    Link,
    LinkNotAllowed,
    MomentEvidence,
    MomentPicture,
    MomentsTooMany,
    NotYourMoment,
    Person,
    Place,
    Settings,
    TooManyPictures,
)

URL_CHARS, TITLE_CHARS, PLACE_CHARS, TAG_CHARS, TAGS = 2_048, 200, 100, 30, 20
URL = re.compile(r"https?://[^\s/\\]+(?:/\S*|\?\S*|#\S*)?\Z", re.IGNORECASE)


def post(tx: Tx, *, by: AccountId, draft: Draft) -> Kept:
    """Show something to a circle; the same nonce again is the same moment.

    Raises `BadNonce`, `EmptyMoment`, `TooManyPictures`, `LinkNotAllowed`, `CircleTooLarge`, `MomentsTooMany`, `BlobNotYours`.
    """
    if not NONCE.match(draft.nonce):
        raise chat.BadNonce
    first = store.with_nonce(tx, by, draft.nonce)
    if first is not None:
        return first
    settings = tx.settings(Settings)
    if len(draft.pictures) > settings.pictures or (draft.video is not None and draft.pictures):
        raise TooManyPictures(limit=settings.pictures)
    words = bounded(draft.text, limit=settings.text_chars)
    if not words.strip() and not draft.pictures and draft.video is None and draft.link is None:
        raise EmptyMoment
    moment = Kept(
        id=new_id(tx.now),
        author=by,
        nonce=draft.nonce,
        words=words,
        pictures=tuple(_shot(tx, by, blob, "picture") for blob in draft.pictures),
        video=None if draft.video is None else _shot(tx, by, draft.video, "video"),
        link=None if draft.link is None else _link(draft.link),
        place=None if draft.place is None else _place(draft.place),
        circle=_circle(draft.circle, settings.circle_people),
        at=tx.now,
    )
    _count(tx, by, "moments", settings.per_day)
    store.insert(tx, moment)
    for blob in moment.blobs():
        media.grant(tx, blob, holder=sight.HOLDER, name=moment.id, item=0, by=by)
    before = store_people.people(tx, [by]).get(by, Person(by))
    store_people.set_person(tx, by, last=max(moment.id, before.last))  # of two in one millisecond, the later may have the smaller id
    tx.emit(Fresh(by), sight.audience(tx, moment))
    return moment


def remove(tx: Tx, *, by: AccountId, id: str) -> None:
    """Take a moment away from everybody, with its pictures, likes and comments. Raises `NoSuchMoment`, `NotYourMoment`."""
    moment = sight.seen(tx, by, id)
    if moment.author != by:
        raise NotYourMoment
    for blob in moment.blobs():
        media.release(tx, blob, holder=sight.HOLDER, name=id, item=0)
    store.delete(tx, id)


def on_reported(tx: Tx, event: contacts.Reported) -> None:
    """Attach a reported moment; nothing for one that the reporter does not see, so that the report is refused."""
    if event.about != "moment" or not sight.may_see(tx, event.by, event.subject or "", 0):
        return
    moment = sight.seen(tx, event.by, event.subject or "")
    evidence = MomentEvidence(moment.id, moment.words, moment.blobs(), moment.link)
    contacts.attach(tx, report=event.report, evidence=msgspec.json.encode(evidence), account=moment.author)


def _shot(tx: Tx, by: AccountId, id: BlobId, kind: str) -> MomentPicture:
    """Return what media knows of a picture or a film of one's own. Raises `BlobNotYours`, as for one that is not there."""
    blob = media.described(tx, [id]).get(id)
    if blob is None or blob.owner != by or blob.kind != kind:
        raise media.BlobNotYours
    return MomentPicture(id, blob.width, blob.height, blob.placeholder, getattr(blob, "duration_ms", 0))


def _link(link: Link) -> Link:
    if not URL.match(bounded(link.url, limit=URL_CHARS)):
        raise LinkNotAllowed
    return Link(link.url, bounded(link.title, limit=TITLE_CHARS))


def _place(place: Place) -> Place:
    return Place(bounded(place.name, limit=PLACE_CHARS, empty=False), place.lat, place.lon)


def _circle(circle: Circle, limit: int) -> Circle:
    if circle.kind == "all":
        return Circle()
    if len(circle.people) > limit or len(circle.tags) > TAGS:
        raise CircleTooLarge(limit=limit)
    people = tuple(AccountId(bounded(each, limit=64)) for each in dict.fromkeys(circle.people))
    return Circle(circle.kind, people, tuple(bounded(tag, limit=TAG_CHARS) for tag in dict.fromkeys(circle.tags)))


def _count(tx: Tx, by: AccountId, what: str, limit: int) -> None:
    try:
        accounts.count_tries(tx, [(accounts.Limit(what, limit, DAY), by)])
    except TooMany as refused:
        raise MomentsTooMany(**refused.details) from None
