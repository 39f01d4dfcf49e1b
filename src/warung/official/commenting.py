"""The verbs of comments under articles: readers write, the account chooses which are seen, and answers."""

from typing import Literal

import msgspec

from warung import accounts
from warung.kit.clock import DAY
from warung.kit.db import Reader, Tx
from warung.kit.errors import TooMany
from warung.kit.ids import AccountId
from warung.kit.text import bounded
from warung.official import consent, store, store_articles, store_comments
from warung.official.model import Settings
from warung.official.model_articles import (
    COMMENT_CHARS,
    Article,
    Comment,
    CommentsClosed,
    CommentShown,
    NoSuchArticle,
    NoSuchArticleComment,
    NoSuchItem,
    TooManyComments,
)
from warung.official.numbers import number

CommentKind = Literal["all", "normal", "elected"]
SHOWN = 100


class CommentPage(msgspec.Struct, frozen=True):
    """Some comments under an item, oldest first, and how many there are of the kind asked for."""

    total: int
    comments: list[Comment]


def comment(tx: Tx, *, by: AccountId, article: Article, item: int, words: str) -> int:
    """Write under an item that `by` reads; return the comment's number. Raises `CommentsClosed`, `TooManyComments`."""
    shown = article.items[item]
    follow = consent.follower_of(tx, official=article.official, account=by)
    if not shown.comments or (shown.followers_only and not (follow and follow.follows)):
        raise CommentsClosed
    if follow is not None and follow.blocked_at is not None:
        raise CommentsClosed
    text = bounded(words, limit=COMMENT_CHARS, empty=False)
    try:
        accounts.count_tries(tx, [(accounts.Limit("official-comment", tx.settings(Settings).comments_per_day, DAY), by)])
    except TooMany as refused:
        raise TooManyComments(**refused.details) from None
    consent.openid(tx, official=article.official, account=by)
    id = number(tx)
    store_comments.insert(tx, {"id": id, "article": article.id, "item": item, "account": by, "words": text, "at": tx.now})
    return id


def take_comment_back(tx: Tx, *, by: AccountId, id: int) -> None:
    """Delete a comment of one's own. Raises `NoSuchArticleComment`."""
    found = store_comments.one(tx, id)
    if found is None or found.account != by:
        raise NoSuchArticleComment
    store_comments.delete(tx, id)


def shown(reader: Reader, *, by: AccountId, article: Article, item: int) -> list[CommentShown]:
    """Return what `by` sees under an item, newest first: what was chosen, and their own; the account's staff sees all."""
    whose = None if store.role(reader, article.official, by) is not None else by
    found = store_comments.shown(reader, article.id, item, whose, SHOWN)
    who = accounts.profiles(reader, [each.account for each in found])
    likes = store_comments.likes(reader, [each.id for each in found], by)
    return [
        CommentShown(
            id=str(each.id),
            name=who[each.account].name if each.account in who else "",
            avatar=who[each.account].avatar if each.account in who else None,
            account=by if each.account == by else None,
            mine=each.account == by,
            text=each.words,
            at=each.at,
            likes=likes.get(each.id, (0, False))[0],
            liked=likes.get(each.id, (0, False))[1],
            chosen=each.elected,
            answer=each.reply,
        )
        for each in found
    ]


def like(tx: Tx, *, by: AccountId, article: Article, item: int, id: int, liked: bool) -> None:
    """Like a comment that one sees under an item, or no longer. Raises `NoSuchArticleComment`."""
    found = store_comments.one(tx, id)
    if found is None or (found.article, found.item) != (article.id, item) or not (found.elected or found.account == by):
        raise NoSuchArticleComment
    store_comments.like(tx, id, by, liked)


def set_comments(tx: Tx, *, official: AccountId, number: int, item: int, open: bool) -> None:
    """Open or close the comments under an item of the article of this number. Raises `NoSuchArticle`, `NoSuchItem`."""
    found = _of(tx, official, number, item)
    items = [msgspec.structs.replace(each, comments=open) if at == item else each for at, each in enumerate(found.items)]
    store_articles.change_article(tx, found.id, items=msgspec.json.encode(items), changed_at=tx.now)


def comments(
    reader: Reader, *, official: AccountId, number: int, item: int, kind: CommentKind = "all", offset: int = 0, limit: int = 50
) -> CommentPage:
    """Return comments under an item, oldest first. Raises `NoSuchArticle`, `NoSuchItem`."""
    found = _of(reader, official, number, item)
    total = store_comments.count(reader, found.id, item, kind)
    return CommentPage(total, store_comments.page(reader, found.id, item, kind, max(0, offset), max(0, limit)))


def elect(tx: Tx, *, official: AccountId, id: int, elected: bool) -> None:
    """Let every reader see a comment, or no longer. Raises `NoSuchArticleComment`."""
    _comment(tx, official, id)
    store_comments.change(tx, id, elected_at=tx.now if elected else None)


def reply_comment(tx: Tx, *, official: AccountId, id: int, words: str | None) -> None:
    """Answer a comment in the account's name, or take the answer back with None. Raises `NoSuchArticleComment`."""
    _comment(tx, official, id)
    reply = None if words is None else bounded(words, limit=COMMENT_CHARS, empty=False)
    store_comments.change(tx, id, reply=reply, replied_at=None if reply is None else tx.now)


def delete_comment(tx: Tx, *, official: AccountId, id: int) -> None:
    """Take a comment away. Raises `NoSuchArticleComment`."""
    _comment(tx, official, id)
    store_comments.delete(tx, id)


def _of(reader: Reader, official: AccountId, number: int, item: int) -> Article:
    found = store_articles.numbered(reader, number)
    if found is None or found.official != official or found.deleted_at is not None:
        raise NoSuchArticle
    if not 0 <= item < len(found.items):
        raise NoSuchItem(item=item)
    return found


def _comment(reader: Reader, official: AccountId, id: int) -> Comment:
    found = store_comments.one(reader, id)
    article = store_articles.article(reader, found.article) if found else None
    if found is None or article is None or article.official != official:
        raise NoSuchArticleComment
    return found
