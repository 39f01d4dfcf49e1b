"""`python -m bench.client`: what the web client takes on a phone, in Chromium. Writes the figures between two marks of docs/performance.md.

bytes      gzipped JavaScript and CSS to the list of conversations, and of all lazy parts of chat, media, stickers and moments
open       a conversation of --messages messages from the list to its last message on screen, CPU throttled --throttle times; again offline
panel      the panel of stickers from the touch to its pictures on screen, from the second time on
photo      a photo of twelve megapixels, from "Send" until the other one sees it, both on this machine
voice      bytes per second of a voice message as the other one loads it

A figure is the middle of --rounds, with the best and the worst beside it. Nothing here fails: limits are the reader's to judge.
"""

import argparse
import asyncio
import io
import re
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from typing import Any

from PIL import Image
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.browser.conftest import ARGS, served_place
from tests.browser.screens import set_scene
from tests.browser.test_screens import WORDS, loaded, parts
from tests.environment import chromium_path
from tests.served import Served
from tests.worlds import Hand
from warung import accounts, chat, web
from warung.kit.db import Tx
from warung.kit.ids import AccountId, ConversationId

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/performance.md"
MARKS = ("<!-- client: written by python -m bench.client -->", "<!-- /client -->")
MICROPHONE = ["--use-fake-device-for-media-stream", "--autoplay-policy=no-user-gesture-required"]
PAY = ("src/domains/pay/", "messages/en.pay.json")
RICH = ("src/domains/chat/", "src/domains/media/", "src/domains/stickers/", "src/domains/moments/", *WORDS)
# The newest photo is another one than before, and all of it is there.
LAST = "[...document.querySelectorAll('[role=log] .album img')].at(-1)"
LOADED = f"""(before) => {{
    const one = {LAST};
    return !!one && one.src !== before && one.complete && one.naturalWidth > 0 && !one.closest('.album').querySelector('.ring');
}}"""
# A touch, then the moment at which something is on screen: taken inside the page, so that no way to it is counted.
TOUCH = """async ([touched, shown]) => {
    const began = performance.now();
    document.querySelector(touched).click();
    for (;;) {
        await new Promise(requestAnimationFrame);
        const found = [...document.querySelectorAll(shown)];
        if (found.length && found.every((one) => one.tagName !== 'IMG' || one.complete)) break;
        if (performance.now() - began > 20000) throw new Error(`${shown} is not there`);
    }
    return performance.now() - began;
}"""


# A touch on a link, as the client's own pages have them: nothing is loaded anew.
FOLLOW = """(path) => {
    const link = document.body.appendChild(document.createElement('a'));
    link.href = path;
    link.click();
}"""


class Phones:
    """A served place, its two people, and phones that open it."""

    def __init__(self, browser: Browser, place: Served, who: dict[str, AccountId], here: ConversationId) -> None:
        self.browser, self.place, self.who, self.here = browser, place, who, here
        self._open: list[BrowserContext] = []

    async def phone(self, name: str, path: str) -> Page:
        """Open a page as somebody, at 390x844, and let its service worker take over."""
        context = await self.browser.new_context(
            viewport={"width": 390, "height": 844}, locale="en-GB", has_touch=True, reduced_motion="reduce", permissions=["microphone"]
        )
        self._open.append(context)
        cookie = {"name": "warung", "value": await self.place.token(self.who[name]), "url": self.place.url, "httpOnly": True}
        await context.add_cookies([cookie])  # type: ignore[list-item]
        page = await context.new_page()
        await page.goto(f"{self.place.url}{path}")
        await page.wait_for_function("() => navigator.serviceWorker.ready.then(ready => !!ready.active)")
        return page

    async def put_away(self) -> None:
        """Close every phone."""
        while self._open:
            await self._open.pop().close()


def sizes() -> dict[str, int]:
    """Return the bytes of the first screen, and of all lazy parts of the rich conversation, from what the build says of itself."""
    first, rich = parts(("_first-", "messages/en.json")), parts(RICH)
    return {"first": sum(first.values()), "rich": sum(size for name, size in rich.items() if name not in first)}


async def opened_all(browser: Browser, place: Served) -> int:
    """Open a conversation with media, the feed, the store, the panel of stickers and the sheet for photos; return the bytes it took."""
    scene = await set_scene(place)
    context = await browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, service_workers="block")
    await context.add_init_script("localStorage.setItem('warung.language', 'en')")
    cookie = {"name": "warung", "value": await place.token(scene.me), "url": place.url, "httpOnly": True}
    await context.add_cookies([cookie])  # type: ignore[list-item]
    page = await context.new_page()
    await page.goto(place.url)
    await page.get_by_text("kopi club").first.wait_for()
    talk = f"/chat/{scene.direct}"
    for path, there in ((talk, ".album img"), ("/moments", "article"), ("/stickers", "article .grid"), (talk, ".voice")):
        await page.evaluate(FOLLOW, path)
        await page.locator(there).first.wait_for()
    await page.get_by_role("button", name="Emoji and stickers").click()
    await page.get_by_role("tab", name="Stickers").click()
    await page.locator(".have .grid img").first.wait_for()
    await page.get_by_role("button", name="More to send").click()
    async with page.expect_file_chooser():
        await page.get_by_role("button", name="Photo", exact=True).click()
    money = {Path(name).name for name in parts(PAY).keys() - parts(RICH).keys()}  # a card in the conversation is pay's own
    total = sum(size for name, size in await loaded(page) if name not in money)
    await context.close()
    return total


