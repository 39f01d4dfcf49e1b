"""Search over one's own conversations: a follower of the log keeps the words, a query reads only what its asker may see."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from litestar import Router, get

from warung import contacts
from warung.chat import reading, store_search
from warung.chat.model import Message
from warung.chat.words import snippet, words
from warung.kit.db import Db, Reader, Tx
from warung.kit.domain import Position, Reach
from warung.kit.errors import BadRequest
from warung.kit.ids import AccountId, ConversationId, Identity, Seq

FOLLOWER = "chat.search"
SLICE = 256  # entries indexed at a time: nobody else runs while their texts are split
PAGE = 30
MOST_WORDS = 30
FOREVER = 1 << 60


class NothingToSearch(BadRequest):
    """Write a word to search for, or choose a sender or a conversation."""


class Hit(msgspec.Struct, frozen=True):
    """An entry that was found; `snippet` marks the words that were searched for."""

    message: Message
    snippet: list[tuple[str, bool]]
    conversation_name: str | None


class Found(msgspec.Struct, frozen=True):
    """A page of hits, newest first; `cursor` asks for the next."""

    hits: list[Hit]
    cursor: str | None
    people: list[contacts.Person]


def follow(tx: Tx, most: int) -> bool:
    """Index the next entries of the log; True when there may be more. What was recalled meanwhile has no words any more."""
    begun = store_search.going_on(tx, FOLLOWER)
    entries = store_search.log_after(tx, begun, most)  # all is read before anything is written: from then on the log is held
    if not entries:
        return False
    _look_again(tx, begun, {(conversation, ref) for _, conversation, ref, _ in entries if ref is not None})
    for at in range(0, len(entries), SLICE):
        _index(tx, [(place[1], conversation, card) for place, conversation, _, card in entries[at : at + SLICE]])
    store_search.merge(tx, len(entries))
    store_search.remember_words(tx, FOLLOWER, entries[-1][0])
    return len(entries) == most


def _look_again(tx: Tx, below: Position, those: Iterable[tuple[ConversationId, Seq]]) -> None:
    """Index anew entries that were referred to, for their words may have changed. What comes after `below` is read as it is now."""
    again = [(place[1], conversation, card) for place, conversation, card in store_search.at_seqs(tx, those) if place <= below]
    store_search.unindex(tx, [place for place, _, _ in again])
    _index(tx, again)


def _index(tx: Tx, entries: Sequence[tuple[int, ConversationId, bytes]]) -> None:
    texts = [(place, conversation, words(tx.cards.decode(card).text())) for place, conversation, card in entries]
    if found := [row for row in texts if row[2]]:
        store_search.index(tx, found)


def reach(reader: Reader) -> Reach:
    """Return how far the index has read the log."""
    return store_search.reach_of_words(reader, FOLLOWER)


def search(
    reader: Reader,
    *,
    by: AccountId,
    query: str,
    conversation: ConversationId | None,
    sender: AccountId | None,
    after: int | None,
    before: int | None,
    cursor: str | None,
) -> Found:
    """Return what `by` may see and asks for. Words in the order given are a phrase; the last may be only begun."""
    asked = words(query)[:MOST_WORDS]
    if not asked and sender is None and conversation is None:
        raise NothingToSearch
    if conversation is not None:
        reading.membership(reader, by, conversation)
    mine = [conversation] if conversation is not None else store_search.of_account(reader, by)
    below = int(cursor) if cursor and cursor.isascii() and cursor.isdigit() and len(cursor) < 19 else FOREVER
    rows = (
        store_search.find(
            reader,
            account=by,
            words=asked,
            conversations=mine,
            sender=sender,
            after=after or 0,
            before=before or FOREVER,
            below=below,
            limit=PAGE,
        )
        if mine
        else []
    )
    hits = [Hit(entry, snippet(reader.cards.decode(entry.card).text(), asked) if asked else [], name) for _, entry, name in rows]
    following = str(rows[-1][0]) if len(rows) == PAGE else None
    return Found(hits, following, reading.people_in(reader, by, [entry for _, entry, _ in rows]))


@get("/search", opt={"express": True})
async def look(
    db: Db,
    me: Identity,
    q: str = "",
    conversation: str | None = None,
    sender: str | None = None,
    after: int | None = None,
    before: int | None = None,
    cursor: str | None = None,
) -> Found:
    """Search your conversations by words, sender and date."""
    return await db.read(
        lambda reader: search(
            reader,
            by=me.account,
            query=q,
            conversation=ConversationId(conversation) if conversation else None,
            sender=AccountId(sender) if sender else None,
            after=after,
            before=before,
            cursor=cursor,
        )
    )


ROUTES: list[Any] = [Router(path="/", route_handlers=[look], tags=["search"])]
