"""What people add to what was said: a heart, other words, a pin, a vote, a name on a list; seen at once by the other."""

import re

from playwright.async_api import Locator, expect

from tests.browser.conftest import Phone, TakePhone
from tests.browser.test_talking import say
from tests.served import Served
from warung.chat import edits
from warung.kit.db import Tx
from warung.kit.ids import AccountId, ConversationId


def bubble(phone: Phone, words: str) -> Locator:
    """The row of a message."""
    return phone.page.get_by_role("log").locator("[data-row]", has_text=words).last


async def menu(phone: Phone, words: str, entry: str) -> None:
    """Hold a message and choose."""
    await bubble(phone, words).click(button="right")
    await phone.page.get_by_role("menuitem", name=entry).click()


async def attach(phone: Phone, entry: str) -> None:
    """Open the drawer and choose."""
    tile = phone.page.get_by_role("button", name=entry, exact=True)
    if not await tile.is_visible():
        await phone.page.get_by_role("button", name="More to send").click()
    await tile.click()


def twice(tx: Tx, by: AccountId, where: ConversationId) -> None:
    """Change the last message twice in one millisecond."""
    for text in ("Jam sembilan ya", "Jam delapan ya saja"):
        edits.edit(tx, by=by, conversation=where, seq=2, text=text)


async def test_a_message_is_reacted_to_edited_pinned_and_forwarded(place: Served, take_phone: TakePhone) -> None:
    b, s = await place.cast.people("budi", "siti")
    here = await place.cast.friends(b, s)
    club = await place.cast.group(b, s)
    budi, siti = await take_phone(), await take_phone()
    await budi.sign_in(b, f"/chat/{here}")
    await siti.sign_in(s, f"/chat/{here}")
    await say(budi, "Jam tujuh ya")
    await expect(bubble(siti, "Jam tujuh ya")).to_be_visible()
    await bubble(siti, "Jam tujuh ya").click(button="right")
    await siti.page.get_by_role("group", name="React").get_by_role("button", name="❤️").click()
    await expect(budi.page.get_by_role("log").get_by_role("button", name=re.compile("❤️"))).to_be_visible()
    await menu(budi, "Jam tujuh ya", "Edit")
    await say(budi, "Jam delapan ya")
    await expect(bubble(siti, "Jam delapan ya")).to_contain_text("edited")
    await place.world.db.write(lambda tx: twice(tx, b, here))
    await expect(bubble(siti, "Jam delapan ya saja")).to_be_visible()
    await menu(siti, "Jam delapan ya saja", "Earlier versions")
    versions = siti.page.get_by_role("dialog").get_by_role("listitem").get_by_role("paragraph")
    await expect(versions).to_have_text(["Jam delapan ya saja", "Jam sembilan ya", "Jam delapan ya", "Jam tujuh ya"])
    await siti.page.get_by_role("button", name="Close").click()
    await menu(siti, "Jam delapan ya saja", "Pin for everybody")
    await expect(budi.page.get_by_text("Pinned", exact=True)).to_be_visible()
    await menu(siti, "Jam delapan ya saja", "Forward")
    sheet = siti.page.get_by_role("dialog", name="Forward to")
    await sheet.get_by_role("checkbox", name="kopi club").check()
    await sheet.get_by_role("button", name="Forward", exact=True).click()
    await expect(sheet).to_have_count(0)
    await budi.page.goto(f"{place.url}/chat/{club}")
    await expect(bubble(budi, "Jam delapan ya saja")).to_contain_text("Forwarded from Budi")


async def test_a_poll_and_a_list_are_filled_by_both(place: Served, take_phone: TakePhone) -> None:
    b, s = await place.cast.people("budi", "siti")
    await place.cast.friends(b, s)
    club = await place.cast.group(b, s)
    budi, siti = await take_phone(), await take_phone()
    await budi.sign_in(b, f"/chat/{club}")
    await siti.sign_in(s, f"/chat/{club}")
    await attach(budi, "Poll")
    for label, words in (("Question", "Kapan?"), ("Choice 1", "Jumat"), ("Choice 2", "Sabtu")):
        await budi.page.get_by_label(label).fill(words)
    await budi.page.get_by_role("button", name="Ask", exact=True).click()
    await siti.page.get_by_role("button", name="Sabtu").click()
    await expect(budi.page.get_by_text("1 person voted")).to_be_visible()
    await attach(budi, "Sign-up list")
    await budi.page.get_by_label("What for").fill("Kerja bakti")
    await budi.page.get_by_role("button", name="Start the list").click()
    await siti.page.get_by_role("button", name="I am in").click()
    sheet = siti.page.get_by_role("dialog")
    await sheet.get_by_label("How many come along").fill("2")
    await sheet.get_by_role("button", name="I am in").click()
    await expect(budi.page.get_by_text("+2")).to_be_visible()
    await expect(budi.page.get_by_text("3 people", exact=True)).to_be_visible()


async def test_a_draft_is_on_the_other_device_too(place: Served, take_phone: TakePhone) -> None:
    b, s = await place.cast.people("budi", "siti")
    here = await place.cast.friends(b, s)
    phone, laptop = await take_phone(), await take_phone()
    await laptop.sign_in(b, "/")
    await phone.sign_in(b, f"/chat/{here}")
    await phone.page.get_by_role("textbox", name=re.compile("message", re.I)).fill("Nanti aku")
    await expect(laptop.page.get_by_text("Nanti aku")).to_be_visible()
    await expect(laptop.page.get_by_text("[Draft]")).to_be_visible()
