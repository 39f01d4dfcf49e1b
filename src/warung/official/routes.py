"""Official accounts over HTTP, for people: finding one, following it, its menu."""

from functools import partial
from typing import Annotated, Any

import msgspec
from litestar import Router, delete, get, post, put
from litestar.params import Parameter

from warung import chat
from warung.kit.blobs import Blobs
from warung.kit.db import Db
from warung.kit.ids import AccountId, BlobId, ConversationId, Identity, Nonce
from warung.official import consent, joining, menus, pressing, scanning, sharing
from warung.official.menus import Button, Menu
from warung.official.model import Following, OfficialPage, Source

Id = Annotated[AccountId, Parameter(max_length=64)]
Name = Annotated[str, Parameter(max_length=100)]


class FollowHow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one came to follow; `ticket` is that of a code that one scanned, and says by itself what the account calls it."""

    source: Source = "ADD_SCENE_OTHERS"
    ticket: str = ""


class ShownMenu(msgspec.Struct, frozen=True):
    """The menu that one sees under a conversation, and its number, by which it is pressed. None where there is none."""

    id: int
    menu: Menu | None


class PressedWith(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What goes with a press of some buttons: a code that was read, pictures that one has brought and sends next, or a place."""

    scanned: pressing.CodeRead | None = None
    pictures: tuple[BlobId, ...] = ()
    place: pressing.Spot | None = None


class Press(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which button of which menu: `<column>` or `<column>.<row>` from 0, and what goes with it."""

    menu: int
    path: str
    given: PressedWith | None = None


class Whereabouts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where one is: degrees north and east, and how far off that may be in metres."""

    latitude: float
    longitude: float
    precision: float = 0.0


class Recommend(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to show an account to."""

    conversation: ConversationId
    nonce: str


@get("/officials/find")
async def find(db: Db, me: Identity, name: Name) -> OfficialPage:
    """The official account with exactly this name or handle. There is no list of them."""
    return await db.read(lambda reader: consent.find(reader, by=me.account, name=name))


@get("/officials/following")
async def following(db: Db, me: Identity) -> list[Following]:
    """The accounts that you follow: since when, and how that came about."""
    return await db.read(lambda reader: consent.following(reader, by=me.account))


@get("/officials/{id:str}")
async def page(db: Db, me: Identity, id: Id) -> OfficialPage:
    """The page of an official account, and what is between it and you."""
    return await db.read(lambda reader: consent.page(reader, by=me.account, official=id))


@put("/officials/{id:str}/follow", status_code=200)
async def follow(db: Db, me: Identity, id: Id, data: FollowHow) -> OfficialPage:
    """Follow an account: it may write to you from now on."""

    def verb(tx: Any) -> OfficialPage:
        scene = scanning.scene_of(tx, official=id, ticket=data.ticket)
        if scene is None:
            joining.follow(tx, by=me.account, official=id, source=data.source)
        else:
            joining.follow(tx, by=me.account, official=id, source="ADD_SCENE_QR_CODE", scene=scene, ticket=data.ticket)
        return consent.page(tx, by=me.account, official=id)

    return await db.write(verb)


@delete("/officials/{id:str}/follow")
async def unfollow(db: Db, me: Identity, id: Id) -> None:
    """Follow an account no more: nothing of it arrives from now on."""
    await db.write(lambda tx: joining.unfollow(tx, by=me.account, official=id))


@get("/officials/{id:str}/menu")
async def menu(db: Db, me: Identity, id: Id) -> ShownMenu:
    """The menu under your conversation with an account."""
    shown = await db.read(lambda reader: menus.shown_to(reader, official=id, account=me.account))
    return ShownMenu(0, None) if shown is None else ShownMenu(shown.id, menus.shown(shown.menu))


@post("/officials/{id:str}/press", status_code=200)
async def press(db: Db, blobs: Blobs, me: Identity, id: Id, data: Press) -> Button:
    """Press a button of the menu. What it opens is yours to open."""
    brought = data.given or PressedWith()
    sums = await pressing.fingerprints(db, blobs, by=me.account, pictures=brought.pictures)
    given = pressing.With(brought.scanned, sums, brought.place)
    verb = partial(pressing.press, by=me.account, official=id, menu=data.menu, path=data.path, given=given)
    return menus.public(await db.write(verb))


@post("/officials/{id:str}/location", status_code=204)
async def report_location(db: Db, me: Identity, id: Id, data: Whereabouts) -> None:
    """Tell an account that you follow where you are."""
    where = {"latitude": data.latitude, "longitude": data.longitude, "precision": data.precision}
    await db.write(lambda tx: pressing.report_location(tx, by=me.account, official=id, **where))


@post("/officials/{id:str}/recommendations", status_code=200)
async def recommend(db: Db, me: Identity, id: Id, data: Recommend) -> chat.Message:
    """Show an account to somebody, as a card in a conversation."""
    return await db.write(lambda tx: sharing.recommend(tx, by=me.account, official=id, to=data.conversation, nonce=Nonce(data.nonce)))


HANDLERS = [find, following, page, follow, unfollow, menu, press, report_location, recommend]
ROUTES: list[Any] = [Router(path="/", route_handlers=HANDLERS, tags=["official accounts"])]
