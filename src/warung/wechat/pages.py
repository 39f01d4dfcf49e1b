"""The pages that a browser sees when a site wants to know who somebody is: drawn here, without a script.

Nobody else's page can press the buttons: a form is answered only from our own origin, and no page may hold ours in a frame.
"""

import html
from typing import Any
from urllib.parse import quote, urlsplit

import segno
from litestar import Request, Response, get, post
from litestar.response import Redirect

from warung import accounts, media, official
from warung.kit.blobs import BlobKey, BlobMissing
from warung.kit.clock import MINUTE
from warung.kit.db import Db, Reader, Tx
from warung.kit.domain import Services
from warung.kit.errors import Unauthenticated
from warung.kit.ids import Identity, digest, secret
from warung.kit.site import Site
from warung.wechat import oauth
from warung.wechat import store_oauth as store
from warung.wechat.oauth import BASE, INFO, LOGIN, PageError, Wish
from warung.wechat.saying import inbox_of
from warung.wechat.store import short as store_short
from warung.wechat.tickets import KEY as SHORT_KEY
from warung.wechat.words import WORDS, language

WAITS_MS = 5 * MINUTE
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f4f3f0;color:#222}main{max-width:22rem;margin:12vh auto 0;padding:1.5rem;"
    "background:#fff;border-radius:12px}h1{font-size:1.2rem;margin:0 0 .5rem}p{margin:.5rem 0}ul{padding-inline-start:1.2rem}"
    "button,a.b{display:block;box-sizing:border-box;width:100%;padding:.8rem;margin-top:.8rem;border:0;border-radius:8px;font:inherit;"
    "text-align:center;text-decoration:none;background:#0a7d4f;color:#fff}button.n{background:#eceae5;color:#222}svg{width:100%;height:auto}"
    "@media(prefers-color-scheme:dark){body{background:#151515;color:#eee}main{background:#222}button.n{background:#333;color:#eee}}"
)


def page(title: str, body: str, *, tongue: str, status: int = 200, to: str = "", again: str = "") -> Response[str]:
    """Return a page; `to` is the site that its form may lead to, `again` an address it asks every few seconds."""
    headers = {
        "content-security-policy": f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        f"form-action 'self' {to}".rstrip()
        + "; frame-ancestors 'none'",
        "cache-control": "no-store",
        "referrer-policy": "same-origin",  # without any referrer browsers send forms with no origin: nobody's, see `from_here`
        "x-frame-options": "DENY",
    }
    refresh = f'<meta http-equiv="refresh" content="3;url={html.escape(again)}">' if again else ""
    direction = "rtl" if tongue == "ar" else "ltr"
    text = (
        f'<!doctype html><html lang="{tongue}" dir="{direction}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"{refresh}<title>{html.escape(title)}</title><style>{STYLE}</style><main><h1>{html.escape(title)}</h1>{body}</main></html>"
    )
    return Response(text, status_code=status, headers=headers, media_type="text/html; charset=utf-8")


def refused(error: PageError, tongue: str) -> Response[str]:
    """Return the page that says why there is none."""
    body = f"<p>{html.escape(WORDS[tongue].get(f'error_{error.number}', error.text))}</p><p><small>{error.number}</small></p>"
    return page(WORDS[tongue]["cannot"], body, tongue=tongue, status=400)


async def whoever(request: Request[Any, Any, Any], db: Db) -> Identity | None:
    """Return who sits at this browser."""
    token = request.cookies.get("warung", "")
    try:
        return await accounts.recognise(db, token)
    except Unauthenticated:
        return None


def _question(wish: Wish, me: Identity, name: str, tongue: str, action: str) -> Response[str]:
    words = WORDS[tongue]
    told = [words["told_id"]] + ([words["told_name"]] if wish.scope != BASE else [])
    things = "".join(f"<li>{html.escape(each)}</li>" for each in told)
    site = html.escape(urlsplit(wish.redirect).netloc)
    hidden = "".join(
        f'<input type="hidden" name="{field}" value="{html.escape(value)}">'
        for field, value in (("appid", wish.appid), ("redirect_uri", wish.redirect), ("state", wish.state), ("scope", wish.scope))
    )
    body = (
        f"<p>{html.escape(words['wants'].format(name=wish.name))} <b>{site}</b></p><ul>{things}</ul>"
        f"<p>{html.escape(words['as'].format(name=name))}</p><form method=post action={html.escape(action)}>{hidden}"
        f'<button name="answer" value="yes">{html.escape(words["allow"])}</button>'
        f'<button class="n" name="answer" value="no">{html.escape(words["refuse"])}</button></form>'
    )
    return page(words["sign_in"].format(name=wish.name), body, tongue=tongue, to=wish.origin)


