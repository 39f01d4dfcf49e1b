"""The HTTP of materials, drafts and articles: for those who work for an account."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from litestar import Router, delete, get, post, put
from litestar.params import Parameter

from warung import accounts, contacts, media
from warung.kit.blobs import Blobs
from warung.kit.db import Db, Reader, Tx
from warung.kit.ids import AccountId, BlobId, Identity
from warung.official import consent, keeping, publishing, registry, store, store_articles, store_comments, writing
from warung.official.model import NoSuchFollower
from warung.official.model_articles import Article, Draft, Item, ItemKind, Writing
from warung.official.model_materials import MOST_BYTES, Material, MaterialKind, NoSuchMaterial

Id = Annotated[str, Parameter(max_length=64)]
PAGE = 20
Comments = Literal["open", "followers", "closed"]


class OfficialMaterial(msgspec.Struct, frozen=True):
    """A picture, voice or film of an account; `url` is how an article's HTML names a picture."""

    media_id: str
    kind: MaterialKind
    name: str
    blob: BlobId
    url: str
    width: int
    height: int
    at: int


class OfficialMaterials(msgspec.Struct, frozen=True):
    """Some materials of a kind, newest first; `next` asks for more."""

    materials: list[OfficialMaterial]
    next: str | None


class DraftItem(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One item of a draft, as an editor has it. `cover` is told, not taken: the picture of `thumb_media_id`."""

    title: str
    author: str = ""
    digest: str = ""
    content: str = ""
    thumb_media_id: str = ""
    content_source_url: str = ""
    comments: Comments = "closed"
    cover: BlobId | None = None
    kind: ItemKind = "news"
    pictures: tuple[str, ...] = ()
    show_cover: bool = False


class DraftItems(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One to eight items."""

    items: list[DraftItem]


class OfficialDraft(msgspec.Struct, frozen=True):
    """A draft as an editor opens it."""

    id: str
    items: list[DraftItem]
    changed_at: int


class OfficialDrafts(msgspec.Struct, frozen=True):
    """Drafts, the latest changed first."""

    drafts: list[OfficialDraft]
    next: str | None


class PreviewTo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is to see a draft: a follower by their handle, who is you, a colleague or a contact of yours."""

    handle: str


class PublishBegun(msgspec.Struct, frozen=True):
    """The work of publishing has a number."""

    publish_id: str


class PublishedItem(msgspec.Struct, frozen=True):
    """One item that is public, with what became of it."""

    idx: int
    title: str
    cover: BlobId | None
    reads: int
    shares: int
    comments: int


class PublishedArticle(msgspec.Struct, frozen=True):
    """An article as the account's staff sees it."""

    article: str
    items: list[PublishedItem]
    published_at: int
    open: bool


class PublishedArticles(msgspec.Struct, frozen=True):
    """An account's articles, newest first."""

    articles: list[PublishedArticle]
    next: str | None


class SwitchOn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """On or off."""

    on: bool = True


# The staff


def edits(reader: Reader, me: Identity, id: str) -> AccountId:
    """Return the account that one edits. Raises `OfficialNotFound`, `RoleNeeded`."""
    return registry.worked_with(reader, me.account, AccountId(id), registry.EDITORS).id


@get("/officials/{id:str}/materials")
async def materials(db: Db, me: Identity, id: Id, kind: str = "image", before: Id | None = None) -> OfficialMaterials:
    """The pictures, voices or films that an account keeps."""

    def question(reader: Reader) -> OfficialMaterials:
        at = place(before)
        found = keeping.materials(reader, official=edits(reader, me, id), kind=kind, offset=at, limit=PAGE + 1)
        return OfficialMaterials(_materials(reader, found[:PAGE]), following(at, found))

    return await db.read(question)


@post("/officials/{id:str}/materials", status_code=201, request_max_body_size=MOST_BYTES["video"], operation_class=media.TakesBytes)
async def add_material(
    id: Id,
    body: bytes,
    db: Db,
    me: Identity,
    blobs: Blobs,
    pictures: media.Pictures,
    players: media.Players,
    kind: str = "image",
    name: str = "",
) -> OfficialMaterial:
    """Keep a picture, a voice or a film for articles and messages of an account."""
    official = await db.read(lambda reader: edits(reader, me, id))
    kept = await keeping.bring(db, blobs, pictures, players, official=official, kind=kind, data=body, name=name[-200:])
    return await db.read(lambda reader: material_shown(reader, kept))


@delete("/officials/{id:str}/materials/{media_id:str}")
async def delete_material(db: Db, me: Identity, id: Id, media_id: Id) -> None:
    """Keep a material no longer. What was published or sent with it stays."""
    await db.write(lambda tx: keeping.delete_material(tx, official=edits(tx, me, id), media_id=media_id))


@get("/officials/{id:str}/drafts")
async def drafts(db: Db, me: Identity, id: Id, before: Id | None = None) -> OfficialDrafts:
    """The articles of an account that are not public yet."""

    def question(reader: Reader) -> OfficialDrafts:
        at = place(before)
        found = writing.drafts(reader, official=edits(reader, me, id), offset=at, limit=PAGE + 1).drafts
        return OfficialDrafts([draft_shown(each) for each in found[:PAGE]], following(at, found))

    return await db.read(question)


@post("/officials/{id:str}/drafts", status_code=201)
async def add_draft(db: Db, me: Identity, id: Id, data: DraftItems) -> OfficialDraft:
    """Begin an article of one to eight items."""
    items = [writing_of(item) for item in data.items]
    return await db.write(lambda tx: draft_shown(writing.add_draft(tx, official=edits(tx, me, id), items=items)))


@get("/officials/{id:str}/drafts/{draft:str}")
async def one_draft(db: Db, me: Identity, id: Id, draft: Id) -> OfficialDraft:
    """A draft, to be edited."""
    return await db.read(lambda reader: draft_shown(writing.draft(reader, official=edits(reader, me, id), media_id=draft)))


@put("/officials/{id:str}/drafts/{draft:str}")
async def change_draft(db: Db, me: Identity, id: Id, draft: Id, data: DraftItems) -> OfficialDraft:
    """Replace all items of a draft."""
    items = [writing_of(item) for item in data.items]
    return await db.write(lambda tx: draft_shown(writing.change_draft(tx, official=edits(tx, me, id), media_id=draft, items=items)))


@delete("/officials/{id:str}/drafts/{draft:str}")
async def delete_draft(db: Db, me: Identity, id: Id, draft: Id) -> None:
    """Throw a draft away."""
    await db.write(lambda tx: writing.delete_draft(tx, official=edits(tx, me, id), media_id=draft))


@post("/officials/{id:str}/drafts/{draft:str}/preview", status_code=204)
async def preview_draft(db: Db, me: Identity, id: Id, draft: Id, data: PreviewTo) -> None:
    """Show a draft to one follower: yourself, a colleague or a contact of yours."""

    def verb(tx: Tx) -> None:
        official = edits(tx, me, id)
        who = accounts.by_handle(tx, data.handle.removeprefix("@"))
        known = consent.follower_of(tx, official=official, account=who.id) if who and _near(tx, me.account, official, who.id) else None
        if known is None:
            raise NoSuchFollower
        writing.preview_draft(tx, official=official, openid=known.openid, media_id=draft)

    await db.write(verb)


@post("/officials/{id:str}/drafts/{draft:str}/publish", status_code=202)
async def publish(db: Db, me: Identity, id: Id, draft: Id) -> PublishBegun:
    """Make a draft public."""
    begun = await db.write(lambda tx: publishing.publish(tx, official=edits(tx, me, id), media_id=draft))
    return PublishBegun(str(begun.id))


@get("/officials/{id:str}/articles")
async def articles(db: Db, me: Identity, id: Id, before: Id | None = None) -> PublishedArticles:
    """What an account has published, with what became of it, for its staff."""

    def question(reader: Reader) -> PublishedArticles:
        at = place(before)
        found = publishing.articles(reader, official=edits(reader, me, id), offset=at, limit=PAGE + 1).articles
        return PublishedArticles([_published(reader, each) for each in found[:PAGE]], following(at, found))

    return await db.read(question)


@put("/officials/{id:str}/articles/{article:str}/open", status_code=204)
async def set_open(db: Db, me: Identity, id: Id, article: Id, data: SwitchOn) -> None:
    """Let anybody here read an article who has its link, or followers only and whom they pass it on to."""
    await db.write(lambda tx: publishing.set_open(tx, official=edits(tx, me, id), id=article, open=data.on))


@delete("/officials/{id:str}/articles/{article:str}")
async def delete_article(db: Db, me: Identity, id: Id, article: Id, idx: int | None = None) -> None:
    """Take an article, or one item of it, away from everybody."""
    await db.write(lambda tx: publishing.delete_article(tx, official=edits(tx, me, id), id=article, item=idx))


def place(before: str | None) -> int:
    """Return where a page begins; the first one for what is no place."""
    return int(before) if before and before.isascii() and before.isdigit() and len(before) < 10 else 0


def following(at: int, found: Sequence[Any]) -> str | None:
    """Return what asks for the next page, None after the last."""
    return str(at + PAGE) if len(found) > PAGE else None


def _materials(reader: Reader, found: Sequence[Material]) -> list[OfficialMaterial]:
    return [
        OfficialMaterial(
            media_id=each.media_id,
            kind=each.kind,
            name=each.name,
            blob=each.blob,
            url=f"/api/media/{each.blob}/full",
            width=each.width,
            height=each.height,
            at=each.created_at,
        )
        for each in keeping.described(reader, found)
    ]


def material_shown(reader: Reader, kept: Material) -> OfficialMaterial:
    """Return a material as those see it who work for its account. Raises `NoSuchMaterial` for one whose bytes are gone."""
    found = _materials(reader, [kept])
    if not found:
        raise NoSuchMaterial
    return found[0]


def writing_of(item: DraftItem) -> Writing:
    """Return an item as its author hands it in."""
    return Writing(
        title=item.title,
        content=item.content,
        kind=item.kind,
        author=item.author,
        digest=item.digest,
        source_url=item.content_source_url,
        cover=item.thumb_media_id,
        show_cover=item.show_cover,
        pictures=item.pictures,
        comments=item.comments != "closed",
        followers_only=item.comments == "followers",
    )


def draft_shown(draft: Draft) -> OfficialDraft:
    """Return a draft as an editor opens it."""
    return OfficialDraft(draft.media_id, [_item(item) for item in draft.items], draft.changed_at)


def _item(item: Item) -> DraftItem:
    return DraftItem(
        title=item.title,
        author=item.author,
        digest=item.digest,
        content=item.content,
        thumb_media_id=item.cover.media_id if item.cover else "",
        content_source_url=item.source_url,
        comments="closed" if not item.comments else "followers" if item.followers_only else "open",
        cover=item.cover.blob if item.cover else None,
        kind=item.kind,
        pictures=tuple(each.media_id for each in item.pictures),
        show_cover=item.show_cover,
    )


def _published(reader: Reader, article: Article) -> PublishedArticle:
    items = []
    for at, item in enumerate(article.items):
        did = store_articles.totals(reader, article.id, at)
        written = store_comments.count(reader, article.id, at, "all")
        cover = item.cover.blob if item.cover else None
        if not item.deleted:
            items.append(PublishedItem(at, item.title, cover, did.get("read", (0, 0))[1], did.get("share", (0, 0))[1], written))
    return PublishedArticle(article.id, items, article.published_at, article.open)


def _near(reader: Reader, by: AccountId, official: AccountId, who: AccountId) -> bool:
    """Is this somebody of whom `by` may learn that they follow the account?"""
    return who == by or store.role(reader, official, who) is not None or contacts.are_contacts(reader, by, who)


HANDLERS = [
    *(materials, add_material, delete_material),
    *(drafts, add_draft, one_draft, change_draft, delete_draft, preview_draft, publish),
    *(articles, set_open, delete_article),
]
ROUTES: list[Any] = [Router(path="/", route_handlers=HANDLERS, tags=["official accounts"])]
