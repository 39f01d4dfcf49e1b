"""Every call of version 3 by method and address: one line of the table, and a few lines that bring request and verb together."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from warung import pay
from warung.kit.db import Tx
from warung.kit.ids import new_id
from warung.wechatpay import batches, bills, combined, keys, orders, paying, people, refunds, sandbox, store_orders, times, transfers
from warung.wechatpay.call import Call
from warung.wechatpay.faults import Fault, forbidden, not_this, wrong
from warung.wechatpay.model import Combined, Merchant, Order, TradeType
from warung.wechatpay.wire import (
    Abnormal,
    BatchAsked,
    Close,
    CombinedAsked,
    CombinedClose,
    OrderAsked,
    ReceiptAsked,
    RefundAsked,
    SandboxFund,
    SandboxPay,
    TransferAsked,
    Wire,
)

Params = Mapping[str, str]
KINDS: dict[str, TradeType] = {"jsapi": "JSAPI", "app": "APP", "native": "NATIVE", "h5": "MWEB"}
CODE = "AEAD_AES_256_GCM"


class Reply(msgspec.Struct, frozen=True):
    """An answer with a status of its own."""

    status: int
    body: Any


class Endpoint(msgspec.Struct, frozen=True):
    """One call: what it takes, and what does it. `counts`: its tries are counted, since it guesses at something."""

    method: str
    path: str
    verb: Callable[[Tx, Call, Params, Any], Any]
    shape: type[Wire] | None = None
    counts: bool = False


def _wanted(call: Call, data: OrderAsked, kind: TradeType, merchant: Merchant) -> orders.Wanted:
    payer = data.payer
    openid = (payer.openid or payer.sp_openid or payer.sub_openid) if payer else None
    appid = (data.sub_appid if payer and payer.sub_openid else data.sp_appid) if data.sp_mchid else data.appid
    if not appid:
        raise wrong("appid is missing", "/appid")
    if kind == "MWEB" and not ((data.scene_info or {}).get("h5_info") and (data.scene_info or {}).get("payer_client_ip")):
        raise wrong("scene_info names payer_client_ip and h5_info", "/scene_info")
    orders.same_currency(merchant, data.amount.currency)
    more = {"scene_info": data.scene_info, "detail": data.detail, "settle_info": data.settle_info, "goods_tag": data.goods_tag}
    return orders.Wanted(
        out_trade_no=data.out_trade_no,
        appid=appid,
        trade_type=kind,
        description=data.description,
        total=data.amount.total,
        currency=data.amount.currency,
        notify_url=data.notify_url or "",
        openid=openid,
        attach=data.attach,
        expires=orders.expiry(data.time_expire),
        more=msgspec.json.encode({name: value for name, value in more.items() if value}).decode(),
        sp_mchid=data.sp_mchid,
    )


def _whose(tx: Tx, call: Call, data: OrderAsked | Close) -> Merchant:
    """Return the merchant that is paid: the caller, or the one that it acts for."""
    if data.sp_mchid is not None or data.sub_mchid is not None:
        call.one("sp_mchid", data.sp_mchid)
        if data.sub_mchid is None:
            raise wrong("sub_mchid is missing", "/sub_mchid")
        return orders.paid_merchant(tx, call.merchant, data.sub_mchid)
    call.one("mchid", data.mchid)
    return call.merchant


def _make(kind: TradeType) -> Callable[[Tx, Call, Params, OrderAsked], Any]:
    def make(tx: Tx, call: Call, params: Params, data: OrderAsked) -> Any:
        merchant = _whose(tx, call, data)
        made = orders.create(tx, merchant, _wanted(call, data, kind, merchant))
        return _begun(call, made)

    return make


def _begun(call: Call, made: Order | Combined) -> dict[str, str]:
    token = made.token or ""
    if made.trade_type == "NATIVE":
        return {"code_url": f"{orders.CODE_URL}{token}"}
    return {"h5_url": h5_url(call.site, token)} if made.trade_type == "MWEB" else {"prepay_id": token}


def h5_url(site: str, token: str) -> str:
    """Return the address by which a phone's browser comes to an order; a shop appends &redirect_url=."""
    return f"{site}/pay/wx/{token}?from=h5"


