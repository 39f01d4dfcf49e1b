"""Official accounts on two phones: one follows, reads and asks; the other runs the account, sits at its desk and looks at its figures."""

import asyncio
import re
import time

from PIL import Image
from playwright.async_api import FilePayload, Page, expect

from tests.browser.conftest import Phone, TakePhone, held_back, settled
from tests.browser.test_screens import violations
from tests.media.making import saved
from tests.served import PATIENCE_S, Served
from warung import official
from warung.kit.db import Tx
from warung.kit.ids import AccountId
from warung.official import registry

TODAY = official.Button("Today", type="click", key="today")
PRICES = official.Button("Prices", type="click", key="prices")
MENU = official.Menu((official.Button("Shop", sub=(TODAY, PRICES)), official.Button("Help", type="click", key="help")))
REPLIES = official.Replies(
    on_follow=official.AutoAnswer(text="Welcome to Toko Sari! The menu is below."),
    rules=(official.Rule("today", (official.Keyword("today", "equal"),), (official.AutoAnswer(text="Klepon and dadar gulung"),)),),
)

PHOTO: FilePayload = {"name": "kopi.jpg", "mimeType": "image/jpeg", "buffer": saved(Image.new("RGB", (640, 320), "#5d5a86"), "JPEG")}


async def toko(place: Served, owner: AccountId, handle: str, kind: official.Kind = "service", name: str = "") -> official.Official:
    """Open an account with a menu, answers and a desk."""

    def verb(tx: Tx) -> official.Official:
        made = official.register(
            tx, by=owner, kind=kind, handle=handle, name=name or handle.title(), intro="Sweet cakes since 1987"
        ).official
        official.set_menu(tx, official=made.id, menu=MENU)
        official.set_replies(tx, official=made.id, replies=REPLIES)
        official.set_desk(tx, official=made.id, settings=official.DeskSettings(on=True, greeting="One moment"))
        return made

    return await place.world.db.write(verb)


async def cast(place: Served) -> tuple[AccountId, AccountId]:
    """Budi, who looks after the place, and Ayu, who has a shop."""
    budi = await place.cast.person("budi", language="en", operator=True)
    ayu = await place.cast.person("ayu", language="en")
    await place.cast.friends(budi, ayu)
    return budi, ayu


async def in_english(phone: Phone) -> Phone:
    """Let a phone speak English whatever its owner does."""
    await phone.context.add_init_script("try { localStorage.setItem('warung.language', 'en') } catch {}")  # not in a frame without any
    return phone


