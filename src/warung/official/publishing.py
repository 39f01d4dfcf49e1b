"""Publishing, and what becomes public: articles with a stable page, who may read them, and what readers do with them."""

from collections.abc import Sequence
from typing import Any

import msgspec

from warung import chat, media
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, ConversationId, Nonce, secret
from warung.kit.job import Job
from warung.official import consent, log, passing, registry, store, store_articles, store_materials, writing
from warung.official.cards import News, NewsItem
from warung.official.days import day_of, hour_of
from warung.official.model import Settings
from warung.official.model_articles import (
    Act,
    AlreadyPublishing,
    Article,
    ArticleCard,
    ArticlePage,
    Item,
    NoSuchArticle,
    NoSuchItem,
    NoSuchPublishing,
    Page,
    Publishing,
    Sibling,
)
from warung.official.numbers import number

SCENES = frozenset({"conversation", "friend", "moments", "profile", "history", "search", "other"})


class PublishDraft(Job, frozen=True, tag="official.publish"):
    """A draft is to become public."""

    publishing: int


def publish(tx: Tx, *, official: AccountId, media_id: str) -> Publishing:
    """Have a draft become public; a happening `publish.finished` tells what came of it. Raises `NoSuchDraft`, `AlreadyPublishing`."""
    writing.draft(tx, official=official, media_id=media_id)
    if store_articles.is_running(tx, media_id):
        raise AlreadyPublishing
    begun = Publishing(number(tx), official, media_id, number(tx), None, "running", (), tx.now)
    store_articles.insert_publishing(tx, begun)
    tx.enqueue(PublishDraft(begun.id), key=f"official.publish/{begun.id}")
    return begun


def publish_now(tx: Tx, job: PublishDraft) -> None:
    """Make a draft public. An item whose picture is gone fails, and then all of it stays a draft."""
    begun = store_articles.publishing(tx, job.publishing)
    draft = store_articles.draft(tx, begun.draft) if begun else None
    if begun is None or begun.status != "running":
        return
    failed = _without_pictures(tx, draft.items) if draft else (1,)
    if draft is None or failed:
        store_articles.end_publishing(tx, begun.id, "failed", None, failed)
        _tell(tx, msgspec.structs.replace(begun, status="failed", failed=failed), 0)
        return
    article = make_public(tx, official=begun.official, media_id=draft.media_id, number=begun.number)
    store_articles.end_publishing(tx, begun.id, "done", article.id, ())
    _tell(tx, msgspec.structs.replace(begun, status="done", article=article.id), len(article.items))


def make_public(tx: Tx, *, official: AccountId, media_id: str, number: int) -> Article:
    """Turn a draft into an article at once. Raises `NoSuchDraft`."""
    draft = writing.draft(tx, official=official, media_id=media_id)
    article = Article(secret(), number, official, draft.items, True, tx.now, tx.now)
    store_articles.insert_article(tx, article)
    writing.hold(tx, article.id, article.items)
    writing.forget(tx, draft)
    return article


def publishing_of(reader: Reader, *, official: AccountId, id: int) -> Publishing:
    """Return the work of making something public. Raises `NoSuchPublishing`."""
    found = store_articles.publishing(reader, id)
    if found is None or found.official != official:
        raise NoSuchPublishing
    return found


def article(reader: Reader, *, official: AccountId, id: str) -> Article:
    """Return an article of an account, for its staff and programs. Raises `NoSuchArticle`."""
    found = store_articles.article(reader, id)
    if found is None or found.official != official or found.deleted_at is not None:
        raise NoSuchArticle
    return found


def article_numbered(reader: Reader, *, official: AccountId, number: int) -> Article:
    """Return an article by its number. Raises `NoSuchArticle`."""
    found = store_articles.numbered(reader, number)
    return article(reader, official=official, id=found.id if found else "")


def articles(reader: Reader, *, official: AccountId, offset: int = 0, limit: int = 20) -> ArticlePage:
    """Return published articles of an account, newest first."""
    total = store_articles.count_articles(reader, official)
    return ArticlePage(total, store_articles.articles(reader, official, max(0, offset), max(0, limit)))


def set_open(tx: Tx, *, official: AccountId, id: str, open: bool) -> Article:
    """Let anybody here read an article who has its link, or followers only and whom they pass it on to. Raises `NoSuchArticle`."""
    article(tx, official=official, id=id)
    store_articles.change_article(tx, id, open=int(open), changed_at=tx.now)
    return article(tx, official=official, id=id)


def delete_article(tx: Tx, *, official: AccountId, id: str, item: int | None = None) -> None:
    """Take an article, or one item of it (from 0), away from everybody, with its pictures. Raises `NoSuchArticle`, `NoSuchItem`."""
    found = article(tx, official=official, id=id)
    if item is not None and not 0 <= item < len(found.items):
        raise NoSuchItem(item=item)
    gone = range(len(found.items)) if item is None else [item]
    items = [Item(title=each.title, content="", deleted=True) if at in gone else each for at, each in enumerate(found.items)]
    over = all(each.deleted for each in items)
    store_articles.change_article(tx, id, items=msgspec.json.encode(items), changed_at=tx.now, deleted_at=tx.now if over else None)
    writing.let_go(tx, id, found.items, keep=items)
    if over:
        store_articles.unpublish(tx, id)


