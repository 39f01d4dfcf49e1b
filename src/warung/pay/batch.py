"""A batch of transfers on its way through the ledger: what it looks at, what it adds, and how a chain that fails is taken back."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from warung.kit.db import Tx
from warung.kit.ids import AccountId
from warung.pay import store
from warung.pay.model import (
    CLOSED,
    CREDITS_WITHIN_DEBITS,
    DEBITS_WITHIN_CREDITS,
    FROZEN,
    MOST,
    Entry,
    Expire,
    LedgerAccount,
    LedgerAccountId,
    Pending,
    Result,
    Transfer,
    WalletChanged,
)

ID = re.compile(r"[A-Za-z0-9_./-]{8,100}\Z")
RESOLVING = {"post": "posted", "void": "voided", "expire": "expired"}
# Reasons that may pass: an id that met one of them stays failed.
PASSING = frozenset(
    {
        "debit_account_not_found",
        "credit_account_not_found",
        "pending_not_found",
        "exceeds_credits",
        "exceeds_debits",
        "debit_account_frozen",
        "debit_account_closed",
        "credit_account_closed",
    }
)


def chains(transfers: Sequence[Transfer]) -> Iterable[list[Transfer]]:
    """Yield what is linked together, in order."""
    chain: list[Transfer] = []
    for transfer in transfers:
        chain.append(transfer)
        if not transfer.linked:
            yield chain
            chain = []
    if chain:  # the last one is linked to nothing: it ends the chain all the same
        yield chain


class _Sides(msgspec.Struct, gc=False):
    """What a batch adds to an account."""

    dp: int = 0
    dd: int = 0
    cp: int = 0
    cc: int = 0


class Batch:
    """Everything that the transfers of a batch look at, and what they add to it."""

    def __init__(self, tx: Tx, transfers: Sequence[Transfer]) -> None:
        self.tx = tx
        ids = {transfer.id for transfer in transfers}
        named = {transfer.pending for transfer in transfers if transfer.pending is not None}
        self.known = store.transfers(tx, ids | named)
        self.failed = store.failed(tx, ids - self.known.keys())
        self.pendings = store.pendings(tx, named) if named else {}
        wanted = {side for transfer in transfers for side in (transfer.debit, transfer.credit) if side}
        wanted |= {side for entry in self.known.values() if entry.id in named for side in (entry.debit, entry.credit)}
        self.accounts = store.accounts(tx, wanted)
        self.sums: dict[str, _Sides] = {}
        self.entries: list[dict[str, Any]] = []
        self.opened: dict[str, Pending] = {}
        self.resolved: dict[str, Pending] = {}
        self.newly_failed: dict[str, str] = {}
        self._undo: list[Any] = []

    def chain(self, chain: Sequence[Transfer]) -> list[Result]:
        """Decide transfers that stand or fall together."""
        self._undo = []
        results: list[Result] = []
        broken: Result | None = None
        for transfer in chain:
            if broken is None:
                result = self._one(transfer, chain[0].id if len(chain) > 1 else None)
                if not result.ok:
                    broken = result
                results.append(result)
            else:
                results.append(Result(transfer.id, "linked_event_failed"))
        if broken is None:
            return results
        for undo in reversed(self._undo):
            undo()
        if broken.code in PASSING:
            self.failed.add(broken.id)
            self.newly_failed[broken.id] = broken.code
        return [result if result is broken else Result(result.id, "linked_event_failed") for result in results]

    def write(self) -> None:
        """Write what was decided: one statement per kind. Accounts by id, so that two writers never block each other."""
        tx = self.tx
        store.insert_transfers(tx, self.entries)
        rows = [{"id": id, "dp": add.dp, "dd": add.dd, "cp": add.cp, "cc": add.cc} for id, add in sorted(self.sums.items())]
        store.add_to_accounts(tx, [row for row in rows if any(row[side] for side in ("dp", "dd", "cp", "cc"))])
        store.insert_pendings(tx, list(self.opened.values()))
        store.resolve_pendings(tx, list(self.resolved.values()))
        store.insert_failed(tx, self.newly_failed.items())
        for held in self.opened.values():
            if held.state == "pending" and held.expires_at is not None:
                tx.enqueue(Expire(held.id), at=held.expires_at, key=f"pay.expire/{held.id}")
        for held in self.resolved.values():
            if held.expires_at is not None:
                tx.cancel(f"pay.expire/{held.id}")
        for id in self.sums:
            account = self.accounts[id]
            if account.kind == "wallet":
                tx.emit(WalletChanged(account.currency), [AccountId(account.owner)])

    def _one(self, transfer: Transfer, chain: str | None) -> Result:
        if (known := self.known.get(transfer.id)) is not None:
            return self._again(transfer, known)
        if transfer.id in self.failed:
            return Result(transfer.id, "id_already_failed")
        if not ID.match(transfer.id):
            return Result(transfer.id, "bad_id")
        if transfer.kind in RESOLVING:
            return self._resolve(transfer, chain)
        code = self._wrong(transfer)
        if code is not None:
            return Result(transfer.id, code)
        assert transfer.amount is not None
        debit, credit, amount = self.accounts[transfer.debit], self.accounts[transfer.credit], transfer.amount
        if transfer.kind == "pending":
            self._add(debit, _Sides(dp=amount))
            self._add(credit, _Sides(cp=amount))
            expires = None if transfer.timeout_ms is None else self.tx.now + transfer.timeout_ms
            self._keep_pending(Pending(transfer.id, amount, 0, "pending", expires, None))
        else:
            self._add(debit, _Sides(dd=amount))
            self._add(credit, _Sides(cc=amount))
        return self._enter(transfer, transfer.debit, transfer.credit, amount, transfer.currency, transfer.code, transfer.about, chain)

    def _wrong(self, transfer: Transfer) -> str | None:
        """Return why two accounts cannot do this, or None."""
        amount = transfer.amount
        if amount is None or not 1 <= amount <= MOST:
            return "amount_not_possible"
        if transfer.debit == transfer.credit:
            return "accounts_must_be_different"
        debit, credit = self.accounts.get(transfer.debit), self.accounts.get(transfer.credit)
        if debit is None:
            return "debit_account_not_found"
        if credit is None:
            return "credit_account_not_found"
        if not debit.currency == credit.currency == transfer.currency:
            return "wrong_currency"
        return _stopped(debit, credit) or _beyond(debit, credit, amount)

    def _resolve(self, transfer: Transfer, chain: str | None) -> Result:
        """Post, void or expire a pending transfer: at most one of them, once."""
        held, first = self.pendings.get(transfer.pending or ""), self.known.get(transfer.pending or "")
        if held is None or first is None:
            return Result(transfer.id, "pending_not_found")
        code = self._unresolvable(transfer, held, first)
        if code is not None:
            return Result(transfer.id, code)
        debit, credit = self.accounts[first.debit], self.accounts[first.credit]
        moved = 0
        if transfer.kind == "post":
            moved = held.amount if transfer.amount is None else transfer.amount
            if (stopped := _stopped(debit, credit)) is not None:
                return Result(transfer.id, stopped)
        self._add(debit, _Sides(dp=-held.amount, dd=moved))
        self._add(credit, _Sides(cp=-held.amount, cc=moved))
        before = (held.state, held.posted, held.resolved_by)
        held.state, held.posted, held.resolved_by = RESOLVING[transfer.kind], moved, transfer.id  # type: ignore[assignment]
        self.resolved[held.id] = held

        def undo() -> None:
            held.state, held.posted, held.resolved_by = before
            self.resolved.pop(held.id, None)

        self._undo.append(undo)
        code, about = transfer.code or first.code, transfer.about if transfer.about is not None else first.about
        amount = moved if transfer.kind == "post" else held.amount
        return self._enter(transfer, first.debit, first.credit, amount, first.currency, code, about, chain)

    def _unresolvable(self, transfer: Transfer, held: Pending, first: Entry) -> str | None:
        if transfer.debit not in ("", first.debit) or transfer.credit not in ("", first.credit):
            return "pending_different_account"
        if transfer.currency not in ("", first.currency):
            return "wrong_currency"
        if held.state != "pending":
            return f"pending_already_{held.state}"
        over = held.expires_at is not None and held.expires_at <= self.tx.now
        if transfer.kind == "expire":
            return None if over else "pending_not_due"
        if over:
            return "pending_expired"
        if transfer.kind == "post" and transfer.amount is not None:
            if transfer.amount > held.amount:
                return "exceeds_pending_amount"
            if transfer.amount < 1:
                return "amount_not_possible"
        return None

    def _again(self, transfer: Transfer, known: Entry) -> Result:
        """A retry is the same order; another one under the same id is a mistake of the caller's."""
        resolves = transfer.kind in RESOLVING
        wanted: list[tuple[str, Any, Any]] = [
            ("kind", transfer.kind, known.kind),
            ("pending", transfer.pending, known.pending),
            ("timeout", transfer.timeout_ms, known.timeout_ms),
            ("debit", transfer.debit or (known.debit if resolves else ""), known.debit),
            ("credit", transfer.credit or (known.credit if resolves else ""), known.credit),
            ("amount", self._wanted_amount(transfer, known), known.amount),
            ("currency", transfer.currency or (known.currency if resolves else ""), known.currency),
            ("code", transfer.code or (known.code if resolves else ""), known.code),
            ("about", transfer.about if transfer.about is not None or not resolves else known.about, known.about),
        ]
        for name, asked, kept in wanted:
            if asked != kept:
                return Result(transfer.id, f"exists_with_different_{name}", known.amount, known.at)
        return Result(transfer.id, "exists", known.amount, known.at)

    def _wanted_amount(self, transfer: Transfer, known: Entry) -> int | None:
        """A post without an amount is for the whole of what was pending; a void or expiry is for no amount of its own."""
        if transfer.kind == "post" and transfer.amount is None:
            held = self.pendings.get(transfer.pending or "")
            return held.amount if held is not None else known.amount
        return known.amount if transfer.kind in ("void", "expire") else transfer.amount

    def _add(self, account: LedgerAccount, add: _Sides) -> None:
        total = self.sums.get(account.id)
        if total is None:
            total = self.sums[account.id] = _Sides()
        _shift(account, total, add, 1)
        self._undo.append(lambda: _shift(account, total, add, -1))

    def _keep_pending(self, held: Pending) -> None:
        self.pendings[held.id] = self.opened[held.id] = held

        def undo() -> None:
            del self.pendings[held.id], self.opened[held.id]

        self._undo.append(undo)

    def _enter(
        self, transfer: Transfer, debit: str, credit: str, amount: int, currency: str, code: str, about: str | None, chain: str | None
    ) -> Result:
        """Write the line into the journal."""
        at, pending, timeout = self.tx.now, transfer.pending, transfer.timeout_ms
        debit, credit = LedgerAccountId(debit), LedgerAccountId(credit)
        line = Entry(0, transfer.id, transfer.kind, debit, credit, amount, currency, code, about, pending, timeout, chain, at)
        self.known[transfer.id] = line
        row = msgspec.structs.asdict(line)
        del row["pos"]
        self.entries.append(row)

        def undo() -> None:
            del self.known[transfer.id]
            self.entries.pop()

        self._undo.append(undo)
        return Result(transfer.id, "created", amount, at)


