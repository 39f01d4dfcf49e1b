"""Signing in to a site with an account of this place (OAuth2 as WeChat speaks it): what is asked, agreed to, exchanged and told.

A site learns an openid, and with `snsapi_userinfo` a name and a picture. Who follows the account is not asked for the openid; everybody
else is asked once for each thing, and what they said is remembered until they take it back.
"""

import secrets
from typing import Literal
from urllib.parse import quote, urlsplit

import msgspec

from warung import accounts, official
from warung.kit.clock import SECOND
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, BlobId, digest
from warung.wechat import store_oauth as store
from warung.wechat import store_programs, tokens
from warung.wechat.call import Answer, Call, Endpoint
from warung.wechat.codes import Wrong
from warung.wechat.model import NoSuchSite, Settings, SiteFace
from warung.wechat.saying import inbox_of
from warung.wechat.tickets import on_one_of

BASE, INFO, LOGIN = "snsapi_base", "snsapi_userinfo", "snsapi_login"
Scope = Literal["snsapi_base", "snsapi_userinfo", "snsapi_login"]
STATE_CHARS, URL_CHARS = 512, 2_048


class PageError(Exception):
    """Why a page for signing in cannot be shown: WeChat's number and words for a person."""

    def __init__(self, number: int, text: str) -> None:
        super().__init__(number, text)
        self.number = number
        self.text = text


class Wish(msgspec.Struct, frozen=True):
    """What a site asks of a person."""

    appid: str
    official: AccountId
    name: str
    redirect: str
    state: str
    scope: Scope

    @property
    def origin(self) -> str:
        """The site, as a browser names it."""
        parts = urlsplit(self.redirect)
        return f"{parts.scheme}://{parts.netloc}"

    def back(self, code: str | None) -> str:
        """Return the address to which the browser is sent: with a code, or without one after a refusal."""
        address, hash, fragment = self.redirect.partition("#")
        joint = "&" if "?" in address else "?"
        said = f"code={code}&" if code else ""
        return f"{address}{joint}{said}state={quote(self.state, safe='')}{hash}{fragment}"


def wish(reader: Reader, query: dict[str, str], *, scopes: tuple[str, ...]) -> Wish:
    """Return what the address of a page asks for. Raises `PageError`."""
    found = official.by_appid(reader, query.get("appid", "")[:64])
    redirect, state = query.get("redirect_uri", ""), query.get("state", "")
    if found is None:
        raise PageError(10_005, "This account does not exist, or may not sign people in.")
    asked = [part for part in query.get("scope", "").split(",") if part in scopes]
    if not asked or query.get("response_type", "code") != "code":
        raise PageError(10_005, "The site asked for something that is not offered here.")
    program = store_programs.one(reader, found.id)
    if len(redirect) > URL_CHARS or not on_one_of(redirect, program.oauth_domains if program else ""):
        raise PageError(10_003, "The site that you came from is not one of this account's.")
    scope: Scope = "snsapi_userinfo" if INFO in asked else "snsapi_login" if LOGIN in asked else "snsapi_base"
    return Wish(found.appid, found.id, found.name, redirect, state[:STATE_CHARS], scope)


def agreed(reader: Reader, *, by: AccountId, wish: Wish) -> bool:
    """Has this person agreed to tell this site this much, or follows the account when it only wants to know who comes?"""
    before = store.consent(reader, by, wish.appid)
    if before is not None and (wish.scope == BASE or before != BASE):
        return True
    known = official.follower_of(reader, official=wish.official, account=by)
    return wish.scope == BASE and known is not None and known.follows


def agree(tx: Tx, *, by: AccountId, wish: Wish) -> None:
    """Remember that somebody agreed; less does not replace more."""
    if not agreed(tx, by=by, wish=wish):
        store.put_consent(tx, by, wish.appid, wish.scope)


def issue_code(tx: Tx, *, by: AccountId, wish: Wish) -> str:
    """Return a code for a site. It works once, for five minutes."""
    code = secrets.token_urlsafe(24)
    openid = official.openid(tx, official=wish.official, account=by)
    lasts = tx.now + tx.settings(Settings).code_ms
    store.insert_code(tx, digest(code), store.WebCode(wish.appid, by, openid, wish.scope, lasts, None))
    return code


def sites(reader: Reader, *, by: AccountId) -> list[SiteFace]:
    """Return the sites that one agreed to tell something."""
    found = []
    for appid, scope, at in store.consents(reader, by):
        known = official.by_appid(reader, appid)
        found.append(SiteFace(appid, known.name if known else "", scope, at))
    return found


