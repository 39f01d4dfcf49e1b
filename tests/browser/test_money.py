"""Money between people on their phones: a red packet in the group, money from one to another, a shop's code."""

from urllib.parse import quote

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import TakePhone, held_back
from tests.pay.giving import Giving
from tests.pay.purse import PIN
from tests.served import Served
from tests.worlds import Hand
from warung import chat
from warung.kit.ids import AccountId, ConversationId
from warung.pay import codes


@pytest.fixture
async def giving(place: Served, hand: Hand) -> Giving:
    """People with money in the served place."""
    made = Giving(place.world, hand)
    await made.opens()
    return made


async def types_pin(page: Page) -> None:
    """Type the PIN on the sheet that the client draws itself."""
    sheet = page.get_by_role("dialog")
    await expect(sheet.get_by_text("Enter your wallet PIN")).to_be_visible()
    for digit in PIN:
        await sheet.get_by_role("button", name=digit, exact=True).click()


async def opens_it(page: Page) -> str:
    """Open the red packet that was tapped; return what was in it."""
    await page.get_by_role("dialog").get_by_role("button", name="Open").click()
    await expect(page.get_by_text("You got")).to_be_visible()
    return await page.locator("section.mine .num .vh").inner_text()


async def test_budi_puts_a_red_packet_into_the_club_and_siti_and_ayu_open_it(giving: Giving, take_phone: TakePhone) -> None:
    club, (budi, siti, ayu) = await giving.friends_with(1_000, 0, 0)
    page = await (await take_phone()).sign_in(budi, f"/chat/{club}")
    await page.get_by_role("button", name="More to send").click()
    await page.get_by_role("button", name="Red packet", exact=True).click()
    await page.get_by_label("How many shares").fill("2")
    await page.get_by_label("Sum").fill("500")
    await page.get_by_role("dialog").get_by_label("Message").fill("For the night watch")
    await page.get_by_role("button", name="Put in").click()
    await types_pin(page)
    await expect(page.get_by_role("button", name="For the night watch")).to_be_visible()
    assert await giving.has(budi) == 500
    got = []
    for who in (siti, ayu):
        taken = await take_phone()
        known = await held_back(taken.context, "/api/packets/")
        phone = await taken.sign_in(who, f"/chat/{club}")
        gift = phone.get_by_role("button", name="For the night watch")
        await gift.click()
        await expect(gift).to_have_attribute("aria-busy", "true")  # tapped before it is known what can be opened: that counts
        known.set()
        got.append(await opens_it(phone))
        await expect(phone.get_by_text("In your wallet already")).to_be_visible()
    assert await giving.has(siti) + await giving.has(ayu) == 500
    assert str(await giving.has(siti)) in got[0]
    await expect(page.get_by_text("The red packet is empty. Luckiest:")).to_be_visible()
    await page.get_by_role("button", name="For the night watch").click()
    await expect(page.get_by_text("2 of 2 opened, 500")).to_be_visible()
    await expect(page.get_by_text("Luckiest")).to_be_visible()


async def test_budi_hands_money_to_siti_who_accepts_it(giving: Giving, take_phone: TakePhone) -> None:
    _, (budi, siti) = await giving.friends_with(1_000, 0)
    talk: ConversationId = await giving.do(chat.open_direct, by=budi, to=siti)
    await giving.hands(budi, siti, 250, note="Soto")
    page = await (await take_phone()).sign_in(siti, f"/chat/{talk}")
    await page.get_by_role("button", name="Accept").click()
    await expect(page.get_by_text("You accepted the money")).to_be_visible()
    assert await giving.has(siti) == 250


async def pays_code(page: Page, place: Served, text: str) -> None:
    """Scan a code, type an amount, confirm."""
    await page.goto(f"{place.url}/pay?code={quote(text)}")
    await page.get_by_label("Amount").fill("56")
    await page.get_by_role("button", name="Pay 56").click()
    await types_pin(page)


async def test_budi_scans_the_code_of_toko_sari_and_pays(giving: Giving, take_phone: TakePhone, place: Served) -> None:
    _, (budi, siti) = await giving.friends_with(1_000, 0)
    toko = await giving.toko(siti)
    shown = await giving.ask(codes.printed, by=siti, merchant=toko.id, code="PTS", site=place.world.settings.site)
    page = await (await take_phone()).sign_in(budi, "/wallet")
    await pays_code(page, place, shown.text)
    await expect(page.get_by_text("Paid to Toko Sari")).to_be_visible()
    assert await giving.took(toko.id) == 56
    who: AccountId = budi
    assert await giving.has(who) == 944
    counter = await (await take_phone()).sign_in(siti, "/wallet/shop/takings")
    await counter.get_by_role("button", name="56").click()
    await counter.get_by_label("Amount").fill("6")
    await counter.get_by_role("dialog").get_by_role("button", name="Give back").click()
    await expect(counter.get_by_text("6 poin given back")).to_be_visible()
    assert await giving.has(who) == 950


async def test_an_amount_in_any_digits_is_said_again_before_it_is_paid(giving: Giving, take_phone: TakePhone, place: Served) -> None:
    """Arabic and Devanagari digits, a comma, a point: read as the language writes them, or not at all; nothing is paid by typing."""
    _, (budi, siti) = await giving.friends_with(1_000, 0)
    toko = await giving.toko(siti)
    shown = await giving.ask(codes.printed, by=siti, merchant=toko.id, code="PTS", site=place.world.settings.site)
    page = await (await take_phone()).sign_in(budi, "/wallet")
    for language, typed, understood in (
        ("ar", "٢٥٠", "250"),
        ("hi", "२५०", "250"),
        ("id", "1.000", "1.000"),
        ("en", "1,000", "1,000"),
        ("en", "2,5", None),
        ("id", "2,5", None),
        ("ar", "1٢", None),
    ):
        await page.evaluate("language => localStorage.setItem('warung.language', language)", language)
        await page.goto(f"{place.url}/pay?code={quote(shown.text)}")
        field = page.locator("main input.num")
        await field.fill(typed)
        pay = page.locator("footer .btn").last
        if understood is None:
            await expect(field).to_have_attribute("aria-invalid", "true")
            await expect(pay).to_be_disabled()
            continue
        await expect(page.locator("main p.read")).to_contain_text(understood)
        await pay.click()
        await expect(page.get_by_role("dialog")).to_contain_text(understood)
    assert await giving.has(budi) == 1_000
