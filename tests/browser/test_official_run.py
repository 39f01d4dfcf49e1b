"""Running an account, with a phone on the other side: codes that hang somewhere, coupons, programs, and who it belongs to."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.conftest import TakePhone, built, served_place
from tests.browser.test_official import cast, clean, in_english, toko
from tests.served import Served, free_port
from tests.wechat.shop import Bot
from tests.worlds import Hand
from warung import accounts, official
from warung.kit.ids import Nonce


@pytest.fixture
async def place(tmp_path: Path, hand: Hand) -> AsyncIterator[Served]:
    """A warung with the built client that goes to the programs of these tests, which stand on this machine."""
    built()
    sections = {accounts.Settings: accounts.Settings(registration="open")}
    async with served_place(tmp_path, hand, sections=sections, outside_exempt="127.0.0.0/8") as served:
        yield served


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    """A program that is called, and listens."""
    made = Bot()
    await made.start()
    yield made
    await made.stop()


async def test_a_code_says_where_a_follower_comes_from(place: Served, take_phone: TakePhone) -> None:
    b, a = await cast(place)
    shop = await toko(place, a, "tokosari", name="Toko Sari")
    ayu, budi = await in_english(await take_phone()), await in_english(await take_phone(color_scheme="dark"))
    staff = await ayu.sign_in(a, f"/run/{shop.id}/codes")
    await staff.get_by_label("Where it hangs").fill("table 7")
    await staff.get_by_role("button", name="Make the code").click()
    sheet = staff.get_by_role("dialog", name="table 7")
    await expect(sheet.get_by_role("img")).to_be_visible()
    await clean(staff, "a code")
    url = await sheet.get_by_text(f"{place.url}/o/").inner_text()
    page = await budi.sign_in(b, url.removeprefix(place.url))
    await page.get_by_role("button", name="Follow").click()
    await page.get_by_role("dialog").get_by_role("button", name="Follow").click()
    await expect(page.get_by_text("by scanning its code")).to_be_visible()
    await clean(page, "where a code leads")
    await page.get_by_role("link", name="Write a message").click()
    await expect(page.get_by_role("log").get_by_text("Welcome to Toko Sari!")).to_be_visible()
    await staff.reload()
    row = staff.get_by_role("button", name="table 7")
    await expect(row).to_contain_text("1 scan")
    await expect(row).to_contain_text("+1")
    await clean(staff, "codes")
    await staff.goto(f"{place.url}/run/{shop.id}/followers")
    await expect(staff.get_by_role("button", name=re.compile("Follower")).get_by_text("by scanning its code, table 7")).to_be_visible()
    await page.goto(url)  # who follows goes on talking
    await expect(page.get_by_role("log")).to_be_visible()


async def test_a_coupon_is_made_given_shown_and_redeemed_once(place: Served, take_phone: TakePhone) -> None:
    b, a = await cast(place)
    shop = await toko(place, a, "tokosari", name="Toko Sari")
    fan = await place.world.db.write(lambda tx: official.follow(tx, by=b, official=shop.id, source="ADD_SCENE_QR_CODE"))
    ayu, budi = await in_english(await take_phone()), await in_english(await take_phone(color_scheme="dark"))
    staff = await ayu.sign_in(a, f"/run/{shop.id}/coupons")
    await staff.get_by_role("button", name="New coupon").last.click()
    sheet = staff.get_by_role("dialog")
    await sheet.get_by_label("On the coupon").fill("A free klepon")
    await sheet.get_by_label("What it gives").fill("With any coffee")
    await sheet.get_by_label("Left").fill("2")
    await clean(staff, "a new coupon")
    await sheet.get_by_role("button", name="Save").click()
    await staff.get_by_role("button", name="Give to a follower").click()
    await sheet.get_by_role("button", name="Send").click()
    given = staff.get_by_role("article")
    await expect(given.locator("dd")).to_have_text(["1", "1", "0"])
    page = await budi.sign_in(b, f"/chat/{fan.conversation}")
    await page.get_by_role("log").get_by_role("button", name="Take the coupon").click()
    letters = page.locator(".letters")
    await expect(letters).to_be_visible()
    await clean(page, "a coupon at the counter")
    code = await letters.inner_text()
    await clean(staff, "coupons of an account")
    await staff.get_by_label("Code of a coupon").fill(code)
    await staff.get_by_role("button", name="Redeem").click()
    await expect(staff.get_by_role("dialog").get_by_text("A free klepon")).to_be_visible()
    await clean(staff, "a coupon that was redeemed")
    await staff.get_by_role("dialog").get_by_role("button", name="Next").click()
    await expect(given.locator("dd")).to_have_text(["1", "1", "1"])
    await staff.get_by_label("Code of a coupon").fill(code)
    await staff.get_by_role("button", name="Redeem").click()
    await expect(staff.get_by_role("alert").filter(has_text="This coupon was redeemed")).to_be_visible()
    await page.goto(f"{place.url}/coupons")
    await page.get_by_role("link", name=re.compile("A free klepon")).click()
    await expect(page.get_by_text("Used on")).to_be_visible()
    await clean(page, "a coupon that was used")


async def test_programs_get_a_token_once_a_webhook_and_a_callback_that_is_asked(place: Served, take_phone: TakePhone, bot: Bot) -> None:
    _, a = await cast(place)
    shop = await toko(place, a, "tokosari", name="Toko Sari")
    ayu = await in_english(await take_phone())
    page = await ayu.sign_in(a, f"/run/{shop.id}/programs")
    await page.get_by_role("button", name="New token").click()
    await page.get_by_label("What it is for").fill("till")
    await page.get_by_role("dialog").get_by_role("button", name="Make").click()
    await expect(page.get_by_text("Shown only now")).to_be_visible()
    token = await page.locator("main .secret", has_text="till").locator("code").inner_text()
    await clean(page, "a token")
    await page.get_by_role("button", name="I have kept it").click()
    await expect(page.get_by_text("Shown only now")).to_have_count(0)
    await page.reload()
    await expect(page.get_by_role("button", name="Revoke till")).to_be_visible()
    assert len(token) > 20
    assert token not in await page.content()
    await page.get_by_role("button", name="New webhook").click()
    await page.get_by_role("dialog").get_by_label("Address").fill(f"http://127.0.0.1:{bot.port}/hook")
    await page.get_by_role("dialog").get_by_role("button", name="Make").click()
    await expect(page.get_by_text("Shown only now")).to_be_visible()
    await page.get_by_role("button", name="I have kept it").click()
    await expect(page.get_by_text(re.compile("at event"))).to_be_visible()
    form = page.locator("form").filter(has_text="EncodingAESKey")
    await form.get_by_label("Token", exact=True).fill(bot.token)
    for wrong, said in (("http://192.168.7.7/wx", "does not go to this address"), (f"http://127.0.0.1:{free_port()}/", "Nothing answered")):
        await form.get_by_label("Address").fill(wrong)
        await form.get_by_role("button", name="Check and save").click()
        await expect(form.get_by_role("alert").filter(has_text=said)).to_be_visible()
    await form.get_by_label("Address").fill(bot.url)
    bot.token = "another1"
    await form.get_by_role("button", name="Check and save").click()
    await expect(form.get_by_role("alert").filter(has_text="Has it the same token")).to_be_visible()
    await clean(page, "a callback that answers wrongly")
    bot.token = await form.get_by_label("Token", exact=True).input_value()
    await form.get_by_role("button", name="Check and save").click()
    await expect(form.get_by_text("answered rightly")).to_be_visible()
    await expect(page.get_by_role("switch", name="A program answers")).to_be_checked()
    await clean(page, "programs")


async def test_an_account_is_handed_over_and_taken(place: Served, take_phone: TakePhone) -> None:
    b, a = await cast(place)
    shop = await toko(place, a, "tokosari", name="Toko Sari")
    await place.world.db.write(lambda tx: official.set_staff(tx, by=a, official=shop.id, account=b, role="editor"))
    ayu, budi = await in_english(await take_phone()), await in_english(await take_phone(color_scheme="dark"))
    owner = await ayu.sign_in(a, f"/run/{shop.id}/settings")
    await owner.get_by_role("button", name="Hand the account over").click()
    await expect(owner.get_by_role("dialog").get_by_role("combobox")).to_have_value(b)
    await clean(owner, "handing an account over")
    await owner.get_by_role("dialog").get_by_role("button", name="Offer it").click()
    await expect(owner.get_by_role("listitem").filter(has_text="Budi").get_by_text("offered")).to_be_visible()
    await expect(owner.get_by_role("button", name="Take the offer back")).to_be_visible()
    page = await budi.sign_in(b)
    await page.get_by_role("link", name=re.compile("Ayu hands the account Toko Sari over to you")).click()
    await expect(page.get_by_text("waits for you")).to_be_visible()
    await clean(page, "the card of an account that is offered")
    await page.goto(f"{place.url}/run")
    await expect(page.get_by_role("link", name=re.compile("Toko Sari")).filter(has_text="hands it over to you")).to_be_visible()
    await page.go_back()
    await page.get_by_role("button", name="Have a look").click()
    await expect(page.get_by_role("region", name="Its owner hands it over to you")).to_be_visible()
    await clean(page, "an account that is offered")
    await page.get_by_role("button", name="Take it over").click()
    await expect(page.get_by_role("button", name="Take it over")).to_have_count(0)
    await page.goto(f"{place.url}/run")
    await expect(page.get_by_role("link", name=re.compile("Toko Sari")).filter(has_text="Owner")).to_be_visible()
    await owner.goto(place.url)
    await owner.get_by_role("link", name=re.compile("Budi took the account Toko Sari over")).click()
    await expect(owner.get_by_text("Budi took it over")).to_be_visible()
    await owner.goto(f"{place.url}/run/{shop.id}/settings")
    await expect(owner.get_by_role("listitem").filter(has_text="Ayu").get_by_text("Editor")).to_be_visible()
    await expect(owner.get_by_role("button", name="Hand the account over")).to_have_count(0)
    await clean(owner, "settings as an editor sees them")
    await owner.get_by_role("button", name="Leave the account").click()
    await owner.get_by_role("dialog").get_by_role("button", name="Leave the account").click()
    await expect(owner.get_by_text("No account yet")).to_be_visible()


async def test_an_article_for_followers_is_read_by_whom_it_is_passed_on_to(place: Served, take_phone: TakePhone) -> None:
    b, a = await cast(place)
    s = await place.cast.person("siti", language="en")
    talk = await place.cast.friends(b, s)
    shop = await toko(place, a, "tokosari", name="Toko Sari")
    await place.world.db.write(lambda tx: official.follow(tx, by=b, official=shop.id, source="ADD_SCENE_QR_CODE"))
    written = official.Writing(title="For regulars", content="<p>Klepon at six</p>")
    draft = await place.world.db.write(lambda tx: official.add_draft(tx, official=shop.id, items=[written]))
    article = await place.world.db.write(lambda tx: official.make_public(tx, official=shop.id, media_id=draft.media_id, number=1))
    ayu, siti = await in_english(await take_phone()), await in_english(await take_phone(color_scheme="dark"))
    staff = await ayu.sign_in(a, f"/run/{shop.id}/articles")
    await staff.get_by_role("button", name="More about “For regulars”").click()
    await staff.get_by_role("switch", name="For followers").click()
    await expect(staff.get_by_role("switch", name="For followers")).to_be_checked()
    await clean(staff, "an article for followers")
    page = await siti.sign_in(s, f"/read/{article.id}/0")
    await expect(page.get_by_text("This article is not here, or not for you.")).to_be_visible()
    nonce = Nonce("for-regulars-1")
    await place.world.db.write(lambda tx: official.share_article(tx, by=b, to=talk, id=article.id, item=0, nonce=nonce))
    await page.goto(f"{place.url}/chat/{talk}")
    await page.get_by_role("log").get_by_role("link", name=re.compile("For regulars")).click()
    await expect(page.get_by_text("Klepon at six")).to_be_visible()
    await clean(page, "an article that was passed on")
