"""The operator's books: a trial balance that sums to nothing, credits given and taken back, cases, search, and a trail of all of it."""

import msgspec

from warung import accounts
from warung.kit.clock import DAY
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, new_id
from warung.kit.text import bounded
from warung.pay import ledger, receipts, store, store_operator, wallets
from warung.pay.model import (
    CHART,
    CaseNotFound,
    Entry,
    IssueDecided,
    IssueNotFound,
    LedgerAccount,
    PaymentChanged,
    SecondOperator,
    Settings,
    Transfer,
    TransferNotFound,
)
from warung.pay.money import CREDITS, checked
from warung.pay.store_operator import Case, Issue

PLACE = "warung"  # the owner of the accounts that belong to this place
PAGE = 50
LAST = "~"
REASON_CHARS = 200


class Row(msgspec.Struct, frozen=True):
    """One kind of account in one currency: how many there are, and the sums of their sides, in minor units."""

    currency: str
    kind: str
    number: int
    accounts: int
    debits_pending: int
    debits_posted: int
    credits_pending: int
    credits_posted: int


class Sum(msgspec.Struct, frozen=True):
    """A currency's totals: both differences are nothing, or the books are wrong."""

    currency: str
    posted: int
    pending: int


class Books(msgspec.Struct, frozen=True):
    """The trial balance."""

    rows: list[Row]
    sums: list[Sum]


class Found(msgspec.Struct, frozen=True):
    """What a search in the books found: a transfer with its two accounts, or somebody's accounts with their last lines."""

    accounts: list[LedgerAccount]
    entries: list[Entry]


class Trail(msgspec.Struct, frozen=True):
    """One thing that an operator did."""

    id: str
    actor: AccountId
    what: str
    about: str
    detail: str
    at: int


def books(reader: Reader, *, by: AccountId) -> Books:
    """Return the trial balance. For operators."""
    accounts.require_operator(reader, by=by)
    rows = [Row(currency, kind, CHART[kind][0], *rest) for currency, kind, *rest in store.trial_balance(reader)]  # type: ignore[index]
    sums = []
    for currency in sorted({row.currency for row in rows}):
        mine = [row for row in rows if row.currency == currency]
        posted = sum(row.debits_posted - row.credits_posted for row in mine)
        pending = sum(row.debits_pending - row.credits_pending for row in mine)
        sums.append(Sum(currency, posted, pending))
    return Books(sorted(rows, key=lambda row: (row.currency, row.number)), sums)


def search(reader: Reader, *, by: AccountId, query: str) -> Found:
    """Find a transfer by its id, or what belongs to a person by their handle. For operators; the look is noted by its route."""
    accounts.require_operator(reader, by=by)
    entry = ledger.entry(reader, query)
    if entry is not None:
        resolved = [each for each in (ledger.entry(reader, entry.pending) if entry.pending else None,) if each is not None]
        return Found(list(store.accounts(reader, [entry.debit, entry.credit]).values()), [entry, *resolved])
    person = accounts.by_handle(reader, query.strip().removeprefix("@").lower())
    if person is None:
        raise TransferNotFound
    kept = store.accounts_of(reader, person.id, "wallet")
    return Found(kept, [line for each in kept for line in store.entries(reader, each.id, before=1 << 60, limit=PAGE)])


def looked(tx: Tx, *, by: AccountId, query: str) -> None:
    """Note that an operator looked somebody's money up."""
    accounts.require_operator(tx, by=by)
    write_down(tx, by=by, what="search", about=query[:100], detail="")


def order(tx: Tx, *, by: AccountId, kind: str, account: AccountId, amount: int, reason: str, nonce: str) -> Issue:
    """Give credits to somebody (`issue`), or take them back (`redeem`). Above the limit it waits for a second operator.

    What one operator did alone in the last day counts together: many small orders are no way round the limit. A retry with the same nonce
    is the same order. Raises `OperatorsOnly`, `NotEnoughMoney`, `PaymentChanged`, and what an amount is refused for.
    """
    accounts.require_operator(tx, by=by)
    accounts.profile(tx, account)
    settings = tx.settings(Settings)
    checked(amount, CREDITS)
    bounded(reason, limit=REASON_CHARS, empty=False)
    id = ledger.transfer_id(by, nonce)
    known = store_operator.issue(tx, id)
    if known is not None:
        if (known.kind, known.account, known.amount, known.reason) != (kind, account, amount, reason):
            raise PaymentChanged(result="exists_with_different_details")
        return known
    guarded = amount + store_operator.done_alone(tx, by, kind, tx.now - DAY) > settings.issue_alone
    made = Issue(id, kind, account, amount, CREDITS, reason, by, None, int(guarded), "waiting" if guarded else "done", tx.now)
    store_operator.insert_issue(tx, made)
    write_down(tx, by=by, what=kind, about=account, detail=f"{amount} {CREDITS}: {reason}")
    if not guarded:
        _move(tx, made)
    return made


