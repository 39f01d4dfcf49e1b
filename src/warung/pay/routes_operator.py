"""The operator's books over HTTP: trial balance, credits, cases, search, freezing, and the trail."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, Router, get, post
from litestar.params import HeaderParameter, Parameter

from warung.kit.db import Db
from warung.kit.ids import AccountId, Identity
from warung.pay import operators
from warung.pay.answers import FIRST, answered
from warung.pay.operators import Books, Found, Trail
from warung.pay.store_operator import Case, Issue

Id = Annotated[str, Parameter(max_length=100)]
Key = Annotated[str | None, HeaderParameter(name="idempotency-key", max_length=300)]


class OrderCredits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Give credits to somebody, or take them back; `id` is made by the client."""

    id: str
    kind: Literal["issue", "redeem"]
    account: AccountId
    amount: int
    reason: str


class Decide(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Agree, or not."""

    agree: bool


class CloseCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was done about it."""

    note: str


class Freeze(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Freeze somebody's wallets or open them, and why."""

    frozen: bool
    reason: str


class Verify(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Is it known who this is?"""

    verified: bool


@get("/operator/books")
async def books(db: Db, me: Identity) -> Books:
    """The trial balance; every currency sums to nothing."""
    return await db.read(lambda reader: operators.books(reader, by=me.account))


@get("/operator/books/search")
async def search_books(db: Db, me: Identity, q: Id) -> Found:
    """A transfer by its id, or a person's accounts by their handle. Every look is written into the trail."""
    await db.write(lambda tx: operators.looked(tx, by=me.account, query=q))
    return await db.read(lambda reader: operators.search(reader, by=me.account, query=q))


@get("/operator/credits")
async def list_credits(db: Db, me: Identity, before: Id | None = None) -> list[Issue]:
    """Credits given and taken back, newest first, with those that wait for a second operator."""
    return await db.read(lambda reader: operators.issues(reader, by=me.account, before=before))


@post("/operator/credits", status_code=200, opt=FIRST)
async def order_credits(db: Db, me: Identity, data: OrderCredits, key: Key = None) -> Response[Issue]:
    """Give credits to somebody, or take them back, with a reason. Above the limit it waits for a second operator."""
    order = msgspec.structs.asdict(data)
    nonce = order.pop("id")
    return await answered(
        db,
        by=me.account,
        key=key,
        route="POST /operator/credits",
        request=data,
        verb=lambda tx: operators.order(tx, by=me.account, nonce=nonce, **order),
    )


@post("/operator/credits/{id:str}/decide", status_code=200, opt=FIRST)
async def decide_credits(db: Db, me: Identity, id: Id, data: Decide) -> Issue:
    """Agree to another operator's order, or refuse it."""
    return await db.write(lambda tx: operators.decide(tx, by=me.account, id=id, agree=data.agree))


@get("/operator/cases")
async def list_cases(db: Db, me: Identity, closed: bool = False, before: Id | None = None) -> list[Case]:
    """What somebody has to look at: differences, chargebacks, payments that nobody can explain."""
    return await db.read(lambda reader: operators.cases(reader, by=me.account, closed=closed, before=before))


@post("/operator/cases/{id:str}/close", status_code=204)
async def close_case(db: Db, me: Identity, id: Id, data: CloseCase) -> None:
    """Close a case, saying what was done."""
    await db.write(lambda tx: operators.close_case(tx, by=me.account, id=id, note=data.note))


@post("/operator/wallets/{account:str}/freeze", status_code=204, opt=FIRST)
async def freeze(db: Db, me: Identity, account: Id, data: Freeze) -> None:
    """Freeze somebody's wallets, or open them."""
    await db.write(lambda tx: operators.freeze(tx, by=me.account, account=AccountId(account), frozen=data.frozen, reason=data.reason))


@post("/operator/wallets/{account:str}/verify", status_code=204)
async def verify(db: Db, me: Identity, account: Id, data: Verify) -> None:
    """Note that you know who somebody is: they may pay more."""
    await db.write(lambda tx: operators.verify(tx, by=me.account, account=AccountId(account), verified=data.verified))


@get("/operator/trail")
async def read_trail(db: Db, me: Identity, before: Id | None = None) -> list[Trail]:
    """What operators did to money and wallets, newest first."""
    return await db.read(lambda reader: operators.trail(reader, by=me.account, before=before))


HANDLERS = [
    books,
    search_books,
    list_credits,
    order_credits,
    decide_credits,
    list_cases,
    close_case,
    freeze,
    verify,
    read_trail,
]
ROUTES: list[Any] = [Router(path="/", route_handlers=HANDLERS, tags=["operator"])]