def filled(number: int, who: dict[str, AccountId], here: ConversationId) -> Callable[[Tx], None]:
    """Return what writes a long conversation: words of many lengths, by turns."""
    word = "besok pagi kita ngopi di warung sebelum pasar ramai "

    def verb(tx: Tx) -> None:
        for at in range(number):
            by = who["siti" if at % 3 else "budi"]
            chat.send(tx, by=by, to=here, card=chat.Text(text_=f"{at}: {(word * (1 + at % 5))[: 12 + at * 7 % 200]}"), nonce=chat_nonce(at))

    return verb


def chat_nonce(at: int) -> Any:
    """Return a key for one message."""
    return f"panjang-{at:08}"


async def opening(phones: Phones, messages: int, throttle: int, rounds: int) -> dict[str, list[float]]:
    """Open the long conversation from the list, on a slow phone that has it; then once more without a network."""
    page = await phones.phone("budi", "/")
    link = f'a[href="/chat/{phones.here}"]'
    await page.locator(link).first.wait_for()
    await page.goto(f"{phones.place.url}/chat/{phones.here}")
    last = page.get_by_text(f"{messages - 1}:", exact=False)
    await last.wait_for()
    for _ in range(12):  # what was read is kept: scroll back through a part of it
        await page.locator("[role=log]").evaluate("(log) => (log.scrollTop = 0)")
        await page.wait_for_timeout(150)
    session = await page.context.new_cdp_session(page)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": throttle})
    found: dict[str, list[float]] = {"open": [], "offline": []}
    for kind in found:
        await page.context.set_offline(kind == "offline")
        for _ in range(rounds):
            await page.goto(f"{phones.place.url}/")
            await page.locator(link).first.wait_for()
            found[kind].append(await page.evaluate(TOUCH, [link, "[role=log] [data-row]"]))
            await last.wait_for()
    return found


async def panel(phones: Phones, rounds: int) -> list[float]:
    """Open the panel of stickers again and again."""
    page = await phones.phone("budi", f"/chat/{phones.here}")
    emoji, stickers = 'button[aria-label="Emoji and stickers"]', ".have .grid img"
    await page.locator(emoji).first.click()
    await page.get_by_role("tab", name="Stickers").click()
    await page.locator(stickers).first.wait_for()
    await page.wait_for_load_state("networkidle")
    found = []
    for _ in range(rounds):
        await page.locator(emoji).first.click()
        await page.locator(stickers).first.wait_for(state="detached")
        found.append(await page.evaluate(TOUCH, [emoji, stickers]))
    return found


def photo(at: int) -> bytes:
    """Take a photo of twelve megapixels, as rich in detail as a real one: two and a half megabytes. No two are the same."""
    made = io.BytesIO()
    coarse = Image.effect_noise((500, 375), 90 + at).resize((4000, 3000), Image.Resampling.BICUBIC)
    turned = [coarse.transpose(how) for how in (Image.Transpose.ROTATE_180, Image.Transpose.FLIP_LEFT_RIGHT)]
    Image.merge("RGB", [coarse, *turned]).save(made, "JPEG", quality=90)
    return made.getvalue()


async def photos(phones: Phones, rounds: int) -> list[float]:
    """Send photos from one phone to the other."""
    budi, siti = await phones.phone("budi", f"/chat/{phones.here}"), await phones.phone("siti", f"/chat/{phones.here}")
    found = []
    for at in range(rounds + 1):
        await budi.get_by_role("button", name="More", exact=False).last.click()
        chosen: Any = {"name": "pagi.jpg", "mimeType": "image/jpeg", "buffer": photo(at)}
        async with budi.expect_file_chooser() as asked:
            await budi.get_by_role("group", name="More").get_by_role("button", name="Photo", exact=True).click()
        await (await asked.value).set_files([chosen])
        send = budi.get_by_role("dialog").get_by_role("button", name=re.compile("^Send( |$)"))
        await send.wait_for()
        before = await siti.evaluate(f"{LAST}?.src")
        began = time.perf_counter()
        await send.click()
        await siti.wait_for_function(LOADED, arg=before)
        found.append((time.perf_counter() - began) * 1000)
    return found[1:]  # the first one of a server's life starts a process


