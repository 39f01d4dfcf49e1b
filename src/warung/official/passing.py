"""Articles that are passed on: who got one from somebody who may read it reads it too, also where it is for followers.

The message is the permission. Only the server writes the cards of articles, for people who may read them, and every look goes through
membership: it ends with the message (recalled, expired) and with the conversation (left).
"""

from collections.abc import Iterator

from warung import chat
from warung.kit.card import Card
from warung.kit.db import Reader, Tx
from warung.kit.errors import NotFound
from warung.kit.ids import AccountId, ConversationId
from warung.official import store_articles
from warung.official.cards import News
from warung.official.model_articles import ArticleCard, NoSuchArticle


def receive(tx: Tx, *, by: AccountId, id: str, item: int, conversation: ConversationId, seq: int) -> None:
    """Read an item from now on that a message in a conversation of one's own passes on. Again is the same. Raises `NoSuchArticle`."""
    if not _passes_on(tx, by, conversation, seq, f"{id}/{item}"):
        raise NoSuchArticle
    store_articles.receive(tx, {"article": id, "item": item, "account": by, "conversation": conversation, "seq": seq, "now": tx.now})


def received(reader: Reader, *, by: AccountId, id: str, item: int | None = None) -> bool:
    """Has somebody an item, or any of an article, by a message that they still see?"""
    return any(
        _passes_on(reader, by, conversation, seq, f"{id}/{at}")
        for at, conversation, seq in store_articles.received(reader, id, by)
        if item in (None, at)
    )


def _passes_on(reader: Reader, by: AccountId, conversation: ConversationId, seq: int, named: str) -> bool:
    try:
        message = chat.message(reader, by=by, id=conversation, seq=seq)
    except NotFound:
        return False
    return named in set(_named(reader, reader.cards.decode(message.card)))


def _named(reader: Reader, card: Card) -> Iterator[str]:
    """Yield the items that a card leads to, or one inside it."""
    match card:
        case ArticleCard():
            yield f"{card.article}/{card.item}"
        case News():
            yield from (each.article for each in card.items)
        case chat.Forwarded():
            yield from _named(reader, reader.cards.decode(card.card))
        case chat.History():
            for said in card.said:
                yield from _named(reader, reader.cards.decode(said.card))
