"""The path of a message through chat: check, number, insert; and taking one back. Verbs speak in sets: one is a set of one."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from warung import accounts, media
from warung.chat import reading, store
from warung.chat.model import (
    EVERYONE,
    Arrived,
    BadNonce,
    CursorMoved,
    Entry,
    Expire,
    Message,
    MessageTooLong,
    MoveCursor,
    NonceReused,
    NoSuchMessage,
    NotAMember,
    Send,
    Sent,
    Settings,
    Text,
)
from warung.chat.rooms import Room, rooms
from warung.kit.card import Card
from warung.kit.db import Tx
from warung.kit.errors import NotAllowed, Refusal
from warung.kit.ids import NONCE, AccountId, ConversationId, Identity, Nonce, Seq, SessionId

encode = msgspec.json.encode
CHANGED = re.compile(rb'\A{"type":"chat\.(recalled|expired)"|,"edited":\d+}\Z')  # what the server made of a card since
HOLDER = media.CONVERSATION_HOLDER  # what media calls a conversation that carries a blob
SEEN_HERE = {HOLDER: reading.may_see}


def send_all(tx: Tx, items: Sequence[tuple[Identity, Send]]) -> list[Sent | Refusal]:
    """Append cards to conversations and tell their members: one result or refusal per item, in order.

    A nonce sent twice returns the first message, so clients may retry freely. Most are new, so it is looked for only where something is
    refused, which may have been sent when it was not, or where `tx` says that not all were new.
    """
    known = rooms(tx).enter(tx, [item.conversation for _, item in items])
    nonces = {item.nonce for _, item in items if NONCE.match(item.nonce)}
    stored = _stored(tx, list(nonces)) if tx.careful else None
    limits = tx.settings(Settings)
    results: list[Sent | Refusal] = []
    entries: list[tuple[Room, Entry]] = []
    fresh: dict[tuple[str, AccountId], Message] = {}
    for identity, item in items:
        key = (item.nonce, identity.account)
        first = fresh.get(key) or (stored.get(key) if stored else None)
        if first is not None:
            results.append(_again(first, item))
            continue
        try:
            where = known.get(item.conversation)
            if where is None:
                raise NotAMember
            if item.nonce not in nonces:
                raise BadNonce
            entry = _checked(tx, where, identity.account, item, limits)
        except Refusal as refusal:
            stored = _stored(tx, list(nonces)) if stored is None else stored
            first = stored.get(key)
            results.append(refusal if first is None else _again(first, item))
            continue
        message = fresh[key] = number(tx, where, entry)
        entries.append((where, entry))
        results.append(Sent(message.seq, message.at, message.counted))
        tx.emit(Arrived(message), where.audience)
    _insert(tx, list(fresh.values()), entries)
    return results


def send(tx: Tx, *, by: AccountId, to: ConversationId, card: Card, nonce: Nonce, reply: int | None = None) -> Message:
    """Append one card; return the message as it stands in the log. Raises what `send_all` answers."""
    command = Send(id=0, conversation=to, nonce=nonce, card=msgspec.Raw(encode(card)), reply=reply)
    (result,) = send_all(tx, [(Identity(by, SessionId("")), command)])
    if isinstance(result, Refusal):
        raise result
    message = store.one(tx, to, result.seq)
    assert message is not None
    return message


def post(tx: Tx, *, to: ConversationId, card: Card) -> Message:
    """Append a card that the server itself writes: notices, receipts. No membership is asked for."""
    where = rooms(tx).enter(tx, [to])[to]
    return append(tx, where, [Entry(to, card, encode(card))])[0]


def append(tx: Tx, where: Room, entries: Sequence[Entry], *, quiet: bool = False) -> list[Message]:
    """Append entries that have been checked to one log, and tell its members unless `quiet`."""
    messages = [number(tx, where, entry) for entry in entries]
    for message in messages if not quiet else ():
        tx.emit(Arrived(message), where.audience)
    _insert(tx, messages, [(where, entry) for entry in entries])
    return messages


def append_each(tx: Tx, entries: Sequence[Entry]) -> list[Message]:
    """Append checked entries to many logs, one each, in sets: what an account says to thousands. A log that is not there is left out.

    The writer remembers none of these rooms that it did not know before: most of those who were told something say nothing.
    """
    known = rooms(tx)
    unknown = [entry.conversation for entry in entries if not known.knows(entry.conversation)]
    found = known.enter(tx, (entry.conversation for entry in entries))
    placed = [(found[entry.conversation], entry) for entry in entries if entry.conversation in found]
    messages = [number(tx, where, entry) for where, entry in placed]
    for message, (where, _) in zip(messages, placed, strict=True):
        tx.emit(Arrived(message), where.audience)
    _insert(tx, messages, placed)
    for conversation in unknown:
        known.forget(conversation)
    return messages


def move_cursors(tx: Tx, items: Sequence[tuple[Identity, MoveCursor]]) -> list[Refusal | None]:
    """Move delivered and read cursors forward: one statement for all that arrived together, receipts to those concerned."""
    known = rooms(tx).enter(tx, (item.conversation for _, item in items))
    furthest: dict[tuple[ConversationId, AccountId], tuple[int, int]] = {}
    results: list[Refusal | None] = []
    for identity, item in items:
        where = known.get(item.conversation)
        if where is None or identity.account not in where.members:
            results.append(NotAMember())
            continue
        if max(item.delivered, item.read) > where.last_seq:
            results.append(NoSuchMessage(seq=max(item.delivered, item.read)))
            continue
        key = (item.conversation, identity.account)
        delivered, read = furthest.get(key, (0, 0))
        furthest[key] = (max(delivered, item.delivered, item.read), max(read, item.read))
        results.append(None)
    store.move_cursors(
        tx,
        [
            {"conversation": conversation, "account": account, "delivered": delivered, "read": read, "now": tx.now}
            for (conversation, account), (delivered, read) in sorted(furthest.items())
        ],
    )
    limit = tx.settings(Settings).receipts_up_to
    for (conversation, account), (delivered, read) in furthest.items():
        where = known[conversation]
        public = where.open and len(where.members) <= limit and read_receipts(tx, [account])[account]
        audience = [account]
        if public:  # between those who show theirs
            audience = [each for each, shows in read_receipts(tx, where.audience).items() if shows]
        tx.emit(CursorMoved(conversation, account, delivered, read), audience)
    return results


def move_cursor(tx: Tx, *, by: AccountId, conversation: ConversationId, delivered: int = 0, read: int = 0) -> None:
    """Say how far `by` has received and read. Raises `NotAMember`, and `NoSuchMessage` for a seq from the future."""
    (refusal,) = move_cursors(tx, [(Identity(by, SessionId("")), MoveCursor(0, conversation, delivered, read))])
    if refusal is not None:
        raise refusal


def read_receipts(tx: Tx, those: Sequence[AccountId]) -> dict[AccountId, bool]:
    """Say which of these accounts let others see how far they have read. Remembered by the writer until an account changes."""
    known: dict[AccountId, bool] = tx.cache.setdefault("chat.read_receipts", {})
    if unknown := [account for account in those if account not in known]:
        if len(known) > 100_000:
            known.clear()
            unknown = list(those)
        known.update((account, privacy.read_receipts) for account, privacy in accounts.privacy(tx, unknown).items())
    return {account: known[account] for account in those}


def number(tx: Tx, where: Room, entry: Entry) -> Message:
    """Give an entry the next number of its log."""
    where.last_seq += 1
    where.counted += entry.card.counts
    preview = None if isinstance(entry.card, Text) else msgspec.Raw(encode(entry.card.preview()))
    return Message(
        conversation=where.id,
        seq=Seq(where.last_seq),
        sender=entry.sender,
        author=entry.author,
        at=tx.now if entry.at is None else entry.at,
        card=msgspec.Raw(entry.raw),
        preview=preview,
        reply=entry.reply,
        ref=entry.ref,
        counted=where.counted,
        nonce=entry.nonce,
    )


def _stored(tx: Tx, nonces: Sequence[str]) -> dict[tuple[str, AccountId], Message]:
    if not nonces:
        return {}
    return {(str(message.nonce), message.sender): message for message in store.with_nonces(tx, nonces) if message.sender}


def _again(first: Message, item: Send) -> Sent | Refusal:
    """A retry is the same intent; another content under the same nonce is a mistake of the client's."""
    if first.conversation != item.conversation or (bytes(first.card) != bytes(item.card) and not CHANGED.search(bytes(first.card))):
        return NonceReused()
    return Sent(first.seq, first.at, first.counted)


