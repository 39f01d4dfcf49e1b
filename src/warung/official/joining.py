"""Coming and going: the moment in which somebody begins to follow an account, and that in which they stop."""

from warung import chat
from warung.kit.db import Tx
from warung.kit.ids import AccountId
from warung.kit.text import bounded
from warung.official import consent, log, registry, rules, store_desk, store_follows
from warung.official.model import Follow, FollowingChanged, Source

SCENE_CHARS = 64


def follow(tx: Tx, *, by: AccountId, official: AccountId, source: Source = "ADD_SCENE_OTHERS", scene: str = "", ticket: str = "") -> Follow:
    """Follow an account: it may write to `by` from now on. Where that came from is kept with the date. Again is the same as once.

    The account may greet. Raises `OfficialNotFound`.
    """
    kept = registry.still_open(tx, official)
    known = consent.acquaint(tx, official, by)
    if known.follows:
        return known
    bounded(scene, limit=SCENE_CHARS)
    conversation = chat.open_between(tx, kind=consent.CONVERSATION, members=[by, kept.id])
    row = {"official": kept.id, "account": by, "conversation": conversation, "source": source, "scene": scene, "ticket": ticket}
    store_follows.begin(tx, row | {"now": tx.now})
    log.widen(tx, known.openid, brief=True)
    log.happen(tx, official=kept.id, kind="follow", openid=known.openid, source=source, scene=scene, ticket=ticket)
    tx.emit(FollowingChanged(), [by])
    begun = consent.acquaint(tx, official, by)
    if begun.blocked_at is None:
        rules.greet(tx, begun)
    return begun


def unfollow(tx: Tx, *, by: AccountId, official: AccountId) -> None:
    """Take the consent back: nothing of the account arrives any more; what is there can be read. Without following nothing happens."""
    known = store_follows.of_account(tx, official, by)
    if known is None or not known.follows or known.conversation is None:
        return
    store_follows.end(tx, official, by)
    if (session := store_desk.session(tx, official, known.openid)) is not None:
        store_desk.close_session(tx, session.id)
    chat.close(tx, conversation=known.conversation)
    log.happen(tx, official=official, kind="unfollow", openid=known.openid)
    tx.emit(FollowingChanged(), [by])
