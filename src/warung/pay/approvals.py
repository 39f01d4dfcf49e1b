"""Confirming a payment: a token that is worth one payment to one payee, of one amount, under one id, for two minutes."""

from collections.abc import Iterable
from typing import Any

import msgspec

from warung import accounts
from warung.kit.clock import DAY, MINUTE
from warung.kit.db import Db, Reader, Tx
from warung.kit.ids import AccountId, Identity, digest, secret
from warung.kit.site import Site
from warung.pay import ledger, limits, pin, store_wallet
from warung.pay.model import MOST, AmountNotPossible, ApprovalNeeded, ApprovalNotValid

APPROVAL_MS = 2 * MINUTE
NEW_DEVICE_MS = DAY


class Intent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be confirmed: the payee (an account, or the id of what is paid), minor units, and the payment's id, made by the client."""

    payee: str
    amount: int
    currency: str
    transfer: str

    def words(self) -> str:
        """Return it in one line that no other intent has."""
        return msgspec.json.encode([self.payee, self.amount, self.currency, self.transfer]).decode()


async def approve_by_pin(db: Db, *, by: Identity, intent: Intent, given: str) -> str:
    """Confirm a payment with the PIN; return the token. Raises `WrongPin`, `PinLocked`, `PinMissing`."""
    _check(intent)
    await pin.verify(db, by=by.account, pin=given)
    return await db.write(lambda tx: _grant(tx, by, intent))


def begin_by_passkey(tx: Tx, *, by: Identity, intent: Intent, site: Site, address: str) -> accounts.PasskeyOptions:
    """Begin a confirmation by passkey: the challenge holds a digest of the intent."""
    _check(intent)
    return accounts.begin_proof(tx, by=by.account, about=intent.words(), site=site, address=address)


async def approve_by_passkey(db: Db, *, by: Identity, intent: Intent, flow: str, credential: dict[str, Any], site: Site) -> str:
    """Finish it; return the token. Raises `PasskeyRefused`, `FlowExpired`."""
    _check(intent)
    await accounts.prove(db, by=by.account, about=intent.words(), flow=flow, credential=credential, site=site)
    return await db.write(lambda tx: _grant(tx, by, intent))


class Confirmations:
    """The confirmations that the payments of a batch name, read at once; each is used up by what it was given for, by nothing else."""

    def __init__(self, reader: Reader, tokens: Iterable[str | None]) -> None:
        self._reader = reader
        self._kept = store_wallet.approvals(reader, sorted({digest(token) for token in tokens if token is not None}))
        self._used: list[str] = []

    def take(self, by: AccountId, approval: str | None, intent: Intent) -> bool:
        """Use a confirmation up; return whether a new device gave it. Raises `ApprovalNeeded`, `ApprovalNotValid`."""
        if approval is None:
            if intent.amount > limits.free(self._reader, intent.currency):
                raise ApprovalNeeded
            return False
        token = digest(approval)
        found = self._kept.get(token)
        if found is None or (found.account, found.bound) != (by, _bound(intent)):
            raise ApprovalNotValid
        del self._kept[token]
        self._used.append(token)
        return found.fresh

    def write(self, tx: Tx) -> None:
        """Forget those that were used up."""
        store_wallet.delete_approvals(tx, sorted(self._used))


def authorise(tx: Tx, by: AccountId, approval: str | None, *, payee: str, amount: int, currency: str, transfer: str) -> bool:
    """Make sure that `by` confirmed exactly this, and count it against their limits. Call it first, in the payment's transaction.

    `transfer` is the client's id of the payment, and its ledger id must be `transfer_id(by, transfer)`: when that is in the journal
    already, this is a retry; nothing is asked or counted again, and the answer is False. Raises `ApprovalNeeded`, `ApprovalNotValid`,
    and the limit that would be passed.
    """
    if ledger.entry(tx, ledger.transfer_id(by, transfer)) is not None:
        return False
    confirmed, tally = Confirmations(tx, [approval]), limits.Tally(tx, [by])
    fresh = confirmed.take(by, approval, Intent(payee, amount, currency, transfer))
    tally.count(by, amount, currency, fresh=fresh)
    confirmed.write(tx)
    tally.write(tx)
    return True


def _check(intent: Intent) -> None:
    if not 1 <= intent.amount <= MOST:
        raise AmountNotPossible(most=MOST)


def _grant(tx: Tx, by: Identity, intent: Intent) -> str:
    token = secret()
    fresh = accounts.session_age(tx, by=by) < NEW_DEVICE_MS
    bound, ends = _bound(intent), tx.now + APPROVAL_MS
    row = {"token": digest(token), "account": by.account, "bound": bound, "fresh": int(fresh), "expires_at": ends}
    store_wallet.insert_approval(tx, row)
    return token


def _bound(intent: Intent) -> str:
    return digest(intent.words())