def decide(tx: Tx, *, by: AccountId, id: str, agree: bool) -> Issue:
    """Agree to another operator's order for credits, or refuse it. Raises `SecondOperator` for one's own."""
    accounts.require_operator(tx, by=by)
    kept = store_operator.issue(tx, id)
    if kept is None:
        raise IssueNotFound
    if agree and kept.asked_by == by:
        raise SecondOperator
    if not store_operator.decide_issue(tx, id, "done" if agree else "refused", by):
        raise IssueDecided
    write_down(tx, by=by, what="agree" if agree else "refuse", about=id, detail=kept.reason)
    decided = msgspec.structs.replace(kept, state="done" if agree else "refused", decided_by=by)
    if agree:
        _move(tx, decided)
    return decided


def issues(reader: Reader, *, by: AccountId, before: str | None) -> list[Issue]:
    """Return the orders for credits, newest first. For operators."""
    accounts.require_operator(reader, by=by)
    return store_operator.issues(reader, before or LAST, PAGE)


def cases(reader: Reader, *, by: AccountId, closed: bool, before: str | None) -> list[Case]:
    """Return open or closed cases, newest first. For operators."""
    accounts.require_operator(reader, by=by)
    return store_operator.cases(reader, closed=closed, before=before or LAST, limit=PAGE)


def open_case(tx: Tx, *, kind: str, about: str, detail: str) -> None:
    """Put something before the operators; once for the same thing."""
    store_operator.open_case(tx, Case(new_id(tx.now), kind, about, detail, tx.now, None, None, None))


def settle_case(tx: Tx, *, kind: str, about: str, note: str) -> None:
    """Close what was open about a thing, because the thing itself is settled."""
    store_operator.settle_case(tx, kind, about, note)


def close_case(tx: Tx, *, by: AccountId, id: str, note: str) -> None:
    """Close a case, saying what was done. Raises `CaseNotFound`."""
    accounts.require_operator(tx, by=by)
    if not store_operator.close_case(tx, id, by, bounded(note, limit=REASON_CHARS, empty=False)):
        raise CaseNotFound
    write_down(tx, by=by, what="close_case", about=id, detail=note)


def freeze(tx: Tx, *, by: AccountId, account: AccountId, frozen: bool, reason: str) -> None:
    """Freeze or open somebody's wallets, saying why."""
    accounts.require_operator(tx, by=by)
    accounts.profile(tx, account)
    bounded(reason, limit=REASON_CHARS, empty=False)
    if frozen:
        wallets.freeze(tx, by=by, account=account, reason=reason)
    else:
        wallets.unfreeze(tx, by=by, account=account)
    receipts.warn(tx, to=account, what="frozen" if frozen else "opened")
    write_down(tx, by=by, what="freeze" if frozen else "unfreeze", about=account, detail=reason)


def verify(tx: Tx, *, by: AccountId, account: AccountId, verified: bool) -> None:
    """Note that one knows who this is: higher limits."""
    wallets.set_verified(tx, by=by, account=account, verified=verified)
    write_down(tx, by=by, what="verify" if verified else "unverify", about=account, detail="")


def trail(reader: Reader, *, by: AccountId, before: str | None) -> list[Trail]:
    """Return what operators did, newest first. For operators."""
    accounts.require_operator(reader, by=by)
    return [Trail(*row) for row in store_operator.trail(reader, before or LAST, PAGE)]


def _move(tx: Tx, made: Issue) -> None:
    wallet = ledger.wallet(tx, made.account, made.currency)
    source = ledger.open_account(tx, kind="issued", owner=PLACE, currency=made.currency)
    debit, credit = (source, wallet) if made.kind == "issue" else (wallet, source)
    id = f"issue/{made.id}"
    ledger.demand(ledger.apply(tx, [Transfer(id, debit.id, credit.id, made.amount, made.currency, made.kind, made.reason)]))
    signed = made.amount if made.kind == "issue" else -made.amount
    receipts.give(tx, to=made.account, code=made.kind, amount=signed, currency=made.currency, transfer=id, about=made.reason)


def write_down(tx: Tx, *, by: AccountId, what: str, about: str, detail: str) -> None:
    """Write into the trail what an operator did."""
    store_operator.note(tx, id=new_id(tx.now), actor=by, what=what, about=about, detail=detail)
