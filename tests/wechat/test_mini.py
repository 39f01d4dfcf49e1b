"""What the servers of mini-apps call, signed with session keys as their programs sign it."""

import hashlib
import hmac
import json
from typing import Any

import pytest

from tests.wechat.judging import jpeg
from tests.wechat.shop import Shop
from tests.worlds import Hand
from warung import apps, official

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing in it is about the database


class Mini:
    """A mini-app of the shop's owner, in which Budi is signed in."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.app: apps.App
        self.secret = ""
        self.token = ""
        self.session: dict[str, str] = {}

    async def open(self, *, official: bool = True) -> None:
        """Register the app, get a token, and sign Budi in."""
        shop, whose = self.shop, self.shop.account.id if official else None
        made = await shop.db.write(lambda tx: apps.register(tx, by=shop.owner, name="Pesan", official=whose))
        self.app, self.secret = made.app, made.secret
        named = {"appid": self.app.appid, "secret": self.secret}
        self.token = (await shop.get("/cgi-bin/token", **named, grant_type="client_credential"))["access_token"]
        self.session = await self.signed_in("budi")

    async def signed_in(self, name: str) -> dict[str, str]:
        """Sign a follower in; return what the app's server learns."""
        code = (await self.shop.post("/sandbox/mini_code", {"openid": await self.shop.openid(name), "appid": self.app.appid}))["code"]
        named = {"appid": self.app.appid, "secret": self.secret, "grant_type": "authorization_code"}
        found: dict[str, str] = await self.shop.get("/sns/jscode2session", **named, js_code=code)
        return found

    def proof(self, body: bytes = b"", *, key: str = "") -> str:
        """How a body is signed with Budi's session key."""
        return hmac.new((key or self.session["session_key"]).encode(), body, hashlib.sha256).hexdigest()

    async def signed(self, path: str, said: Any, *, key: str = "", **query: str) -> int:
        """Post a signed body; return the code."""
        body = json.dumps(said).encode()
        asked = {"access_token": self.token, "openid": self.session["openid"], "sig_method": "hmac_sha256", "appid": self.app.appid}
        signed = asked | {"signature": self.proof(body, key=key)} | query
        return int((await self.shop.http.post(path, content=body, params=signed)).json()["errcode"])

    async def post(self, path: str, body: Any) -> Any:
        """Post in the app's name."""
        return await self.shop.post(path, body, access_token=self.token)

    async def get(self, path: str, **query: str) -> Any:
        """Ask in the app's name."""
        return await self.shop.get(path, access_token=self.token, **query)

    async def kept(self, shelf: apps.Shelf = "own") -> dict[str, str]:
        """What the app keeps for Budi."""
        who = self.shop.people["budi"]
        return await self.shop.db.read(lambda reader: apps.stored_values(reader, app=self.app, account=who, shelf=shelf))


@pytest.fixture
async def mini(shop: Shop) -> Mini:
    """The shop's mini-app."""
    made = Mini(shop)
    await made.open()
    return made


@ON_SQLITE
async def test_a_number_that_was_given_is_told_once(mini: Mini, hand: Hand) -> None:
    headers = {"authorization": f"Bearer {await mini.shop.session('budi')}"}

    async def given() -> str:
        where = f"/api/app-visits/{mini.app.appid}/phone"
        answer = await mini.shop.http.post(where, json={"number": "+86 138-0013-8000"}, headers=headers)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["code"])

    code = await given()
    told = await mini.post("/wxa/business/getuserphonenumber", {"code": code})
    mark = told["phone_info"].pop("watermark")
    assert told["phone_info"] == {"phoneNumber": "13800138000", "purePhoneNumber": "13800138000", "countryCode": "86"}
    assert mark["appid"] == mini.app.appid
    late = await given()
    for wrong, errcode in (({"code": code}, 40163), ({"code": "x"}, 40029), ({"code": 7.5}, 40029), ({"x": 1}, 41008)):
        assert (await mini.post("/wxa/business/getuserphonenumber", wrong))["errcode"] == errcode, wrong
    assert (await mini.shop.post("/wxa/business/getuserphonenumber", {"code": late}))["errcode"] == 48001, "that is an app's"
    hand.forward(5 * 60_000)
    assert (await mini.post("/wxa/business/getuserphonenumber", {"code": late}))["errcode"] == 42003


@ON_SQLITE
async def test_a_session_key_is_replaced_by_who_holds_the_present_one(mini: Mini) -> None:
    asked = {"openid": mini.session["openid"], "sig_method": "hmac_sha256"}
    before = mini.proof()
    fresh = await mini.get("/wxa/resetusersessionkey", **asked, signature=before)
    assert (fresh["errcode"], fresh["openid"]) == (0, mini.session["openid"])
    assert fresh["session_key"] != mini.session["session_key"]
    assert (await mini.get("/wxa/checksession", **asked, signature=before))["errcode"] == 87009, "the former key is worth nothing"
    assert (await mini.get("/wxa/resetusersessionkey", **asked, signature=before))["errcode"] == 87009
    mini.session = fresh
    assert (await mini.get("/wxa/checksession", **asked, signature=mini.proof()))["errcode"] == 0
    for wrong, errcode in (({"openid": "o" + "x" * 27}, 40003), ({"openid": ""}, 41009), ({"sig_method": "md5"}, 40097)):
        assert (await mini.get("/wxa/resetusersessionkey", **{**asked, "signature": mini.proof(), **wrong}))["errcode"] == errcode


