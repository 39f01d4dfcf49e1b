"""What followers write: it is told to programs, it may be answered by rule, and what was taken back is gone there too."""

import msgspec
import pytest

from tests.cast import send_raw
from tests.official.conftest import ON_SQLITE, Stall, fresh
from warung import chat, media, official
from warung.chat import edits
from warung.kit.blobs import key_of
from warung.kit.card import BrokenCard, NotSendable
from warung.kit.clock import HOUR, MINUTE
from warung.kit.db import Tx
from warung.kit.ids import AccountId, BlobId, new_id
from warung.media.cards import Shot
from warung.official import talking
from warung.official.model import Settings

pytestmark = pytest.mark.anyio


async def test_what_a_follower_writes_is_told_with_a_number_of_its_own(stall: Stall) -> None:
    sari, budi = await stall.people("sari", "budi")
    toko = await stall.toko(sari)
    fan = await stall.fan(budi, toko)
    await stall.tells(fan, "Kue apa hari ini? 🍰")
    await stall.tells(fan, "", chat.Location(latitude=-6.2, longitude=106.8, name="Pasar Baru"))
    await stall.tells(fan, "", official.Chosen(words="Dadar gulung", choice="d1"))
    await stall.tells(fan, "", official.OfficialProfile(toko.id, "tokosari", "Toko"), sendable=False)
    await stall.says(toko, fan, "Baik")
    await stall.world.settle()
    text, place, chosen, other = (await stall.log(toko))[1:]
    assert (other["type"], other["message"]["card"]["type"], other["message"]["text"]) == ("message.other", "official.profile", "Toko")
    assert [each["type"] for each in (text, place, chosen)] == ["message.text", "message.location", "message.text"]
    assert text["message"]["text"] == "Kue apa hari ini? 🍰"
    assert (place["message"]["latitude"], place["message"]["name"]) == (-6.2, "Pasar Baru")
    assert (chosen["message"]["text"], chosen["message"]["choice"]) == ("Dadar gulung", "d1")
    ids = [int(each["message"]["id"]) for each in (text, place, chosen)]
    assert len(set(ids)) == 3
    assert all(0 < id < 1 << 63 for id in ids)
    assert budi not in str([text, place, chosen])


async def test_several_photos_are_told_one_by_one_and_the_account_may_see_them(stall: Stall) -> None:
    sari, budi = await stall.people("sari", "budi")
    toko = await stall.toko(sari)
    fan = await stall.fan(budi, toko)

    blobs = [await stall.do(_picture, by=budi) for _ in range(2)]
    await stall.tells(fan, "", media.Photo(photos=tuple(Shot(blob, 8, 8) for blob in blobs), caption="yang ini"))
    told = (await stall.log(toko))[1:]
    assert [(each["type"], each["message"]["blob"], each["message"]["text"]) for each in told] == [
        ("message.image", blob, "yang ini") for blob in blobs
    ]
    viewers = {media.CONVERSATION_HOLDER: chat.may_see}
    assert await stall.ask(media.may_see, by=toko.id, blob=blobs[0], viewers=viewers)
    assert not await stall.ask(media.may_see, by=sari, blob=blobs[0], viewers=viewers)


async def test_words_that_were_taken_back_or_changed_are_so_for_programs_too(stall: Stall) -> None:
    sari, budi = await stall.people("sari", "budi")
    toko = await stall.toko(sari)
    fan = await stall.fan(budi, toko)
    secret, plain = await stall.tells(fan, "nomor kartuku 1234"), await stall.tells(fan, "dua kotak")
    assert fan.conversation is not None
    await stall.do(chat.recall, by=budi, conversation=fan.conversation, seq=secret.seq)
    await stall.do(edits.edit, by=budi, conversation=fan.conversation, seq=plain.seq, text="tiga kotak")
    await stall.world.settle()
    told = await stall.log(toko)
    assert "1234" not in str(told)
    assert [each["type"] for each in told[1:]] == ["message.text", "message.text", "message.recalled", "message.edited"]
    assert told[3]["message"]["ids"] == [told[1]["message"]["id"]]
    assert [each["message"]["text"] for each in (told[2], told[4])] == ["tiga kotak", "tiga kotak"]
    await stall.do(chat.send, by=budi, to=fan.conversation, card=chat.Text(text_="salah kirim"), nonce=fresh("salah"))
    await stall.do(chat.recall, by=budi, conversation=fan.conversation, seq=(await stall.seqs(budi, fan.conversation))[-1])
    await stall.world.settle()
    assert "salah kirim" not in str(await stall.log(toko))


