"""The menu under a conversation: its bounds, who sees which, and what a press tells."""

from typing import Any

import pytest

from tests.official.conftest import ON_SQLITE, Stall
from warung import accounts, official
from warung.kit.card import BrokenCard
from warung.official import Button, Menu, menus, pressing, rules
from warung.official.days import day_of
from warung.official.model import Settings
from warung.official.pressing import PressIncomplete

pytestmark = pytest.mark.anyio

CLICK = Button("Pesan", type="click", key="pesan")


@ON_SQLITE
async def test_a_menu_holds_its_bounds(stall: Stall) -> None:
    toko = await stall.toko(await stall.person("sari"))
    wrong: list[tuple[type[Any], tuple[Button, ...]]] = [
        (official.MenuNotPossible, ()),
        (official.MenuNotPossible, (CLICK,) * 4),
        (official.SubMenuNotPossible, (Button("Isi", sub=(CLICK,) * 6),)),
        (official.SubMenuNotPossible, (Button("Isi", sub=(Button("Lagi", sub=(CLICK,)),)),)),
        (official.ButtonNameNotPossible, (Button("菜单菜单菜单", type="click", key="k"),)),
        (official.ButtonNameNotPossible, (Button(" ", type="click", key="k"),)),
        (official.ButtonKindUnknown, (Button("x", type="scan", key="k"),)),
        (official.ButtonKindUnknown, (Button("x"),)),
        (official.ButtonKeyNotPossible, (Button("x", type="click"),)),
        (official.ButtonKeyNotPossible, (Button("x", type="click", key="k" * 129),)),
        (official.ButtonUrlNotPossible, (Button("x", type="view", url="javascript:alert(1)"),)),
        (official.ButtonUrlNotPossible, (Button("x", type="view", url="https://x.example/" + "x" * 1024),)),
        (official.ButtonIncomplete, (Button("x", type="miniprogram", url="https://x.example/"),)),
        (official.ButtonIncomplete, (Button("x", type="media_id"),)),
    ]
    for refusal, buttons in wrong:
        await stall.refused(refusal, official.set_menu, official=toko.id, menu=Menu(buttons))
    assert await stall.ask(official.menu, official=toko.id) is None
    rule = official.MatchRule(language="zh_CN")
    await stall.refused(official.NoDefaultMenu, official.add_conditional, official=toko.id, menu=Menu((CLICK,)), rule=rule)
    first = await stall.do(official.set_menu, official=toko.id, menu=Menu((CLICK,)))
    second = await stall.do(official.set_menu, official=toko.id, menu=Menu((CLICK, CLICK)))
    assert second > first
    assert [each.id for each in await stall.ask(menus.menus_of, official=toko.id)] == [second]
    await stall.refused(official.MatchRuleEmpty, official.add_conditional, official=toko.id, menu=Menu((CLICK,)), rule=official.MatchRule())
    unknown = official.MatchRule(tag_id=123)
    await stall.refused(official.NoSuchTag, official.add_conditional, official=toko.id, menu=Menu((CLICK,)), rule=unknown)
    await stall.refused(official.NoSuchMenu, official.delete_conditional, official=toko.id, menu=second)


async def test_a_follower_sees_the_newest_menu_that_fits_them_and_others_none(stall: Stall) -> None:
    sari, budi, siti = await stall.people("sari", "budi", "siti")
    toko = await stall.toko(sari)
    fan = await stall.fan(budi, toko)
    await stall.do(accounts.change, by=budi, changes=accounts.Changes(language="zh", region="ID"))
    tag = await stall.do(official.add_tag, official=toko.id, name="vip")
    common = await stall.do(official.set_menu, official=toko.id, menu=Menu((CLICK,)))
    menu = Menu((Button("您好", type="click", key="zh"),))
    chinese = await stall.do(official.add_conditional, official=toko.id, menu=menu, rule=official.MatchRule(language="zh_CN", country="ID"))
    special = await stall.do(official.add_conditional, official=toko.id, menu=menu, rule=official.MatchRule(tag_id=tag.id))
    await stall.do(official.add_conditional, official=toko.id, menu=menu, rule=official.MatchRule(sex="1"))

    async def seen() -> int | None:
        found = await stall.ask(menus.shown_to, official=toko.id, account=budi)
        return None if found is None else found.id

    assert await seen() == chinese
    await stall.do(official.tag, official=toko.id, id=tag.id, openids=[fan.openid])
    assert await seen() == special
    await stall.do(official.delete_conditional, official=toko.id, menu=special)
    await stall.do(accounts.change, by=budi, changes=accounts.Changes(language="id"))
    assert await seen() == common
    assert await stall.ask(menus.shown_to, official=toko.id, account=siti) is None
    await stall.do(official.delete_menu, official=toko.id)
    assert await seen() is None