async def test_values_are_kept_and_forgotten_for_a_person(mini: Mini) -> None:
    score = '{"wxgame":{"score":7,"update_time":1}}'
    values = {"kv_list": [{"key": "score", "value": score}, {"key": "level", "value": "3"}]}
    assert await mini.signed("/wxa/set_user_storage", values) == 0
    assert await mini.signed("/wxa/setuserinteractivedata", {"kv_list": [{"key": "gift", "value": "1"}]}) == 0
    assert (await mini.kept(), await mini.kept("interactive")) == ({"score": score, "level": "3"}, {"gift": "1"})
    assert await mini.signed("/wxa/remove_user_storage", {"key": ["level", "never"]}) == 0
    assert (await mini.kept(), await mini.kept("interactive")) == ({"score": score}, {"gift": "1"})
    for path in ("/wxa/set_user_storage", "/wxa/setuserinteractivedata", "/wxa/remove_user_storage"):
        wrong_key = await mini.signed(path, {"kv_list": [], "key": []}, key="lain")
        assert wrong_key == 87009
        assert await mini.signed(path, values | {"key": ["score"]}, openid="o" + "x" * 27) == 40003
        assert await mini.signed(path, values | {"key": ["score"]}, appid="wx0000000000000000") == 40013
        assert await mini.signed(path, {"kv_list": "score", "key": "score"}) == 40097
    long = {"kv_list": [{"key": "k", "value": "v" * 1_024}]}
    many = {"kv_list": [{"key": f"k{at}", "value": "v"} for at in range(129)]}
    for path in ("/wxa/set_user_storage", "/wxa/setuserinteractivedata"):
        assert (await mini.signed(path, long), await mini.signed(path, many)) == (87016, 87017)
    assert await mini.kept() == {"score": score}


@ON_SQLITE
async def test_an_app_speaks_in_the_conversation_of_its_account_to_who_wrote_there(mini: Mini, hand: Hand) -> None:
    shop, budi = mini.shop, mini.session["openid"]

    async def send(kind: str = "text", to: str = "", **said: Any) -> int:
        body = {"touser": to or budi, "msgtype": kind, **(said or {"text": {"content": "Pesananmu siap"}})}
        return int((await mini.post("/cgi-bin/message/custom/send", body))["errcode"])

    async def types(command: str) -> int:
        return int((await mini.post("/cgi-bin/message/custom/typing", {"touser": budi, "command": command}))["errcode"])

    hand.forward(120_000)
    assert await send() == 45015, "nobody wrote"
    await shop.says("budi", "sudah siap?")
    form = b'--b\r\nContent-Disposition: form-data; name="media"; filename="a.jpg"\r\n\r\n' + jpeg() + b"\r\n--b--\r\n"
    asked = {"access_token": mini.token, "type": "image"}
    media_id = (await shop.http.post("/cgi-bin/media/upload", content=form, params=asked)).json()["media_id"]
    assert (await mini.get("/cgi-bin/media/get", media_id=media_id)).startswith(b"RIFF")
    link = {"title": "Struk", "description": "d", "url": "https://kedai.example/7", "thumb_url": "https://kedai.example/7.jpg"}
    assert [await types("Typing"), await types("Typing"), await types("CancelTyping")] == [0, 45080, 0]
    assert await send() == 0
    assert await send("image", image={"media_id": media_id}) == 0
    assert await send("link", link=link) == 0
    assert await send("miniprogrampage", miniprogrampage={"title": "Pesanan", "pagepath": "index", "thumb_media_id": media_id}) == 0
    told = await shop.hears("budi")
    assert [card["type"] for card in told] == ["official.text", "official.picture", "official.news", "official.app"]
    assert (told[0]["text"], told[-1]["appid"]) == ("Pesananmu siap", mini.app.appid)
    for kind in ("news", "voice", "msgmenu", "mpnews", "wxcard", "hologram"):
        assert await send(kind) == 40008
    assert await send(to=await shop.openid("budi")) == 40003, "that is the account's name for him"
    siti = await mini.signed_in("siti")
    await shop.post("/sandbox/event", {"openid": await shop.openid("siti"), "event": "unsubscribe"})
    assert await send(to=siti["openid"]) == 43004
    alone = Mini(shop)
    await alone.open(official=False)
    said = {"touser": alone.session["openid"], "msgtype": "text", "text": {"content": "x"}}
    for path in ("/cgi-bin/message/custom/send", "/cgi-bin/message/subscribe/send"):
        assert (await alone.post(path, said))["errcode"] == 48001, "it belongs to no account"
    await shop.db.write(lambda tx: official.close(tx, by=shop.owner, official=shop.account.id))
    assert await send() == 48001, "not a code at which libraries try again"
