"""Real money into wallets, through a provider: top-ups, what the provider sends, and the nightly comparing of both books.

A webhook is a reason to ask, nothing more; the job that asks by itself is as good. Whichever comes first credits the wallet, under a ledger
id made of the charge's own, so that the second finds it done. What cannot be explained goes to a suspense account, and a case is opened.
"""

from collections.abc import Mapping

from warung.kit.clock import DAY, HOUR, MINUTE
from warung.kit.db import Db, Reader, Tx
from warung.kit.domain import Services
from warung.kit.ids import AccountId
from warung.kit.job import Job
from warung.pay import chargebacks, comparing, ledger, operators, receipts, store_top_ups, store_wallet, stripe, withdrawals
from warung.pay.model import PaymentChanged, Settings, Transfer, WrongCurrency
from warung.pay.money import CREDITS, checked
from warung.pay.provider import Charge, Provider, ProviderSilent
from warung.pay.store_top_ups import TopUp

ASK_AGAIN = 5 * MINUTE
GIVE_UP = 3 * DAY


class Ask(Job, frozen=True, tag="pay.ask"):
    """Ask the provider what became of a top-up."""

    top_up: str


class Reconcile(Job, frozen=True, tag="pay.reconcile"):
    """Compare the provider's list with our books, from a time on."""

    since: int


async def begin(db: Db, *, by: AccountId, amount: int, currency: str, nonce: str) -> TopUp:
    """Begin a top-up; the payer completes it in the provider's own form. A retry is the same. Raises `NoProvider`."""
    provider = stripe.connected(await db.read(lambda reader: reader.settings(Settings)))
    checked(amount, currency)
    if currency == CREDITS:
        raise WrongCurrency
    id = ledger.transfer_id(by, nonce)
    made = await db.write(lambda tx: _open(tx, id, by, provider.name, amount, currency))
    if made.charge is None:
        begun = await provider.begin(key=id, amount=made.amount, currency=made.currency)
        await db.write(lambda tx: store_top_ups.begun(tx, id, begun.charge, begun.secret))
    found = await db.read(lambda reader: store_top_ups.one(reader, id))
    assert found is not None
    return found


