"""The journal as beancount reads it, so that a program that nobody here wrote can judge the books: every balance is asserted at the end."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from warung.kit.db import Reader
from warung.pay import store_audit
from warung.pay.money import CURRENCIES

ROOTS = {
    "provider": "Assets:Provider",
    "bank": "Assets:Bank",
    "wallet": "Liabilities:Wallet",
    "merchant": "Liabilities:Merchant",
    "escrow": "Liabilities:Escrow",
    "packet": "Liabilities:Packet",
    "transit": "Liabilities:Transit",
    "issued": "Equity:Issued",
    "fees": "Income:Fees",
    "cost": "Expenses:Cost",
    "loss": "Expenses:Loss",
    "suspense": "Equity:Suspense",
}


def export(reader: Reader) -> Iterator[str]:
    """Yield the lines of a beancount file: accounts, every booked transfer, and at the end each balance that the ledger claims."""
    rows = store_audit.accounts(reader)
    names = {row[0]: f"{ROOTS[row[1]]}:X{re.sub('[^A-Za-z0-9-]', '-', row[2])}:{row[3]}" for row in rows}
    last = datetime(1970, 1, 1, tzinfo=UTC)
    for row in rows:
        yield f"1970-01-01 open {names[row[0]]} {row[3]}\n"
    for _, _, id, kind, debit, credit, amount, currency, code, about, _, _, _, at in store_audit.journal(reader):
        if kind not in ("single", "post"):
            continue
        day = datetime.fromtimestamp(at / 1000, UTC)
        last = max(last, day)
        yield f"{day:%Y-%m-%d} * {_quoted(code)} {_quoted(about or '')}\n"
        yield f"  id: {_quoted(id)}\n"
        yield f"  {names[debit]}  {_number(amount, currency)} {currency}\n"
        yield f"  {names[credit]}  -{_number(amount, currency)} {currency}\n"
    end = last + timedelta(days=1)
    for row in rows:
        balance = row[6] - row[8]
        sign = "-" if balance < 0 else ""
        yield f"{end:%Y-%m-%d} balance {names[row[0]]}  {sign}{_number(abs(balance), row[3])} ~ 0 {row[3]}\n"


def _number(amount: int, currency: str) -> str:
    """Write minor units exactly, with all the digits that the currency has."""
    digits = CURRENCIES[currency].digits
    whole, part = divmod(amount, 10**digits)
    return f"{whole}.{part:0{digits}}" if digits else str(whole)


def _quoted(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(each if each.isprintable() else " " for each in plain) + '"'
