"""Reacting with a sticker: chat keeps a sign, `drawn:<name>` or `blob:<id>`, by which a client draws it; whether one may is asked here."""

from warung import chat
from warung.kit.db import Tx
from warung.kit.ids import AccountId, ConversationId
from warung.stickers import drawn, seeing, store, store_people
from warung.stickers.model import NoSuchSticker, PackNotBought, Sticker

OTHERWISE = "\N{FRAME WITH PICTURE}"


def react(tx: Tx, *, by: AccountId, conversation: ConversationId, seq: int, sign: str) -> chat.Message:
    """React with a sticker that one may send, or that somebody reacted with already; return the entry of the log that says so.

    Raises `NoSuchSticker`, `PackNotBought`, and what `chat.react` raises.
    """
    try:
        found = _usable(tx, by, sign)
    except (NoSuchSticker, PackNotBought):
        try:
            return chat.react(tx, by=by, conversation=conversation, seq=seq, emoji=sign)
        except chat.NotAnEmoji:
            pass  # it does not stand there: the first refusal says why it cannot
        raise
    entry = chat.react_with(tx, by=by, conversation=conversation, seq=seq, sign=sign, said=found.emoji or OTHERWISE, blob=found.blob)
    store_people.note_use(tx, by, found.id)
    return entry


def _usable(tx: Tx, by: AccountId, sign: str) -> Sticker:
    kind, _, name = sign.partition(":")
    if kind == "drawn":
        return seeing.usable(tx, by, f"{drawn.PACK.id}-{name}")
    id = store.sticker_of(tx, name) if kind == "blob" else None
    if id is None:
        raise NoSuchSticker
    return seeing.usable(tx, by, id)
