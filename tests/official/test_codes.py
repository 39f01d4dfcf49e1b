"""Codes with a scene, coupons, short keys, and the figures of an account by day and source."""

import asyncio

import pytest

from tests.official.conftest import ON_SQLITE, Stall
from tests.scenarios.walking import device
from tests.served import Served
from tests.worlds import Hand
from warung import official
from warung.app import World
from warung.kit.clock import DAY, HOUR
from warung.official import counting, offering
from warung.official.days import day_of
from warung.official.model import Settings
from warung.official.model_codes import CouponNotPossible, CouponOver, CouponsGone, CouponTaken, CouponUsed

pytestmark = pytest.mark.anyio


async def test_scanning_tells_a_followed_account_its_scene_and_a_stranger_only_the_page(stall: Stall) -> None:
    sari, budi = await stall.people("sari", "budi")
    toko = await stall.toko(sari)
    code = await stall.do(official.make_code, official=toko.id, scene="meja 7")
    seen = await stall.do(official.scan, by=budi, ticket=code.ticket)
    assert (seen.page.official.id, seen.told) == (toko.id, False)
    assert await stall.log(toko) == []
    fan = await stall.fan(budi, toko)
    assert (await stall.do(official.scan, by=budi, ticket=code.ticket)).told
    told = (await stall.log(toko))[-1]
    assert (told["type"], told["openid"], told["scene"], told["ticket"]) == ("scan", fan.openid, "meja 7", code.ticket)
    assert (await stall.ask(official.code, ticket=code.ticket)).scans == 2
    assert "<svg" in await stall.ask(official.code_picture, ticket=code.ticket, site="https://warung.example")


@ON_SQLITE
async def test_a_code_ends_and_what_no_code_can_be_is_refused(stall: Stall) -> None:
    sari, budi = await stall.people("sari", "budi")
    toko, other = await stall.toko(sari), await stall.toko(sari, "warungsari")
    for scene, expires in ((0, None), (100_001, None), (1 << 32, 60), ("", None), ("x" * 65, None)):
        await stall.refused(official.SceneOfCodeNotPossible, official.make_code, official=toko.id, scene=scene, expires_s=expires)
    for expires in (0, 2_592_001):
        await stall.refused(official.CodeTimeNotPossible, official.make_code, official=toko.id, scene=1, expires_s=expires)
    code = await stall.do(official.make_code, official=toko.id, scene=200_000, expires_s=60)
    assert await stall.ask(official.scene_of, official=toko.id, ticket=code.ticket) == "200000"
    assert await stall.ask(official.scene_of, official=other.id, ticket=code.ticket) is None
    stall.hand.forward(HOUR)
    for ticket in (code.ticket, "karangan"):
        await stall.refused(official.CodeNotValid, official.scan, by=budi, ticket=ticket)
    assert await stall.ask(official.scene_of, official=toko.id, ticket=code.ticket) is None


@ON_SQLITE
async def test_following_by_a_code_tells_its_scene_and_not_what_a_client_says(world: World, hand: Hand) -> None:
    stall, served = Stall(world, hand), Served(world)
    sari, budi = await stall.people("sari", "budi")
    toko = await stall.toko(sari)
    editor, reader = device(served, await served.token(sari)), device(served, await served.token(budi))
    here = f"/officials/{toko.id}"
    code = (await editor.post(f"{here}/codes", json={"scene": "meja 7"})).json()
    assert code["url"].endswith(f"/o/{code['ticket']}")
    assert (await reader.post("/officials/scan", json={"ticket": code["ticket"]})).json()["following"] is False
    assert (await reader.put(f"{here}/follow", json={"ticket": code["ticket"]})).json()["source"] == "ADD_SCENE_QR_CODE"
    (listed,) = (await editor.get(f"{here}/codes")).json()["codes"]
    assert (listed["scene"], listed["scans"], listed["follows"]) == ("meja 7", 1, 1)
    today = day_of(hand(), Settings().day_offset_min)
    for asked in ({"days": "1", "to": today}, {"days": "1"}):  # without a last day: up to today where the place is
        figures = (await editor.get(f"{here}/statistics", params=asked)).json()
        assert figures["sources"] == [{"source": "ADD_SCENE_QR_CODE", "new": 1, "gone": 0}]
        assert [(each["day"], each["new"], each["total"]) for each in figures["days"]] == [(today, 1, 1)]
    for last in ("2026-02-30", "kemarin"):
        answer = await editor.get(f"{here}/statistics", params={"to": last})
        assert answer.json()["error"]["code"] == "days_of_figures_not_possible"
    for number in ("0", "367"):
        assert (await editor.get(f"{here}/statistics", params={"days": number})).status_code == 400


async def test_the_last_coupon_is_given_once_and_each_is_redeemed_once(stall: Stall) -> None:
    sari, budi, ayu = await stall.people("sari", "budi", "ayu")
    toko, other = await stall.toko(sari), await stall.toko(sari, "warungsari")
    fans = [await stall.fan(who, toko) for who in (budi, ayu)]
    coupon = await stall.do(official.make_coupon, official=toko.id, draft=official.CouponDraft("Es teh", "gift", stock=1))

    async def take(who: official.Follow) -> str:
        try:
            return (await stall.do(official.take_coupon, by=who.account, id=coupon.id)).code
        except CouponsGone:
            return ""

    first = await take(fans[0])
    assert (await take(fans[0]), await take(fans[1])) == (first, "")
    await stall.refused(CouponTaken, official.give_coupon, official=toko.id, id=coupon.id, openid=fans[0].openid)
    await stall.refused(official.NoSuchCoupon, official.redeem, by=sari, official=other.id, code=first)
    await stall.refused(official.OfficialNotFound, official.redeem, by=budi, official=toko.id, code=first)

    async def redeem() -> bool:
        try:
            await stall.do(official.redeem, by=sari, official=toko.id, code=first)
        except CouponUsed:
            return False
        return True

    assert sorted(await asyncio.gather(*(redeem() for _ in range(10)))) == [False] * 9 + [True]
    ((given, about),) = await stall.ask(offering.my_coupons, by=budi)
    assert (given.redeemed_by, about.given, about.redeemed) == (sari, 1, 1)
    kinds = [each["type"] for each in await stall.log(toko) if each["type"].startswith("coupon.")]
    assert kinds == ["coupon.taken", "coupon.redeemed"]


