"""Who is meant by an appid and an openid: the official accounts of this place, and the people they know."""

from warung import official
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, ConversationId


def owner(reader: Reader, appid: str) -> AccountId | None:
    """Return who owns an appid, while it is open."""
    found = official.by_appid(reader, appid)
    return found.owner if found and found.closed_at is None else None


def is_test(reader: Reader, appid: str) -> bool:
    """Is this an account for tests, whose programs may act for its followers?"""
    found = official.by_appid(reader, appid)
    return found is not None and found.is_test


def account(reader: Reader, appid: str, openid: str) -> AccountId | None:
    """Return whom an appid knows by an openid; None where it knows nobody so."""
    found = official.by_appid(reader, appid)
    known = official.follower(reader, official=found.id, openid=openid) if found and found.closed_at is None else None
    return known.account if known else None


def openid(tx: Tx, appid: str, who: AccountId) -> str:
    """Return the openid by which an appid knows somebody, made at the first call; empty where there is no such appid any more."""
    found = official.by_appid(tx, appid)
    return official.openid(tx, official=found.id, account=who) if found else ""


def conversation(reader: Reader, appid: str, openid: str) -> tuple[AccountId, ConversationId] | None:
    """Return who speaks for an appid and where it may speak to somebody: None where they do not follow it."""
    found = official.by_appid(reader, appid)
    known = official.follower(reader, official=found.id, openid=openid) if found and found.closed_at is None else None
    if found is None or known is None or known.conversation is None or not known.follows or known.blocked_at is not None:
        return None
    return found.id, known.conversation
