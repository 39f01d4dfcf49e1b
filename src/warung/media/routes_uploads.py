"""The HTTP of files on their way here, of what an account wants and takes up, and of what a link leads to."""

from typing import Annotated

import msgspec
from litestar import Router, delete, get, patch, post, put

from warung.kit.blobs import Blobs
from warung.kit.db import Db
from warung.kit.ids import AccountId, Identity
from warung.kit.outside import Outside
from warung.media import previews, uploads
from warung.media.model import Blob, Purpose, Taken, Upload, Usage
from warung.media.pictures import Pictures
from warung.media.previews import LinkPreview
from warung.media.receiving import Studio
from warung.media.routes import TakesBytes
from warung.media.storing import plain_name
from warung.media.uploads import CHUNK


class Begin(msgspec.Struct, forbid_unknown_fields=True):
    """What is coming: a photo, a film, a voice or a file, of so many `bytes`. `original` keeps the photo in full, too."""

    purpose: Purpose
    bytes: int
    name: str = ""
    original: bool = False


class Wishes(msgspec.Struct, forbid_unknown_fields=True):
    """What is to change; what is left out stays."""

    keep_days: int | None = None
    previews: bool | None = None


class Quota(msgspec.Struct, forbid_unknown_fields=True):
    """How much an account may take up: 0 for any number of bytes, null for as much as everybody."""

    quota_bytes: Annotated[int, msgspec.Meta(ge=0, le=1 << 60)] | None = None


class Address(msgspec.Struct, forbid_unknown_fields=True):
    """A link."""

    url: str


@post("/uploads", status_code=201)
async def begin(db: Db, me: Identity, data: Begin) -> Upload:
    """Announce a file. It follows in pieces of `chunk` bytes, each to the offset where the last one ended."""
    name = plain_name(data.name)
    return await db.write(
        lambda tx: uploads.begin(tx, by=me.account, purpose=data.purpose, name=name, size=data.bytes, original=data.original)
    )


@get("/uploads/{id:str}")
async def one(db: Db, me: Identity, id: str) -> Upload:
    """Return how much of an upload has arrived: after a lost connection one goes on there."""
    return await db.read(lambda reader: uploads.mine(reader, by=me.account, id=id))


@put("/uploads/{id:str}/{offset:int}", status_code=200, request_max_body_size=CHUNK, operation_class=TakesBytes)
async def take(me: Identity, studio: Studio, id: str, offset: int, body: bytes) -> Upload:
    """Send a piece: the bytes from `offset` on."""
    return await studio.take(by=me.account, id=id, offset=offset, data=body)


@post("/uploads/{id:str}/finish", status_code=200)
async def finish(me: Identity, studio: Studio, id: str) -> Blob:
    """Make of an upload what it was announced as. Asked again, it answers the same."""
    return await studio.finish(by=me.account, id=id)


@delete("/uploads/{id:str}")
async def cancel(me: Identity, studio: Studio, id: str) -> None:
    """Forget an upload. What it became stays."""
    await studio.cancel(by=me.account, id=id)


@get("/media/mine")
async def usage(db: Db, me: Identity) -> Usage:
    """Return what you take up here, and what you want."""
    return await db.read(lambda reader: uploads.usage(reader, by=me.account))


@patch("/media/mine")
async def change(db: Db, me: Identity, data: Wishes) -> Usage:
    """Say how long what you send is kept, and whether your links are looked up."""
    return await db.write(lambda tx: uploads.change_wish(tx, by=me.account, keep_days=data.keep_days, previews=data.previews))


@get("/operator/media")
async def everybody(db: Db, me: Identity) -> list[Taken]:
    """Return who takes up most here."""
    return await db.read(lambda reader: uploads.everybody(reader, by=me.account))


@put("/operator/media/{account:str}", status_code=204)
async def set_quota(db: Db, me: Identity, account: AccountId, data: Quota) -> None:
    """Let an account take up more or less than everybody."""
    await db.write(lambda tx: uploads.set_quota(tx, by=me.account, account=account, quota_bytes=data.quota_bytes))


@post("/link-previews", status_code=200)
async def look(me: Identity, db: Db, blobs: Blobs, pictures: Pictures, outside: Outside, data: Address) -> LinkPreview:
    """Look where a link leads, to show it with the message."""
    return await previews.look(db, blobs, pictures, outside, by=me.account, url=data.url)


ROUTES = [Router(path="/", route_handlers=[begin, one, take, finish, cancel, usage, change, everybody, set_quota, look], tags=["media"])]
