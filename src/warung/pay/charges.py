"""The code a payer shows: eighteen digits, new every half minute, each good for one charge by a shop. What is more than small change
the payer confirms on their own device.
"""

import hashlib
import hmac
import re
import secrets

import msgspec

from warung import accounts
from warung.kit.clock import HOUR, MINUTE, SECOND
from warung.kit.db import Db, Reader, Tx
from warung.kit.errors import NotFound
from warung.kit.ids import AccountId, new_id
from warung.kit.text import bounded
from warung.pay import ledger, limits, merchants, payments, store_codes, store_merchants
from warung.pay.cards import MoneyChanged
from warung.pay.codes import CodeExpired, CodeUsed
from warung.pay.model import NotToYourself, PaymentChanged, PaymentSettled
from warung.pay.money import TEST, checked, latin
from warung.pay.payments import Pay
from warung.pay.store_codes import Charge, ChargeState
from warung.pay.store_merchants import Merchant

PREFIX = "62"  # what begins so, and has eighteen digits, is a payer's code
CODE = re.compile(PREFIX + r"[0-9]{16}\Z")
STEP_MS = 30 * SECOND
AHEAD = 4  # codes that a device gets in advance: two minutes without a network
CHARGE_MS = 5 * MINUTE
TRIES = accounts.Limit("payer-code", 60, HOUR)


class CodeUnknown(NotFound):
    """This code is not valid. Ask for the one that is on the screen now."""


class ChargeNotFound(NotFound):
    """There is no such charge."""


class Shown(msgspec.Struct, frozen=True):
    """A code, its picture, and when it is the one to show (milliseconds UTC)."""

    code: str
    svg: str
    since: int
    until: int


class ChargeView(msgspec.Struct, frozen=True):
    """A charge as both sides see it; `reference` is the shop's word for it, `at` when it was made."""

    id: str
    merchant: str
    name: str
    city: str
    amount: int
    currency: str
    reference: str
    state: ChargeState
    at: int
    ends_at: int


def my_codes(tx: Tx, *, by: AccountId) -> list[Shown]:
    """Return one's codes of now and of the next two minutes."""
    kept = store_codes.key(tx, by)
    while kept is None:
        number = f"{secrets.randbelow(10**8):08}"
        store_codes.insert_key(tx, by, number, secrets.token_hex(32))
        kept = store_codes.key(tx, by)
    number, secret = kept
    first = tx.now // STEP_MS
    codes = [(step, _code(number, secret, step)) for step in range(first, first + AHEAD)]
    return [Shown(code, accounts.qr(code), step * STEP_MS, (step + 1) * STEP_MS) for step, code in codes]


def _code(number: str, secret: str, step: int) -> str:
    mac = hmac.new(bytes.fromhex(secret), f"{number} {step}".encode(), hashlib.sha256).digest()
    return f"{PREFIX}{number}{int.from_bytes(mac[:8], 'big') % 10**8:08}"


async def charge(db: Db, *, by: AccountId, merchant: str, code: str, amount: int, currency: str, reference: str, nonce: str) -> ChargeView:
    """Charge whoever shows this code, for one's own shop. Small change is paid at once, more waits for the payer's PIN.

    A retry is the same charge. Tries are counted first: a code cannot be guessed. Raises `MerchantNotFound`, `CodeUnknown`,
    `CodeExpired`, `CodeUsed`, `NotToYourself`, and what a payment raises.
    """
    await db.write(lambda tx: accounts.count_tries(tx, [(TRIES, by)]))
    return await ledger.decided(
        db,
        lambda tx: begin(tx, by=by, merchant=merchant, code=code, amount=amount, currency=currency, reference=reference, nonce=nonce),
    )


def begin(tx: Tx, *, by: AccountId, merchant: str, code: str, amount: int, currency: str, reference: str, nonce: str) -> ChargeView:
    """Charge whoever shows this code, in the caller's transaction; the tries are counted already, in one of their own. See `charge`."""
    merchants.own_shop(tx, by=by, id=merchant)
    merchants.shop(tx, merchant)
    checked(amount, currency, test=True)
    bounded(reference, limit=payments.REFERENCE_CHARS)
    id = ledger.transfer_id(by, nonce)
    known = store_codes.charge(tx, id)
    if known is not None:
        if (known.merchant, known.amount, known.currency, known.reference) != (merchant, amount, currency, reference):
            raise PaymentChanged(result="exists_with_different_details")
        return _view(tx, known)
    payer = _taken(tx, code, id)
    if payer == by:
        raise NotToYourself
    paid: str | None = None
    if amount <= limits.free(tx, currency) or currency == TEST:
        paid = payments.pay(tx, by=payer, item=Pay(f"charge-{new_id(tx.now)}", merchant, amount, currency, reference)).id
    state: ChargeState = "waiting" if paid is None else "paid"
    made = Charge(id, merchant, payer, amount, currency, reference, state, paid, tx.now, tx.now + CHARGE_MS)
    store_codes.insert_charge(tx, made)
    tx.emit(MoneyChanged("charge", id), [payer, by])
    return _view(tx, made)