def enter(request: Request[Any, Any, Any], tongue: str) -> Response[str]:
    """Send somebody who is not signed in to the client, and tell them to come back."""
    words, here = WORDS[tongue], str(request.url.path) + (f"?{request.url.query}" if request.url.query else "")
    body = f'<p>{html.escape(words["enter"])}</p><a class="b" href="/">{html.escape(words["to_client"])}</a>'
    body += f'<a class="b" href="{html.escape(here)}">{html.escape(words["again"])}</a>'
    return page(words["not_in"], body, tongue=tongue, status=401)


def _asked(request: Request[Any, Any, Any]) -> dict[str, str]:
    return {name: value for name, value in request.query_params.items() if isinstance(value, str)}


@get("/connect/oauth2/authorize", include_in_schema=False)
async def authorize(request: Request[Any, Any, Any], db: Db) -> Response[Any]:
    """Ask somebody whether a site may know who they are, unless they have said so before; then send them back with a code."""
    tongue = language(request.headers.get("accept-language", ""))
    try:
        wish = await db.read(lambda reader: oauth.wish(reader, _asked(request), scopes=(BASE, INFO)))
    except PageError as error:
        return refused(error, tongue)
    me = await whoever(request, db)
    if me is None:
        return enter(request, tongue)
    if await db.read(lambda reader: oauth.agreed(reader, by=me.account, wish=wish)):
        return await _sent_back(db, me, wish)
    name = await db.read(lambda reader: accounts.profile(reader, me.account).name)
    return _question(wish, me, name, language("", me.language), "/connect/oauth2/confirm")


@post("/connect/oauth2/confirm", include_in_schema=False, status_code=200)
async def confirm(request: Request[Any, Any, Any], db: Db, site: Site) -> Response[Any]:
    """Take the answer."""
    tongue = language(request.headers.get("accept-language", ""))
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    me = await whoever(request, db)
    if me is None or not from_here(request, site):
        return refused(PageError(10_016, "This form did not come from here."), tongue)
    try:
        wish = await db.read(lambda reader: oauth.wish(reader, form, scopes=(BASE, INFO)))
    except PageError as error:
        return refused(error, tongue)
    if form.get("answer") != "yes":
        return Redirect(wish.back(None), status_code=302)
    await db.write(lambda tx: oauth.agree(tx, by=me.account, wish=wish))
    return await _sent_back(db, me, wish)


async def _sent_back(db: Db, me: Identity, wish: Wish) -> Response[Any]:
    code = await db.write(lambda tx: oauth.issue_code(tx, by=me.account, wish=wish))
    return Redirect(wish.back(code), status_code=302, headers={"cache-control": "no-store", "referrer-policy": "no-referrer"})


@get("/connect/qrconnect", include_in_schema=False)
async def qr_connect(request: Request[Any, Any, Any], db: Db, site: Site) -> Response[Any]:
    """Show a code that a phone scans, and wait for what its owner says there."""
    tongue = language(request.headers.get("accept-language", ""))
    try:
        wish = await db.read(lambda reader: oauth.wish(reader, _asked(request), scopes=(LOGIN,)))
    except PageError as error:
        return refused(error, tongue)
    ticket = secret()

    def wait(tx: Tx) -> None:
        login = store.Login(wish.appid, wish.redirect, wish.state, wish.scope, None, tx.now + WAITS_MS)
        store.insert_login(tx, digest(ticket), login)

    await db.write(wait)
    return _waiting(wish, ticket, tongue, site)


@get("/connect/qrconnect/wait", include_in_schema=False)
async def qr_wait(request: Request[Any, Any, Any], db: Db, site: Site) -> Response[Any]:
    """Has the phone's owner said something? Then go back to the site."""
    tongue = language(request.headers.get("accept-language", ""))
    ticket = request.query_params.get("ticket", "")
    found = await db.read(lambda reader: _login(reader, ticket))
    if found is None:
        return refused(PageError(10_009, "This code is too old. Begin again at the site."), tongue)
    wish, code = found
    if code is None:
        return _waiting(wish, ticket, tongue, site)
    await db.write(lambda tx: store.delete_login(tx, digest(ticket)))
    return Redirect(wish.back(code or None), status_code=302, headers={"cache-control": "no-store"})


