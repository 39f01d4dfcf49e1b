"""Two people talk to each other on two phones: invited, scanned, offline and back."""

import re

from playwright.async_api import expect

from tests.browser.conftest import Phone, TakePhone
from tests.served import Served

PASSWORD = "kopi tubruk manis"


async def sign_up(phone: Phone, name: str) -> None:
    """Fill the sign-up page in as a person does."""
    page = phone.page
    await page.get_by_label("Name", exact=False).first.fill(name)
    await page.locator("input[type=password]").fill(PASSWORD)
    await page.locator("button[form=sign-up]").first.click()
    await page.get_by_role("button", name=re.compile("kept|saved|done|written", re.I)).click()


async def say(phone: Phone, words: str) -> None:
    """Write into the conversation that is open."""
    field = phone.page.get_by_role("textbox", name=re.compile("message", re.I))
    await field.fill(words)
    await phone.page.get_by_role("button", name="Send", exact=True).click()


async def test_the_first_person_invites_the_second_and_they_talk(place: Served, take_phone: TakePhone) -> None:
    budi, siti = await take_phone(), await take_phone()
    await budi.open("/")
    await budi.page.get_by_role("link", name="Open your shop").click()
    await budi.page.locator("button[form=sign-up]").first.click()
    await expect(budi.page.get_by_label("Name", exact=True)).to_have_accessible_description(re.compile("Please fill this in"))
    await sign_up(budi, "Budi")
    await expect(budi.page.get_by_role("heading", name="The shop is open, Budi")).to_be_visible()
    await expect(budi.page.get_by_text("This link opens on this machine only")).to_be_visible()
    token = await budi.page.evaluate(
        "fetch('/api/invites', {method: 'POST', headers: {'content-type': 'application/json'}, body: '{}'})"
        ".then(r => r.json()).then(i => i.token)"
    )
    await siti.open(f"/i/{token}")
    await siti.page.get_by_label("User name").fill("budi")
    await siti.page.get_by_label("Name", exact=True).fill("Siti")
    await siti.page.locator("input[type=password]").fill(PASSWORD)
    await siti.page.locator("button[form=sign-up]").first.click()
    await expect(siti.page.get_by_label("User name")).to_have_accessible_description(re.compile("Someone already has the handle"))
    await siti.page.get_by_label("User name").fill("siti")
    await sign_up(siti, "Siti")
    await expect(siti.page).to_have_url(re.compile("/chat/"))
    await siti.page.get_by_role("button", name="Send 👋").click()
    await expect(siti.page.get_by_role("button", name="Send 👋")).to_have_count(0)
    await say(siti, "Halo Budi, aku sudah di sini")
    await budi.page.get_by_text("Halo Budi, aku sudah di sini").first.click()
    await say(budi, "Selamat datang!")
    await expect(siti.page.get_by_role("log").get_by_text("Selamat datang!")).to_be_visible()
    await expect(budi.page.get_by_role("log").get_by_text("read", exact=True)).to_be_attached()


async def test_one_goes_offline_both_write_and_both_see_the_same(place: Served, take_phone: TakePhone) -> None:
    b, s = await place.cast.people("budi", "siti")
    here = await place.cast.friends(b, s)
    budi, siti = await take_phone(), await take_phone()
    await budi.sign_in(b, f"/chat/{here}")
    await siti.sign_in(s, f"/chat/{here}")
    await say(siti, "Sebelum")
    await expect(budi.page.get_by_role("log").get_by_text("Sebelum")).to_be_visible()
    await siti.context.set_offline(True)
    await say(siti, "Dari gunung")
    await say(budi, "Dari kota")
    await expect(siti.page.get_by_role("log").get_by_text("Dari gunung")).to_be_visible()
    await siti.context.set_offline(False)
    for phone in (budi, siti):
        for words in ("Dari gunung", "Dari kota"):
            await expect(phone.page.get_by_role("log").get_by_text(words)).to_have_count(1)

    async def order(phone: Phone) -> list[str]:
        seen = await phone.page.get_by_role("log").locator(".words").all_inner_texts()
        return [words for words in seen if words.startswith(("Sebelum", "Dari"))]

    assert await order(budi) == await order(siti)


async def test_what_was_written_offline_survives_a_closed_browser_and_is_sent_once(place: Served, take_phone: TakePhone) -> None:
    b, s = await place.cast.people("budi", "siti")
    here = await place.cast.friends(b, s)
    budi = await take_phone()
    await budi.sign_in(b, f"/chat/{here}")
    await expect(budi.page.get_by_role("log")).to_be_visible()
    await budi.context.set_offline(True)
    await say(budi, "Ditulis di kereta")
    await expect(budi.page.get_by_role("log").get_by_text("Ditulis di kereta")).to_be_visible()
    await budi.page.close()
    await budi.context.set_offline(False)
    await budi.open("/")
    siti = await take_phone()
    await siti.sign_in(s, f"/chat/{here}")
    await expect(siti.page.get_by_role("log").get_by_text("Ditulis di kereta")).to_have_count(1)
    await budi.page.reload()
    await say_in_list(budi)
    await expect(siti.page.get_by_role("log").get_by_text("Ditulis di kereta")).to_have_count(1)


async def say_in_list(phone: Phone) -> None:
    """See the message in the list of conversations."""
    await expect(phone.page.get_by_text("Ditulis di kereta").first).to_be_visible()


async def test_the_shell_and_a_conversation_open_without_a_network(place: Served, take_phone: TakePhone) -> None:
    b, s = await place.cast.people("budi", "siti")
    here = await place.cast.friends(b, s)
    await place.cast.says(s, here, "Simpan ini untuk nanti")
    phone = await take_phone()
    await phone.sign_in(b, f"/chat/{here}")
    await expect(phone.page.get_by_role("log").get_by_text("Simpan ini untuk nanti")).to_be_visible()
    await phone.page.wait_for_function("() => navigator.serviceWorker.ready.then(r => !!r.active)")
    await phone.page.wait_for_function("() => caches.keys().then(k => k.length > 0)")
    await place.stop()
    await phone.page.goto(f"{place.url}/chat/{here}")
    await expect(phone.page.get_by_role("log").get_by_text("Simpan ini untuk nanti")).to_be_visible()
    await place.start()


async def test_a_revoked_device_is_signed_out_at_once(place: Served, take_phone: TakePhone) -> None:
    (b,) = await place.cast.people("budi")
    old, new = await take_phone(), await take_phone()
    await old.sign_in(b)
    await new.sign_in(b, "/me/devices")
    await new.page.evaluate("fetch('/api/sessions', {method: 'DELETE'})")
    await expect(old.page.locator("input[type=password]")).to_be_visible()
