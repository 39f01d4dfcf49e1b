"""How other domains, and chat's own nouns, put a card of the server's into a conversation in somebody's name."""

from collections.abc import Sequence

import msgspec

from warung.chat import store
from warung.chat.messages import append
from warung.chat.model import BadNonce, Entry, Message, NonceReused
from warung.chat.rooms import room
from warung.kit.card import Card
from warung.kit.db import Reader, Tx
from warung.kit.ids import NONCE, AccountId, ConversationId, Nonce


def put(tx: Tx, *, by: AccountId, to: ConversationId, card: Card, nonce: Nonce) -> Message:
    """Append a card that clients may not send, in the name of `by`, who must be allowed to write there.

    A nonce sent twice returns the first message, whatever the card is then: ask `once` before doing what the card tells of.
    """
    where = room(tx, to, by)
    if before := once(tx, by, to, [nonce]):
        return before[0]
    if (refusal := where.refusal(by, tx.now)) is not None:
        raise refusal
    (message,) = append(tx, where, [Entry(to, card, msgspec.json.encode(card), sender=by, nonce=nonce)])
    return message


def once(reader: Reader, by: AccountId, to: ConversationId, nonces: Sequence[str]) -> list[Message]:
    """Return what `by` has already sent under these nonces, nothing when they are fresh. Raises `BadNonce`, `NonceReused`."""
    if not all(NONCE.match(nonce) for nonce in nonces):
        raise BadNonce
    found = [message for message in store.with_nonces(reader, nonces) if message.sender == by]
    if any(message.conversation != to for message in found):
        raise NonceReused
    return sorted(found, key=lambda message: message.seq)


def reached(reader: Reader, *, by: AccountId, prefix: str) -> tuple[int, int]:
    """Return how many of the messages that `by` sent under nonces that begin with `prefix` reached a device, and how many were read."""
    return store.reached(reader, by, prefix, prefix + "~")
