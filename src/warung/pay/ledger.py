"""The ledger: immutable transfers between two accounts, applied in batches. What holds whoever calls is held here and in the database.

A batch is read in four statements, decided in memory in its order, and written with one statement per kind; an account that many
transfers touch is written once. A refused transfer is an answer, not an exception: it changes nothing, and where its reason may pass
(no money yet) its id stays failed for ever, so that a retry never turns a "no" into a payment.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from warung.kit.db import Db, Reader, Tx, Verb
from warung.kit.ids import NONCE, AccountId
from warung.pay import store
from warung.pay.batch import PASSING, Batch, chains
from warung.pay.model import (
    CHART,
    CLOSED,
    FROZEN,
    MOST,
    AccountClosed,
    AmountNotPossible,
    BadTransferId,
    Entry,
    Expire,
    Kind,
    LedgerAccount,
    LedgerAccountId,
    LedgerRefusal,
    NotEnoughMoney,
    NotToYourself,
    PaymentChanged,
    PaymentFailedBefore,
    PaymentSettled,
    Pending,
    PendingExpired,
    Result,
    Transfer,
    WalletFrozen,
    WrongCurrency,
)

T = TypeVar("T")


def account_id(kind: Kind, owner: str, currency: str) -> LedgerAccountId:
    """Return the id of the one ledger account of an owner, in a currency, for a purpose."""
    return LedgerAccountId(f"{kind}.{owner}.{currency}")


def transfer_id(by: AccountId, nonce: str) -> str:
    """Return the ledger's id for what a client names by a nonce: nobody can take another's id before them. Raises `BadTransferId`."""
    if not NONCE.match(nonce):
        raise BadTransferId
    return f"{by}.{nonce}"


def open_account(tx: Tx, *, kind: Kind, owner: str, currency: str) -> LedgerAccount:
    """Return a ledger account, opened at the first call."""
    id = account_id(kind, owner, currency)
    found = store.accounts(tx, [id]).get(id)
    if found is None:
        found = LedgerAccount(id, kind, owner, currency, CHART[kind][1], 0, 0, 0, 0, tx.now)
        store.open_account(tx, found)
    return found


def open_accounts(tx: Tx, kind: Kind, owners: Iterable[tuple[str, str]]) -> None:
    """Open the accounts of several (owner, currency) at once, where they are not open yet."""
    wanted = {account_id(kind, owner, currency): (owner, currency) for owner, currency in owners}
    for id in sorted(wanted.keys() - store.accounts(tx, wanted).keys()):
        owner, currency = wanted[LedgerAccountId(id)]
        store.open_account(tx, LedgerAccount(LedgerAccountId(id), kind, owner, currency, CHART[kind][1], 0, 0, 0, 0, tx.now))


def wallet(tx: Tx, account: AccountId, currency: str) -> LedgerAccount:
    """Return somebody's wallet in a currency, opened on first use. One in which another wallet is frozen is born frozen."""
    id = account_id("wallet", account, currency)
    found = store.accounts(tx, [id]).get(id)
    if found is not None:
        return found
    others = store.accounts_of(tx, account, "wallet")
    opened = open_account(tx, kind="wallet", owner=account, currency=currency)
    if any(store.frozen(other) for other in others):
        opened.flags |= FROZEN
        store.set_flags(tx, [id], {id: opened.flags})
    return opened


def pot(tx: Tx, kind: Kind, id: str, currency: str) -> LedgerAccount:
    """Return the pot of one packet or order: an account that can never pay out more than came in."""
    return open_account(tx, kind=kind, owner=id, currency=currency)


def balance(reader: Reader, ledger_account: LedgerAccountId) -> LedgerAccount | None:
    """Return an account of the ledger with its balances, or None where it was never opened. One row, however long its history."""
    return store.accounts(reader, [ledger_account]).get(ledger_account)


def entry(reader: Reader, id: str) -> Entry | None:
    """Return a line of the journal."""
    return store.transfers(reader, [id]).get(id)


def entries(reader: Reader, ledger_account: LedgerAccountId, *, since: int, until: int) -> list[Entry]:
    """Return the lines of an account that were written in a period, oldest first."""
    found: list[Entry] = []
    below = 1 << 60
    while page := store.entries(reader, ledger_account, before=below, since=since, until=until, limit=1_000):
        found += page
        below = page[-1].pos
    return found[::-1]


