"""Articles: what an account writes, publishes and hears about; and their refusals."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from warung.kit.card import Preview
from warung.kit.errors import BadRequest, NotAllowed, NotFound, TooLarge, TooMany
from warung.kit.ids import AccountId, BlobId
from warung.official.cards import OfficialCard

HOLDER = "official.article"
MOST_ITEMS = 8
MOST_PICTURES = 20
TITLE_CHARS, AUTHOR_CHARS, DIGEST_CHARS, URL_CHARS = 64, 64, 120, 1_024
CONTENT_CHARS, CONTENT_BYTES = 200_000, 1 << 20
COMMENT_CHARS = 600

Act = Literal["read", "source", "share", "favourite"]
Status = Literal["running", "done", "failed", "deleted"]
ItemKind = Literal["news", "newspic"]


class ArticlePhoto(msgspec.Struct, frozen=True, omit_defaults=True):
    """A picture of an article: what is to be known before its bytes arrive."""

    blob: BlobId
    width: int
    height: int
    placeholder: str | None = None
    media_id: str = ""


class Writing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One item as its author hands it in: `content` is HTML; pictures are named by the media ids of materials."""

    title: str
    content: str = ""
    kind: ItemKind = "news"
    author: str = ""
    digest: str = ""
    source_url: str = ""
    cover: str = ""
    show_cover: bool = False
    pictures: tuple[str, ...] = ()
    comments: bool = False
    followers_only: bool = False


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """One item as it is kept: its HTML is clean."""

    title: str
    content: str
    kind: ItemKind = "news"
    author: str = ""
    digest: str = ""
    source_url: str = ""
    cover: ArticlePhoto | None = None
    show_cover: bool = False
    pictures: tuple[ArticlePhoto, ...] = ()
    inner: tuple[ArticlePhoto, ...] = ()  # the pictures in the content
    comments: bool = False
    followers_only: bool = False
    deleted: bool = False

    def blobs(self) -> Sequence[BlobId]:
        """Return every picture of the item."""
        shots = (*self.pictures, *self.inner, *([self.cover] if self.cover else []))
        return list(dict.fromkeys(shot.blob for shot in shots))


class Draft(msgspec.Struct, frozen=True):
    """Articles that are not public yet."""

    media_id: str
    official: AccountId
    items: tuple[Item, ...]
    created_at: int
    changed_at: int


class DraftPage(msgspec.Struct, frozen=True):
    """Some drafts, the latest changed first, and how many there are."""

    total: int
    drafts: list[Draft]


class Article(msgspec.Struct, frozen=True):
    """Published articles: one to eight items under one id; `number` is its name for programs."""

    id: str
    number: int
    official: AccountId
    items: tuple[Item, ...]
    open: bool
    published_at: int
    changed_at: int
    deleted_at: int | None = None


class ArticlePage(msgspec.Struct, frozen=True):
    """Some published articles, newest first, and how many there are."""

    total: int
    articles: list[Article]


class Publishing(msgspec.Struct, frozen=True):
    """The work of making a draft public; `failed` names the items (from 1) for which it failed."""

    id: int
    official: AccountId
    draft: str
    number: int
    article: str | None
    status: Status
    failed: tuple[int, ...]
    at: int


class Sibling(msgspec.Struct, frozen=True):
    """Another item of the same article."""

    item: int
    title: str
    cover: ArticlePhoto | None


class Comment(msgspec.Struct, frozen=True):
    """What a reader wrote under an item. Others see it when the account chose it."""

    id: int
    article: str
    item: int
    account: AccountId
    openid: str
    words: str
    at: int
    elected: bool
    reply: str | None
    replied_at: int | None


class CommentShown(msgspec.Struct, frozen=True):
    """A comment as readers see it: those that were chosen, and one's own; the staff sees all."""

    id: str
    name: str
    avatar: BlobId | None
    account: AccountId | None  # one's own only
    mine: bool
    text: str
    at: int
    likes: int
    liked: bool
    chosen: bool
    answer: str | None


class Page(msgspec.Struct, frozen=True):
    """A stable page of an article, as somebody reads it. `content` is clean HTML, its pictures are addresses of this place."""

    article: str
    item: int
    official: AccountId
    official_name: str
    official_avatar: BlobId | None
    verified_name: str | None
    following: bool
    title: str
    author: str
    digest: str
    kind: ItemKind
    content: str
    pictures: tuple[ArticlePhoto, ...]
    cover: ArticlePhoto | None
    show_cover: bool
    source_url: str
    published_at: int
    changed_at: int
    reads: int
    shares: int
    favourites: int
    favourite: bool
    can_comment: bool
    siblings: list[Sibling]


class ArticleCard(OfficialCard, frozen=True, kw_only=True, tag="official.article"):
    """One item of an article, as a reader passes it on: a picture of it at that moment, and where to read it."""

    article: str
    item: int
    official: AccountId
    name: str  # of the account
    title: str
    digest: str = ""
    cover: BlobId | None = None
    placeholder: str | None = None

    def preview(self) -> Preview:
        """Return that it is an article, and its title."""
        return Preview("preview.article", {"title": self.title[:120]})

    def text(self) -> str:
        """Return what it is found by."""
        return f"{self.title}\n{self.digest}".strip()

    def blobs(self) -> Sequence[BlobId]:
        """Return the cover."""
        return [self.cover] if self.cover else []


def shot(blob: Any, media_id: str = "") -> ArticlePhoto:
    """Return what a page says of a picture before it arrives."""
    return ArticlePhoto(blob.id, blob.width, blob.height, blob.placeholder, media_id)


class NoSuchDraft(NotFound):
    """This account has no such draft."""


class NoSuchPreview(NotFound):
    """This preview is over, or not for you."""


class NoSuchArticle(NotFound):
    """This article is not here, or not for you."""


class NoSuchPublishing(NotFound):
    """Nothing of this number was ever published."""


class ItemsWanted(BadRequest):
    """An article has 1 to {limit} items."""


class NoSuchItem(BadRequest):
    """This article has no item {item}."""


class ArticleTitleNotPossible(BadRequest):
    """The title of an article has 1 to {limit} characters."""


class DigestTooLong(BadRequest):
    """The summary of an article has at most {limit} characters."""


class AuthorTooLong(BadRequest):
    """The name of an author has at most {limit} characters."""


class ContentTooLong(TooLarge):
    """This article is too long: at most {limit} characters, please."""


class ContentMissing(BadRequest):
    """There is nothing to read in this article."""


class ArticleLinkNotPossible(BadRequest):
    """The link to the original has to begin with http:// or https://."""


class AlreadyPublishing(NotAllowed):
    """This draft is being published at this moment."""


class CommentsClosed(NotAllowed):
    """Comments are closed here, or open to followers only."""


class NoSuchArticleComment(NotFound):
    """This comment is no longer under the article."""


class TooManyComments(TooMany):
    """You have written many comments today. Try again tomorrow."""


class TooManyPreviews(TooMany):
    """This account has sent many previews today. Try again tomorrow."""
