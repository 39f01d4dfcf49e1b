"""Ways in: another person's code from a photo, a second device, a passkey, a history brought along; and what tries to break in."""

import json
import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.conftest import TakePhone, settled
from tests.served import Served
from warung import chat

XSS = Path(__file__).parents[3] / "shared/data/fuzz/xss"
OWN_XSS = [
    "<script>window.pwned = 1</script>",
    "<img src=x onerror='window.pwned = 1'>",
    "javascript:window.pwned=1",
    "https://example.org/'onmouseover='window.pwned=1'",
    "<svg/onload=window.pwned=1>",
    "{{constructor.constructor('window.pwned=1')()}}",
    '"><iframe srcdoc="<script>parent.pwned=1</script>">',
]


async def test_one_phone_reads_the_other_ones_code_from_a_photo(place: Served, take_phone: TakePhone, tmp_path: Path) -> None:
    b, s = await place.cast.people("budi", "siti")
    budi, siti = await take_phone(), await take_phone()
    page = await budi.sign_in(b, "/my-code")
    code = page.get_by_role("img", name=re.compile("code", re.I)).first
    await expect(code).to_be_visible()
    photo = tmp_path / "code.png"
    await code.screenshot(path=photo)
    page = await siti.sign_in(s, "/scan")
    await page.locator("input[type=file]").set_input_files(photo)
    await expect(page.get_by_role("region", name="Budi")).to_be_visible()
    await page.get_by_role("button", name="Send request").click()
    await expect(page.get_by_role("button", name="Send request")).to_be_hidden()
    await budi.page.goto(f"{place.url}/contacts")
    await budi.page.get_by_role("button", name="Accept").click()
    await expect(budi.page.get_by_text("Siti").first).to_be_visible()
    await siti.page.goto(f"{place.url}/")
    await expect(siti.page.get_by_text("Budi").first).to_be_visible()


async def test_a_second_device_is_let_in_by_the_code_it_shows(place: Served, take_phone: TakePhone) -> None:
    (b,) = await place.cast.people("budi")
    old, new = await take_phone(), await take_phone()
    page = await new.open("/link")
    shown = page.get_by_text(re.compile(r"^\d{4}-\d{4}$"))
    await expect(shown).to_be_visible()
    code = await shown.inner_text()
    page = await old.sign_in(b, "/me/devices")
    await page.get_by_text("Let another device in").first.click()
    await page.get_by_role("textbox").first.fill(code)
    await page.get_by_role("textbox").first.press("Enter")
    await page.get_by_role("button", name="Let it in").click()
    # in the language of the account, which this device did not know before
    await expect(new.page.get_by_role("navigation", name="Utama")).to_be_visible()


async def test_a_passkey_signs_up_and_in(place: Served, take_phone: TakePhone) -> None:
    phone = await take_phone()
    page = await phone.open("/sign-up")
    session = await phone.context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    await session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    await page.get_by_label("Name", exact=False).first.fill("Ayu")
    await page.get_by_role("button", name=re.compile("passkey", re.I)).click()
    await page.get_by_role("button", name="I have kept them").click()
    await expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    await page.evaluate("fetch('/api/sign-out', {method: 'POST'})")
    await phone.context.clear_cookies()
    await page.goto(f"{place.url}/")
    await page.get_by_role("button", name=re.compile("passkey", re.I)).click()
    await expect(page.get_by_role("navigation", name="Main")).to_be_visible()


