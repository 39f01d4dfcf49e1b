"""For followers of the log that stand above chat: the next entries, in an order in which nothing appears behind a reader."""

from collections.abc import Iterable, Sequence

from warung.chat import store_members, store_search
from warung.chat.model import Message
from warung.chat.rooms import rooms
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, ConversationId


def news(tx: Tx, follower: str, *, limit: int) -> list[Message]:
    """Return the next committed entries for a follower and move it behind them. A new follower begins at the end of the log."""
    if not store_search.is_known(tx, follower):
        store_search.remember(tx, follower, store_search.end(tx))
        return []
    entries = store_search.messages_after(tx, store_search.position(tx, follower), limit)
    if entries:
        store_search.remember(tx, follower, entries[-1][0])
    return [entry for _, entry in entries]


def no_news(reader: Reader, follower: str) -> bool:
    """Has a follower read everything?"""
    return store_search.is_known(reader, follower) and store_search.caught_up(reader, store_search.position(reader, follower))


def audiences(tx: Tx, conversations: Iterable[ConversationId]) -> dict[ConversationId, Sequence[AccountId]]:
    """Return the members of conversations, looked up together: a broadcast brings hundreds that nobody has asked for yet."""
    return {id: found.audience for id, found in rooms(tx).enter(tx, conversations).items()}


def unread(reader: Reader, *, by: AccountId) -> int:
    """Return how many messages wait for `by`, in conversations that may call on them: the number on the client's icon."""
    return store_members.unread(reader, by)
