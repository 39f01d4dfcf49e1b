"""The HTTP of an account's programs for what it says to many: broadcasts, notifications, articles and codes, under /official/v1."""

from typing import Annotated, Any

import msgspec
from litestar import Router, get, post
from litestar.di import Provide
from litestar.params import Parameter

from warung import media
from warung.kit.blobs import Blobs
from warung.kit.db import Db, Tx
from warung.kit.site import Site
from warung.official import broadcasting, keeping, notifying, publishing, routes_sending, scanning, writing
from warung.official.model_materials import MOST_BYTES
from warung.official.model_templates import NotificationRepeated, Value
from warung.official.programs_model import Program
from warung.official.routes_articles import (
    DraftItems,
    OfficialDraft,
    OfficialMaterial,
    PublishBegun,
    draft_shown,
    material_shown,
    writing_of,
)
from warung.official.routes_codes import NewCode, SceneCode, code_shown
from warung.official.routes_programs import program as of_token
from warung.official.routes_sending import BroadcastShown, BroadcastsShown, NewBroadcast, TemplatesShown

Key = Annotated[str, Parameter(max_length=64)]


class Notify(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A notification to a follower who agreed to it: what goes to each place of the template. `nonce` is made once per intent."""

    to: str
    data: dict[str, str]
    nonce: str
    url: str = ""


class Notified(msgspec.Struct, frozen=True):
    """The number of a notification; the event `template.finished` or `subscription.sent` names it."""

    number: str


@get("/broadcasts")
async def broadcasts(db: Db, program: Program, before: Key | None = None) -> BroadcastsShown:
    """What the account has sent to many, and how many broadcasts it has left."""
    return await db.read(lambda reader: routes_sending.listed(reader, program.official, before))


@post("/broadcasts", status_code=201)
async def order(db: Db, program: Program, data: NewBroadcast) -> BroadcastShown:
    """Send something to many followers, now or at a time. It counts towards the quota."""
    return await db.write(lambda tx: routes_sending.ordered(tx, program.official, data, None))


@get("/broadcasts/{broadcast:str}")
async def one(db: Db, program: Program, broadcast: Key) -> BroadcastShown:
    """A broadcast and how far it is, counted now."""
    return await db.read(
        lambda reader: routes_sending.shown(reader, broadcasting.broadcast_of(reader, official=program.official, id=broadcast), count=True)
    )


@post("/broadcasts/{broadcast:str}/cancel", status_code=200)
async def cancel(db: Db, program: Program, broadcast: Key) -> BroadcastShown:
    """Stop a broadcast."""
    return await db.write(lambda tx: routes_sending.shown(tx, broadcasting.cancel_broadcast(tx, official=program.official, id=broadcast)))


@get("/templates")
async def templates(db: Db, program: Program) -> TemplatesShown:
    """The templates of the account."""
    return await db.read(
        lambda reader: TemplatesShown(
            [routes_sending.template_shown(reader, each) for each in notifying.templates(reader, official=program.official)]
        )
    )


@post("/templates/{template:str}/messages", status_code=201)
async def notify(db: Db, program: Program, template: Key, data: Notify) -> Notified:
    """Notify a follower who agreed to this template."""

    def verb(tx: Tx) -> Notified:
        values = {name: Value(value) for name, value in data.data.items()}
        more: dict[str, Any] = {"official": program.official, "template": template, "data": values}
        try:
            number = notifying.send_template(tx, openid=data.to, url=data.url, client_id=data.nonce, **more)
        except NotificationRepeated as again:
            return Notified(again.details["number"])
        return Notified(str(number))

    return await db.write(verb)


@post("/materials", status_code=201, request_max_body_size=MOST_BYTES["video"], operation_class=media.TakesBytes)
async def add_material(
    body: bytes,
    db: Db,
    program: Program,
    blobs: Blobs,
    pictures: media.Pictures,
    players: media.Players,
    kind: str = "image",
    name: str = "",
) -> OfficialMaterial:
    """Keep a picture, a voice or a film for articles and messages."""
    kept = await keeping.bring(db, blobs, pictures, players, official=program.official, kind=kind, data=body, name=name[-200:])
    return await db.read(lambda reader: material_shown(reader, kept))


@post("/drafts", status_code=201)
async def add_draft(db: Db, program: Program, data: DraftItems) -> OfficialDraft:
    """Begin an article of one to eight items."""
    items = [writing_of(item) for item in data.items]
    return await db.write(lambda tx: draft_shown(writing.add_draft(tx, official=program.official, items=items)))


@post("/drafts/{draft:str}/publish", status_code=202)
async def publish(db: Db, program: Program, draft: Key) -> PublishBegun:
    """Make a draft public; the event `publish.finished` tells what came of it."""
    begun = await db.write(lambda tx: publishing.publish(tx, official=program.official, media_id=draft))
    return PublishBegun(str(begun.id))


@post("/codes", status_code=201)
async def add_code(db: Db, program: Program, site: Site, data: NewCode) -> SceneCode:
    """Make a code that tells where somebody comes from."""
    made = await db.write(lambda tx: scanning.make_code(tx, official=program.official, scene=data.scene, expires_s=data.expires_s))
    return code_shown(made, site, 0)


HANDLERS = [broadcasts, order, one, cancel, templates, notify, add_material, add_draft, publish, add_code]
ROUTES: list[Any] = [
    Router(
        path="/official/v1",
        route_handlers=HANDLERS,
        dependencies={"program": Provide(of_token)},
        security=[{"bearer": []}],
        tags=["programs of official accounts"],
    )
]
