"""The door of version 3: everything under /v3. Who asks is known by the signature; what they ask for is looked up in the table; the answer
is signed. Whatever goes wrong is told in WeChat's words.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec
import structlog
from litestar import Request, Response, route
from litestar.enums import HttpMethod

from warung import accounts, media, pay
from warung.kit.blobs import Blobs
from warung.kit.db import Db, Reader, Tx
from warung.kit.errors import Refusal
from warung.kit.site import Site
from warung.wechatpay import keys, multipart, signing, store_merchants, store_notices
from warung.wechatpay.call import Call
from warung.wechatpay.faults import Fault, told, wrong
from warung.wechatpay.model import Merchant
from warung.wechatpay.platform import Platform, platform
from warung.wechatpay.signing import Signed
from warung.wechatpay.verbs import ENDPOINTS, Endpoint, Params, Reply
from warung.wechatpay.wire import Uploaded

BODY_BYTES = 1 << 20
PICTURE_BYTES = 2 << 20
UPLOAD = "/v3/merchant/media/upload"
HOLDER = "wechatpay.media"
METHODS = [HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE]
log = structlog.get_logger()
Asked = Request[Any, Any, Any]
PATTERNS = [
    (each, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", each.path) + r"\Z")) for each in sorted(ENDPOINTS, key=lambda each: each.path)
]


@route("/v3/{rest:path}", http_method=METHODS, status_code=200, include_in_schema=False, request_max_body_size=PICTURE_BYTES + BODY_BYTES)
async def version_3(request: Asked, db: Db, site: Site, blobs: Blobs, pictures: media.Pictures, rest: str) -> Response[bytes]:
    """Answer a program that speaks WeChat Pay version 3."""
    number = secrets.token_hex(16).upper()
    try:
        status, body, headers = await _answered(request, db, site, blobs, pictures)
    except Exception as failure:
        fault = _fault(failure)
        status, headers = fault.status, {}
        body = msgspec.json.encode({"code": fault.code, "message": fault.message} | ({"detail": fault.detail} if fault.detail else {}))
    kind = headers.pop("content-type", "application/json")
    return Response(body, status_code=status, headers=headers | {"Request-ID": number}, media_type=kind)


async def _answered(request: Asked, db: Db, site: Site, blobs: Blobs, pictures: media.Pictures) -> tuple[int, bytes, dict[str, str]]:
    raw: bytes = request.scope["raw_path"]
    path, query = raw.decode("latin-1"), request.scope["query_string"].decode("latin-1")
    body, picture = await _body(request, path)
    asked = Signed(request.method, f"{path}?{query}" if query else path, body, request.headers.get("authorization", ""))
    if "%00" in asked.target:
        raise Fault(404, "NOT_FOUND", "there is no such address")
    signs = await platform(db, site)
    found = _endpoint(request.method, path) if path != UPLOAD else None
    merchant = await db.write(partial(_heard, asked=asked, counts=found is not None and found[0].counts))
    serial = request.headers.get("wechatpay-serial", "")
    if path == UPLOAD:
        made: Any = await _uploaded(db, blobs, pictures, merchant, body, picture)
    else:
        if found is None:
            raise Fault(404, "NOT_FOUND", "there is no such address")
        said = claimed(asked)
        public = await db.read(lambda reader: _public(reader, merchant, said))
        words = dict(parse_qsl(query, keep_blank_values=True))
        call = Call(merchant, words, _base(request), site.url, serial, signs, public, said)
        made = await db.write(partial(_done, call=call, endpoint=found[0], params=found[1], body=body))
    return await _signed(db, signs, serial, made)


def _base(request: Asked) -> str:
    """Return scheme and host as the caller knows us: whoever comes by one of WeChat's names came through the gateway, by TLS."""
    host = request.headers.get("host", "")
    return f"{'https' if host.endswith('.weixin.qq.com') else request.scope['scheme']}://{host}"


def claimed(asked: Signed) -> str:
    """Return the serial number of the key by which a request was signed."""
    return keys.plain_serial(signing.claim(asked.authorization).serial_no)


