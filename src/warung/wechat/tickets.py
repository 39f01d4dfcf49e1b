"""The ticket of the JS-SDK, the signature that a page makes of it, and short keys for long text."""

import hashlib
import re
import secrets
from urllib.parse import urlsplit

from warung import official
from warung.kit.clock import SECOND
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId
from warung.wechat import store, store_programs, tokens
from warung.wechat.call import Answer, Call, Endpoint
from warung.wechat.codes import Wrong
from warung.wechat.model import InvalidAppid, InvalidSignature, InvalidUrlDomain, PageClaim, PageVerified, Settings
from warung.wechat.sealing import same

KINDS = ("jsapi", "wx_card")
SHORT_BYTES, SHORT_S = 4_096, 2_592_000
KEY = re.compile(r"[A-Za-z0-9_-]{15}\Z")


def ticket(tx: Tx, call: Call) -> Answer:
    """Return the present ticket, the same until shortly before its end."""
    kind = call.text("type", default="jsapi")
    if kind not in KINDS:
        raise Wrong(40097)
    settings = tx.settings(Settings)
    held = store.present(tx, call.holder.appid, kind)
    if held is None or held.expires_at - settings.overlap_ms <= tx.now:
        held = store.Present((held.serial if held else 0) + 1, tx.now + settings.token_s * SECOND)
        store.set_present(tx, call.holder.appid, kind, held)
    made = tokens.made(tx, call.holder.appid, kind, held.serial)
    return {"errcode": 0, "errmsg": "ok", "ticket": made, "expires_in": max(1, (held.expires_at - tx.now) // SECOND)}


def signed(ticket: str, nonce: str, timestamp: str, url: str) -> str:
    """Return the signature of a page's address, without what is behind its #."""
    text = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url.partition('#')[0]}"
    return hashlib.sha1(text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def verified(reader: Reader, *, by: AccountId, claim: PageClaim) -> PageVerified:
    """Return in whose name a page speaks: it knows the ticket, and stands on one of the account's sites.

    The last but one ticket counts too: a page that was open while it changed need not be loaded again.
    Raises `InvalidAppid`, `InvalidSignature`, `InvalidUrlDomain`.
    """
    known = official.by_appid(reader, claim.appid)
    key, held = store.key(reader), store.present(reader, claim.appid, "jsapi")
    if known is None:
        raise InvalidAppid
    serials = [held.serial, held.serial - 1] if held and key else []
    tickets = [tokens.made_with(key or b"", claim.appid, "jsapi", serial) for serial in serials]
    if not any(same(claim.signature.lower(), signed(each, claim.nonce, claim.timestamp, claim.url)) for each in tickets):
        raise InvalidSignature
    program = store_programs.one(reader, known.id)
    if not on_one_of(claim.url, program.js_domains if program else ""):
        raise InvalidUrlDomain
    return PageVerified(official.page(reader, by=by, official=known.id), claim.apis[:100])


def on_one_of(url: str, domains: str) -> bool:
    """Is an http(s) address on one of these sites, exactly? A port is part of a site's name where it is an unusual one."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or parts.username is not None or "\\" in url or any(letter <= " " for letter in url):
        return False
    listed = domains.split()
    return (host in listed and port in (None, 80, 443)) or (port is not None and f"{host}:{port}" in listed)


def shorten(tx: Tx, call: Call) -> Answer:
    """Keep a long text behind a short key."""
    long = call.text("long_data", code=40097, most=SHORT_BYTES)
    if len(long.encode()) > SHORT_BYTES:
        raise Wrong(40097)
    lasts = call.number("expire_seconds", default=SHORT_S, least=1, most=SHORT_S)
    key = secrets.token_urlsafe(12)[:15]
    store.insert_short(tx, key, call.holder.appid, long, tx.now + lasts * SECOND)
    return {"errcode": 0, "errmsg": "ok", "short_key": key}


def fetch(reader: Reader, call: Call) -> Answer:
    """Return what is behind a short key."""
    key = call.text("short_key", code=40097, most=64)
    found = store.short(reader, key) if KEY.match(key) else None
    if found is None:
        raise Wrong(40097)
    text, created, until = found
    told = {"long_data": text, "create_time": created // SECOND, "expire_seconds": max(0, (until - reader.now) // SECOND)}
    return {"errcode": 0, "errmsg": "ok", **told}


def short_url(tx: Tx, call: Call) -> Answer:
    """Return a short address that leads to a long one: what programs from before the short keys ask for."""
    if call.text("action", code=40035) != "long2short":
        raise Wrong(40035)
    url = call.text("long_url", code=40048, most=SHORT_BYTES)
    if not url.startswith(("http://", "https://", "weixin://")) or len(url.encode()) > SHORT_BYTES:
        raise Wrong(40048)
    key = secrets.token_urlsafe(12)[:15]
    store.insert_short(tx, key, call.holder.appid, url, tx.now + SHORT_S * SECOND)
    return {"errcode": 0, "errmsg": "ok", "short_url": call.url(f"/cgi-bin/short/{key}")}


ENDPOINTS = [
    Endpoint("/cgi-bin/ticket/getticket", ("GET",), writes=ticket, daily=1_000_000, who="both"),
    Endpoint("/cgi-bin/shorten/gen", ("POST",), writes=shorten, daily=10_000, body=True),
    Endpoint("/cgi-bin/shorten/fetch", ("POST",), reads=fetch, daily=100_000, body=True),
    Endpoint("/cgi-bin/shorturl", ("POST",), writes=short_url, daily=1_000, body=True),
]
