"""The desk: followers wait, somebody takes the case, hands it over, closes it. What is said meanwhile is noted."""

from typing import Any

import msgspec

from warung import chat
from warung.kit.clock import MINUTE
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, Nonce, new_id
from warung.kit.text import bounded
from warung.official import consent, log, registry, seats, store_desk, talking
from warung.official.cards import OfficialCard, Words
from warung.official.desk_model import (
    DeskMessage,
    DeskNotPossible,
    DeskSession,
    DeskSettings,
    InSession,
    Kf,
    KfOffline,
    NoSuchSession,
    NotYourSession,
    Record,
)
from warung.official.model import Follow

DAY_MIN = 24 * 60
TEXT_CHARS = 300  # what the desk says by itself
WAITING = 500
RECORDS = 10_000
PAGE = 50
DESK = "desk"  # why a message came that nobody in particular of the desk wrote
_decode: Any = msgspec.json.Decoder(DeskSettings).decode


def set_desk(tx: Tx, *, official: AccountId, settings: DeskSettings) -> DeskSettings:
    """Set a desk up. Raises `DeskNotPossible`."""
    registry.still_open(tx, official)
    for text in (settings.greeting, settings.closed):
        bounded(text, limit=TEXT_CHARS)
    hours = [day for day in settings.days if day is not None]
    if len(settings.days) not in (0, 7) or abs(settings.offset_min) > 18 * 60:
        raise DeskNotPossible
    if any(not 0 <= day.opens_min < day.closes_min <= DAY_MIN for day in hours):
        raise DeskNotPossible
    store_desk.put_settings(tx, official, msgspec.json.encode(settings))
    return settings


def desk(reader: Reader, *, official: AccountId) -> DeskSettings:
    """Return how a desk works."""
    kept = store_desk.settings(reader, official)
    found: DeskSettings = _decode(kept) if kept is not None else DeskSettings()
    return found


