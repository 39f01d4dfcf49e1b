"""Bills: what some members of a conversation owe one of them. Asking one contact for money is a bill with one share."""

from collections.abc import Sequence

import msgspec

from warung import chat, contacts
from warung.kit.clock import HOUR, SECOND
from warung.kit.db import Reader, Tx
from warung.kit.errors import BadRequest, Conflict, NotAllowed, NotFound, TooMany
from warung.kit.ids import AccountId, ConversationId
from warung.kit.text import bounded
from warung.pay import ledger, shares, store_bills, talks
from warung.pay.approvals import authorise
from warung.pay.cards import BillCard, MoneyChanged, NewsCard, ReminderCard
from warung.pay.model import PaymentChanged, Transfer
from warung.pay.money import AmountTooFine, checked, currency, plain
from warung.pay.store_bills import Bill, Share, ShareState, State

TITLE_CHARS = 60
MOST_PEOPLE = 100
REMIND_EVERY = 6 * HOUR
CODE = "bill"


class BillNotFound(NotFound):
    """There is no such bill here."""


class BillClosed(Conflict):
    """This bill is closed."""


class NoShareOfYours(NotAllowed):
    """You have no part in this bill."""


class SharePaid(Conflict):
    """You have paid your part of this bill already."""


class NotYourBill(NotAllowed):
    """Only whoever made this bill may do this."""


class RemindedRecently(TooMany):
    """They were reminded not long ago. Try again in {retry_after_s} seconds."""


class NobodyOwes(BadRequest):
    """A bill names 1 to {limit} other members of this conversation, each of them once."""


class Owed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one member owes. Minor units; without an amount everybody bears the same."""

    account: AccountId
    amount: int | None = None


class ShareView(msgspec.Struct, frozen=True):
    """One member's part, and whether it is paid."""

    person: contacts.Person
    amount: int
    state: ShareState
    at: int | None


class BillView(msgspec.Struct, frozen=True):
    """A bill as members of its conversation see it. `paid` is what came in so far."""

    id: str
    collector: contacts.Person
    conversation: ConversationId
    seq: int
    title: str
    currency: str
    total: int
    paid: int
    state: State
    at: int
    ended_at: int | None
    can_remind_at: int
    shares: list[ShareView]


def ask(
    tx: Tx,
    *,
    by: AccountId,
    conversation: ConversationId,
    title: str,
    currency: str,
    owed: Sequence[Owed],
    nonce: str,
    total: int | None = None,
) -> Bill:
    """Put a bill into a conversation. With `total` it is divided evenly among `owed`, who may include `by`; else each names an amount.

    No money moves. `nonce` names this one intent; a retry is the same bill. Raises `NobodyOwes`, `PaymentChanged`, why `by` may not
    write there, and what `checked` raises.
    """
    bounded(title, limit=TITLE_CHARS, empty=False)
    id = ledger.transfer_id(by, nonce)
    parts = _parts(by, owed, currency, total)
    known = store_bills.one(tx, id)
    if known is not None:
        kept = {share.account: share.amount for share in store_bills.shares(tx, [id])[id]}
        if (known.conversation, known.title, known.currency, kept) != (conversation, title, currency, parts):
            raise PaymentChanged(result="exists_with_different_details")
        return known
    where = talks.enter(tx, by=by, conversation=conversation)
    others = [account for account in parts if account != by]
    if not 1 <= len(others) <= MOST_PEOPLE or not where.members.keys() >= set(others):
        raise NobodyOwes(limit=MOST_PEOPLE)
    whole = sum(parts.values())
    seq = talks.put(tx, where=where, by=by, card=BillCard(id, title, whole, currency, tuple(others)))
    made = Bill(id, by, conversation, seq, title, currency, whole, "open", tx.now, None, 0)
    mine = [Share(by, parts[by], "paid", tx.now, None)] if by in parts else []
    store_bills.insert(tx, made, [*mine, *(Share(account, parts[account], "open", None, None) for account in others)])
    return made


def _parts(by: AccountId, owed: Sequence[Owed], code: str, total: int | None) -> dict[AccountId, int]:
    people = [each.account for each in owed]
    if not people or len(set(people)) != len(people) or len(people) > MOST_PEOPLE + 1:
        raise NobodyOwes(limit=MOST_PEOPLE)
    if total is None:
        return {each.account: checked(each.amount or 0, code) for each in owed}
    step = currency(code).step
    checked(total, code)
    if total < len(people) * step:
        raise AmountTooFine(step=plain(step, code))
    first = sorted(people, key=lambda account: account != by)  # who asks bears what cannot be divided
    return dict(zip(first, shares.even(total, len(first), step=step), strict=True))


def pay(tx: Tx, *, by: AccountId, id: str, nonce: str, approval: str | None) -> Bill:
    """Pay one's own part; the confirmation is for payee the collector. A retry with the same nonce is the same payment.

    Raises `BillNotFound`, `BillClosed`, `NoShareOfYours`, `SharePaid`, what `authorise` raises, and the ledger's refusals.
    """
    bill = _seen(tx, by, id)
    share = _share(tx, by, bill)
    transfer = ledger.transfer_id(by, nonce)
    if share.state == "paid" and share.transfer == transfer:
        return bill
    if share.state == "paid":
        raise SharePaid
    if bill.state != "open":
        raise BillClosed
    authorise(tx, by, approval, payee=bill.collector, amount=share.amount, currency=bill.currency, transfer=nonce)
    mine, theirs = ledger.wallet(tx, by, bill.currency), ledger.wallet(tx, bill.collector, bill.currency)
    results = ledger.apply(tx, [Transfer(transfer, mine.id, theirs.id, share.amount, bill.currency, CODE, bill.title)])
    ledger.demand(results)
    if results[0].code != "created":
        raise PaymentChanged(result="exists")  # this id has paid something else
    store_bills.settle(tx, id, by, "paid", transfer)
    chat.post(tx, to=bill.conversation, card=NewsCard("bill_paid", id, by, (bill.collector,), share.amount, bill.currency))
    _settled(tx, bill)
    return bill


