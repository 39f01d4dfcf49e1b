"""Money between people over HTTP: handing it over, red packets, bills. Every id of an intent is made by the client: a retry is the same."""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from litestar import Router, get, post, put
from litestar.params import Parameter

from warung.kit.db import Db, Tx
from warung.kit.errors import Refusal
from warung.kit.ids import AccountId, ConversationId, Identity
from warung.pay import bills, handovers, packets
from warung.pay.answers import FIRST
from warung.pay.bills import BillView, Owed
from warung.pay.ledger import decided
from warung.pay.packets import PacketView
from warung.pay.store_bills import Bill
from warung.pay.store_handovers import Handover
from warung.pay.store_packets import Kind, Opening

Id = Annotated[str, Parameter(max_length=100)]


class Give(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hand money to a contact. Minor units; `approval` confirms it: payee `to`, and `id` as the transfer."""

    id: str
    to: AccountId
    amount: int
    currency: str
    note: str = ""
    approval: str | None = None


class GivePacket(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A red packet for a conversation. Minor units; `approval` confirms it: payee the conversation's id, and `id` as the transfer."""

    id: str
    conversation: ConversationId
    kind: Kind
    total: int
    shares: int
    currency: str
    message: str = ""
    approval: str | None = None


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask members of a conversation for money. With `total` it is divided evenly among `owed`; else each names an amount. Minor units."""

    id: str
    conversation: ConversationId
    title: str
    currency: str
    owed: list[Owed]
    total: int | None = None


class PayShare(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Pay one's part of a bill; `approval` confirms it: payee the collector, and `id` as the transfer."""

    id: str
    approval: str | None = None


class Preferences(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`instant`: money between you and others who want the same comes and goes at once, without being accepted."""

    instant: bool


@post("/handovers", status_code=200, opt=FIRST)
async def give(db: Db, me: Identity, data: Give) -> Handover:
    """Hand money to a contact. It waits a day to be accepted, unless both of you let it come and go at once."""
    return await decided(
        db,
        lambda tx: handovers.give(
            tx,
            by=me.account,
            to=data.to,
            amount=data.amount,
            currency=data.currency,
            nonce=data.id,
            note=data.note,
            approval=data.approval,
        ),
    )


@get("/handovers/{id:str}")
async def handover(db: Db, me: Identity, id: Id) -> Handover:
    """Money that you gave or were given, and what became of it."""
    return await db.read(lambda reader: handovers.handover(reader, by=me.account, id=id))


@post("/handovers/{id:str}/accept", status_code=200, opt=FIRST)
async def accept(db: Db, me: Identity, id: Id) -> Handover:
    """Take money that was given to you."""
    return await db.write(lambda tx: handovers.accept(tx, by=me.account, id=id))


@post("/handovers/{id:str}/decline", status_code=200, opt=FIRST)
async def decline(db: Db, me: Identity, id: Id) -> Handover:
    """Let money that was given to you go back."""
    return await db.write(lambda tx: handovers.decline(tx, by=me.account, id=id))


@get("/wallet/preferences")
async def preferences(db: Db, me: Identity) -> Preferences:
    """How money reaches you."""
    return await db.read(lambda reader: Preferences(handovers.is_instant(reader, by=me.account)))


@put("/wallet/preferences", status_code=200)
async def set_preferences(db: Db, me: Identity, data: Preferences) -> Preferences:
    """Change how money reaches you."""
    await db.write(lambda tx: handovers.set_instant(tx, by=me.account, instant=data.instant))
    return data


@post("/packets", status_code=200, opt=FIRST)
async def give_packet(db: Db, me: Identity, data: GivePacket) -> PacketView:
    """Put a red packet into a conversation."""

    def verb(tx: Tx) -> PacketView:
        made = packets.give(
            tx,
            by=me.account,
            conversation=data.conversation,
            kind=data.kind,
            total=data.total,
            shares=data.shares,
            currency=data.currency,
            nonce=data.id,
            message=data.message,
            approval=data.approval,
        )
        return packets.packet(tx, by=me.account, id=made.id)

    return await decided(db, verb)


@get("/packets/{id:str}")
async def packet(db: Db, me: Identity, id: Id) -> PacketView:
    """A red packet: before you open it not what is in it, afterwards who got what."""
    return await db.read(lambda reader: packets.packet(reader, by=me.account, id=id))


@post("/packets/{id:str}/open", status_code=200, opt=FIRST)
async def open_packet(db: Db, me: Identity, id: Id) -> Opening:
    """Open a red packet, if there is something left in it: your share. Who got what is to be asked for."""
    taken = await db.write(lambda tx: packets.open_packet(tx, by=me.account, id=id))
    if isinstance(taken, Refusal):
        raise taken
    return taken


@post("/bills", status_code=200)
async def ask(db: Db, me: Identity, data: Ask) -> BillView:
    """Ask members of a conversation for money: divide a bill, or ask one contact."""

    return await _seen(
        db,
        me,
        lambda tx: bills.ask(
            tx,
            by=me.account,
            conversation=data.conversation,
            title=data.title,
            currency=data.currency,
            owed=data.owed,
            nonce=data.id,
            total=data.total,
        ),
    )


@get("/bills")
async def open_bills(db: Db, me: Identity) -> list[BillView]:
    """The open bills that you collect or have not paid, newest first."""
    return await db.read(lambda reader: bills.bills(reader, by=me.account))


@get("/bills/{id:str}")
async def bill(db: Db, me: Identity, id: Id) -> BillView:
    """A bill: who paid, and who has not yet."""
    return await db.read(lambda reader: bills.bill(reader, by=me.account, id=id))


@post("/bills/{id:str}/pay", status_code=200, opt=FIRST)
async def pay_share(db: Db, me: Identity, id: Id, data: PayShare) -> BillView:
    """Pay your part of a bill."""
    return await _seen(db, me, lambda tx: bills.pay(tx, by=me.account, id=id, nonce=data.id, approval=data.approval))


@post("/bills/{id:str}/decline", status_code=200, opt=FIRST)
async def decline_share(db: Db, me: Identity, id: Id) -> BillView:
    """Say that you will not pay your part of a bill."""
    return await _seen(db, me, lambda tx: bills.decline(tx, by=me.account, id=id))


@post("/bills/{id:str}/remind", status_code=200)
async def remind(db: Db, me: Identity, id: Id) -> BillView:
    """Remind those who have not paid your bill yet."""
    return await _seen(db, me, lambda tx: bills.remind(tx, by=me.account, id=id))


@post("/bills/{id:str}/close", status_code=200)
async def close_bill(db: Db, me: Identity, id: Id) -> BillView:
    """Ask for no more."""
    return await _seen(db, me, lambda tx: bills.close(tx, by=me.account, id=id))


async def _seen(db: Db, me: Identity, verb: Callable[[Tx], Bill]) -> BillView:
    """Run a verb and return the bill as whoever asks sees it, both in one transaction."""
    return await decided(db, lambda tx: bills.bill(tx, by=me.account, id=verb(tx).id))


HANDLERS = [
    give,
    handover,
    accept,
    decline,
    preferences,
    set_preferences,
    give_packet,
    packet,
    open_packet,
    ask,
    open_bills,
    bill,
    pay_share,
    decline_share,
    remind,
    close_bill,
]
ROUTES: list[Any] = [Router(path="/", route_handlers=HANDLERS, tags=["money"])]