def _checked(tx: Tx, where: Room, by: AccountId, item: Send, limits: Settings) -> Entry:
    """Return the entry that `item` asks for. Raises why it may not be appended."""
    if (refusal := where.refusal(by, tx.now)) is not None:
        raise refusal
    raw = bytes(item.card)
    if len(raw) > limits.card_bytes:
        raise MessageTooLong(limit=limits.message_chars)
    card = tx.cards.from_client(raw)
    if len(card.text()) > limits.message_chars:
        raise MessageTooLong(limit=limits.message_chars)
    for blob in () if card.vouched else card.blobs():  # one's own, or what somebody showed one in a conversation
        if not media.may_see(tx, by=by, blob=blob, viewers=SEEN_HERE):
            raise media.BlobNotYours
    if item.reply is not None and not where.members[by].from_seq < item.reply <= where.last_seq:
        raise NoSuchMessage(seq=item.reply)
    for account in card.mentions():
        if account == EVERYONE and where.members[by].role == "member":
            raise NotAllowedToCallAll
    card.admit(tx, by)  # last: what it notes is true only if nothing else refuses
    return Entry(where.id, card, raw, sender=by, nonce=Nonce(item.nonce), reply=item.reply)


class NotAllowedToCallAll(NotAllowed):
    """Only the owner and the admins can call everyone."""


def _insert(tx: Tx, messages: Sequence[Message], entries: Sequence[tuple[Room, Entry]]) -> None:
    store.append(tx, messages)
    called: list[dict[str, Any]] = []
    for message, (where, entry) in zip(messages, entries, strict=True):
        mentions = entry.card.mentions()
        if mentions:
            everyone = EVERYONE in mentions
            for account in where.members if everyone else set(mentions) & where.members.keys():
                if account != message.sender:
                    called.append({"account": account, "conversation": where.id, "seq": message.seq})
        if where.expires_ms and entry.card.counts:
            tx.enqueue(Expire(where.id, message.seq), at=tx.now + where.expires_ms, key=f"chat.expire/{where.id}/{message.seq}")
        for blob in entry.card.blobs():
            media.grant(tx, blob, holder=HOLDER, name=where.id, item=message.seq)
    store.mention(tx, called)
