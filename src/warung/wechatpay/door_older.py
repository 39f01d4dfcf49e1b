"""The door of version 2: XML by POST, signed with a shared key; always 200. In the sandbox the same, for test merchants."""

import gzip
from functools import partial
from typing import Any

import structlog
from litestar import Request, Response, post

from warung import accounts, pay
from warung.kit.db import Db, Tx
from warung.kit.errors import Refusal
from warung.kit.site import Site
from warung.wechatpay import older, store_merchants
from warung.wechatpay.faults import Fault, forbidden, told
from warung.wechatpay.model import Merchant
from warung.wechatpay.verbs_older import ENDPOINTS, SANDBOX, SIGN_KEY, Asked, Endpoint

log = structlog.get_logger()
BY_PATH = {each.path: each for each in ENDPOINTS}
PATHS = [*BY_PATH, SIGN_KEY.path, *(f"{SANDBOX}{path}" for path in BY_PATH), f"{SANDBOX}/pay/refund", f"{SANDBOX}/pay/reverse"]


class NotHeard(Exception):
    """What came was no request: its text says why."""


@post(PATHS, status_code=200, include_in_schema=False, request_max_body_size=older.BYTES)
async def version_2(request: Request[Any, Any, Any], db: Db, site: Site) -> Response[bytes]:
    """Answer a program that speaks WeChat Pay version 2."""
    path = request.scope["path"]
    try:
        said = older.read(await request.body())
        body = await _answered(db, site, path, said)
    except (older.NoXml, NotHeard) as why:
        body = older.not_heard("XML格式错误" if isinstance(why, older.NoXml) else str(why))
    except Exception as failure:
        if getattr(failure, "status_code", 500) != 413:
            log.error("unexpected", exc_info=failure)
        body = older.not_heard("SYSTEMERROR")
    plain = not body.startswith(b"<xml>")
    return Response(body, media_type="application/octet-stream" if body[:2] == b"\x1f\x8b" else "text/plain" if plain else "text/xml")


async def _answered(db: Db, site: Site, path: str, said: dict[str, str]) -> bytes:
    sandbox = path.startswith(SANDBOX)
    endpoint = SIGN_KEY if path == SIGN_KEY.path else _endpoint(path.removeprefix(SANDBOX))
    merchant = await db.write(partial(_heard, said=said, sandbox=sandbox and endpoint is not SIGN_KEY, counts=endpoint.counts))
    key = older.sandbox_key(merchant) if sandbox and endpoint is not SIGN_KEY else merchant.key_v2
    asked = Asked(merchant, said, site.url, sandbox)
    try:
        made = await db.write(partial(_done, endpoint=endpoint, asked=asked))
    except (Fault, Refusal) as refused:
        fault = refused if isinstance(refused, Fault) else told(refused)
        return older.refusal(fault, key, said, {"mch_id": merchant.mchid})
    if isinstance(made, bytes):
        return gzip.compress(made, mtime=0) if said.get("tar_type") == "GZIP" else made
    return older.answer(made, key, said)


def _endpoint(path: str) -> Endpoint:
    """Return the call; in the sandbox what is under /secapi is under /pay too."""
    return BY_PATH.get(path) or BY_PATH[f"/secapi{path}"]


def _heard(tx: Tx, *, said: dict[str, str], sandbox: bool, counts: bool) -> Merchant:
    """Return who asks. A wrong sign and an unknown merchant are told alike."""
    merchant = store_merchants.merchant(tx, said.get("mch_id") or said.get("mchid") or "")
    key = "" if merchant is None else older.sandbox_key(merchant) if sandbox else merchant.key_v2
    if merchant is None or not older.is_signed(said, key):
        raise NotHeard("签名错误")
    if merchant.closed_at is not None or (sandbox and not merchant.is_test):
        raise NotHeard("NOAUTH")
    if counts:
        accounts.count_tries(tx, [(pay.CODE_TRIES, merchant.owner)])
    return merchant


def _done(tx: Tx, *, endpoint: Endpoint, asked: Asked) -> Any:
    if asked.sandbox and not asked.merchant.is_test:
        raise forbidden("the sandbox is for test merchants")
    return endpoint.verb(tx, asked)