def decline(tx: Tx, *, by: AccountId, id: str) -> Bill:
    """Say that one will not pay one's part. Again is the same as once; it can still be paid afterwards by asking anew.

    Raises `BillNotFound`, `BillClosed`, `NoShareOfYours`, `SharePaid`.
    """
    bill = _seen(tx, by, id)
    share = _share(tx, by, bill)
    if share.state == "paid":
        raise SharePaid
    if share.state == "declined":
        return bill
    if bill.state != "open":
        raise BillClosed
    store_bills.settle(tx, id, by, "declined", None)
    chat.post(tx, to=bill.conversation, card=NewsCard("bill_declined", id, by, (bill.collector,)))
    _settled(tx, bill)
    return bill


def _settled(tx: Tx, bill: Bill) -> None:
    parts = store_bills.shares(tx, [bill.id])[bill.id]
    if all(share.state != "open" for share in parts):
        paid = all(share.state == "paid" for share in parts)
        store_bills.end(tx, bill.id, "settled" if paid else "closed")
        if paid and len(parts) > 1:
            chat.post(tx, to=bill.conversation, card=NewsCard("bill_settled", bill.id, bill.collector))
    _tell(tx, bill)


def close(tx: Tx, *, by: AccountId, id: str) -> Bill:
    """Ask for no more: what is not paid need not be. Again is the same as once. Raises `BillNotFound`, `NotYourBill`."""
    bill = _mine(tx, by, id)
    if store_bills.end(tx, id, "closed"):
        chat.post(tx, to=bill.conversation, card=NewsCard("bill_closed", id, by))
        _tell(tx, bill)
    return bill


def remind(tx: Tx, *, by: AccountId, id: str) -> Bill:
    """Call those who have not paid.

    Raises `BillNotFound`, `NotYourBill`, `BillClosed`, `RemindedRecently`, why `by` may not write there.
    """
    bill = _mine(tx, by, id)
    if bill.state != "open":
        raise BillClosed
    where = talks.enter(tx, by=by, conversation=bill.conversation)
    if not store_bills.reminded(tx, id, tx.now - REMIND_EVERY):
        raise RemindedRecently(retry_after_s=(bill.reminded_at + REMIND_EVERY - tx.now) // SECOND + 1)
    waiting = [share.account for share in store_bills.shares(tx, [id])[id] if share.state == "open" and share.account in where.members]
    talks.put(tx, where=where, by=by, card=ReminderCard(id, bill.title, tuple(waiting)))
    _tell(tx, bill)
    return bill


def _tell(tx: Tx, bill: Bill) -> None:
    tx.emit(MoneyChanged("bill", bill.id), chat.rooms(tx).enter(tx, [bill.conversation])[bill.conversation].audience)


def bill(reader: Reader, *, by: AccountId, id: str) -> BillView:
    """Return a bill as `by` sees it. Raises `BillNotFound`."""
    return _views(reader, by, [_seen(reader, by, id)])[0]


def bills(reader: Reader, *, by: AccountId) -> list[BillView]:
    """Return the open bills that `by` collects or has not paid, newest first."""
    found = [bill for bill in store_bills.of(reader, by) if talks.sees(reader, account=by, conversation=bill.conversation, seq=bill.seq)]
    return _views(reader, by, found)


def _views(reader: Reader, by: AccountId, found: Sequence[Bill]) -> list[BillView]:
    parts = store_bills.shares(reader, [bill.id for bill in found])
    everyone = {bill.collector for bill in found} | {share.account for shares in parts.values() for share in shares}
    people = contacts.people(reader, by, sorted(everyone))
    return [
        BillView(
            id=bill.id,
            collector=people[bill.collector],
            conversation=bill.conversation,
            seq=bill.seq,
            title=bill.title,
            currency=bill.currency,
            total=bill.total,
            paid=sum(share.amount for share in parts[bill.id] if share.state == "paid"),
            state=bill.state,
            at=bill.at,
            ended_at=bill.ended_at,
            can_remind_at=bill.reminded_at + REMIND_EVERY,
            shares=[ShareView(people[share.account], share.amount, share.state, share.at) for share in parts[bill.id]],
        )
        for bill in found
    ]


def _seen(reader: Reader, by: AccountId, id: str) -> Bill:
    found = store_bills.one(reader, id)
    if found is None or not talks.sees(reader, account=by, conversation=found.conversation, seq=found.seq):
        raise BillNotFound
    return found


def _mine(reader: Reader, by: AccountId, id: str) -> Bill:
    found = _seen(reader, by, id)
    if found.collector != by:
        raise NotYourBill
    return found


def _share(reader: Reader, by: AccountId, bill: Bill) -> Share:
    found = next((share for share in store_bills.shares(reader, [bill.id])[bill.id] if share.account == by), None)
    if found is None or bill.collector == by:
        raise NoShareOfYours
    return found
