"""Real money out of a wallet, to its owner's bank: held first, asked of the provider, and booked when the provider's own record says so.

Nobody guesses. Where an answer was lost, the provider's list is searched for our key before anything is asked again; a payout that
stays without an end is put before the operators, who decide; what a bank sends back goes into the wallet that it came from.
"""

import contextlib
from typing import Literal

from warung import accounts
from warung.kit.clock import DAY, HOUR, MINUTE
from warung.kit.db import Db, Reader, Tx
from warung.kit.domain import Services
from warung.kit.errors import Conflict, NotFound
from warung.kit.ids import AccountId
from warung.kit.job import Job
from warung.kit.text import bounded
from warung.pay import approvals, comparing, ledger, operators, receipts, store_withdrawals, stripe
from warung.pay.model import PaymentChanged, PaymentSettled, Settings, Transfer, WrongCurrency
from warung.pay.money import CREDITS, checked
from warung.pay.provider import Payout, Provider, ProviderRefused, ProviderSilent
from warung.pay.store_withdrawals import Bank, Withdrawal

PAYEE = "bank"  # what a withdrawal's confirmation names as its payee
CODE, RETURN = "withdrawal", "withdrawal_return"
ASK_AGAIN = 10 * MINUTE
LONG = 7 * DAY  # banks take days; after this somebody has to look
LABEL_CHARS = 60
OPEN = ("held", "sent")
PAGE = 50


class NoBankAccount(Conflict):
    """No bank account of yours is noted here. Ask the operator to note it."""


class WithdrawalNotFound(NotFound):
    """There is no such withdrawal."""


class AskPayout(Job, frozen=True, tag="pay.payout"):
    """Ask the provider what became of a withdrawal."""

    withdrawal: str


def set_bank(tx: Tx, *, by: AccountId, account: AccountId, destination: str, label: str) -> None:
    """Note where somebody's money may go, after making sure that it is theirs. For operators; written into the trail."""
    accounts.require_operator(tx, by=by)
    accounts.profile(tx, account)
    bounded(destination, limit=LABEL_CHARS, empty=False)
    store_withdrawals.set_bank(tx, account, Bank(destination, bounded(label, limit=LABEL_CHARS, empty=False)), by)
    operators.write_down(tx, by=by, what="bank", about=account, detail=label)


def bank_of(reader: Reader, *, by: AccountId) -> str | None:
    """Return by what name one's own bank account is noted here."""
    found = store_withdrawals.bank(reader, by)
    return found.label if found else None


async def begin(db: Db, *, by: AccountId, amount: int, currency: str, nonce: str, approval: str | None) -> Withdrawal:
    """Let money go to one's bank account; the confirmation is for payee `bank`. A retry is the same withdrawal.

    The money is held before the provider is asked. No answer leaves it held, and it is asked again by itself. Raises `NoProvider`,
    `NoBankAccount`, `WrongCurrency`, `ProviderRefused` (the money is back), what `authorise` raises, and the ledger's refusals.
    """
    provider = stripe.connected(await db.read(lambda reader: reader.settings(Settings)))
    id = ledger.transfer_id(by, nonce)
    fresh = await ledger.decided(db, lambda tx: _hold(tx, by, nonce, provider.name, amount, currency, approval))
    if fresh:
        with contextlib.suppress(ProviderSilent):  # it stays held; the job asks
            await _send(db, provider, await db.read(lambda reader: _known(reader, id)))
    return await db.read(lambda reader: _known(reader, id))


def _hold(tx: Tx, by: AccountId, nonce: str, provider: str, amount: int, currency: str, approval: str | None) -> bool:
    """Hold the money; return False for a retry."""
    checked(amount, currency)
    if currency == CREDITS:
        raise WrongCurrency
    id = ledger.transfer_id(by, nonce)
    known = store_withdrawals.one(tx, id)
    if known is not None:
        if (known.amount, known.currency) != (amount, currency):
            raise PaymentChanged(result="withdrawal")
        return False
    bank = store_withdrawals.bank(tx, by)
    if bank is None:
        raise NoBankAccount
    approvals.authorise(tx, by, approval, payee=PAYEE, amount=amount, currency=currency, transfer=nonce)
    wallet, transit = ledger.wallet(tx, by, currency), ledger.open_account(tx, kind="transit", owner=provider, currency=currency)
    order = Transfer(id, wallet.id, transit.id, amount, currency, CODE, bank.label, kind="pending")
    ledger.demand(ledger.apply(tx, [order]))
    made = Withdrawal(id, by, provider, amount, currency, bank.destination, bank.label, None, "held", tx.now, None)
    store_withdrawals.insert(tx, made)
    tx.enqueue(AskPayout(id), at=tx.now + ASK_AGAIN, key=f"pay.payout/{id}")
    return True


