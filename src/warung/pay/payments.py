"""Paying a shop from one's wallet, at once. The verb takes a batch and speaks in sets: what arrived together is decided together."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from warung.kit.db import Db, Tx
from warung.kit.errors import Refusal
from warung.kit.ids import AccountId
from warung.kit.text import bounded
from warung.pay import approvals, happenings, ledger, limits, merchants, store, store_merchants
from warung.pay.model import MerchantNotFound, NotToYourself, Result, Transfer
from warung.pay.money import checked
from warung.pay.store_merchants import Merchant, Payment

REFERENCE_CHARS = 64


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


def pay_all(tx: Tx, items: Sequence[tuple[AccountId, Pay]]) -> list[Payment | Refusal]:
    """Pay shops: one payment or refusal per item, in order. A retry is the same payment."""
    shops = store_merchants.merchants(tx, {item.merchant for _, item in items})
    known = store.transfers(tx, {f"{by}.{item.id}" for by, item in items}).keys()
    results: dict[int, Payment | Refusal] = {}
    orders: dict[int, Transfer] = {}
    counted: dict[str, bool] = {}  # what was confirmed here, and whether by a new device
    for at, (by, item) in enumerate(items):
        try:
            order = _order(by, item, shops)
            if order.id not in known and order.id not in counted:
                intent = approvals.Intent(item.merchant, item.amount, item.currency, item.id)
                counted[order.id] = approvals.take(tx, by, item.approval, intent)
                ledger.open_account(tx, kind="merchant", owner=item.merchant, currency=item.currency)
            orders[at] = order
        except Refusal as refusal:
            results[at] = refusal
    fresh: list[Payment] = []
    for (at, order), result in zip(orders.items(), ledger.apply(tx, list(orders.values())), strict=True):
        by, item = items[at]
        if (why := _refused(result)) is not None:
            results[at] = why
            if order.id in counted:
                limits.give_back(tx, by=by, amount=item.amount, currency=item.currency, fresh=counted.pop(order.id))
            continue
        results[at] = payment = Payment(order.id, item.merchant, by, item.amount, item.currency, item.reference, 0, result.at)
        if result.code == "created":
            fresh.append(payment)
    store_merchants.insert_payments(tx, [msgspec.structs.asdict(payment) for payment in fresh])
    _tell(tx, fresh)
    return [results[at] for at in range(len(items))]


def pay(tx: Tx, *, by: AccountId, item: Pay) -> Payment:
    """Pay one shop. Raises what `pay_all` answers."""
    (result,) = pay_all(tx, [(by, item)])
    if isinstance(result, Refusal):
        raise result
    return result


def _order(by: AccountId, item: Pay, shops: dict[str, Merchant]) -> Transfer:
    shop = shops.get(item.merchant)
    id = ledger.transfer_id(by, item.id)
    checked(item.amount, item.currency)
    bounded(item.reference, limit=REFERENCE_CHARS)
    if shop is None or shop.closed_at is not None:
        raise MerchantNotFound
    if shop.owner == by:
        raise NotToYourself
    wallet, till = ledger.account_id("wallet", by, item.currency), merchants.till(item.merchant, item.currency)
    return Transfer(id, wallet, till, item.amount, item.currency, "sale", item.reference or None)


def _refused(result: Result) -> Refusal | None:
    try:
        ledger.demand([result])
    except Refusal as refusal:
        return refusal
    return None


def _tell(tx: Tx, fresh: Sequence[Payment]) -> None:
    listening = {hook.merchant for hook in store_merchants.hooks(tx, {payment.merchant for payment in fresh})}
    for payment in fresh:
        if payment.merchant in listening:
            happenings.tell(tx, merchant=payment.merchant, kind="payment.succeeded", data=payment)


class Lane:
    """Payments that wait for the next commit: all that arrived in one turn of the loop are one call of `pay_all`."""

    def __init__(self, db: Db) -> None:
        self._db = db
        self._waiting: list[tuple[AccountId, Pay, asyncio.Future[Payment]]] = []

    async def pay(self, by: AccountId, item: Pay) -> Payment:
        """Pay; return after it is on disk. Raises the refusal."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Payment] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._go)
        self._waiting.append((by, item, future))
        return await future

    def _go(self) -> None:
        batch, self._waiting = self._waiting, []
        self._db.submit(lambda tx: pay_all(tx, [(by, item) for by, item, _ in batch]), _answering([future for _, _, future in batch]))


def _answering(futures: Sequence[asyncio.Future[Payment]]) -> Callable[[Any], None]:
    def answer(outcome: list[Payment | Refusal] | BaseException) -> None:
        results: Sequence[Payment | BaseException] = [outcome] * len(futures) if isinstance(outcome, BaseException) else outcome
        for future, result in zip(futures, results, strict=True):
            if future.cancelled():
                continue
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)

    return answer
