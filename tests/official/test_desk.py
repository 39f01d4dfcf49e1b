"""The desk: who waits, who takes the case, what is noted, and that the staff never learns who a follower is."""

import pytest

from tests.official.conftest import ON_SQLITE, Stall
from warung import official
from warung.kit.clock import DAY
from warung.kit.ids import Nonce
from warung.official import desk_notes, seats, serving
from warung.official.desk_model import BadKf, DeskNotPossible, KfExists, KfOffline, NoSuchKf, NotStaff, NotYourSession, TooManyCanned

pytestmark = pytest.mark.anyio

HELLO = official.Words(words="Ada yang bisa dibantu?")


async def test_a_case_waits_is_taken_handed_over_and_closed(stall: Stall) -> None:
    sari, budi, siti, rina = await stall.people("sari", "budi", "siti", "rina")
    await stall.friends(sari, siti, rina)
    toko = await stall.toko(sari)
    for who in (siti, rina):
        await stall.do(official.set_staff, by=sari, official=toko.id, account=who, role="desk")
    await stall.do(official.set_desk, official=toko.id, settings=official.DeskSettings(on=True, greeting="Sebentar ya"))
    fan = await stall.fan(budi, toko)
    await stall.tells(fan, "pesananku belum datang")
    (waiting,) = await stall.ask(official.sessions, official=toko.id)
    assert (waiting.openid, waiting.kf) == (fan.openid, None)
    assert {who for who, frame in stall.pushed if frame["type"] == "official.desk"} == {sari, siti, rina}
    said = {"official": toko.id, "openid": fan.openid}
    await stall.refused(NotYourSession, serving.reply, by=siti, **said, card=HELLO, nonce=stall.nonce())
    mine = (await stall.do(official.take, by=siti, **said)).kf
    await stall.do(official.sit, by=siti, official=toko.id, online=True, nick="Siti")
    await stall.refused(official.InSession, official.take, by=rina, **said)
    once = Nonce("jawaban-0001")
    first = await stall.do(serving.reply, by=siti, **said, card=HELLO, nonce=once)
    assert await stall.do(serving.reply, by=siti, **said, card=HELLO, nonce=once) == first
    theirs = (await stall.do(official.sit, by=rina, official=toko.id, online=False, nick="Rina")).kf
    await stall.refused(KfOffline, official.hand_over, by=siti, **said, kf=theirs)
    await stall.do(official.sit, by=rina, official=toko.id, online=True)
    await stall.do(official.hand_over, by=siti, **said, kf=theirs)
    await stall.refused(NotYourSession, serving.reply, by=siti, **said, card=HELLO, nonce=stall.nonce())
    await stall.do(serving.reply, by=rina, **said, card=official.Words(words="Sudah di jalan"), nonce=stall.nonce())
    await stall.tells(fan, "terima kasih")
    await stall.do(official.sit, by=rina, official=toko.id, online=False)
    assert (await stall.do(official.take, by=siti, **said)).kf == mine  # rina went home
    await stall.do(serving.finish, by=siti, **said)
    told = [(each["type"], each.get("kf") or each.get("to")) for each in await stall.log(toko, 1) if each["type"].startswith("desk.")]
    assert told == [
        ("desk.waiting", None),
        ("desk.opened", mine),
        ("desk.handed_over", theirs),
        ("desk.opened", mine),
        ("desk.closed", mine),
    ]
    assert await stall.read(fan) == [
        (False, "pesananku belum datang"),
        (True, "Sebentar ya"),
        (True, "Ada yang bisa dibantu?"),
        (True, "Sudah di jalan"),
        (False, "terima kasih"),
    ]
    records = await stall.ask(official.records, official=toko.id, since=0, until=1 << 60)
    assert [(each.kf, each.sent, each.text) for each in records] == [
        ("", False, "pesananku belum datang"),
        (mine, True, "Ada yang bisa dibantu?"),
        (theirs, True, "Sudah di jalan"),
        (theirs, False, "terima kasih"),
    ]