@ON_SQLITE
async def test_a_coupon_has_its_time_and_its_bounds(stall: Stall) -> None:
    sari, budi, asing = await stall.people("sari", "budi", "asing")
    toko = await stall.toko(sari)
    fan, now = await stall.fan(budi, toko), stall.hand()
    drafts = (
        official.CouponDraft(" "),
        official.CouponDraft("x", starts_at=now, ends_at=now),
        official.CouponDraft("x", stock=-1),
        official.CouponDraft("x", "discount", amount=101),
        official.CouponDraft("x", per_person=0),
    )
    for draft in drafts:
        await stall.refused(CouponNotPossible, official.make_coupon, official=toko.id, draft=draft)
    later = official.CouponDraft("Besok", starts_at=now + HOUR, ends_at=now + DAY)
    coupon = await stall.do(official.make_coupon, official=toko.id, draft=later)
    give = {"official": toko.id, "id": coupon.id, "openid": fan.openid}
    await stall.refused(CouponOver, official.give_coupon, **give)
    stall.hand.forward(2 * HOUR)
    given = await stall.do(official.give_coupon, **give)
    await stall.refused(official.NoSuchCoupon, official.take_coupon, by=asing, id=coupon.id)
    await stall.refused(official.NoSuchCoupon, offering.my_coupon, by=asing, code=given.code)
    stall.hand.forward(2 * DAY)
    await stall.refused(CouponOver, official.redeem, by=sari, official=toko.id, code=given.code)
    await stall.do(official.close_coupon, official=toko.id, id=coupon.id)


async def test_followers_and_what_they_write_are_counted_by_day(stall: Stall) -> None:
    sari, budi, ayu = await stall.people("sari", "budi", "ayu")
    toko = await stall.toko(sari)
    fan = await stall.fan(budi, toko, source="ADD_SCENE_SEARCH")
    await stall.fan(ayu, toko, source="ADD_SCENE_QR_CODE")
    for _ in range(2):
        await stall.tells(fan, "halo")
    await stall.do(official.count_call, official=toko.id, ms=30, failed=False)
    await stall.do(official.count_call, official=toko.id, ms=50, failed=True)
    first = day_of(stall.hand(), Settings().day_offset_min)
    stall.hand.forward(DAY)
    await stall.do(official.unfollow, by=ayu, official=toko.id)
    second = day_of(stall.hand(), Settings().day_offset_min)
    asked = {"official": toko.id, "since": first, "until": second}
    found = await stall.ask(official.statistics, **asked)
    assert [(each.day, each.new, each.gone, each.total) for each in found.days] == [(first, 2, 0, 2), (second, 0, 1, 1)]
    assert [(each.messages, each.writers, each.calls, each.failed) for each in found.days] == [(2, 1, 2, 1), (0, 0, 0, 0)]
    assert {(each.source, each.new, each.gone) for each in found.sources} == {("ADD_SCENE_SEARCH", 1, 0), ("ADD_SCENE_QR_CODE", 1, 1)}
    (calls,) = await stall.ask(official.calls_by_day, **asked)
    assert (calls.calls, calls.failed, calls.total_ms, calls.most_ms) == (2, 1, 80, 50)
    (wrote,) = await stall.ask(official.upstream_by_day, **asked)
    assert (wrote.kind, wrote.people, wrote.messages) == ("message.text", 1, 2)
    assert await stall.ask(official.writers_by_day, **asked) == {first: [2]}
    assert await stall.ask(official.followers_at_end, **asked | {"since": second}) == {second: 1}


@ON_SQLITE
async def test_long_data_is_kept_under_a_short_name_for_a_while(stall: Stall) -> None:
    (sari,) = await stall.people("sari")
    toko, other = await stall.toko(sari), await stall.toko(sari, "warungsari")
    for data, expires in (("", 60), ("x" * 4_097, 60), ("x", 0), ("x", 2_592_001)):
        await stall.refused(official.ShortKeyNotPossible, official.shorten, official=toko.id, data=data, expires_s=expires)
    made = await stall.do(official.shorten, official=toko.id, data="☕" * 1_000, expires_s=60)
    assert (await stall.ask(official.lengthen, official=toko.id, name=made.name)).data == "☕" * 1_000
    await stall.refused(official.NoSuchShortKey, official.lengthen, official=other.id, name=made.name)
    stall.hand.forward(HOUR)
    await stall.refused(official.NoSuchShortKey, official.lengthen, official=toko.id, name=made.name)


def test_days_are_counted_where_the_place_is() -> None:
    assert day_of(1_795_703_982_751, 420) == "2026-11-26"
    assert day_of(17 * 3_600_000, 420) == "1970-01-02"
    assert counting.days_between("2026-02-27", "2026-03-01") == ["2026-02-27", "2026-02-28", "2026-03-01"]
