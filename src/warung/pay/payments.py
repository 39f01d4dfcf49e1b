"""Paying a shop from one's wallet, at once. The verb takes a batch and speaks in sets: what arrived together is decided together."""

import asyncio
import re
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from warung.kit.db import Db, Tx
from warung.kit.errors import Refusal
from warung.kit.ids import AccountId
from warung.kit.text import bounded
from warung.pay import approvals, happenings, ledger, limits, merchants, receipts, store, store_merchants
from warung.pay.answers import Again, named, once_all
from warung.pay.batch import Batch
from warung.pay.model import MerchantNotFound, NotToYourself, Transfer
from warung.pay.money import TEST, checked
from warung.pay.store_merchants import Merchant, Payment

REFERENCE_CHARS = 64
PER_CALL = 512
ROUTE = "POST /payments"
SHOP = re.compile(r"[0-9a-z]{1,40}\Z")  # what is no id is not looked up: a database that cannot read it would refuse all that came together


class Pay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Pay a shop. `id` is made by the client and is the payment's idempotency; `reference` is the shop's own word for the order.

    `approval` confirms exactly this: payee the shop's id, amount in minor units, currency, and `id` as the transfer.
    """

    id: str
    merchant: str
    amount: int
    currency: str
    reference: str = ""
    approval: str | None = None


def pay_all(tx: Tx, items: Sequence[tuple[AccountId, Pay]], *, asked: bool = False, told: bool = False) -> list[Payment | Refusal]:
    """Pay shops: one payment or refusal per item, in order. A retry is the same payment. `asked`: the payer confirmed all of them before.

    `told`: the payer gets a receipt in the conversation with this place; a program that pays by the thousand reads the answer instead.

    What every item needs is read at once, each is decided in its turn, and what came of them is written at once.
    """
    shops = store_merchants.merchants(tx, {item.merchant for _, item in items if SHOP.match(item.merchant)})
    results: dict[int, Payment | Refusal] = {}
    orders: dict[int, Transfer] = {}
    for at, (by, item) in enumerate(items):
        try:
            orders[at] = _order(by, item, shops)
        except Refusal as refusal:
            results[at] = refusal
    if orders:
        decided, fresh = _decided(tx, items, orders, asked)
        results |= decided
        _tell(tx, fresh)
        if told:
            _receipts(tx, fresh, shops)
    return [results[at] for at in range(len(items))]


def _decided(
    tx: Tx, items: Sequence[tuple[AccountId, Pay]], orders: dict[int, Transfer], asked: bool
) -> tuple[dict[int, Payment | Refusal], list[Payment]]:
    """Return what came of each, and the payments that were not there before."""
    wanted = [items[at] for at in orders]
    ledger.open_accounts(tx, "merchant", {(item.merchant, item.currency) for _, item in wanted})
    confirmed = approvals.Confirmations(tx, [item.approval for _, item in wanted])
    tally, batch = limits.Tally(tx, [by for by, _ in wanted]), Batch(tx, list(orders.values()))
    results: dict[int, Payment | Refusal] = {}
    fresh: list[Payment] = []
    for at, order in orders.items():
        by, item = items[at]
        counted: bool | None = None
        try:
            if order.id not in batch.known and not asked and item.currency != TEST:
                counted = confirmed.take(by, item.approval, approvals.Intent(item.merchant, item.amount, item.currency, item.id))
                tally.count(by, item.amount, item.currency, fresh=counted)
            (result,) = batch.chain([order])
            if not result.ok and counted is not None:
                tally.give_back(by, item.amount, item.currency, fresh=counted)
            ledger.demand([result])
        except Refusal as refusal:
            results[at] = refusal
            continue
        results[at] = payment = Payment(order.id, item.merchant, by, item.amount, item.currency, item.reference, 0, result.at)
        if result.code == "created":
            fresh.append(payment)
    batch.write()
    confirmed.write(tx)
    tally.write(tx)
    store_merchants.insert_payments(tx, [msgspec.structs.asdict(payment) for payment in fresh])
    return results, fresh


def pay(tx: Tx, *, by: AccountId, item: Pay) -> Payment:
    """Pay one shop, with a receipt. Raises what `pay_all` answers."""
    (result,) = pay_all(tx, [(by, item)], told=True)
    if isinstance(result, Refusal):
        raise result
    return result


def pay_together(tx: Tx, *, by: AccountId, id: str, payee: str, items: Sequence[Pay], approval: str | None) -> list[Payment]:
    """Pay several shops in one currency with one confirmation: of the sum, for `payee`, under `id`. All of them are paid, or none.

    The ids of the items come from `id`, so that a retry is the same payments. Raises what `pay_all` answers.
    """
    currency = items[0].currency
    if currency != TEST and not store.transfers(tx, [ledger.transfer_id(by, item.id) for item in items]):
        total = sum(item.amount for item in items)
        approvals.authorise(tx, by, approval, payee=payee, amount=total, currency=currency, transfer=id)
    done = pay_all(tx, [(by, item) for item in items], asked=True, told=True)
    refused = next((each for each in done if isinstance(each, Refusal)), None)
    if refused is not None:
        raise refused
    return [each for each in done if isinstance(each, Payment)]


def _order(by: AccountId, item: Pay, shops: dict[str, Merchant]) -> Transfer:
    shop = shops.get(item.merchant)
    id = ledger.transfer_id(by, item.id)
    checked(item.amount, item.currency, test=True)
    bounded(item.reference, limit=REFERENCE_CHARS)
    if shop is None or shop.closed_at is not None:
        raise MerchantNotFound
    if shop.owner == by:
        raise NotToYourself
    wallet, till = ledger.account_id("wallet", by, item.currency), merchants.till(item.merchant, item.currency)
    return Transfer(id, wallet, till, item.amount, item.currency, "sale", item.reference or None)


def _tell(tx: Tx, fresh: Sequence[Payment]) -> None:
    listening = {hook.merchant for hook in store_merchants.hooks(tx, {payment.merchant for payment in fresh})}
    for payment in fresh:
        if payment.merchant in listening:
            happenings.tell(tx, merchant=payment.merchant, kind="payment.succeeded", data=payment)


def _receipts(tx: Tx, fresh: Sequence[Payment], shops: Mapping[str, Merchant]) -> None:
    for payment in fresh:
        if payment.currency != TEST:
            name, about = shops[payment.merchant].name, payment.reference or None
            receipts.give(
                tx,
                to=payment.payer,
                code="sale",
                amount=-payment.amount,
                currency=payment.currency,
                transfer=payment.id,
                about=about,
                shop=name,
            )


class _Waiting(NamedTuple):
    by: AccountId
    item: Pay
    key: str | None
    future: "asyncio.Future[Payment | Again]"
    arrived: float


class Lane:
    """Payments that wait for the next commit: all of them are one call of `pay_all`, those with a key once. On the loop, but for `take`."""

    def __init__(self, db: Db) -> None:
        self._db = db
        self._time = asyncio.get_running_loop().time
        self._waiting: deque[_Waiting] = deque()
        self._submitted = False

    def pay(self, by: AccountId, item: Pay, key: str | None = None) -> asyncio.Future[Payment | Again]:
        """Pay; what is returned is done when it is on disk, or holds the refusal. `key` is an idempotency key."""
        future: asyncio.Future[Payment | Again] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(by, item, key, future, self._time()))
        if not self._submitted:
            self._submit()
        return future

    def _submit(self) -> None:
        self._submitted = True
        taken: list[_Waiting] = []
        begun = [0.0]

        def take() -> None:
            self._submitted = False  # before emptying it: who comes after this opens the next unit
            begun[0] = time.monotonic()
            while self._waiting and len(taken) < PER_CALL:
                taken.append(self._waiting.popleft())

        def verb(tx: Tx) -> Sequence[Any]:
            if not taken:  # a repeated transaction writes the same items
                take()
            asked = [(one.by, one.key, named(ROUTE, one.item) if one.key is not None else "") for one in taken]
            return once_all(tx, asked, lambda places: pay_all(tx, [(taken[at].by, taken[at].item) for at in places])) if taken else ()

        def done(outcome: Sequence[Any] | BaseException) -> None:
            if not taken and isinstance(outcome, BaseException):
                take()  # refused before the verb was called: a full disk, a stopping server
            self._db.waited(sum(begun[0] - one.arrived for one in taken), len(taken))
            for at, future in enumerate(one.future for one in taken):
                result = outcome if isinstance(outcome, BaseException) else outcome[at]
                if future.cancelled():
                    continue
                if isinstance(result, BaseException):
                    future.set_exception(result)
                else:
                    future.set_result(result)
            if self._waiting and not self._submitted:
                self._submit()

        self._db.submit(verb, done)
