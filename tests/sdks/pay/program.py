"""A program with wechatpayv3 as its package registry has it: every call of version 3, in both modes. It runs in an environment of its own.

It reads what it needs as JSON from standard input and answers a line of JSON: what each call was answered.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from wechatpayv3 import WeChatPay, WeChatPayType  # type: ignore[import-not-found]
from wechatpayv3.type import RequestType  # type: ignore[import-not-found]

told: dict[str, Any] = {}
called: set[str] = set()
_send = requests.Session.send


def _noted(self: requests.Session, request: requests.PreparedRequest, **more: Any) -> requests.Response:
    called.add(f"{request.method} {urlsplit(str(request.url)).path}")
    return _send(self, request, **more)


requests.Session.send = _noted  # type: ignore[method-assign]


def note(name: str, answer: tuple[int, Any]) -> Any:
    """Keep what a call was answered; return its JSON."""
    status, text = answer
    told[name] = [status, text if isinstance(text, str) else f"{len(text)} bytes, {text[:2].hex()}"]
    return json.loads(text) if isinstance(text, str) and text else text


def client(given: dict[str, Any], folder: Path, *, public: bool) -> WeChatPay:
    """A client in either mode, whose gateway is the place under test."""
    for serial, pem in given["certificates"].items():
        (folder / f"{serial}.pem").write_text(pem)
    more = {"public_key": given["public_key"], "public_key_id": given["public_key_id"]} if public else {"cert_dir": str(folder)}
    made = WeChatPay(
        wechatpay_type=WeChatPayType.JSAPI,
        mchid=given["mchid"],
        private_key=given["private_key"],
        cert_serial_no=given["serial"],
        appid=given["appid"],
        apiv3_key=given["key_v3"],
        notify_url=given["notify_url"],
        **more,
    )
    if given["url"]:  # without it the SDK goes where it always goes
        made._core._gate_way = given["url"]
    return made


def orders(pay: WeChatPay, given: dict[str, Any], mark: str) -> None:
    """The four ways to an order, its query, close and refund."""
    payer, amount = {"openid": given["openid"]}, {"total": 100}
    scene = {"payer_client_ip": "127.0.0.1", "h5_info": {"type": "Wap"}}
    for kind, more in (("JSAPI", {"payer": payer}), ("APP", {}), ("NATIVE", {}), ("H5", {"scene_info": scene})):
        number = f"py{mark}{kind.lower()}01"
        note(f"order {kind}", pay.pay("Kopi 咖啡", number, amount, pay_type=WeChatPayType[kind], attach="meja 4", **more))
    note("close", pay.close(out_trade_no=f"py{mark}app01"))
    number = f"py{mark}jsapi01"
    paid = note(
        "sandbox pay", pay._core.request(f"/v3/sandbox/orders/{number}/pay", method=RequestType.POST, data={"openid": given["openid"]})
    )
    note("query by number", pay.query(out_trade_no=number))
    note("query by id", pay.query(transaction_id=paid["transaction_id"]))
    told["sign"] = pay.sign([given["appid"], "1", "x", "prepay_id=x"])
    refund = note("refund", pay.refund(f"r{number}", {"refund": 40, "total": 100, "currency": "CNY"}, out_trade_no=number, reason="dingin"))
    note("refund query", pay.query_refund(f"r{number}"))
    note("abnormal refund", pay.abnormal_refund(refund["refund_id"], f"r{number}", "USER_BANK_CARD", bank_account="1", real_name="Budi"))
    codepay = {"payer": {"auth_code": given["codes"].pop(0)}, "scene_info": {"id": "1"}}
    note("order CODEPAY", pay.pay("Kopi", f"py{mark}codepay01", amount, pay_type=WeChatPayType.CODEPAY, **codepay))
    note("reverse", pay.codepay_reverse(f"py{mark}codepay01"))


def combined(pay: WeChatPay, given: dict[str, Any], mark: str) -> None:
    """Combined orders."""
    scene = {"payer_client_ip": "127.0.0.1", "device_id": "1", "h5_info": {"type": "Wap"}}
    for kind in ("JSAPI", "APP", "NATIVE", "H5"):
        number = f"pyg{mark}{kind.lower()}"
        parts = [
            {
                "mchid": given["mchid"],
                "attach": "x",
                "amount": {"total_amount": 5, "currency": "CNY"},
                "out_trade_no": f"{number}{at}",
                "description": "x",
            }
            for at in range(2)
        ]
        more = {"combine_payer_info": {"openid": given["openid"]}} if kind == "JSAPI" else {}
        note(f"combined {kind}", pay.combine_pay(f"{number}0w", parts, scene_info=scene, pay_type=WeChatPayType[kind], **more))
    named = [{"mchid": given["mchid"], "out_trade_no": f"pyg{mark}app{at}"} for at in range(2)]
    note("combined close", pay.combine_close(f"pyg{mark}app0w", named))
    note("combined query", pay.combine_query(f"pyg{mark}app0w"))


def money(pay: WeChatPay, given: dict[str, Any], mark: str) -> None:
    """Bills, transfers, batches, receipts, a picture."""
    for name, asked in (("trade bill", pay.trade_bill), ("flow bill", pay.fundflow_bill)):
        link = note(name, asked(given["day"], tar_type="GZIP"))
        note(f"{name} file", pay.download_bill(link["download_url"]))
    bill = {"transfer_scene_id": "1000", "openid": given["openid"], "transfer_amount": 30, "transfer_remark": "hadiah"}
    bill["transfer_scene_report_infos"] = [{"info_type": "活动名称", "info_content": "Lebaran"}]
    made = note("transfer", pay.mch_transfer_bills(out_bill_no=f"t{mark}1", user_name="budi", **bill))
    note("transfer query", pay.mch_transfer_bills_query(out_bill_no=f"t{mark}1"))
    note("transfer query by id", pay.mch_transfer_bills_query(transfer_bill_no=made["transfer_bill_no"]))
    note("sandbox take", pay._core.request(f"/v3/sandbox/transfers/t{mark}1/take", method=RequestType.POST))
    note("receipt", pay.mch_transfer_elecsign(out_bill_no=f"t{mark}1"))
    note("receipt by id", pay.mch_transfer_elecsign(transfer_bill_no=made["transfer_bill_no"]))
    note("receipt query", pay.mch_transfer_elecsign_query(out_bill_no=f"t{mark}1"))
    found = note("receipt query by id", pay.mch_transfer_elecsign_query(transfer_bill_no=made["transfer_bill_no"]))
    note("receipt file", pay.download_bill(found["download_url"]))
    note("transfer", pay.mch_transfer_bills(out_bill_no=f"t{mark}2", **bill))
    note("transfer cancel", pay.mch_transfer_bills_cancel(f"t{mark}2"))
    details = [{"out_detail_no": "d1", "transfer_amount": 10, "transfer_remark": "x", "openid": given["openid"], "user_name": "budi"}]
    batch = note("batch", pay.transfer_batch(f"b{mark}", "Bonus", "Lebaran", 10, 1, transfer_detail_list=details))
    found, deadline = None, time.time() + 20
    while not (found and found["transfer_detail_list"]) and time.time() < deadline:
        found = note("batch query", pay.transfer_query_batchid(batch["batch_id"], need_query_detail=True))
    note("batch detail", pay.transfer_query_detail_id(batch["batch_id"], found["transfer_detail_list"][0]["detail_id"]))
    note("batch detail by number", pay.transfer_query_out_detail_no("d1", f"b{mark}"))
    note("batch query by number", pay.transfer_query_out_batch_no(f"b{mark}", need_query_detail=True))
    note("picture", pay.image_upload(given["picture"]))


def taken(pay: WeChatPay, headers: dict[str, str], body: str, seen: set[str], now: float) -> Any:
    """Take a notice, as docs/wechat-pay.md tells programs to: signed, in time, and once."""
    if abs(now - int(headers["Wechatpay-Timestamp"])) > 300:
        return None
    said = pay.callback(headers, body)
    if not said or said["id"] in seen:
        return None
    seen.add(said["id"])
    return said


def heard(pay: WeChatPay, given: dict[str, Any]) -> None:
    """Notices, as the SDK reads them: the right one, and what others may make of it."""
    for at, (headers, body) in enumerate(given["heard"]):
        seen: set[str] = set()
        now = time.time()
        stamp = int(headers["Wechatpay-Timestamp"])
        told[f"late {at}"] = taken(pay, headers, body, seen, stamp + 301)
        told[f"redated {at}"] = taken(pay, headers | {"Wechatpay-Timestamp": str(stamp + 1)}, body, seen, now)
        told[f"renamed {at}"] = taken(pay, headers | {"Wechatpay-Nonce": "x"}, body, seen, now)
        told[f"unsigned {at}"] = taken(pay, headers | {"Wechatpay-Signature": ""}, body, seen, now)
        told[f"signed by others {at}"] = taken(pay, headers | {"Wechatpay-Signature": pay.sign(["1", "x", body])}, body, seen, now)
        told[f"tampered {at}"] = taken(pay, headers, body.replace("TRANSACTION", "TRANSACTIOM"), seen, now)
        told[f"notice {at}"] = taken(pay, headers, body, seen, now)
        told[f"replayed {at}"] = taken(pay, headers, body, seen, now)


def main() -> None:
    """Do what was asked for."""
    given = json.loads(sys.stdin.read())
    folder = Path(given["folder"])
    for public in given["modes"]:
        pay, mark = client(given, folder, public=public), "p" if public else "c"
        if "heard" in given:
            heard(pay, given)
            continue
        note("certificates", pay._core.request("/v3/certificates"))
        orders(pay, given, mark)
        combined(pay, given, mark)
        money(pay, given, mark)
    print(json.dumps(told | {"called": sorted(called)}))


main()
