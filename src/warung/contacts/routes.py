"""Contacts over HTTP: looking people up, codes, requests, blocks, reports."""

from typing import Annotated, Any

import msgspec
from litestar import Response, Router, delete, get, patch, post, put
from litestar.params import Parameter

from warung import accounts
from warung.contacts import bonds, codes, complaints, persons, requests
from warung.contacts.bonds import Notes
from warung.contacts.codes import Code
from warung.contacts.complaints import Complaint
from warung.contacts.model import Accepted, Contact, Overview, Person, Report, Request, Via
from warung.kit.db import Db
from warung.kit.ids import AccountId, ConversationId, Identity
from warung.kit.site import Site

Id = Annotated[str, Parameter(max_length=64)]


class AskContact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom one asks, with which words, and how one found them; `code` where that was a contact code."""

    to: AccountId
    greeting: str
    via: Via
    code: str | None = None


class Opened(msgspec.Struct, frozen=True):
    """The conversation of two who have become contacts."""

    conversation: ConversationId


class Written(msgspec.Struct, frozen=True):
    """The id of a report that was kept."""

    id: str


class Reports(msgspec.Struct, frozen=True):
    """A page of reports, newest first; the next page is `before` the last id of this one."""

    reports: list[Report]


@get("/people")
async def look_up(db: Db, me: Identity, handle: str | None = None, code: str | None = None) -> Person:
    """Somebody by their exact handle, or by the code in their QR code. There is no other way to search for people."""
    await db.write(lambda tx: persons.count_look_up(tx, by=me.account))
    return await db.read(lambda reader: persons.look_up(reader, by=me.account, handle=handle, code=code))


@get("/my-code")
async def my_code(db: Db, me: Identity, site: Site) -> Code:
    """Your own code, as a link and as a picture to be scanned."""
    return await db.read(lambda reader: codes.my_code(reader, by=me.account, site=site))


@post("/my-code/reset", status_code=200)
async def reset_my_code(db: Db, me: Identity, site: Site) -> Code:
    """A new code; the old one finds nobody any more."""
    return await db.write(lambda tx: codes.reset_my_code(tx, by=me.account, site=site))


@get("/qr", media_type="image/svg+xml")
async def qr(me: Identity, text: str) -> Response[str]:
    """Any short text as a QR code (SVG)."""
    return Response(accounts.qr(text), media_type="image/svg+xml", headers={"content-security-policy": "default-src 'none'; sandbox"})


@get("/contacts")
async def contacts(db: Db, me: Identity) -> Overview:
    """All your contacts, requests in both directions, and whom you block."""
    return await db.read(lambda reader: persons.overview(reader, by=me.account))


@post("/contacts/requests", status_code=200)
async def request(db: Db, me: Identity, data: AskContact) -> Request | Accepted:
    """Ask somebody to become a contact. Who was asked by them already is a contact at once."""
    return await db.write(lambda tx: requests.request(tx, by=me.account, to=data.to, greeting=data.greeting, via=data.via, code=data.code))


@post("/contacts/requests/{id:str}/accept", status_code=200)
async def accept(db: Db, me: Identity, id: Id) -> Opened:
    """Become the contact of whoever sent this request."""
    return Opened((await db.write(lambda tx: requests.accept(tx, by=me.account, id=id))).conversation)


@post("/contacts/requests/{id:str}/decline", status_code=204)
async def decline(db: Db, me: Identity, id: Id) -> None:
    """Put a request aside. Its sender is not told."""
    await db.write(lambda tx: requests.decline(tx, by=me.account, id=id))


@delete("/contacts/requests/{id:str}")
async def withdraw(db: Db, me: Identity, id: Id) -> None:
    """Take your own request back."""
    await db.write(lambda tx: requests.withdraw(tx, by=me.account, id=id))


@patch("/contacts/{account:str}")
async def annotate(db: Db, me: Identity, account: Id, data: Notes) -> Contact:
    """Your own name and tags for a contact; nobody else sees them."""
    return await db.write(lambda tx: bonds.annotate(tx, by=me.account, other=AccountId(account), notes=data))


@delete("/contacts/{account:str}")
async def remove(db: Db, me: Identity, account: Id) -> None:
    """Part from a contact. What you wrote to each other stays readable."""
    await db.write(lambda tx: bonds.remove(tx, by=me.account, other=AccountId(account)))


@put("/blocks/{account:str}", status_code=204)
async def block(db: Db, me: Identity, account: Id) -> None:
    """Hear nothing more of somebody. They are not told."""
    await db.write(lambda tx: bonds.block(tx, by=me.account, other=AccountId(account)))


@delete("/blocks/{account:str}")
async def unblock(db: Db, me: Identity, account: Id) -> None:
    """Let somebody send you requests again."""
    await db.write(lambda tx: bonds.unblock(tx, by=me.account, other=AccountId(account)))


@post("/reports", status_code=200)
async def report(db: Db, me: Identity, data: Complaint) -> Written:
    """Tell the operator about a person, a message or a group. It is kept with its evidence."""
    return Written(await db.write(lambda tx: complaints.report(tx, by=me.account, complaint=data)))


@get("/operator/reports")
async def list_reports(db: Db, me: Identity, closed: bool = False, before: Id | None = None) -> Reports:
    """What people reported, open or closed; for operators."""
    return Reports(await db.read(lambda reader: complaints.reports(reader, by=me.account, closed=closed, before=before)))


@post("/operator/reports/{id:str}/close", status_code=204)
async def close_report(db: Db, me: Identity, id: Id) -> None:
    """Mark a report as dealt with; for operators."""
    await db.write(lambda tx: complaints.close_report(tx, by=me.account, id=id))


HANDLERS = [
    look_up,
    my_code,
    reset_my_code,
    qr,
    contacts,
    request,
    accept,
    decline,
    withdraw,
    annotate,
    remove,
    block,
    unblock,
    report,
    list_reports,
    close_report,
]
ROUTES: list[Any] = [Router(path="/", route_handlers=HANDLERS, tags=["contacts"])]