def news_of(article: Article, *, item: int | None = None, why: str = "", ref: str = "") -> News:
    """Return the card by which an account sends its article, or one item of it. Raises `NoSuchArticle` where nothing is left of it."""
    items = tuple(
        NewsItem(title=each.title, digest=each.digest, cover=each.cover.blob if each.cover else None, article=f"{article.id}/{at}")
        for at, each in enumerate(article.items)
        if not each.deleted and item in (None, at)
    )
    if not items:
        raise NoSuchArticle
    return News(items=items, why=why, ref=ref)


# Readers


def read_article(reader: Reader, *, by: AccountId, id: str, item: int) -> Page:
    """Return the page of an item. Raises `NoSuchArticle`, also where `by` may not read it."""
    found, shown = seen(reader, by, id, item)
    face = consent.face(registry.official(reader, found.official))
    totals = store_articles.totals(reader, id, item)
    follow = consent.follower_of(reader, official=found.official, account=by)
    follows = follow is not None and follow.follows
    told = {
        name: getattr(shown, name)
        for name in ("title", "author", "digest", "kind", "content", "pictures", "cover", "show_cover", "source_url")
    }
    return Page(
        article=id,
        item=item,
        official=found.official,
        official_name=face.name,
        official_avatar=face.avatar,
        verified_name=face.verified_name,
        following=follows,
        published_at=found.published_at,
        changed_at=found.changed_at,
        reads=totals.get("read", (0, 0))[1],
        shares=totals.get("share", (0, 0))[1],
        favourites=totals.get("favourite", (0, 0))[0],
        favourite=store_articles.did(reader, id, item, "favourite", by),
        can_comment=shown.comments and (follows or not shown.followers_only),
        siblings=[Sibling(at, each.title, each.cover) for at, each in enumerate(found.items) if not each.deleted],
        **told,
    )


def acted(tx: Tx, *, by: AccountId, id: str, item: int, what: Act, scene: str = "other") -> None:
    """Count that `by` read an item, went to its source, or passed it on. Raises `NoSuchArticle`."""
    seen(tx, by, id, item)
    offset = tx.settings(Settings).day_offset_min
    where = scene if scene in SCENES else "other"
    row = {"article": id, "item": item, "what": what, "account": by, "scene": where}
    store_articles.act(tx, row | {"day": day_of(tx.now, offset), "hour": hour_of(tx.now, offset)})


def favour(tx: Tx, *, by: AccountId, id: str, item: int, favourite: bool) -> None:
    """Keep an item among one's favourites, or no longer; twice is once. Raises `NoSuchArticle`."""
    seen(tx, by, id, item)
    if favourite == store_articles.did(tx, id, item, "favourite", by):
        return
    if favourite:
        acted(tx, by=by, id=id, item=item, what="favourite")
    else:
        store_articles.unact(tx, id, item, "favourite", by)


def share_article(tx: Tx, *, by: AccountId, to: ConversationId, id: str, item: int, nonce: Nonce) -> chat.Message:
    """Pass an item on into a conversation of one's own. Raises `NoSuchArticle`, and what `chat.put` does."""
    found, shown = seen(tx, by, id, item)
    fresh = not chat.once(tx, by, to, [nonce])
    cover = shown.cover
    card = ArticleCard(
        article=id,
        item=item,
        official=found.official,
        name=consent.face(registry.official(tx, found.official)).name,
        title=shown.title,
        digest=shown.digest,
        cover=cover.blob if cover else None,
        placeholder=cover.placeholder if cover else None,
    )
    message = chat.put(tx, by=by, to=to, card=card, nonce=nonce)
    if fresh:
        acted(tx, by=by, id=id, item=item, what="share", scene="friend")
    return message


def may_read(reader: Reader, by: AccountId, article: Article) -> bool:
    """Say whether somebody may read an article: it is open, they follow the account, or they work for it."""
    if article.open or store.role(reader, article.official, by) is not None:
        return True
    follow = consent.follower_of(reader, official=article.official, account=by)
    return follow is not None and follow.follows


def may_see(reader: Reader, by: AccountId, name: str, _item: int) -> bool:
    """Say whether `by` may see the pictures of the article, draft or preview `name`."""
    found = store_articles.article(reader, name)
    if found is not None:
        return may_read(reader, by, found) or passing.received(reader, by=by, id=name)
    return writing.may_see(reader, by, name)


def seen(reader: Reader, by: AccountId, id: str, item: int) -> tuple[Article, Item]:
    """Return an item that `by` may read or got from somebody, and its article. Raises `NoSuchArticle`."""
    found = store_articles.article(reader, id)
    if found is None or found.deleted_at is not None or not 0 <= item < len(found.items) or found.items[item].deleted:
        raise NoSuchArticle
    if not may_read(reader, by, found) and not passing.received(reader, by=by, id=id, item=item):
        raise NoSuchArticle
    return found, found.items[item]


def _without_pictures(reader: Reader, items: Sequence[Item]) -> tuple[int, ...]:
    """Return the numbers, from 1, of items whose cover is no longer among the account's materials."""
    covers = {item.cover.media_id for item in items if item.cover and item.cover.media_id}
    known = {media_id for media_id in covers if store_materials.one(reader, media_id) is not None}
    blobs = media.described(reader, [blob for item in items for blob in item.blobs()])
    return tuple(
        at
        for at, item in enumerate(items, 1)
        if (item.cover and item.cover.media_id and item.cover.media_id not in known) or any(blob not in blobs for blob in item.blobs())
    )


def _tell(tx: Tx, done: Publishing, items: int) -> None:
    fields: dict[str, Any] = {"publishing": str(done.id), "number": str(done.number), "status": done.status}
    fields |= {"article": done.article, "items": items, "failed": list(done.failed)}
    log.happen(tx, official=done.official, kind="publish.finished", **fields)
