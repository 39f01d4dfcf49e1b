"""Drafts: what one is writing and has not sent, the same on all of one's devices. The last device to write wins."""

from typing import Any

import msgspec

from warung.chat import reading, store_own
from warung.chat.model import Mention, Settings
from warung.kit.bus import Event
from warung.kit.db import Reader, Tx
from warung.kit.errors import BadRequest
from warung.kit.ids import AccountId, ConversationId
from warung.kit.text import bounded

MENTIONS = 50


class DraftTooMuch(BadRequest):
    """A draft calls at most {limit} people."""


class Draft(msgspec.Struct, frozen=True, omit_defaults=True):
    """Words, what they answer, and whom they call. Empty: there is none any more."""

    text: str = ""
    reply: int | None = None
    mentions: tuple[Mention, ...] = ()


class KeptDraft(msgspec.Struct, frozen=True):
    """A draft, where it is and since when."""

    conversation: ConversationId
    at: int
    draft: Draft


class DraftChanged(Event, frozen=True, tag="chat.draft"):
    """I am writing something else, on some device of mine."""

    draft: KeptDraft


_decode: Any = msgspec.json.Decoder(Draft).decode


def keep(tx: Tx, *, by: AccountId, conversation: ConversationId, draft: Draft) -> KeptDraft:
    """Keep a draft for all devices; an empty one forgets it."""
    reading.membership(tx, by, conversation)
    bounded(draft.text, limit=2 * tx.settings(Settings).message_chars)
    if len(draft.mentions) > MENTIONS:
        raise DraftTooMuch(limit=MENTIONS)
    store_own.put_draft(tx, by, conversation, msgspec.json.encode(draft))
    kept = KeptDraft(conversation, tx.now, draft)
    tx.emit(DraftChanged(kept), [by])
    return kept


def drafts(reader: Reader, *, by: AccountId, since: int = 0) -> list[KeptDraft]:
    """Return the drafts that changed since a moment, with those that are empty now."""
    return [KeptDraft(conversation, at, _decode(body)) for conversation, body, at in store_own.drafts(reader, by, since)]
