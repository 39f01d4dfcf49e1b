"""What one decides about one's moments: how long they are seen, the cover, who is left out; and what one was told."""

from warung import contacts, media
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, BlobId
from warung.moments import feed, sight, store, store_people
from warung.moments.model import WINDOWS, Mine, MomentNews, MomentNotice, NoSuchWindow, Noticed, Notices, Person
from warung.moments.sight import Company, Sight

LAST = 50  # notices


def mine(reader: Reader, *, by: AccountId) -> Mine:
    """Return what one decided."""
    person = store_people.people(reader, [by]).get(by, Person(by))
    return Mine(person.window_days, person.cover, store_people.hidden_by(reader, by))


def set_window(tx: Tx, *, by: AccountId, days: int) -> None:
    """Show others what is at most so many days old; 0 is everything. Raises `NoSuchWindow`."""
    if days not in WINDOWS:
        raise NoSuchWindow
    store_people.set_person(tx, by, window_days=days)


def set_cover(tx: Tx, *, by: AccountId, blob: BlobId | None) -> None:
    """Show a picture of one's own above one's moments, or none. Raises `BlobNotYours`."""
    old = mine(tx, by=by).cover
    if blob == old:
        return
    if blob is not None:
        kept = media.described(tx, [blob]).get(blob)
        if kept is None or kept.kind != "picture":
            raise media.BlobNotYours
        media.grant(tx, blob, holder=sight.COVER_HOLDER, name=by, item=0, by=by)
    if old is not None:
        media.release(tx, old, holder=sight.COVER_HOLDER, name=by, item=0)
    store_people.set_person(tx, by, cover=blob)


def hide(tx: Tx, *, by: AccountId, other: AccountId, mine: bool, theirs: bool) -> None:
    """Decide that somebody is not shown one's own moments, or that one is not shown theirs. They are not told.

    Raises `PersonNotFound` for anyone one does not know. Taking it back is possible for every id: the answer says nothing of whose it is.
    """
    if by == other:
        raise contacts.PersonNotFound
    if mine or theirs:
        contacts.person(tx, by=by, id=other)
    store_people.hide(tx, by, other, mine, theirs)


def notices(reader: Reader, *, by: AccountId) -> Notices:
    """Return the last of what one was told, as far as it may still be known."""
    rows = store_people.notices(reader, by, LAST)
    moments = store.moments(reader, list({moment for _, moment, *_ in rows}))
    looking = Sight(reader, by, {moment.author for moment in moments.values()})
    company = Company(reader, by, {moment.author for moment in moments.values()}, {actor for _, _, actor, *_ in rows})
    said = {one.id: one.words for one in store.comments(reader, list(moments))}
    seen = store_people.people(reader, [by]).get(by, Person(by)).seen
    told = []
    for id, moment_id, actor, comment, at in rows:
        moment = moments.get(moment_id)
        if moment is None or not looking.sees(moment) or not company.sees(moment.author, actor):
            continue
        picture = next(iter(moment.blobs()), None)
        told.append(MomentNotice(id, moment_id, actor, said.get(comment, ""), comment, picture, moment.words[:80], at))
    people = contacts.people(reader, by, [notice.actor for notice in told])
    return Notices(told, sum(notice.id > seen for notice in told), list(people.values()))


def news(reader: Reader, *, by: AccountId) -> MomentNews:
    """Return what is new for `by`."""
    return MomentNews(notices(reader, by=by).unseen, feed.news(reader, by=by))


def note_looked(tx: Tx, *, by: AccountId, upto: str) -> None:
    """Note that one was shown moments up to this one, which one sees; it never goes back. Raises `NoSuchMoment`."""
    sight.seen(tx, by, upto)
    if upto > store_people.people(tx, [by]).get(by, Person(by)).looked:
        store_people.set_person(tx, by, looked=upto)
        tx.emit(Noticed(), [by])


def note_seen(tx: Tx, *, by: AccountId, upto: str) -> None:
    """Note that one has read the notices up to this one; it never goes back."""
    person = store_people.people(tx, [by]).get(by, Person(by))
    ids = [id for id, *_ in store_people.notices(tx, by, LAST)]
    if upto in ids and upto > person.seen:
        store_people.set_person(tx, by, seen=upto)
        tx.emit(Noticed(), [by])