@ON_SQLITE
async def test_a_press_tells_what_the_button_is_for(stall: Stall) -> None:
    sari, budi, siti = await stall.people("sari", "budi", "siti")
    toko = await stall.toko(sari)
    fan = await stall.fan(budi, toko)
    column = Button(
        "Kirim",
        sub=(
            Button("Kode", type="scancode_waitmsg", key="kode"),
            Button("Foto", type="pic_photo_or_album", key="foto"),
            Button("Tempat", type="location_select", key="tempat"),
            Button("Situs", type="view", url="https://toko.example/"),
        ),
    )
    menu = await stall.do(official.set_menu, official=toko.id, menu=Menu((CLICK, column)))

    async def press(path: str, given: official.With | None = None) -> Button:
        return await stall.do(official.press, by=budi, official=toko.id, menu=menu, path=path, given=given)

    assert await press("0") == CLICK
    assert (await press("1.3")).url == "https://toko.example/"
    await press("1.0", official.With(scanned=official.CodeRead("8991234")))
    await press("1.1", official.With(pictures=("0" * 32,)))
    await press("1.2", official.With(place=official.Spot(-6.2, 106.8, label="Pasar Baru")))
    told = (await stall.log(toko))[1:]
    kinds = ["menu.click", "menu.view", "menu.scan_wait", "menu.photo_or_album", "menu.location"]
    assert [each["type"] for each in told] == kinds
    assert {each["openid"] for each in told} == {fan.openid}
    assert (told[0]["key"], told[1]["url"], told[2]["scanned"]["result"]) == ("pesan", "https://toko.example/", "8991234")
    assert (told[3]["pictures"], told[4]["place"]["label"]) == (["0" * 32], "Pasar Baru")
    for path in ("1", "2", "1.4", "x", "-1", "0.0", "0" * 200):
        await stall.refused(official.MenuChanged, pressing.press, by=budi, official=toko.id, menu=menu, path=path)
    await stall.refused(official.MenuChanged, pressing.press, by=budi, official=toko.id, menu=menu - 1, path="0")
    for path in ("1.0", "1.1", "1.2"):
        await stall.refused(PressIncomplete, pressing.press, by=budi, official=toko.id, menu=menu, path=path)
    nowhere = official.With(place=official.Spot(91, 0))
    await stall.refused(PressIncomplete, pressing.press, by=budi, official=toko.id, menu=menu, path="1.2", given=nowhere)
    await stall.refused(official.NotFollowing, pressing.press, by=siti, official=toko.id, menu=menu, path="0")
    await stall.do(official.report_location, by=budi, official=toko.id, latitude=-6.2, longitude=106.8, precision=30.0)
    assert (await stall.log(toko))[-1]["type"] == "location"
    where = {"latitude": 0.0, "longitude": 0.0, "precision": 0.0}
    await stall.refused(official.NotFollowing, official.report_location, by=siti, official=toko.id, **where)


async def test_a_menu_without_a_program_answers_and_with_one_tells_it(stall: Stall) -> None:
    sari, budi = await stall.people("sari", "budi")
    toko = await stall.toko(sari)
    fan = await stall.fan(budi, toko)
    said = (official.AutoAnswer(text="Enam sampai lima"), official.AutoAnswer(text="Minggu libur"))
    hours = official.Rule("jam", (official.Keyword("jam", "equal"), official.Keyword("k")), said, every=True)
    await stall.do(official.set_replies, official=toko.id, replies=official.Replies(rules=(hours,), default=official.AutoAnswer(text="Hm")))
    column = Button(
        "Tanya",
        sub=(
            Button("Harga", type="click", key="k1", answer=official.AutoAnswer(text="Seribu")),
            Button("Jam", type="click", key=" JAM "),
            Button("Lain", type="click", key="k2"),
        ),
    )
    menu = await stall.do(official.set_menu, official=toko.id, menu=Menu((column,)))
    shown = await stall.ask(menus.shown_to, official=toko.id, account=budi)
    assert shown is not None
    assert [(each.key, each.answer) for each in menus.shown(shown.menu).buttons[0].sub] == [("", None)] * 3
    for row in range(3):
        await stall.do(official.press, by=budi, official=toko.id, menu=menu, path=f"0.{row}")
    heard = [(each["key"], each["name"]) for each in await stall.log(toko) if each["type"] == "menu.click"]
    assert heard == [("k1", "Harga"), (" JAM ", "Jam"), ("k2", "Lain")]
    today = day_of(stall.hand(), Settings().day_offset_min)
    figures = (await stall.ask(official.statistics, official=toko.id, since=today, until=today)).menu
    assert {(each.name, each.clicks, each.people) for each in figures} == {("Harga", 1, 1), ("Jam", 1, 1), ("Lain", 1, 1)}
    assert await stall.read(fan) == [(True, "Seribu"), (True, "Enam sampai lima"), (True, "Minggu libur")]
    await stall.do(rules.set_mode, official=toko.id, mode="developer")
    for row in range(3):
        await stall.do(official.press, by=budi, official=toko.id, menu=menu, path=f"0.{row}")
    assert len([each for each in await stall.log(toko) if each["type"] == "menu.click"]) == 6
    assert len(await stall.read(fan)) == 3


@ON_SQLITE
async def test_a_button_says_what_the_account_has_and_only_when_clicked(stall: Stall) -> None:
    toko = await stall.toko(await stall.person("sari"))
    wrong = [
        Button("x", type="click", key="x", answer=official.AutoAnswer()),
        Button("x", type="click", key="x", answer=official.AutoAnswer(media_id="x" * 43)),
        Button("x", type="click", key="x", answer=official.AutoAnswer(text="a", article="b")),
        Button("x", type="view", url="https://x.example/", answer=official.AutoAnswer(text="a")),
    ]
    for button in wrong:
        for menu in (Menu((button,)), Menu((Button("Isi", sub=(button,)),))):
            await stall.refused(official.NotAnAnswer, official.set_menu, official=toko.id, menu=menu)
    long = Menu((Button("x", type="click", key="x", answer=official.AutoAnswer(text="x" * 2_049)),))
    await stall.refused(BrokenCard, official.set_menu, official=toko.id, menu=long)
    assert await stall.ask(official.menu, official=toko.id) is None
