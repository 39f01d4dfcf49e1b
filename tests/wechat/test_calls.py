"""Tokens, quotas, followers, tags, menus, the desk and messages, called as programs call them, with what is wrong."""

import asyncio
import hashlib
import hmac
import json
from typing import Any

from tests.served import ServeWorld
from tests.wechat.shop import Shop
from tests.worlds import Hand
from warung import official
from warung.wechat.model import Settings

NOBODY = "o" + "x" * 27


async def test_a_new_token_ends_the_former_one_after_a_while_and_a_stable_one_stays(shop: Shop, hand: Hand) -> None:
    first = shop.token
    await shop.renew()
    assert len(first) >= 110
    assert first != shop.token
    assert "errcode" not in await shop.get("/cgi-bin/user/get", access_token=first)
    stable = {"grant_type": "client_credential", "appid": shop.appid, "secret": shop.secret}
    kept = await shop.post("/cgi-bin/stable_token", stable)
    assert (await shop.post("/cgi-bin/stable_token", stable))["access_token"] == kept["access_token"]
    forced = await shop.post("/cgi-bin/stable_token", stable | {"force_refresh": True})
    assert forced["access_token"] != kept["access_token"]
    hand.forward(Settings().overlap_ms + 1_000)
    assert await shop.get("/cgi-bin/user/get", access_token=first) == {"errcode": 42001, "errmsg": "access_token expired"}
    assert (await shop.get("/cgi-bin/user/get", access_token=forced["access_token"]))["total"] == 2
    hand.forward(Settings().token_s * 1000)
    for ended in (shop.token, forced["access_token"]):
        assert (await shop.get("/cgi-bin/user/get", access_token=ended))["errmsg"] == "access_token expired"


async def test_wrong_credentials_have_codes(shop: Shop) -> None:
    right = {"grant_type": "client_credential", "appid": shop.appid, "secret": shop.secret}
    for wrong, code in (
        ({"grant_type": "x"}, 40002),
        ({"grant_type": ""}, 40002),
        ({"appid": ""}, 41002),
        ({"appid": "wx0000000000000000"}, 40013),
        ({"secret": ""}, 41004),
        ({"secret": "x"}, 40125),
    ):
        assert (await shop.get("/cgi-bin/token", **{**right, **wrong}))["errcode"] == code
        assert (await shop.post("/cgi-bin/stable_token", {**right, **wrong}))["errcode"] == code


async def test_wrong_tokens_methods_bodies_and_addresses_have_codes(shop: Shop) -> None:
    async def code(method: str, path: str, content: bytes = b"", **query: str) -> int:
        answer = await shop.http.request(method, path, content=content, params=query)
        assert answer.status_code == 200
        return int(answer.json()["errcode"])

    token: dict[str, Any] = {"access_token": shop.token}
    assert await code("GET", "/cgi-bin/user/get") == 41001
    assert await code("GET", "/cgi-bin/user/get", access_token="short") == 40014
    assert await code("GET", "/cgi-bin/user/get", access_token="x" * 128) == 40001
    assert await code("GET", "/cgi-bin/tags/create", **token) == 43002
    assert await code("POST", "/cgi-bin/user/get", b"{}", **token) == 43001
    assert await code("POST", "/cgi-bin/tags/create", b"", **token) == 44002
    for broken in (b"{", b"[]", b"x=1", b"\xff{", b"[" * 5000, b"--x\r\nrubbish"):
        assert await code("POST", "/cgi-bin/tags/create", broken, **token) == 47001
    for unknown in ("/cgi-bin/nothing", "/card/create", "/shakearound/device/applyid", "/merchant/create", "/wxa/nothing", "/cgi-bin"):
        assert await code("POST", unknown, b"{}", **token) == 48001
    assert await code("GET", "/wxa/checksession", **token) == 48001, "that is a mini-app's"


async def test_quotas_are_held_and_can_be_cleared(serve_a_world: ServeWorld) -> None:
    shop = Shop(await serve_a_world(""))
    await shop.open("budi", test=False)
    answers = [await shop.get("/cgi-bin/user/get") for _ in range(500)]
    assert {answer["total"] for answer in answers} == {1}
    assert (await shop.get("/cgi-bin/user/get"))["errcode"] == 45009
    told = await shop.post("/cgi-bin/openapi/quota/get", {"cgi_path": "/cgi-bin/user/get"})
    assert told["quota"] == {"daily_limit": 500, "used": 500, "remain": 0}
    assert (await shop.post("/cgi-bin/openapi/quota/get", {"cgi_path": "/cgi-bin/nothing"}))["errcode"] == 76021
    assert (await shop.post("/cgi-bin/clear_quota", {"appid": shop.appid}))["errcode"] == 0
    assert (await shop.get("/cgi-bin/user/get"))["total"] == 1
    for _ in range(9):
        assert (await shop.post("/cgi-bin/clear_quota/v2", appid=shop.appid, appsecret=shop.secret))["errcode"] == 0
    assert (await shop.post("/cgi-bin/clear_quota", {"appid": shop.appid}))["errcode"] == 48006
    assert (await shop.get("/sandbox/followers"))["errcode"] == 48001, "it is no test account"
    await shop.close()


