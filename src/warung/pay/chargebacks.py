"""Chargebacks: a payer took their money back through their bank. What is still in the wallet goes, the rest is our loss; the wallet is
frozen and a case opened. Where the dispute is won, everything goes back the way it came.
"""

from warung.kit.db import Tx
from warung.kit.ids import AccountId
from warung.pay import ledger, operators, receipts, store, store_top_ups, store_wallet
from warung.pay.model import FROZEN, Transfer
from warung.pay.provider import Notice
from warung.pay.store_top_ups import TopUp
from warung.pay.store_wallet import Standing

PROVIDER = AccountId("provider")
CODE, WON = "chargeback", "chargeback_won"


def take_back(tx: Tx, *, provider: str, notice: Notice) -> None:
    """Book a chargeback, once, and never more than came in by this charge."""
    found = store_top_ups.by_charge(tx, notice.charge)
    if found is None or found.state != "succeeded":
        operators.open_case(tx, kind=CODE, about=notice.id, detail=f"{notice.amount} of {notice.charge}, which was never credited here")
        return
    taken, lost = _ids(provider, notice)
    if ledger.entry(tx, taken) is not None or ledger.entry(tx, lost) is not None:
        return
    wallet = ledger.wallet(tx, found.account, found.currency)
    loss = ledger.open_account(tx, kind="loss", owner=provider, currency=found.currency)
    source = ledger.open_account(tx, kind="provider", owner=provider, currency=found.currency)
    amount = min(notice.amount, found.amount)
    there = max(0, min(amount, wallet.available))
    _freeze(tx, found, frozen=False)  # whoever froze the wallet first does not keep the money by it
    parts = [(taken, wallet.id, there), (lost, loss.id, amount - there)]
    ledger.demand(
        ledger.apply(tx, [Transfer(id, side, source.id, part, found.currency, CODE, found.id) for id, side, part in parts if part])
    )
    standing = store_wallet.standing(tx, found.account)
    store_wallet.set_standing(tx, found.account, Standing(standing.verified, _operator_or(standing, found.account), CODE))
    _freeze(tx, found, frozen=True)
    if there:
        receipts.give(tx, to=found.account, code=CODE, amount=-there, currency=found.currency, transfer=taken)
    more = "" if amount == notice.amount else f"; it says {notice.amount}, which is more than came"
    detail = f"{amount} {found.currency} of {notice.charge}: {there} from the wallet, {amount - there} our loss{more}"
    operators.open_case(tx, kind=CODE, about=notice.id, detail=detail)


def won(tx: Tx, *, provider: str, notice: Notice) -> None:
    """The dispute was won: what was taken goes back to the wallet and to our loss. The wallet stays frozen until an operator opens it."""
    found = store_top_ups.by_charge(tx, notice.charge)
    if found is None:
        return
    back = []
    for id in _ids(provider, notice):
        entry = ledger.entry(tx, id)
        if entry is not None and ledger.entry(tx, f"{id}/won") is None:
            back.append(Transfer(f"{id}/won", entry.credit, entry.debit, entry.amount, entry.currency, WON, found.id))
            if entry.debit.startswith("wallet."):
                receipts.give(tx, to=found.account, code=WON, amount=entry.amount, currency=entry.currency, transfer=f"{id}/won")
    ledger.demand(ledger.apply(tx, back))
    if back:
        operators.settle_case(tx, kind=CODE, about=notice.id, note="won")


def _ids(provider: str, notice: Notice) -> tuple[str, str]:
    """Return the ids of what is taken from the wallet, and of what is our loss."""
    return f"chargeback/{provider}.{notice.id}", f"chargeback/{provider}.{notice.id}/loss"


def _operator_or(standing: Standing, account: AccountId) -> AccountId:
    """Who has frozen the wallet: an operator, if one had; its owner could open what they froze themselves."""
    return PROVIDER if standing.frozen_by in (None, account) else standing.frozen_by


def _freeze(tx: Tx, found: TopUp, *, frozen: bool) -> None:
    kept = store.accounts_of(tx, found.account, "wallet")
    store.set_flags(tx, [each.id for each in kept], {each.id: each.flags | FROZEN if frozen else each.flags & ~FROZEN for each in kept})