async def heard(place: Served, shop: official.Official, kind: str, said: bytes) -> None:
    """Wait until the account's log says something."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        log = await place.world.db.read(lambda reader: official.events(reader, official=shop.id, after=0, limit=100))
        if any(each.kind == kind and said in bytes(each.body) for each in log):
            return
        assert time.monotonic() < deadline, [each.kind for each in log]
        await asyncio.sleep(0.05)


async def clean(page: Page, what: str) -> None:
    """Nothing for axe, and nothing wider than the phone."""
    await settled(page)
    assert await violations(page) == [], what
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, what


async def test_one_finds_follows_asks_and_is_answered_at_the_desk(place: Served, take_phone: TakePhone) -> None:
    b, a = await cast(place)
    shop = await toko(place, a, "tokosari", name="Toko Sari")
    await place.world.db.write(lambda tx: registry.verify(tx, by=b, official=shop.id, name="RT 05"))
    budi, ayu = await in_english(await take_phone()), await in_english(await take_phone())
    page = await budi.sign_in(b, "/contacts")
    await page.get_by_role("link", name="Official accounts").click()
    await page.get_by_label("Exact name of the account").fill("toko sari")
    await page.get_by_role("button", name="Find").click()
    await expect(page.get_by_text("verified as RT 05")).to_be_visible()
    await clean(page, "the page of an account")
    await page.get_by_role("button", name="Follow").click()
    await expect(page.get_by_role("dialog").get_by_text("may write to you")).to_be_visible()
    await clean(page, "what one agrees to")
    await page.get_by_role("dialog").get_by_role("button", name="Follow").click()
    await expect(page.get_by_text("by its exact name")).to_be_visible()
    await page.get_by_role("link", name="Write a message").click()
    log = page.get_by_role("log")
    await expect(log.get_by_text("Welcome to Toko Sari!")).to_be_visible()
    menu = page.get_by_role("navigation", name="Menu of Toko Sari")
    await menu.get_by_role("button", name="Shop").click()
    await clean(page, "the menu")
    await menu.get_by_role("button", name="Today").click()
    await expect(menu.get_by_role("button", name="Today")).to_have_count(0)
    await heard(place, shop, "menu.click", b'"key":"today"')
    await menu.get_by_role("button", name="Write a message instead").click()
    field = page.get_by_role("textbox", name="Message")
    await field.fill("today")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(log.get_by_text("Klepon and dadar gulung")).to_be_visible()
    await field.fill("Do you deliver?")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(log.get_by_text("One moment")).to_be_visible()
    await page.get_by_role("button", name="Back to the menu").click()
    await expect(menu).to_be_visible()
    staff = await ayu.sign_in(a, f"/run/{shop.id}/desk")
    await expect(staff.get_by_role("heading", name=re.compile("Waiting"))).to_be_visible()
    await clean(staff, "the desk")
    await staff.get_by_role("link", name=re.compile("Follower")).click()
    await expect(staff.get_by_role("log").get_by_text("Do you deliver?")).to_be_visible()
    await staff.get_by_role("button", name="Take this talk").click()
    await staff.get_by_role("textbox", name="Answer").fill("Yes, in town for free")
    await staff.get_by_role("button", name="Send", exact=True).click()
    await expect(log.get_by_text("Yes, in town for free")).to_be_visible()
    await expect(staff.get_by_role("log").get_by_text("Yes, in town for free")).to_be_visible()
    await clean(staff, "a talk at the desk")
    # two taps: why, and then what stops it
    await log.get_by_role("button", name=re.compile("answered")).last.click()
    await clean(page, "why it came")
    await page.get_by_role("dialog").get_by_role("button", name="Unfollow").click()
    await page.get_by_role("dialog").get_by_role("button", name="Unfollow").click()
    await expect(page.get_by_text("You do not follow this account any more")).to_be_visible()
    await page.goto(f"{place.url}/official/{shop.id}")
    await page.get_by_role("button", name="Complain").click()
    await page.get_by_role("dialog").get_by_role("button", name="Complain").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.goto(f"{place.url}/operator")
    await expect(page.get_by_text("Report the account: Unwanted advertising")).to_be_visible()


async def test_subscriptions_share_a_row_and_services_have_their_own(place: Served, take_phone: TakePhone) -> None:
    b, a = await cast(place)
    daily = await toko(place, a, "harian", "subscription", "Kabar Harian")
    news = await toko(place, a, "warta", "subscription", "Warta RT")
    shop = await toko(place, a, "tokosari", "service", "Toko Sari")
    for one in (daily, news, shop):
        await place.world.db.write(lambda tx, one=one: official.follow(tx, by=b, official=one.id, source="ADD_SCENE_SEARCH"))  # type: ignore[misc]
    budi = await in_english(await take_phone())
    page = await budi.sign_in(b)
    rows = page.get_by_role("navigation", name="Conversations")
    folded = rows.get_by_role("link", name=re.compile("Subscriptions"))
    await expect(folded.get_by_text("Warta RT")).to_be_visible()
    await expect(folded.get_by_text("2", exact=True)).to_be_visible()
    await expect(rows.get_by_role("link", name=re.compile("^Toko Sari"))).to_be_visible()
    await expect(rows.get_by_role("link", name=re.compile("^Kabar Harian"))).to_have_count(0)
    await clean(page, "the list")
    await page.reload()  # the list opens with the fold, from what the device keeps
    await folded.click()
    await expect(page.get_by_role("link", name=re.compile("Kabar Harian"))).to_be_visible()
    await clean(page, "the subscriptions")


async def a_menu_that_answers(place: Served, page: Page, phone: Phone, shop: AccountId, fan: AccountId) -> None:
    """Draw a menu that needs no program, and press it on another phone."""
    await page.goto(f"{place.url}/run/{shop}/menu")
    await page.get_by_role("button", name="Add a column").click()
    await page.get_by_label("Label").fill("Prices")
    await page.get_by_label("When tapped").select_option("view")
    await page.get_by_label("Address").fill("https://example.org/prices")
    await page.get_by_role("button", name="Add a column").click()
    await page.get_by_label("Label").fill("Hours")
    await page.get_by_label("Answer").fill("From six to five")
    await page.get_by_role("button", name="Add a column").click()
    await page.get_by_label("Label").fill("Look")
    await page.get_by_label("When tapped").select_option("media_id")
    await page.locator("main input[type=file]").set_input_files([PHOTO])
    await page.wait_for_function("() => document.querySelector('.shot img')?.naturalWidth > 0")
    await clean(page, "the menu editor")
    await page.get_by_role("button", name="Show this menu").click()
    await expect(page.get_by_text("The menu is up.")).to_be_visible()
    shown = await place.world.db.read(lambda reader: official.menu(reader, official=shop))
    assert shown is not None
    prices, hours, look = shown.menu.buttons
    assert (prices.name, prices.type, prices.url) == ("Prices", "view", "https://example.org/prices")
    assert (hours.type, hours.key, hours.answer) == ("click", "Hours", official.AutoAnswer(text="From six to five"))
    assert (look.type, len(look.media_id)) == ("media_id", 43)
    follow = await place.world.db.write(lambda tx: official.follow(tx, by=fan, official=shop, source="ADD_SCENE_QR_CODE"))
    asks = await phone.sign_in(fan, f"/chat/{follow.conversation}")
    await asks.get_by_role("button", name="Hours").click()
    await expect(asks.get_by_role("log").get_by_text("From six to five")).to_be_visible()
    await asks.get_by_role("button", name="Look").click()
    await expect(asks.get_by_role("log").locator("img")).to_have_count(1)
    await clean(asks, "a menu that answers")


async def test_the_staff_sets_up_menu_answers_and_people(place: Served, take_phone: TakePhone) -> None:
    b, a = await cast(place)
    ayu = await in_english(await take_phone())
    page = await ayu.sign_in(a, "/run")
    await page.get_by_role("link", name="Open an account").last.click()
    await page.get_by_label("Name of the account").fill("Toko Ayu")
    await page.get_by_label("User name").fill("tokoayu")
    await clean(page, "opening an account")
    await page.get_by_role("button", name="Open the account").click()
    await expect(page.get_by_text("AppSecret", exact=True)).to_be_visible()
    await clean(page, "the secret")
    (shop,) = await place.world.db.read(lambda reader: registry.mine(reader, by=a))
    await a_menu_that_answers(place, page, await in_english(await take_phone(color_scheme="dark")), shop.id, b)
    await page.goto(f"{place.url}/run/{shop.id}/replies")
    await page.get_by_label("To who begins to follow").fill("Selamat datang")
    await page.get_by_role("button", name="Another word").click()
    await page.get_by_label("Words").fill("open, hours")
    await page.get_by_label("Answer").fill("From six to five")
    await clean(page, "automatic answers")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved")).to_be_visible()
    said = await place.world.db.read(lambda reader: official.replies(reader, official=shop.id))
    assert said.on_follow == official.AutoAnswer(text="Selamat datang")
    assert [([word.text for word in rule.keywords], rule.answers) for rule in said.rules] == [
        (["open", "hours"], (official.AutoAnswer(text="From six to five"),))
    ]
    await page.goto(f"{place.url}/run/{shop.id}/settings")
    await page.get_by_label("User name").fill("budi")
    await page.get_by_role("radiogroup", name="Role").get_by_text("Desk").click()
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.get_by_role("button", name="Remove Budi")).to_be_visible()
    await clean(page, "settings")
    await page.goto(f"{place.url}/run/{shop.id}/followers")
    await page.get_by_role("button", name="New tag").click()
    await page.get_by_label("Tag", exact=True).fill("regulars")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("button", name=re.compile("Follower")).click()
    await page.get_by_role("dialog").get_by_role("button", name="regulars").click()
    await page.get_by_label("What I call them").fill("Pak Budi")
    await clean(page, "a follower")
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await expect(page.get_by_role("button", name=re.compile("Pak Budi"))).to_be_visible()
    known = await place.world.db.read(lambda reader: official.follower_of(reader, official=shop.id, account=b))
    assert known is not None
    assert (known.remark, len(known.tags)) == ("Pak Budi", 1)


async def a_preview(staff: Page, page: Page, slowly: asyncio.Event) -> None:
    """Show the draft that is being written to the other phone, while it is being saved by itself."""
    await staff.get_by_role("button", name="Preview").click()
    await staff.get_by_label("User name").fill("budi")
    await expect(staff.get_by_text("saving…")).to_be_visible()
    await staff.get_by_role("dialog").get_by_role("button", name="Send").click()
    slowly.set()
    await expect(staff.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_text("Preview, for you")).to_be_visible()
    await page.get_by_role("log").get_by_role("link", name=re.compile("Coffee from the slopes")).click()
    await expect(page.get_by_text("Preview: not published")).to_be_visible()
    await expect(page.locator("article strong")).to_have_text("Smells of jackfruit.")
    await page.wait_for_function("() => document.querySelector('article img')?.naturalWidth > 0")
    await expect(page.get_by_role("button", name="Forward")).to_have_count(0)
    await clean(page, "a preview")


async def test_an_article_is_written_published_sent_read_and_counted(place: Served, take_phone: TakePhone) -> None:
    b, a = await cast(place)
    shop = await toko(place, a, "tokosari", name="Toko Sari")
    fan = await place.world.db.write(lambda tx: official.follow(tx, by=b, official=shop.id, source="ADD_SCENE_QR_CODE"))
    ayu, budi = await in_english(await take_phone()), await in_english(await take_phone(color_scheme="dark"))
    staff = await ayu.sign_in(a, f"/run/{shop.id}/articles/new")
    slowly = await held_back(staff, "/drafts$")
    await staff.locator(".cover input").set_input_files([PHOTO])
    await staff.get_by_label("Title").fill("Coffee from the slopes of Merapi")
    words = staff.get_by_role("textbox", name="Write here…")
    await words.click()
    await staff.keyboard.type("Six sacks came this morning. ")
    await staff.get_by_role("button", name="Bold").click()
    await staff.keyboard.type("Smells of jackfruit.")
    await staff.locator(".tools input[type=file]").set_input_files([PHOTO])
    await staff.wait_for_function("() => document.querySelector('#writing img')?.naturalWidth > 0")
    await clean(staff, "the editor")
    page = await budi.sign_in(b, f"/chat/{fan.conversation}")
    await a_preview(staff, page, slowly)
    await staff.get_by_role("button", name="Publish").click()
    await staff.get_by_role("dialog").get_by_role("button", name="Publish").click()
    sends = staff.get_by_role("link", name="Send “Coffee from the slopes of Merapi” to followers")
    for _ in range(20):  # publishing is work for later, done by any node
        if await sends.count():
            break
        await staff.wait_for_timeout(250)
        await staff.reload()
        await settled(staff)
    await expect(staff.get_by_role("heading", name="Drafts")).to_have_count(0)
    await clean(staff, "the articles")
    await sends.click()
    await clean(staff, "a new broadcast")
    await staff.get_by_role("button", name="Send", exact=True).click()
    await staff.get_by_role("dialog").get_by_role("button", name="Send", exact=True).click()
    await expect(staff.get_by_text("Sent", exact=True)).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("This preview is over")).to_be_visible()
    await page.goto(f"{place.url}/chat/{fan.conversation}")
    card = page.get_by_role("log").get_by_role("link", name=re.compile("Coffee from the slopes")).last
    await expect(card).to_be_visible()
    await clean(page, "an article in the conversation")
    await card.click()
    await expect(page.get_by_role("heading", name="Coffee from the slopes of Merapi")).to_be_visible()
    await expect(page.locator("article strong")).to_have_text("Smells of jackfruit.")
    await page.wait_for_function("() => document.querySelector('article img')?.naturalWidth > 0")
    await page.get_by_label("Write a comment").fill("Keep a bag for me")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_text("Keep a bag for me")).to_be_visible()
    await clean(page, "the article")
    await page.get_by_role("button", name="Forward").click()
    await page.get_by_role("dialog").get_by_role("button", name=re.compile("Ayu")).click()
    await staff.goto(f"{place.url}/")
    await expect(staff.get_by_role("link", name=re.compile("Budi.*Coffee from the slopes"))).to_be_visible()
    await staff.goto(f"{place.url}/run/{shop.id}/statistics")
    await expect(staff.get_by_role("heading", name="Where it was read")).to_be_visible()
    await clean(staff, "statistics")


async def test_pictures_that_a_menu_asks_for_are_told_of_and_then_sent(place: Served, take_phone: TakePhone) -> None:
    b, a = await cast(place)
    shop = await toko(place, a, "tokosari", name="Toko Sari")
    album = official.Menu((official.Button("My order", type="pic_photo_or_album", key="order"),))
    await place.world.db.write(lambda tx: official.set_menu(tx, official=shop.id, menu=album))
    fan = await place.world.db.write(lambda tx: official.follow(tx, by=b, official=shop.id, source="ADD_SCENE_SEARCH"))
    budi = await in_english(await take_phone())
    page = await budi.sign_in(b, f"/chat/{fan.conversation}")
    await page.get_by_role("navigation", name="Menu of Toko Sari").get_by_role("button", name="My order").click()
    sheet = page.get_by_role("dialog", name="Toko Sari asks for pictures")
    await expect(sheet.get_by_text("9 at most")).to_be_visible()
    await clean(page, "the account asks for pictures")
    shots: list[FilePayload] = [
        {"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": saved(Image.new("RGB", (64, 48), colour), "JPEG")}
        for colour in ("red", "teal")
    ]
    await sheet.get_by_label("Choose pictures").set_input_files(shots)
    await expect(sheet).to_have_count(0)
    await page.wait_for_function("() => [...document.querySelectorAll('[role=log] img')].filter((i) => i.naturalWidth > 0).length >= 2")
    await heard(place, shop, "message.image", b'"width":64')
    log = await place.world.db.read(lambda reader: official.events(reader, official=shop.id, after=0, limit=100))
    told = [each for each in log if each.kind in ("menu.photo_or_album", "message.image")]
    assert [each.kind for each in told] == ["menu.photo_or_album", "message.image", "message.image"]
    assert len(set(re.findall(rb'"([0-9a-f]{32})"', bytes(told[0].body)))) == 2
