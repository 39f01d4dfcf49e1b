"""How much may be paid: at once, in a day, and from a device that is new here. Counted in the transaction of the payment itself."""

from collections.abc import Iterable

import msgspec

from warung.kit.clock import DAY, MINUTE
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId
from warung.pay import store_wallet
from warung.pay.model import DayLimitReached, NewDeviceLimitReached, PaymentLimitReached, Settings
from warung.pay.money import currency as known
from warung.pay.money import plain

ALL, NEW = "all", "new_device"


class Limits(msgspec.Struct, frozen=True):
    """What somebody may pay in a currency: at once, and today; what is left of today. Minor units."""

    payment: int
    day: int
    left: int
    new_device: int
    new_device_left: int
    verified: bool


class Tally:
    """The limits of everybody who pays in one batch, read in two statements, and what the batch takes of them; `write` stores it."""

    def __init__(self, reader: Reader, payers: Iterable[AccountId]) -> None:
        people = sorted(set(payers))
        self._settings, self._day = reader.settings(Settings), today(reader)
        self._verified = store_wallet.verified(reader, people)
        self._spent = store_wallet.spent(reader, people, self._day)
        self._added: dict[tuple[AccountId, str, str], tuple[int, int]] = {}  # by account, currency and kind: what came to it, and the cap

    def of(self, by: AccountId, currency: str) -> Limits:
        """Return somebody's limits and what is left of them today."""
        settings, verified, step = self._settings, by in self._verified, known(currency).step
        payment = step * (settings.verified_payment_limit if verified else settings.payment_limit)
        whole = step * (settings.verified_day_limit if verified else settings.day_limit)
        new = step * settings.new_device_limit
        left = max(0, whole - self._spent.get((by, currency, ALL), 0))
        fresh = max(0, new - self._spent.get((by, currency, NEW), 0))
        return Limits(payment, whole, left, new, min(left, fresh), verified)

    def count(self, by: AccountId, amount: int, currency: str, *, fresh: bool) -> None:
        """Count a payment against its payer's limits. Raises the limit that it would pass."""
        now = self.of(by, currency)
        if amount > now.payment:
            raise PaymentLimitReached(limit=plain(now.payment, currency))
        if amount > now.left:
            raise DayLimitReached(left=plain(now.left, currency))
        if fresh and amount > now.new_device_left:
            raise NewDeviceLimitReached(left=plain(now.new_device_left, currency))
        self._add(by, currency, ALL, amount, now.day)
        if fresh:
            self._add(by, currency, NEW, amount, now.new_device)

    def give_back(self, by: AccountId, amount: int, currency: str, *, fresh: bool) -> None:
        """Forget a payment that was counted and then refused by the ledger."""
        for kind in (ALL, NEW) if fresh else (ALL,):
            self._add(by, currency, kind, -amount, self._added[by, currency, kind][1])

    def _add(self, by: AccountId, currency: str, kind: str, amount: int, cap: int) -> None:
        key = (by, currency, kind)
        self._spent[key] = self._spent.get(key, 0) + amount
        self._added[key] = (self._added.get(key, (0, 0))[0] + amount, cap)

    def write(self, tx: Tx) -> None:
        """Store what was counted. The table refuses what would pass a cap."""
        rows = [(*key, amount, cap) for key, (amount, cap) in sorted(self._added.items()) if amount]
        store_wallet.spend(tx, self._day, rows)


def of(reader: Reader, *, by: AccountId, currency: str) -> Limits:
    """Return somebody's limits and what is left of them today."""
    return Tally(reader, [by]).of(by, currency)


def free(reader: Reader, currency: str) -> int:
    """Return up to how much may be paid without a confirmation."""
    return reader.settings(Settings).free_amount * known(currency).step


def today(reader: Reader) -> int:
    """Return the day of this place's clock, as a number."""
    return (reader.now + reader.settings(Settings).day_offset_min * MINUTE) // DAY