async def voice(phones: Phones) -> list[float]:
    """Record five seconds; return its bytes per second as it is loaded by the other."""
    budi = await phones.phone("budi", f"/chat/{phones.here}")
    box = await budi.get_by_role("button", name="Record a voice message").bounding_box()
    assert box is not None
    await budi.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await budi.mouse.down()
    await budi.get_by_role("dialog", name="Recording").wait_for()
    await budi.wait_for_timeout(5_000)
    await budi.mouse.up()
    siti = await phones.phone("siti", f"/chat/{phones.here}")
    await siti.get_by_role("button", name=re.compile("Play the voice message")).last.wait_for()
    told = await siti.evaluate("fetch('/api/sync?since=0').then((answer) => answer.json())")
    card = next(each["last"]["card"] for each in told["conversations"] if each["last"]["card"]["type"] == "media.voice")
    body = await (await siti.context.request.get(f"{phones.place.url}/api/media/{card['blob']}/voice")).body()
    return [len(body) / card["duration_ms"] * 1000]


def row(what: str, limit: str, found: list[float], unit: str) -> str:
    """Return one line of the table."""
    shown = [f"{each / 1000:,.2f}" if unit in ("s", "kB/s") else f"{each:,.0f}" for each in (median(found), min(found), max(found))]
    return f"| {what} | {limit} | {shown[0]} {unit} | {shown[1]} - {shown[2]} | {len(found)} |"


async def measured(given: argparse.Namespace) -> list[str]:
    """Return the lines of the table."""
    size = sizes()
    kb = {name: f"{number / 1000:,.1f} kB" for name, number in size.items()}
    lines = [
        "| what | at most | middle | best - worst | rounds |",
        "|---|---|---|---|---|",
        f"| JavaScript and CSS to the list of conversations, gzipped | 60 kB | {kb['first']} | | |",
        f"| all lazy parts of chat, media, stickers and moments together | 150 kB | {kb['rich']} | | |",
    ]

    async def part(name: str, work: Awaitable[list[str]]) -> None:
        print(name, flush=True)
        try:
            lines.extend(await work)
        except Exception as failure:  # the other rows are worth having
            lines.append(f"| {name} | | not measured: {type(failure).__name__} | | |")
            print(f"{name}: {failure}", flush=True)

    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        sections = {accounts.Settings: accounts.Settings(registration="open")}
        async with served_place(Path(folder), Hand(), sections=sections) as place, async_playwright() as playwright:
            budi, siti = await place.cast.people("budi", "siti")
            who = {"budi": budi, "siti": siti}
            here = await place.cast.friends(budi, siti)
            club = await place.cast.group(budi, siti)
            await place.world.db.write(filled(given.messages, who, club))
            browser = await playwright.chromium.launch(executable_path=chromium_path(), args=[*ARGS, *MICROPHONE])
            long, short = Phones(browser, place, who, club), Phones(browser, place, who, here)

            async def opened() -> list[str]:
                found = await opening(long, given.messages, given.throttle, given.rounds)
                what = f"a conversation of {given.messages:,} messages opens, CPU throttled {given.throttle}x"
                return [row(what, "1 s", found["open"], "s"), row(f"{what}, without a network", "1 s", found["offline"], "s")]

            async def pictured() -> list[str]:
                return [row("a photo of 12 megapixels is in the other's view", "2 s", await photos(short, given.rounds), "s")]

            async def touched() -> list[str]:
                return [row("the panel of stickers opens, from the second time on", "100 ms", await panel(short, given.rounds * 2), "ms")]

            async def spoken() -> list[str]:
                return [row("a voice message", "2.2 kB/s", await voice(short), "kB/s")]

            async def weighed() -> list[str]:
                async with served_place(Path(other), Hand(), sections=sections) as scene:
                    total = await opened_all(browser, scene)
                what = "as one opens a conversation, moments, the store, stickers and photos (without what a card of money brings)"
                return [f"| {what} | 150 kB | {total / 1000:,.1f} kB | | |"]

            for name, work in (("bytes", weighed), ("open", opened), ("panel", touched), ("photo", pictured), ("voice", spoken)):
                await part(name, work())
                await long.put_away()
                await short.put_away()
            await browser.close()
    return lines


def main() -> None:
    """Measure, print, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--messages", type=int, default=5_000)
    parser.add_argument("--throttle", type=int, default=4)
    parser.add_argument("--dry", action="store_true", help="print only")
    given = parser.parse_args()
    web.build()
    table = "\n".join(asyncio.run(measured(given)))
    print(table)
    if not given.dry:
        text = PAGE.read_text()
        before, _, after = text.partition(MARKS[0])
        PAGE.write_text(f"{before}{MARKS[0]}\n\n{table}\n\n{MARKS[1]}{after.partition(MARKS[1])[2]}")


if __name__ == "__main__":
    main()
