"""How much may be paid: at once, in a day, and from a device that is new here. Counted in the transaction of the payment itself."""

import msgspec

from warung.kit.clock import DAY, MINUTE
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId
from warung.pay import store_wallet
from warung.pay.model import DayLimitReached, NewDeviceLimitReached, PaymentLimitReached, Settings

ALL, NEW = "all", "new_device"


class Limits(msgspec.Struct, frozen=True):
    """What somebody may pay in a currency: at once, and today; what is left of today. Minor units."""

    payment: int
    day: int
    left: int
    new_device: int
    new_device_left: int
    verified: bool


def of(reader: Reader, *, by: AccountId, currency: str) -> Limits:
    """Return somebody's limits and what is left of them today."""
    settings, verified, day = reader.settings(Settings), bool(store_wallet.standing(reader, by).verified), today(reader)
    payment = settings.verified_payment_limit if verified else settings.payment_limit
    whole = settings.verified_day_limit if verified else settings.day_limit
    left = max(0, whole - store_wallet.spent(reader, by, currency, ALL, day))
    fresh = max(0, settings.new_device_limit - store_wallet.spent(reader, by, currency, NEW, day))
    return Limits(payment, whole, left, settings.new_device_limit, min(left, fresh), verified)


def count(tx: Tx, *, by: AccountId, amount: int, currency: str, fresh: bool) -> None:
    """Count a payment against its payer's limits. Raises the limit that it would pass."""
    now = of(tx, by=by, currency=currency)
    if amount > now.payment:
        raise PaymentLimitReached(limit=now.payment)
    if amount > now.left:
        raise DayLimitReached(left=now.left)
    if fresh and amount > now.new_device_left:
        raise NewDeviceLimitReached(left=now.new_device_left)
    for kind, cap in ((ALL, now.day), *([(NEW, now.new_device)] if fresh else [])):
        store_wallet.spend(tx, by, currency, kind, today(tx), amount, cap)


def give_back(tx: Tx, *, by: AccountId, amount: int, currency: str, fresh: bool) -> None:
    """Forget a payment that was counted and then refused by the ledger."""
    for kind in (ALL, *([NEW] if fresh else [])):
        store_wallet.take_back(tx, by, currency, kind, today(tx), amount)


def today(reader: Reader) -> int:
    """Return the day of this place's clock, as a number."""
    return (reader.now + reader.settings(Settings).day_offset_min * MINUTE) // DAY
