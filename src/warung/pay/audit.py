"""`warung audit`: a reader that believes nothing. It derives every balance from the journal alone, in its own words, and compares.

It uses neither the ledger nor its store: a mistake of theirs must not be repeated here. It reads one moment of the database, and changes
nothing. What it finds is a list of sentences; an empty one means that the books are right.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from warung.kit.db import Reader
from warung.pay import store_audit
from warung.pay.blocks import Head, public_key
from warung.pay.model import Settings

OWING = {"provider", "bank", "issued", "cost", "loss"}  # what others owe to this place, or what it has spent
POTS = {"packet", "escrow"}
OWED = {"wallet", "merchant", "escrow", "packet", "transit"}  # what people and shops could ask for
PLAY = {"PTS", "XTS"}
# what a promise is said to be: what its pending transfer must be then (an accepted one may also have been made at once)
PROMISED = {
    "handover_waiting": "pending",
    "handover_accepted": "posted",
    "handover_declined": "voided",
    "handover_returned": "expired",
    "withdrawal_held": "pending",
    "withdrawal_sent": "pending",
    "withdrawal_paid": "posted",
    "withdrawal_returned": "posted",
    "withdrawal_failed": "voided",
}


class Finding(msgspec.Struct, frozen=True):
    """Something that is wrong: what kind of wrong, and about which account, transfer or block."""

    kind: str
    about: str
    detail: str


class Report(msgspec.Struct, frozen=True):
    """What was looked at, and what was found.

    `uncovered`, by currency: how much more of real money people and shops have than provider and bank hold for them. No mistake of the
    books, but the operator's debt: a chargeback that the place bore leaves it.
    """

    transfers: int
    accounts: int
    pending: int
    blocks: int
    unsealed: int
    findings: list[Finding]
    uncovered: dict[str, int]


class Account(msgspec.Struct):
    """An account as the journal makes it."""

    kind: str
    currency: str
    flags: int
    stored: tuple[int, int, int, int]
    sides: list[int]  # debits pending, debits posted, credits pending, credits posted


class Auditor:
    """One audit."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.findings: list[Finding] = []
        self.accounts = {
            row[0]: Account(row[1], row[3], row[4], (row[5], row[6], row[7], row[8]), [0, 0, 0, 0]) for row in store_audit.accounts(reader)
        }
        self.seen: set[str] = set()
        self.held: dict[str, list[Any]] = {}  # of each pending transfer: debit, credit, amount, posted, state
        self.refunds: dict[str, int] = {}
        self.blocks = store_audit.blocks(reader)
        self.sealed = 0

    def run(self, heads: Sequence[Head] = ()) -> Report:
        """Read everything and compare."""
        self._journal()
        self._balances()
        self._pendings()
        self._payments()
        self._pots()
        self._promises()
        self._heads(heads)
        for (id,) in store_audit.failed(self.reader):
            if id in self.seen:
                self._found("failed_and_done", id, "it failed, and is in the journal all the same")
        unsealed = len(self.seen) - self.sealed
        seen, accounts, held, blocks = map(len, (self.seen, self.accounts, self.held, self.blocks))
        return Report(seen, accounts, held, blocks, unsealed, self.findings, self._uncovered())

    def _found(self, kind: str, about: str, detail: str) -> None:
        self.findings.append(Finding(kind, about, detail))

    def _journal(self) -> None:
        waiting = list(self.blocks)
        hash, digest, count = "0" * 64, hashlib.sha256(bytes(32)), 0
        verifier = self._verifier()
        for row in store_audit.journal(self.reader):
            self._line(row)
            if not waiting:
                continue
            digest.update(msgspec.json.encode(row[2:]) + b"\n")
            count += 1
            seq, claimed, transfers, xact, pos, signature = waiting[0]
            if (row[0], row[1]) < (xact, pos):
                continue
            hash = digest.hexdigest()
            if hash != claimed or count != transfers:
                self._found("broken_chain", f"block {seq}", "its transfers are not those that were sealed")
                hash = claimed  # so that what comes after is judged for itself
            self._verify(verifier, seq, claimed, signature)
            self.sealed += count
            waiting.pop(0)
            digest, count = hashlib.sha256(bytes.fromhex(hash)), 0
        for seq, *_ in waiting:
            self._found("broken_chain", f"block {seq}", "transfers that it sealed are not there")

    def _verifier(self) -> Ed25519PublicKey | None:
        secret = self.reader.settings(Settings).secret or store_audit.secret(self.reader)
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key(secret))) if secret else None

    def _verify(self, verifier: Ed25519PublicKey | None, seq: int, hash: str, signature: str) -> None:
        try:
            if verifier is None:
                raise InvalidSignature
            verifier.verify(bytes.fromhex(signature), bytes.fromhex(hash))
        except (InvalidSignature, ValueError):
            self._found("bad_signature", f"block {seq}", "it was not signed by this place")

    def _line(self, row: Sequence[Any]) -> None:
        _, _, id, kind, debit, credit, amount, currency, code, about, pending, *_ = row
        if id in self.seen:
            self._found("twice", id, "it is in the journal twice")
        self.seen.add(id)
        payer, payee = self.accounts.get(debit), self.accounts.get(credit)
        if payer is None or payee is None or debit == credit:
            self._found("bad_accounts", id, f"from {debit} to {credit}")
            return
        if {payer.currency, payee.currency} != {currency}:
            self._found("mixed_currencies", id, f"{payer.currency}, {payee.currency}, {currency}")
        if not isinstance(amount, int) or amount < 1:
            self._found("bad_amount", id, str(amount))
            return
        if kind == "single":
            payer.sides[1] += amount
            payee.sides[3] += amount
        elif kind == "pending":
            payer.sides[0] += amount
            payee.sides[2] += amount
            self.held[id] = [debit, credit, amount, 0, "pending"]
        else:
            self._resolved(id, kind, debit, credit, amount, pending)
        if code == "refund" and about is not None and kind == "single":
            self.refunds[about] = self.refunds.get(about, 0) + amount
        if self.reader.dialect == "sqlite":  # there the order of the journal is the order in which things were decided
            self._limits(debit, payer, id)
            self._limits(credit, payee, id)

    def _resolved(self, id: str, kind: str, debit: str, credit: str, amount: int, pending: str | None) -> None:
        held = self.held.get(pending or "")
        if held is None:
            self._found("resolves_nothing", id, f"{pending} was never pending")
            return
        if held[4] != "pending":
            self._found("resolved_twice", str(pending), f"{held[4]}, and {id} resolves it again")
            return
        if (debit, credit) != (held[0], held[1]) or amount > held[2]:
            self._found("resolves_another", id, f"{pending} was {held[2]} from {held[0]} to {held[1]}")
        payer, payee = self.accounts[held[0]], self.accounts[held[1]]
        payer.sides[0] -= held[2]
        payee.sides[2] -= held[2]
        if kind == "post":
            payer.sides[1] += amount
            payee.sides[3] += amount
            held[3] = amount
        held[4] = {"post": "posted", "void": "voided", "expire": "expired"}[kind]

    def _limits(self, id: str, account: Account, after: str) -> None:
        dp, dd, cp, cc = account.sides
        if (account.flags & 1 and dp + dd > cc) or (account.flags & 2 and cp + cc > dd) or min(account.sides) < 0:
            self._found("overdrawn", id, f"after {after}: debits {dd} and {dp} pending, credits {cc} and {cp} pending")

    def _balances(self) -> None:
        totals: dict[str, list[int]] = {}
        credits = {"issued": 0, "held": 0}
        for id, account in self.accounts.items():
            if tuple(account.sides) != account.stored:
                self._found("wrong_balance", id, f"stored {account.stored}, by the journal {tuple(account.sides)}")
            if self.reader.dialect != "sqlite":
                self._limits(id, account, "everything")
            if account.flags & 4 and account.kind in POTS and account.sides != [0, account.sides[1], 0, account.sides[1]]:
                self._found("closed_with_money", id, str(account.sides))
            total = totals.setdefault(account.currency, [0, 0, 0, 0])
            for at, side in enumerate(account.sides):
                total[at] += side
            if account.currency == "PTS":
                credits["issued" if account.kind == "issued" else "held"] += account.sides[1] - account.sides[3]
        for currency, (dp, dd, cp, cc) in totals.items():
            if dp != cp or dd != cc:
                self._found("does_not_sum", currency, f"debits {dd} and {dp} pending, credits {cc} and {cp} pending")
        if credits["issued"] != -credits["held"]:
            self._found("credits_astray", "PTS", f"issued {credits['issued']}, held {-credits['held']}")

    def _pendings(self) -> None:
        stored = {row[0]: (row[1], row[2], row[3]) for row in store_audit.pendings(self.reader)}
        for id, (_, _, amount, posted, state) in self.held.items():
            if stored.get(id) != (amount, posted, state):
                self._found("wrong_pending", id, f"stored {stored.get(id)}, by the journal {(amount, posted, state)}")
        for id in sorted(stored.keys() - self.held.keys()):
            self._found("wrong_pending", id, "it is not in the journal")

    def _payments(self) -> None:
        for id, amount, refunded in store_audit.payments(self.reader):
            if id not in self.seen:
                self._found("payment_without_transfer", id, "a shop was told of it")
            if refunded != self.refunds.get(id, 0) or refunded > amount:
                self._found("wrong_refund", id, f"stored {refunded} of {amount}, by the journal {self.refunds.get(id, 0)}")

    def _pots(self) -> None:
        """A red packet's pot has what nobody took, and nothing once it is over."""
        for id, currency, state, total, taken in store_audit.packets(self.reader):
            pot = self.accounts.get(f"packet.{id}.{currency}")
            held = pot.sides[3] - pot.sides[1] if pot else 0
            if held != (total - taken if state == "open" else 0):
                self._found("wrong_pot", id, f"it is {state}, {taken} of {total} were taken, {held} are in it")

    def _promises(self) -> None:
        """Money that was promised is held until somebody decided, and then is where they decided."""
        for id, said in store_audit.promises(self.reader):
            held = self.held.get(id)
            at_once = held is None and said == "handover_accepted" and id in self.seen
            if not at_once and (held is None or held[4] != PROMISED.get(said)):
                self._found("wrong_promise", id, f"it is said to be {said}, and by the journal it is {held[4] if held else 'nothing'}")

    def _uncovered(self) -> dict[str, int]:
        owed: dict[str, int] = {}
        for account in self.accounts.values():
            if account.currency not in PLAY and account.kind in OWED | {"provider", "bank"}:
                owed[account.currency] = owed.get(account.currency, 0) + account.sides[3] - account.sides[1]
        return {currency: amount for currency, amount in sorted(owed.items()) if amount > 0}

    def _heads(self, heads: Sequence[Head]) -> None:
        """Compare with heads that were kept elsewhere: whoever rewrote the whole chain cannot have rewritten those."""
        known = {row[0]: row[1] for row in self.blocks}
        for head in heads:
            if known.get(head.seq) != head.hash:
                self._found("rewritten", f"block {head.seq}", "it is not the block whose head was kept elsewhere")


def check(reader: Reader, heads: Sequence[Head] = ()) -> Report:
    """Audit the books at one moment; `heads` are those that were kept elsewhere."""
    return Auditor(reader).run(heads)
