"""The HTTP of QR codes, coupons and statistics: for those who work for an account, and for whoever scans or has something."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Router, get, post
from litestar.params import Parameter, QueryParameter

from warung.kit.db import Db, Reader, Tx
from warung.kit.ids import AccountId, Identity
from warung.kit.site import Site
from warung.official import consent, counting, offering, scanning, store_codes
from warung.official.counting import Statistics
from warung.official.model import OfficialPage
from warung.official.model_codes import Code, Coupon, CouponDraft, CouponKind, Given
from warung.official.routes_articles import PAGE, edits, following, place

Id = Annotated[str, Parameter(max_length=64)]
Ticket = Annotated[str, Parameter(max_length=128)]


class NewCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A code: a scene of 1 to 64 characters, for so many seconds or for good."""

    scene: str
    expires_s: int | None = None


class SceneCode(msgspec.Struct, frozen=True):
    """A code: `url` is what its picture says. `follows` is how many follow now who came by it."""

    ticket: str
    url: str
    scene: str
    expires_at: int | None
    scans: int
    follows: int


class SceneCodes(msgspec.Struct, frozen=True):
    """An account's codes, newest first."""

    codes: list[SceneCode]
    next: str | None


class TicketScanned(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The ticket in the address of a code."""

    ticket: str


class NewCoupon(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A coupon. A stock of 0 is any number; without times it is good from now on and for ever."""

    title: str
    kind: CouponKind = "general"
    text: str = ""
    terms: str = ""
    color: str = ""
    amount: int = 0
    currency: str = ""
    begins_at: int | None = None
    ends_at: int | None = None
    stock: int = 0
    per_person: int = 1


class CouponShown(msgspec.Struct, frozen=True):
    """A coupon, and how many were given and used."""

    id: str
    kind: CouponKind
    title: str
    text: str
    terms: str
    color: str
    amount: int
    currency: str
    begins_at: int | None
    ends_at: int | None
    stock: int
    given: int
    used: int


class CouponsShown(msgspec.Struct, frozen=True):
    """An account's coupons, newest first."""

    coupons: list[CouponShown]


class MyCoupon(msgspec.Struct, frozen=True):
    """A coupon that one has. Whoever sees `code` at the account's desk can redeem it."""

    id: str
    code: str
    coupon: CouponShown
    official: OfficialPage
    state: Literal["unused", "used", "expired"]
    given_at: int
    used_at: int | None


class MyCoupons(msgspec.Struct, frozen=True):
    """The coupons that one has, the latest first."""

    coupons: list[MyCoupon]


class CouponFor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The follower who gets it."""

    openid: str


class CouponCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the follower shows."""

    code: str


class Redeemed(msgspec.Struct, frozen=True):
    """A coupon that was redeemed just now."""

    coupon: CouponShown
    given_at: int
    used_at: int


@get("/officials/{id:str}/codes")
async def codes(db: Db, me: Identity, id: Id, site: Site, before: Id | None = None) -> SceneCodes:
    """The codes of an account."""

    def question(reader: Reader) -> SceneCodes:
        official, at = edits(reader, me, id), place(before)
        found = scanning.codes(reader, official=official, offset=at, limit=PAGE + 1)
        follows = store_codes.count_follows(reader, official)
        return SceneCodes([code_shown(each, site, follows.get(each.ticket, 0)) for each in found[:PAGE]], following(at, found))

    return await db.read(question)


@post("/officials/{id:str}/codes", status_code=201)
async def add_code(db: Db, me: Identity, id: Id, site: Site, data: NewCode) -> SceneCode:
    """Make a code that tells an account where somebody comes from."""
    made = await db.write(lambda tx: scanning.make_code(tx, official=edits(tx, me, id), scene=data.scene, expires_s=data.expires_s))
    return code_shown(made, site, 0)


@post("/officials/scan", status_code=200)
async def scan(db: Db, me: Identity, data: TicketScanned) -> OfficialPage:
    """See what a code leads to. An account that you follow is told that you scanned it."""
    scanned = await db.write(lambda tx: scanning.scan(tx, by=me.account, ticket=data.ticket))
    return scanned.page


@get("/officials/{id:str}/coupons")
async def coupons(db: Db, me: Identity, id: Id) -> CouponsShown:
    """The coupons of an account."""
    return await db.read(lambda reader: CouponsShown([_coupon(each) for each in offering.coupons(reader, official=edits(reader, me, id))]))


@post("/officials/{id:str}/coupons", status_code=201)
async def add_coupon(db: Db, me: Identity, id: Id, data: NewCoupon) -> CouponShown:
    """Offer a coupon."""
    told = {name: getattr(data, name) for name in ("title", "kind", "terms", "color", "amount", "currency", "stock", "per_person")}
    draft = CouponDraft(words=data.text, starts_at=data.begins_at or 0, ends_at=data.ends_at or 0, **told)
    return _coupon(await db.write(lambda tx: offering.make_coupon(tx, official=edits(tx, me, id), draft=draft)))


@post("/officials/{id:str}/coupons/{coupon:str}/close", status_code=204)
async def close_coupon(db: Db, me: Identity, id: Id, coupon: Id) -> None:
    """Give no more of a coupon; those given stay good."""
    await db.write(lambda tx: offering.close_coupon(tx, official=edits(tx, me, id), id=coupon))


@post("/officials/{id:str}/coupons/{coupon:str}/give", status_code=204)
async def give_coupon(db: Db, me: Identity, id: Id, coupon: Id, data: CouponFor) -> None:
    """Give a follower a coupon."""
    await db.write(lambda tx: offering.give_coupon(tx, official=edits(tx, me, id), id=coupon, openid=data.openid))


@post("/officials/{id:str}/coupons/redeem", status_code=200)
async def redeem(db: Db, me: Identity, id: Id, data: CouponCode) -> Redeemed:
    """Redeem what a follower shows: for everybody who works for the account. A coupon is redeemed once."""

    def verb(tx: Tx) -> Redeemed:
        official = AccountId(id)
        given, about = offering.redeem(tx, by=me.account, official=official, code=data.code)
        return Redeemed(_coupon(about), given.given_at, given.redeemed_at or tx.now)

    return await db.write(verb)


@get("/coupons")
async def my_coupons(db: Db, me: Identity) -> MyCoupons:
    """The coupons that you have."""
    return await db.read(lambda reader: MyCoupons([_mine(reader, me, *each) for each in offering.my_coupons(reader, by=me.account)]))


@get("/coupons/{code:str}")
async def my_coupon(db: Db, me: Identity, code: Id) -> MyCoupon:
    """One coupon that you have."""
    return await db.read(lambda reader: _mine(reader, me, *offering.my_coupon(reader, by=me.account, code=code)))


@post("/coupons/{coupon:str}/take", status_code=200)
async def take_coupon(db: Db, me: Identity, coupon: Id) -> MyCoupon:
    """Take a coupon that an account you follow offers; a second time it is the same."""

    def verb(tx: Tx) -> MyCoupon:
        given = offering.take_coupon(tx, by=me.account, id=coupon)
        return _mine(tx, me, *offering.my_coupon(tx, by=me.account, code=given.code))

    return await db.write(verb)


@get("/officials/{id:str}/statistics")
async def statistics(
    db: Db,
    me: Identity,
    id: Id,
    days: Annotated[int, QueryParameter(ge=1, le=counting.LONGEST_DAYS)] = 30,
    until: Annotated[str | None, QueryParameter(name="to", max_length=10)] = None,
) -> Statistics:
    """What happened on the `days` days up to `to` (YYYY-MM-DD; if absent, today where the place is): numbers, no names."""

    def question(reader: Reader) -> Statistics:
        official = edits(reader, me, id)
        since, last = counting.days_up_to(reader, until, days)
        return counting.statistics(reader, official=official, since=since, until=last)

    return await db.read(question)


def code_shown(code: Code, site: Site, follows: int) -> SceneCode:
    """Return a code as those see it who work for its account."""
    return SceneCode(code.ticket, site.url + code.path, code.scene, code.expires_at, code.scans, follows)


def _coupon(coupon: Coupon) -> CouponShown:
    return CouponShown(
        id=coupon.id,
        kind=coupon.kind,
        title=coupon.title,
        text=coupon.words,
        terms=coupon.terms,
        color=coupon.color,
        amount=coupon.amount,
        currency=coupon.currency,
        begins_at=coupon.starts_at or None,
        ends_at=coupon.ends_at if coupon.ends_at < offering.FOREVER else None,
        stock=coupon.stock,
        given=coupon.given,
        used=coupon.redeemed,
    )


def _mine(reader: Reader, me: Identity, given: Given, coupon: Coupon) -> MyCoupon:
    state: Literal["unused", "used", "expired"] = "unused" if reader.now < coupon.ends_at else "expired"
    if given.redeemed_at is not None:
        state = "used"
    page = consent.page(reader, by=me.account, official=coupon.official)
    return MyCoupon(given.code, given.code, _coupon(coupon), page, state, given.given_at, given.redeemed_at)


HANDLERS = [
    *(codes, add_code, scan, coupons, add_coupon, close_coupon, give_coupon, redeem),
    *(my_coupons, my_coupon, take_coupon, statistics),
]
ROUTES: list[Any] = [Router(path="/", route_handlers=HANDLERS, tags=["official accounts"])]
