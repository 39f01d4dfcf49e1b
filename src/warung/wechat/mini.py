"""The server side of mini-apps: signing in, session keys, the telephone number somebody gave, what an app keeps for a person."""

import base64
import re

from warung import apps
from warung.kit.clock import SECOND
from warung.kit.db import Reader, Tx
from warung.wechat import tokens
from warung.wechat.call import Answer, Bytes, Call, Endpoint, text
from warung.wechat.codes import Wrong
from warung.wechat.drawing import code

SCENE = re.compile(r"[A-Za-z0-9!#$&'()*+,/:;=?@\-._~%]{1,32}\Z")
PATH = re.compile(r"[A-Za-z0-9_\-./]{1,1024}(\?[^\s#]*)?\Z")
RISKS = (
    (
        20_008,
        re.compile(r"(转账|汇款|验证码|中奖).{0,12}(链接|客服|银行卡)|send (me )?your (pin|password|otp)|kirim (pin|otp|kode) ", re.I),
    ),
    (10_001, re.compile(r"(加我?微信|代开发票|刷单|高薪兼职)|slot gacor|judi online|casino bonus", re.I)),
)
PICTURE_BYTES = 1 << 20


def session(tx: Tx, call: Call) -> Answer:
    """Exchange the code of a person's sign-in for their openid and a session key."""
    holder = tokens.credentials(tx, call, grant="authorization_code")
    if holder.app is None:
        raise Wrong(40013)
    found = apps.session_of(tx, app=holder.app, code=call.text("js_code", code=40029, missing=41008, most=128))
    union = apps.union_of(tx, app=holder.app, account=found.account)
    return {"openid": found.openid, "session_key": found.session_key, "unionid": union}


