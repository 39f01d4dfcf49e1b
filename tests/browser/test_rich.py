"""What else there is: packs that are bought, films among moments, thanks, stickers as reactions, what is heard and new on all devices."""

import re

from playwright.async_api import Page, expect

from tests.browser.conftest import TakePhone
from tests.browser.screens import a_pack
from tests.browser.test_money import giving, types_pin
from tests.media.sending import filmed, recording
from tests.pay.giving import Giving
from tests.served import Served
from warung import chat, polls
from warung.chat import agreed
from warung.kit.clock import HOUR
from warung.kit.ids import Nonce
from warung.media.cards import Voice
from warung.media.storing import store_voice
from warung.moments import posting
from warung.moments.model import Draft

__all__ = ["giving"]


async def shop(page: Page) -> None:
    """Confirm with the PIN, until the sheet is gone."""
    await types_pin(page)
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_a_pack_is_bought_with_the_pin_and_its_maker_thanked(giving: Giving, place: Served, take_phone: TakePhone) -> None:
    _, (budi, siti) = await giving.friends_with(0, 100)
    pack = await a_pack(place, budi, "Kue basah", price=30)
    page = await (await take_phone()).sign_in(siti, "/stickers")
    await page.get_by_role("link", name=re.compile("^30")).click()
    await page.get_by_role("button", name=re.compile("Buy for 30")).click()
    await shop(page)
    await expect(page.get_by_role("button", name="Thank its maker")).to_be_visible()
    await expect(page.get_by_role("button", name=re.compile("Buy"))).to_have_count(0)
    await page.get_by_role("button", name="Thank its maker").click()
    await page.get_by_role("dialog").get_by_role("button", name=re.compile("^10")).click()
    await page.get_by_role("dialog").get_by_role("button", name="Next").click()
    await shop(page)
    await expect(page.get_by_text("Its maker has your thanks.")).to_be_visible()
    assert (await giving.has(siti), await giving.has(budi)) == (60, 40)
    page = await (await take_phone()).sign_in(budi, f"/stickers/{pack}")
    await expect(page.get_by_text(re.compile("Sold 1 times for 30"))).to_be_visible()


async def test_a_film_is_shown_to_a_circle_is_news_there_plays_and_is_thanked(giving: Giving, take_phone: TakePhone) -> None:
    _, (budi, siti) = await giving.friends_with(0, 100)
    other = await (await take_phone()).sign_in(siti, "/")
    await expect(other.get_by_role("link", name="Me")).to_be_visible()
    page = await (await take_phone()).sign_in(budi, "/moments/new")
    film = {"name": "pasar.webm", "mimeType": "video/webm", "buffer": filmed(24)}
    await page.locator("input[type=file]").set_input_files(film)
    await page.get_by_role("button", name="Show it").click()
    await expect(page.get_by_role("article")).to_be_visible()
    await other.get_by_role("link", name=re.compile("Me.*There is something new")).click()
    await other.get_by_role("link", name=re.compile("Moments.*There is something new")).click()
    await other.get_by_role("button", name=re.compile("Play the video")).click()
    await other.wait_for_function("() => document.querySelector('video')?.readyState >= 2")
    await other.get_by_role("button", name="Thank with credits").click()
    await other.get_by_role("dialog").get_by_role("button", name=re.compile("^25")).click()
    await other.get_by_role("dialog").get_by_role("button", name="Next").click()
    await shop(other)
    await expect(other.get_by_text("Budi has your thanks.")).to_be_visible()
    assert (await giving.has(siti), await giving.has(budi)) == (75, 25)


async def test_a_voice_is_heard_and_a_moment_seen_on_all_devices(place: Served, take_phone: TakePhone) -> None:
    b, s = await place.cast.people("budi", "siti")
    here = await place.cast.friends(b, s)
    world = place.world
    made = await store_voice(world.db, world.blobs, world.workshops.players, by=b, data=recording(1.0))
    card = Voice(blob=made.id, duration_ms=made.duration_ms, waveform=made.waveform or "")
    await world.db.write(lambda tx: chat.send(tx, by=b, to=here, card=card, nonce=place.cast.nonce()))
    await world.db.write(lambda tx: posting.post(tx, by=b, draft=Draft("momen-budi-1", "Pagi")))
    one, two = [await (await take_phone()).sign_in(s, f"/chat/{here}") for _ in range(2)]
    for page in (one, two):
        await expect(page.get_by_text("Not heard yet")).to_be_attached()
    await one.get_by_role("button", name=re.compile("Play the voice message")).click()
    await expect(two.get_by_text("Not heard yet")).to_have_count(0)
    await two.goto(f"{place.url}/")
    await expect(two.get_by_text("There is something new")).to_be_attached()
    await one.goto(f"{place.url}/moments")
    await expect(one.get_by_text("Pagi")).to_be_visible()
    await expect(two.get_by_text("There is something new")).to_have_count(0)


async def test_one_reacts_with_a_sticker_without_a_network_and_sees_how_long_it_stands(place: Served, take_phone: TakePhone) -> None:
    b, s = await place.cast.people("budi", "siti")
    here = await place.cast.friends(b, s)
    await place.world.db.write(lambda tx: agreed.set_timer(tx, by=b, conversation=here, after_ms=HOUR))
    await place.cast.says(b, here, "Ngopi?")
    await place.world.db.write(
        lambda tx: polls.ask(tx, by=b, to=here, question="Kapan?", choices=["Jumat", "Sabtu"], nonce=Nonce("tanya-001"))
    )
    budi, siti = await (await take_phone()).sign_in(b, f"/chat/{here}"), await (await take_phone()).sign_in(s, f"/chat/{here}")
    said = siti.get_by_role("log").locator("[data-row]", has_text="Ngopi?")
    await expect(said.get_by_text(re.compile(r"(60|5\d)\s?m$"))).to_be_visible()
    await said.click(button="right")
    await siti.get_by_role("button", name="More emoji").click()
    strip = siti.get_by_role("group", name="Stickers")
    await expect(strip.get_by_role("button", name="Sticker: coffee").or_(strip.get_by_role("button").first).first).to_be_visible()
    await siti.context.set_offline(True)
    await strip.get_by_role("button").first.click()
    await expect(said.locator("button.mark img")).to_have_count(1)  # at once, and nothing has been sent
    await siti.context.set_offline(False)
    await expect(budi.get_by_role("log").locator("button.mark img")).to_have_count(1)
    await budi.get_by_role("log").locator("[data-row]", has_text="Kapan?").click(button="right", position={"x": 8, "y": 8})
    await expect(budi.get_by_role("menuitem", name="Pin for everybody")).to_be_visible()
    await expect(budi.get_by_role("menuitem", name="Forward")).to_have_count(0)
