"""Giving a top-up back, from the wallet that it went to. The ledger holds the money before the provider is asked, and refuses what that
might wrongly accept: more than came, or twice. Where the answer was lost the money stays held until the provider's own list says what was
done, or an operator does; nobody guesses.
"""

from warung import accounts
from warung.kit.clock import MINUTE
from warung.kit.db import Db, Reader, Tx
from warung.kit.domain import Services
from warung.kit.ids import AccountId
from warung.kit.job import Job
from warung.kit.text import bounded
from warung.pay import ledger, operators, store, store_top_ups, stripe
from warung.pay.model import PaymentNotFound, PaymentSettled, RefundTooLarge, Settings, Transfer
from warung.pay.money import checked, plain
from warung.pay.provider import Provider, ProviderRefused, ProviderSilent
from warung.pay.store_top_ups import TopUp

CODE = "top_up_refund"
ASK_AGAIN = 10 * MINUTE


class AskRefund(Job, frozen=True, tag="pay.refund"):
    """Ask the provider what became of a refund; `refund` is the pending transfer that holds its money."""

    refund: str


async def refund(db: Db, *, by: AccountId, id: str, amount: int, nonce: str) -> TopUp:
    """Give a top-up back, or a part of it. For operators. A retry is the same refund.

    Raises `PaymentNotFound`, `RefundTooLarge`, `NotEnoughMoney`, `ProviderRefused` (nothing was moved), `ProviderSilent` (it is held,
    with a case, and asked again by itself).
    """
    provider = stripe.connected(await db.read(lambda reader: reader.settings(Settings)))
    key = f"refund/{ledger.transfer_id(by, nonce)}"
    if await ledger.decided(db, lambda tx: _hold(tx, by, id, amount, key)):
        try:
            await _give(db, provider, key)
        except ProviderSilent:
            detail = f"{amount} of {id}: the provider did not answer; the money is held"
            await db.write(lambda tx: operators.open_case(tx, kind="refund", about=key, detail=detail))
            raise
    return await db.read(lambda reader: _known(reader, id))


def _hold(tx: Tx, by: AccountId, id: str, amount: int, key: str) -> bool:
    """Hold the money of a refund; return False for a retry of one that was held before."""
    accounts.require_operator(tx, by=by)
    found = _known(tx, id)
    checked(amount, found.currency)
    wallet = ledger.account_id("wallet", found.account, found.currency)
    source = ledger.account_id("provider", found.provider, found.currency)
    order = Transfer(key, wallet, source, amount, found.currency, CODE, id, kind="pending")
    (result,) = ledger.apply(tx, [order])
    ledger.demand([result])
    if result.code == "exists":
        return False
    if found.charge is None or not store_top_ups.refund(tx, id, amount):
        raise RefundTooLarge(left=plain(found.amount - found.refunded, found.currency))
    tx.enqueue(AskRefund(key), at=tx.now + ASK_AGAIN, key=f"pay.refund/{key}")
    return True


async def _give(db: Db, provider: Provider, key: str) -> None:
    """Ask the provider to give back what is held, and book what it says."""
    charge, amount = await db.read(lambda reader: _held(reader, key))
    try:
        await provider.refund(charge, key=key, amount=amount)
    except ProviderRefused:
        await db.write(lambda tx: _settle(tx, key, given=False))
        raise
    await db.write(lambda tx: _settle(tx, key, given=True))


async def ask(services: Services, job: AskRefund) -> None:
    """Look for a refund in the provider's own list, and give again what is not there; until it is known what became of it."""
    provider, db = stripe.connected(services.settings(Settings)), services.db
    if not await db.read(lambda reader: _waits(reader, job.refund)):
        return
    try:
        charge, _ = await db.read(lambda reader: _held(reader, job.refund))
        known = next((each for each in await provider.refunds(charge) if each.key == job.refund), None)
        if known is None:
            await _give(db, provider, job.refund)
        elif known.state != "waiting":
            await db.write(lambda tx: _settle(tx, job.refund, given=known.state == "succeeded"))
    except (ProviderSilent, ProviderRefused):
        pass
    await db.write(lambda tx: _again(tx, job))


def _again(tx: Tx, job: AskRefund) -> None:
    if _waits(tx, job.refund):
        tx.enqueue(job, at=tx.now + ASK_AGAIN, key=f"pay.refund/{job.refund}")


def decide(tx: Tx, *, by: AccountId, refund: str, given: bool, note: str) -> TopUp:
    """Say whether the provider gave back what is held: who looked it up there knows. For operators; written into the trail.

    Raises `PaymentNotFound`, and `PaymentSettled` for a refund that is over.
    """
    accounts.require_operator(tx, by=by)
    entry, held = ledger.entry(tx, refund), ledger.pending(tx, refund)
    if entry is None or held is None or entry.code != CODE or entry.about is None:
        raise PaymentNotFound
    if held.state != "pending":
        raise PaymentSettled(result=f"refund_{held.state}", state=held.state)
    operators.write_down(
        tx, by=by, what="refund_given" if given else "refund_failed", about=refund, detail=bounded(note, limit=200, empty=False)
    )
    _settle(tx, refund, given=given)
    return _known(tx, entry.about)


def _settle(tx: Tx, key: str, *, given: bool) -> None:
    """Book a refund that was given, or let its money go back into the wallet. Once."""
    if not _waits(tx, key):
        return
    kind = "post" if given else "void"
    ledger.demand(ledger.apply(tx, [Transfer(f"{key}/{kind}", kind="post" if given else "void", pending=key)]))
    entry = store.transfers(tx, [key])[key]
    if not given:
        store_top_ups.refund(tx, entry.about or "", -entry.amount)
    tx.cancel(f"pay.refund/{key}")
    operators.settle_case(tx, kind="refund", about=key, note="given" if given else "not given")


def _waits(reader: Reader, key: str) -> bool:
    held = ledger.pending(reader, key)
    return held is not None and held.state == "pending"


def _held(reader: Reader, key: str) -> tuple[str, int]:
    """Return the charge and the amount of a refund."""
    entry = store.transfers(reader, [key])[key]
    charge = _known(reader, entry.about or "").charge
    assert charge is not None
    return charge, entry.amount


def _known(reader: Reader, id: str) -> TopUp:
    found = store_top_ups.one(reader, id)
    if found is None:
        raise PaymentNotFound
    return found
