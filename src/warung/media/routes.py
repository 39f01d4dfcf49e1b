"""The HTTP of media under /api: one's avatar, and the way from a blob's id to a link that opens it."""

from dataclasses import dataclass
from typing import Annotated

import msgspec
from litestar import Router, delete, get, post, put
from litestar.openapi.spec import OpenAPIFormat, OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema
from litestar.params import Parameter
from litestar.response import Redirect

from warung import accounts
from warung.kit.blobs import Blobs
from warung.kit.db import Db
from warung.kit.ids import AccountId, BlobId, Identity
from warung.media import hearing, service
from warung.media.hearing import Heard
from warung.media.model import SizeName, Viewers
from warung.media.pictures import Pictures
from warung.media.storing import store_picture

AVATAR_BYTES = 10 << 20
REMEMBERED_S = 60  # how long a browser may reuse a redirect: less than its link lives


@dataclass
class TakesBytes(Operation):
    """Says in the OpenAPI document that the body is the bytes of a file."""

    def __post_init__(self) -> None:
        """Describe the body."""
        binary = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY))
        self.request_body = RequestBody(content={"application/octet-stream": binary}, required=True)


class ListenedTo(msgspec.Struct, forbid_unknown_fields=True):
    """Voices that you have listened to, up to 200."""

    voices: Annotated[list[BlobId], msgspec.Meta(max_length=hearing.AT_ONCE)]


@put("/me/avatar", status_code=200, request_max_body_size=AVATAR_BYTES, operation_class=TakesBytes)
async def put_avatar(body: bytes, db: Db, me: Identity, blobs: Blobs, pictures: Pictures) -> accounts.Me:
    """Set one's avatar: the bytes of a picture, whatever the content type says."""
    blob = await store_picture(db, blobs, pictures, by=me.account, data=body, sizes=["avatar"])
    return await db.write(lambda tx: service.set_avatar(tx, by=me.account, blob=blob.id))


@delete("/me/avatar")
async def delete_avatar(db: Db, me: Identity) -> None:
    """Show no avatar."""
    await db.write(lambda tx: service.set_avatar(tx, by=me.account, blob=None))


@get("/media/{blob:str}/{size:str}", status_code=302)
async def see(blob: BlobId, size: SizeName, db: Db, me: Identity, viewers: Viewers) -> Redirect:
    """Redirect to a link that opens a picture or a file for five minutes."""
    return await way_to(db, by=me.account, blob=blob, size=size, viewers=viewers)


async def way_to(db: Db, *, by: AccountId, blob: BlobId, size: SizeName, viewers: Viewers) -> Redirect:
    """Return the redirect to a signed link, for whoever asks in the name of `by`. Raises `BlobMissing`."""
    url = await db.read(lambda reader: service.link(reader, by=by, blob=blob, size=size, viewers=viewers))
    if url is None:
        await db.write(service.make_link_secret)
        url = await db.read(lambda reader: service.link(reader, by=by, blob=blob, size=size, viewers=viewers))
    assert url is not None
    return Redirect(url, status_code=302, headers={"cache-control": f"private, max-age={REMEMBERED_S}", "vary": "cookie, authorization"})


@get("/media/heard")
async def heard(db: Db, me: Identity, since: Annotated[int, Parameter(ge=0, le=1 << 60)] = 0) -> Heard:
    """Return the voices that you have listened to since a moment, on any device."""
    return await db.read(lambda reader: hearing.heard(reader, by=me.account, since=since))


@post("/media/heard", status_code=204)
async def hear(db: Db, me: Identity, data: ListenedTo, viewers: Viewers) -> None:
    """Note that you have listened to voices."""
    await db.write(lambda tx: hearing.hear(tx, by=me.account, voices=data.voices, viewers=viewers))


ROUTES = [Router(path="/", route_handlers=[put_avatar, delete_avatar, heard, hear, see], tags=["media"])]