def leave_site(tx: Tx, *, by: AccountId, appid: str) -> None:
    """Take back what one agreed to; what the site holds opens nothing from now on. Raises `NoSuchSite`."""
    if not store.delete_consent(tx, by, appid):
        raise NoSuchSite
    store.delete_grants(tx, by, appid)


def access(tx: Tx, call: Call) -> Answer:
    """Exchange a code for tokens."""
    holder = tokens.credentials(tx, call, grant="authorization_code")
    code = digest(call.text("code", code=40029, missing=41008, most=128))
    kept = store.code(tx, code)
    if kept is None or kept.appid != holder.appid:
        raise Wrong(40029)
    if kept.used_at is not None or not store.use_code(tx, code):
        raise Wrong(40163)
    if kept.expires_at <= tx.now:
        raise Wrong(42003)
    settings = tx.settings(Settings)
    fresh, refresh = "3_" + secrets.token_urlsafe(64), "4_" + secrets.token_urlsafe(64)
    grant = store.Grant(
        digest(fresh),
        digest(refresh),
        kept.appid,
        kept.account,
        kept.openid,
        kept.scope,
        tx.now + settings.token_s * SECOND,
        tx.now + settings.refresh_ms,
    )
    store.insert_grant(tx, grant)
    return _told(tx, grant, fresh, refresh) | {"unionid": _union(tx, grant)}


def refresh(tx: Tx, call: Call) -> Answer:
    """Exchange a refresh token for a new access token."""
    if call.text("grant_type", code=40002) != "refresh_token":
        raise Wrong(40002)
    appid = call.text("appid", code=40013, missing=41002, most=64)
    given = call.text("refresh_token", code=40030, missing=41003, most=256)
    kept = store.grant_to_refresh(tx, digest(given))
    if kept is None or kept.appid != appid:
        raise Wrong(40030)
    if kept.refresh_until <= tx.now:
        raise Wrong(42002)
    fresh = "3_" + secrets.token_urlsafe(64)
    store.renew_grant(tx, kept.refresh, digest(fresh), tx.now + tx.settings(Settings).token_s * SECOND)
    return _told(tx, kept, fresh, given)


def _told(reader: Reader, grant: store.Grant, access: str, refresh: str) -> dict[str, object]:
    lasts = reader.settings(Settings).token_s
    return {"access_token": access, "expires_in": lasts, "refresh_token": refresh, "openid": grant.openid, "scope": grant.scope}


def user_info(reader: Reader, call: Call) -> Answer:
    """Tell a site the name and the picture of somebody who agreed to that."""
    grant = _granted(reader, call)
    if grant.scope == BASE:
        raise Wrong(48001)
    profile = accounts.profile(reader, grant.account)
    return {
        "openid": grant.openid,
        "nickname": profile.name,
        "sex": 0,
        "language": call.text("lang", default="zh_CN", most=16),
        "city": "",
        "province": "",
        "country": "",
        "headimgurl": _picture(reader, call, grant.appid, profile.avatar) if profile.avatar else "",
        "privilege": [],
        "unionid": _union(reader, grant),
    }


def _picture(reader: Reader, call: Call, appid: str, blob: BlobId) -> str:
    names = inbox_of(reader, appid, call.url(""))
    return names.url(names.media_id(blob))


def check(reader: Reader, call: Call) -> Answer:
    """Say whether an access token is still good."""
    _granted(reader, call)
    return None


def _granted(reader: Reader, call: Call) -> store.Grant:
    given = call.text("access_token", code=40001, missing=41001, most=512)
    openid = call.openid()
    kept = store.grant(reader, digest(given))
    if kept is None:
        raise Wrong(40001)
    if kept.access_until <= reader.now:
        raise Wrong(42001)
    if kept.openid != openid:
        raise Wrong(40003)
    return kept


def _union(reader: Reader, grant: store.Grant) -> str:
    known = official.by_appid(reader, grant.appid)
    if known is None:
        raise Wrong(40013)
    return official.union_id(reader, owner=known.owner, account=grant.account)


ENDPOINTS = [
    Endpoint("/sns/oauth2/access_token", ("GET", "POST"), writes=access, who="nobody"),
    Endpoint("/sns/oauth2/refresh_token", ("GET", "POST"), writes=refresh, who="nobody"),
    Endpoint("/sns/userinfo", ("GET",), reads=user_info, who="nobody"),
    Endpoint("/sns/auth", ("GET",), reads=check, who="nobody"),
]
