"""Reading moments: the feed, one person's, a single one. A page costs the same however much there is."""

import heapq
from collections.abc import Sequence

from warung import contacts
from warung.kit.db import Reader
from warung.kit.ids import AccountId, BlobId
from warung.moments import sight, store, store_people
from warung.moments.model import Comment, Feed, Kept, Moment, One, Person
from warung.moments.sight import Company, Sight

PAGE = 20
AHEAD = 8  # of one person's moments that are read at once
NEWEST = "~"  # after every id


def feed(reader: Reader, *, by: AccountId, before: str | None = None) -> Feed:
    """Return a page of what one's contacts and oneself posted, newest first."""
    tired = {hidden.account for hidden in store_people.hidden_by(reader, by) if hidden.theirs}
    authors = [other for other in contacts.bonds_of(reader, by) if other not in tired]
    return _page(reader, by, [*authors, by], before, cover_of=by)


def feed_of(reader: Reader, *, by: AccountId, of: AccountId, before: str | None = None) -> Feed:
    """Return a page of what one person posted. Of strangers, and of nobody, it is empty."""
    return _page(reader, by, [of], before, cover_of=of)


def one(reader: Reader, *, by: AccountId, id: str) -> One:
    """Return a moment. Raises `NoSuchMoment`."""
    (moment,) = shown(reader, by, [sight.seen(reader, by, id)])
    return One(moment, people_in(reader, by, [moment]))


def news(reader: Reader, *, by: AccountId) -> AccountId | None:
    """Return who posted the newest moment that one has not been shown; None where all was."""
    tired = {hidden.account for hidden in store_people.hidden_by(reader, by) if hidden.theirs}
    authors = [other for other in contacts.bonds_of(reader, by) if other not in tired]
    looking = Sight(reader, by, authors)
    looked = looking.people.get(by, Person(by)).looked
    newer = [each for each in authors if looking.knows(each) and looking.people.get(each, Person(each)).last > looked]
    newest = next(iter(_newest(reader, looking, newer, NEWEST, 1)), None)
    return newest.author if newest is not None and newest.id > looked else None


def _page(reader: Reader, by: AccountId, authors: Sequence[AccountId], before: str | None, cover_of: AccountId) -> Feed:
    looking = Sight(reader, by, authors)
    found = _newest(reader, looking, [each for each in authors if looking.knows(each)], before or NEWEST, PAGE + 1)
    moments = shown(reader, by, found[:PAGE])
    cover: BlobId | None = looking.people.get(cover_of, Person(cover_of)).cover if looking.knows(cover_of) else None
    return Feed(moments, people_in(reader, by, moments), found[PAGE - 1].id if len(found) > PAGE else None, cover)


def _newest(reader: Reader, looking: Sight, authors: Sequence[AccountId], before: str, limit: int) -> list[Kept]:
    """Return the newest moments that are seen, merged over their authors: only as much of each is read as is needed.

    The heap holds, per author, the id that nothing unread of theirs is above. What one may not see costs its reading and leaves no
    trace: a page that stopped early because of it would tell that it exists.
    """
    bounds = [(min(before, person.last + NEWEST), person.account) for person in looking.people.values() if person.last]
    heap = [(_turned(bound), bound, author, False) for bound, author in bounds if author in set(authors)]
    heapq.heapify(heap)
    waiting: dict[AccountId, list[Kept]] = {}
    found: list[Kept] = []
    while heap and len(found) < limit:
        _, bound, author, exact = heapq.heappop(heap)
        if exact:
            moment = waiting[author].pop(0)
            if looking.sees(moment):
                found.append(moment)
            bound = moment.id
        if not waiting.get(author):
            waiting[author] = store.newest_of(reader, author, bound, AHEAD)
        if waiting[author] and waiting[author][0].at >= looking.since(author):
            first = waiting[author][0].id
            heapq.heappush(heap, (_turned(first), first, author, True))
    return found


def _turned(id: str) -> tuple[int, ...]:
    """Return a key by which the newest id comes first."""
    return tuple(-ord(letter) for letter in id)


def shown(reader: Reader, by: AccountId, moments: Sequence[Kept]) -> list[Moment]:
    """Return moments that `by` may see, with what of the likes and comments is for them."""
    ids = [moment.id for moment in moments]
    authors = {moment.id: moment.author for moment in moments}
    likes, comments = store.likes(reader, ids), store.comments(reader, ids)
    those = {who for _, who in likes} | {one.account for one in comments} | {one.answers for one in comments if one.answers}
    company = Company(reader, by, authors.values(), those)
    liked: dict[str, list[AccountId]] = {id: [] for id in ids}
    said: dict[str, list[Comment]] = {id: [] for id in ids}
    for id, who in likes:
        if company.sees(authors[id], who):
            liked[id].append(who)
    for one in comments:
        if company.sees(authors[one.moment], one.account):
            to = one.answers if one.answers and company.knows(authors[one.moment], one.answers) else None
            said[one.moment].append(Comment(one.id, one.account, to, one.words, one.at))
    return [
        Moment(
            id=moment.id,
            author=moment.author,
            text=moment.words,
            pictures=moment.pictures,
            video=moment.video,
            link=moment.link,
            place=moment.place,
            circle=moment.circle if moment.author == by else None,
            at=moment.at,
            likes=liked[moment.id],
            liked=by in liked[moment.id],
            comments=said[moment.id],
        )
        for moment in moments
    ]


def people_in(reader: Reader, by: AccountId, moments: Sequence[Moment]) -> list[contacts.Person]:
    """Return everybody who is named in moments, as `by` may see them."""
    named: dict[AccountId, None] = {}
    for moment in moments:
        named |= dict.fromkeys([moment.author, *moment.likes])
        named |= dict.fromkeys([who for one in moment.comments for who in (one.account, one.to) if who])
    return list(contacts.people(reader, by, named).values())
