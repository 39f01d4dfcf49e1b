"""Stickers and moments on two phones: from the panel, while typing, kept; a moment posted, liked, answered, and not seen by the third."""

import re
from typing import Any

from PIL import Image
from playwright.async_api import Page, expect

from tests.browser.conftest import TakePhone
from tests.media.making import saved
from tests.served import Served
from warung import media
from warung.kit.ids import AccountId
from warung.moments import posting
from warung.moments.model import Circle, Draft


async def panel(page: Page) -> None:
    """Open the stickers."""
    await page.get_by_role("button", name="Emoji and stickers").click()
    await page.get_by_role("tab", name="Stickers").click()


async def test_a_sticker_goes_out_from_the_panel_or_while_typing_and_is_kept(place: Served, take_phone: TakePhone) -> None:
    b, s = [await place.cast.person(name, language="en") for name in ("budi", "siti")]
    here = await place.cast.friends(b, s)
    budi, siti = await take_phone(), await take_phone()
    await budi.sign_in(b, f"/chat/{here}")
    await siti.sign_in(s, f"/chat/{here}")
    await panel(budi.page)
    await budi.page.get_by_role("group", name="Stickers").get_by_role("button", name="Everyday Kriuk").click()
    await budi.page.get_by_role("button", name="Sticker: coffee").click()
    received = siti.page.get_by_role("log").get_by_role("img", name="Sticker: ☕")
    await expect(received).to_be_visible()
    assert await received.evaluate("(one) => one.complete && one.naturalWidth > 0")
    await budi.page.get_by_role("textbox", name=re.compile("message", re.I)).fill("so many thanks")
    await budi.page.get_by_role("group", name="Stickers for what you write").get_by_role("button", name="Sticker: thanks").click()
    await expect(siti.page.get_by_role("log").get_by_role("img", name="Sticker: 🙏")).to_be_visible()
    await expect(budi.page.get_by_role("textbox", name=re.compile("message", re.I))).to_have_value("")
    await received.click(button="right")
    await siti.page.get_by_role("menuitem", name="Keep this sticker").click()
    await siti.page.get_by_role("button", name="Keep this sticker").click()
    await expect(siti.page.get_by_text("You find it behind the star")).to_be_visible()


async def test_a_moment_is_for_its_circle(place: Served, take_phone: TakePhone) -> None:
    b, s, a = await place.cast.people("budi", "siti", "ayu")
    await place.cast.friends(b, s, a)
    colours = ("salmon", "seagreen", "goldenrod")
    blobs = tuple([(await store(place, b, colour)).id for colour in colours])
    draft = Draft("momen-budi-1", "Tiga hari pulang kampung", pictures=blobs, circle=Circle("only", people=(s,)))
    await place.world.db.write(lambda tx: posting.post(tx, by=b, draft=draft))
    budi, siti, ayu = await take_phone(), await take_phone(), await take_phone()
    await siti.sign_in(s, "/me")
    await siti.page.get_by_role("link", name="Moments").click()
    moment = siti.page.get_by_role("article", name="Moment by Budi")
    await expect(moment.get_by_text("Tiga hari pulang kampung")).to_be_visible()
    await expect(moment.get_by_role("link", name=re.compile("Picture"))).to_have_count(3)
    await moment.get_by_role("button", name="Like").click()
    await moment.get_by_role("button", name="Comment").click()
    await moment.get_by_role("textbox", name="Comment").fill("Bawain gethuk dong")
    await moment.get_by_role("button", name="Send").click()
    await expect(moment.get_by_text("Bawain gethuk dong")).to_be_visible()
    await budi.sign_in(b, "/moments")
    await budi.page.get_by_role("link", name=re.compile("2 new notices")).click()
    await expect(budi.page.get_by_text("Bawain gethuk dong")).to_be_visible()
    await ayu.sign_in(a, "/moments")
    await expect(ayu.page.get_by_text("Nothing here yet")).to_be_visible()
    await ayu.page.get_by_role("link", name="New moment").first.click()
    await ayu.page.get_by_label("What is on your mind?").fill("Gethuk sudah di rumah")
    photo = saved(Image.new("RGB", (800, 600), "peru"), "JPEG")
    await ayu.page.locator("input[type=file]").set_input_files({"name": "gethuk.jpg", "mimeType": "image/jpeg", "buffer": photo})
    await ayu.page.get_by_role("button", name="Show it").click()
    await expect(ayu.page.get_by_role("article").get_by_text("Gethuk sudah di rumah")).to_be_visible()
    await siti.page.get_by_role("button", name="Something new").click()
    picture = siti.page.get_by_role("article", name="Moment by Ayu").get_by_role("link", name="Picture 1").locator("img")
    await expect(picture).to_be_visible()
    await siti.page.wait_for_function("() => document.querySelector('article img')?.naturalWidth > 0")


async def store(place: Served, by: AccountId, colour: str) -> Any:
    """Bring a picture."""
    data = saved(Image.new("RGB", (400, 300), colour))
    return await media.store_picture(place.world.db, place.world.blobs, place.world.pictures, by=by, data=data)