async def test_rules_greet_answer_by_keyword_and_answer_the_rest(stall: Stall) -> None:
    sari, budi = await stall.people("sari", "budi")
    toko = await stall.toko(sari)
    hours = official.Rule(
        "jam", (official.Keyword("Buka"), official.Keyword("jam", "equal")), (_words("Jam 8"), _words("sampai 5")), every=True
    )
    rules = official.Replies(on_follow=_words("Selamat datang"), rules=(hours,), default=_words("Kami baca nanti"))
    await stall.do(official.set_replies, official=toko.id, replies=rules)
    fan = await stall.fan(budi, toko)
    for text in ("kapan BUKA?", "jam", "jam berapa"):
        await stall.tells(fan, text)
    assert await stall.read(fan) == [
        (True, "Selamat datang"),
        (False, "kapan BUKA?"),
        (True, "Jam 8"),
        (True, "sampai 5"),
        (False, "jam"),
        (True, "Jam 8"),
        (True, "sampai 5"),
        (False, "jam berapa"),
        (True, "Kami baca nanti"),
    ]
    await stall.do(official.set_mode, official=toko.id, mode="developer")
    await stall.tells(fan, "buka?")
    assert (await stall.read(fan))[-1] == (False, "buka?")
    too_many = official.Replies(rules=(hours,) * 201)
    await stall.refused(official.RepliesNotPossible, official.set_replies, official=toko.id, replies=too_many)
    for wrong in (official.AutoAnswer(), official.AutoAnswer(text="a", article="b"), official.AutoAnswer(media_id="bukan punyaku")):
        await stall.refused(official.NotAnAnswer, official.set_replies, official=toko.id, replies=official.Replies(default=wrong))


@ON_SQLITE
async def test_a_follower_is_answered_only_lately_and_so_often(stall: Stall) -> None:
    sari, budi = await stall.people("sari", "budi")
    toko = await stall.toko(sari)
    fan = await stall.fan(budi, toko)
    limits = Settings()

    async def answer(name: str) -> chat.Message:
        card = official.Words(words=name)
        return await stall.do(official.answer, official=toko.id, to=fan.openid, card=card, nonce=fresh(name))

    for at in range(limits.brief_replies):
        await answer(f"sapaan{at}")
    assert (await answer("sapaan0")).seq == 1  # a retry is the same message and costs nothing
    refused = {"card": official.Words(words="x"), "nonce": fresh("lagi")}
    await stall.refused(official.WindowUsedUp, official.answer, official=toko.id, to=fan.openid, **refused)
    await stall.tells(fan, "halo")
    assert (await stall.ask(official.reply_window, official=toko.id, openid=fan.openid)).left == limits.replies
    stall.hand.forward(limits.reply_hours * HOUR - MINUTE)
    await answer("jawaban")
    stall.hand.forward(2 * MINUTE)
    await stall.refused(official.OutsideWindow, official.answer, official=toko.id, to=fan.openid, **refused)
    assert (await stall.ask(official.reply_window, official=toko.id, openid=fan.openid)).left == 0
    await stall.says(toko, fan, "dari rumah")  # what the account owes, it may say


@ON_SQLITE
async def test_what_an_account_says_holds_its_bounds_and_shows_nobody_elses_pictures(stall: Stall) -> None:
    sari, budi = await stall.people("sari", "budi")
    toko = await stall.toko(sari)
    fan = await stall.fan(budi, toko)

    stolen = await stall.do(_picture, by=budi)
    wrong: list[tuple[type[Exception], official.OfficialCard]] = [
        (BrokenCard, official.Words(words=" ")),
        (BrokenCard, official.Words(words="字" * 683)),
        (BrokenCard, official.News(items=())),
        (BrokenCard, official.News(items=(official.NewsItem("x", url="javascript:alert(1)"),))),
        (BrokenCard, official.Choices(items=(official.Option("1", "a"), official.Option("1", "b")))),
        (media.BlobNotYours, official.News(items=(official.NewsItem("x", cover=stolen),))),
        (media.BlobNotYours, official.OfficialPicture(photos=(official.OfficialPhoto(stolen, 8, 8),))),
    ]
    for refusal, card in wrong:
        with pytest.raises(refusal):
            await stall.do(talking.say, official=toko.id, to=fan.openid, card=card, nonce=stall.nonce())
    assert fan.conversation is not None
    forged = msgspec.json.encode(official.Words(words="Menang!"))
    await stall.refused(NotSendable, send_raw, by=budi, where=fan.conversation, card=forged, nonce=stall.nonce())
    assert await stall.read(fan) == []


def _words(text: str) -> official.AutoAnswer:
    return official.AutoAnswer(text=text)


def _picture(tx: Tx, *, by: AccountId) -> BlobId:
    """A picture of somebody's that nobody has drawn: rows only."""
    part = media.BlobPart("full", key_of("media", new_id(tx.now).encode()), "image/webp", 9, 8, 8)
    return media.keep(tx, by=by, kind="picture", parts=[part], mime="image/webp", size=9, width=8, height=8).id