def is_open(settings: DeskSettings, now: int) -> bool:
    """Is somebody to be expected there now?"""
    if not settings.days:
        return True
    minutes = now // MINUTE + settings.offset_min
    today = settings.days[(minutes // DAY_MIN + 3) % 7]  # the first day of 1970 was a Thursday
    return today is not None and today.opens_min <= minutes % DAY_MIN < today.closes_min


def heard(tx: Tx, who: Follow, text: str, entry: chat.Message) -> bool:
    """Bring what a follower said to whoever serves them; False when they are not at the desk."""
    session = store_desk.session(tx, who.official, who.openid)
    if session is None:
        return False
    store_desk.heard(tx, session.id)
    _note(tx, who, session.kf, text, entry)
    return True


def knock(tx: Tx, who: Follow, text: str, entry: chat.Message) -> bool:
    """Let a follower whom no rule answered wait at the desk, or tell them that it is closed; False where there is none."""
    settings = desk(tx, official=who.official)
    if not settings.on:
        return False
    if is_open(settings, tx.now):
        session = _began(tx, who, _free(tx, who.official))
        _note(tx, who, session.kf, text, entry)
    said = settings.greeting if is_open(settings, tx.now) else settings.closed
    if said:
        nonce = Nonce(f"desk-{entry.conversation}-{entry.seq}"[-40:])
        talking.say(tx, official=who.official, to=who.openid, card=Words(words=said, why=DESK), nonce=nonce)
    return True


def open_session(tx: Tx, *, official: AccountId, openid: str, kf: str | None = None) -> DeskSession:
    """Bring a follower to the desk, to somebody there or to whoever is free. For programs.

    Raises `NoSuchKf`, `KfOffline`, `InSession` when somebody else serves them already.
    """
    who = consent.required(tx, official, openid)
    seat = None if kf is None else seats.named(tx, official, kf)
    if seat is not None and not seat.online:
        raise KfOffline
    known = store_desk.session(tx, official, openid)
    if known is None:
        return _began(tx, who, seat or _free(tx, official))
    if seat is not None and known.kf is None:
        _assigned(tx, official, known, seat)
    elif seat is not None and known.kf != seat.kf:
        raise InSession
    return _session(tx, official, openid)


def close_session(tx: Tx, *, official: AccountId, openid: str, kf: str | None = None) -> None:
    """End a case, of this one if somebody is named. Raises `NoSuchSession`."""
    known = _session(tx, official, openid)
    if kf is not None and known.kf != kf:
        raise NoSuchSession
    store_desk.close_session(tx, known.id)
    log.happen(tx, official=official, kind="desk.closed", openid=openid, kf=known.kf or "")
    seats.tell(tx, official, openid)
    _call_next(tx, official)


def session(reader: Reader, *, official: AccountId, openid: str) -> DeskSession | None:
    """Return the open case of a follower."""
    return store_desk.session(reader, official, openid)


def sessions(reader: Reader, *, official: AccountId) -> list[DeskSession]:
    """Return all open cases, who has waited longest first; without `kf` are those who wait."""
    return store_desk.sessions(reader, official, WAITING)


def records(reader: Reader, *, official: AccountId, since: int, until: int, after: int = 0, limit: int = RECORDS) -> list[Record]:
    """Return what was said at the desk in a period behind a number, in order."""
    return store_desk.records(reader, official, since=since, until=until, after=after, limit=max(1, min(limit, RECORDS)))


def sit(tx: Tx, *, by: AccountId, official: AccountId, online: bool, takes: int = 0, nick: str | None = None) -> Kf:
    """Sit down at the desk of an account that one works with, or leave it; up to `takes` of those who wait come at once."""
    seat = seats.sit(tx, by=by, official=official, online=online, takes=takes, nick=nick)
    _call_next(tx, official)
    return seat


def take(tx: Tx, *, by: AccountId, official: AccountId, openid: str) -> DeskSession:
    """Serve a follower who waits or whose case somebody left, or begin to talk to another. Raises `InSession` where others do."""
    seat = seat_of(tx, by, official)
    known = store_desk.session(tx, official, openid)
    if known is None:
        return _began(tx, consent.required(tx, official, openid), seat)
    if known.kf not in (None, seat.kf) and seats.named(tx, official, known.kf).online:
        raise InSession
    if known.kf != seat.kf:
        _assigned(tx, official, known, seat)
    return _session(tx, official, openid)


def hand_over(tx: Tx, *, by: AccountId, official: AccountId, openid: str, kf: str | None) -> DeskSession:
    """Give a case of one's own to somebody else, or back to those who wait. Raises `NotYourSession`, `NoSuchKf`, `KfOffline`."""
    mine = _own(tx, by, official, openid)
    seat = None if kf is None else seats.named(tx, official, kf)
    if seat is not None and not seat.online:
        raise KfOffline
    store_desk.assign(tx, mine.id, None if seat is None else seat.kf)
    if seat is not None:
        parties: Any = {"from": mine.kf or "", "to": seat.kf}  # `from` is no name of Python's
        log.happen(tx, official=official, kind="desk.handed_over", openid=openid, **parties)
    seats.tell(tx, official, openid)
    return _session(tx, official, openid)


def finish(tx: Tx, *, by: AccountId, official: AccountId, openid: str) -> None:
    """End a case of one's own. Raises `NotYourSession`."""
    mine = _own(tx, by, official, openid)
    close_session(tx, official=official, openid=openid, kf=mine.kf)


def reply(tx: Tx, *, by: AccountId, official: AccountId, openid: str, card: OfficialCard, nonce: Nonce) -> chat.Message:
    """Answer a follower whom one serves, in the account's name. Raises `NotYourSession`, and what `answer` raises."""
    mine = _own(tx, by, official, openid)
    message = talking.answer(tx, official=official, to=openid, card=card, nonce=nonce, kf=mine.kf, by=by)
    seats.tell(tx, official, openid)
    return message


def view(reader: Reader, *, by: AccountId, official: AccountId, openid: str, before: int | None = None) -> list[DeskMessage]:
    """Return a page of a follower's conversation with the account, oldest first, without who the follower is."""
    registry.worked_with(reader, by, official, registry.EVERY)
    known = consent.required(reader, official, openid)
    if known.conversation is None:
        return []
    page = chat.history(reader, by=official, id=known.conversation, before=before, after=None, around=None, limit=PAGE)
    return [DeskMessage(each.seq, each.at, each.sender == official, each.card, each.ref) for each in page.messages]


def seat_of(tx: Tx, by: AccountId, official: AccountId) -> Kf:
    """Return the seat of somebody who works with an account; whoever has none sits down."""
    registry.worked_with(tx, by, official, registry.EVERY)
    mine = store_desk.kf_of(tx, official, by)
    return mine if mine is not None else seats.sit(tx, by=by, official=official, online=True)


def _own(tx: Tx, by: AccountId, official: AccountId, openid: str) -> DeskSession:
    seat = seat_of(tx, by, official)
    known = store_desk.session(tx, official, openid)
    if known is None or known.kf != seat.kf:
        raise NotYourSession
    return known


def _session(reader: Reader, official: AccountId, openid: str) -> DeskSession:
    known = store_desk.session(reader, official, openid)
    if known is None:
        raise NoSuchSession
    return known


def _call_next(tx: Tx, official: AccountId) -> None:
    """Give those who wait to whoever takes cases by themselves, as far as these go."""
    for waiting in store_desk.sessions(tx, official, WAITING):
        if waiting.kf is None:
            if (seat := _free(tx, official)) is None:
                return
            _assigned(tx, official, waiting, seat)


def _free(reader: Reader, official: AccountId) -> Kf | None:
    """Return who takes the next case by themselves: whoever serves the fewest."""
    load = store_desk.load(reader, official)
    free = [seat for seat in store_desk.kfs(reader, official) if seat.online and load.get(seat.kf, 0) < seat.takes]
    return min(free, key=lambda seat: load.get(seat.kf, 0), default=None)


def _began(tx: Tx, who: Follow, seat: Kf | None) -> DeskSession:
    made = DeskSession(new_id(tx.now), who.openid, None, tx.now, tx.now, None)
    store_desk.insert_session(tx, who.official, made)
    if seat is not None:
        _assigned(tx, who.official, made, seat)
    else:
        log.happen(tx, official=who.official, kind="desk.waiting", openid=who.openid)
        seats.tell(tx, who.official, who.openid)
    return _session(tx, who.official, who.openid)


def _assigned(tx: Tx, official: AccountId, known: DeskSession, seat: Kf) -> None:
    store_desk.assign(tx, known.id, seat.kf)
    log.happen(tx, official=official, kind="desk.opened", openid=known.openid, kf=seat.kf)
    seats.tell(tx, official, known.openid)


def _note(tx: Tx, who: Follow, kf: str | None, text: str, entry: chat.Message) -> None:
    store_desk.insert_record(tx, who.official, openid=who.openid, kf=kf or "", sent=False, entry=entry.seq, text=text)
    seats.tell(tx, who.official, who.openid)
