"""The HTTP of the face under /api: where an account's program is called, what a page may do, and where one has signed in."""

from typing import Any

from litestar import Router, delete, get, post, put

from warung.kit.db import Db
from warung.kit.domain import Services
from warung.kit.ids import AccountId, Identity
from warung.media import Pictures, Players, TakesBytes
from warung.wechat import oauth, page_media, service, tickets
from warung.wechat.model import Callback, PageClaim, PageVerified, ProgramDomains, ProgramFace, SiteFace
from warung.wechat.page_media import PageBlob, PageMedia


@get("/officials/{id:str}/callback")
async def callback(id: AccountId, db: Db, me: Identity) -> ProgramFace:
    """Where an account's program is called, and how that goes; an empty address where none is."""
    return await db.read(lambda reader: service.program(reader, by=me.account, account=id))


@put("/officials/{id:str}/callback", status_code=200)
async def set_callback(id: AccountId, data: Callback, services: Services, me: Identity) -> ProgramFace:
    """Have a program called at an address, when it answers there as it should: it is asked at once."""
    return await service.set_callback(services, by=me.account, account=id, wanted=data)


@delete("/officials/{id:str}/callback")
async def remove_callback(id: AccountId, db: Db, me: Identity) -> None:
    """Call no program any more."""
    await db.write(lambda tx: service.remove_callback(tx, by=me.account, account=id))


@put("/officials/{id:str}/domains", status_code=200)
async def set_domains(id: AccountId, data: ProgramDomains, db: Db, me: Identity) -> ProgramFace:
    """Say which sites are the account's, for signing in and for the JS-SDK, and from which addresses its program may call."""
    return await db.write(lambda tx: service.set_domains(tx, by=me.account, account=id, wanted=data))


@post("/pages/verify", status_code=200)
async def verify_page(data: PageClaim, db: Db, me: Identity) -> PageVerified:
    """May a page that is open in the client use the JS-SDK in an account's name?"""
    return await db.read(lambda reader: tickets.verified(reader, by=me.account, claim=data))


@post("/pages/media", status_code=200, request_max_body_size=page_media.BYTES, operation_class=TakesBytes)
async def upload_from_page(body: bytes, appid: str, services: Services, pictures: Pictures, players: Players, me: Identity) -> PageMedia:
    """Give an account a picture through a page of its own, for three days: the bytes of a picture, whatever the content type says."""
    return await page_media.take(services, pictures, players, by=me.account, appid=appid, data=body)


@get("/pages/media")
async def show_in_page(appid: str, media_id: str, db: Db, me: Identity) -> PageBlob:
    """A picture that a page of an account names, to be shown to you."""
    return await db.write(lambda tx: page_media.give(tx, by=me.account, appid=appid, media_id=media_id))


@get("/sites")
async def my_sites(db: Db, me: Identity) -> list[SiteFace]:
    """The sites that you agreed to tell something."""
    return await db.read(lambda reader: oauth.sites(reader, by=me.account))


@delete("/sites/{appid:str}")
async def leave_site(appid: str, db: Db, me: Identity) -> None:
    """Take back what you agreed to; what the site holds opens nothing from now on."""
    await db.write(lambda tx: oauth.leave_site(tx, by=me.account, appid=appid))


HANDLERS = [callback, set_callback, remove_callback, set_domains, verify_page, upload_from_page, show_in_page, my_sites, leave_site]
ROUTES: list[Any] = [Router(path="/", route_handlers=HANDLERS, tags=["wechat"])]
