"""Reads what followers write: it becomes an entry of the account's log, it opens the window for answers, and it may be answered at once.

A durable follower of chat's log. What was edited or taken back later is changed here too.
"""

import contextlib
from collections.abc import Mapping
from typing import Any

import msgspec

from warung import chat, media
from warung.kit.card import Card
from warung.kit.db import Reader, Tx
from warung.kit.domain import Reach
from warung.kit.errors import Refusal
from warung.official import log, rules, serving, store, store_desk, store_events, store_follows
from warung.official.cards import Chosen
from warung.official.model import Follow

NAME = "official.inbox"


def follow(tx: Tx, most: int) -> bool:
    """Take in the next stretch of the log; True when there may be more."""
    news = chat.news(tx, NAME, limit=most)
    known = store_follows.of_conversations(tx, sorted({entry.conversation for entry in news}))
    heard = [entry for entry in news if (who := known.get(entry.conversation)) and (entry.ref is not None or entry.sender == who.account)]
    for entry in chat.entries(tx, heard):
        _took(tx, known[entry.conversation], entry)
    return len(news) == most


def reach(reader: Reader) -> Reach:
    """Return how far it has read the log."""
    return chat.reach(reader, NAME)


def _took(tx: Tx, who: Follow, entry: chat.Message) -> None:
    card = tx.cards.decode(entry.card)
    if entry.ref is not None:
        _changed(tx, who, entry, entry.ref, card)
    elif entry.sender == who.account and who.blocked_at is None and card.counts:
        _arrived(tx, who, entry, card)


def _arrived(tx: Tx, who: Follow, entry: chat.Message, card: Card) -> None:
    log.widen(tx, who.openid, brief=False)
    for kind, told in described(card, entry.card):
        message = {"id": log.message_id(tx.now), "seq": entry.seq, "at": entry.at, **told}
        log.happen(tx, official=who.official, kind=kind, openid=who.openid, entry=entry.seq, message=message)
    if serving.heard(tx, who, card.text(), entry):
        return
    kept = store.one(tx, who.official)
    if kept is None or kept.mode != "editor" or not who.follows or kept.closed_at is not None:
        return
    words = card.text() if isinstance(card, chat.Text | Chosen | media.LinkCard) else ""
    with contextlib.suppress(Refusal):  # nobody is there to be told, and what others wrote must not wait for it
        _answered(tx, who, card, words, entry)


def _answered(tx: Tx, who: Follow, card: Card, words: str, entry: chat.Message) -> None:
    if not (rules.by_keyword(tx, who, words, entry) or serving.knock(tx, who, card.text(), entry)):
        rules.otherwise(tx, who, entry)


def _changed(tx: Tx, who: Follow, entry: chat.Message, seq: int, card: Card) -> None:
    """Let what programs and the desk can read again say what the conversation says now, and tell them of it."""
    if not isinstance(card, chat.Recall | chat.Expiry | chat.Edit):
        return
    gone = not isinstance(card, chat.Edit)
    words = card.words if isinstance(card, chat.Edit) else ""
    store_desk.rewrite_record(tx, who.official, who.openid, seq, words)
    told = [(at, body, _message(body)) for at, body in store_events.of_entry(tx, who.openid, seq)]
    for at, body, message in told:
        kept = {name: value for name, value in message.items() if name in ("id", "seq", "at")} if gone else {**message, "text": words}
        store_events.rewrite(tx, who.official, at, msgspec.json.encode({**msgspec.json.decode(body), "message": kept}))
    if told and who.blocked_at is None and isinstance(card, chat.Recall | chat.Edit):
        said = {"ids": [message["id"] for _, _, message in told], "seq": seq} | ({} if gone else {"text": words})
        log.happen(tx, official=who.official, kind="message.recalled" if gone else "message.edited", openid=who.openid, message=said)


def described(card: Card, raw: msgspec.Raw) -> list[tuple[str, Mapping[str, Any]]]:
    """Return what programs are told of a card, by kind of event: one for each photo of several."""
    match card:
        case chat.Text():
            return [("message.text", {"text": card.text()})]
        case Chosen():
            return [("message.text", {"text": card.words, "choice": card.choice})]
        case media.Photo():
            shots = [{"blob": shot.blob, "width": shot.width, "height": shot.height} for shot in card.photos]
            return [("message.image", shot | ({"text": card.caption} if card.caption else {})) for shot in shots]
        case chat.Picture():
            return [("message.image", {"blob": card.blob, "width": card.width, "height": card.height})]
        case media.Voice():
            return [("message.voice", {"blob": card.blob, "duration_ms": card.duration_ms})]
        case media.Video():
            size = {"width": card.width, "height": card.height, "duration_ms": card.duration_ms, "bytes": card.size}
            return [("message.video", {"blob": card.blob, **size})]
        case chat.Location():
            place = {"latitude": card.latitude, "longitude": card.longitude}
            return [("message.location", {**place, "name": card.name, "address": card.address})]
        case media.LinkCard():
            return [("message.link", {"text": card.words, "title": card.title, "description": card.description, "url": card.url})]
        case media.File():
            return [("message.file", {"blob": card.blob, "name": card.name, "mime": card.mime, "bytes": card.size})]
    return [("message.other", {"card": raw, "text": card.text()})]


def _message(body: bytes) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(body)["message"]
    return found