def _codepay(tx: Tx, call: Call, params: Params, data: OrderAsked) -> Any:
    """Charge whoever shows a code. More than small change waits for them: USERPAYING."""
    merchant = _whose(tx, call, data)
    code = data.payer.auth_code if data.payer else None
    if not code:
        raise wrong("payer names an auth_code", "/payer/auth_code")
    wanted = msgspec.structs.replace(_wanted(call, data, "MICROPAY", merchant), openid=None)
    return by_code(tx, merchant, wanted, code)


def by_code(tx: Tx, merchant: Merchant, wanted: orders.Wanted, code: str) -> Any:
    """Make an order of a code that somebody showed; return the order, or that it waits for them."""
    order = orders.create(tx, merchant, wanted)
    if order.charge is None:
        asked = {"merchant": merchant.shop, "amount": order.total, "currency": order.currency, "reference": order.out_trade_no}
        charge = pay.charge(tx, by=merchant.owner, code=code, nonce=order.id, **asked)  # type: ignore[arg-type]
        payer, payment = pay.charge_paid_by(tx, charge.id)
        if payment is not None:
            return orders.told(tx, paying.paid(tx, order, payer, payment))
        store_orders.waits(tx, order.id, charge=charge.id, payer=payer)
    return Reply(202, {"code": "USERPAYING", "message": "the payer is asked to confirm: query the order"})


def _asked_order(tx: Tx, call: Call, params: Params) -> Order:
    sub = call.query.get("sub_mchid")
    if sub:
        call.one("sp_mchid", call.query.get("sp_mchid"))
    else:
        call.one("mchid", call.query.get("mchid"))
    merchant = orders.paid_merchant(tx, call.merchant, sub)
    return orders.find(tx, merchant.mchid, out_trade_no=params.get("number"), transaction_id=params.get("id"))


def _query(tx: Tx, call: Call, params: Params, _: None) -> Any:
    return orders.told(tx, _asked_order(tx, call, params))


def _close(tx: Tx, call: Call, params: Params, data: Close) -> None:
    orders.close(tx, orders.find(tx, _whose(tx, call, data).mchid, out_trade_no=params["number"]))


def _reverse(tx: Tx, call: Call, params: Params, data: Close) -> Any:
    merchant = _whose(tx, call, data)
    reverse(tx, merchant, orders.find(tx, merchant.mchid, out_trade_no=params["number"]))
    whose = {"sp_mchid": data.sp_mchid, "sub_mchid": data.sub_mchid} if data.sp_mchid else {"mchid": merchant.mchid}
    return {"out_trade_no": params["number"]} | whose


def reverse(tx: Tx, merchant: Merchant, order: Order) -> None:
    """Undo an order of a code: what was paid goes back, what waits is asked for no more. Again is the same as once."""
    if order.trade_type != "MICROPAY":
        raise not_this("only an order of a code is reversed; close it or refund it")
    if order.state == "REVOKED":
        return
    if order.state in ("SUCCESS", "REFUND"):
        left = order.total - order.refunded
        if left:
            number = f"reverse-{order.id}"
            refunds.give(
                tx, merchant, order, number=number, amount=left, total=order.total, same=number, reason="撤销", url="", state="REVOKED"
            )
        return
    store_orders.move(tx, order.id, before=("NOTPAY", "USERPAYING", "PAYERROR"), after="REVOKED")
    if order.charge is not None:
        pay.withdraw_charge(tx, by=merchant.owner, id=order.charge)


def _make_combined(kind: TradeType) -> Callable[[Tx, Call, Params, CombinedAsked], Any]:
    return lambda tx, call, params, data: _begun(call, combined.create(tx, call, data, kind))


def _certificates(tx: Tx, call: Call, params: Params, _: None) -> Any:
    """Tell what this place signs with, encrypted with the merchant's key."""
    listed = []
    for each in call.platform.certificates:
        nonce, sealed = keys.seal(call.merchant.key_v3, each.certificate.encode(), "certificate")
        hidden = {"algorithm": CODE, "nonce": nonce, "associated_data": "certificate", "ciphertext": sealed}
        period = {"effective_time": times.written(tx, each.since), "expire_time": times.written(tx, each.until)}
        listed.append({"serial_no": each.serial, **period, "encrypt_certificate": hidden})
    return {"data": listed}


