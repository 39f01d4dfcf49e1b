"""The HTTP of those who read articles."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Router, delete, get, post, put
from litestar.params import Parameter

from warung import chat
from warung.kit.db import Db, Reader, Tx
from warung.kit.ids import BlobId, ConversationId, Identity, Nonce
from warung.official import commenting, consent, passing, publishing, registry, store, store_articles, writing
from warung.official.model import OfficialPage
from warung.official.model_articles import Article, ArticlePhoto, CommentShown, Item, ItemKind, NoSuchArticleComment
from warung.official.routes_articles import PAGE, Comments, SwitchOn, edits, following, place

Id = Annotated[str, Parameter(max_length=64)]


class ArticleLine(msgspec.Struct, frozen=True):
    """An item in the list on an account's page."""

    id: str
    idx: int
    title: str
    digest: str
    cover: BlobId | None
    published_at: int
    reads: int


class ArticleLines(msgspec.Struct, frozen=True):
    """What an account has published, as far as one may read it, newest first."""

    articles: list[ArticleLine]
    next: str | None


class ArticleShown(msgspec.Struct, frozen=True):
    """The page of an item. `content` is clean HTML."""

    id: str
    idx: int
    items: int
    official: OfficialPage
    title: str
    author: str
    digest: str
    kind: ItemKind
    content: str
    pictures: tuple[ArticlePhoto, ...]
    cover: BlobId | None
    source_url: str | None
    published_at: int
    reads: int
    shares: int
    favourite: bool
    comments: Comments
    preview: bool = False  # it is a draft, shown before it is published; `published_at` is when it was shown


