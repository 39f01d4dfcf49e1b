"""The verbs of drafts: articles while they are written, and a preview of them for one follower. The caller has asked who may."""

import secrets
from collections.abc import Sequence

import msgspec

from warung import accounts, media
from warung.kit.clock import DAY
from warung.kit.db import Reader, Tx
from warung.kit.errors import TooMany
from warung.kit.ids import AccountId, BlobId, Nonce, new_id
from warung.kit.text import bounded
from warung.official import keeping, store, store_articles, talking
from warung.official.cards import PREVIEW, News, NewsItem
from warung.official.cleaning import Cleaned, plain
from warung.official.model import Settings
from warung.official.model_articles import (
    AUTHOR_CHARS,
    CONTENT_BYTES,
    CONTENT_CHARS,
    DIGEST_CHARS,
    HOLDER,
    MOST_ITEMS,
    MOST_PICTURES,
    TITLE_CHARS,
    URL_CHARS,
    AlreadyPublishing,
    ArticleLinkNotPossible,
    ArticlePhoto,
    ArticleTitleNotPossible,
    AuthorTooLong,
    ContentMissing,
    ContentTooLong,
    DigestTooLong,
    Draft,
    DraftPage,
    Item,
    ItemsWanted,
    NoSuchDraft,
    NoSuchItem,
    NoSuchPreview,
    TooManyPreviews,
    Writing,
    shot,
)


def add_draft(tx: Tx, *, official: AccountId, items: Sequence[Writing]) -> Draft:
    """Keep one to eight items as a draft.

    Raises `ItemsWanted`, `ArticleTitleNotPossible`, `DigestTooLong`, `AuthorTooLong`, `ContentMissing`, `ContentTooLong`,
    `ArticleLinkNotPossible`, `NoSuchMaterial`, `MaterialUnfit`.
    """
    if not 1 <= len(items) <= MOST_ITEMS:
        raise ItemsWanted(limit=MOST_ITEMS)
    kept = Draft(secrets.token_urlsafe(32), official, tuple(written(tx, official, item) for item in items), tx.now, tx.now)
    store_articles.insert_draft(tx, kept)
    hold(tx, kept.media_id, kept.items)
    return kept


def draft(reader: Reader, *, official: AccountId, media_id: str) -> Draft:
    """Return a draft of an account. Raises `NoSuchDraft`."""
    found = store_articles.draft(reader, media_id)
    if found is None or found.official != official:
        raise NoSuchDraft
    return found


def change_draft(tx: Tx, *, official: AccountId, media_id: str, items: Sequence[Writing], index: int | None = None) -> Draft:
    """Replace all items of a draft, or the one at `index` (from 0). Raises what `add_draft` does, `NoSuchDraft`, `NoSuchItem`."""
    before = _free(tx, official, media_id)
    if not 1 <= len(items) <= MOST_ITEMS or (index is not None and len(items) != 1):
        raise ItemsWanted(limit=MOST_ITEMS if index is None else 1)
    made = [written(tx, official, item) for item in items]
    if index is not None:
        if not 0 <= index < len(before.items):
            raise NoSuchItem(item=index)
        made = [*before.items[:index], *made, *before.items[index + 1 :]]
    store_articles.change_draft(tx, media_id, made, tx.now)
    hold(tx, media_id, made)
    let_go(tx, media_id, before.items, keep=made)
    return draft(tx, official=official, media_id=media_id)


def delete_draft(tx: Tx, *, official: AccountId, media_id: str) -> None:
    """Forget a draft. Raises `NoSuchDraft`, `AlreadyPublishing`."""
    forget(tx, _free(tx, official, media_id))


def forget(tx: Tx, draft: Draft) -> None:
    """Forget a draft and its previews: it is thrown away, or public."""
    for id, items in [(draft.media_id, draft.items), *store_articles.shown_of(tx, draft.media_id)]:
        let_go(tx, id, items)
    store_articles.delete_draft(tx, draft.media_id)


def drafts(reader: Reader, *, official: AccountId, offset: int = 0, limit: int = 20) -> DraftPage:
    """Return drafts of an account, the latest changed first."""
    return DraftPage(count_drafts(reader, official=official), store_articles.drafts(reader, official, max(0, offset), max(0, limit)))


def count_drafts(reader: Reader, *, official: AccountId) -> int:
    """Return how many drafts an account has."""
    return store_articles.count_drafts(reader, official)


def preview_draft(tx: Tx, *, official: AccountId, openid: str, media_id: str) -> str:
    """Show a draft to one follower: a card that leads to it as it is now, for them only, as long as it is a draft. Return the preview's id.

    Raises `NoSuchDraft`, `TooManyPreviews`, and what `say` does.
    """
    found = draft(tx, official=official, media_id=media_id)
    count_preview(tx, official)
    id = secrets.token_urlsafe(32)
    store_articles.insert_shown(tx, id, found, talking.reachable(tx, official, openid).account)
    hold(tx, id, found.items)
    items = tuple(
        NewsItem(title=item.title, digest=item.digest, cover=item.cover.blob if item.cover else None, preview=f"{id}/{at}")
        for at, item in enumerate(found.items)
    )
    talking.say(tx, official=official, to=openid, card=News(items=items, why=PREVIEW), nonce=Nonce(f"preview-{new_id(tx.now)}"))
    return id


