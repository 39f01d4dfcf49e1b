"""The sandbox: what people do in the client, done by a program; for accounts that an operator marked as test accounts, and for no other.

Every address is called with the account's own access token. What a follower does here goes through the same verbs as in the client.
"""

from typing import Any

import msgspec

from warung import apps, chat, media, official
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, Nonce, new_id
from warung.wechat import cards, oauth, service, tokens
from warung.wechat.call import Answer, Call, Endpoint, text
from warung.wechat.codes import Wrong
from warung.wechat.model import Callback, CallbackNotPossible, CallbackNotVerified, ProgramDomains

PAGE = 100
SCOPES = (oauth.BASE, oauth.INFO, oauth.LOGIN)


def followers(reader: Reader, call: Call) -> Answer:
    """List the followers: openid, and the name under which a person would find them in the client."""
    account = _test(call)
    after = call.text("next_openid", default="", most=64)
    found = official.followers(reader, official=account.id, after=after, limit=PAGE)
    known = official.followers_by(reader, official=account.id, openids=found) if found else []
    told = [
        {"openid": each.openid, "unionid": official.union_id(reader, owner=account.owner, account=each.account), "source": each.source}
        for each in sorted(known, key=lambda each: each.openid)
    ]
    return {"followers": told, "next_openid": found[-1] if len(found) == PAGE else ""}


def web_code(tx: Tx, call: Call) -> Answer:
    """Sign a follower in to the account's site: a code as the site would get it."""
    account, who = _test(call), _follower(tx, call)
    scope = call.text("scope", default=oauth.INFO)
    if scope not in SCOPES:
        raise Wrong(40097)
    wish = oauth.Wish(account.appid, account.id, account.name, "https://sandbox.invalid/", "", scope)  # type: ignore[arg-type]  # one of SCOPES
    oauth.agree(tx, by=who, wish=wish)
    return {"code": oauth.issue_code(tx, by=who, wish=wish)}


def mini_code(tx: Tx, call: Call) -> Answer:
    """Sign a follower in to a mini-app of the same owner: a code as the app's page would get it."""
    account, who = _test(call), _follower(tx, call)
    app = apps.by_appid(tx, call.text("appid", code=40013, most=64))
    if app is None or app.owner != account.owner:
        raise Wrong(40013)
    return {"code": apps.sign_in(tx, by=who, appid=app.appid).code}


async def set_callback(call: Call) -> Answer:
    """Set and verify the callback."""
    account = _test(call)
    mode = call.text("mode", default="plain")
    if mode not in ("plain", "both", "safe"):
        raise Wrong(40097)
    wanted = Callback(call.text("url", code=40048), call.text("token", code=40097), call.text("aes_key", default=""), mode)  # type: ignore[arg-type]
    try:
        kept = await service.set_callback(call.tools.services, by=None, account=account.id, wanted=wanted)
    except (CallbackNotPossible, CallbackNotVerified) as refusal:
        raise Wrong(40048, f"invalid url: {refusal.code()}") from None
    return {"errcode": 0, "errmsg": "ok", "aes_key": kept.aes_key, "verified": kept.verified_at is not None}


def set_domains(tx: Tx, call: Call) -> Answer:
    """Say which sites are the account's, for signing in and for the JS-SDK."""
    account = _test(call)
    service.put_domains(tx, account=account.id, wanted=ProgramDomains(_texts(call, "oauth"), _texts(call, "js"), []))
    return None


def message(tx: Tx, call: Call) -> Answer:
    """Let a follower write something: text, the choice of a menu in a message, or a place."""
    account, who = _test(call), _follower(tx, call)
    known = official.follower_of(tx, official=account.id, account=who)
    if known is None or known.conversation is None:
        raise Wrong(43004)
    kind = call.text("msgtype", default="text")
    card: chat.Text | chat.Location | official.Chosen
    if kind == "text":
        words, choice = call.text("content", code=44004, most=2_000), call.text("menuid", default="", most=120)
        card = official.Chosen(words=words, choice=choice) if choice else chat.Text(text_=words)
    elif kind == "location":
        latitude, longitude = (_degrees(call, name, most) for name, most in (("latitude", 90), ("longitude", 180)))
        card = chat.Location(latitude=latitude, longitude=longitude, name=call.text("label", default="", most=100))
    else:
        raise Wrong(40008)
    sent = chat.send(
        tx, by=who, to=known.conversation, card=card, nonce=Nonce(call.text("nonce", default=f"sandbox-{new_id(tx.now)}", most=40))
    )
    return {"errcode": 0, "errmsg": "ok", "seq": sent.seq}


async def event(call: Call) -> Answer:
    """Let somebody do something else: follow, unfollow, press a button of the menu, scan a code, say where they are."""
    services, names = call.tools.services, _texts(call, "pictures")

    def bring(tx: Tx) -> list[media.Blob]:
        who, account = _person(tx, call), _test(call).id
        return [media.again(tx, by=who, blob=cards.blob(tx, account, each, "picture").id) for each in names]

    if not names:
        return await services.db.write(lambda tx: _event(tx, call))
    brought = await services.db.write(bring)
    by, ids = brought[0].owner, [each.id for each in brought]
    pictures = await official.fingerprints(services.db, services.blobs, by=by, pictures=ids)

    def show(tx: Tx) -> Answer:
        _event(tx, call, pictures)
        known = official.follower_of(tx, official=call.account, account=by)
        if known is None or known.conversation is None:
            raise Wrong(43004)
        card = media.Photo(tuple(media.Shot(each.id, each.width, each.height, each.placeholder) for each in brought))
        chat.send(tx, by=by, to=known.conversation, card=card, nonce=Nonce(f"sandbox-{new_id(tx.now)}"))
        return None

    return await services.db.write(show)


