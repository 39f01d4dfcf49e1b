"""What a program is told and how it answers: every mode, retries, refusals, a program that does not answer."""

from typing import Any

import pytest

from tests.served import ServeWorld, free_port
from tests.wechat.judging import jpeg
from tests.wechat.shop import KEY, Bot, Shop
from tests.worlds import Hand
from warung import official
from warung.wechat import service
from warung.wechat.model import Callback, CallbackNotPossible, CallbackNotVerified, CallbackOutOfBounds, CallbackSilent, Settings


@pytest.mark.parametrize("mode", ["plain", "both", "safe"])
async def test_what_a_follower_writes_is_told_signed_and_the_answer_reaches_them(shop: Shop, bot: Bot, mode: str) -> None:
    def answer(message: dict[str, str]) -> str:
        plain = "\n " + bot.said(message, MsgType="text", Content=f"kamu bilang {message['Content']} 😀")
        return bot.sealed(plain) if mode == "safe" else plain

    bot.answer = answer
    await shop.set_callback(bot, mode)
    await shop.says("budi", "halo ]]> <b> 😀")
    (told,) = [each for each in bot.got if each["MsgType"] == "text"]
    assert told["Content"] == "halo ]]> <b> 😀"
    assert told["ToUserName"] == shop.account.gh
    assert told["FromUserName"] == await shop.openid("budi") == bot.queries[-1]["openid"]
    assert 0 < int(told["MsgId"]) < 1 << 63
    assert [card["text"] for card in await shop.hears("budi")] == ["kamu bilang halo ]]> <b> 😀 😀"]
    assert await shop.hears("siti") == []


async def test_a_sealed_answer_is_opened_and_a_wrongly_sealed_one_is_told_in_a_sentence(shop: Shop, bot: Bot) -> None:
    await shop.set_callback(bot, "safe")
    bot.answer = lambda message: bot.sealed(bot.said(message, MsgType="text", Content="rahasia"))
    await shop.says("budi", "satu")
    assert [card["text"] for card in await shop.hears("budi")] == ["rahasia"]
    for answer in (
        bot.sealed("<xml><MsgType>text</MsgType><Content>x</Content></xml>", key=KEY[::-1]),
        bot.sealed("<xml><MsgType>text</MsgType><Content>x</Content></xml>", appid="wx0000000000000000"),
        bot.sealed("<xml><MsgType>text</MsgType><Content>x</Content></xml>", sign="lain"),
        bot.sealed("<xml><MsgType>lagu</MsgType></xml>"),
        "<xml><MsgType>text</MsgType><Content>tanpa segel</Content></xml>",
        "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><xml><MsgType>text</MsgType><Content>&e;</Content></xml>",
        "tidak ada",
    ):
        bot.answer = lambda message, said=answer: said  # type: ignore[misc]
        before = len(await shop.hears("budi"))
        await shop.says("budi", "lagi")
        (sorry,) = (await shop.hears("budi"))[before:]
        assert sorry["text"] == "Akun ini sedang tidak bisa menjawab. Coba lagi nanti."


async def test_no_answer_is_none(shop: Shop, bot: Bot) -> None:
    await shop.set_callback(bot)
    for answer in ("success", "", "  \n"):
        bot.answer = lambda message, said=answer: said  # type: ignore[misc]
        await shop.says("budi", "halo")
    assert bot.asked == 4
    assert await shop.hears("budi") == []


async def test_events_are_told_in_wechats_words(shop: Shop, bot: Bot) -> None:
    await shop.set_callback(bot)
    menu = {
        "button": [
            {"type": "click", "name": "Hari ini", "key": "TODAY"},
            {"name": "Lagi", "sub_button": [{"type": "view", "name": "Situs", "url": "https://kedai.example/a"}]},
        ]
    }
    assert (await shop.post("/cgi-bin/menu/create", menu))["errcode"] == 0
    await shop.follows("ayu")
    openid = await shop.openid("ayu")
    for event in (
        {"event": "press", "path": "0"},
        {"event": "press", "path": "1.0"},
        {"event": "location", "latitude": -6.2, "longitude": 106.8},
        {"event": "unsubscribe"},
    ):
        assert (await shop.post("/sandbox/event", {"openid": openid, **event}))["errcode"] == 0
    await shop.world.settle()
    told = [(each["Event"], each.get("EventKey")) for each in bot.got]
    assert told == [
        ("subscribe", ""),
        ("CLICK", "TODAY"),
        ("VIEW", "https://kedai.example/a"),
        ("LOCATION", None),
        ("unsubscribe", ""),
    ]
    assert {each["FromUserName"] for each in bot.got} == {openid}
    assert all("MsgId" not in each for each in bot.got)


async def test_a_failing_program_is_asked_three_times_with_the_same_message_and_then_left_in_peace(
    shop: Shop, bot: Bot, hand: Hand
) -> None:
    await shop.set_callback(bot)
    bot.status = 500
    await shop.says("budi", "satu")
    assert [each["Content"] for each in bot.got] == ["satu"] * 3
    assert len({each["MsgId"] for each in bot.got}) == 1
    await shop.says("budi", "dua")
    assert len(bot.got) == 3, "it rests"
    bot.status = 200
    hand.forward(10_000)
    await shop.world.settle()
    assert [each["Content"] for each in bot.got[3:]] == ["dua"]
    kept = await shop.db.read(lambda reader: service.program(reader, by=shop.owner, account=shop.account.id))
    assert (kept.failures, kept.waiting) == (0, 0)


