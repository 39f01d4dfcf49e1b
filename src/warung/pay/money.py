"""Amounts: integers in the minor unit of one currency, and how people type and read them.

A currency has the digits that ISO 4217 gives its minor unit, and the digits people use: the rupiah has sen on paper and nobody
pays with them, so an amount of rupiah is a multiple of 100. `step` is that multiple, the smallest sum one can pay.
"""

import re
import unicodedata

import msgspec

from warung.kit.errors import BadRequest
from warung.pay.currencies import ISO_4217

TEST = "XTS"  # ISO 4217's code for testing: moves without a confirmation, only into shops, and is worth nothing
CREDITS = "PTS"  # this place's own credits: no money, so ISO 4217 has no number for them but that of "no currency"
NO_CURRENCY = "999"
MOST = 10**15  # of any currency's minor unit: exact in JavaScript too, and sums of thousands of them fit the database

# how a language writes a number: what stands between groups, and before the decimals
SEPARATORS = {"id": (".", ","), "en": (",", "."), "zh": (",", "."), "hi": (",", "."), "ar": ("٬,", "٫.")}
GROUPED = re.compile(r"\d+|\d{1,3}(?:g\d{3})+")
GROUPED_IN_INDIA = re.compile(r"\d+|\d{1,2}(?:g\d{2})*g\d{3}|\d{1,3}(?:g\d{3})+")  # 1,00,000


class Currency(msgspec.Struct, frozen=True):
    """A currency: its code, ISO number, the digits of its minor unit, and how many of them people write."""

    code: str
    number: str
    digits: int
    shown: int

    @property
    def step(self) -> int:
        """The smallest sum that can be paid, in minor units."""
        return int(10 ** (self.digits - self.shown))

    @property
    def real(self) -> bool:
        """Is it money outside this place too?"""
        return self.code not in (CREDITS, TEST)


class UnknownCurrency(BadRequest):
    """This server knows no currency called {currency}."""


class AmountNotPositive(BadRequest):
    """An amount has to be more than zero."""


class AmountTooLarge(BadRequest):
    """This amount is larger than anything that can be paid here."""


class AmountTooFine(BadRequest):
    """Nobody pays with parts this small of this currency. The smallest sum is {step}."""


class AmountUnclear(BadRequest):
    """This cannot be read as an amount without guessing. Write it as you would on paper, for example {example}."""


def _currencies() -> dict[str, Currency]:
    found = {CREDITS: Currency(CREDITS, NO_CURRENCY, 0, 0), TEST: Currency(TEST, "963", 2, 2)}
    for (digits, shown), names in ISO_4217.items():
        for name in names.split():
            found[name[:3]] = Currency(name[:3], name[3:], digits, shown)
    return found


CURRENCIES = _currencies()
BY_NUMBER = {each.number: each for each in CURRENCIES.values()}


def currency(code: str) -> Currency:
    """Return a currency by its code. Raises `UnknownCurrency`."""
    found = CURRENCIES.get(code)
    if found is None:
        raise UnknownCurrency(currency=code[:8])
    return found


def checked(amount: int, code: str, *, test: bool = False) -> int:
    """Return `amount` (minor units) if it is one that people can pay in this currency; every verb that moves money asks this first.

    Test money is no currency to those who do not say `test`.

    Raises `UnknownCurrency`, `AmountNotPositive`, `AmountTooLarge`, `AmountTooFine`.
    """
    if code == TEST and not test:
        raise UnknownCurrency(currency=code)
    known = currency(code)
    if amount <= 0:
        raise AmountNotPositive
    if amount > MOST:
        raise AmountTooLarge
    if amount % known.step:
        raise AmountTooFine(step=plain(known.step, code))
    return amount


def plain(amount: int, code: str) -> str:
    """Write an amount as machines exchange it, as in ISO 20022 and in codes to be scanned: a point before the decimals, no groups."""
    known = currency(code)
    whole, part = divmod(abs(amount), 10**known.digits)
    decimals = f"{part:0{known.digits}}"[: known.shown or None] if known.shown or part else ""
    sign = "-" if amount < 0 else ""
    return f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}"


def read_plain(text: str, code: str) -> int:
    """Read what `plain` and other machines write. Raises `AmountUnclear` and what `checked` raises."""
    if not re.fullmatch(r"[0-9]{1,18}(\.[0-9]{0,6})?", text):
        raise AmountUnclear(example="5000")
    whole, _, decimals = text.partition(".")
    return checked(_minor(whole, decimals, currency(code)), code)


def read(text: str, *, code: str, language: str) -> int:
    """Read an amount as a person typed it, in any script's digits, the way their language writes numbers.

    What could mean two things is refused: `50.000` is fifty thousand in Indonesian and no amount of rupiah in English. Raises
    `AmountUnclear` and what `checked` raises.
    """
    known = currency(code)
    groups, points = SEPARATORS.get(language, SEPARATORS["en"])
    example = f"25{groups[0]}000"
    typed = latin(_bare(text, code))
    if typed is None or len(typed) > 40:
        raise AmountUnclear(example=example)
    if typed.startswith(("-", "−")):
        raise AmountNotPositive
    found = re.fullmatch(rf"(?P<whole>[\d{re.escape(groups)}]+)(?:[{re.escape(points)}](?P<part>\d+))?", typed)
    if found is None:
        raise AmountUnclear(example=example)
    whole, part = re.sub(f"[{re.escape(groups)}]", "g", found["whole"]), found["part"] or ""
    right = GROUPED_IN_INDIA if language == "hi" else GROUPED
    if not right.fullmatch(whole) or len(part) > max(known.digits, 2):
        raise AmountUnclear(example=example)
    return checked(_minor(whole.replace("g", ""), part, known), code)


def _minor(whole: str, decimals: str, known: Currency) -> int:
    kept = decimals.rstrip("0")
    if len(kept) > known.digits:
        raise AmountTooFine(step=plain(known.step, known.code))
    return int(whole + kept.ljust(known.digits, "0"))


def _bare(text: str, code: str) -> str:
    """Take off what stands around the number: the currency's code, `Rp`, a currency sign, spaces and marks of direction."""
    inside = re.sub(r"[\s\u200e\u200f\u061c\u2066-\u2069]", "", text)
    return re.sub(rf"^(?:Rp\.?|{code}|\p)|(?:{code}|\p)$".replace("\\p", "[\u20a0-\u20cf$£¥]"), "", inside, flags=re.IGNORECASE)


def latin(text: str) -> str | None:
    """Write the digits of one script as 0-9, and leave the rest; None where digits of several scripts are mixed."""
    scripts = {ord(each) - unicodedata.decimal(each) for each in text if each.isdecimal()}
    if len(scripts) > 1:
        return None
    return "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in text)
