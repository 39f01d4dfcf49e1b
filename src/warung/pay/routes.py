"""The wallet over HTTP: balance, history, PIN and passkey, limits, freezing, statements."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from litestar import Response, Router, get, post, put
from litestar.openapi.spec import OpenAPIFormat, OpenAPIMediaType, OpenAPIResponse, OpenAPIType, Operation, Schema
from litestar.params import Parameter
from msgspec import Struct

from warung import accounts
from warung.kit.db import Db
from warung.kit.ids import Identity
from warung.kit.site import Site
from warung.pay import approvals, blocks, pin, statements, wallets
from warung.pay.answers import FIRST
from warung.pay.approvals import Intent
from warung.pay.blocks import Head
from warung.pay.money import CREDITS
from warung.pay.pin import Proof
from warung.pay.wallets import Wallet, WalletHistory

Word = Annotated[str, Parameter(max_length=100)]
Code = Annotated[str, Parameter(max_length=3)]
Time = Annotated[int, Parameter(ge=0, le=1 << 60)]
KINDS = {"csv": "text/csv; charset=utf-8", "pdf": "application/pdf", "camt": "application/xml"}


class SetPin(Struct, frozen=True, forbid_unknown_fields=True):
    """A new PIN, and the proof that one may set it."""

    pin: str
    proof: Proof = Proof()


class Approve(Struct, frozen=True, forbid_unknown_fields=True):
    """Confirm a payment with the PIN, or with a passkey's answer to what `/wallet/approvals/passkey` began."""

    intent: Intent
    pin: str | None = None
    flow: str | None = None
    credential: dict[str, Any] | None = None


class Approval(Struct, frozen=True):
    """A token that is worth exactly one payment, for two minutes."""

    approval: str


class ShowPin(Struct, frozen=True, forbid_unknown_fields=True):
    """The PIN."""

    pin: str


@get("/wallet")
async def wallet(db: Db, me: Identity) -> Wallet:
    """Your balances, limits, and whether the wallet is frozen."""
    return await db.read(lambda reader: wallets.overview(reader, by=me.account))


@get("/wallet/history")
async def wallet_history(
    db: Db,
    me: Identity,
    currency: Code = CREDITS,
    before: Word | None = None,
    code: Word | None = None,
    q: Word = "",
    since: Time = 0,
    until: Time = 1 << 60,
) -> WalletHistory:
    """What came and went, newest first; `code` is a reason or several with commas, `q` is searched in names and notes."""
    codes = [each for each in (code or "").split(",") if each]
    return await db.read(
        lambda reader: wallets.history(
            reader, by=me.account, currency=currency, before=before, codes=codes, query=q, since=since, until=until
        )
    )


@dataclass
class GivesStatement(Operation):
    """Says in the OpenAPI document in which forms a statement comes."""

    def __post_init__(self) -> None:
        """Describe the answer."""
        binary = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY))
        told = OpenAPIResponse(description="The statement", content={kind.split(";")[0]: binary for kind in KINDS.values()})
        self.responses = {**(self.responses or {}), "200": told}


@get("/wallet/statement", operation_class=GivesStatement)
async def wallet_statement(
    db: Db, me: Identity, site: Site, since: Time, until: Time, currency: Code = CREDITS, kind: Literal["csv", "pdf", "camt"] = "pdf"
) -> Response[bytes]:
    """The statement of a period (milliseconds UTC), as CSV, PDF or camt.053.001.08. Its times are those of the place's clock."""
    told = await db.read(lambda reader: statements.statement(reader, by=me.account, currency=currency, since=since, until=until))
    if kind == "csv":
        body = statements.as_csv(told)
    elif kind == "pdf":
        body = statements.as_pdf(told, place=site.name)
    else:
        body = statements.as_camt(told, place=site.name)
    ending = "xml" if kind == "camt" else kind
    name = f'attachment; filename="statement-{currency}-{told.days}.{ending}"'
    return Response(body, media_type=KINDS[kind], headers={"content-disposition": name})


@put("/wallet/pin", status_code=204, opt=FIRST)
async def set_wallet_pin(db: Db, me: Identity, site: Site, address: str, data: SetPin) -> None:
    """Set or change the payment PIN: prove it with the old PIN, the account's password, or a passkey."""
    await pin.set_pin(db, by=me, new=data.pin, proof=data.proof, site=site, address=address)


@post("/wallet/pin/passkey", status_code=200, opt=FIRST)
async def begin_pin_by_passkey(db: Db, me: Identity, site: Site, address: str) -> accounts.PasskeyOptions:
    """Begin the proof by passkey for setting the PIN."""
    return await db.write(lambda tx: accounts.begin_proof(tx, by=me.account, about=pin.RESET, site=site, address=address))


@post("/wallet/approvals", status_code=200, opt=FIRST)
async def approve(db: Db, me: Identity, site: Site, data: Approve) -> Approval:
    """Confirm one payment; the token goes into the request that pays."""
    if data.flow is not None and data.credential is not None:
        return Approval(
            await approvals.approve_by_passkey(db, by=me, intent=data.intent, flow=data.flow, credential=data.credential, site=site)
        )
    return Approval(await approvals.approve_by_pin(db, by=me, intent=data.intent, given=data.pin or ""))


@post("/wallet/approvals/passkey", status_code=200, opt=FIRST)
async def begin_approval(db: Db, me: Identity, site: Site, address: str, data: Intent) -> accounts.PasskeyOptions:
    """Begin a confirmation by passkey: the challenge that the device signs holds a digest of the payment."""
    return await db.write(lambda tx: approvals.begin_by_passkey(tx, by=me, intent=data, site=site, address=address))


@post("/wallet/freeze", status_code=204, opt=FIRST)
async def freeze_wallet(db: Db, me: Identity) -> None:
    """Let nothing be paid from your wallet until you open it again."""
    await db.write(lambda tx: wallets.freeze(tx, by=me.account, account=me.account))


@post("/wallet/unfreeze", status_code=204, opt=FIRST)
async def unfreeze_wallet(db: Db, me: Identity, data: ShowPin) -> None:
    """Open your frozen wallet again, with the PIN."""
    await pin.verify(db, by=me.account, pin=data.pin)
    await db.write(lambda tx: wallets.unfreeze(tx, by=me.account, account=me.account))


@get("/ledger/head")
async def ledger_head(db: Db, me: Identity) -> Head | None:
    """The signed end of the sealed journal: whoever keeps one can show later that nothing before it was changed."""
    return await db.read(blocks.head)


HANDLERS = [
    wallet,
    wallet_history,
    wallet_statement,
    set_wallet_pin,
    begin_pin_by_passkey,
    approve,
    begin_approval,
    freeze_wallet,
    unfreeze_wallet,
    ledger_head,
]
ROUTES: list[Any] = [Router(path="/", route_handlers=HANDLERS, tags=["wallet"])]