async def test_the_staff_sees_the_conversation_and_not_who_writes(stall: Stall) -> None:
    sari, budi, siti = await stall.people("sari", "budi", "siti")
    await stall.friends(sari, siti)
    toko = await stall.toko(sari)
    await stall.do(official.set_staff, by=sari, official=toko.id, account=siti, role="desk")
    fan = await stall.fan(budi, toko)
    await stall.tells(fan, "halo")
    seen = await stall.ask(serving.view, by=siti, official=toko.id, openid=fan.openid)
    assert [(each.mine, each.seq) for each in seen] == [(False, 1)]
    assert budi not in str(seen)
    stranger = await stall.person("dewi")
    for verb, more in ((serving.view, {}), (desk_notes.notes, {}), (desk_notes.write_note, {"text": "x"}), (serving.take, {})):
        await stall.refused(official.OfficialNotFound, verb, by=stranger, official=toko.id, openid=fan.openid, **more)
    note = await stall.do(desk_notes.write_note, by=siti, official=toko.id, openid=fan.openid, text="suka manis")
    assert [each.text for each in await stall.ask(desk_notes.notes, by=sari, official=toko.id, openid=fan.openid)] == ["suka manis"]
    await stall.do(desk_notes.delete_note, by=sari, official=toko.id, id=note.id)
    many = [("a", "b")] * 201
    await stall.refused(TooManyCanned, desk_notes.set_canned, by=siti, official=toko.id, sentences=many)
    await stall.do(desk_notes.set_canned, by=siti, official=toko.id, sentences=[("Ongkir", "Ongkos kirim 10.000")])
    assert [each.title for each in await stall.ask(desk_notes.canned, by=sari, official=toko.id)] == ["Ongkir"]


@ON_SQLITE
async def test_new_cases_go_to_whoever_serves_the_fewest_and_outside_the_hours_to_nobody(stall: Stall) -> None:
    sari, budi, ayu, dewi = await stall.people("sari", "budi", "ayu", "dewi")
    toko = await stall.toko(sari)
    seat = await stall.do(official.sit, by=sari, official=toko.id, online=True, takes=1)
    await stall.do(official.set_desk, official=toko.id, settings=official.DeskSettings(on=True))
    for who in (budi, ayu):
        await stall.tells(await stall.fan(who, toko), "halo")
    first, second = await stall.ask(official.sessions, official=toko.id)
    assert (first.kf, second.kf) == (seat.kf, None)
    await stall.do(serving.finish, by=sari, official=toko.id, openid=first.openid)
    assert [each.kf for each in await stall.ask(official.sessions, official=toko.id)] == [seat.kf]  # the next one
    now = stall.hand()
    today = (now // DAY + 3) % 7
    days: list[official.Hours | None] = [None] * 7
    days[today] = official.Hours(0, 24 * 60)
    hours = official.DeskSettings(on=True, days=tuple(days), closed="Kami tutup")
    assert serving.is_open(hours, now)
    assert not serving.is_open(hours, now + DAY)
    days[today] = None
    await stall.do(official.set_desk, official=toko.id, settings=official.DeskSettings(on=True, days=tuple(days), closed="Kami tutup"))
    late = await stall.fan(dewi, toko)
    await stall.tells(late, "halo")
    assert (await stall.read(late))[-1] == (True, "Kami tutup")
    assert len(await stall.ask(official.sessions, official=toko.id)) == 1
    never = (official.Hours(5, 5),) * 7
    for wrong in (official.DeskSettings(days=(None,)), official.DeskSettings(days=never), official.DeskSettings(offset_min=5_000)):
        await stall.refused(DeskNotPossible, official.set_desk, official=toko.id, settings=wrong)


@ON_SQLITE
async def test_desk_names_for_programs_are_bound_to_the_staff(stall: Stall) -> None:
    sari, budi = await stall.people("sari", "budi")
    toko = await stall.toko(sari)
    fan = await stall.fan(budi, toko)
    name = f"test1@{toko.gh}"
    for wrong in ("test1", "@" + toko.gh, "a b@" + toko.gh, "test1@gh_000000000000"):
        await stall.refused(BadKf, official.add_kf, official=toko.id, kf=wrong, nick="x")
    made = await stall.do(official.add_kf, official=toko.id, kf=name, nick="Layanan")
    assert (made.number > 1000, made.account, made.online) == (True, None, False)
    await stall.refused(KfExists, official.add_kf, official=toko.id, kf=name, nick="x")
    await stall.refused(NotStaff, official.bind_kf, official=toko.id, kf=name, account=budi)
    await stall.refused(KfOffline, official.open_session, official=toko.id, openid=fan.openid, kf=name)
    await stall.do(official.bind_kf, official=toko.id, kf=name, account=sari)
    assert (await stall.do(official.sit, by=sari, official=toko.id, online=True)).kf == name
    assert (await stall.do(official.open_session, official=toko.id, openid=fan.openid, kf=name)).kf == name
    said = await stall.says(toko, fan, "Halo", kf=name)
    assert b'"why":"desk:Layanan"' in bytes(said.card)
    await stall.refused(NoSuchKf, official.say, official=toko.id, to=fan.openid, card=HELLO, nonce=stall.nonce(), kf=f"lain@{toko.gh}")
    await stall.do(official.delete_kf, official=toko.id, kf=name)
    assert [each.kf for each in await stall.ask(official.sessions, official=toko.id)] == [None]
    await stall.do(official.close_session, official=toko.id, openid=fan.openid)
    await stall.refused(official.NoSuchSession, official.close_session, official=toko.id, openid=fan.openid)
    assert await stall.ask(seats.kfs, official=toko.id) == []
