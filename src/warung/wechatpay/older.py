"""Version 2: flat XML, signed with a shared key. What is no flat XML, names an entity or a document type is no request."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

import msgspec
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from warung.kit.db import Reader
from warung.wechatpay import orders, times
from warung.wechatpay.faults import OLDER, Fault
from warung.wechatpay.model import CNY, PURSE, Merchant, Order, RefundRow

BYTES = 64 * 1024
FIELDS = 300
Hash = Callable[..., Any]


class NoXml(Exception):
    """This is no flat XML."""


def read(body: bytes) -> dict[str, str]:
    """Read flat XML: a root, and texts in it. Raises `NoXml` for anything else: depth, document types, entities, too much."""
    if len(body) > BYTES:
        raise NoXml("too long")
    found: dict[str, str] = {}
    path: list[str] = []

    def no(*_: Any) -> None:
        raise NoXml("a document type")

    def opens(name: str, _: Any) -> None:
        path.append(name)
        if len(path) > 2 or len(found) > FIELDS:
            raise NoXml("nested")
        if len(path) == 2:
            found[name] = ""

    def says(text: str) -> None:
        if len(path) == 2:
            found[path[1]] += text

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = no
    parser.EntityDeclHandler = no
    parser.StartElementHandler = opens
    parser.EndElementHandler = lambda _: path.pop()
    parser.CharacterDataHandler = says
    try:
        parser.Parse(body, True)
    except expat.ExpatError as broken:
        raise NoXml(str(broken)) from None
    return {name: text.strip() for name, text in found.items()}


def write(said: Mapping[str, Any]) -> bytes:
    """Write flat XML."""
    fields = "".join(f"<{name}>{_text(value)}</{name}>" for name, value in said.items() if value is not None)
    return f"<xml>{fields}</xml>".encode()


def _text(value: Any) -> str:
    if isinstance(value, list):  # the only thing that is not flat: who opened a red packet
        return "".join(f"<hbinfo>{''.join(f'<{name}>{_text(each)}</{name}>' for name, each in item.items())}</hbinfo>" for item in value)
    plain = str(value)
    return plain if plain.isdecimal() and plain.isascii() else f"<![CDATA[{plain}]]>" if "]]>" not in plain else escape(plain)


def _flat(value: Any) -> bool:
    return not isinstance(value, list)


def signature(said: Mapping[str, Any], key: str, kind: Hash | None = None) -> str:
    """Return the sign of fields: empty ones and `sign` left out, in the order of their names. MD5, or an HMAC of `kind`."""
    pairs = [f"{name}={said[name]}" for name in sorted(said) if name != "sign" and said[name] not in ("", None) and _flat(said[name])]
    whole = "&".join([*pairs, f"key={key}"]).encode()
    if kind is not None:
        return hmac.new(key.encode(), whole, kind).hexdigest().upper()
    return hashlib.md5(whole, usedforsecurity=False).hexdigest().upper()


def is_signed(said: Mapping[str, str], key: str) -> bool:
    """Do these fields carry the right sign? Which kind it is they say themselves; red packets and transfers are always MD5."""
    given = said.get("sign", "").upper()
    kinds: list[Hash | None] = [hashlib.sha256] if said.get("sign_type") == "HMAC-SHA256" else [None]
    if "sign_type" not in said:  # unifiedorder names the type, some calls of some SDKs do not
        kinds = [None, hashlib.sha256]
    return any(hmac.compare_digest(signature(said, key, kind).encode(), given.encode()) for kind in kinds)


def answer(said: Mapping[str, Any], key: str, asked: Mapping[str, str]) -> bytes:
    """Return a signed answer that something was done."""
    whole = {"return_code": "SUCCESS", "return_msg": "OK", "result_code": "SUCCESS"} | dict(said)
    return _signed(whole, key, asked)


def refusal(fault: Fault, key: str, asked: Mapping[str, str], about: Mapping[str, str]) -> bytes:
    """Return a signed answer that something was not done, and why."""
    whole = {"return_code": "SUCCESS", "return_msg": "OK", "result_code": "FAIL"} | dict(about)
    whole |= {"err_code": OLDER.get(fault.code, fault.code), "err_code_des": fault.message}
    return _signed(whole, key, asked)


def not_heard(why: str) -> bytes:
    """Return the answer to what was not even a request: unsigned, and without a result."""
    return write({"return_code": "FAIL", "return_msg": why})


def _signed(whole: dict[str, Any], key: str, asked: Mapping[str, str]) -> bytes:
    whole = {name: value for name, value in whole.items() if value is not None}
    whole.setdefault("nonce_str", secrets.token_hex(16))
    kind = hashlib.sha256 if asked.get("sign_type") == "HMAC-SHA256" else None
    return write(whole | {"sign": signature(whole, key, kind)})


def paid(reader: Reader, order: Order) -> dict[str, Any]:
    """Return a paid order as version 2 tells it."""
    said = {
        "appid": order.appid,
        "mch_id": order.mchid,
        "device_info": msgspec.json.decode(order.more).get("device_info") or None,
        "openid": order.openid,
        "is_subscribe": "Y",
        "trade_type": order.trade_type,
        "bank_type": "OTHERS",
        "total_fee": order.total,
        "cash_fee": order.total,
        "fee_type": CNY,
        "transaction_id": order.transaction_id,
        "out_trade_no": order.out_trade_no,
        "attach": order.attach or None,
        "time_end": times.compact(reader, order.paid_at or order.created_at),
    }
    return {name: value for name, value in said.items() if value is not None}


def told(reader: Reader, order: Order) -> dict[str, Any]:
    """Return an order as version 2 answers who asks for it."""
    state = orders.state_of(reader, order)
    said = {"trade_state": state, "trade_state_desc": orders.SAID[state], "out_trade_no": order.out_trade_no}
    return said | (paid(reader, order) if order.paid_at is not None else {"trade_type": order.trade_type, "total_fee": order.total})


def refunded(reader: Reader, order: Order, done: RefundRow) -> dict[str, Any]:
    """Return what is told of a refund. One without a digest was given by hand."""
    return {
        "appid": order.appid,
        "transaction_id": order.transaction_id,
        "out_trade_no": order.out_trade_no,
        "refund_id": done.id,
        "out_refund_no": done.out_refund_no,
        "total_fee": order.total,
        "refund_fee": done.amount,
        "settlement_refund_fee": done.amount,
        "refund_status": "SUCCESS",
        "success_time": times.plain(reader, done.created_at),
        "refund_recv_accout": PURSE,
        "refund_account": "REFUND_SOURCE_RECHARGE_FUNDS",
        "refund_request_source": "API" if done.digest else "VENDOR_PLATFORM",
    }


def notice(found: Any, merchant: Merchant) -> bytes:
    """Write a notice: of a payment signed, of a refund encrypted."""
    said = msgspec.json.decode(found.body)
    if found.original == "refund":
        inside = write(said).replace(b"<xml>", b"<root>").replace(b"</xml>", b"</root>")
        whole = {"return_code": "SUCCESS", "appid": said.get("appid", ""), "mch_id": merchant.mchid}
        return write(whole | {"nonce_str": secrets.token_hex(16), "req_info": hide(merchant.key_v2, inside)})
    return _signed({"return_code": "SUCCESS", "result_code": "SUCCESS"} | said, merchant.key_v2, {})


def hide(key: str, inside: bytes) -> str:
    """Encrypt as a notice of a refund is: AES-256-ECB with the MD5 of the key in hex. The protocol wants it so."""
    secret = hashlib.md5(key.encode(), usedforsecurity=False).hexdigest().encode()
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(secret), modes.ECB()).encryptor()
    return base64.b64encode(encryptor.update(padder.update(inside) + padder.finalize()) + encryptor.finalize()).decode()


def says_success(body: bytes) -> bool:
    """Does a program's answer to a notice say that it has it?"""
    try:
        return read(body).get("return_code") == "SUCCESS"
    except NoXml:
        return False


def sandbox_key(merchant: Merchant) -> str:
    """Return the key that signs what goes to /sandboxnew."""
    return hashlib.md5(f"sandbox {merchant.key_v2}".encode(), usedforsecurity=False).hexdigest()
