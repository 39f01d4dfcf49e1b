"""Who asks, in version 3: the signature over the request as it came, byte for byte; and the signature over the answer.

A request is heard once: its nonce is noted in a transaction of its own, so that a copy of it is refused even where it was refused itself.
"""

import re
import secrets

import msgspec

from warung.kit.clock import SECOND
from warung.kit.db import Reader, Tx
from warung.wechatpay import keys, store_merchants
from warung.wechatpay.faults import Fault, unsigned
from warung.wechatpay.keys import Made
from warung.wechatpay.model import Merchant, Settings

SCHEME = "WECHATPAY2-SHA256-RSA2048"
PAIR = re.compile(r'(\w+)="([^"]*)"')


class Signed(msgspec.Struct, frozen=True):
    """A request as it came: method, target with its query, and what of the body is signed."""

    method: str
    target: str
    body: bytes
    authorization: str


class Claim(msgspec.Struct, frozen=True):
    """What an Authorization header says."""

    mchid: str
    serial_no: str
    nonce_str: str
    timestamp: int
    signature: str


def claim(header: str) -> Claim:
    """Read an Authorization header, its fields in any order. Raises SIGN_ERROR."""
    scheme, _, rest = header.strip().partition(" ")
    if scheme != SCHEME:
        raise unsigned(f"the Authorization header begins with {SCHEME}")
    said = dict(PAIR.findall(rest))
    missing = {"mchid", "serial_no", "nonce_str", "timestamp", "signature"} - said.keys()
    at = said.get("timestamp", "")
    if missing or not (at.isdecimal() and at.isascii() and len(at) < 15) or not 1 <= len(said["nonce_str"]) <= 64:
        raise unsigned("the Authorization header names mchid, nonce_str, timestamp, serial_no and signature")
    return Claim(said["mchid"], said["serial_no"], said["nonce_str"], int(at), said["signature"])


def message(*parts: str | bytes) -> bytes:
    """Return what is signed: each part ends a line."""
    return b"".join((part if isinstance(part, bytes) else part.encode()) + b"\n" for part in parts)


def recognise(reader: Reader, request: Signed) -> tuple[Merchant, Claim]:
    """Return who signed a request. Raises SIGN_ERROR, MCH_NOT_EXISTS, and NO_AUTH for a merchant that is closed."""
    said = claim(request.authorization)
    skew = reader.settings(Settings).clock_skew_s
    if abs(said.timestamp - reader.now // SECOND) > skew:
        raise unsigned(f"the timestamp is more than {skew} s from now")
    found = store_merchants.merchant(reader, said.mchid)
    serial = keys.plain_serial(said.serial_no)
    key = next((each for each in store_merchants.keys(reader, said.mchid) if each.serial == serial), None)
    if found is None or key is None:
        raise unsigned("there is no such merchant with a key of this serial number")
    whole = message(request.method, request.target, str(said.timestamp), said.nonce_str, request.body)
    # wechatpay-node-v3 leaves the last line end out where there is no body
    shapes = [whole] if request.body or request.method == "GET" else [whole, whole[:-1]]
    if not any(keys.verifies(key.public, each, said.signature) for each in shapes):
        raise unsigned("the signature does not fit what was sent")
    if found.closed_at is not None:
        raise Fault(403, "NO_AUTH", "this merchant is closed")
    return found, said


def hear(tx: Tx, request: Signed) -> Merchant:
    """Return who signed a request, and note it: heard again it is refused."""
    found, said = recognise(tx, request)
    kept = tx.now - 2 * tx.settings(Settings).clock_skew_s * SECOND
    if not store_merchants.heard(tx, found.mchid, said.nonce_str, kept):
        raise unsigned("this nonce_str was used before")
    return found


def answered(made: Made, body: bytes, now: int) -> dict[str, str]:
    """Return the headers that sign an answer or a notice."""
    at, nonce = str(now // SECOND), secrets.token_hex(16)
    return {
        "Wechatpay-Timestamp": at,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Serial": made.serial,
        "Wechatpay-Signature": keys.sign(made.private, message(at, nonce, body)),
        "Wechatpay-Signature-Type": SCHEME,
    }
