"""Tags of followers, for the account only: no follower sees them."""

from collections.abc import Sequence

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId
from warung.kit.text import bounded
from warung.official import consent, store_follows, store_tags
from warung.official.model import (
    NoSuchFollower,
    NoSuchTag,
    Settings,
    Tag,
    TagExists,
    TagNameTooLong,
    TagReserved,
    TooManyOfficialTags,
    TooManyTagsOnFollower,
)

STARRED = 2
RESERVED = frozenset({0, 1, STARRED})
FIRST = 100  # as in WeChat, whose programs take small numbers for reserved ones
TAGGED_AT_ONCE = 50


def add_tag(tx: Tx, *, official: AccountId, name: str) -> Tag:
    """Make a tag. Raises `TagExists`, `TagNameTooLong`, `TooManyOfficialTags`."""
    name = _name(tx, name)
    known = store_tags.names(tx, official)
    limit = tx.settings(Settings).tags
    if len(known) >= limit:
        raise TooManyOfficialTags(limit=limit)
    id = max([FIRST - 1, *known]) + 1
    if not store_tags.insert(tx, official, id, name):
        raise TagExists
    return Tag(id, name, 0)


def rename_tag(tx: Tx, *, official: AccountId, id: int, name: str) -> None:
    """Call a tag something else. Raises `NoSuchTag`, `TagReserved`, `TagExists`, `TagNameTooLong`."""
    name = _name(tx, name)
    known = _own(tx, official, id)
    if name in [other for at, other in known.items() if at != id]:
        raise TagExists
    store_tags.rename(tx, official, id, name)


def delete_tag(tx: Tx, *, official: AccountId, id: int) -> None:
    """Forget a tag and who had it. Raises `NoSuchTag`, `TagReserved`."""
    _own(tx, official, id)
    store_tags.delete(tx, official, id)


def tags(reader: Reader, *, official: AccountId) -> list[Tag]:
    """Return an account's tags, each with how many followers have it."""
    return store_tags.tags(reader, official)


def tag(tx: Tx, *, official: AccountId, id: int, openids: Sequence[str]) -> None:
    """Tag followers. Raises `NoSuchTag`, `NoSuchFollower`, `TooManyAtOnce`, `TooManyTagsOnFollower`; then nobody was tagged."""
    wanted = _tagging(tx, official, id, openids)
    limit = tx.settings(Settings).tags_each
    if wanted and store_tags.most_on_one(tx, official, wanted, id) >= limit:
        raise TooManyTagsOnFollower(limit=limit)
    store_tags.put(tx, official, id, wanted)


def untag(tx: Tx, *, official: AccountId, id: int, openids: Sequence[str]) -> None:
    """Take a tag from followers; who does not have it is left alone."""
    store_tags.take(tx, official, id, _tagging(tx, official, id, openids))


def tagged(reader: Reader, *, official: AccountId, id: int, after: str = "", limit: int = consent.PAGE) -> list[str]:
    """Return openids of followers who have a tag, behind one. Raises `NoSuchTag`."""
    _exists(reader, official, id)
    return store_tags.tagged(reader, official, id, after, max(1, min(limit, consent.PAGE)))


def tags_of(reader: Reader, *, official: AccountId, openid: str) -> tuple[int, ...]:
    """Return the tags of somebody. Raises `NoSuchFollower`."""
    known = store_follows.of_openid(reader, official, openid)
    if known is None:
        raise NoSuchFollower
    return known.tags


def _tagging(tx: Tx, official: AccountId, id: int, openids: Sequence[str]) -> list[str]:
    _exists(tx, official, id)
    return consent.known_all(tx, official, openids, TAGGED_AT_ONCE)


def _exists(reader: Reader, official: AccountId, id: int) -> None:
    if id != STARRED and id not in store_tags.names(reader, official):
        raise NoSuchTag


def _own(tx: Tx, official: AccountId, id: int) -> dict[int, str]:
    if id in RESERVED:
        raise TagReserved
    known = store_tags.names(tx, official)
    if id not in known:
        raise NoSuchTag
    return known


def _name(reader: Reader, name: str) -> str:
    limit = reader.settings(Settings).tag_bytes
    if len(name.encode()) > limit:
        raise TagNameTooLong(limit=limit)
    return bounded(name, limit=limit, empty=False)
