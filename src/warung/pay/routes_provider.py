"""Real money over HTTP: topping up, giving back, and what the provider sends."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Router, get, post
from litestar.params import Parameter

from warung.kit.db import Db
from warung.kit.ids import Identity
from warung.pay import store_top_ups, top_ups
from warung.pay.store_top_ups import TopUp

Id = Annotated[str, Parameter(max_length=100)]
PAGE = 50


class BeginTopUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Top a wallet up; `id` is made by the client. Minor units of a real currency."""

    id: str
    amount: int
    currency: str


class RefundTopUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Give a top-up back, or a part of it."""

    id: str
    amount: int


@get("/wallet/top-ups")
async def list_top_ups(db: Db, me: Identity) -> list[TopUp]:
    """Your top-ups, newest first."""
    return await db.read(lambda reader: store_top_ups.of(reader, me.account, PAGE))


@post("/wallet/top-ups", status_code=200)
async def begin_top_up(db: Db, me: Identity, data: BeginTopUp) -> TopUp:
    """Begin a top-up with real money; it is completed in the provider's own form."""
    return await top_ups.begin(db, by=me.account, amount=data.amount, currency=data.currency, nonce=data.id)


@post("/operator/top-ups/{id:str}/refund", status_code=200)
async def refund_top_up(db: Db, me: Identity, id: Id, data: RefundTopUp) -> TopUp:
    """Give a top-up back, from the wallet that it went to; for operators."""
    return await top_ups.refund(db, by=me.account, id=id, amount=data.amount, nonce=data.id)


@post("/providers/stripe/webhook", status_code=204)
async def hear_stripe(db: Db, request: Request[Any, Any, Any]) -> None:
    """What Stripe sends: verified by its signature, and then asked for."""
    await top_ups.hear(db, body=await request.body(), headers=request.headers)


ROUTES: list[Any] = [Router(path="/", route_handlers=[list_top_ups, begin_top_up, refund_top_up, hear_stripe], tags=["real money"])]