async def test_a_whatsapp_group_is_brought_along_and_a_chinese_word_found_in_it(
    place: Served, take_phone: TakePhone, tmp_path: Path
) -> None:
    (b,) = await place.cast.people("budi")
    history = tmp_path / "WhatsApp Chat with Keluarga.txt"
    lines = [
        "[21/03/16, 07:01:10] Ibu: Sudah sarapan?",
        "[21/03/16, 07:02:44] 林伟: 我昨天在电影院看了一部很好的片子",
        "[22/03/26, 19:00:01] Budi: Sepuluh tahun di grup ini",
    ]
    lines[1:1] = [f"[21/03/16, 08:{at // 60 % 60:02}:{at % 60:02}] Ibu: baris {at}" for at in range(1500)]
    history.write_text("\n".join(lines) + "\n", encoding="utf-8")
    phone = await take_phone()
    page = await phone.sign_in(b, "/import")
    await page.locator("input[type=file]").set_input_files(history)
    await page.get_by_role("button", name="See what is in it").click()
    await expect(page.get_by_text(re.compile("林伟")).first).to_be_visible()
    await page.evaluate(
        """() => {
            window.seen = [];
            const look = () => document.querySelectorAll("main progress").forEach((one) => window.seen.push([one.value, one.max]));
            new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
        }"""
    )
    await page.get_by_role("button", name=re.compile("bring|import", re.I)).last.click()
    await expect(
        page.get_by_role("link", name=re.compile("open", re.I)).or_(page.get_by_text(re.compile("done|is here", re.I))).first
    ).to_be_visible()
    seen = await page.evaluate("() => window.seen")
    assert any(0 < done < total == len(lines) for done, total in seen), seen  # one saw how far it had come
    await page.goto(f"{place.url}/search")
    await page.get_by_role("searchbox").or_(page.get_by_role("textbox")).first.fill("电")
    await expect(page.locator("mark").filter(has_text="电").first).to_be_visible()


async def test_what_one_wrote_oneself_is_found_with_ones_own_face(place: Served, take_phone: TakePhone) -> None:
    b, s = await place.cast.people("budi", "siti")
    here = await place.cast.friends(b, s)
    for who in (b, s):
        await place.cast.says(who, here, "kopi tubruk")
    phone = await take_phone()
    page = await phone.sign_in(b, "/search?q=tubruk")
    found = page.locator("main .list .row").filter(has=page.locator("mark"))
    await expect(found).to_have_count(2)
    await expect(found.filter(has_text="You").locator(".av")).to_have_text("b", ignore_case=True)
    await expect(found.filter(has_not_text="You").locator(".av")).to_have_text("s", ignore_case=True)


async def test_nothing_that_people_write_is_executed(place: Served, take_phone: TakePhone) -> None:
    texts = list(OWN_XSS)
    for file in sorted(XSS.glob("*.txt")) if XSS.is_dir() else []:
        texts += [line for line in file.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    b, s = await place.cast.people("budi", "siti")
    here = await place.cast.friends(b, s)
    for at in range(0, len(texts), 200):
        await place.world.db.write(
            lambda tx, some=texts[at : at + 200]: [  # type: ignore[misc]
                chat.send(tx, by=s, to=here, card=chat.Text(text_=text[:4000]), nonce=place.cast.nonce()) for text in some
            ]
        )
    phone = await take_phone()
    page = await phone.sign_in(b, f"/chat/{here}")
    await expect(page.get_by_role("log")).to_be_visible()
    first = await page.evaluate(
        "id => fetch(`/api/conversations/${id}/messages?after=0&limit=200`)"
        ".then(r => r.json()).then(p => p.messages.map(m => m.card.text))",
        here,
    )
    assert [text for text in first if text] == [text[:4000] for text in texts][: len([text for text in first if text])]
    for _ in range(25):
        await page.get_by_role("log").hover()
        await page.mouse.wheel(0, -6000)
        await page.wait_for_timeout(40)
    assert await page.evaluate("window.pwned") is None
    assert (
        await page.evaluate("document.querySelectorAll('[role=log] script, [role=log] iframe, [role=log] a[href^=javascript]').length") == 0
    )


@pytest.mark.parametrize("path", ["/", "/contacts", "/me"])
async def test_the_keyboard_reaches_everything_and_focus_is_seen(place: Served, take_phone: TakePhone, path: str) -> None:
    b, s = await place.cast.people("budi", "siti")
    await place.cast.friends(b, s)
    phone = await take_phone(has_touch=False)
    page = await phone.sign_in(b, path)
    await settled(page)
    reached, rings = set(), set()
    for _ in range(40):
        await page.keyboard.press("Tab")
        what = json.loads(
            await page.evaluate(
                "(() => { const e = document.activeElement, c = getComputedStyle(e); return JSON.stringify([e.tagName,"
                " (e.getAttribute('aria-label')"
                " || e.innerText || '').slice(0, 40), c.outlineStyle !== 'none' || c.boxShadow !== 'none']) })()"
            )
        )
        if what[0] != "BODY":
            reached.add((what[0], what[1]))
            rings.add(what[2])
    links = await page.locator("a[href]:visible, button:visible:not([disabled])").count()
    assert len(reached) >= min(links, 5)
    assert rings == {True}