def _open(tx: Tx, id: str, by: AccountId, provider: str, amount: int, currency: str) -> TopUp:
    store_top_ups.insert(tx, TopUp(id, by, provider, amount, currency, None, None, "begun", 0, tx.now))
    found = store_top_ups.one(tx, id)
    assert found is not None
    if (found.amount, found.currency) != (amount, currency):
        raise PaymentChanged(result="top_up")
    tx.enqueue(Ask(id), at=tx.now + ASK_AGAIN, key=f"pay.ask/{id}")
    tx.enqueue(Reconcile(tx.now - DAY), at=(tx.now // DAY + 1) * DAY, key="pay.reconcile")
    return found


async def ask(services: Services, job: Ask) -> None:
    """Ask what became of a top-up, until it is known or three days have passed."""
    provider = stripe.connected(services.settings(Settings))
    found = await services.db.read(lambda reader: store_top_ups.one(reader, job.top_up))
    if found is None or found.state != "begun":
        return
    charge: Charge | None = None
    try:
        known = found.charge
        if known is None:  # the answer to our request was lost: the same key asks for the same charge
            begun = await provider.begin(key=found.id, amount=found.amount, currency=found.currency)
            await services.db.write(lambda tx: store_top_ups.begun(tx, job.top_up, begun.charge, begun.secret))
            known = begun.charge
        charge = await _decided(services.db, provider, await provider.fetch(known))
    except ProviderSilent:
        pass
    await services.db.write(lambda tx: _asked(tx, job, provider.name, charge))


def _asked(tx: Tx, job: Ask, provider: str, charge: Charge | None) -> None:
    if charge is not None:
        settle(tx, provider=provider, charge=charge)
    found = store_top_ups.one(tx, job.top_up)
    if found is not None and found.state == "begun":
        if tx.now - found.at > GIVE_UP:
            store_top_ups.decided(tx, found.id, "failed")
        else:
            tx.enqueue(job, at=tx.now + ASK_AGAIN, key=f"pay.ask/{found.id}")


async def hear(db: Db, *, body: bytes, headers: Mapping[str, str]) -> None:
    """Take what the provider sent: verify it, then ask. Raises `BadNotice`, `NoProvider`, `ProviderSilent`."""
    settings, now = await db.read(lambda reader: (reader.settings(Settings), reader.now))
    provider = stripe.connected(settings)
    notice = provider.heard(body, headers, now)
    if notice.kind == "charge":
        charge = await _decided(db, provider, await provider.fetch(notice.charge))
        await db.write(lambda tx: settle(tx, provider=provider.name, charge=charge))
    elif notice.kind == "payout":
        payout = await provider.payout(notice.charge)
        await db.write(lambda tx: withdrawals.settle(tx, provider=provider.name, payout=payout))
    elif notice.kind == "dispute":
        await db.write(lambda tx: chargebacks.take_back(tx, provider=provider.name, notice=notice))
    elif notice.kind == "won":
        await db.write(lambda tx: chargebacks.won(tx, provider=provider.name, notice=notice))


async def _decided(db: Db, provider: Provider, charge: Charge) -> Charge:
    """Take what a payer authorised for a top-up of ours, if its wallet may be topped up; else cancel it. Others' charges are left alone."""
    wanted = await db.read(lambda reader: _wanted(reader, charge)) if charge.state == "authorised" else None
    if wanted is None:
        return charge
    return await (provider.capture if wanted else provider.cancel)(charge.id, key=charge.id)


def _wanted(reader: Reader, charge: Charge) -> bool | None:
    found = store_top_ups.by_charge(reader, charge.id)
    if found is None:
        return None
    if found.state != "begun" or (found.amount, found.currency) != (charge.amount, charge.currency):
        return False
    return store_wallet.standing(reader, found.account).frozen_by is None


def settle(tx: Tx, *, provider: str, charge: Charge) -> str:
    """Book what became of a charge, once. Return "matched", "missing" (nobody here began it), "differs" or "waiting"."""
    found = store_top_ups.by_charge(tx, charge.id)
    if charge.state in ("waiting", "authorised") or (found is not None and charge.state == "failed"):
        if found is not None and charge.state == "failed" and found.state == "begun":
            store_top_ups.decided(tx, found.id, "failed")
        return "waiting"
    if found is None or (found.amount, found.currency) != (charge.amount, charge.currency):
        if charge.state == "succeeded":
            _suspend(tx, provider, charge, found)
        return "missing" if found is None else "differs"
    source = ledger.open_account(tx, kind="provider", owner=provider, currency=charge.currency)
    wallet = ledger.wallet(tx, found.account, charge.currency)
    order = Transfer(f"top_up/{provider}.{charge.id}", source.id, wallet.id, charge.amount, charge.currency, "top_up", found.id)
    (result,) = ledger.apply(tx, [order])
    ledger.demand([result])
    if result.code == "created":
        store_top_ups.decided(tx, found.id, "succeeded")
        tx.cancel(f"pay.ask/{found.id}")
        receipts.give(tx, to=found.account, code="top_up", amount=charge.amount, currency=charge.currency, transfer=order.id)
    return "matched"


def _suspend(tx: Tx, provider: str, charge: Charge, found: TopUp | None) -> None:
    """Keep money that nobody can explain apart, and put it before the operators."""
    source = ledger.open_account(tx, kind="provider", owner=provider, currency=charge.currency)
    suspense = ledger.open_account(tx, kind="suspense", owner=provider, currency=charge.currency)
    order = Transfer(f"suspense/{provider}.{charge.id}", source.id, suspense.id, charge.amount, charge.currency, "suspense", charge.id)
    ledger.demand(ledger.apply(tx, [order]))
    expected = f"{found.amount} {found.currency} was begun" if found else "nobody here began it"
    operators.open_case(tx, kind="difference", about=charge.id, detail=f"{charge.amount} {charge.currency} came in; {expected}")
    if found is not None:
        store_top_ups.decided(tx, found.id, "odd")


async def reconcile(services: Services, job: Reconcile) -> None:
    """Compare the provider's list with our books, and come again tomorrow."""
    provider = stripe.connected(services.settings(Settings))
    await compare(services.db, provider, job.since)
    await withdrawals.compare(services.db, provider, job.since)
    await services.db.write(lambda tx: tx.enqueue(Reconcile(tx.now - DAY - HOUR), at=(tx.now // DAY + 1) * DAY, key="pay.reconcile"))


async def compare(db: Db, provider: Provider, since: int) -> dict[str, int]:
    """Compare the provider's charges with ours from a time on; see `comparing.compare`."""
    told = await provider.since(since)
    ours = [
        (each.charge, each.id, f"{each.amount} {each.currency} was credited")
        for each in await db.read(lambda reader: store_top_ups.succeeded_since(reader, since))
    ]
    return await comparing.compare(
        db, told, lambda tx, charge: settle(tx, provider=provider.name, charge=charge), ours, kind="missing_there"
    )
