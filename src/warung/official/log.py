"""The log of what happened at an account. What is written is told to listeners of `Happened` at once; who was away reads on."""

import secrets
from typing import Any

import msgspec

from warung.kit.clock import DAY, HOUR, SECOND
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, new_id
from warung.official import store_events, store_follows
from warung.official.model import Happened, Happening, Settings

PAGE = 100
SWEEP_EVERY = 500  # entries of one account
CHANCE_BITS = 20


def happen(tx: Tx, *, official: AccountId, kind: str, openid: str = "", entry: int | None = None, **fields: Any) -> int:
    """Write down what happened at an account, and return its number. `fields` are what is told beside type, openid and time."""
    body = msgspec.json.encode({"type": kind, "openid": openid, "at": tx.now, **fields})
    seq = store_events.append(tx, official=official, id=new_id(tx.now), kind=kind, openid=openid, entry=entry, body=body)
    if seq % SWEEP_EVERY == 0:
        store_events.forget(tx, official, tx.now - tx.settings(Settings).event_days * DAY)
    tx.emit(Happened(official, seq, kind, openid))
    return seq


def events(reader: Reader, *, official: AccountId, after: int = 0, limit: int = PAGE) -> list[Happening]:
    """Return what happened behind a number, in order. What is older than the server keeps is not there any more."""
    return store_events.after(reader, official, max(0, after), max(1, min(limit, PAGE)))


def last_event(reader: Reader, *, official: AccountId) -> int:
    """Return the number of the latest; 0 for none."""
    return store_events.last(reader, official)


def message_id(now: int) -> str:
    """Return the decimal text of a number of at most 63 bits that names a message to programs, which want one."""
    return str((now & (1 << 43) - 1) << CHANCE_BITS | secrets.randbits(CHANCE_BITS))


def widen(tx: Tx, openid: str, *, brief: bool) -> None:
    """Let a follower be answered, since they did something: for long when they wrote, else briefly."""
    settings = tx.settings(Settings)
    if brief:
        store_follows.open_window(tx, openid, tx.now + settings.brief_s * SECOND, settings.brief_replies)
    else:
        store_follows.open_window(tx, openid, tx.now + settings.reply_hours * HOUR, settings.replies)
