"""Shops and their programs over HTTP: paying, refunding, settlement, webhooks. Every verb that moves money takes an Idempotency-Key."""

from typing import Annotated, Any
from weakref import WeakKeyDictionary

import msgspec
from litestar import Response, Router, delete, get, post
from litestar.params import HeaderParameter, Parameter

from warung.kit.db import Db
from warung.kit.ids import Identity
from warung.pay import happenings, merchants
from warung.pay.answers import FIRST, Again, answered, checked
from warung.pay.merchants import Payments, Refund
from warung.pay.payments import Lane, Pay
from warung.pay.store_merchants import Happening, Hook, Merchant, Payment

Id = Annotated[str, Parameter(max_length=100)]
Key = Annotated[str | None, HeaderParameter(name="idempotency-key", max_length=300)]
Time = Annotated[int, Parameter(ge=0, le=1 << 60)]
_LANES: WeakKeyDictionary[Db, Lane] = WeakKeyDictionary()


class OpenShop(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new shop."""

    name: str
    city: str = ""
    category: str = "0000"


class ShopFace(msgspec.Struct, frozen=True):
    """What whoever is about to pay sees of a shop."""

    id: str
    name: str
    city: str


class GiveBack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Give a payment back, or a part of it; `id` is made by the client."""

    id: str
    amount: int


class AddHook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a program wants to hear what happens."""

    url: str


class HookFace(msgspec.Struct, frozen=True):
    """Such an address, without its secret."""

    id: str
    url: str
    created_at: int


class Sent(msgspec.Struct, frozen=True):
    """How many messages are on their way."""

    messages: int


@post("/merchants", status_code=200)
async def open_shop(db: Db, me: Identity, data: OpenShop) -> Merchant:
    """Open a shop that can be paid."""
    return await db.write(lambda tx: merchants.open_shop(tx, by=me.account, name=data.name, city=data.city, category=data.category))


@get("/merchants")
async def my_shops(db: Db, me: Identity) -> list[Merchant]:
    """Your own shops."""
    return await db.read(lambda reader: merchants.shops(reader, by=me.account))


@get("/merchants/{id:str}")
async def shop(db: Db, me: Identity, id: Id) -> ShopFace:
    """What you see of a shop before paying."""
    found = await db.read(lambda reader: merchants.shop(reader, id))
    return ShopFace(found.id, found.name, found.city)


@delete("/merchants/{id:str}")
async def close_shop(db: Db, me: Identity, id: Id) -> None:
    """Close your shop: nobody can pay it any more."""
    await db.write(lambda tx: merchants.close_shop(tx, by=me.account, id=id))


@post("/payments", status_code=200, opt=FIRST | {"express": True})
async def pay(db: Db, me: Identity, data: Pay, key: Key = None) -> Response[Payment]:
    """Pay a shop from your wallet, at once. The id, and the key where one is given, make a retry the same payment."""
    told = await _lane(db).pay(me.account, data, checked(key))
    return told.response() if isinstance(told, Again) else Response(told, status_code=200)


@get("/merchants/{id:str}/payments")
async def shop_payments(db: Db, me: Identity, id: Id, since: Time = 0, until: Time = 1 << 60, before: Id | None = None) -> Payments:
    """What was paid to your shop, newest first."""
    return await db.read(lambda reader: merchants.payments(reader, by=me.account, merchant=id, since=since, until=until, before=before))


@post("/payments/{id:str}/refunds", status_code=200, opt=FIRST)
async def refund(db: Db, me: Identity, id: Id, data: GiveBack, key: Key = None) -> Response[Refund]:
    """Give a payment to your shop back, or a part of it."""
    return await answered(
        db,
        by=me.account,
        key=key,
        route=f"POST /payments/{id}/refunds",
        request=data,
        verb=lambda tx: merchants.refund(tx, by=me.account, payment=id, amount=data.amount, nonce=data.id),
    )


@get("/merchants/{id:str}/settlement", media_type="text/csv")
async def settlement(db: Db, me: Identity, id: Id, since: Time = 0, until: Time = 1 << 60) -> Response[bytes]:
    """What your shop took and gave back in a period, as CSV."""
    body = await db.read(lambda reader: merchants.settlement(reader, by=me.account, merchant=id, since=since, until=until))
    return Response(body, media_type="text/csv; charset=utf-8", headers={"content-disposition": 'attachment; filename="settlement.csv"'})


@get("/merchants/{id:str}/hooks")
async def list_hooks(db: Db, me: Identity, id: Id) -> list[HookFace]:
    """Where your shop's programs hear what happens."""
    found = await db.read(lambda reader: happenings.hooks(reader, by=me.account, merchant=id))
    return [HookFace(each.id, each.url, each.created_at) for each in found]


@post("/merchants/{id:str}/hooks", status_code=200)
async def add_hook(db: Db, me: Identity, id: Id, data: AddHook) -> Hook:
    """Let a program hear what happens in your shop: messages as the Standard Webhooks specification says. The secret is shown once."""
    return await db.write(lambda tx: happenings.add(tx, by=me.account, merchant=id, url=data.url))


@post("/hooks/{id:str}/rotate", status_code=200)
async def rotate_hook(db: Db, me: Identity, id: Id) -> Hook:
    """Change the secret; for a day messages are signed with both."""
    return await db.write(lambda tx: happenings.rotate(tx, by=me.account, id=id))


@delete("/hooks/{id:str}")
async def remove_hook(db: Db, me: Identity, id: Id) -> None:
    """Tell a program no more."""
    await db.write(lambda tx: happenings.remove(tx, by=me.account, id=id))


@get("/merchants/{id:str}/happenings")
async def read_happenings(db: Db, me: Identity, id: Id, after: Time = 0) -> list[Happening]:
    """What happened in your shop behind a number, in order: for a program that was away."""
    return await db.read(lambda reader: happenings.after(reader, by=me.account, merchant=id, seq=after))


@post("/hooks/{id:str}/replay", status_code=200)
async def replay(db: Db, me: Identity, id: Id, after: Time = 0) -> Sent:
    """Send a program again what happened behind a number, a hundred messages at most."""
    return Sent(await db.write(lambda tx: happenings.replay(tx, by=me.account, id=id, seq=after)))


def _lane(db: Db) -> Lane:
    """Return the lane of a database: one, as it has one writer."""
    known = _LANES.get(db)
    if known is None:
        known = _LANES[db] = Lane(db)
    return known


HANDLERS = [
    open_shop,
    my_shops,
    shop,
    close_shop,
    pay,
    shop_payments,
    refund,
    settlement,
    list_hooks,
    add_hook,
    rotate_hook,
    remove_hook,
    read_happenings,
    replay,
]
ROUTES: list[Any] = [Router(path="/", route_handlers=HANDLERS, tags=["merchants"])]
