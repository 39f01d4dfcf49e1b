"""The page on which a person agrees to one message of an account: a site sends them here and gets them back with what they said."""

import html
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
from litestar import Request, Response, get, post
from litestar.response import Redirect

from warung import official
from warung.kit.db import Db, Reader
from warung.kit.errors import Refusal
from warung.kit.ids import AccountId
from warung.kit.site import Site
from warung.official import Template
from warung.wechat import pages, store_programs
from warung.wechat.oauth import PageError
from warung.wechat.tickets import on_one_of
from warung.wechat.words import WORDS, language

FIELDS = ("action", "appid", "scene", "template_id", "redirect_url", "reserved")
SCENE, RESERVED_CHARS, URL_CHARS = 10_000, 128, 2_048


class Question(msgspec.Struct, frozen=True):
    """What a site wants somebody to agree to."""

    official: AccountId
    name: str
    template: Template
    scene: int
    redirect: str
    reserved: str

    def back(self, openid: str, accepted: bool) -> str:
        """Return where the browser goes with the answer."""
        said = {
            "openid": openid,
            "template_id": self.template.id,
            "action": "confirm" if accepted else "cancel",
            "scene": self.scene,
            "reserved": self.reserved,
        }
        address, hash, fragment = self.redirect.partition("#")
        return f"{address}{'&' if '?' in address else '?'}{urlencode(said)}{hash}{fragment}"


def question(reader: Reader, asked: dict[str, str]) -> Question:
    """Return what the address of the page asks. Raises `PageError`."""
    found = official.by_appid(reader, asked.get("appid", "")[:64])
    scene, redirect = asked.get("scene", ""), asked.get("redirect_url", "")
    if found is None or asked.get("action") != "get_confirm" or not scene.isascii() or not scene.isdigit() or int(scene[:9]) > SCENE:
        raise PageError(10_005, "This account does not exist, or asked for something that is not offered here.")
    program = store_programs.one(reader, found.id)
    if len(redirect) > URL_CHARS or not on_one_of(redirect, program.oauth_domains if program else ""):
        raise PageError(10_003, "The site that you came from is not one of this account's.")
    try:
        template = official.template(reader, official=found.id, id=asked.get("template_id", "")[:128])
    except official.NoSuchTemplate:
        raise PageError(10_005, "This account does not exist, or asked for something that is not offered here.") from None
    return Question(found.id, found.name, template, int(scene[:9]), redirect, asked.get("reserved", "")[:RESERVED_CHARS])


@get("/mp/subscribemsg", include_in_schema=False)
async def ask(request: Request[Any, Any, Any], db: Db) -> Response[Any]:
    """Ask somebody whether an account may send them one message."""
    tongue = language(request.headers.get("accept-language", ""))
    asked = {name: value for name, value in request.query_params.items() if isinstance(value, str)}
    try:
        wanted = await db.read(lambda reader: question(reader, asked))
    except PageError as error:
        return pages.refused(error, tongue)
    me = await pages.whoever(request, db)
    if me is None:
        return pages.enter(request, tongue)
    words = WORDS[language("", me.language)]
    hidden = "".join(f'<input type="hidden" name="{name}" value="{html.escape(asked.get(name, ""))}">' for name in FIELDS)
    parts = urlsplit(wanted.redirect)
    body = (
        f"<p>{html.escape(words['one_message'].format(name=wanted.name))}</p><p><b>{html.escape(wanted.template.title)}</b></p>"
        f"<form method=post action=/mp/subscribemsg>{hidden}"
        f'<button name="answer" value="yes">{html.escape(words["allow"])}</button>'
        f'<button class="n" name="answer" value="no">{html.escape(words["refuse"])}</button></form>'
    )
    return pages.page(wanted.name, body, tongue=language("", me.language), to=f"{parts.scheme}://{parts.netloc}")


@post("/mp/subscribemsg", include_in_schema=False, status_code=200)
async def answer(request: Request[Any, Any, Any], db: Db, site: Site) -> Response[Any]:
    """Take the answer back to the site."""
    tongue = language(request.headers.get("accept-language", ""))
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    me = await pages.whoever(request, db)
    if me is None or not pages.from_here(request, site):
        return pages.refused(PageError(10_016, "This form did not come from here."), tongue)
    accepted = form.get("answer") == "yes"
    try:
        wanted = await db.read(lambda reader: question(reader, form))
        if accepted:
            await db.write(
                lambda tx: official.agree(
                    tx, by=me.account, official=wanted.official, template=wanted.template.id, accept=True, scene=wanted.scene
                )
            )
        openid = await db.write(lambda tx: official.openid(tx, official=wanted.official, account=me.account))
    except PageError as error:
        return pages.refused(error, tongue)
    except Refusal:
        return pages.refused(PageError(10_006, "Follow the account first."), tongue)
    return Redirect(wanted.back(openid, accepted), status_code=302, headers={"cache-control": "no-store"})


HANDLERS: list[Any] = [ask, answer]