def _endpoint(method: str, path: str) -> tuple[Endpoint, Params] | None:
    fits = [(each, match) for each, pattern in PATTERNS if (match := pattern.match(path))]
    if not fits:
        return None
    for each, match in fits:
        if each.method == method:
            return each, {name: unquote(value) for name, value in match.groupdict().items()}
    raise Fault(405, "METHOD_NOT_ALLOWED", f"this address does not take {method}")


def _heard(tx: Tx, *, asked: Signed, counts: bool) -> Merchant:
    merchant = signing.hear(tx, asked)
    if counts:
        accounts.count_tries(tx, [(pay.CODE_TRIES, merchant.owner)])
    return merchant


def _public(reader: Reader, merchant: Merchant, serial: str) -> str:
    return next(each.public for each in store_merchants.keys(reader, merchant.mchid) if each.serial == serial)


def _done(tx: Tx, *, call: Call, endpoint: Endpoint, params: Mapping[str, str], body: bytes) -> Any:
    data = decoded(body, endpoint.shape) if endpoint.shape is not None else None
    return endpoint.verb(tx, call, params, data)


def decoded(body: bytes, shape: type[Any]) -> Any:
    """Read a request's JSON, whatever it says of its type. Raises PARAM_ERROR, naming the field."""
    if b"\\u0000" in body:
        raise wrong("the body contains a character that cannot be stored", "/")
    try:
        return msgspec.json.decode(body or b"{}", type=shape)
    except msgspec.ValidationError as bad:
        text, _, where = str(bad).partition(" - at `$")
        field = where.rstrip("`").replace(".", "/").replace("[...]", "/*")
        raise wrong(text, field or "/") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise wrong("the body is no JSON", "/") from None


async def _signed(db: Db, signs: Platform, serial: str, made: Any) -> tuple[int, bytes, dict[str, str]]:
    """Sign an answer of 2xx, with what the caller expects; a file goes as it is."""
    if isinstance(made, bytes):
        return 200, made, {"content-type": "application/octet-stream"}
    status = made.status if isinstance(made, Reply) else 204 if made is None else 200
    body = b"" if made is None else msgspec.json.encode(made.body if isinstance(made, Reply) else made)
    now = await db.read(lambda reader: reader.now)
    return status, body, signing.answered(signs.by(serial), body, now)


def _fault(failure: Exception) -> Fault:
    if isinstance(failure, Fault):
        return failure
    if isinstance(failure, Refusal):
        return told(failure)
    if getattr(failure, "status_code", 500) == 413:
        return Fault(413, "PARAM_ERROR", "this is too large")
    log.error("unexpected", exc_info=failure)
    return Fault(500, "SYSTEM_ERROR", "something went wrong here; try again")


async def _body(request: Asked, path: str) -> tuple[bytes, bytes]:
    """Return what of the body is signed, and a picture where one was sent: of an upload only `meta` is signed."""
    body = await request.body()
    if path == UPLOAD:
        parts = multipart.read(body)
        return parts.get("meta", b""), parts.get("file", b"")
    if len(body) > BODY_BYTES:
        raise Fault(413, "PARAM_ERROR", "this is too large")
    return body, b""


async def _uploaded(db: Db, blobs: Blobs, pictures: media.Pictures, merchant: Merchant, meta: bytes, data: bytes) -> dict[str, str]:
    """Keep a picture. Raises PARAM_ERROR where it is not what `meta` says, or no picture."""
    said = decoded(meta, Uploaded)
    if len(data) > PICTURE_BYTES or hashlib.sha256(data).hexdigest() != said.sha256.lower():
        raise wrong("the file is not the one of sha256, or larger than 2 MB", "/sha256")
    blob = await media.store_picture(db, blobs, pictures, by=merchant.owner, data=data, name=said.filename)
    media_id = secrets.token_urlsafe(48)

    def kept(tx: Tx) -> None:
        media.grant(tx, blob.id, holder=HOLDER, name=media_id, item=0, by=merchant.owner)
        store_notices.insert_media(
            tx, media_id=media_id, mchid=merchant.mchid, blob=blob.id, name=said.filename, sha256=said.sha256.lower()
        )

    await db.write(kept)
    return {"media_id": media_id}
