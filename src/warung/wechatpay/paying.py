"""The payer's side: what an order is, and paying it. Money moves by pay's own verbs, in the transaction in which the order becomes paid."""

import secrets
from typing import Any

import msgspec

from warung import pay
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId
from warung.wechatpay import combined, notices, older, orders, people, sandbox, store_merchants, store_orders, times
from warung.wechatpay.model import Combined, Merchant, Order, OrderNotHere, OrderNotPayable
from warung.wechatpay.pages import PageCall, checked

OPEN = ("NOTPAY",)


class AskedOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a payer came to an order: by a scanned `code` (weixin://wxpay/…), a `link` (the end of an H5 address), or a page's call."""

    code: str | None = None
    link: str | None = None
    page: PageCall | None = None


class OrderPart(msgspec.Struct, frozen=True):
    """One shop's part of an order."""

    name: str
    description: str
    amount: int


class OrderView(msgspec.Struct, frozen=True):
    """An order as its payer sees it. `payee` is what the confirmation is for; `test`: it is paid with test money, without one."""

    id: str
    payee: str
    name: str
    description: str
    amount: int
    currency: str
    state: str
    ends_at: int
    test: bool
    parts: list[OrderPart]


def look(reader: Reader, *, by: AccountId, asked: AskedOrder) -> OrderView:
    """Return what an order asks of `by`. Raises `OrderNotHere`, `PageSignatureWrong`."""
    found = _found(reader, by, asked)
    return _together(reader, found) if isinstance(found, Combined) else _alone(reader, found)


def settle(tx: Tx, *, by: AccountId, asked: AskedOrder, nonce: str, approval: str | None) -> OrderView:
    """Pay an order. `nonce` names the payment, the confirmation is for payee `payee` of the view. A retry is the same payment.

    Raises `OrderNotHere`, `OrderNotPayable`, `PageSignatureWrong`, and what pay's payment raises.
    """
    found = _found(tx, by, asked)
    if isinstance(found, Combined):
        return settle_together(tx, by, found, nonce, approval)
    if found.payment == pay.transfer_id(by, nonce):
        return _alone(tx, found)
    _payable(tx, found)
    merchant = _merchant(tx, found)
    if merchant.is_test:
        sandbox.fund(tx, account=by, amount=found.total)
    done = pay.pay_shop(tx, by=by, item=pay.Pay(nonce, merchant.shop, found.total, found.currency, found.out_trade_no, approval))
    paid(tx, found, by, done.id)
    return look(tx, by=by, asked=asked)


def settle_together(tx: Tx, by: AccountId, whole: Combined, nonce: str, approval: str | None) -> OrderView:
    """Pay a combined order, all of it or nothing, with one confirmation of the sum for payee `whole.id`."""
    parts = store_orders.parts(tx, whole.id)
    items = [
        pay.Pay(f"{nonce}-{at}", _merchant(tx, part).shop, part.total, part.currency, part.out_trade_no) for at, part in enumerate(parts)
    ]
    if all(part.payment == pay.transfer_id(by, item.id) for part, item in zip(parts, items, strict=True)):
        return _together(tx, whole)
    for part in parts:
        _payable(tx, part)
    if parts[0].currency == pay.TEST:
        sandbox.fund(tx, account=by, amount=sum(part.total for part in parts))
    done = pay.pay_together(tx, by=by, id=nonce, payee=whole.id, items=items, approval=approval)
    for part, payment in zip(parts, done, strict=True):
        paid(tx, part, by, payment.id)
    openid = people.openid(tx, whole.appid, by)
    store_orders.combined_paid(tx, whole.id, by, openid)
    merchant = store_merchants.merchant(tx, whole.mchid)
    assert merchant is not None
    body = combined.told(tx, msgspec.structs.replace(whole, payer=by, openid=openid))
    notices.tell(
        tx, merchant=merchant, url=whole.notify_url, event="TRANSACTION.SUCCESS", original="transaction", summary="支付成功", body=body
    )
    return _together(tx, whole)


def paid(tx: Tx, order: Order, payer: AccountId, payment: str) -> Order:
    """Note that an order is paid, and tell the merchant's program. Raises `OrderNotPayable` where somebody was faster."""
    number = f"4200{secrets.randbelow(10**6):06}{times.compact(tx, tx.now)[:8]}{secrets.randbelow(10**10):010}"
    openid = people.openid(tx, order.appid, payer)
    if not store_orders.paid(tx, order.id, {"payer": payer, "openid": openid, "payment": payment, "transaction_id": number}):
        raise OrderNotPayable(state=orders.state_of(tx, order).lower())
    done = store_orders.order_by(tx, id=order.id)
    assert done is not None
    if not order.combined:
        teller = store_merchants.merchant(tx, order.sp_mchid or order.mchid)
        assert teller is not None
        _tell(tx, done, teller)
    return done


def _tell(tx: Tx, done: Order, teller: Merchant) -> None:
    body: Any = older.paid(tx, done) if done.version == 2 else orders.told(tx, done)
    notices.tell(
        tx,
        merchant=teller,
        url=done.notify_url,
        event="TRANSACTION.SUCCESS",
        original="transaction",
        summary="支付成功",
        body=body,
        version=done.version,
    )


def on_money(tx: Tx, event: pay.MoneyChanged) -> None:
    """A payer confirmed or declined what a shop charged their code: the order follows."""
    order = store_orders.order_by(tx, charge=event.id) if event.what == "charge" else None
    if order is None or order.state != "USERPAYING":
        return
    payer, payment = pay.charge_paid_by(tx, event.id)
    if payment is not None:
        paid(tx, order, payer, payment)
    else:
        store_orders.move(tx, order.id, before=("USERPAYING",), after="PAYERROR")


def _found(reader: Reader, by: AccountId, asked: AskedOrder) -> Order | Combined:
    """Return the order that somebody came to, if it is theirs to see."""
    kinds: tuple[str, ...]
    if asked.page is not None:
        token, kinds = asked.page.prepay, ("JSAPI", "APP")
    elif asked.code is not None:
        token, kinds = asked.code.removeprefix(orders.CODE_URL), ("NATIVE",)
    else:
        token, kinds = asked.link or "", ("MWEB",)
    found = store_orders.order_by(reader, token=token) or store_orders.combined_by(reader, token=token)
    if found is None or found.trade_type not in kinds:
        raise OrderNotHere
    if found.payer not in (None, by) or (found.token_ends <= reader.now and found.payer is None):
        raise OrderNotHere
    if asked.page is not None:
        checked(reader, asked.page, found)
    return found


def _payable(reader: Reader, order: Order) -> None:
    state = orders.state_of(reader, order)
    if state not in OPEN or order.token_ends <= reader.now:
        raise OrderNotPayable(state="expired" if state in OPEN else state.lower())


def _alone(reader: Reader, order: Order) -> OrderView:
    merchant = _merchant(reader, order)
    part = OrderPart(merchant.name, order.description, order.total)
    return OrderView(
        id=order.id,
        payee=merchant.shop,
        name=merchant.name,
        description=order.description,
        amount=order.total,
        currency=order.currency,
        state=orders.state_of(reader, order),
        ends_at=min(order.token_ends, order.expires_at),
        test=bool(merchant.is_test),
        parts=[part],
    )


def _together(reader: Reader, whole: Combined) -> OrderView:
    parts = store_orders.parts(reader, whole.id)
    shops = [_merchant(reader, part) for part in parts]
    states = {orders.state_of(reader, part) for part in parts}
    return OrderView(
        id=whole.id,
        payee=whole.id,
        name=" · ".join(dict.fromkeys(shop.name for shop in shops)),
        description=parts[0].description,
        amount=sum(part.total for part in parts),
        currency=parts[0].currency,
        state=states.pop() if len(states) == 1 else "CLOSED",
        ends_at=min(whole.token_ends, *(part.expires_at for part in parts)),
        test=any(shop.is_test for shop in shops),
        parts=[OrderPart(shop.name, part.description, part.total) for shop, part in zip(shops, parts, strict=True)],
    )


def _merchant(reader: Reader, order: Order) -> Merchant:
    found = store_merchants.merchant(reader, order.mchid)
    assert found is not None
    return found
