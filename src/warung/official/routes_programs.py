"""The HTTP of an account's programs, under /official/v1: each proves itself by its token and acts for its account."""

import asyncio
import contextlib
from typing import Annotated, Any

import msgspec
from litestar import Request, Router, delete, get, patch, post, put
from litestar.di import Provide
from litestar.params import Parameter
from litestar.response import Redirect

from warung import media
from warung.kit.db import Db, Reader, Tx
from warung.kit.ids import AccountId, BlobId, Nonce
from warung.kit.outside import Outside
from warung.official import answers, log, menus, programs, registry, serving, tagging, talking, webhooks
from warung.official.answers import AutoAnswer, NotAnAnswer
from warung.official.cards import Choices, News, NewsItem, OfficialCard, Option
from warung.official.desk_model import DeskSession
from warung.official.menus import KnownMenu
from warung.official.model import Official, Tag
from warung.official.programs_model import Program
from warung.official.routes_desk import SaidAt
from warung.official.routes_staff import (
    FollowerChanges,
    FollowerList,
    MenuNumber,
    NewMenu,
    OfficialFollower,
    Openid,
    Openids,
    TagName,
    changed,
    one_of,
    page_of,
)
from warung.official.routes_team import (
    HookAddress,
    OfficialEvents,
    OfficialHook,
    OnTheirWay,
    OpenedHook,
    events_of,
    hooks_of,
    shown,
)

Key = Annotated[str, Parameter(max_length=64)]
Number = Annotated[int, Parameter(ge=0, le=1 << 53)]
Limit = Annotated[int, Parameter(ge=1, le=log.PAGE)]
Wait = Annotated[int, Parameter(ge=0, le=25)]
LOOK_EVERY_S = 0.2


class Offer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question with answers to tap."""

    items: tuple[Option, ...]
    head: str = ""
    tail: str = ""


class Say(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to say to a follower: words, or a material, an article, links as `news`, or `choices`. `nonce` is made once per intent."""

    to: str
    nonce: str
    text: str = ""
    media_id: str = ""
    article: str = ""
    news: tuple[NewsItem, ...] = ()
    choices: Offer | None = None


class OpenCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """To whom at the desk a follower is brought; to whoever is free, or to those who wait, without."""

    kf: str | None = None


async def program(request: Request[Any, Any, Any], db: Db) -> Program:
    """Return the program whose token came with a request. Raises `NotAProgram`."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    given = token.strip() if scheme.lower() == "bearer" else ""
    return await db.read(lambda reader: programs.program_by(reader, given))


@get("/account")
async def account(db: Db, program: Program) -> Official:
    """The account that this program acts for."""
    return await db.read(lambda reader: registry.official(reader, program.official))


@post("/messages", status_code=200)
async def say(db: Db, program: Program, data: Say) -> SaidAt:
    """AutoAnswer a follower who wrote or did something lately. The same nonce again is the same message."""

    def verb(tx: Tx) -> SaidAt:
        card = spoken(tx, program.official, data)
        message = talking.answer(tx, official=program.official, to=data.to, card=card, nonce=Nonce(data.nonce))
        return SaidAt(message.seq, message.at)

    return await db.write(verb)


@post("/followers/{openid:str}/typing", status_code=204)
async def typing(db: Db, program: Program, openid: Openid) -> None:
    """Show a follower that somebody writes to them."""
    await db.read(lambda reader: talking.typing(reader, official=program.official, to=openid))


@get("/events")
async def events(
    db: Db, program: Program, stopping: asyncio.Event, after: Number = 0, limit: Limit = log.PAGE, wait_s: Wait = 0
) -> OfficialEvents:
    """What happened behind a number, in order. With `wait_s`, that nothing did is answered after so many seconds only."""
    until = asyncio.get_running_loop().time() + wait_s
    while True:
        found = await db.read(lambda reader: events_of(reader, program.official, after, limit))
        if found.events or stopping.is_set() or asyncio.get_running_loop().time() >= until:
            return found
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), LOOK_EVERY_S)


@get("/followers")
async def followers(db: Db, program: Program, after: Openid = "", tag: int | None = None, blocked: bool = False) -> FollowerList:
    """Who follows the account, by openids; those of a tag, or those who are blocked."""
    return await db.read(lambda reader: page_of(reader, program.official, after, tag, blocked))


@get("/followers/{openid:str}")
async def follower(db: Db, program: Program, openid: Openid) -> OfficialFollower:
    """One follower."""
    return await db.read(lambda reader: one_of(reader, program.official, openid))


@patch("/followers/{openid:str}")
async def change_follower(db: Db, program: Program, openid: Openid, data: FollowerChanges) -> OfficialFollower:
    """Write what the account calls a follower, or hear nothing more of them."""
    return await db.write(lambda tx: changed(tx, program.official, openid, data))


@get("/tags")
async def list_tags(db: Db, program: Program) -> list[Tag]:
    """The tags of the account's followers."""
    return await db.read(lambda reader: tagging.tags(reader, official=program.official))


@post("/tags", status_code=200)
async def add_tag(db: Db, program: Program, data: TagName) -> Tag:
    """Make a tag."""
    return await db.write(lambda tx: tagging.add_tag(tx, official=program.official, name=data.name))


@patch("/tags/{tag:int}", status_code=204)
async def rename_tag(db: Db, program: Program, tag: Number, data: TagName) -> None:
    """Call a tag something else."""
    await db.write(lambda tx: tagging.rename_tag(tx, official=program.official, id=tag, name=data.name))


