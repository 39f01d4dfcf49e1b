"""The payment PIN: six digits, guarded by counting. A try is counted in a transaction of its own before the PIN is looked at,
so that whoever guesses in parallel gets no more tries than whoever guesses in turn.
"""

import hashlib
import hmac
import itertools
from typing import Any

import msgspec

from warung import accounts
from warung.kit.clock import HOUR, SECOND
from warung.kit.db import Db, Reader, Tx
from warung.kit.ids import AccountId, Identity
from warung.kit.site import Site
from warung.pay import blocks, receipts, store_wallet
from warung.pay.model import PinLocked, PinMissing, PinNotPossible, PinTooSimple, WrongPin

TRIES = 5
LOCK = 3 * HOUR
RESET = "reset the payment PIN"  # what a passkey proves when a PIN is set


class Proof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How somebody shows that they may set a PIN: the old one, or the account's password, or a passkey's answer about `RESET`."""

    pin: str | None = None
    password: str | None = None
    flow: str | None = None
    credential: dict[str, Any] | None = None


def check(pin: str) -> None:
    """Refuse a PIN that is not six digits or would be among the first that anyone tries."""
    if len(pin) != 6 or not pin.isascii() or not pin.isdigit():
        raise PinNotPossible
    steps = {(int(b) - int(a)) % 10 for a, b in itertools.pairwise(pin)}
    halves = pin[:3] == pin[3:] or pin[:2] * 3 == pin or pin == pin[::-1]
    pairs = all(pin[at] == pin[at + 1] for at in (0, 2, 4))
    if len(set(pin)) <= 2 or steps in ({1}, {9}) or halves or pairs or _is_date(pin) or pin in ("159753", "147258", "258369", "520131"):
        raise PinTooSimple


def _is_date(pin: str) -> bool:
    """Is it a day of somebody's life: DDMMYY, MMDDYY or YYMMDD?"""
    first, second, third = int(pin[:2]), int(pin[2:4]), int(pin[4:])
    return any(1 <= day <= 31 and 1 <= month <= 12 for day, month in ((first, second), (second, first), (third, second)))


async def set_pin(db: Db, *, by: Identity, new: str, proof: Proof, site: Site, address: str) -> None:
    """Set or change the PIN, for who proves that the account is theirs. Raises `PinTooSimple`, and what the proof is refused for."""
    check(new)
    if proof.pin is not None:
        await verify(db, by=by.account, pin=proof.pin)
    elif proof.flow is not None and proof.credential is not None:
        await accounts.prove(db, by=by.account, about=RESET, flow=proof.flow, credential=proof.credential, site=site)
    else:
        mine = await accounts.confirm_password(db, by=by.account, password=proof.password, address=address)
        if mine.password is None and (await db.read(lambda reader: accounts.me(reader, by=by.account))).passkeys:
            raise accounts.PasskeyRefused  # where there is no password, the passkey is the proof
    hashed = await _hash(db, by.account, new)
    await db.write(lambda tx: _set(tx, by.account, hashed))


def _set(tx: Tx, by: AccountId, hashed: str) -> None:
    """Store it, and tell its owner on all their devices: whoever did this may have been somebody else."""
    receipts.warn(tx, to=by, what="pin_made" if store_wallet.pin(tx, by) is None else "pin_changed")
    store_wallet.set_pin(tx, by, hashed)


async def verify(db: Db, *, by: AccountId, pin: str) -> None:
    """Make sure that this is the PIN. Raises `WrongPin`, `PinLocked`, `PinMissing`."""
    stored, left = await db.write(lambda tx: _count(tx, by))
    peppered, cost = await db.write(lambda tx: (_peppered(tx, by, pin), tx.settings(accounts.Settings)))
    if not await accounts.is_hash_of(peppered, stored, cost=cost):
        raise WrongPin(left=left)
    await db.write(lambda tx: _right(tx, by, stored))


def is_set(reader: Reader, *, by: AccountId) -> bool:
    """Has somebody a PIN?"""
    return store_wallet.pin(reader, by) is not None


def _count(tx: Tx, by: AccountId) -> tuple[str, int]:
    """Count a try; return the hash to compare with, and how many tries are left after it."""
    kept = store_wallet.pin(tx, by)
    if kept is None:
        raise PinMissing
    if kept.locked_until > tx.now:
        raise PinLocked(retry_after_s=-((tx.now - kept.locked_until) // SECOND))
    failures = (0 if kept.locked_until else kept.failures) + 1
    store_wallet.count_failure(tx, by, failures, tx.now + LOCK if failures >= TRIES else 0)
    return kept.hash, TRIES - failures


def _right(tx: Tx, by: AccountId, stored: str) -> None:
    """Begin anew, unless the PIN was changed while it was compared."""
    kept = store_wallet.pin(tx, by)
    if kept is None or kept.hash != stored:
        raise WrongPin(left=TRIES)
    store_wallet.count_failure(tx, by, 0, 0)


async def _hash(db: Db, by: AccountId, pin: str) -> str:
    peppered, cost = await db.write(lambda tx: (_peppered(tx, by, pin), tx.settings(accounts.Settings)))
    return await accounts.hash_text(peppered, cost=cost)


def _peppered(tx: Tx, by: AccountId, pin: str) -> str:
    """Return what is hashed: of a million PINs, all can be tried by whoever steals the database, unless the pepper is elsewhere."""
    return hmac.new(blocks.place_secret(tx).encode(), f"pin {by} {pin}".encode(), hashlib.sha256).hexdigest()