async def test_followers_are_told_without_who_they_are(shop: Shop) -> None:
    budi, siti = await shop.openid("budi"), await shop.openid("siti")
    page = await shop.get("/cgi-bin/user/get")
    assert page == {"total": 2, "count": 2, "data": {"openid": sorted([budi, siti])}, "next_openid": max(budi, siti)}
    assert await shop.get("/cgi-bin/user/get", next_openid=max(budi, siti)) == {"total": 2, "count": 0, "next_openid": ""}
    assert await shop.post("/cgi-bin/user/info/updateremark", {"openid": budi, "remark": "langganan 😀"}) == {"errcode": 0, "errmsg": "ok"}
    one = await shop.get("/cgi-bin/user/info", openid=budi, lang="zh_CN")
    assert (one["subscribe"], one["remark"], one["nickname"], one["subscribe_scene"]) == (1, "langganan 😀", "", "ADD_SCENE_SEARCH")
    assert "budi" not in json.dumps(one).lower()
    await shop.post("/sandbox/event", {"openid": siti, "event": "unsubscribe"})
    both = await shop.post("/cgi-bin/user/info/batchget", {"user_list": [{"openid": siti}, {"openid": budi, "lang": "en"}]})
    assert [each["subscribe"] for each in both["user_info_list"]] == [0, 1]
    assert set(both["user_info_list"][0]) == {"subscribe", "openid", "unionid"}
    for wrong, code in (("", 41009), ("x", 40003), (NOBODY, 40003)):
        assert (await shop.get("/cgi-bin/user/info", openid=wrong))["errcode"] == code
    assert (await shop.post("/cgi-bin/user/info/batchget", {"user_list": [{"openid": budi}] * 101}))["errcode"] == 40032
    assert (await shop.post("/cgi-bin/user/info/updateremark", {"openid": siti, "remark": "x"}))["errcode"] == 43004


async def test_tags_and_the_blacklist(shop: Shop) -> None:
    budi = await shop.openid("budi")
    made = (await shop.post("/cgi-bin/tags/create", {"tag": {"name": "setia"}}))["tag"]
    assert (made["name"], made["id"] > 2) == ("setia", True)
    assert (await shop.post("/cgi-bin/tags/create", {"tag": {"name": "setia"}}))["errcode"] == 45157
    assert (await shop.post("/cgi-bin/tags/create", {"tag": {"name": "x" * 31}}))["errcode"] == 45158
    assert (await shop.post("/cgi-bin/tags/delete", {"tag": {"id": 1}}))["errcode"] == 45058
    assert (await shop.post("/cgi-bin/tags/update", {"tag": {"id": 9999, "name": "y"}}))["errcode"] == 45159
    tagging = {"tagid": str(made["id"]), "openid_list": [budi]}
    assert (await shop.post("/cgi-bin/tags/members/batchtagging", tagging))["errcode"] == 0
    assert (await shop.post("/cgi-bin/tags/members/batchtagging", tagging | {"openid_list": [NOBODY]}))["errcode"] in (40003, 49003)
    assert (await shop.post("/cgi-bin/tags/members/batchtagging", tagging | {"openid_list": [budi] * 51}))["errcode"] == 40032
    assert await shop.post("/cgi-bin/user/tag/get", {"tagid": made["id"], "next_openid": ""}) == {
        "count": 1,
        "data": {"openid": [budi]},
        "next_openid": budi,
    }
    assert (await shop.post("/cgi-bin/tags/getidlist", {"openid": budi}))["tagid_list"] == [made["id"]]
    assert (await shop.get("/cgi-bin/tags/get"))["tags"] == [{"id": made["id"], "name": "setia", "count": 1}]
    assert (await shop.post("/cgi-bin/tags/members/batchblacklist", {"openid_list": [budi]}))["errcode"] == 0
    assert (await shop.post("/cgi-bin/tags/members/getblacklist", {"begin_openid": ""}))["data"]["openid"] == [budi]
    sent = await shop.post("/cgi-bin/message/custom/send", {"touser": budi, "msgtype": "text", "text": {"content": "x"}})
    assert sent["errcode"] == 43019