def _waiting(wish: Wish, ticket: str, tongue: str, site: Site) -> Response[str]:
    words = WORDS[tongue]
    picture = segno.make_qr(f"{site.url}/connect/confirm/{ticket}").svg_inline(scale=8, border=4, dark="#000", light="#fff", omitsize=True)
    body = f"{picture}<p>{html.escape(words['scan'])}</p>"
    again = f"/connect/qrconnect/wait?ticket={quote(ticket, safe='')}"
    return page(words["sign_in"].format(name=wish.name), body, tongue=tongue, to=wish.origin, again=again)


@get("/connect/confirm/{ticket:str}", include_in_schema=False)
async def scanned(request: Request[Any, Any, Any], db: Db, ticket: str) -> Response[Any]:
    """Ask the phone's owner."""
    tongue = language(request.headers.get("accept-language", ""))
    found = await db.read(lambda reader: _login(reader, ticket))
    if found is None or found[1] is not None:
        return refused(PageError(10_009, "This code is too old. Begin again at the site."), tongue)
    me = await whoever(request, db)
    if me is None:
        return enter(request, tongue)
    name = await db.read(lambda reader: accounts.profile(reader, me.account).name)
    return _question(found[0], me, name, language("", me.language), f"/connect/confirm/{ticket}")


@post("/connect/confirm/{ticket:str}", include_in_schema=False, status_code=200)
async def scan_confirmed(request: Request[Any, Any, Any], db: Db, site: Site, ticket: str) -> Response[Any]:
    """Take the answer, and let the page that waits go back to the site with it."""
    tongue = language(request.headers.get("accept-language", ""))
    form = await request.form()
    me = await whoever(request, db)
    if me is None or not from_here(request, site):
        return refused(PageError(10_016, "This form did not come from here."), tongue)

    def decide(tx: Tx) -> bool:
        found = _login(tx, ticket)
        if found is None or found[1] is not None:
            return False
        code = ""
        if form.get("answer") == "yes":
            oauth.agree(tx, by=me.account, wish=found[0])
            code = oauth.issue_code(tx, by=me.account, wish=found[0])
        return store.decide_login(tx, digest(ticket), code)

    if not await db.write(decide):
        return refused(PageError(10_009, "This code is too old. Begin again at the site."), tongue)
    words = WORDS[tongue]
    return page(words["done"], f"<p>{html.escape(words['go_on'])}</p>", tongue=tongue)


@get("/mp/pictures/{appid:str}/{media_id:str}", include_in_schema=False)
async def picture(services: Services, appid: str, media_id: str) -> Response[bytes]:
    """Show a picture to whoever has its address, which only those get whom it was shown to."""

    def find(reader: Reader) -> tuple[BlobKey, str]:
        blob = inbox_of(reader, appid, "").blob(media_id)
        found = media.part(reader, blob=blob, sizes=official.PICTURE_SIZES) if blob else None
        if found is None:
            raise BlobMissing
        return found.part.key, found.part.mime

    key, mime = await services.db.read(find)
    headers = {"cache-control": "private, max-age=86400", "content-security-policy": "default-src 'none'; sandbox"}
    return Response(await services.blobs.get(key), media_type=mime, headers=headers)


@get("/cgi-bin/short/{key:str}", include_in_schema=False)
async def long_address(db: Db, key: str) -> Redirect:
    """Lead from a short address to the long one."""
    found = await db.read(lambda reader: store_short(reader, key) if SHORT_KEY.match(key) else None)
    if found is None or not found[0].startswith(("http://", "https://")):
        raise BlobMissing
    return Redirect(found[0], status_code=302)


def _login(reader: Reader, ticket: str) -> tuple[Wish, str | None] | None:
    kept = store.login(reader, digest(ticket))
    if kept is None:
        return None
    query = {"appid": kept.appid, "redirect_uri": kept.redirect, "state": kept.state, "scope": kept.scope}
    try:
        return oauth.wish(reader, query, scopes=(LOGIN,)), kept.code
    except PageError:
        return None


def from_here(request: Request[Any, Any, Any], site: Site) -> bool:
    """Did a browser send this form from a page of ours? A form without an origin is nobody's."""
    origin, host = request.headers.get("origin", ""), request.headers.get("host", "")
    return bool(origin) and (origin == site.url or (bool(host) and origin.partition("://")[2] == host))


HANDLERS: list[Any] = [authorize, confirm, qr_connect, qr_wait, scanned, scan_confirmed, picture, long_address]