def _elecsign(tx: Tx, call: Call, params: Params, data: ReceiptAsked | None) -> Any:
    number = params.get("number") or (data.out_bill_no if data else None)
    id = params.get("id") or (data.transfer_bill_no if data else None)
    if not number and not id:
        raise wrong("out_bill_no or transfer_bill_no is missing", "/out_bill_no")
    found = transfers.find(tx, call, number=number, id=id)
    if found.state != "SUCCESS":
        raise not_this("there is a receipt of money that has arrived")
    said = {"state": "FINISHED", "create_time": times.written(tx, found.changed_at), "update_time": times.written(tx, found.changed_at)}
    return said | bills.receipt(tx, call, found.id)


def _sandbox_pay(tx: Tx, call: Call, params: Params, data: SandboxPay) -> Any:
    """Pay an order of a test merchant in test money, as the follower named would."""
    sandbox.only_tests(call.merchant)
    order = orders.find(tx, call.merchant.mchid, out_trade_no=params["number"])
    if orders.state_of(tx, order) != "NOTPAY" or order.combined:
        raise Fault(400, "ORDER_CLOSED", "this order cannot be paid")
    return orders.told(tx, sandbox_pay(tx, call.merchant, order, data.openid))


def sandbox_pay(tx: Tx, merchant: Merchant, order: Order, openid: str | None) -> Order:
    """Pay an order of a test merchant in test money."""
    payer = sandbox.payer(tx, order, openid)
    sandbox.fund(tx, account=payer, amount=order.total)
    item = pay.Pay(f"test-{new_id(tx.now)}", merchant.shop, order.total, order.currency, order.out_trade_no)
    return paying.paid(tx, order, payer, pay.pay_shop(tx, by=payer, item=item).id)


def _sandbox_combined(tx: Tx, call: Call, params: Params, data: SandboxPay) -> Any:
    sandbox.only_tests(call.merchant)
    whole = combined.find(tx, call, params["number"])
    parts = store_orders.parts(tx, whole.id)
    if any(part.currency != pay.TEST for part in parts):
        raise forbidden("every merchant of it is one for tests")
    payer = sandbox.payer(tx, parts[0], data.openid)
    paying.settle_together(tx, payer, whole, f"test-{new_id(tx.now)}", None)
    return combined.told(tx, combined.find(tx, call, params["number"]))


def _sandbox_take(tx: Tx, call: Call, params: Params, _: None) -> Any:
    """Take money that waits, as the person would."""
    sandbox.only_tests(call.merchant)
    found = transfers.find(tx, call, number=params["number"])
    if not people.is_test(tx, found.appid):
        raise forbidden("the sandbox is for accounts that are marked as test accounts")
    transfers.take(tx, by=found.payee, asked=transfers.AskedTransfer(id=found.id))
    return transfers.whole(tx, call, transfers.find(tx, call, number=params["number"]))


def _bill(tx: Tx, call: Call, params: Params, _: None) -> Any:
    return transfers.whole(tx, call, transfers.find(tx, call, number=params.get("number"), id=params.get("id")))


def _batch(tx: Tx, call: Call, params: Params, _: None) -> Any:
    return batches.whole(tx, call, batches.find(tx, call, **_batch_name(params)))


def _batch_detail(tx: Tx, call: Call, params: Params, _: None) -> Any:
    found = batches.find(tx, call, **_batch_name(params))
    return batches.detail(tx, call, found, id=params.get("detail"), number=params.get("detail_number"))


def _batch_name(params: Params) -> dict[str, str]:
    return {"id": params["batch"]} if "batch" in params else {"out_batch_no": params["batch_number"]}