def pending(reader: Reader, id: str) -> Pending | None:
    """Return what became of a pending transfer."""
    return store.pendings(reader, [id]).get(id)


def close(tx: Tx, ledger_account: LedgerAccountId) -> None:
    """Close a pot that is empty: nothing can go in or out any more. Raises `AccountClosed` when there is money in it."""
    found = store.accounts(tx, [ledger_account])[ledger_account]
    if found.balance or found.debits_pending or found.credits_pending:
        raise AccountClosed(result="not_empty")
    store.set_flags(tx, [found.id], {found.id: found.flags | CLOSED})


def demand(results: Sequence[Result]) -> None:
    """Raise the refusal of the first transfer that failed for a reason of its own."""
    bad = [result for result in results if not result.ok]
    if not bad:
        return
    first = next((result for result in bad if result.code != "linked_event_failed"), bad[0])
    failed = [(result.id, result.code) for result in bad if result.code in PASSING]
    raise _refusal(first.code, failed)


def _refusal(code: str, failed: list[tuple[str, str]]) -> Exception:
    if code.startswith("pending_already_") or code == "pending_expired":
        return PaymentSettled(failed, result=code, state=code.rsplit("_", 1)[-1])
    named: dict[str, type[LedgerRefusal]] = {
        "exceeds_credits": NotEnoughMoney,
        "debit_account_not_found": NotEnoughMoney,  # who never had any of this money has no account for it
        "debit_account_frozen": WalletFrozen,
        "debit_account_closed": AccountClosed,
        "credit_account_closed": AccountClosed,
        "id_already_failed": PaymentFailedBefore,
    }
    if code in named:
        return named[code](failed, result=code)
    if code.startswith("exists_with_different_"):
        return PaymentChanged(failed, result=code)
    plain: dict[str, Exception] = {
        "amount_not_possible": AmountNotPossible(most=MOST),
        "wrong_currency": WrongCurrency(),
        "accounts_must_be_different": NotToYourself(),
        "bad_id": BadTransferId(),
    }
    if code in plain:
        return plain[code]
    return LedgerRefusal(failed, result=code)


async def decided(db: Db, verb: Verb[T]) -> T:
    """Run a verb that moves money. What the ledger refused stays refused, although the refusal undid the verb's transaction.

    Should a retry of the same payment have succeeded in between, the verb is run once more and finds it done.
    """
    try:
        return await db.write(verb)
    except LedgerRefusal as refusal:
        failed = refusal.failed
        if not failed or await db.write(lambda tx: remember(tx, failed)):
            raise
    return await db.write(verb)


def remember(tx: Tx, failed: Sequence[tuple[str, str]]) -> bool:
    """Let ids stay failed; False when one of them is in the journal meanwhile."""
    if store.transfers(tx, [id for id, _ in failed]):
        return False
    store.insert_failed(tx, failed)
    return True


def expire(tx: Tx, job: Expire) -> None:
    """Give the money of a pending transfer back, unless it was resolved meanwhile; whoever it was about hears of it."""
    (result,) = apply(tx, [Transfer(f"expire/{job.transfer}", kind="expire", pending=job.transfer)])
    if result.code == "created":
        held = store.transfers(tx, [job.transfer])[job.transfer]
        tx.emit(PendingExpired(held.id, held.code, held.about))


def apply(tx: Tx, transfers: Sequence[Transfer]) -> list[Result]:
    """Apply a batch in its order: one result per transfer. Nothing is raised for a transfer that is refused; see `demand`.

    Results: created; exists; exists_with_different_{kind,debit,credit,amount,currency,code,about,pending,timeout}; id_already_failed;
    linked_event_failed; bad_id; amount_not_possible; accounts_must_be_different; wrong_currency; {debit,credit}_account_not_found;
    {debit,credit}_account_closed; debit_account_frozen; exceeds_credits; exceeds_debits; overflows_account; pending_not_found;
    pending_already_{posted,voided,expired}; pending_expired; pending_not_due; exceeds_pending_amount; pending_different_account.
    """
    batch = Batch(tx, transfers)
    results: list[Result] = []
    for chain in chains(transfers):
        results += batch.chain(chain)
    batch.write()
    return results
