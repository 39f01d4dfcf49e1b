"""What somebody's money is made of, and what a stranger would try with it when every id of it has leaked."""

from collections.abc import Callable
from typing import Any

import msgspec

from tests.scenarios.money_between import Between, own_between, with_between
from tests.scenarios.till import Till, own_till, with_till
from warung import pay
from warung.kit.db import Tx
from warung.kit.ids import AccountId, new_id
from warung.pay import happenings, operators, receipts, store_merchants, store_withdrawals
from warung.pay.store_withdrawals import Bank, Withdrawal

PIN = "271828"


class Money(msgspec.Struct, frozen=True):
    """The ids of one person's money: a payment to their shop, the shop, its program's address, credits given to them, a case."""

    shop: str = "x"
    payment: str = "x"
    hook: str = "x"
    credits: str = "x"
    case: str = "x"
    withdrawal: str = "x"
    between: Between = Between()
    till: Till = Till()


def own_money(tx: Tx, me: AccountId, secret: Callable[[str], str]) -> Money:
    """Give somebody a shop with a payment in it, a program that listens, and a receipt; `secret` makes words that only they may read."""
    shop = pay.open_shop(tx, by=me, name="Toko", city="Bandung")
    hook = happenings.add(tx, by=me, merchant=shop.id, url=f"https://127.0.0.1/{secret('alamat')}")
    reference = secret("rujukan")
    id = f"{me}.{new_id(tx.now)}"
    row = {"id": id, "merchant": shop.id, "payer": me, "amount": 10, "currency": "PTS", "reference": reference, "at": tx.now}
    store_merchants.insert_payments(tx, [row])
    happenings.tell(tx, merchant=shop.id, kind="payment.succeeded", data=reference)
    receipts.give(tx, to=me, code="refund", amount=10, currency="PTS", transfer=id, about=secret("alasan"))
    operators.open_case(tx, kind="test", about=id, detail=secret("kasus"))
    bank = Bank("ba_1", secret("rekening"))
    store_withdrawals.set_bank(tx, me, bank, me)
    held = Withdrawal(f"{me}.{new_id(tx.now)}", me, "stripe", 10, "IDR", bank.destination, bank.label, None, "held", tx.now, None)
    store_withdrawals.insert(tx, held)
    return Money(shop.id, id, hook.id, id, id, held.id, own_between(tx, me, shop.id, secret), own_till(tx, me, shop.id, secret))


def with_money(who: AccountId, money: Money) -> dict[str, list[Any]]:
    """Return (path, body, params) to try with each route of pay."""
    intent = {"payee": who, "amount": 5, "currency": "PTS", "transfer": "curi-0001"}
    shop, hook = f"/merchants/{money.shop}", f"/hooks/{money.hook}"
    order = {"id": "curi-0002", "merchant": money.shop, "amount": 5, "currency": "PTS"}
    period = {"since": "0", "until": "9999999999999"}
    credit = {"id": "curi-0003", "kind": "redeem", "account": who, "amount": 5, "reason": "x"}
    theirs = with_between(who, money.shop, money.between) | with_till(money.shop, money.till)
    return theirs | {
        "GET /wallet": [("/wallet",)],
        "GET /wallet/history": [("/wallet/history",)],
        "GET /wallet/statement": [("/wallet/statement", None, period | {"kind": kind}) for kind in ("csv", "camt")],
        "PUT /wallet/pin": [("/wallet/pin", {"pin": PIN})],
        "POST /wallet/pin/passkey": [("/wallet/pin/passkey",)],
        "POST /wallet/approvals": [("/wallet/approvals", {"intent": intent, "pin": PIN})],
        "POST /wallet/approvals/passkey": [("/wallet/approvals/passkey", intent)],
        "POST /wallet/freeze": [("/wallet/freeze",)],
        "POST /wallet/unfreeze": [("/wallet/unfreeze", {"pin": PIN})],
        "GET /ledger/head": [("/ledger/head",)],
        "GET /merchants": [("/merchants",)],
        "POST /merchants": [("/merchants", {"name": "Palsu"})],
        "GET /merchants/{id}": [(shop,)],
        "DELETE /merchants/{id}": [(shop,)],
        "POST /payments": [("/payments", order), ("/payments", order | {"approval": "x" * 32})],
        "GET /merchants/{id}/payments": [(f"{shop}/payments",)],
        "POST /payments/{id}/refunds": [(f"/payments/{money.payment}/refunds", {"id": "curi-0004", "amount": 1})],
        "GET /merchants/{id}/settlement": [(f"{shop}/settlement",)],
        "GET /merchants/{id}/hooks": [(f"{shop}/hooks",)],
        "POST /merchants/{id}/hooks": [(f"{shop}/hooks", {"url": "https://curi.example/"})],
        "POST /hooks/{id}/rotate": [(f"{hook}/rotate",)],
        "DELETE /hooks/{id}": [(hook,)],
        "GET /merchants/{id}/happenings": [(f"{shop}/happenings",)],
        "POST /hooks/{id}/replay": [(f"{hook}/replay",)],
        "GET /operator/books": [("/operator/books",)],
        "GET /operator/books/search": [("/operator/books/search", None, {"q": money.payment})],
        "GET /operator/credits": [("/operator/credits",)],
        "POST /operator/credits": [("/operator/credits", credit)],
        "POST /operator/credits/{id}/decide": [(f"/operator/credits/{money.credits}/decide", {"agree": True})],
        "GET /operator/cases": [("/operator/cases",)],
        "POST /operator/cases/{id}/close": [(f"/operator/cases/{money.case}/close", {"note": "x"})],
        "POST /operator/wallets/{account}/freeze": [(f"/operator/wallets/{who}/freeze", {"frozen": True, "reason": "x"})],
        "POST /operator/wallets/{account}/verify": [(f"/operator/wallets/{who}/verify", {"verified": True})],
        "GET /operator/trail": [("/operator/trail",)],
        "GET /wallet/top-ups": [("/wallet/top-ups",)],
        "POST /wallet/top-ups": [("/wallet/top-ups", {"id": "curi-0005", "amount": 100_000, "currency": "IDR"})],
        "POST /operator/top-ups/{id}/refund": [(f"/operator/top-ups/{money.payment}/refund", {"id": "curi-0006", "amount": 1})],
        "POST /operator/refunds/decide": [("/operator/refunds/decide", {"refund": f"refund/{money.payment}", "given": True, "note": "x"})],
        "GET /wallet/withdrawals": [("/wallet/withdrawals",)],
        "POST /wallet/withdrawals": [("/wallet/withdrawals", {"id": "curi-0007", "amount": 100_000, "currency": "IDR"})],
        "PUT /operator/wallets/{account}/bank": [(f"/operator/wallets/{who}/bank", {"destination": "ba_curi", "label": "x"})],
        "GET /operator/withdrawals": [("/operator/withdrawals",)],
        "POST /operator/withdrawals/{id}/decide": [(f"/operator/withdrawals/{money.withdrawal}/decide", {"paid": False, "note": "x"})],
        "POST /providers/stripe/webhook": [("/providers/stripe/webhook", {"type": "payment_intent.succeeded"})],
    }