async def test_messages_go_to_who_wrote_lately_and_no_further(shop: Shop, hand: Hand) -> None:
    budi = await shop.openid("budi")

    async def send(kind: str = "text", **more: object) -> int:
        body = {"touser": budi, "msgtype": kind, **(more or {"text": {"content": 'Halo, <a href="https://kedai.example">kopi</a> 😀'}})}
        return int((await shop.post("/cgi-bin/message/custom/send", body))["errcode"])

    hand.forward(120_000)
    assert await send() == 45015
    await shop.says("budi", "ada kopi?")
    assert await send() == 0
    assert (await shop.hears("budi"))[-1]["text"].endswith("kopi</a> 😀")
    choices = {"head_content": "Puas?", "list": [{"id": 1, "content": "Ya"}, {"id": "2", "content": "Tidak"}], "tail_content": ""}
    assert await send("msgmenu", msgmenu=choices) == 0
    assert await send("news", news={"articles": [{"title": "Baru", "description": "d", "url": "https://kedai.example/a"}]}) == 0
    assert await send("miniprogrampage", miniprogrampage={"title": "t", "appid": "wx1", "pagepath": "p"}) == 0
    for wrong, code in (
        ({"text": {"content": ""}}, 44004),
        ({"text": {"content": "x" * 2_049}}, 45002),
        ({"text": {"content": 0.5}, "touser": NOBODY}, 40003),
        ({"text": {"content": "a\u0000b"}}, 40033),
        ({"msgtype": "hologram"}, 40008),
        ({"msgtype": "news", "news": {"articles": []}}, 44003),
        ({"msgtype": "news", "news": {"articles": [{"title": "t", "url": "javascript:alert(1)"}]}}, 40048),
        ({"msgtype": "image", "image": {"media_id": ""}}, 41006),
        ({"msgtype": "image", "image": {"media_id": "m_" + "0" * 44}}, 40007),
    ):
        body = {"touser": budi, "msgtype": "text", **wrong}
        assert (await shop.post("/cgi-bin/message/custom/send", body))["errcode"] == code, wrong
    answers = await asyncio.gather(*(send() for _ in range(40)))
    assert answers.count(0) == 16, "twenty in all, however many at once"
    assert set(answers) == {0, 45047}
    hand.forward(49 * 3_600_000)
    await shop.renew()
    assert await send() == 45015
    await shop.post("/sandbox/event", {"openid": budi, "event": "unsubscribe"})
    assert await send() == 43004


async def test_writing_is_shown_once_until_it_ends(shop: Shop, hand: Hand) -> None:
    budi = await shop.openid("budi")

    async def says(command: object, to: str = "") -> int:
        return int((await shop.post("/cgi-bin/message/custom/typing", {"touser": to or budi, "command": command}))["errcode"])

    assert await says("CancelTyping") == 45081
    assert [await says("Typing"), await says("Typing")] == [0, 45080]
    assert await says("Typing", await shop.openid("siti")) == 0, "that is somebody else"
    assert [await says("CancelTyping"), await says("CancelTyping"), await says("Typing")] == [0, 45081, 0]
    await shop.says("budi", "halo")
    await shop.post("/cgi-bin/message/custom/send", {"touser": budi, "msgtype": "text", "text": {"content": "juga"}})
    assert [await says("CancelTyping"), await says("Typing")] == [45081, 0], "a message ends it"
    hand.forward(15_000)
    assert [await says("CancelTyping"), await says("Typing")] == [45081, 0], "so does time"
    for wrong in ("", "typing", 1, None, ["Typing"]):
        assert await says(wrong) == 45072
    assert await says("Typing", NOBODY) == 40003
    await shop.post("/sandbox/event", {"openid": budi, "event": "unsubscribe"})
    assert await says("Typing") == 43004


async def test_the_sandbox_does_what_people_do(shop: Shop) -> None:
    budi = await shop.openid("budi")
    listed = (await shop.get("/sandbox/followers"))["followers"]
    assert budi in [each["openid"] for each in listed]
    assert (await shop.post("/sandbox/message", {"openid": budi, "content": "halo"}))["errcode"] == 0
    await shop.world.settle()
    await shop.post("/cgi-bin/message/custom/send", {"touser": budi, "msgtype": "text", "text": {"content": "juga"}})
    assert [each["card"]["text"] for each in (await shop.get("/sandbox/received", openid=budi))["messages"]] == ["juga"]
    assert (await shop.post("/sandbox/token/expire"))["errcode"] == 0
    assert (await shop.get("/sandbox/followers"))["errmsg"] == "access_token expired"