def read_preview(reader: Reader, *, by: AccountId, id: str, item: int) -> tuple[Draft, Item]:
    """Return an item of a draft as it was when it was shown, to whom it was shown and to the staff. Raises `NoSuchPreview`."""
    found = _shown(reader, by, id)
    if found is None or not 0 <= item < len(found.items):
        raise NoSuchPreview
    return found, found.items[item]


def may_see(reader: Reader, by: AccountId, name: str) -> bool:
    """Say whether somebody may see the pictures of a draft or a preview: they work for its account, or it was shown to them."""
    found = store_articles.draft(reader, name)
    if found is not None and store.role(reader, found.official, by) is not None:
        return True
    return _shown(reader, by, name) is not None


def count_preview(tx: Tx, official: AccountId) -> None:
    """Count a preview; so many a day are enough. Raises `TooManyPreviews`."""
    try:
        accounts.count_tries(tx, [(accounts.Limit("official-preview", tx.settings(Settings).previews_per_day, DAY), official)])
    except TooMany as refused:
        raise TooManyPreviews(**refused.details) from None


def written(reader: Reader, official: AccountId, writing: Writing) -> Item:
    """Return an item as it is kept: checked, its HTML clean, its pictures found among the materials. Raises as `add_draft` says."""
    if not writing.title.strip() or len(writing.title) > TITLE_CHARS or "\x00" in writing.title:
        raise ArticleTitleNotPossible(limit=TITLE_CHARS)
    if len(writing.author) > AUTHOR_CHARS:
        raise AuthorTooLong(limit=AUTHOR_CHARS)
    if len(writing.digest) > DIGEST_CHARS:
        raise DigestTooLong(limit=DIGEST_CHARS)
    if len(writing.content) > CONTENT_CHARS or len(writing.content.encode(errors="replace")) > CONTENT_BYTES:
        raise ContentTooLong(limit=CONTENT_CHARS)
    source = writing.source_url.strip()
    if source and (len(source) > URL_CHARS or not source.lower().startswith(("http://", "https://"))):
        raise ArticleLinkNotPossible
    if len(writing.pictures) > MOST_PICTURES:
        raise ContentTooLong(limit=MOST_PICTURES)
    clean = Cleaned(writing.content, lambda address: keeping.named_in(reader, official, address))
    pictures = tuple(_shot(reader, official, media_id) for media_id in writing.pictures)
    words = plain(clean.html)
    if not words and not clean.pictures and not pictures:
        raise ContentMissing
    cover = _shot(reader, official, writing.cover) if writing.cover else (pictures[0] if pictures else None)
    return Item(
        title=bounded(writing.title.strip(), limit=TITLE_CHARS),
        content=clean.html,
        kind=writing.kind,
        author=bounded(writing.author, limit=AUTHOR_CHARS),
        digest=bounded(writing.digest, limit=DIGEST_CHARS) or words[: DIGEST_CHARS // 2],
        source_url=bounded(source, limit=URL_CHARS),
        cover=cover,
        show_cover=writing.show_cover,
        pictures=pictures,
        inner=tuple(shot(blob) for blob in clean.pictures),
        comments=writing.comments,
        followers_only=writing.followers_only,
    )


def hold(tx: Tx, name: str, items: Sequence[Item]) -> None:
    """Let those who see the draft or article `name` see its pictures."""
    for blob in _blobs(items):
        media.grant(tx, blob, holder=HOLDER, name=name, item=0)


def let_go(tx: Tx, name: str, items: Sequence[Item], keep: Sequence[Item] = ()) -> None:
    """Take that back, but for the pictures of `keep`."""
    for blob in _blobs(items) - _blobs(keep):
        media.release(tx, blob, holder=HOLDER, name=name, item=0)


def as_writing(item: Item) -> Writing:
    """Return an item as its author would hand it in again: for an editor that opens a draft."""
    return Writing(
        **{name: getattr(item, name) for name in ("title", "content", "kind", "author", "digest", "source_url", "show_cover")},
        cover=item.cover.media_id if item.cover else "",
        pictures=tuple(each.media_id for each in item.pictures),
        comments=item.comments,
        followers_only=item.followers_only,
    )


def _blobs(items: Sequence[Item]) -> set[BlobId]:
    return {blob for item in items for blob in item.blobs()}


def _shot(reader: Reader, official: AccountId, media_id: str) -> ArticlePhoto:
    return msgspec.structs.replace(shot(keeping.picture(reader, official, media_id)), media_id=media_id)


def _shown(reader: Reader, by: AccountId, id: str) -> Draft | None:
    """Return what a preview shows, if somebody may read it."""
    found = store_articles.shown(reader, id)
    if found is None:
        return None
    draft, accounts = found
    return draft if by in accounts or store.role(reader, draft.official, by) is not None else None


def _free(reader: Reader, official: AccountId, media_id: str) -> Draft:
    found = draft(reader, official=official, media_id=media_id)
    if store_articles.is_running(reader, media_id):
        raise AlreadyPublishing
    return found
