"""One message to many: kept once, within the quota whoever asks at once, in batches that can be stopped, counted by those who got it."""

import asyncio
import json

import msgspec
import pytest

from tests.official.conftest import Stall
from tests.worlds import Hand, OpenWorld
from warung import chat, official
from warung.app import World
from warung.kit.clock import DAY, HOUR
from warung.official.model import NoSuchFollower, NoSuchTag, Settings
from warung.official.model_broadcasts import NotBroadcastable, SendTimeNotPossible

pytestmark = pytest.mark.anyio
WORDS = official.Words(words="Besok kami tutup")


async def crowd(stall: Stall, toko: official.Official, number: int) -> list[official.Follow]:
    """Let some follow an account."""
    return [await stall.fan(await stall.person(f"orang{at}"), toko) for at in range(number)]


async def cards(stall: Stall, fan: official.Follow) -> list[dict[str, object]]:
    """What stands in a follower's conversation, as it is stored."""
    assert fan.conversation is not None
    return [json.loads(bytes(each.card)) for each in (await stall.page(fan.account, fan.conversation)).messages]


async def test_of_a_hundred_at_once_one_is_sent(stall: Stall) -> None:
    (sari,) = await stall.people("sari")
    toko = await stall.toko(sari, kind="subscription")
    (fan,) = await crowd(stall, toko, 1)

    async def one(at: int) -> str:
        try:
            await stall.do(official.broadcast, official=toko.id, to=official.All(), card=WORDS, client_id=f"siaran-{at}")
        except official.BroadcastQuotaUsedUp:
            return "refused"
        return "ordered"

    ended = await asyncio.gather(*(one(at) for at in range(100)))
    assert sorted(ended) == ["ordered"] + ["refused"] * 99
    await stall.world.settle()
    assert [each["type"] for each in await cards(stall, fan)] == ["official.broadcast"]
    stall.hand.forward(DAY)
    assert await one(100) == "ordered"


async def test_a_service_account_has_four_a_month_and_a_cancelled_one_is_given_back(stall: Stall) -> None:
    (sari,) = await stall.people("sari")
    toko = await stall.toko(sari)
    order = {"official": toko.id, "to": official.All(), "card": WORDS, "at": stall.hand() + HOUR}
    ordered = [await stall.do(official.broadcast, **order) for _ in range(4)]
    await stall.refused(official.BroadcastQuotaUsedUp, official.broadcast, **order)
    gone = await stall.do(official.cancel_broadcast, official=toko.id, id=ordered[0].id)
    assert gone.state == "cancelled"
    await stall.refused(official.BroadcastCannotStop, official.cancel_broadcast, official=toko.id, id=ordered[0].id)
    await stall.do(official.broadcast, **order)
    await stall.refused(official.BroadcastQuotaUsedUp, official.broadcast, **order)
    quota = await stall.ask(official.broadcast_quota, official=toko.id)
    assert (quota.period, quota.limit, quota.used) == (ordered[0].period, 4, 4)


async def test_everybody_gets_a_pointer_and_the_words_are_kept_once(stall: Stall) -> None:
    sari, asing = await stall.people("sari", "asing")
    toko = await stall.toko(sari)
    fans = await crowd(stall, toko, 5)
    await stall.do(official.unfollow, by=fans[0].account, official=toko.id)
    await stall.do(official.block, official=toko.id, openids=[fans[1].openid])
    sent = await stall.do(official.broadcast, official=toko.id, to=official.All(), card=WORDS)
    await stall.world.settle()
    done = await stall.ask(official.broadcast_of, official=toko.id, id=sent.id)
    assert (done.state, done.total, done.sent, done.failed) == ("sent", 4, 3, 1)
    pointer = {"type": "official.broadcast", "why": f"broadcast:{sent.id}", "ref": sent.id, "what": "official.text", "words": WORDS.words}
    assert await cards(stall, fans[2]) == [pointer]
    assert await cards(stall, fans[0]) == await cards(stall, fans[1]) == []
    told = await stall.ask(official.broadcast_content, by=fans[2].account, id=sent.id)
    assert told.card is not None
    assert json.loads(bytes(told.card)) == {"type": "official.text", "text": WORDS.words, "why": pointer["why"], "ref": sent.id}
    for who in (asing, fans[0].account, fans[1].account):
        await stall.refused(official.NoSuchBroadcast, official.broadcast_content, by=who, id=sent.id)
        await stall.refused(official.NoSuchBroadcast, official.open_broadcast, by=who, id=sent.id)
    (finished,) = [each for each in await stall.log(toko) if each["type"] == "broadcast.finished"]
    assert (finished["number"], finished["sent"], finished["failed"]) == (str(sent.number), 3, 1)