async def test_a_ticket_stays_and_a_page_that_signed_with_it_may_use_the_sdk(shop: Shop) -> None:
    ticket = (await shop.get("/cgi-bin/ticket/getticket", type="jsapi"))["ticket"]
    assert (await shop.get("/cgi-bin/ticket/getticket", type="jsapi"))["ticket"] == ticket
    assert (await shop.get("/cgi-bin/ticket/getticket", type="wx_card"))["ticket"] != ticket
    await shop.set_domains("kedai.example")
    cookie = await shop.session("budi")

    async def verify(url: str, signed: str | None = None, appid: str = "") -> tuple[int, str]:
        text = f"jsapi_ticket={ticket}&noncestr=n&timestamp=1&url={signed or url}"
        claim = {"appid": appid or shop.appid, "timestamp": "1", "nonce": "n", "url": url, "apis": ["scanQRCode"]}
        signature = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
        headers = {"authorization": f"Bearer {cookie}"}
        answer = await shop.http.post("/api/pages/verify", json=claim | {"signature": signature}, headers=headers)
        return answer.status_code, answer.json().get("error", {}).get("code", "")

    assert await verify("https://kedai.example/menu?x=1") == (200, "")
    assert await verify("https://kedai.example/menu#top", "https://kedai.example/menu") == (200, "")
    assert await verify("https://kedai.example/menu", "https://kedai.example/lain") == (403, "invalid_signature")
    for url in ("https://lain.example/", "https://kedai.example.lain.example/", "https://kedai.example@lain.example/", "javascript:x"):
        assert await verify(url) == (403, "invalid_url_domain")
    assert await verify("https://kedai.example/", appid="wx0000000000000000") == (404, "invalid_appid")


async def test_a_mini_app_signs_people_in_and_keeps_values_for_them(shop: Shop) -> None:
    headers = {"authorization": f"Bearer {await shop.served.token(shop.owner)}"}
    made = (await shop.http.post("/api/apps", json={"name": "Pesan", "official": shop.account.id}, headers=headers)).json()
    app, secret = made["app"], made["secret"]
    budi = await shop.openid("budi")
    code = (await shop.post("/sandbox/mini_code", {"openid": budi, "appid": app["appid"]}))["code"]
    exchange = {"appid": app["appid"], "secret": secret, "grant_type": "authorization_code"}
    session = await shop.get("/sns/jscode2session", **exchange, js_code=code)
    assert "errcode" not in session
    assert session["openid"] != budi
    assert session["unionid"] == (await shop.get("/cgi-bin/user/info", openid=budi))["unionid"]
    assert (await shop.get("/sns/jscode2session", **exchange, js_code=code))["errcode"] == 40163
    assert (await shop.get("/sns/jscode2session", **exchange, js_code="x"))["errcode"] == 40029
    token = (await shop.get("/cgi-bin/token", appid=app["appid"], secret=secret, grant_type="client_credential"))["access_token"]
    proof = hmac.new(session["session_key"].encode(), b"", hashlib.sha256).hexdigest()
    asked = {"access_token": token, "openid": session["openid"], "sig_method": "hmac_sha256"}
    assert (await shop.get("/wxa/checksession", **asked, signature=proof))["errcode"] == 0
    assert (await shop.get("/wxa/checksession", **asked, signature="0" * 64))["errcode"] == 87009
    body = json.dumps({"kv_list": [{"key": "score", "value": '{"wxgame":{"score":7}}'}]}).encode()
    signed = hmac.new(session["session_key"].encode(), body, hashlib.sha256).hexdigest()
    kept = await shop.http.post("/wxa/set_user_storage", content=body, params=asked | {"signature": signed})
    assert kept.json()["errcode"] == 0
    forged = await shop.http.post("/wxa/set_user_storage", content=body + b" ", params=asked | {"signature": signed})
    assert forged.json()["errcode"] == 87009
    picture = await shop.http.post("/wxa/getwxacodeunlimit", content=b'{"scene":"a=1"}', params={"access_token": token})
    assert picture.content.startswith(b"\xff\xd8")


async def test_a_menu_that_was_drawn_without_a_program_is_told_in_wechats_words(shop: Shop) -> None:
    hours = official.Button("Jam", type="click", key="jam", answer=official.AutoAnswer(text="Enam sampai lima"))
    prices = official.Button("Harga", type="view", url="https://kedai.example/harga")
    await shop.db.write(lambda tx: official.set_menu(tx, official=shop.account.id, menu=official.Menu((hours, prices))))
    told = (await shop.get("/cgi-bin/get_current_selfmenu_info"))["selfmenu_info"]["button"]
    assert told[0] == {"type": "text", "value": "Enam sampai lima", "name": "Jam"}
    assert (told[1]["type"], told[1]["url"]) == ("view", "https://kedai.example/harga")
    kept = (await shop.get("/cgi-bin/menu/get"))["menu"]["button"]
    assert kept[0] == {"type": "click", "key": "jam", "name": "Jam", "sub_button": []}
