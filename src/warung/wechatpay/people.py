"""Who is meant by an appid and an openid: the official accounts and mini-apps of this place, and the people they know."""

from warung import apps, official
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, ConversationId


def owner(reader: Reader, appid: str) -> AccountId | None:
    """Return who owns an appid, while it is open."""
    found = official.by_appid(reader, appid) or apps.by_appid(reader, appid)
    return found.owner if found and found.closed_at is None else None


def is_test(reader: Reader, appid: str) -> bool:
    """Is this an account for tests, or an app of one? The programs of such may act for those whom they know."""
    found = official.by_appid(reader, appid)
    app = None if found else apps.by_appid(reader, appid)
    if app is not None and app.official is not None:
        found = official.official(reader, app.official)
    return found is not None and found.is_test


def account(reader: Reader, appid: str, openid: str) -> AccountId | None:
    """Return whom an appid knows by an openid; None where it knows nobody so."""
    found = official.by_appid(reader, appid)
    if found is not None and found.closed_at is None:
        known = official.follower(reader, official=found.id, openid=openid)
        return known.account if known else None
    app = apps.by_appid(reader, appid)
    if app is None or app.closed_at is not None:
        return None
    try:
        return apps.user(reader, app=app, openid=openid).account
    except apps.NoSuchUser:
        return None


def openid(tx: Tx, appid: str, who: AccountId) -> str:
    """Return the openid by which an appid knows somebody; empty where it cannot know them: they never signed in to the app."""
    found = official.by_appid(tx, appid)
    if found is not None:
        return official.openid(tx, official=found.id, account=who)
    app = apps.by_appid(tx, appid)
    user = apps.user_of(tx, app=app, account=who) if app else None
    return user.openid if user else ""


def conversation(reader: Reader, appid: str, openid: str) -> tuple[AccountId, ConversationId] | None:
    """Return who speaks for an appid and where it may speak to somebody: None where they do not follow it."""
    found = official.by_appid(reader, appid)
    known = official.follower(reader, official=found.id, openid=openid) if found and found.closed_at is None else None
    if found is None or known is None or known.conversation is None or not known.follows or known.blocked_at is not None:
        return None
    return found.id, known.conversation
