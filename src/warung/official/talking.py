"""What an account says to one follower. Everything goes through `say`; programs and staff answer through `answer`, within the window."""

import msgspec

from warung import chat, media
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, Nonce
from warung.official import consent, registry, seats, store_desk, store_follows
from warung.official.cards import OfficialCard
from warung.official.model import Follow, FollowerBlocked, OutsideWindow, Settings, WindowUsedUp


class Window(msgspec.Struct, frozen=True):
    """Until when (milliseconds UTC) and how often yet a follower may be answered."""

    until: int
    left: int


def say(
    tx: Tx, *, official: AccountId, to: str, card: OfficialCard, nonce: Nonce, kf: str | None = None, by: AccountId | None = None
) -> chat.Message:
    """Put a card into a follower's conversation in the account's name. `kf` is the desk name of who wrote it, which the desk notes.

    The same nonce again returns the same message. Pictures and files are the account's own, or those of `by`, somebody of the staff.
    Raises `NoSuchFollower`, `NotFollowing`, `FollowerBlocked`, `BlobNotYours`, and what the card deserves.
    """
    known = reachable(tx, official, to)
    card.check()
    for blob in card.blobs():
        if media.owner_of(tx, blob) not in (official, by or official):
            raise media.BlobNotYours
    assert known.conversation is not None
    if kf is None:
        return chat.put(tx, by=official, to=known.conversation, card=card, nonce=nonce)
    seat = seats.named(tx, official, kf)
    if before := chat.once(tx, official, known.conversation, [nonce]):
        return before[0]
    signed = msgspec.structs.replace(card, why=f"desk:{seat.nick}")
    message = chat.put(tx, by=official, to=known.conversation, card=signed, nonce=nonce)
    store_desk.insert_record(tx, official, openid=to, kf=kf, sent=True, entry=message.seq, text=card.text())
    return message


def answer(
    tx: Tx, *, official: AccountId, to: str, card: OfficialCard, nonce: Nonce, kf: str | None = None, by: AccountId | None = None
) -> chat.Message:
    """Say something to a follower who wrote or did something lately. Raises `OutsideWindow`, `WindowUsedUp`, and what `say` raises."""
    known = reachable(tx, official, to)
    assert known.conversation is not None
    if before := chat.once(tx, official, known.conversation, [nonce]):
        return before[0]
    if not store_follows.spend_window(tx, known.openid):
        if known.window_until < tx.now:
            raise OutsideWindow(hours=tx.settings(Settings).reply_hours)
        raise WindowUsedUp
    return say(tx, official=official, to=to, card=card, nonce=nonce, kf=kf, by=by)


def typing(reader: Reader, *, official: AccountId, to: str) -> None:
    """Show a follower that somebody writes to them. Nothing is stored."""
    known = reachable(reader, official, to)
    assert known.conversation is not None
    chat.show_typing(reader, by=official, conversation=known.conversation)


def reply_window(reader: Reader, *, official: AccountId, openid: str) -> Window:
    """Return until when and how often a follower may be answered; nothing is left when that is over."""
    known = consent.required(reader, official, openid)
    return Window(known.window_until, known.window_left if known.window_until >= reader.now else 0)


def reachable(reader: Reader, official: AccountId, openid: str) -> Follow:
    """Return a follower to whom an open account may write.

    Raises `OfficialNotFound`, `NoSuchFollower`, `NotFollowing`, `FollowerBlocked`.
    """
    registry.still_open(reader, official)
    known = consent.required(reader, official, openid)
    if known.blocked_at is not None:
        raise FollowerBlocked
    return known
