"""The HTTP of imports: upload and look, run, follow, and answer whether an imported name is oneself."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
from litestar import Request, Router, delete, get, post
from litestar.exceptions import InternalServerException

from warung import media
from warung.importers import service
from warung.importers.model import DateOrder
from warung.importers.running import Importing
from warung.importers.uploads import Claim, Hints, Import, UploadBroken
from warung.kit.db import Db
from warung.kit.ids import AccountId, Identity
from warung.kit.text import bounded

NAME_CHARS = 255


class Run(msgspec.Struct, forbid_unknown_fields=True):
    """Which names are which accounts: contacts, who are asked, or oneself."""

    people: dict[str, AccountId] = {}


class ReadAgain(msgspec.Struct, forbid_unknown_fields=True):
    """What to read differently; what is left out stays as it was said."""

    time_zone: str | None = None
    date_order: DateOrder | None = None
    chat: int | None = None


class Answer(msgspec.Struct, forbid_unknown_fields=True):
    """Yes, that is me; or no."""

    accept: bool


@post("/imports", status_code=200, request_max_body_size=None, operation_class=media.TakesBytes)
async def upload(
    request: Request[Any, Any, Any],
    me: Identity,
    importing: Importing,
    name: str = "",
    time_zone: str = "UTC",
    date_order: DateOrder | None = None,
    chat: int = 0,
) -> Import:
    """Upload an export of WhatsApp or Telegram and see what is in it; `name` is what the file is called. Nothing is imported yet."""
    hints = Hints(name=bounded(name, limit=NAME_CHARS), time_zone=bounded(time_zone, limit=NAME_CHARS), date_order=date_order, chat=chat)
    return await importing.receive(_body(request), by=me.account, hints=hints)


async def _body(request: Request[Any, Any, Any]) -> AsyncIterator[bytes]:
    try:
        async for piece in request.stream():
            yield piece
    except InternalServerException as gone:  # what the web framework says when the sender went away
        raise UploadBroken from gone


@get("/imports")
async def overview(db: Db, me: Identity) -> list[Import]:
    """List your uploads, newest first; their reports without people and lines."""
    return await db.read(lambda reader: service.overview(reader, by=me.account))


@get("/imports/{id:str}")
async def one(db: Db, me: Identity, id: str) -> Import:
    """Return an upload with its report."""
    return service.shown(await db.read(lambda reader: service.mine(reader, by=me.account, id=id)))


@post("/imports/{id:str}/read", status_code=200)
async def read_again(me: Identity, importing: Importing, id: str, data: ReadAgain) -> Import:
    """Read an upload again with another order of dates, time zone or conversation."""
    change = {name: value for name, value in msgspec.structs.asdict(data).items() if value is not None}
    if data.time_zone is not None:
        bounded(data.time_zone, limit=NAME_CHARS)
    return await importing.read_again(by=me.account, id=id, change=lambda hints: msgspec.structs.replace(hints, **change))


@post("/imports/{id:str}/run", status_code=200)
async def run(me: Identity, importing: Importing, id: str, data: Run) -> Import:
    """Import an upload, into a new conversation or, what is new of it, into the one it went into before."""
    return await importing.run(by=me.account, id=id, people=data.people)


@delete("/imports/{id:str}")
async def drop(me: Identity, importing: Importing, id: str) -> None:
    """Forget an upload and stop importing it. What was imported stays."""
    await importing.drop(by=me.account, id=id)


@get("/imports/claims")
async def claims(db: Db, me: Identity) -> list[Claim]:
    """List the imported names that contacts say are you."""
    return await db.read(lambda reader: service.claims(reader, by=me.account))


@post("/imports/claims/{id:str}", status_code=204)
async def answer(db: Db, me: Identity, id: str, data: Answer) -> None:
    """Say whether an imported name is you. If so, you become a member, and what stands under the name becomes yours."""
    await db.write(lambda tx: service.answer(tx, by=me.account, id=id, accept=data.accept))


ROUTES: list[Any] = [Router(path="/", route_handlers=[upload, overview, one, read_again, run, drop, claims, answer], tags=["imports"])]