async def test_what_waits_for_a_slow_program_is_bounded_and_nothing_is_lost_from_the_log(
    serve_a_world: ServeWorld, bot: Bot, hand: Hand
) -> None:
    shop = Shop(await serve_a_world("", outside_exempt="127.0.0.0/8", sections={Settings: Settings(backlog=100)}))
    await shop.open("budi")
    await shop.set_callback(bot)
    bot.status = 500
    await shop.says("budi", "0")
    bot.got.clear()
    backlog = 100

    def many(tx: object) -> None:
        for _ in range(backlog + 50):
            official.happen(tx, official=shop.account.id, kind="unfollow", openid="o" + "x" * 27)  # type: ignore[arg-type]

    await shop.db.write(many)
    bot.status = 200
    hand.forward(10_000)
    await shop.world.settle()
    assert len(bot.got) == backlog
    kept = await shop.db.read(lambda reader: service.program(reader, by=shop.owner, account=shop.account.id))
    assert kept.dropped == 50
    first = await shop.db.read(lambda reader: official.events(reader, official=shop.account.id, after=0, limit=1))
    assert first[0].seq == 1
    await shop.close()


async def test_an_address_is_verified_before_it_is_called(shop: Shop, bot: Bot) -> None:
    services = shop.services

    async def refused(refusal: type[Exception], **wanted: str) -> None:
        given: dict[str, Any] = {"url": bot.url, "token": bot.token, "aes_key": KEY} | wanted
        with pytest.raises(refusal):
            await service.set_callback(services, by=shop.owner, account=shop.account.id, wanted=Callback(**given))

    bot.token = "lain0000"
    await refused(CallbackNotVerified, token="kopitubruk")
    await refused(CallbackSilent, url=f"http://127.0.0.1:{free_port()}/")
    await refused(CallbackOutOfBounds, url="http://192.168.7.7/wx")
    await refused(CallbackOutOfBounds, url="http://169.254.169.254/latest")
    for url in ("ftp://x/", "//x", "http://user@x/", ""):
        await refused(CallbackNotPossible, url=url)
    for token in ("", "ab", "x" * 33, "a b c", "é" * 5):
        await refused(CallbackNotPossible, token=token)
    for key in ("x", "=" * 43):
        await refused(CallbackNotPossible, aes_key=key)


async def test_what_was_published_and_sent_is_told_with_its_addresses(shop: Shop, bot: Bot) -> None:
    await shop.set_callback(bot)
    form = b'--b\r\nContent-Disposition: form-data; name="media"; filename="a.jpg"\r\n\r\n' + jpeg() + b"\r\n--b--\r\n"
    asked = {"access_token": shop.token, "type": "thumb"}
    cover = (await shop.http.post("/cgi-bin/material/add_material", content=form, params=asked)).json()["media_id"]
    items = [{"title": title, "content": "<p>x</p>", "thumb_media_id": cover} for title in ("Menu", "Jam buka")]
    drafts = [(await shop.post("/cgi-bin/draft/add", {"articles": items}))["media_id"] for _ in range(2)]
    begun = await shop.post("/cgi-bin/freepublish/submit", {"media_id": drafts[0]})
    await shop.world.settle()
    told = {each["Event"]: each for each in bot.got}["PUBLISHJOBFINISH"]["PublishEventInfo"]
    done = await shop.post("/cgi-bin/freepublish/get", {"publish_id": begun["publish_id"]})
    assert (told["publish_id"], told["publish_status"], told["article_id"]) == (str(begun["publish_id"]), "0", done["article_id"])
    urls = [each["article_url"] for each in told["article_detail"]["item"]]
    assert urls == [each["article_url"] for each in done["article_detail"]["item"]]
    said = {"filter": {"is_to_all": True}, "msgtype": "mpnews", "mpnews": {"media_id": drafts[1]}}
    sent = await shop.post("/cgi-bin/message/mass/sendall", said)
    await shop.world.settle()
    finished = {each["Event"]: each for each in bot.got}["MASSSENDJOBFINISH"]
    assert (finished["MsgID"], finished["Status"], finished["SentCount"]) == (str(sent["msg_id"]), "send success", "2")
    found = finished["ArticleUrlResult"]
    assert (found["Count"], [each["ArticleIdx"] for each in found["ResultList"]["item"]]) == ("2", ["1", "2"])
    for address in (*urls, *(each["ArticleUrl"] for each in found["ResultList"]["item"])):
        path = address.removeprefix(shop.world.settings.site.url)
        assert path.startswith("/read/")
        headers = {"authorization": f"Bearer {await shop.session('budi')}"}
        id, item = path.removeprefix("/read/").split("/")
        read = await shop.http.get(f"/api/articles/{id}/{item}", headers=headers)
        assert read.status_code == 200, address