ORDERS, PARTNER, COMBINED = "/v3/pay/transactions", "/v3/pay/partner/transactions", "/v3/combine-transactions"
REFUNDS, BILLS, BATCHES = "/v3/refund/domestic/refunds", "/v3/fund-app/mch-transfer/transfer-bills", "/v3/transfer/batches"
SIGNED = "/v3/fund-app/mch-transfer/elecsign"
ENDPOINTS: list[Endpoint] = [
    Endpoint("GET", "/v3/certificates", _certificates),
    *(Endpoint("POST", f"{base}/{name}", _make(kind), OrderAsked) for base in (ORDERS, PARTNER) for name, kind in KINDS.items()),
    *(Endpoint("POST", f"{base}/codepay", _codepay, OrderAsked, counts=True) for base in (ORDERS, PARTNER)),
    *(Endpoint("GET", f"{base}/id/{{id}}", _query) for base in (ORDERS, PARTNER)),
    *(Endpoint("GET", f"{base}/out-trade-no/{{number}}", _query) for base in (ORDERS, PARTNER)),
    *(Endpoint("POST", f"{base}/out-trade-no/{{number}}/close", _close, Close) for base in (ORDERS, PARTNER)),
    *(Endpoint("POST", f"{base}/out-trade-no/{{number}}/reverse", _reverse, Close) for base in (ORDERS, PARTNER)),
    *(Endpoint("POST", f"{COMBINED}/{name}", _make_combined(kind), CombinedAsked) for name, kind in KINDS.items()),
    Endpoint("GET", f"{COMBINED}/out-trade-no/{{number}}", lambda tx, call, p, _: combined.told(tx, combined.find(tx, call, p["number"]))),
    Endpoint("POST", f"{COMBINED}/out-trade-no/{{number}}/close", lambda tx, c, p, d: combined.close(tx, c, p["number"], d), CombinedClose),
    Endpoint("POST", REFUNDS, lambda tx, call, _, data: refunds.ask(tx, call, data), RefundAsked),
    Endpoint("GET", f"{REFUNDS}/{{number}}", lambda tx, call, params, _: refunds.find(tx, call, params["number"])),
    Endpoint("POST", f"{REFUNDS}/{{id}}/apply-abnormal-refund", lambda tx, c, p, d: refunds.abnormal(tx, c, p["id"], d), Abnormal),
    Endpoint("GET", "/v3/bill/tradebill", lambda tx, call, _, __: bills.trade(tx, call)),
    Endpoint("GET", "/v3/bill/fundflowbill", lambda tx, call, _, __: bills.flow(tx, call)),
    Endpoint("GET", bills.PATH, lambda tx, call, _, __: bills.download(tx, call)),
    Endpoint("POST", BILLS, lambda tx, call, _, data: transfers.ask(tx, call, data), TransferAsked),
    Endpoint("GET", f"{BILLS}/out-bill-no/{{number}}", _bill),
    Endpoint("GET", f"{BILLS}/transfer-bill-no/{{id}}", _bill),
    Endpoint("POST", f"{BILLS}/out-bill-no/{{number}}/cancel", lambda tx, call, params, _: transfers.cancel(tx, call, params["number"])),
    Endpoint("POST", f"{SIGNED}/out-bill-no", _elecsign, ReceiptAsked),
    Endpoint("POST", f"{SIGNED}/transfer-bill-no", _elecsign, ReceiptAsked),
    Endpoint("GET", f"{SIGNED}/out-bill-no/{{number}}", _elecsign),
    Endpoint("GET", f"{SIGNED}/transfer-bill-no/{{id}}", _elecsign),
    Endpoint("POST", BATCHES, lambda tx, call, _, data: batches.ask(tx, call, data), BatchAsked),
    Endpoint("GET", f"{BATCHES}/batch-id/{{batch}}", _batch),
    Endpoint("GET", f"{BATCHES}/out-batch-no/{{batch_number}}", _batch),
    Endpoint("GET", f"{BATCHES}/batch-id/{{batch}}/details/detail-id/{{detail}}", _batch_detail),
    Endpoint("GET", f"{BATCHES}/out-batch-no/{{batch_number}}/details/out-detail-no/{{detail_number}}", _batch_detail),
    Endpoint("POST", "/v3/sandbox/orders/{number}/pay", _sandbox_pay, SandboxPay),
    Endpoint("POST", "/v3/sandbox/combine-orders/{number}/pay", _sandbox_combined, SandboxPay),
    Endpoint("POST", "/v3/sandbox/transfers/{number}/take", _sandbox_take),
    Endpoint("POST", "/v3/sandbox/fund", lambda tx, call, _, data: sandbox.give(tx, call, data), SandboxFund),
]