def phone(tx: Tx, call: Call) -> Answer:
    """Exchange the code of a number that somebody gave."""
    number = apps.phone_of(tx, app=call.app, code=call.text("code", code=40029, missing=41008, most=128))
    mark = {"timestamp": tx.now // SECOND, "appid": call.holder.appid}
    return {"errcode": 0, "errmsg": "ok", "phone_info": {**apps.phone_parts(number), "watermark": mark}}


def check_session(reader: Reader, call: Call) -> Answer:
    """Say whether a session key is still the present one."""
    _method(call)
    apps.checked(reader, app=call.app, openid=call.openid(), signature=call.text("signature", code=87009, most=128))
    return None


def reset_session(tx: Tx, call: Call) -> Answer:
    """Give somebody a new session key."""
    _method(call)
    found = apps.reset_session(tx, app=call.app, openid=call.openid(), signature=call.text("signature", code=87009, most=128))
    return {"errcode": 0, "errmsg": "ok", "openid": found.openid, "session_key": found.session_key}


def keep(tx: Tx, call: Call) -> Answer:
    """Keep values for a person; the body is signed with their session key."""
    return _keep(tx, call, "own")


def keep_interactive(tx: Tx, call: Call) -> Answer:
    """The same on the shelf that others' games may write on."""
    return _keep(tx, call, "interactive")


def _keep(tx: Tx, call: Call, shelf: apps.Shelf) -> Answer:
    user = _signed(tx, call)
    values = [(text(each.get("key"), most=128), text(each.get("value"), most=1_024)) for each in call.items("kv_list")]
    apps.store_values(tx, app=call.app, account=user.account, values=values, shelf=shelf)
    return None


def forget(tx: Tx, call: Call) -> Answer:
    """Keep some values no longer."""
    user = _signed(tx, call)
    names = call.given("key")
    if not isinstance(names, list) or len(names) > 1_000:
        raise Wrong(40097)
    apps.forget_values(tx, app=call.app, account=user.account, names=[text(each, most=128) for each in names])
    return None


def _signed(reader: Reader, call: Call) -> apps.User:
    _method(call)
    if call.query.get("appid", call.holder.appid) != call.holder.appid:
        raise Wrong(40013)
    signature = call.text("signature", code=87009, most=128)
    return apps.checked(reader, app=call.app, openid=call.openid(), signature=signature, body=call.body.raw)


def _method(call: Call) -> None:
    if call.text("sig_method", default="hmac_sha256") != "hmac_sha256":
        raise Wrong(40097)


async def code_of_path(call: Call) -> Answer:
    """Draw the code of a page of the app."""
    path = call.text("path", code=40159, most=1_024)
    if not PATH.match(path):
        raise Wrong(40159)
    return _drawn(call, path)


async def code_of_scene(call: Call) -> Answer:
    """Draw a code with a scene, which the page gets."""
    scene = call.text("scene", code=40129, most=64)
    page = call.text("page", default="")
    if not SCENE.match(scene):
        raise Wrong(40129)
    if page and (page.startswith("/") or not PATH.match(page)):
        raise Wrong(41030)
    return _drawn(call, f"{page}?scene={scene}")


def _drawn(call: Call, path: str) -> Bytes:
    """A square code that opens the app in the client; the colours and sizes of WeChat's round one are taken and not drawn."""
    call.number("width", default=430, least=280, most=1_280)
    if call.text("env_version", default="release") not in ("release", "trial", "develop"):
        raise Wrong(40097)
    return code(f"{call.tools.services.site.url}/apps/{call.app.appid}/{path.lstrip('/')}")


def scheme(reader: Reader, call: Call) -> Answer:
    """Return an address that opens a page of the app from outside."""
    return {"errcode": 0, "errmsg": "ok", "openlink": _link(call)}


def url_link(reader: Reader, call: Call) -> Answer:
    """The same under another name."""
    return {"errcode": 0, "errmsg": "ok", "url_link": _link(call)}


def short_link(reader: Reader, call: Call) -> Answer:
    """The same under a third one."""
    page = call.text("page_url", code=40159, most=1_024)
    if not PATH.match(page):
        raise Wrong(40159)
    return {"errcode": 0, "errmsg": "ok", "link": f"{call.tools.services.site.url}/apps/{call.app.appid}/{page.lstrip('/')}"}


def _link(call: Call) -> str:
    path = call.text("jump_wxa.path", default=call.text("path", default=""), most=1_024)
    query = call.text("jump_wxa.query", default=call.text("query", default=""), most=1_024)
    if path and not PATH.match(path):
        raise Wrong(40159)
    return f"{call.tools.services.site.url}/apps/{call.app.appid}/{path.lstrip('/')}" + (f"?{query}" if query else "")


def query_scheme(reader: Reader, call: Call) -> Answer:
    """Return what an address opens."""
    return {"errcode": 0, "errmsg": "ok", "scheme_info": _opened(call, "scheme")}


def query_url_link(reader: Reader, call: Call) -> Answer:
    """The same under the other name."""
    return {"errcode": 0, "errmsg": "ok", "url_link_info": _opened(call, "url_link")}


def _opened(call: Call, name: str) -> dict[str, object]:
    """Return what is behind a link of the app: it says so itself, and never ends. Raises `Wrong` for any other."""
    root = f"{call.tools.services.site.url}/apps/{call.app.appid}/"
    link = call.text(name, most=4_096)
    if not link.startswith(root):
        raise Wrong(40097)
    path, _, query = link.removeprefix(root).partition("?")
    return {"appid": call.app.appid, "path": path, "query": query, "expire_time": 0, "env_version": "release"}


def check_text(reader: Reader, call: Call) -> Answer:
    """Look a text over for what is plainly an attempt to cheat or to advertise. This server has no censor: it says so with "pass"."""
    content = call.text("content", code=44004, most=2_500)
    whole = "\n".join([content, *(call.text(each, default="", most=2_500) for each in ("nickname", "title", "signature"))])
    label = next((label for label, pattern in RISKS if pattern.search(whole)), 100)
    if call.number("version", default=1, most=2) < 2:
        if label != 100:
            raise Wrong(87014)
        return None
    call.number("scene", least=1, most=4)
    apps.user(reader, app=call.app, openid=call.openid())
    suggest = "pass" if label == 100 else "review"
    detail = {"strategy": "keyword", "errcode": 0, "suggest": suggest, "label": label, "prob": 90}
    return {"errcode": 0, "errmsg": "ok", "result": {"suggest": suggest, "label": label}, "detail": [detail], "trace_id": trace(call)}


async def check_picture(call: Call) -> Answer:
    """See that a picture is one: this server has no censor of pictures."""
    file = call.file("media")
    if len(file.data) > PICTURE_BYTES:
        raise Wrong(40006)
    await call.tools.pictures.render(file.data, sizes=[])
    return None


def trace(call: Call) -> str:
    """Return a name for a check, by which a program's log and ours can be brought together."""
    return base64.urlsafe_b64encode(call.body.raw[:6].ljust(6, b"0") + call.tools.now().to_bytes(8, "big")).decode().rstrip("=")


def risk(reader: Reader, call: Call) -> Answer:
    """Say how risky a person is: not at all, as far as this server knows."""
    apps.user(reader, app=call.app, openid=call.openid())
    return {"errcode": 0, "errmsg": "getuserriskrank succ", "risk_rank": 0, "unoin_id": call.tools.now()}


ENDPOINTS = [
    Endpoint("/sns/jscode2session", ("GET", "POST"), writes=session, who="nobody"),
    Endpoint("/wxa/business/getuserphonenumber", ("POST",), writes=phone, who="app", body=True),
    Endpoint("/wxa/checksession", ("GET",), reads=check_session, who="app"),
    Endpoint("/wxa/resetusersessionkey", ("GET",), writes=reset_session, who="app"),
    Endpoint("/wxa/set_user_storage", ("POST",), writes=keep, who="app", body=True),
    Endpoint("/wxa/remove_user_storage", ("POST",), writes=forget, who="app", body=True),
    Endpoint("/wxa/setuserinteractivedata", ("POST",), writes=keep_interactive, who="app", body=True),
    Endpoint("/wxa/getwxacode", ("POST",), asks=code_of_path, who="app", daily=100_000, body=True),
    Endpoint("/cgi-bin/wxaapp/createwxaqrcode", ("POST",), asks=code_of_path, who="app", daily=100_000, body=True),
    Endpoint("/wxa/getwxacodeunlimit", ("POST",), asks=code_of_scene, who="app", body=True),
    Endpoint("/wxa/generatescheme", ("POST",), reads=scheme, who="app", daily=500_000, body=True),
    Endpoint("/wxa/generate_urllink", ("POST",), reads=url_link, who="app", daily=500_000, body=True),
    Endpoint("/wxa/queryscheme", ("POST",), reads=query_scheme, who="app", body=True),
    Endpoint("/wxa/query_urllink", ("POST",), reads=query_url_link, who="app", body=True),
    Endpoint("/wxa/genwxashortlink", ("POST",), reads=short_link, who="app", daily=100_000, body=True),
    Endpoint("/wxa/msg_sec_check", ("POST",), reads=check_text, who="app", daily=2_000_000, body=True),
    Endpoint("/wxa/img_sec_check", ("POST",), asks=check_picture, who="app", daily=1_000_000, body=True),
    Endpoint("/wxa/getuserriskrank", ("POST",), reads=risk, who="app", body=True),
]