def _taken(tx: Tx, code: str, charge: str) -> AccountId:
    """Return whose code this is, and use it up."""
    digits = latin(code.replace(" ", "")) or ""
    number = digits[2:10]
    found = store_codes.by_number(tx, number) if CODE.match(digits) else None
    if found is None:
        raise CodeUnknown
    account, secret = found
    now = tx.now // STEP_MS
    step = next((each for each in (now, now - 1, now + 1) if hmac.compare_digest(_code(number, secret, each), digits)), None)
    if step is None:
        old = any(hmac.compare_digest(_code(number, secret, now - back), digits) for back in range(2, 20))
        raise CodeExpired if old else CodeUnknown
    if not store_codes.use(tx, number, step, charge):
        raise CodeUsed
    store_codes.forget_used(tx, number, now - 100)
    return account


def confirm(tx: Tx, *, by: AccountId, id: str, nonce: str, approval: str | None) -> ChargeView:
    """Pay a charge; the confirmation is for payee the shop's id, `nonce` names the payment. A retry is the same payment.

    Raises `ChargeNotFound`, `CodeExpired`, `PaymentSettled`, and what a payment raises.
    """
    found = _mine(tx, by, id)
    payment = ledger.transfer_id(by, nonce)
    if found.state == "paid" and found.payment == payment:
        return _view(tx, found)
    _waiting(tx, found)
    payments.pay(tx, by=by, item=Pay(nonce, found.merchant, found.amount, found.currency, found.reference, approval))
    return _settled(tx, found, "paid", payment)


def decline(tx: Tx, *, by: AccountId, id: str) -> ChargeView:
    """Do not pay a charge. Again is the same as once. Raises `ChargeNotFound`, `PaymentSettled`."""
    found = _mine(tx, by, id)
    if found.state == "declined":
        return _view(tx, found)
    _waiting(tx, found)
    return _settled(tx, found, "declined", None)


def withdraw(tx: Tx, *, by: AccountId, id: str) -> None:
    """Ask no more for a charge of one's own shop that is not paid. Again is the same as once. Raises `PaymentSettled`, `ChargeNotFound`."""
    found = store_codes.charge(tx, id)
    if found is None or _shop(tx, found).owner != by:
        raise ChargeNotFound
    if found.state == "paid":
        raise PaymentSettled(result="charge_paid", state=found.state)
    if found.state == "waiting":
        _settled(tx, found, "declined", None)


def paid_by(reader: Reader, id: str) -> tuple[AccountId, str | None]:
    """Return who was charged, and the payment by which they paid. Raises `ChargeNotFound`."""
    found = store_codes.charge(reader, id)
    if found is None:
        raise ChargeNotFound
    return found.payer, found.payment


def _waiting(tx: Tx, found: Charge) -> None:
    if found.state != "waiting":
        raise PaymentSettled(result=f"charge_{found.state}", state=found.state)
    if found.ends_at <= tx.now:
        raise CodeExpired


def _settled(tx: Tx, found: Charge, state: ChargeState, payment: str | None) -> ChargeView:
    store_codes.settle_charge(tx, found.id, state, payment)
    tx.emit(MoneyChanged("charge", found.id), [found.payer, _shop(tx, found).owner])
    return _view(tx, msgspec.structs.replace(found, state=state, payment=payment))


def see(reader: Reader, *, by: AccountId, id: str) -> ChargeView:
    """Return a charge to its payer, or to the shop's owner. Raises `ChargeNotFound`."""
    found = store_codes.charge(reader, id)
    if found is None or by not in (found.payer, _shop(reader, found).owner):
        raise ChargeNotFound
    return _view(reader, found)


def _mine(reader: Reader, by: AccountId, id: str) -> Charge:
    found = store_codes.charge(reader, id)
    if found is None or found.payer != by:
        raise ChargeNotFound
    return found


def _shop(reader: Reader, found: Charge) -> Merchant:
    return store_merchants.merchants(reader, [found.merchant])[found.merchant]


def _view(reader: Reader, found: Charge) -> ChargeView:
    where = _shop(reader, found)
    return ChargeView(
        id=found.id,
        merchant=found.merchant,
        name=where.name,
        city=where.city,
        amount=found.amount,
        currency=found.currency,
        reference=found.reference,
        state=found.state,
        at=found.at,
        ends_at=found.ends_at,
    )