async def _send(db: Db, provider: Provider, held: Withdrawal) -> None:
    try:
        payout = await provider.pay_out(key=held.id, amount=held.amount, currency=held.currency, to=held.destination)
    except ProviderRefused as refused:
        reason = str(refused.details.get("reason", ""))
        await db.write(lambda tx: _failed(tx, held, reason))
        raise
    await db.write(lambda tx: settle(tx, provider=provider.name, payout=payout))


async def ask(services: Services, job: AskPayout) -> None:
    """Ask what became of a withdrawal, until it is known."""
    provider, db = stripe.connected(services.settings(Settings)), services.db
    found = await db.read(lambda reader: store_withdrawals.one(reader, job.withdrawal))
    if found is None or found.state not in OPEN:
        return
    try:
        if found.payout is not None:
            payout = await provider.payout(found.payout)
            await db.write(lambda tx: settle(tx, provider=provider.name, payout=payout))
        else:
            known = [each for each in await provider.payouts(found.at - DAY) if each.key == found.id]
            for each in known:  # more than one would be the provider's mistake: the second opens a case
                await db.write(lambda tx, each=each: settle(tx, provider=provider.name, payout=each))  # type: ignore[misc]
            if not known:
                await _send(db, provider, found)
    except (ProviderSilent, ProviderRefused):
        pass
    await db.write(lambda tx: _again(tx, job))


def _again(tx: Tx, job: AskPayout) -> None:
    found = store_withdrawals.one(tx, job.withdrawal)
    if found is None or found.state not in OPEN:
        return
    if tx.now - found.at > LONG:
        detail = f"{found.amount} {found.currency} to {found.label}: nobody says what became of it; the money is held"
        operators.open_case(tx, kind="withdrawal", about=found.id, detail=detail)
    tx.enqueue(job, at=tx.now + (ASK_AGAIN if found.payout is None else 6 * HOUR), key=f"pay.payout/{found.id}")


def settle(tx: Tx, *, provider: str, payout: Payout) -> Literal["matched", "missing", "differs", "waiting"]:
    """Book what became of a payout, once. "missing": nobody here asked for it; "differs": it is another than was asked for."""
    found = store_withdrawals.by_payout(tx, payout.id) or store_withdrawals.one(tx, payout.key)
    if found is None or found.payout not in (None, payout.id):
        if payout.state == "succeeded":
            _astray(tx, provider, payout, "nobody here asked for it" if found is None else f"{found.id} has {found.payout} already")
        return "missing"
    if (found.amount, found.currency) != (payout.amount, payout.currency):
        detail = f"{payout.id} is of {payout.amount} {payout.currency}; {found.amount} {found.currency} was asked for"
        operators.open_case(tx, kind="withdrawal", about=found.id, detail=detail)
        return "differs"
    store_withdrawals.sent(tx, found.id, payout.id)
    if payout.state == "waiting":
        return "waiting"
    if payout.state == "succeeded" and found.state in OPEN:
        _paid(tx, found)
    elif payout.state == "succeeded" and found.state == "failed":
        _astray(tx, provider, payout, f"{found.id} was given up here")
    elif payout.state == "failed" and found.state in OPEN:
        _failed(tx, found, "")
    elif payout.state == "failed" and found.state == "paid":
        _came_back(tx, found)
    return "matched"


