"""An account gets another owner: offered by one, taken over by the other; what goes with it and what does not."""

import json

import pytest

from tests.official.conftest import ON_SQLITE, Stall
from tests.scenarios.walking import device
from tests.served import Served
from tests.worlds import Hand, OpenWorld
from warung import apps, chat, official, pay
from warung.app import World
from warung.kit.ids import AccountId
from warung.official import owning, team
from warung.official.model import NotOffered, OfficialNotFound, OwnerStays, Settings, StaffOnly, TooManyOfficials
from warung.wechatpay import merchants

pytestmark = pytest.mark.anyio


async def test_an_account_belongs_to_who_takes_it_over_and_union_ids_with_it(stall: Stall) -> None:
    sari, budi, ayu = await stall.people("sari", "budi", "ayu")
    await stall.friends(sari, budi)
    toko, other = await stall.toko(sari), await stall.toko(sari, "warungsari")
    fan = await stall.fan(ayu, toko)
    await stall.do(official.set_staff, by=sari, official=toko.id, account=budi, role="desk")
    before = await stall.ask(official.union_id, owner=sari, account=ayu)
    await stall.do(owning.offer, by=sari, official=toko.id, to=budi)
    assert [each.id for each in await stall.ask(owning.offers, by=budi)] == [toko.id]
    assert (await stall.ask(official.official, id=toko.id)).owner == sari
    now = await stall.do(owning.take_over, by=budi, official=toko.id)
    assert (now.owner, now.appid, now.gh) == (budi, toko.appid, toko.gh)
    assert await stall.ask(owning.offers, by=budi) == []
    roles = {each.account: each.role for each in await stall.ask(official.staff, by=sari, official=toko.id)}
    assert roles == {sari: "editor", budi: "owner"}
    assert await stall.ask(official.union_id, owner=budi, account=ayu) != before
    assert await stall.ask(official.union_id, owner=sari, account=ayu) == before
    known = await stall.ask(official.follower_of, official=toko.id, account=ayu)
    assert known is not None
    assert (known.openid, known.follows) == (fan.openid, True)
    assert [each["openid"] for each in await stall.log(toko) if each["type"] == "owner.changed"] == [""]
    assert (await stall.ask(official.official, id=other.id)).owner == sari
    await stall.refused(official.RoleNeeded, official.change, by=sari, official=toko.id, name="Toko Lain")
    await stall.do(official.change, by=budi, official=toko.id, name="Toko Budi")


async def test_who_leaves_with_the_offer_is_gone_and_what_was_tied_to_the_account_is_not(stall: Stall) -> None:
    sari, budi = await stall.people("sari", "budi")
    await stall.friends(sari, budi)
    toko = await stall.toko(sari)
    await stall.do(official.set_staff, by=sari, official=toko.id, account=budi, role="editor")
    await stall.do(official.sit, by=sari, official=toko.id, online=True)
    app = (await stall.do(apps.register, by=sari, name="Kasir", official=toko.id)).app
    theirs = (await stall.do(apps.register, by=budi, name="Lain")).app
    shop = await stall.do(pay.open_shop, by=sari, name="Toko Sari", city="Bandung")
    number = await stall.do(merchants.register, by=sari, shop=shop.id)
    await stall.do(merchants.bind, by=sari, mchid=number.mchid, appid=toko.appid)
    await stall.do(merchants.bind, by=sari, mchid=number.mchid, appid=app.appid)
    await stall.do(owning.offer, by=sari, official=toko.id, to=budi, leaves=True)
    await stall.do(owning.take_over, by=budi, official=toko.id)
    assert [each.account for each in await stall.ask(official.staff, by=budi, official=toko.id)] == [budi]
    assert await stall.ask(official.kfs, official=toko.id) == []
    await stall.refused(OfficialNotFound, official.staff, by=sari, official=toko.id)
    kept = await stall.ask(apps.by_appid, appid=app.appid)
    assert kept is not None
    assert kept.official is None
    assert (await stall.ask(merchants.mine, by=sari))[0].appids == [app.appid]
    assert (await stall.do(apps.change, by=budi, app=theirs.id, official=toko.id)).official == toko.id