def _event(tx: Tx, call: Call, pictures: tuple[str, ...] = ()) -> Answer:
    account, kind = _test(call), call.text("event", code=40097, most=64).lower()
    who = _person(tx, call)
    if kind == "subscribe":
        official.follow(tx, by=who, official=account.id, source="ADD_SCENE_SEARCH")
    elif kind == "unsubscribe":
        official.unfollow(tx, by=who, official=account.id)
    elif kind == "press":
        shown = official.menu_for(tx, official=account.id, account=who)
        if shown is None:
            raise Wrong(46003)
        path = call.text("path", code=40097, most=8)
        official.press(tx, by=who, official=account.id, menu=shown.id, path=path, given=_brought(call, pictures))
    elif kind == "scan":
        official.scan(tx, by=who, ticket=call.text("ticket", code=40097, most=256))
    elif kind == "location":
        latitude, longitude = (_degrees(call, name, most) for name, most in (("latitude", 90), ("longitude", 180)))
        official.report_location(tx, by=who, official=account.id, latitude=latitude, longitude=longitude, precision=10.0)
    elif kind == "comment":
        article = official.article(tx, official=account.id, id=call.text("article_id", code=53600, most=128))
        item = call.number("index", code=40060, default=0, most=len(article.items) - 1)
        official.comment(tx, by=who, article=article, item=item, words=call.text("content", code=44004, most=600))
    elif kind == "agree":
        template = call.text("template_id", code=40037, most=64)
        scene = call.number("scene", default=0, most=10_000)
        official.agree(tx, by=who, official=account.id, template=template, accept=not call.flag("refuse"), scene=scene)
    else:
        raise Wrong(40097)
    return None


def _brought(call: Call, pictures: tuple[str, ...]) -> official.With:
    given = {name: value for name, value in call.body.fields.items() if name in ("scanned", "place")}
    try:
        return msgspec.structs.replace(msgspec.convert(given, official.With), pictures=pictures)
    except msgspec.ValidationError:
        raise Wrong(40097) from None


def expire(tx: Tx, call: Call) -> Answer:
    """End every access token of the account now, this one too."""
    tokens.expire(tx, _test(call).appid)
    return None


def received(reader: Reader, call: Call) -> Answer:
    """List what a follower received from the account, the oldest first: the cards as the client gets them."""
    account, who = _test(call), _follower(reader, call)
    known = official.follower_of(reader, official=account.id, account=who)
    if known is None or known.conversation is None:
        raise Wrong(43004)
    after = call.number("after", default=0)
    page = chat.history(reader, by=who, id=known.conversation, before=None, after=after, around=None, limit=PAGE)
    told = [
        {"seq": each.seq, "time": each.at // 1000, "card": msgspec.json.decode(each.card)}
        for each in page.messages
        if each.sender == account.id
    ]
    return {"messages": told}


def _test(call: Call) -> official.Official:
    if not call.official.is_test:
        raise Wrong(48001)
    return call.official


def _follower(reader: Reader, call: Call) -> AccountId:
    known = official.follower(reader, official=call.account, openid=call.openid())
    if known is None:
        raise Wrong(40003)
    if not known.follows:
        raise Wrong(43004)
    return known.account


def _person(reader: Reader, call: Call) -> AccountId:
    """Return whom the account knows, follower or not: who has left can come back."""
    known = official.follower(reader, official=call.account, openid=call.openid())
    if known is None:
        raise Wrong(40003)
    return known.account


def _degrees(call: Call, name: str, most: int) -> float:
    value: Any = call.given(name)
    try:
        found = float(text(value, most=32))
    except ValueError:
        raise Wrong(40097) from None
    if not -most <= found <= most:
        raise Wrong(40097)
    return found


def _texts(call: Call, name: str) -> list[str]:
    value = call.given(name)
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > PAGE:
        raise Wrong(40097)
    return [text(each, most=256) for each in value]


ENDPOINTS = [
    Endpoint("/sandbox/followers", ("GET",), reads=followers),
    Endpoint("/sandbox/web_code", ("POST",), writes=web_code, body=True),
    Endpoint("/sandbox/mini_code", ("POST",), writes=mini_code, body=True),
    Endpoint("/sandbox/callback/set", ("POST",), asks=set_callback, body=True),
    Endpoint("/sandbox/domains/set", ("POST",), writes=set_domains, body=True),
    Endpoint("/sandbox/message", ("POST",), writes=message, body=True),
    Endpoint("/sandbox/event", ("POST",), asks=event, body=True),
    Endpoint("/sandbox/token/expire", ("POST", "GET"), writes=expire),
    Endpoint("/sandbox/received", ("GET", "POST"), reads=received),
]
