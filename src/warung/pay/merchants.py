"""Shops: who can be paid for goods, what was paid to them, refunds, and the file by which their books are settled."""

import csv
import io

import msgspec

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, new_id
from warung.kit.text import bounded
from warung.pay import happenings, ledger, receipts, store_merchants
from warung.pay.model import MerchantNotFound, PaymentNotFound, PaymentRefunded, RefundTooLarge, Transfer
from warung.pay.money import checked, plain
from warung.pay.statements import inert
from warung.pay.store_merchants import Merchant, Payment

NAME_CHARS, CITY_CHARS = 25, 15  # as much as a code to be scanned can carry
PAGE = 100


class Refund(msgspec.Struct, frozen=True):
    """Money that went back; `refunded` is what of the payment has gone back altogether."""

    id: str
    payment: str
    amount: int
    currency: str
    refunded: int


class Payments(msgspec.Struct, frozen=True):
    """A page of payments, newest first; `cursor` asks for the next."""

    payments: list[Payment]
    cursor: str | None


def open_shop(tx: Tx, *, by: AccountId, name: str, city: str, category: str = "0000") -> Merchant:
    """Open a shop, whose till is an account of the ledger. `category` is a merchant category code of ISO 18245."""
    bounded(name, limit=NAME_CHARS, empty=False)
    bounded(city, limit=CITY_CHARS)
    if len(category) != 4 or not category.isdecimal() or not category.isascii():
        category = "0000"
    made = Merchant(new_id(tx.now), by, name, city, category, tx.now, None)
    store_merchants.insert_merchant(tx, made)
    return made


def shop(reader: Reader, id: str) -> Merchant:
    """Return a shop that can be paid. Raises `MerchantNotFound`."""
    found = store_merchants.merchants(reader, [id]).get(id)
    if found is None or found.closed_at is not None:
        raise MerchantNotFound
    return found


def own_shop(reader: Reader, *, by: AccountId, id: str) -> Merchant:
    """Return one's own shop, open or closed. Raises `MerchantNotFound` for another's."""
    found = store_merchants.merchants(reader, [id]).get(id)
    if found is None or found.owner != by:
        raise MerchantNotFound
    return found


def shops(reader: Reader, *, by: AccountId) -> list[Merchant]:
    """Return one's own shops."""
    return store_merchants.merchants_of(reader, by)


def close_shop(tx: Tx, *, by: AccountId, id: str) -> None:
    """Close one's own shop: nobody can pay it any more; refunds go on."""
    own_shop(tx, by=by, id=id)
    store_merchants.close_merchant(tx, id)


def till(merchant: str, currency: str) -> str:
    """Return the ledger account of a shop's takings."""
    return ledger.account_id("merchant", merchant, currency)


def payments(reader: Reader, *, by: AccountId, merchant: str, since: int = 0, until: int = 1 << 60, before: str | None = None) -> Payments:
    """Return what was paid to one's own shop, newest first."""
    own_shop(reader, by=by, id=merchant)
    found = store_merchants.payments_to(reader, merchant, since=since, until=until, before=_cursor(before), limit=PAGE)
    return Payments(found, f"{found[-1].at}.{found[-1].id}" if len(found) == PAGE else None)


def refund(tx: Tx, *, by: AccountId, payment: str, amount: int, nonce: str) -> Refund:
    """Give a payment back, or a part of it: never more than was paid, however the parts come. A retry is the same refund.

    Raises `PaymentNotFound` for a payment to another's shop, `RefundTooLarge`, `NotEnoughMoney`.
    """
    known, where = _paid(tx, by, payment)
    checked(amount, known.currency, test=True)
    order = Transfer(
        ledger.transfer_id(by, nonce),
        till(known.merchant, known.currency),
        ledger.account_id("wallet", known.payer, known.currency),
        amount,
        known.currency,
        "refund",
        known.id,
    )
    (result,) = ledger.apply(tx, [order])
    ledger.demand([result])
    if result.code == "created":
        if not store_merchants.refund(tx, known.id, amount):
            raise RefundTooLarge(left=plain(known.amount - known.refunded, known.currency))
        known = msgspec.structs.replace(known, refunded=known.refunded + amount)
        receipts.give(
            tx,
            to=known.payer,
            code="refund",
            amount=amount,
            currency=known.currency,
            transfer=order.id,
            about=known.reference or None,
            shop=where.name,
        )
    done = Refund(order.id, known.id, amount, known.currency, known.refunded)
    if result.code == "created":
        happenings.tell(tx, merchant=known.merchant, kind="refund.succeeded", data=done)
        tx.emit(PaymentRefunded(known.id, order.id, amount))
    return done


def settlement(reader: Reader, *, by: AccountId, merchant: str, since: int, until: int) -> bytes:
    """Return what a shop took and gave back in a period, as CSV, oldest first, with the sum at the end."""
    own_shop(reader, by=by, id=merchant)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["at", "payment", "reference", "currency", "amount", "refunded", "net"])
    totals: dict[str, int] = {}
    rows: list[Payment] = []
    before = _cursor(None)
    while page := store_merchants.payments_to(reader, merchant, since=since, until=until, before=before, limit=1_000):
        rows += page
        before = f"{page[-1].at}.{page[-1].id}"
    for row in reversed(rows):
        cells = [plain(each, row.currency) for each in (row.amount, row.refunded, row.amount - row.refunded)]
        writer.writerow([row.at, row.id, inert(row.reference), row.currency, *cells])
        totals[row.currency] = totals.get(row.currency, 0) + row.amount - row.refunded
    for currency, total in sorted(totals.items()):
        writer.writerow(["total", "", "", currency, "", "", plain(total, currency)])
    return out.getvalue().encode()


def _paid(tx: Tx, by: AccountId, payment: str) -> tuple[Payment, Merchant]:
    found = store_merchants.payments(tx, [payment]).get(payment)
    where = store_merchants.merchants(tx, [found.merchant])[found.merchant] if found else None
    if found is None or where is None or where.owner != by:
        raise PaymentNotFound
    return found, where


def _cursor(before: str | None) -> str:
    """Return a cursor that the store can read; a broken one begins at the newest."""
    at, dot, _ = (before or "").partition(".")
    return before if before and dot and at.isdecimal() and at.isascii() and len(at) < 19 else f"{1 << 60}.~"
