"""The code a shop shows: for any payment, printed on its counter; or for one payment, on its screen. And what a scanned code means.

It is written as EMVCo's standard says, with this place's own template: whoever scans it elsewhere sees a name and no way to pay.
"""

from typing import Literal

import msgspec

from warung import accounts
from warung.kit.clock import MINUTE
from warung.kit.db import Reader, Tx
from warung.kit.errors import BadRequest, Conflict
from warung.kit.ids import AccountId, new_id
from warung.kit.site import Site
from warung.kit.text import bounded
from warung.pay import emv, merchants, payments, store_codes
from warung.pay.cards import MoneyChanged
from warung.pay.emv import ShopCode
from warung.pay.merchants import shop
from warung.pay.money import checked, currency, plain
from warung.pay.payments import Pay
from warung.pay.store_codes import Sale
from warung.pay.store_merchants import Payment

GUID = "WARUNG.PAY"
SALE_MS = 5 * MINUTE


class ForeignCode(BadRequest):
    """This code is not of a shop here. It cannot be paid from this wallet."""


class CodeExpired(Conflict):
    """This code is too old. Ask for a new one."""


class CodeUsed(Conflict):
    """This code has been used already. Ask for a new one."""


class AmountNotOfCode(Conflict):
    """This code is for another amount."""


class ShopCodeView(msgspec.Struct, frozen=True):
    """A shop's code: its text, its picture, what it asks for, and until when it can be paid; None for a code to be printed."""

    text: str
    svg: str
    name: str
    city: str
    amount: int | None
    currency: str
    reference: str
    ends_at: int | None
    id: str | None


class Scanned(msgspec.Struct, frozen=True):
    """What a scanned code asks for: of a shop here (`merchant` is its id), or of somebody whom nobody can pay from here (None)."""

    merchant: str | None
    name: str
    city: str
    amount: int | None
    currency: str | None
    reference: str
    network: Literal["warung", "qris", "other"]
    ends_at: int | None = None


class PayCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Pay what a scanned code asks for. `id` is made by the client; the confirmation is for payee the shop's id."""

    id: str
    text: str
    amount: int
    currency: str
    approval: str | None = None


def printed(reader: Reader, *, by: AccountId, merchant: str, code: str, site: Site) -> ShopCodeView:
    """Return the code of one's own shop for its counter: whoever scans it types the amount."""
    found = merchants.own_shop(reader, by=by, id=merchant)
    currency(code)
    text = emv.write(_fields(found.name, found.city, found.category, merchant, code, site))
    return ShopCodeView(text, accounts.qr(text), found.name, found.city, None, code, "", None, None)


def for_one(tx: Tx, *, by: AccountId, merchant: str, amount: int, code: str, reference: str, site: Site) -> ShopCodeView:
    """Make a code for one payment to one's own shop, good for five minutes."""
    found = merchants.own_shop(tx, by=by, id=merchant)
    merchants.shop(tx, merchant)
    checked(amount, code)
    bounded(reference, limit=payments.REFERENCE_CHARS)
    sale = Sale(new_id(tx.now), merchant, amount, code, reference, tx.now + SALE_MS, None, None)
    store_codes.insert_sale(tx, sale)
    text = emv.write(_fields(found.name, found.city, found.category, merchant, code, site, sale))
    return ShopCodeView(text, accounts.qr(text), found.name, found.city, amount, code, reference, sale.ends_at, sale.id)


def _fields(
    name: str, city: str, category: str, merchant: str, code: str, site: Site, sale: Sale | None = None
) -> list[emv.Field | tuple[str, list[emv.Field]]]:
    fields: list[emv.Field | tuple[str, list[emv.Field]]] = [
        (emv.FORMAT, "01"),
        (emv.WAY, emv.STATIC if sale is None else emv.DYNAMIC),
        ("26", [("00", GUID), ("01", _host(site)), ("02", merchant)]),
        (emv.CATEGORY, category),
        (emv.CURRENCY, currency(code).number),
    ]
    if sale is not None:
        fields.append((emv.AMOUNT, plain(sale.amount, code)))
    fields += [(emv.COUNTRY, "ID"), (emv.NAME, name[: emv.NAME_CHARS]), (emv.CITY, city[: emv.CITY_CHARS] or "-")]
    if sale is not None:
        fields.append((emv.MORE, [(emv.BILL_NUMBER, sale.id)]))
    return fields


def _host(site: Site) -> str:
    """Return what tells this place from every other, as short as the field wants it."""
    return site.url.split("://", 1)[-1].rstrip("/")[-60:]


def scan(reader: Reader, *, text: str, site: Site) -> Scanned:
    """Say what a code asks for, before anything is paid.

    Raises `CodeNotReadable`, `CodeDamaged`, `CodeExpired`, `CodeUsed`, `MerchantNotFound`.
    """
    code = emv.read(text)
    ours = _ours(code, site)
    if ours is None:
        known = code.currency.code if code.currency else None
        return Scanned(None, code.name, code.city, code.amount, known, "", "qris" if code.qris else "other")
    found = shop(reader, ours)
    sale = _sale(reader, code)
    assert code.currency is not None
    reference, ends = (sale.reference, sale.ends_at) if sale else ("", None)
    return Scanned(found.id, found.name, found.city, code.amount, code.currency.code, reference, "warung", ends)


def pay(tx: Tx, *, by: AccountId, item: PayCode, site: Site) -> Payment:
    """Pay what a code asks for. A code for one payment is used up; a retry is the same payment.

    Raises what `scan` raises, `ForeignCode`, `AmountNotOfCode`, and what `payments.pay` raises.
    """
    code = emv.read(item.text)
    merchant = _ours(code, site)
    if merchant is None or code.currency is None:
        raise ForeignCode
    if code.amount not in (None, item.amount) or code.currency.code != item.currency:
        raise AmountNotOfCode
    wanted = Pay(item.id, merchant, item.amount, item.currency, "", item.approval)
    if code.static:
        return payments.pay(tx, by=by, item=wanted)
    sale = store_codes.sale(tx, code.more.get(emv.BILL_NUMBER, ""))
    if sale is None or (sale.merchant, sale.amount, sale.currency) != (merchant, item.amount, item.currency):
        raise ForeignCode
    again = sale.payer == by and sale.payment == f"{by}.{item.id}"
    if not again:
        _sale(tx, code)
    done = payments.pay(tx, by=by, item=msgspec.structs.replace(wanted, reference=sale.reference))
    if not again:
        if not store_codes.sold(tx, sale.id, by, done.id):
            raise CodeUsed
        tx.emit(MoneyChanged("sale", sale.id), [shop(tx, merchant).owner])
    return done


def _ours(code: ShopCode, site: Site) -> str | None:
    """Return the shop's id, if the code was made here."""
    template = code.account(GUID)
    return template.get("02") if template is not None and template.get("01") == _host(site) else None


def _sale(reader: Reader, code: ShopCode) -> Sale | None:
    """Return what a code for one payment stands for, while it can be paid."""
    if code.static:
        return None
    sale = store_codes.sale(reader, code.more.get(emv.BILL_NUMBER, ""))
    if sale is None or sale.ends_at <= reader.now:
        raise CodeExpired
    if sale.payment is not None:
        raise CodeUsed
    return sale