async def test_who_got_read_opened_and_clicked_it_is_counted_once_each(stall: Stall) -> None:
    (sari,) = await stall.people("sari")
    toko = await stall.toko(sari)
    fans = await crowd(stall, toko, 3)
    sent = await stall.do(official.broadcast, official=toko.id, to=official.All(), card=WORDS)
    await stall.world.settle()
    where = fans[0].conversation
    assert where is not None
    await stall.do(chat.move_cursor, by=fans[0].account, conversation=where, delivered=1)
    await stall.reads(fans[1].account, fans[1].conversation or where, 1)
    for clicked in (False, True, True):
        await stall.do(official.open_broadcast, by=fans[1].account, id=sent.id, clicked=clicked)
    await stall.do(official.open_broadcast, by=fans[2].account, id=sent.id)
    figures = await stall.ask(official.broadcast_figures, official=toko.id, id=sent.id)
    assert msgspec.structs.astuple(figures) == (3, 3, 0, 2, 1, 2, 1)
    stall.hand.forward(2 * 60_000)
    await stall.world.settle()
    assert (await stall.ask(official.broadcast_of, official=toko.id, id=sent.id)).delivered == 2


async def test_to_a_tag_or_a_list_and_what_is_no_audience_is_refused(stall: Stall) -> None:
    (sari,) = await stall.people("sari")
    toko, other = await stall.toko(sari), await stall.toko(sari, "warungsari")
    fans = await crowd(stall, toko, 4)
    elsewhere = await stall.fan(fans[0].account, other)
    tag = await stall.do(official.add_tag, official=toko.id, name="langganan")
    await stall.do(official.tag, official=toko.id, id=tag.id, openids=[fans[1].openid])
    order = {"official": toko.id, "card": WORDS}
    await stall.do(official.broadcast, to=official.Tagged(tag.id), **order)
    await stall.do(official.broadcast, to=official.Openids((fans[2].openid, fans[2].openid)), **order)
    await stall.world.settle()
    assert [len(await cards(stall, fan)) for fan in fans] == [0, 1, 1, 0]
    await stall.refused(NoSuchTag, official.broadcast, to=official.Tagged(999), **order)
    await stall.refused(NoSuchFollower, official.broadcast, to=official.Openids((elsewhere.openid,)), **order)
    await stall.refused(official.NobodyToSendTo, official.broadcast, to=official.Openids(()), **order)
    many = official.Openids(tuple(f"o{at:027}" for at in range(10_001)))
    await stall.refused(official.NobodyToSendTo, official.broadcast, to=many, **order)
    await stall.refused(SendTimeNotPossible, official.broadcast, to=official.All(), at=stall.hand() + 100 * DAY, **order)
    for card in (chat.Text(text_="x"), official.Pointer(what="x")):
        await stall.refused(NotBroadcastable, official.broadcast, official=toko.id, to=official.All(), card=card)
    assert (await stall.ask(official.broadcast_quota, official=toko.id)).used == 2  # what was refused costs nothing


async def test_the_same_name_within_a_day_is_the_same_broadcast(stall: Stall) -> None:
    (sari,) = await stall.people("sari")
    toko = await stall.toko(sari)
    order = {"official": toko.id, "to": official.All(), "card": WORDS, "client_id": "promo-1"}
    first = await stall.do(official.broadcast, **order)
    again = await stall.refused(official.BroadcastRepeated, official.broadcast, **order)
    assert again.details == {"broadcast": first.id, "number": str(first.number)}
    await stall.refused(official.ClientIdTooLong, official.broadcast, **order | {"client_id": "x" * 65})
    stall.hand.forward(DAY + HOUR)
    assert (await stall.do(official.broadcast, **order)).id != first.id


async def test_what_is_under_way_can_be_stopped_between_two_batches(open_a_world: OpenWorld, hand: Hand) -> None:
    world: World = await open_a_world("", sections={Settings: Settings(batch=2)})
    stall = Stall(world, hand)
    (sari,) = await stall.people("sari")
    toko = await stall.toko(sari)
    fans = await crowd(stall, toko, 41)
    sent = await stall.do(official.broadcast, official=toko.id, to=official.All(), card=WORDS, at=stall.hand() + DAY)
    hand.forward(DAY + HOUR)
    await world.jobs.turn()
    stopped = await stall.do(official.cancel_broadcast, official=toko.id, id=sent.id)
    await world.settle()
    assert sum([len(await cards(stall, fan)) for fan in fans]) == stopped.sent < 41
    assert stopped.sent > 0
    assert (await stall.ask(official.broadcast_quota, official=toko.id, at=stopped.send_at)).used == 1  # what began is not given back
    await stall.do(official.withdraw_broadcast, official=toko.id, id=sent.id)
    reached = [fan.account for fan in fans if await cards(stall, fan)]
    assert (await stall.ask(official.broadcast_content, by=reached[0], id=sent.id)).card is None


async def test_batches_reach_each_once_whatever_their_size(open_a_world: OpenWorld, hand: Hand) -> None:
    world: World = await open_a_world("", sections={Settings: Settings(batch=3)})
    stall = Stall(world, hand)
    (sari,) = await stall.people("sari")
    toko = await stall.toko(sari)
    fans = await crowd(stall, toko, 9)
    sent = await stall.do(official.broadcast, official=toko.id, to=official.All(), card=WORDS)
    await world.settle()
    assert [len(await cards(stall, fan)) for fan in fans] == [1] * 9
    assert (await stall.ask(official.broadcast_of, official=toko.id, id=sent.id)).sent == 9
