"""Official accounts over HTTP, for their staff: opening one, what it is called, what it answers, its menus and its followers."""

from typing import Annotated, Any

import msgspec
from litestar import Router, delete, get, patch, post, put
from litestar.params import Parameter

from warung import media
from warung.kit.blobs import Blobs
from warung.kit.db import Db, Reader
from warung.kit.ids import AccountId, Identity
from warung.official import consent, menus, registry, renaming, rules, tagging
from warung.official.menus import KnownMenu, MatchRule, Menu
from warung.official.model import Follow, Kind, Mode, NoSuchFollower, Official, Registered, Tag
from warung.official.rules import Replies

Id = Annotated[AccountId, Parameter(max_length=64)]
Openid = Annotated[str, Parameter(max_length=64)]
Number = Annotated[int, Parameter(ge=0, le=1 << 53)]
AVATAR_BYTES = 10 << 20
PAGE = 100


class NewOfficial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new official account; a test account's programs may act for its followers."""

    kind: Kind
    handle: str
    name: str
    intro: str = ""
    test: bool = False


class OfficialChanges(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change; what is absent stays."""

    name: str | None = None
    intro: str | None = None
    mode: Mode | None = None


class NewSecret(msgspec.Struct, frozen=True):
    """The secret of an account's programs, shown once."""

    secret: str


class NewMenu(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A menu, for everybody or for those whom a rule fits."""

    menu: Menu
    rule: MatchRule | None = None


class MenuNumber(msgspec.Struct, frozen=True):
    """The number of a menu."""

    id: int


class OfficialFollower(msgspec.Struct, frozen=True):
    """A follower as an account knows them: nothing says who it is."""

    openid: str
    followed_at: int | None
    left_at: int | None
    source: str
    scene: str
    remark: str
    tags: tuple[int, ...]
    blocked: bool
    answer_until: int
    answers_left: int


class FollowerList(msgspec.Struct, frozen=True):
    """A page of followers; the next page is `after` the last openid of this one."""

    total: int
    followers: list[OfficialFollower]


class FollowerChanges(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change of a follower; what is absent stays."""

    remark: str | None = None
    blocked: bool | None = None


class TagName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a tag is called."""

    name: str


class Openids(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Some followers."""

    openids: list[str]


def editing(reader: Reader, me: Identity, official: AccountId) -> AccountId:
    """Return an account that `me` may speak for. Raises `OfficialNotFound`, `RoleNeeded`."""
    return registry.worked_with(reader, me.account, official, registry.EDITORS).id


def working(reader: Reader, me: Identity, official: AccountId) -> AccountId:
    """Return an account that `me` works with."""
    return registry.worked_with(reader, me.account, official, registry.EVERY).id


@post("/officials", status_code=200)
async def register(db: Db, me: Identity, data: NewOfficial) -> Registered:
    """Open an official account. The secret of its programs is shown now only."""
    new = msgspec.structs.asdict(data)
    return await db.write(lambda tx: registry.register(tx, by=me.account, **new))


@get("/officials")
async def mine(db: Db, me: Identity) -> list[Official]:
    """The official accounts that you work with."""
    return await db.read(lambda reader: registry.mine(reader, by=me.account))


@patch("/officials/{id:str}")
async def change(db: Db, me: Identity, id: Id, data: OfficialChanges) -> Official:
    """Name an account, introduce it, or let a program answer instead of your rules (`mode`)."""

    def verb(tx: Any) -> Official:
        if data.mode is not None:
            rules.set_mode(tx, official=editing(tx, me, id), mode=data.mode)
        return registry.change(tx, by=me.account, official=id, name=data.name, intro=data.intro)

    return await db.write(verb)


@delete("/officials/{id:str}")
async def close(db: Db, me: Identity, id: Id) -> None:
    """Close an account for good."""
    await db.write(lambda tx: registry.close(tx, by=me.account, official=id))


@post("/officials/{id:str}/secret", status_code=200)
async def reset_secret(db: Db, me: Identity, id: Id) -> NewSecret:
    """Make a new secret; the old one opens nothing any more."""
    return NewSecret(await db.write(lambda tx: registry.reset_secret(tx, by=me.account, official=id)))


@put("/officials/{id:str}/avatar", status_code=200, request_max_body_size=AVATAR_BYTES, operation_class=media.TakesBytes)
async def set_avatar(body: bytes, db: Db, me: Identity, id: Id, blobs: Blobs, pictures: media.Pictures) -> Official:
    """Set the picture of an account: the bytes of a picture."""
    official = await db.read(lambda reader: editing(reader, me, id))
    blob = await media.store_picture(db, blobs, pictures, by=official, data=body, sizes=["avatar"])

    def verb(tx: Any) -> Official:
        media.set_avatar(tx, by=editing(tx, me, id), blob=blob.id)
        renaming.begin(tx, id)
        return registry.official(tx, id)

    return await db.write(verb)


@get("/officials/{id:str}/replies")
async def replies(db: Db, me: Identity, id: Id) -> Replies:
    """What an account answers by itself."""
    return await db.read(lambda reader: rules.replies(reader, official=working(reader, me, id)))


@put("/officials/{id:str}/replies", status_code=200)
async def set_replies(db: Db, me: Identity, id: Id, data: Replies) -> Replies:
    """Replace what an account answers by itself: to who follows, by keyword, and else."""
    return await db.write(lambda tx: rules.set_replies(tx, official=editing(tx, me, id), replies=data))


@get("/officials/{id:str}/menus")
async def list_menus(db: Db, me: Identity, id: Id) -> list[KnownMenu]:
    """All menus of an account, the newest first; that for everybody has no rule."""
    return await db.read(lambda reader: menus.menus_of(reader, official=working(reader, me, id)))


@post("/officials/{id:str}/menus", status_code=200)
async def add_menu(db: Db, me: Identity, id: Id, data: NewMenu) -> MenuNumber:
    """Replace the menu for everybody, or make another one for those whom a rule fits."""

    def verb(tx: Any) -> int:
        official = editing(tx, me, id)
        if data.rule is None:
            return menus.set_menu(tx, official=official, menu=data.menu)
        return menus.add_conditional(tx, official=official, menu=data.menu, rule=data.rule)

    return MenuNumber(await db.write(verb))


@delete("/officials/{id:str}/menus")
async def delete_menus(db: Db, me: Identity, id: Id) -> None:
    """Delete all menus of an account."""
    await db.write(lambda tx: menus.delete_menu(tx, official=editing(tx, me, id)))


@delete("/officials/{id:str}/menus/{menu:int}")
async def delete_menu(db: Db, me: Identity, id: Id, menu: Number) -> None:
    """Delete a menu for some."""
    await db.write(lambda tx: menus.delete_conditional(tx, official=editing(tx, me, id), menu=menu))


@get("/officials/{id:str}/followers")
async def followers(db: Db, me: Identity, id: Id, after: Openid = "", tag: int | None = None, blocked: bool = False) -> FollowerList:
    """Who follows an account, by openids; those of a tag, or those who are blocked."""
    return await db.read(lambda reader: page_of(reader, working(reader, me, id), after, tag, blocked))


@get("/officials/{id:str}/followers/{openid:str}")
async def follower(db: Db, me: Identity, id: Id, openid: Openid) -> OfficialFollower:
    """One follower."""
    return await db.read(lambda reader: one_of(reader, working(reader, me, id), openid))


@patch("/officials/{id:str}/followers/{openid:str}")
async def change_follower(db: Db, me: Identity, id: Id, openid: Openid, data: FollowerChanges) -> OfficialFollower:
    """Write what you call a follower, or hear nothing more of them. They see neither."""
    return await db.write(lambda tx: changed(tx, working(tx, me, id), openid, data))


@get("/officials/{id:str}/tags")
async def list_tags(db: Db, me: Identity, id: Id) -> list[Tag]:
    """The tags of an account's followers."""
    return await db.read(lambda reader: tagging.tags(reader, official=working(reader, me, id)))


@post("/officials/{id:str}/tags", status_code=200)
async def add_tag(db: Db, me: Identity, id: Id, data: TagName) -> Tag:
    """Make a tag."""
    return await db.write(lambda tx: tagging.add_tag(tx, official=working(tx, me, id), name=data.name))


@patch("/officials/{id:str}/tags/{tag:int}", status_code=204)
async def rename_tag(db: Db, me: Identity, id: Id, tag: Number, data: TagName) -> None:
    """Call a tag something else."""
    await db.write(lambda tx: tagging.rename_tag(tx, official=working(tx, me, id), id=tag, name=data.name))


@delete("/officials/{id:str}/tags/{tag:int}")
async def delete_tag(db: Db, me: Identity, id: Id, tag: Number) -> None:
    """Forget a tag, and who had it."""
    await db.write(lambda tx: tagging.delete_tag(tx, official=working(tx, me, id), id=tag))


@post("/officials/{id:str}/tags/{tag:int}/followers", status_code=204)
async def put_tag(db: Db, me: Identity, id: Id, tag: Number, data: Openids) -> None:
    """Tag followers, at most fifty at once."""
    await db.write(lambda tx: tagging.tag(tx, official=working(tx, me, id), id=tag, openids=data.openids))


@post("/officials/{id:str}/tags/{tag:int}/untag", status_code=204)
async def take_tag(db: Db, me: Identity, id: Id, tag: Number, data: Openids) -> None:
    """Take a tag from followers."""
    await db.write(lambda tx: tagging.untag(tx, official=working(tx, me, id), id=tag, openids=data.openids))


def page_of(reader: Reader, official: AccountId, after: str, tag: int | None, blocked: bool) -> FollowerList:
    """Return a page of followers: of all, of a tag, or of those who are blocked."""
    if blocked:
        total = consent.count_blocked(reader, official=official)
        openids = consent.blocked(reader, official=official, after=after, limit=PAGE)
    elif tag is not None:
        openids = tagging.tagged(reader, official=official, id=tag, after=after, limit=PAGE)
        total = next((each.count for each in tagging.tags(reader, official=official) if each.id == tag), len(openids))
    else:
        total = consent.count_followers(reader, official=official)
        openids = consent.followers(reader, official=official, after=after, limit=PAGE)
    found = {each.openid: each for each in consent.followers_by(reader, official=official, openids=openids)}
    return FollowerList(total, [_shown(reader.now, found[openid]) for openid in openids])


def one_of(reader: Reader, official: AccountId, openid: str) -> OfficialFollower:
    """Return whom an account knows by an openid. Raises `NoSuchFollower`."""
    known = consent.follower(reader, official=official, openid=openid)
    if known is None:
        raise NoSuchFollower
    return _shown(reader.now, known)


def changed(tx: Any, official: AccountId, openid: str, changes: FollowerChanges) -> OfficialFollower:
    """Change what an account notes of a follower, and return them."""
    if changes.remark is not None:
        consent.set_remark(tx, official=official, openid=openid, remark=changes.remark)
    if changes.blocked is not None:
        (consent.block if changes.blocked else consent.unblock)(tx, official=official, openids=[openid])
    return one_of(tx, official, openid)


def _shown(now: int, known: Follow) -> OfficialFollower:
    return OfficialFollower(
        openid=known.openid,
        followed_at=known.followed_at,
        left_at=known.left_at,
        source=known.source,
        scene=known.scene,
        remark=known.remark,
        tags=known.tags,
        blocked=known.blocked_at is not None,
        answer_until=known.window_until,
        answers_left=known.window_left if known.window_until >= now else 0,
    )


HANDLERS = [
    register,
    mine,
    change,
    close,
    reset_secret,
    set_avatar,
    replies,
    set_replies,
    list_menus,
    add_menu,
    delete_menus,
    delete_menu,
    followers,
    follower,
    change_follower,
    list_tags,
    add_tag,
    rename_tag,
    delete_tag,
    put_tag,
    take_tag,
]
ROUTES: list[Any] = [Router(path="/", route_handlers=HANDLERS, tags=["official accounts: staff"])]
