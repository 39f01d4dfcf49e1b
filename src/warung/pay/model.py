"""The nouns of pay: the ledger's accounts and transfers, what the ledger answers, events, settings. And what pay refuses."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal, NewType

import msgspec

from warung.kit.bus import Event
from warung.kit.errors import BadRequest, Conflict, NotAllowed, NotFound, TooMany
from warung.kit.job import Job

LedgerAccountId = NewType("LedgerAccountId", str)
TransferId = NewType("TransferId", str)

Kind = Literal["wallet", "merchant", "packet", "escrow", "transit", "issued", "provider", "bank", "fees", "cost", "loss", "suspense"]
TransferKind = Literal["single", "pending", "post", "void", "expire"]
PendingState = Literal["pending", "posted", "voided", "expired"]

DEBITS_WITHIN_CREDITS, CREDITS_WITHIN_DEBITS, CLOSED, FROZEN = 1, 2, 4, 8
MOST = 9_007_199_254_740_991  # the largest amount of one transfer: every program reads it exactly, JavaScript too

# The chart of accounts: (number in the books, flags). What people and merchants own is ours to pay: it cannot go below nothing.
CHART: dict[Kind, tuple[int, int]] = {
    "provider": (1100, 0),  # what a payment provider owes us
    "bank": (1200, 0),
    "wallet": (2100, DEBITS_WITHIN_CREDITS),
    "merchant": (2110, DEBITS_WITHIN_CREDITS),
    "escrow": (2120, DEBITS_WITHIN_CREDITS),  # one per order
    "packet": (2130, DEBITS_WITHIN_CREDITS),  # one per red packet
    "transit": (2140, DEBITS_WITHIN_CREDITS),  # withdrawals on their way
    "issued": (3100, CREDITS_WITHIN_DEBITS),  # closed-loop credits given out and not yet redeemed
    "fees": (4100, 0),
    "cost": (5100, 0),
    "loss": (5200, 0),
    "suspense": (9000, 0),
}


class Settings(msgspec.Struct, frozen=True):
    """What an operator may set for pay. Amounts are in the smallest sums that people pay of a currency: points, rupiah, cents."""

    credits_name: str = "poin"  # what people here call the place's own credits, the currency PTS
    issue_alone: int = 1_000_000  # an operator who gives out more than this in a day needs a second one
    free_amount: int = 0  # up to so much may be paid without PIN or passkey
    payment_limit: int = 5_000_000
    day_limit: int = 10_000_000
    verified_payment_limit: int = 20_000_000
    verified_day_limit: int = 50_000_000
    new_device_limit: int = 1_000_000  # per day, on a device that signed in less than a day ago
    day_offset_min: int = 420  # when the day of the limits begins: minutes that the clock of the place is ahead of UTC
    packet_shares: int = 100  # the most shares of one red packet
    packet_share: int = 200_000  # the most one share may hold
    stripe_key: str = ""  # real money through Stripe; "" = off, there are only credits
    stripe_capture: bool = (
        False  # cards are charged only after the top-up and its wallet were looked at; not every way of paying can do this
    )
    stripe_webhook: str = ""  # the signing secret of the webhook <site.url>/api/providers/stripe/webhook
    stripe_url: str = ""  # "" = Stripe's own
    secret: str = ""  # from it come the pepper of PINs and the signing key; "" = one kept in the database


class LedgerAccount(msgspec.Struct):
    """One account of the ledger: two sides, each with what is posted and what is pending. Minor units of one currency."""

    id: LedgerAccountId
    kind: Kind
    owner: str
    currency: str
    flags: int
    debits_pending: int
    debits_posted: int
    credits_pending: int
    credits_posted: int
    opened_at: int

    @property
    def balance(self) -> int:
        """What is posted, on the side where this kind of account normally stands."""
        posted = self.credits_posted - self.debits_posted
        return -posted if self.flags & CREDITS_WITHIN_DEBITS or self.kind in ("provider", "bank", "cost", "loss") else posted

    @property
    def available(self) -> int:
        """What of a wallet or pot can be spent now: pending debits are taken off."""
        return self.credits_posted - self.debits_posted - self.debits_pending


class Transfer(msgspec.Struct, frozen=True):
    """An order to the ledger: `amount` from `debit` to `credit`. Immutable once created; its id is its idempotency.

    `post`, `void` and `expire` resolve the transfer named by `pending`: they take its accounts and currency, and a `post` may be for
    less (the rest is released; amount None is all of it). `timeout_ms` is for `pending`. `linked` binds it to the next one of the batch:
    the chain stands or falls together. `code` says why money moves, `about` names the order, packet or request that it belongs to.
    """

    id: str
    debit: str = ""
    credit: str = ""
    amount: int | None = None
    currency: str = ""
    code: str = ""
    about: str | None = None
    kind: TransferKind = "single"
    pending: str | None = None
    timeout_ms: int | None = None
    linked: bool = False


class Result(msgspec.Struct, frozen=True):
    """What the ledger says to one transfer: `created`, `exists` (a retry), or why not."""

    id: str
    code: str
    amount: int = 0  # what was moved, held or released
    at: int = 0

    @property
    def ok(self) -> bool:
        """Is the transfer in the journal?"""
        return self.code in ("created", "exists")


class Entry(msgspec.Struct, frozen=True):
    """One line of the journal."""

    pos: int
    id: str
    kind: TransferKind
    debit: LedgerAccountId
    credit: LedgerAccountId
    amount: int
    currency: str
    code: str
    about: str | None
    pending: str | None
    timeout_ms: int | None
    chain: str | None
    at: int


class Pending(msgspec.Struct):
    """What became of a pending transfer."""

    id: str
    amount: int
    posted: int
    state: PendingState
    expires_at: int | None
    resolved_by: str | None


class WalletChanged(Event, frozen=True, tag="pay.wallet"):
    """Money came or went: fetch the wallet again."""

    currency: str


class PendingExpired(Event, frozen=True, tag="pay.expired"):
    """A pending transfer ran out and its money is back; for whoever keeps the order, card or request that it was about."""

    internal: ClassVar[bool] = True

    transfer: str
    code: str
    about: str | None


class PaymentRefunded(Event, frozen=True, tag="pay.refunded"):
    """`amount` of a payment to a shop went back by the transfer `refund`; for whoever keeps the order that was paid."""

    internal: ClassVar[bool] = True

    payment: str
    refund: str
    amount: int


class Expire(Job, frozen=True, tag="pay.expire"):
    """Give the money of a pending transfer back when its time is over."""

    transfer: str


class LedgerRefusal(Conflict):
    """The ledger did not accept this payment ({result}). Nothing was moved."""

    failed: Sequence[tuple[str, str]] = ()  # ids that from now on stay failed, with the reason

    def __init__(self, failed: Sequence[tuple[str, str]] = (), **details: Any) -> None:
        super().__init__(**details)
        self.failed = failed


class NotEnoughMoney(LedgerRefusal):
    """There is not enough money in the wallet for this."""


class PaymentChanged(LedgerRefusal):
    """A payment with this id was already made, with other details. Nothing was moved."""


class PaymentFailedBefore(LedgerRefusal):
    """This payment was refused before and stays refused. Begin a new one."""


class PaymentSettled(LedgerRefusal):
    """This payment is already {state}."""


class WalletFrozen(LedgerRefusal):
    """This wallet is frozen: nothing can be paid from it."""


class AccountClosed(LedgerRefusal):
    """This is closed: nothing can be paid into it or out of it any more."""


class TransferNotFound(NotFound):
    """There is no such payment."""


class AmountNotPossible(BadRequest):
    """An amount is a whole number of the smallest units, at least 1 and at most {most}."""


class WrongCurrency(BadRequest):
    """This cannot be paid in that currency."""


class NotToYourself(BadRequest):
    """You cannot pay yourself."""


class BadTransferId(BadRequest):
    """The id of a payment has 8 to 40 letters, digits, hyphens or underscores."""


class PinMissing(NotAllowed):
    """Set a payment PIN first."""


class ApprovalNeeded(NotAllowed):
    """Confirm this payment with your PIN or passkey."""


class ApprovalNotValid(NotAllowed):
    """This confirmation is too old or was for another payment. Confirm again."""


class WrongPin(NotAllowed):
    """This is not your PIN. {left} more tries."""


class PinLocked(TooMany):
    """The PIN was wrong too often. Try again in {retry_after_s} seconds."""


class PinTooSimple(BadRequest):
    """This PIN would be guessed at once. Choose six digits that are no row, no date and no repetition."""


class PinNotPossible(BadRequest):
    """A PIN is six digits."""


class PaymentLimitReached(NotAllowed):
    """You can pay at most {limit} at once."""


class DayLimitReached(NotAllowed):
    """You can pay {left} more today."""


class NewDeviceLimitReached(NotAllowed):
    """This device is new here: it can pay {left} more today."""


class CaseNotFound(NotFound):
    """There is no such open case."""


class IssueNotFound(NotFound):
    """There is no such order for credits."""


class IssueDecided(Conflict):
    """This order for credits has been decided already."""


class SecondOperator(NotAllowed):
    """This takes the consent of a second operator."""


class MerchantNotFound(NotFound):
    """There is no such shop, or it is closed."""


class PaymentNotFound(NotFound):
    """There is no such payment to this shop."""


class RefundTooLarge(Conflict):
    """Of this payment only {left} can still be given back."""


class HookNotFound(NotFound):
    """There is no such address of a program."""


class KeyReused(BadRequest):
    """This Idempotency-Key was used for another request."""


class BadKey(BadRequest):
    """An Idempotency-Key has 1 to 255 printable characters."""


class PeriodNotPossible(BadRequest):
    """A period begins before it ends and has at most {most} entries."""