@delete("/tags/{tag:int}")
async def delete_tag(db: Db, program: Program, tag: Number) -> None:
    """Forget a tag, and who had it."""
    await db.write(lambda tx: tagging.delete_tag(tx, official=program.official, id=tag))


@post("/tags/{tag:int}/followers", status_code=204)
async def put_tag(db: Db, program: Program, tag: Number, data: Openids) -> None:
    """Tag followers, at most fifty at once."""
    await db.write(lambda tx: tagging.tag(tx, official=program.official, id=tag, openids=data.openids))


@post("/tags/{tag:int}/untag", status_code=204)
async def take_tag(db: Db, program: Program, tag: Number, data: Openids) -> None:
    """Take a tag from followers."""
    await db.write(lambda tx: tagging.untag(tx, official=program.official, id=tag, openids=data.openids))


@get("/menus")
async def list_menus(db: Db, program: Program) -> list[KnownMenu]:
    """All menus of the account, the newest first; that for everybody has no rule."""
    return await db.read(lambda reader: menus.menus_of(reader, official=program.official))


@put("/menus", status_code=200)
async def put_menu(db: Db, program: Program, data: NewMenu) -> MenuNumber:
    """Replace the menu for everybody, or make another one for those whom a rule fits."""

    def verb(tx: Tx) -> int:
        if data.rule is None:
            return menus.set_menu(tx, official=program.official, menu=data.menu)
        return menus.add_conditional(tx, official=program.official, menu=data.menu, rule=data.rule)

    return MenuNumber(await db.write(verb))


@delete("/menus")
async def delete_menus(db: Db, program: Program) -> None:
    """Delete all menus of the account."""
    await db.write(lambda tx: menus.delete_menu(tx, official=program.official))


@get("/hooks")
async def list_hooks(db: Db, program: Program) -> list[OfficialHook]:
    """Where the account's programs are told what happens."""
    return await db.read(lambda reader: hooks_of(reader, program.official))


@post("/hooks", status_code=200)
async def add_hook(db: Db, program: Program, outside: Outside, data: HookAddress) -> OpenedHook:
    """Tell a program what happens from now on. The secret is shown once."""
    await outside.check(data.url)
    return shown(await db.write(lambda tx: webhooks.add_hook(tx, official=program.official, url=data.url)))


@post("/hooks/{hook:str}/replay", status_code=200)
async def replay(db: Db, program: Program, hook: Key, after: Number = 0) -> OnTheirWay:
    """Tell a program again what happened behind a number."""
    return OnTheirWay(await db.write(lambda tx: webhooks.replay(tx, official=program.official, id=hook, after=after)))


@delete("/hooks/{hook:str}")
async def remove_hook(db: Db, program: Program, hook: Key) -> None:
    """Tell a program no more."""
    await db.write(lambda tx: webhooks.remove_hook(tx, official=program.official, id=hook))


@post("/desk/{openid:str}", status_code=200)
async def open_case(db: Db, program: Program, openid: Openid, data: OpenCase) -> DeskSession:
    """Bring a follower to the people at the desk."""
    return await db.write(lambda tx: serving.open_session(tx, official=program.official, openid=openid, kf=data.kf))


@delete("/desk/{openid:str}")
async def close_case(db: Db, program: Program, openid: Openid) -> None:
    """End a follower's case at the desk."""
    await db.write(lambda tx: serving.close_session(tx, official=program.official, openid=openid))


@get("/media/{blob:str}/{size:str}", status_code=302)
async def see(db: Db, program: Program, blob: BlobId, size: media.SizeName, viewers: media.Viewers) -> Redirect:
    """Redirect to a link that opens what a follower sent."""
    return await media.way_to(db, by=program.official, blob=blob, size=size, viewers=viewers)


def spoken(reader: Reader, official: AccountId, said: Say) -> OfficialCard:
    """Return the card of what a program says. Raises `NotAnAnswer` for none, and for more than one thing."""
    plain = bool(said.text or said.media_id or said.article)
    if plain + bool(said.news) + (said.choices is not None) != 1:
        raise NotAnAnswer
    if said.news:
        return _news(reader, official, said.news)
    if said.choices is not None:
        return Choices(head=said.choices.head, items=said.choices.items, tail=said.choices.tail)
    return answers.card_of(reader, official, AutoAnswer(said.text, said.media_id, said.article), why="")


def _news(reader: Reader, official: AccountId, items: tuple[NewsItem, ...]) -> News:
    """Return links, and articles of the account's own: a card that leads to an article is the permission to read it."""
    for item in items:
        if item.preview:
            raise NotAnAnswer
        if item.article:
            answers.card_of(reader, official, AutoAnswer(article=item.article), why="")
    return News(items=items)


HANDLERS = [
    account,
    say,
    typing,
    events,
    followers,
    follower,
    change_follower,
    list_tags,
    add_tag,
    rename_tag,
    delete_tag,
    put_tag,
    take_tag,
    list_menus,
    put_menu,
    delete_menus,
    list_hooks,
    add_hook,
    replay,
    remove_hook,
    open_case,
    close_case,
    see,
]
ROUTES: list[Any] = [
    Router(
        path="/official/v1",
        route_handlers=HANDLERS,
        dependencies={"program": Provide(program)},
        security=[{"bearer": []}],
        tags=["programs of official accounts"],
    )
]
