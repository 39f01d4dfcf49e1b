"""Following: consent with its date and source, an id that says nothing of the person, and a conversation of the two."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence

from warung import accounts
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId
from warung.kit.text import bounded
from warung.official import registry, store, store_follows
from warung.official.model import (
    Face,
    Follow,
    Following,
    NoSuchFollower,
    NotFollowing,
    Official,
    OfficialNotFound,
    OfficialPage,
    Settings,
    TooManyAtOnce,
)

CONVERSATION = "official"  # the kind of conversation of an account and a follower
PAGE = 10_000
BLOCKED_AT_ONCE = 20


def find(reader: Reader, *, by: AccountId, name: str) -> OfficialPage:
    """Return the page of the account with exactly this handle or this name. There is no list of them. Raises `OfficialNotFound`."""
    kept = store.by_name(reader, registry.name_key(name))
    if kept is None:
        profile = accounts.by_handle(reader, name.removeprefix("@"), person=False)
        if profile is None:
            raise OfficialNotFound
        kept = registry.still_open(reader, profile.id)
    return page(reader, by=by, official=kept.id)


def page(reader: Reader, *, by: AccountId, official: AccountId) -> OfficialPage:
    """Return what anybody sees of an account, and what is between it and `by`. Raises `OfficialNotFound`."""
    seen = registry.official(reader, official)
    known = store_follows.of_account(reader, official, by)
    follows = known is not None and known.follows
    return OfficialPage(
        official=face(seen),
        following=follows,
        followed_at=known.followed_at if known and follows else None,
        source=known.source if known and follows else None,
        conversation=known.conversation if known else None,
        role=store.role(reader, official, by),
    )


def face(official: Official) -> Face:
    """Return what everybody may see."""
    return Face(
        id=official.id,
        kind=official.kind,
        handle=official.handle,
        name=official.name,
        avatar=official.avatar,
        intro=official.intro,
        verified_name=official.verified_name,
        is_test=official.is_test,
        created_at=official.created_at,
    )


def following(reader: Reader, *, by: AccountId) -> list[Following]:
    """Return what one follows, since when and how that came about, the newest first."""
    follows = store_follows.followed_by(reader, by)
    known = {each.id: each for each in registry.whole(reader, store.some(reader, [each.official for each in follows]))}
    return [
        Following(face(known[each.official]), each.followed_at, each.source, each.scene, each.conversation)
        for each in follows
        if each.followed_at is not None and each.conversation is not None and known[each.official].closed_at is None
    ]


def openid(tx: Tx, *, official: AccountId, account: AccountId) -> str:
    """Return the id by which an account knows a person, made at the first call; they need not follow it."""
    return acquaint(tx, official, account).openid


def follower(reader: Reader, *, official: AccountId, openid: str) -> Follow | None:
    """Return whom an account knows by an openid, whether they follow or not."""
    return store_follows.of_openid(reader, official, openid)


def followers_by(reader: Reader, *, official: AccountId, openids: Sequence[str]) -> list[Follow]:
    """Return those whom an account knows by one of these openids."""
    return store_follows.of_openids(reader, official, openids)


def follower_of(reader: Reader, *, official: AccountId, account: AccountId) -> Follow | None:
    """Return how an account knows a person."""
    return store_follows.of_account(reader, official, account)


def followers(reader: Reader, *, official: AccountId, after: str = "", limit: int = PAGE) -> list[str]:
    """Return openids of those who follow, behind one, in their order."""
    return store_follows.followers(reader, official, after, max(1, min(limit, PAGE)))


def count_followers(reader: Reader, *, official: AccountId) -> int:
    """Return how many follow."""
    return store_follows.count_followers(reader, official)


def union_id(reader: Reader, *, owner: AccountId, account: AccountId) -> str:
    """Return the id of a person that is the same for everything of one owner, and differs for every other owner."""
    key = store.owner_key(reader, owner)
    if key is None:
        raise OfficialNotFound
    made = hmac.new(key, account.encode(), hashlib.sha256).digest()
    return "o" + base64.urlsafe_b64encode(made).decode()[:27]


def keep_owner(tx: Tx, *, owner: AccountId) -> None:
    """Make what union ids of an owner are made from, if it is not there: for whoever registers something else than an official account."""
    store.keep_owner_key(tx, owner, secrets.token_bytes(32))


def set_remark(tx: Tx, *, official: AccountId, openid: str, remark: str) -> None:
    """Keep what an account calls a follower. Raises `NotFollowing`, `NoSuchFollower`."""
    known = required(tx, official, openid)
    store_follows.set_remark(tx, known.openid, bounded(remark, limit=tx.settings(Settings).remark_chars))


def block(tx: Tx, *, official: AccountId, openids: Sequence[str]) -> None:
    """Hear nothing more of some. They are not told: what they write is theirs to see only, and nothing of the account arrives."""
    _set_blocked(tx, official, openids, tx.now)


def unblock(tx: Tx, *, official: AccountId, openids: Sequence[str]) -> None:
    """Hear some again."""
    _set_blocked(tx, official, openids, None)


def blocked(reader: Reader, *, official: AccountId, after: str = "", limit: int = PAGE) -> list[str]:
    """Return openids that an account has blocked, behind one."""
    return store_follows.blocked(reader, official, after, max(1, min(limit, PAGE)))


def count_blocked(reader: Reader, *, official: AccountId) -> int:
    """Return how many an account has blocked."""
    return store_follows.count_blocked(reader, official)


def required(reader: Reader, official: AccountId, openid: str) -> Follow:
    """Return somebody who follows. Raises `NoSuchFollower` for an openid that the account does not know, `NotFollowing`."""
    known = store_follows.of_openid(reader, official, openid)
    if known is None:
        raise NoSuchFollower
    if not known.follows:
        raise NotFollowing
    return known


def known_all(reader: Reader, official: AccountId, openids: Iterable[str], limit: int) -> list[str]:
    """Return these openids, each once. Raises `TooManyAtOnce`; `NoSuchFollower` where the account does not know one of them."""
    wanted = list(dict.fromkeys(openids))
    if len(wanted) > limit:
        raise TooManyAtOnce(limit=limit)
    if len(store_follows.of_openids(reader, official, wanted)) < len(wanted):
        raise NoSuchFollower
    return wanted


def _set_blocked(tx: Tx, official: AccountId, openids: Sequence[str], at: int | None) -> None:
    wanted = known_all(tx, official, openids, BLOCKED_AT_ONCE)
    if wanted:
        store_follows.set_blocked(tx, wanted, at)


def acquaint(tx: Tx, official: AccountId, account: AccountId) -> Follow:
    """Return how an account knows a person, from now on if it did not."""
    found = store_follows.of_account(tx, official, account)
    if found is None:
        store_follows.insert(tx, {"official": official, "account": account, "openid": "o" + secrets.token_urlsafe(20)})
        found = store_follows.of_account(tx, official, account)
    assert found is not None
    return found
