"""Real money over HTTP: topping up, giving back, and what the provider sends."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Router, get, post, put
from litestar.params import Parameter

from warung.kit.db import Db, Reader
from warung.kit.ids import AccountId, Identity
from warung.pay import refunds, store_top_ups, store_withdrawals, top_ups, withdrawals
from warung.pay.answers import FIRST
from warung.pay.store_top_ups import TopUp
from warung.pay.store_withdrawals import Withdrawal

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


class DecideRefund(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What became of a refund whose answer was lost; `refund` is what its case names."""

    refund: str
    given: bool
    note: str


class Withdraw(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Let real money go to one's bank account. Minor units; `approval` confirms it: payee `bank`, and `id` as the transfer."""

    id: str
    amount: int
    currency: str
    approval: str | None = None


class Withdrawals(msgspec.Struct, frozen=True):
    """What went to one's bank account, newest first; `bank` is what that is called here, None where none is noted."""

    bank: str | None
    withdrawals: list[Withdrawal]


class DecideWithdrawal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What became of a withdrawal that the provider leaves open."""

    paid: bool
    note: str


class NoteBank(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody's bank account: `destination` as the provider names it, `label` as its owner knows it."""

    destination: str
    label: str


@get("/wallet/top-ups")
async def list_top_ups(db: Db, me: Identity) -> list[TopUp]:
    """Your top-ups, newest first."""
    return await db.read(lambda reader: store_top_ups.of(reader, me.account, PAGE))


@post("/wallet/top-ups", status_code=200, opt=FIRST)
async def begin_top_up(db: Db, me: Identity, data: BeginTopUp) -> TopUp:
    """Begin a top-up with real money; it is completed in the provider's own form."""
    return await top_ups.begin(db, by=me.account, amount=data.amount, currency=data.currency, nonce=data.id)


@post("/operator/top-ups/{id:str}/refund", status_code=200, opt=FIRST)
async def refund_top_up(db: Db, me: Identity, id: Id, data: RefundTopUp) -> TopUp:
    """Give a top-up back, from the wallet that it went to; for operators."""
    return await refunds.refund(db, by=me.account, id=id, amount=data.amount, nonce=data.id)


@post("/operator/refunds/decide", status_code=200, opt=FIRST)
async def decide_refund(db: Db, me: Identity, data: DecideRefund) -> TopUp:
    """Say whether the provider gave back what is held for a refund; for operators, who looked it up there."""
    return await db.write(lambda tx: refunds.decide(tx, by=me.account, refund=data.refund, given=data.given, note=data.note))


@get("/wallet/withdrawals")
async def list_withdrawals(db: Db, me: Identity) -> Withdrawals:
    """What went to your bank account, newest first."""

    def asked(reader: Reader) -> Withdrawals:
        return Withdrawals(withdrawals.bank_of(reader, by=me.account), store_withdrawals.of(reader, me.account, PAGE))

    return await db.read(asked)


@post("/wallet/withdrawals", status_code=200, opt=FIRST)
async def withdraw(db: Db, me: Identity, data: Withdraw) -> Withdrawal:
    """Let real money go to your bank account. It is held at once, and yours again if it does not arrive."""
    return await withdrawals.begin(db, by=me.account, amount=data.amount, currency=data.currency, nonce=data.id, approval=data.approval)


@put("/operator/wallets/{account:str}/bank", status_code=204)
async def note_bank(db: Db, me: Identity, account: Id, data: NoteBank) -> None:
    """Note where somebody's real money may go, after making sure that it is theirs."""
    await db.write(
        lambda tx: withdrawals.set_bank(tx, by=me.account, account=AccountId(account), destination=data.destination, label=data.label)
    )


@get("/operator/withdrawals")
async def waiting_withdrawals(db: Db, me: Identity) -> list[Withdrawal]:
    """The withdrawals of which nobody knows yet what became of them."""
    return await db.read(lambda reader: withdrawals.waiting(reader, by=me.account))


@post("/operator/withdrawals/{id:str}/decide", status_code=200, opt=FIRST)
async def decide_withdrawal(db: Db, me: Identity, id: Id, data: DecideWithdrawal) -> Withdrawal:
    """Say what became of a withdrawal that the provider leaves open."""
    return await db.write(lambda tx: withdrawals.decide(tx, by=me.account, id=id, paid=data.paid, note=data.note))


@post("/providers/stripe/webhook", status_code=204, opt=FIRST)
async def hear_stripe(db: Db, request: Request[Any, Any, Any]) -> None:
    """What Stripe sends: verified by its signature, and then asked for."""
    await top_ups.hear(db, body=await request.body(), headers=request.headers)


HANDLERS = [
    list_top_ups,
    begin_top_up,
    refund_top_up,
    decide_refund,
    list_withdrawals,
    withdraw,
    note_bank,
    waiting_withdrawals,
    decide_withdrawal,
    hear_stripe,
]
ROUTES: list[Any] = [Router(path="/", route_handlers=HANDLERS, tags=["real money"])]