class ReadFromWhere(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From where somebody came to read: conversation, friend, moments, profile, history, search, other; `source`: to the original."""

    from_: str = msgspec.field(name="from", default="other")
    source: bool = False


class ShareTo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The conversation to pass an item on to."""

    to: ConversationId
    nonce: Nonce


class GotBy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The message in a conversation of yours that passes an item on to you."""

    conversation: ConversationId
    seq: Annotated[int, msgspec.Meta(ge=1, le=1 << 53)]


class CommentWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a comment, or the answer to one, says; an empty answer takes it back."""

    text: str


class CommentsShown(msgspec.Struct, frozen=True):
    """The comments under an item, newest first, and whether one may write there."""

    comments: list[CommentShown]
    can: bool


@get("/officials/{id:str}/published")
async def published(db: Db, me: Identity, id: Id, before: Id | None = None) -> ArticleLines:
    """What an account has published, as far as you may read it."""

    def question(reader: Reader) -> ArticleLines:
        official, at = registry.still_open(reader, id).id, place(before)
        found = publishing.articles(reader, official=official, offset=at, limit=PAGE + 1).articles
        seen = [each for each in found[:PAGE] if publishing.may_read(reader, me.account, each)]
        return ArticleLines([line for each in seen for line in _lines(reader, each)], following(at, found))

    return await db.read(question)


@get("/articles/{article:str}/{idx:int}")
async def read(db: Db, me: Identity, article: Id, idx: int) -> ArticleShown:
    """A page of an article. It stays at this address."""

    def question(reader: Reader) -> ArticleShown:
        page = publishing.read_article(reader, by=me.account, id=article, item=idx)
        whole, item = publishing.seen(reader, me.account, article, idx)
        return ArticleShown(
            id=article,
            idx=idx,
            items=len(whole.items),
            official=consent.page(reader, by=me.account, official=page.official),
            title=page.title,
            author=page.author,
            digest=page.digest,
            kind=page.kind,
            content=page.content,
            pictures=page.pictures,
            cover=page.cover.blob if page.cover else None,
            source_url=page.source_url or None,
            published_at=page.published_at,
            reads=page.reads,
            shares=page.shares,
            favourite=page.favourite,
            comments=comments_of(item),
        )

    return await db.read(question)


@post("/articles/{article:str}/{idx:int}/receive", status_code=204)
async def receive(db: Db, me: Identity, article: Id, idx: int, data: GotBy) -> None:
    """Read an item for followers that somebody passed on to you, for as long as you can see their message."""
    await db.write(lambda tx: passing.receive(tx, by=me.account, id=article, item=idx, conversation=data.conversation, seq=data.seq))


@get("/previews/{preview:str}/{idx:int}")
async def read_preview(db: Db, me: Identity, preview: Id, idx: int) -> ArticleShown:
    """A page of a draft as it was when it was shown to you; nothing of your reading is counted."""

    def question(reader: Reader) -> ArticleShown:
        whole, item = writing.read_preview(reader, by=me.account, id=preview, item=idx)
        return ArticleShown(
            id=preview,
            idx=idx,
            items=len(whole.items),
            official=consent.page(reader, by=me.account, official=whole.official),
            title=item.title,
            author=item.author,
            digest=item.digest,
            kind=item.kind,
            content=item.content,
            pictures=item.pictures,
            cover=item.cover.blob if item.cover else None,
            source_url=item.source_url or None,
            published_at=whole.changed_at,
            reads=0,
            shares=0,
            favourite=False,
            comments="closed",
            preview=True,
        )

    return await db.read(question)


@post("/articles/{article:str}/{idx:int}/read", status_code=204)
async def count_read(db: Db, me: Identity, article: Id, idx: int, data: ReadFromWhere) -> None:
    """Say that you read an item: the account is told a number, not who."""
    what: Literal["source", "read"] = "source" if data.source else "read"
    await db.write(lambda tx: publishing.acted(tx, by=me.account, id=article, item=idx, what=what, scene=data.from_))


@post("/articles/{article:str}/{idx:int}/share", status_code=201)
async def share(db: Db, me: Identity, article: Id, idx: int, data: ShareTo) -> chat.Message:
    """Pass an item on into a conversation of yours."""
    return await db.write(lambda tx: publishing.share_article(tx, by=me.account, to=data.to, id=article, item=idx, nonce=data.nonce))


@post("/articles/{article:str}/{idx:int}/favourite", status_code=204)
async def favourite(db: Db, me: Identity, article: Id, idx: int, data: SwitchOn | None = None) -> None:
    """Keep an item among your favourites, or no longer."""
    await db.write(lambda tx: publishing.favour(tx, by=me.account, id=article, item=idx, favourite=data is None or data.on))


@get("/articles/{article:str}/{idx:int}/comments")
async def comments(db: Db, me: Identity, article: Id, idx: int) -> CommentsShown:
    """The comments that the account chose, and your own."""

    def question(reader: Reader) -> CommentsShown:
        page = publishing.read_article(reader, by=me.account, id=article, item=idx)
        whole, _ = publishing.seen(reader, me.account, article, idx)
        return CommentsShown(commenting.shown(reader, by=me.account, article=whole, item=idx), page.can_comment)

    return await db.read(question)


@post("/articles/{article:str}/{idx:int}/comments", status_code=201)
async def comment(db: Db, me: Identity, article: Id, idx: int, data: CommentWords) -> CommentShown:
    """Write under an item. Others see it when the account chooses it."""

    def verb(tx: Tx) -> CommentShown:
        whole, _ = publishing.seen(tx, me.account, article, idx)
        made = commenting.comment(tx, by=me.account, article=whole, item=idx, words=data.text)
        return next(each for each in commenting.shown(tx, by=me.account, article=whole, item=idx) if each.id == str(made))

    return await db.write(verb)


@delete("/articles/{article:str}/{idx:int}/comments/{comment:str}")
async def delete_comment(db: Db, me: Identity, article: Id, idx: int, comment: Id) -> None:
    """Take your comment back; the account's staff takes any away."""

    def verb(tx: Tx) -> None:
        whole, _ = publishing.seen(tx, me.account, article, idx)
        if store.role(tx, whole.official, me.account) in registry.EDITORS:
            commenting.delete_comment(tx, official=whole.official, id=numbered(comment))
        else:
            commenting.take_comment_back(tx, by=me.account, id=numbered(comment))

    await db.write(verb)


@put("/articles/{article:str}/{idx:int}/comments/{comment:str}/like", status_code=204)
async def like(db: Db, me: Identity, article: Id, idx: int, comment: Id, data: SwitchOn) -> None:
    """Like a comment, or no longer."""

    def verb(tx: Tx) -> None:
        whole, _ = publishing.seen(tx, me.account, article, idx)
        commenting.like(tx, by=me.account, article=whole, item=idx, id=numbered(comment), liked=data.on)

    await db.write(verb)


@put("/articles/{article:str}/{idx:int}/comments/{comment:str}/chosen", status_code=204)
async def choose(db: Db, me: Identity, article: Id, idx: int, comment: Id, data: SwitchOn) -> None:
    """Let every reader see a comment, or no longer: for the account's staff."""

    def verb(tx: Tx) -> None:
        whole, _ = publishing.seen(tx, me.account, article, idx)
        commenting.elect(tx, official=edits(tx, me, whole.official), id=numbered(comment), elected=data.on)

    await db.write(verb)


@put("/articles/{article:str}/{idx:int}/comments/{comment:str}/answer", status_code=204)
async def answer(db: Db, me: Identity, article: Id, idx: int, comment: Id, data: CommentWords) -> None:
    """Answer a comment in the account's name: for its staff."""

    def verb(tx: Tx) -> None:
        whole, _ = publishing.seen(tx, me.account, article, idx)
        words = data.text if data.text.strip() else None
        commenting.reply_comment(tx, official=edits(tx, me, whole.official), id=numbered(comment), words=words)

    await db.write(verb)


def numbered(text: str) -> int:
    """Return the number of a comment. Raises `NoSuchArticleComment` for what is none."""
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise NoSuchArticleComment
    return int(text)


def comments_of(item: Item) -> Comments:
    """Return who may write under an item."""
    return "closed" if not item.comments else "followers" if item.followers_only else "open"


def _lines(reader: Reader, article: Article) -> list[ArticleLine]:
    return [
        ArticleLine(
            id=article.id,
            idx=at,
            title=item.title,
            digest=item.digest,
            cover=item.cover.blob if item.cover else None,
            published_at=article.published_at,
            reads=store_articles.totals(reader, article.id, at).get("read", (0, 0))[1],
        )
        for at, item in enumerate(article.items)
        if not item.deleted
    ]


HANDLERS = [published, read, receive, read_preview, count_read, share, favourite, comments, comment, delete_comment, like, choose, answer]
ROUTES: list[Any] = [Router(path="/", route_handlers=HANDLERS, tags=["official accounts"])]