@ON_SQLITE
async def test_an_account_is_offered_by_its_owner_to_its_staff_and_taken_by_whom_it_is_offered_to(
    open_a_world: OpenWorld, hand: Hand, database: str
) -> None:
    world: World = await open_a_world(database, sections={Settings: Settings(each=1)})
    stall = Stall(world, hand)
    sari, budi, ayu, joko = await stall.people("sari", "budi", "ayu", "joko")
    await stall.friends(sari, budi, ayu)
    toko = await stall.toko(sari)
    for who in (budi, ayu):
        await stall.do(official.set_staff, by=sari, official=toko.id, account=who, role="editor")
    await stall.refused(StaffOnly, owning.offer, by=sari, official=toko.id, to=joko)
    await stall.refused(OwnerStays, owning.offer, by=sari, official=toko.id, to=sari)
    await stall.refused(official.RoleNeeded, owning.offer, by=budi, official=toko.id, to=budi)
    await stall.refused(OfficialNotFound, owning.offer, by=joko, official=toko.id, to=joko)
    await stall.refused(NotOffered, owning.take_over, by=budi, official=toko.id)
    await stall.do(owning.offer, by=sari, official=toko.id, to=ayu)
    await stall.do(owning.offer, by=sari, official=toko.id, to=budi)  # the latest counts
    await stall.refused(NotOffered, owning.take_over, by=ayu, official=toko.id)
    await stall.refused(NotOffered, owning.end_offer, by=ayu, official=toko.id)
    await stall.refused(OfficialNotFound, owning.take_over, by=joko, official=toko.id)
    seen = [await stall.ask(owning.offered, by=who, official=toko.id) for who in (sari, budi, ayu, joko)]
    assert [each is not None for each in seen] == [True, True, False, False]
    for who in (budi, sari):  # declined, taken back
        await stall.do(owning.end_offer, by=who, official=toko.id)
        await stall.refused(NotOffered, owning.take_over, by=budi, official=toko.id)
        await stall.do(owning.offer, by=sari, official=toko.id, to=budi)
    await stall.toko(budi, "kopibudi")
    await stall.refused(TooManyOfficials, owning.take_over, by=budi, official=toko.id)
    await stall.do(team.remove_staff, by=sari, official=toko.id, account=budi)
    await stall.refused(OfficialNotFound, owning.take_over, by=budi, official=toko.id)
    await stall.do(official.set_staff, by=sari, official=toko.id, account=budi, role="editor")
    await stall.refused(NotOffered, owning.take_over, by=budi, official=toko.id)
    assert (await stall.ask(official.official, id=toko.id)).owner == sari


@ON_SQLITE
async def test_both_hear_of_an_offer_where_this_place_writes_to_them_and_see_what_became_of_it(stall: Stall) -> None:
    sari, budi, ayu, joko = await stall.people("sari", "budi", "ayu", "joko")
    await stall.friends(sari, budi, ayu)
    toko = await stall.toko(sari)
    for who in (budi, ayu):
        await stall.do(official.set_staff, by=sari, official=toko.id, account=who, role="editor")

    async def heard(who: AccountId) -> list[tuple[str, str, str]]:
        page = await stall.page(who, await stall.do(chat.open_system, account=who))
        cards = [json.loads(bytes(each.card)) for each in page.messages]
        return [(each["id"], each["other"], each.get("what", "offered")) for each in cards if each["type"] == "official.offer"]

    async def now(who: AccountId, at: int = -1) -> str:
        return await stall.ask(owning.state, by=who, id=(await heard(who))[at][0])

    for leaves in (False, True):  # the second time says only that she leaves
        await stall.do(owning.offer, by=sari, official=toko.id, to=budi, leaves=leaves)
    assert [each[1:] for each in await heard(budi)] == [("Sari", "offered")]
    assert (await now(budi), await heard(sari)) == ("waiting", [])
    for who in (ayu, joko):
        await stall.refused(NotOffered, owning.state, by=who, id=(await heard(budi))[0][0])
    await stall.do(owning.offer, by=sari, official=toko.id, to=ayu)
    assert (await now(budi), await now(ayu)) == ("withdrawn", "waiting")
    await stall.do(owning.end_offer, by=ayu, official=toko.id)
    assert [each[1:] for each in await heard(sari)] == [("Ayu", "declined")]
    await stall.do(owning.offer, by=sari, official=toko.id, to=ayu)
    await stall.do(team.remove_staff, by=ayu, official=toko.id, account=ayu)
    assert (await now(ayu, 0), await now(ayu, 1), len(await heard(sari))) == ("declined", "declined", 2)
    await stall.do(owning.offer, by=sari, official=toko.id, to=budi)
    await stall.do(owning.take_over, by=budi, official=toko.id)
    assert (await now(budi), await now(sari), (await heard(sari))[-1][1:]) == ("taken", "taken", ("Budi", "taken"))
    await stall.do(owning.offer, by=budi, official=toko.id, to=sari)
    await stall.do(official.close, by=budi, official=toko.id)
    assert await now(sari) == "withdrawn"


@ON_SQLITE
async def test_an_account_is_offered_and_taken_over_http(world: World, hand: Hand) -> None:
    stall, served = Stall(world, hand), Served(world)
    sari, budi = await stall.people("sari", "budi")
    await stall.friends(sari, budi)
    toko = await stall.toko(sari)
    owner, editor = device(served, await served.token(sari)), device(served, await served.token(budi))
    here = f"/officials/{toko.id}"
    await owner.put(f"{here}/staff/{budi}", json={"role": "editor"})
    assert (await owner.put(f"{here}/owner", json={"account": budi, "leaves": "ya"})).status_code == 400
    assert (await owner.put(f"{here}/owner", json={"account": budi})).status_code == 204
    card = json.loads(bytes((await stall.page(budi, await stall.do(chat.open_system, account=budi))).messages[-1].card))
    assert (await editor.get(f"/officials/offers/{card['id']}")).json() == {"state": "waiting"}
    assert (await editor.get("/officials/offers/tidakada")).json()["error"]["code"] == "not_offered"
    for asks in (owner, editor):
        assert [each["offered"] for each in (await asks.get(f"{here}/staff")).json()] == [False, True]
    assert [each["id"] for each in (await editor.get("/officials/offered")).json()] == [toko.id]
    assert (await owner.delete(f"{here}/owner")).status_code == 204
    assert (await editor.post(f"{here}/owner")).json()["error"]["code"] == "not_offered"
    assert (await owner.put(f"{here}/owner", json={"account": budi, "leaves": True})).status_code == 204
    assert (await editor.post(f"{here}/owner")).json()["owner"] == budi
    assert (await owner.get(f"{here}/staff")).status_code == 404
