"""Codes over HTTP: shown, scanned, and paid; and reading an amount as a person typed it."""

from typing import Annotated, Any

import msgspec
from litestar import Router, get, post
from litestar.params import Parameter

from warung.kit.db import Db
from warung.kit.ids import Identity
from warung.kit.site import Site
from warung.pay import charges, codes, money
from warung.pay.answers import FIRST
from warung.pay.charges import ChargeView, Shown
from warung.pay.codes import PayCode, Scanned, ShopCodeView
from warung.pay.ledger import decided
from warung.pay.money import CREDITS
from warung.pay.store_merchants import Payment

Id = Annotated[str, Parameter(max_length=100)]
Word = Annotated[str, Parameter(max_length=100)]


class MakeCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A code for one payment. Minor units."""

    amount: int
    currency: str
    reference: str = ""


class Scan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The text of a scanned code."""

    text: str


class ChargeCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Charge whoever showed `code`. Minor units; `id` is made by the client."""

    id: str
    code: str
    amount: int
    currency: str
    reference: str = ""


class Confirm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Pay a charge; `approval` confirms it: payee the shop's id, and `id` as the transfer."""

    id: str
    approval: str | None = None


class Amount(msgspec.Struct, frozen=True):
    """An amount in minor units, and as machines write it."""

    amount: int
    currency: str
    plain: str


@get("/amount")
async def read_amount(me: Identity, text: Word, currency: Word = CREDITS, language: Word | None = None) -> Amount:
    """Read an amount as a person typed it, in any script's digits, the way their language writes numbers."""
    found = money.read(text, code=currency, language=language or me.language)
    return Amount(found, currency, money.plain(found, currency))


@post("/wallet/codes", status_code=200, opt=FIRST)
async def my_codes(db: Db, me: Identity) -> list[Shown]:
    """The codes to be shown to a shop, now and in the next two minutes. Each is good for one charge."""
    return await db.write(lambda tx: charges.my_codes(tx, by=me.account))


@get("/merchants/{id:str}/code")
async def printed_code(db: Db, me: Identity, site: Site, id: Id, currency: Word = CREDITS) -> ShopCodeView:
    """Your shop's code for its counter, to be printed: whoever scans it types the amount."""
    return await db.read(lambda reader: codes.printed(reader, by=me.account, merchant=id, code=currency, site=site))


@post("/merchants/{id:str}/codes", status_code=200, opt=FIRST)
async def make_code(db: Db, me: Identity, site: Site, id: Id, data: MakeCode) -> ShopCodeView:
    """A code for one payment to your shop, good for five minutes."""
    return await db.write(
        lambda tx: codes.for_one(
            tx, by=me.account, merchant=id, amount=data.amount, code=data.currency, reference=data.reference, site=site
        )
    )


@post("/codes/scan", status_code=200, opt=FIRST)
async def scan(db: Db, me: Identity, site: Site, data: Scan) -> Scanned:
    """What a scanned code asks for. Shops that are not here are shown, and cannot be paid."""
    return await db.read(lambda reader: codes.scan(reader, text=data.text, site=site))


@post("/codes/pay", status_code=200, opt=FIRST)
async def pay_code(db: Db, me: Identity, site: Site, data: PayCode) -> Payment:
    """Pay what a scanned code asks for."""
    return await decided(db, lambda tx: codes.pay(tx, by=me.account, item=data, site=site))


@post("/merchants/{id:str}/charges", status_code=200, opt=FIRST)
async def charge(db: Db, me: Identity, id: Id, data: ChargeCode) -> ChargeView:
    """Charge somebody whose code your shop scanned. More than small change waits for them to confirm."""
    return await charges.charge(
        db,
        by=me.account,
        merchant=id,
        code=data.code,
        amount=data.amount,
        currency=data.currency,
        reference=data.reference,
        nonce=data.id,
    )


@get("/charges/{id:str}")
async def see_charge(db: Db, me: Identity, id: Id) -> ChargeView:
    """What a shop asks of you, or your shop of somebody."""
    return await db.read(lambda reader: charges.see(reader, by=me.account, id=id))


@post("/charges/{id:str}/pay", status_code=200, opt=FIRST)
async def confirm_charge(db: Db, me: Identity, id: Id, data: Confirm) -> ChargeView:
    """Pay what a shop asks of you."""
    return await decided(db, lambda tx: charges.confirm(tx, by=me.account, id=id, nonce=data.id, approval=data.approval))


@post("/charges/{id:str}/decline", status_code=200, opt=FIRST)
async def decline_charge(db: Db, me: Identity, id: Id) -> ChargeView:
    """Do not pay what a shop asks of you."""
    return await db.write(lambda tx: charges.decline(tx, by=me.account, id=id))


HANDLERS = [
    read_amount,
    my_codes,
    printed_code,
    make_code,
    scan,
    pay_code,
    charge,
    see_charge,
    confirm_charge,
    decline_charge,
]
ROUTES: list[Any] = [Router(path="/", route_handlers=HANDLERS, tags=["codes"])]
