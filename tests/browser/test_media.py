"""Photos, videos, voices and files between two phones: chosen, sent, seen and heard; held up by a bad line and by a closed browser."""

import asyncio
import io
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Phone, TakePhone, chromium
from tests.media.sending import filmed
from tests.served import Served
from warung.kit.ids import ConversationId

MICROPHONE = ["--use-fake-device-for-media-stream", "--autoplay-policy=no-user-gesture-required"]


@pytest.fixture(scope="module")
async def browser(anyio_backend: Any) -> AsyncIterator[Browser]:
    """A Chromium with a microphone that beeps."""
    async with chromium(*MICROPHONE) as opened:
        yield opened


class Two:
    """Budi and Siti, each with a phone, in their conversation."""

    def __init__(self, here: ConversationId, budi: Phone, siti: Phone) -> None:
        self.here, self.budi, self.siti = here, budi, siti


async def pair(place: Served, take_phone: TakePhone, **how: Any) -> Two:
    """Open their conversation on a phone of each."""
    b, s = await place.cast.people("budi", "siti")
    here = await place.cast.friends(b, s)
    budi, siti = [await take_phone(permissions=["microphone"], **how) for _ in range(2)]
    await budi.sign_in(b, f"/chat/{here}")
    await siti.sign_in(s, f"/chat/{here}")
    for phone in (budi, siti):
        await expect(phone.page.get_by_role("log")).to_be_visible()
    return Two(here, budi, siti)


@pytest.fixture
async def two(place: Served, take_phone: TakePhone) -> Two:
    """The two, as they see each other the first time: what a service worker keeps is fetched meanwhile, and is not in between yet."""
    return await pair(place, take_phone, service_workers="block")


@pytest.fixture
async def two_at_home(place: Served, take_phone: TakePhone) -> Two:
    """The two, whose phones have everything that they need without a network."""
    two = await pair(place, take_phone)
    for phone in (two.budi, two.siti):
        await phone.page.wait_for_function("() => navigator.serviceWorker.ready.then(ready => !!ready.active)")
    return two


