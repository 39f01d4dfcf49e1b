"""Test merchants: their money is ISO 4217's code for testing, made out of nothing whenever a test wants some, and worth as much."""

from warung import pay
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, new_id
from warung.wechatpay import people, store_merchants
from warung.wechatpay.call import Call
from warung.wechatpay.faults import Fault, forbidden
from warung.wechatpay.model import Merchant, Order
from warung.wechatpay.wire import SandboxFund

SOURCE = "wechatpay"


def fund(tx: Tx, *, account: AccountId | None = None, shop: str | None = None, amount: int) -> None:
    """Put test money into somebody's wallet or a shop's till."""
    source = pay.open_account(tx, kind="suspense", owner=SOURCE, currency=pay.TEST)
    if account is not None:
        target = pay.wallet(tx, account, pay.TEST)
    else:
        target = pay.open_account(tx, kind="merchant", owner=shop or "", currency=pay.TEST)
    pay.demand(pay.apply(tx, [pay.Transfer(f"test-{new_id(tx.now)}", source.id, target.id, amount, pay.TEST, "test")]))


def only_tests(merchant: Merchant) -> None:
    """Make sure that a merchant is one for tests. Raises NO_AUTH."""
    if not merchant.is_test:
        raise forbidden("the sandbox is for test merchants")


def payer(reader: Reader, order: Order, openid: str | None) -> AccountId:
    """Return who pays an order of a test: the one that it names, or a follower named now. Raises OPENID_MISMATCH, NO_AUTH."""
    if not people.is_test(reader, order.appid):
        raise forbidden("the sandbox is for accounts that are marked as test accounts")
    found = order.payer or people.account(reader, order.appid, openid or "")
    if found is None or (openid and people.account(reader, order.appid, openid) != found):
        raise Fault(400, "OPENID_MISMATCH", "this openid is not of the appid, or another than the order's")
    return found


def give(tx: Tx, call: Call, data: SandboxFund) -> dict[str, int]:
    """Give test money to a follower of a bound test account, or to the test merchant itself."""
    only_tests(call.merchant)
    if data.openid is None:
        fund(tx, shop=call.merchant.shop, amount=data.amount)
        return {"amount": data.amount}
    found = people.account(tx, data.appid, data.openid) if people.is_test(tx, data.appid) else None
    if found is None or data.appid not in store_merchants.bound(tx, call.merchant.mchid):
        raise Fault(400, "OPENID_MISMATCH", "this openid is not of an appid of yours")
    fund(tx, account=found, amount=data.amount)
    return {"amount": data.amount}