def _paid(tx: Tx, found: Withdrawal) -> None:
    """Book it: out of the wallet, and out of what the provider owes us. Both or neither."""
    transit = ledger.account_id("transit", found.provider, found.currency)
    source = ledger.open_account(tx, kind="provider", owner=found.provider, currency=found.currency)
    post = Transfer(f"{found.id}/post", kind="post", pending=found.id, linked=True)
    out = Transfer(f"{found.id}/out", transit, source.id, found.amount, found.currency, "payout", found.id)
    ledger.demand(ledger.apply(tx, [post, out]))
    _settled(tx, found, "paid", CODE, -found.amount)


def _failed(tx: Tx, found: Withdrawal, reason: str) -> None:
    """Let the money go back into the wallet."""
    ledger.demand(ledger.apply(tx, [Transfer(f"{found.id}/void", kind="void", pending=found.id)]))
    _settled(tx, found, "failed", RETURN, found.amount, reason)


def _came_back(tx: Tx, found: Withdrawal) -> None:
    """The bank sent back what had been paid."""
    source = ledger.account_id("provider", found.provider, found.currency)
    wallet = ledger.wallet(tx, found.account, found.currency)
    ledger.demand(ledger.apply(tx, [Transfer(f"{found.id}/back", source, wallet.id, found.amount, found.currency, RETURN, found.label)]))
    _settled(tx, found, "returned", RETURN, found.amount)


def _settled(tx: Tx, found: Withdrawal, state: store_withdrawals.WithdrawalState, code: str, amount: int, reason: str = "") -> None:
    store_withdrawals.settle(tx, found.id, state)
    tx.cancel(f"pay.payout/{found.id}")
    operators.settle_case(tx, kind="withdrawal", about=found.id, note=state)
    about = f"{found.label}: {reason}" if reason else found.label
    receipts.give(tx, to=found.account, code=code, amount=amount, currency=found.currency, transfer=found.id, about=about)


def _astray(tx: Tx, provider: str, payout: Payout, why: str) -> None:
    """Money left that nobody can explain: kept apart, and put before the operators."""
    source = ledger.open_account(tx, kind="provider", owner=provider, currency=payout.currency)
    suspense = ledger.open_account(tx, kind="suspense", owner=provider, currency=payout.currency)
    order = Transfer(f"astray/{provider}.{payout.id}", suspense.id, source.id, payout.amount, payout.currency, "suspense", payout.id)
    ledger.demand(ledger.apply(tx, [order]))
    operators.open_case(tx, kind="payout", about=payout.id, detail=f"{payout.amount} {payout.currency} was paid out; {why}")


def decide(tx: Tx, *, by: AccountId, id: str, paid: bool, note: str) -> Withdrawal:
    """Say what became of a withdrawal that the provider leaves open. For operators; written into the trail.

    Raises `WithdrawalNotFound`, and `PaymentSettled` for one that is over.
    """
    accounts.require_operator(tx, by=by)
    found = _known(tx, id)
    if found.state not in OPEN:
        raise PaymentSettled(result=f"withdrawal_{found.state}", state=found.state)
    operators.write_down(
        tx, by=by, what="withdrawal_paid" if paid else "withdrawal_failed", about=id, detail=bounded(note, limit=200, empty=False)
    )
    if paid:
        _paid(tx, found)
    else:
        _failed(tx, found, "")
    return _known(tx, id)


def waiting(reader: Reader, *, by: AccountId) -> list[Withdrawal]:
    """Return the withdrawals of which nobody knows yet what became of them. For operators."""
    accounts.require_operator(reader, by=by)
    return store_withdrawals.waiting(reader, PAGE)


async def compare(db: Db, provider: Provider, since: int) -> dict[str, int]:
    """Compare the provider's payouts with ours from a time on; see `comparing.compare`."""
    told = await provider.payouts(since)
    ours = [
        (each.payout, each.id, f"{each.amount} {each.currency} to {each.label} was booked")
        for each in await db.read(lambda reader: store_withdrawals.paid_since(reader, since))
    ]
    return await comparing.compare(
        db, told, lambda tx, payout: settle(tx, provider=provider.name, payout=payout), ours, kind="payout_missing"
    )


def _known(reader: Reader, id: str) -> Withdrawal:
    found = store_withdrawals.one(reader, id)
    if found is None:
        raise WithdrawalNotFound
    return found