def _shift(account: LedgerAccount, total: _Sides, add: _Sides, sign: int) -> None:
    total.dp += sign * add.dp
    total.dd += sign * add.dd
    total.cp += sign * add.cp
    total.cc += sign * add.cc
    account.debits_pending += sign * add.dp
    account.debits_posted += sign * add.dd
    account.credits_pending += sign * add.cp
    account.credits_posted += sign * add.cc


def _stopped(debit: LedgerAccount, credit: LedgerAccount) -> str | None:
    if debit.flags & CLOSED:
        return "debit_account_closed"
    if credit.flags & CLOSED:
        return "credit_account_closed"
    return "debit_account_frozen" if debit.flags & FROZEN else None


def _beyond(debit: LedgerAccount, credit: LedgerAccount, amount: int) -> str | None:
    if debit.flags & DEBITS_WITHIN_CREDITS and debit.debits_pending + debit.debits_posted + amount > debit.credits_posted:
        return "exceeds_credits"
    if credit.flags & CREDITS_WITHIN_DEBITS and credit.credits_pending + credit.credits_posted + amount > credit.debits_posted:
        return "exceeds_debits"
    end = (1 << 62) - 1
    over = debit.debits_pending + debit.debits_posted + amount > end or credit.credits_pending + credit.credits_posted + amount > end
    return "overflows_account" if over else None
