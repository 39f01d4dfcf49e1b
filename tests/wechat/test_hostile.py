"""What programs and strangers send that they should not, and more of it than they should: the answer is a code, and others feel nothing."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from tests.served import ServeWorld
from tests.wechat.shop import Bot, Shop
from warung import official
from warung.wechat.model import Settings

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing in it is about the database


async def test_of_a_hundred_mass_messages_at_once_one_is_sent(serve_a_world: ServeWorld, database: str) -> None:
    shop = Shop(await serve_a_world(database))
    await shop.open("budi", "siti", kind="subscription")

    async def send(at: int) -> Any:
        said = {"filter": {"is_to_all": True}, "msgtype": "text", "text": {"content": "Diskon!"}, "clientmsgid": f"siaran-{at}"}
        return await shop.post("/cgi-bin/message/mass/sendall", said)

    answers = await asyncio.gather(*(send(at) for at in range(100)))
    assert Counter(each["errcode"] for each in answers) == {0: 1, 45028: 99}
    (sent,) = [each for each in answers if each["errcode"] == 0]
    assert sent["errmsg"] == "send job submission success"
    await shop.world.settle()
    for name in ("budi", "siti"):
        assert [card["type"] for card in await shop.hears(name)] == ["official.broadcast"]
    assert (await shop.post("/cgi-bin/message/mass/get", {"msg_id": str(sent["msg_id"])}))["msg_status"] == "SEND_SUCCESS"
    await shop.close()


async def test_the_same_intent_sent_often_is_one_message(shop: Shop) -> None:
    said = {"filter": {"is_to_all": True}, "msgtype": "text", "text": {"content": "Diskon!"}, "clientmsgid": "siaran"}
    answers = await asyncio.gather(*(shop.post("/cgi-bin/message/mass/sendall", said) for _ in range(20)))
    assert Counter(each["errcode"] for each in answers) == {0: 1, 45065: 19}
    assert len({each["msg_id"] for each in answers}) == 1, "the refusals name it"
    await shop.world.settle()
    assert len(await shop.hears("budi")) == 1


@ON_SQLITE
async def test_programs_call_from_the_networks_that_the_staff_listed_and_from_no_other(shop: Shop) -> None:
    headers = {"authorization": f"Bearer {await shop.served.token(shop.owner)}"}

    async def list_networks(*networks: str) -> int:
        wanted = {"oauth": [], "js": [], "addresses": list(networks)}
        answer = await shop.http.put(f"/api/officials/{shop.account.id}/domains", json=wanted, headers=headers)
        return answer.status_code

    right = {"grant_type": "client_credential", "appid": shop.appid, "secret": shop.secret}
    refused = {"errcode": 40164, "errmsg": "invalid ip 127.0.0.1, not in whitelist"}
    assert [await list_networks(wrong) for wrong in ("kedai.example", "10.0.0.0/99", "")] == [400, 400, 400]
    assert await list_networks("10.0.0.0/8", "2001:db8::1") == 200
    assert await shop.get("/cgi-bin/user/get") == refused
    assert await shop.get("/cgi-bin/token", **right) == refused
    assert await shop.post("/cgi-bin/stable_token", right) == refused
    assert await shop.post("/cgi-bin/clear_quota/v2", appid=shop.appid, appsecret=shop.secret) == refused
    assert await list_networks("10.0.0.0/8", "127.0.0.1") == 200
    await shop.renew()
    assert (await shop.get("/cgi-bin/user/get"))["total"] == 2


async def test_a_program_that_repeats_what_is_wrong_is_told_to_wait_and_others_are_answered(serve_one_node: ServeWorld) -> None:
    shop = Shop(await serve_one_node("", sections={Settings: Settings(refusals_a_minute=5)}))
    await shop.open("budi")
    ended = shop.token
    await shop.post("/sandbox/token/expire")
    await shop.renew()

    async def storm(token: str) -> Counter[int]:
        answers = await asyncio.gather(*(shop.get("/cgi-bin/user/get", access_token=token) for _ in range(20)))
        return Counter(each["errcode"] for each in answers)

    for token, code in ((ended, 42001), ("x" * 128, 40001)):
        assert code in await storm(token)
        assert await storm(token) == {45011: 20}, "it has been told"
        assert (await shop.get("/cgi-bin/user/get"))["total"] == 1
    wrong = {"grant_type": "client_credential", "appid": shop.appid, "secret": "x" * 32}
    told = [(await shop.get("/cgi-bin/token", **wrong))["errcode"] for _ in range(7)]
    assert told == [40125] * 5 + [45011] * 2
    await shop.renew()
    assert (await shop.get("/cgi-bin/user/get"))["total"] == 1, "who knows the secret is not held up by who guesses it"
    await shop.close()


@ON_SQLITE
async def test_openids_of_another_account_are_nobodys_here(shop: Shop) -> None:
    other = await shop.db.write(lambda tx: official.register(tx, by=shop.owner, kind="service", handle="lain", name="Lain"))
    whose = await shop.db.write(
        lambda tx: official.follow(tx, by=shop.people["budi"], official=other.official.id, source="ADD_SCENE_SEARCH")
    )
    tag = (await shop.post("/cgi-bin/tags/create", {"tag": {"name": "setia"}}))["tag"]["id"]
    listed, one = {"openid_list": [whose.openid]}, {"openid": whose.openid}
    for path, body in (
        ("/cgi-bin/message/custom/send", {"touser": whose.openid, "msgtype": "text", "text": {"content": "x"}}),
        ("/cgi-bin/message/custom/typing", {"touser": whose.openid, "command": "Typing"}),
        ("/cgi-bin/message/custom/typing", {"touser": whose.openid, "command": "CancelTyping"}),
        ("/cgi-bin/message/mass/preview", {"touser": whose.openid, "msgtype": "text", "text": {"content": "x"}}),
        ("/cgi-bin/user/info/updateremark", {**one, "remark": "x"}),
        ("/cgi-bin/tags/members/batchtagging", {**listed, "tagid": tag}),
        ("/cgi-bin/tags/members/batchblacklist", listed),
        ("/cgi-bin/tags/getidlist", one),
        ("/sandbox/web_code", one),
        ("/sandbox/message", {**one, "content": "x"}),
        ("/sandbox/event", {**one, "event": "unsubscribe"}),
    ):
        assert (await shop.post(path, body))["errcode"] in (40003, 49003), path
    assert (await shop.get("/cgi-bin/user/info", openid=whose.openid))["errcode"] in (40003, 49003)


@ON_SQLITE
async def test_answers_that_come_late_or_to_somebody_else_are_not_given(serve_a_world: ServeWorld, bot: Bot, database: str) -> None:
    patience = {Settings: Settings(callback_s=0.2)}
    shop = Shop(await serve_a_world(database, outside_exempt="127.0.0.0/8", sections=patience))
    await shop.open("budi", "siti")
    await shop.set_callback(bot, "safe")
    heard: list[str] = []

    def answer(message: dict[str, Any]) -> str:
        heard.append(bot.sealed(bot.said(message, MsgType="text", Content="untuk Budi")))
        return heard[-1]

    bot.answer = answer
    await shop.says("budi", "satu")
    assert [card["text"] for card in await shop.hears("budi")] == ["untuk Budi"]
    bot.answer = lambda message: heard[0]
    await shop.says("siti", "dua")
    assert [card["text"] for card in await shop.hears("siti")] == ["Akun ini sedang tidak bisa menjawab. Coba lagi nanti."]
    bot.silent = True
    await shop.says("budi", "tiga")
    assert len(await shop.hears("budi")) == 2, "one sentence instead of what comes too late"
    assert "untuk Budi" not in (await shop.hears("budi"))[-1]["text"]
    await shop.close()
