"""Codes that a shop shows: EMVCo's merchant-presented format, of which Indonesia's QRIS is one. Read with suspicion, written to the letter.

A code is fields of a two-digit tag, a two-digit length in characters, and a value; the last one is a checksum over everything before
it, "6304" included (CRC-16/CCITT-FALSE of the UTF-8). Tags 26 to 51, 62, 64 and 80 to 99 hold fields again. What we do not know is kept.
"""

from collections.abc import Iterable, Mapping

import msgspec

from warung.kit.errors import BadRequest, Refusal
from warung.pay import money
from warung.pay.money import Currency

MOST_CHARS = 512  # as many as the standard allows
QRIS = "ID.CO.QRIS.WWW"
NESTED = frozenset([*(f"{tag}" for tag in range(26, 52)), "62", "64", *(f"{tag}" for tag in range(80, 100))])
FORMAT, WAY, CATEGORY, CURRENCY, AMOUNT, COUNTRY, NAME, CITY, POSTCODE, MORE, CHECKSUM = (
    "00", "01", "52", "53", "54", "58", "59", "60", "61", "62", "63",
)  # fmt: skip
STATIC, DYNAMIC = "11", "12"
BILL_NUMBER = "01"  # in MORE
NAME_CHARS, CITY_CHARS = 25, 15

Field = tuple[str, str]


class CodeNotReadable(BadRequest):
    """This is not a payment code, or a part of it is missing."""


class CodeDamaged(BadRequest):
    """This code is damaged: its checksum is wrong. Nothing can be paid with it; ask for a new one."""


class ShopCode(msgspec.Struct, frozen=True):
    """What a shop's code says. `amount` is in minor units, None where the payer types it; `accounts` are where it is paid, by tag."""

    fields: tuple[Field, ...]
    static: bool
    accounts: Mapping[str, Mapping[str, str] | str]
    currency: Currency | None
    amount: int | None
    name: str
    city: str
    category: str
    country: str
    more: Mapping[str, str]

    def account(self, guid: str) -> Mapping[str, str] | None:
        """Return the template that names a network, by its globally unique identifier."""
        for held in self.accounts.values():
            if not isinstance(held, str) and held.get("00", "").upper() == guid:
                return held
        return None

    @property
    def qris(self) -> bool:
        """Does it ask to be paid over Indonesia's national network?"""
        return self.account(QRIS) is not None


def checksum(text: str) -> str:
    """Return the CRC-16/CCITT-FALSE of a text as four hexadecimal digits."""
    value = 0xFFFF
    for byte in text.encode():
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1 ^ 0x1021 if value & 0x8000 else value << 1) & 0xFFFF
    return f"{value:04X}"


def looks_like_one(text: str) -> bool:
    """Does a scanned text begin as these codes do?"""
    return text.startswith("000201")


def read(text: str) -> ShopCode:
    """Return what a scanned code says. Raises `CodeNotReadable`, `CodeDamaged`."""
    text = text.strip()
    if len(text) > MOST_CHARS or not looks_like_one(text):
        raise CodeNotReadable
    fields = _fields(text)
    if fields[-1][0] != CHECKSUM or len(fields[-1][1]) != 4:
        raise CodeNotReadable
    if checksum(text[:-4]) != fields[-1][1].upper():
        raise CodeDamaged
    found = dict(fields)
    known = _currency(found.get(CURRENCY))
    amount = _amount(found.get(AMOUNT), known)
    way = found.get(WAY, DYNAMIC if amount is not None else STATIC)
    if way not in (STATIC, DYNAMIC):
        raise CodeNotReadable
    accounts = {tag: dict(_fields(value)) if tag in NESTED else value for tag, value in fields if "02" <= tag <= "51"}
    return ShopCode(
        fields=tuple(fields[:-1]),
        static=way == STATIC,
        accounts=accounts,
        currency=known,
        amount=amount,
        name=found.get(NAME, "").strip(),
        city=found.get(CITY, "").strip(),
        category=found.get(CATEGORY, ""),
        country=found.get(COUNTRY, ""),
        more=dict(_fields(found[MORE])) if MORE in found else {},
    )


def write(fields: Iterable[Field | tuple[str, Iterable[Field]]]) -> str:
    """Return the code that says `fields`, in their order, with its checksum. A value may be fields itself."""
    text = "".join(_field(tag, value if isinstance(value, str) else "".join(_field(*inner) for inner in value)) for tag, value in fields)
    text += f"{CHECKSUM}04"
    return text + checksum(text)


def _field(tag: str, value: str) -> str:
    if not 1 <= len(value) <= 99:
        raise ValueError(f"field {tag} has {len(value)} characters")
    return f"{tag}{len(value):02}{value}"


def _fields(text: str) -> list[Field]:
    """Take a text apart. A tag that comes twice, or a length that does not fit, makes all of it unreadable."""
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        tag, length = text[at : at + 2], text[at + 2 : at + 4]
        if not (len(length) == 2 and (tag + length).isascii() and (tag + length).isdecimal()) or tag in found:
            raise CodeNotReadable
        end = at + 4 + int(length)
        if end > len(text) or int(length) == 0:
            raise CodeNotReadable
        found[tag] = text[at + 4 : end]
        at = end
    return list(found.items())


def _currency(number: str | None) -> Currency | None:
    return money.BY_NUMBER.get(number) if number is not None else None


def _amount(text: str | None, known: Currency | None) -> int | None:
    if text is None:
        return None
    if known is None:
        raise CodeNotReadable
    try:
        return money.read_plain(text, known.code)
    except Refusal:
        raise CodeNotReadable from None
