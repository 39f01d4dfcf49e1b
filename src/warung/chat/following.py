"""For followers of the log that stand above chat: the next entries, in an order in which nothing appears behind a reader."""

from collections.abc import Iterable, Sequence

from warung.chat import store_members, store_search
from warung.chat.model import Message
from warung.chat.rooms import rooms
from warung.chat.store_search import Heard
from warung.kit.db import Reader, Tx
from warung.kit.domain import Reach
from warung.kit.ids import AccountId, ConversationId


def news(tx: Tx, follower: str, *, limit: int) -> list[Heard]:
    """Return of the next committed entries who wrote where, and move a follower behind them. A new follower begins at the end of the log.

    Most entries are none of a follower's business: it asks for those that are with `entries`.
    """
    if not store_search.is_known(tx, follower):
        store_search.remember(tx, follower, store_search.end(tx))
        return []
    heard = store_search.heard_after(tx, store_search.position(tx, follower), limit)
    if heard:
        store_search.remember(tx, follower, heard[-1][0])
    return [entry for _, entry in heard]


def entries(tx: Tx, heard: Sequence[Heard]) -> list[Message]:
    """Return these entries whole, as they stand now and in their order; what is gone is left out."""
    return store_search.at_places(tx, [entry.place for entry in heard]) if heard else []


def reach(reader: Reader, follower: str) -> Reach:
    """Return how far a follower has read the log."""
    return store_search.reach(reader, follower)


def audiences(tx: Tx, conversations: Iterable[ConversationId]) -> dict[ConversationId, Sequence[AccountId]]:
    """Return the members of conversations: of rooms that the writer knows from there, of others by one look at their members.

    A broadcast brings hundreds of others; to make rooms of them would take the writer milliseconds, and nobody may ever write there.
    """
    known = rooms(tx)
    wanted = set(conversations)
    found: dict[ConversationId, list[AccountId]] = {}
    if others := [id for id in wanted if not known.knows(id)]:
        for conversation, account in store_members.accounts(tx, others):
            found.setdefault(conversation, []).append(account)
    return {**found, **{id: room.audience for id, room in known.enter(tx, wanted.difference(others)).items()}}


def unread(reader: Reader, *, by: AccountId) -> int:
    """Return how many messages wait for `by`, in conversations that may call on them: the number on the client's icon."""
    return store_members.unread(reader, by)