def photo(width: int = 4000, height: int = 3000) -> bytes:
    """Take a photo as rich in detail as a real one: two and a half megabytes."""
    made = io.BytesIO()
    coarse = Image.effect_noise((width // 8, height // 8), 90).resize((width, height), Image.Resampling.BICUBIC)
    Image.merge("RGB", [coarse, coarse.transpose(Image.Transpose.ROTATE_180), coarse.transpose(Image.Transpose.FLIP_LEFT_RIGHT)]).save(
        made, "JPEG", quality=90
    )
    return made.getvalue()


def as_file(data: bytes, name: str = "pagi.jpg", mime: str = "image/jpeg") -> Any:
    return {"name": name, "mimeType": mime, "buffer": data}


async def choose(page: Page, *files: Any, what: str = "Photo") -> None:
    """Open the drawer and choose files, as the sheet asks for them."""
    await page.get_by_role("button", name="More", exact=False).last.click()
    async with page.expect_file_chooser() as asked:
        await page.get_by_role("group", name="More").get_by_role("button", name=what, exact=True).click()
    await (await asked.value).set_files(list(files))
    await expect(page.get_by_role("dialog").get_by_role("button", name=re.compile("^Send( |$)"))).to_be_enabled()


async def send_chosen(page: Page) -> None:
    await page.get_by_role("dialog").get_by_role("button", name=re.compile("^Send( |$)")).click()


async def shown(page: Page, count: int = 1) -> None:
    """Wait until so many pictures are on screen, every one of them loaded from the server."""
    await page.wait_for_function(
        """(count) => {
            const seen = [...document.querySelectorAll('[role=log] .album img')];
            const there = (one) => one.complete && one.naturalWidth > 0 && !one.closest('.album').querySelector('.ring');
            return seen.length >= count && seen.every(there);
        }""",
        arg=count,
    )


async def test_a_large_photo_is_in_the_view_of_the_other_at_once(two: Two, record_property: Any) -> None:
    await choose(two.budi.page, as_file(photo(320, 240)))  # the first one of a server's life starts a process
    await send_chosen(two.budi.page)
    await shown(two.siti.page)
    await choose(two.budi.page, as_file(photo()))
    began = time.perf_counter()
    await send_chosen(two.budi.page)
    await shown(two.siti.page, 2)
    took = time.perf_counter() - began
    record_property("photo_seconds", round(took, 2))
    print(f"12 megapixels: in the other's view after {took:.2f} s")
    await shown(two.budi.page, 2)
    await two.siti.page.get_by_role("button", name="Photo", exact=True).last.click()
    viewer = two.siti.page.get_by_role("dialog", name="Photos")
    await two.siti.page.wait_for_function("() => document.querySelector('dialog .stage img')?.naturalWidth === 2048")
    await two.siti.page.keyboard.press("Escape")
    await expect(viewer).to_have_count(0)


async def test_several_are_an_album_and_the_last_screen_says_how_many_more(two: Two) -> None:
    await choose(two.budi.page, *[as_file(photo(320, 240 + 8 * at), f"{at}.jpg") for at in range(8)])
    await two.budi.page.get_by_placeholder("Say something about it").fill("jalan pagi")
    await send_chosen(two.budi.page)
    await shown(two.siti.page, 6)
    await expect(two.siti.page.get_by_role("log").get_by_text("jalan pagi")).to_be_visible()
    await two.budi.page.get_by_role("log").locator(".bub").last.click(button="right")
    await two.budi.page.get_by_role("menuitem", name="Edit").click()
    await two.budi.page.get_by_role("textbox", name="Message").fill("jalan sore")
    await two.budi.page.get_by_role("button", name="Send", exact=True).click()
    await expect(two.siti.page.get_by_role("log").locator(".bub").last).to_contain_text("jalan sore")
    await expect(two.siti.page.get_by_role("log").locator(".bub").last).to_contain_text("edited")
    await expect(two.siti.page.get_by_role("log").get_by_text("+2")).to_be_visible()
    await two.siti.page.get_by_role("button", name="Photo 1 of 8").click()
    viewer = two.siti.page.get_by_role("dialog", name="Photos")
    await expect(viewer.get_by_text("1/8")).to_be_visible()
    await two.siti.page.keyboard.press("ArrowRight")
    await expect(viewer.get_by_text("2/8")).to_be_visible()


async def test_a_bad_line_holds_it_up_and_a_closed_browser_does_not_lose_it(two_at_home: Two) -> None:
    here, budi, siti = two_at_home.here, two_at_home.budi, two_at_home.siti
    await budi.page.route("**/api/uploads/*/*", lambda route: route.abort())
    await choose(budi.page, as_file(photo(640, 480)))
    await send_chosen(budi.page)
    await expect(budi.page.get_by_role("button", name="Stop sending")).to_be_visible()
    await budi.page.close()
    await budi.open(f"/chat/{here}")
    await shown(siti.page)
    await shown(budi.page)
    await expect(siti.page.get_by_role("log").locator(".album")).to_have_count(1)


async def test_what_is_on_its_way_can_be_given_up(two: Two) -> None:
    budi = two.budi
    await budi.page.route("**/api/uploads/*/*", lambda route: route.abort())
    await choose(budi.page, as_file(photo(640, 480)))
    await send_chosen(budi.page)
    await budi.page.get_by_role("button", name="Stop sending").click()
    await expect(budi.page.get_by_role("log").locator(".album")).to_have_count(0)


# in the language of the account
async def test_what_cannot_be_shown_says_so_beside_itself_and_can_be_discarded(two: Two) -> None:
    budi = two.budi
    await choose(budi.page, as_file(b"PK\x03\x04 bukan foto", "foto.jpg"))
    await send_chosen(budi.page)
    await expect(budi.page.get_by_role("alert").get_by_text("Ini bukan gambar", exact=False)).to_be_visible()
    await budi.page.get_by_role("button", name="Delete").or_(budi.page.get_by_role("button", name="Discard")).first.click()
    await expect(budi.page.get_by_role("log").locator(".album")).to_have_count(0)


async def test_a_video_plays_where_it_stands(two: Two) -> None:
    await choose(two.budi.page, as_file(filmed(24), "ombak.webm", "video/webm"))
    await send_chosen(two.budi.page)
    await two.siti.page.get_by_role("button", name=re.compile("Play the video")).click()
    await two.siti.page.wait_for_function("() => document.querySelector('video')?.readyState >= 2")


async def test_a_file_is_a_download_with_its_name(two: Two) -> None:
    await choose(two.budi.page, as_file(b"gula, kelapa, sabar" * 1000, "resep ibu.txt", "text/plain"), what="File")
    await send_chosen(two.budi.page)
    async with two.siti.page.expect_download() as coming:
        await two.siti.page.get_by_role("link", name="Save").click()
    loaded = await coming.value
    assert loaded.suggested_filename == "resep ibu.txt"
    assert await asyncio.to_thread(Path(await loaded.path()).read_bytes) == b"gula, kelapa, sabar" * 1000


async def talk(page: Page, seconds: float, *, slide: tuple[int, int] = (0, 0)) -> None:
    """Hold the button, and let go."""
    box = await page.get_by_role("button", name="Record a voice message").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await page.mouse.move(x, y)
    await page.mouse.down()
    await expect(page.get_by_role("dialog", name="Recording")).to_be_visible()
    await asyncio.sleep(seconds)
    if slide != (0, 0):
        await page.mouse.move(x + slide[0], y + slide[1], steps=4)
    await page.mouse.up()


async def test_a_voice_is_held_sent_small_heard_and_plays_on_to_the_next(two: Two, place: Served, record_property: Any) -> None:
    budi, siti = two.budi.page, two.siti.page
    await talk(budi, 3.0)
    await talk(budi, 1.2)
    voices = siti.get_by_role("button", name=re.compile("Play the voice message"))
    await expect(voices).to_have_count(2)
    await expect(siti.get_by_text("Not heard yet")).to_have_count(2)
    shown = await siti.evaluate("fetch('/api/sync?since=0').then(r => r.json())")
    card = shown["conversations"][0]["last"]["card"]
    size = len(await (await siti.context.request.get(f"{place.url}/api/media/{card['blob']}/voice")).body())
    record_property("voice_bytes_per_second", round(size / card["duration_ms"] * 1000))
    print(f"voice: {size / card['duration_ms']:.2f} kB/s")
    assert size / card["duration_ms"] < 3.0
    await voices.first.click()
    await expect(siti.get_by_role("button", name="Pause")).to_be_visible()
    await siti.get_by_role("button", name="Speed 1").click()
    await expect(siti.get_by_role("button", name="Speed 1.5")).to_be_visible()
    await expect(siti.get_by_text("Not heard yet")).to_have_count(0)  # the second began by itself
    await expect(siti.get_by_role("button", name="Pause")).to_have_count(0)


async def test_a_slide_cancels_and_a_slip_is_no_voice(two: Two) -> None:
    budi = two.budi.page
    await talk(budi, 0.6, slide=(120, 0))
    await talk(budi, 0.0)
    await expect(budi.get_by_role("alert").get_by_text("Too short", exact=False)).to_be_visible()
    await expect(budi.get_by_role("button", name=re.compile("Play the voice message"))).to_have_count(0)


async def test_a_slide_up_locks_and_a_tap_begins_locked_for_keyboards_too(two: Two) -> None:
    budi = two.budi.page
    await talk(budi, 0.6, slide=(0, -120))
    await budi.get_by_role("button", name="Send the voice message").click()
    await expect(budi.get_by_role("button", name=re.compile("Play the voice message"))).to_have_count(1)
    await budi.get_by_role("button", name="Record a voice message").focus()
    await budi.keyboard.press("Enter")
    await expect(budi.get_by_role("dialog", name="Recording")).to_be_visible()
    await asyncio.sleep(0.6)
    await budi.keyboard.press("Enter")
    await expect(budi.get_by_role("button", name=re.compile("Play the voice message"))).to_have_count(2)
    await budi.get_by_role("button", name="Record a voice message").focus()
    await budi.keyboard.press("Enter")
    await expect(budi.get_by_role("dialog", name="Recording")).to_be_visible()
    await budi.keyboard.press("Escape")
    await expect(budi.get_by_role("dialog", name="Recording")).to_have_count(0)


async def test_what_was_seen_and_heard_is_there_without_a_network(two_at_home: Two, place: Served) -> None:
    await choose(two_at_home.budi.page, as_file(photo(640, 480)))
    await send_chosen(two_at_home.budi.page)
    await talk(two_at_home.budi.page, 0.8)
    siti = two_at_home.siti.page
    await siti.reload()  # from here on the service worker is in between
    await shown(siti)
    await siti.get_by_role("button", name=re.compile("Play the voice message")).click()
    await expect(siti.get_by_role("button", name="Pause")).to_have_count(0)
    await siti.wait_for_function(
        "() => caches.open('pictures').then(c => c.keys()).then(k => ['thumb', 'voice'].every(s => k.some(r => r.url.endsWith(s))))"
    )
    await place.stop()
    await siti.goto(f"{place.url}/chat/{two_at_home.here}")
    await shown(siti)
    await siti.get_by_role("button", name=re.compile("Play the voice message")).click()
    await expect(siti.get_by_role("button", name="Pause")).to_be_visible()
    await place.start()
