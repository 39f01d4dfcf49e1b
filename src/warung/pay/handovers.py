"""Handing money to a contact: it waits to be accepted, can be declined, and goes back by itself after a day. And tips, at once."""

import msgspec

from warung import chat
from warung.kit.clock import DAY
from warung.kit.db import Reader, Tx
from warung.kit.errors import Conflict
from warung.kit.ids import AccountId
from warung.kit.text import bounded
from warung.pay import ledger, receipts, store_handovers, talks
from warung.pay.approvals import authorise
from warung.pay.cards import HandoverCard, MoneyChanged, NewsCard
from warung.pay.model import NotToYourself, PaymentChanged, PaymentSettled, PendingExpired, Transfer, TransferKind, TransferNotFound
from warung.pay.money import checked
from warung.pay.store_handovers import Handover, State

NOTE_CHARS = 60
CODE, TIP = "handover", "tip"


class NotForYou(Conflict):
    """This money is for somebody else: whom you gave it to decides."""


def give(
    tx: Tx, *, by: AccountId, to: AccountId, amount: int, currency: str, nonce: str, note: str = "", approval: str | None = None
) -> Handover:
    """Hand money to a contact; `nonce` names this one intent, and the confirmation is for payee `to`. A retry is the same handover.

    Where both let money come and go at once it is there; else it waits. Raises `NotAContact`, `Blocked`, `NotToYourself`,
    `PaymentChanged`, what `authorise` raises, and the ledger's refusals.
    """
    checked(amount, currency)
    bounded(note, limit=NOTE_CHARS)
    id = ledger.transfer_id(by, nonce)
    known = store_handovers.one(tx, id)
    if known is not None:
        if (known.recipient, known.amount, known.currency, known.note) != (to, amount, currency, note):
            raise PaymentChanged(result="exists_with_different_details")
        return known
    if to == by:
        raise NotToYourself
    where = talks.enter_with(tx, by=by, to=to)
    authorise(tx, by, approval, payee=to, amount=amount, currency=currency, transfer=nonce)
    at_once = len(store_handovers.instant(tx, [by, to])) == 2
    mine, theirs = ledger.wallet(tx, by, currency), ledger.wallet(tx, to, currency)
    paid = Transfer(id, mine.id, theirs.id, amount, currency, CODE, note or None)
    if not at_once:
        paid = msgspec.structs.replace(paid, kind="pending", timeout_ms=DAY)
    ledger.demand(ledger.apply(tx, [paid]))
    seq = talks.put(tx, where=where, by=by, card=HandoverCard(id, to, amount, currency, note))
    state: State = "accepted" if at_once else "waiting"
    ends, settled = (None, tx.now) if at_once else (tx.now + DAY, None)
    made = Handover(id, by, to, where.id, seq, amount, currency, note, state, tx.now, ends, settled)
    store_handovers.insert(tx, made)
    return made


def accept(tx: Tx, *, by: AccountId, id: str) -> Handover:
    """Take the money. Again is the same as once. Raises `NotForYou`, `PaymentSettled`, `TransferNotFound`."""
    return _settle(tx, by, id, "accepted")


def decline(tx: Tx, *, by: AccountId, id: str) -> Handover:
    """Let the money go back. Again is the same as once. Raises `NotForYou`, `PaymentSettled`, `TransferNotFound`."""
    return _settle(tx, by, id, "declined")


def _settle(tx: Tx, by: AccountId, id: str, state: State) -> Handover:
    found = handover(tx, by=by, id=id)
    if found.recipient != by:
        raise NotForYou
    if found.state == state:
        return found
    if found.state != "waiting":
        raise PaymentSettled(result=f"handover_{found.state}", state=found.state)
    kind: TransferKind = "post" if state == "accepted" else "void"
    ledger.demand(ledger.apply(tx, [Transfer(f"{id}/{kind}", kind=kind, pending=id)]))
    _ended(tx, found, state, actor=by)
    return handover(tx, by=by, id=id)


def on_expired(tx: Tx, event: PendingExpired) -> None:
    """Nobody took the money for a day: it is back, and both are told."""
    found = store_handovers.one(tx, event.transfer) if event.code == CODE else None
    if found is not None:
        _ended(tx, found, "returned", actor=None)


def _ended(tx: Tx, found: Handover, state: State, actor: AccountId | None) -> None:
    if store_handovers.settle(tx, found.id, state):
        people = (found.sender,) if actor else (found.recipient,)
        chat.post(tx, to=found.conversation, card=NewsCard(f"handover_{state}", found.id, actor, people, found.amount, found.currency))
        tx.emit(MoneyChanged("handover", found.id), [found.sender, found.recipient])


def handover(reader: Reader, *, by: AccountId, id: str) -> Handover:
    """Return money that one gave or was given. Raises `TransferNotFound`."""
    found = store_handovers.one(reader, id)
    if found is None or by not in (found.sender, found.recipient):
        raise TransferNotFound
    return found


def set_instant(tx: Tx, *, by: AccountId, instant: bool) -> None:
    """Let money between `by` and others who want the same come and go at once, or wait to be accepted."""
    store_handovers.set_instant(tx, by, instant)


def is_instant(reader: Reader, *, by: AccountId) -> bool:
    """Does `by` let money come and go at once?"""
    return by in store_handovers.instant(reader, [by])


def tip(tx: Tx, *, by: AccountId, to: AccountId, amount: int, currency: str, nonce: str, approval: str | None, about: str) -> bool:
    """Thank somebody with money for what they made, at once; whoever offers it has made sure that `by` may see it. `about` names it.

    The confirmation is for payee `to`. Returns False for a retry. Raises `NotToYourself`, what `authorise` raises, the ledger's refusals.
    """
    checked(amount, currency)
    if to == by:
        raise NotToYourself
    authorise(tx, by, approval, payee=to, amount=amount, currency=currency, transfer=nonce)
    id = ledger.transfer_id(by, nonce)
    mine, theirs = ledger.wallet(tx, by, currency), ledger.wallet(tx, to, currency)
    results = ledger.apply(tx, [Transfer(id, mine.id, theirs.id, amount, currency, TIP, about)])
    ledger.demand(results)
    fresh = results[0].code == "created"
    if fresh:
        receipts.give(tx, to=to, code=TIP, amount=amount, currency=currency, transfer=id, other=by, about=about)
    return fresh
