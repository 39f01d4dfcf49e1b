"""Every screen: nothing for axe at WCAG 2.2 AA by day and night, nothing wider than the phone in either direction, few bytes."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page
from playwright.async_api import TimeoutError as Late

from tests.browser.conftest import TakePhone, settled
from tests.browser.screens import OUTSIDE, enliven, set_scene
from tests.served import Served
from warung import web

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
BUDGET = 60_000  # bytes of JavaScript and CSS, gzipped, to a usable list of conversations
RICH_BUDGET = 150_000  # of all lazy parts of chat, media, stickers and moments together
WORDS = tuple(f"messages/en{part}.json" for part in ("", ".pages", ".nouns", ".media", ".stickers", ".moments"))


async def violations(page: Page) -> list[str]:
    """Return what axe finds, as one line per rule with the first element."""
    await page.evaluate(AXE.read_text())
    found: Any = await page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [f"{each['id']}: {each['help']} - {each['nodes'][0]['html'][:160]} ({len(each['nodes'])})" for each in found["violations"]]


async def rises(page: Page) -> bool:
    """Does a sheet rise? A tile may also open the phone's own chooser of files, which no page sees."""
    try:
        await page.get_by_role("dialog").wait_for(timeout=3_000)
    except Late:
        return False
    return True


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_in_what_rises_over_a_conversation(place: Served, take_phone: TakePhone, scheme: str) -> None:
    scene = await set_scene(place)
    await enliven(place, scene)
    phone = await take_phone(color_scheme=scheme)
    await phone.context.add_init_script("localStorage.setItem('warung.language', 'en')")
    page = await phone.sign_in(scene.me, f"/chat/{scene.club}")
    await page.get_by_text("Bawa apa?").wait_for()
    await settled(page)
    found = {"cards": await violations(page)}
    await page.locator("[data-row]").last.click(button="right")
    await page.get_by_role("menu").wait_for()
    found["menu"] = await violations(page)
    await page.keyboard.press("Escape")
    more = page.get_by_role("button", name="More to send")
    await more.click()
    tiles = page.locator(".pad button")
    await tiles.first.wait_for()
    for at, label in enumerate(await tiles.all_inner_texts()):
        if not await tiles.nth(at).is_visible():  # choosing a file puts the drawer away
            await more.click()
        await tiles.nth(at).click()
        if not await rises(page):
            continue
        found[label] = await violations(page)
        await page.keyboard.press("Escape")
        await page.get_by_role("dialog").wait_for(state="detached")
    assert {what: bad for what, bad in found.items() if bad} == {}


async def test_axe_can_find_something(place: Served, take_phone: TakePhone) -> None:
    phone = await take_phone()
    page = await phone.open("/")
    await settled(page)
    await page.evaluate("document.querySelector('main, body').insertAdjacentHTML('beforeend', '<img src=\"/icon.svg\"><input>')")
    assert {bad.split(":")[0] for bad in await violations(page)} >= {"image-alt", "label"}


# each screen is visited once in each of these, and axe looks on where its scheme is said
WAYS = [(360, "id", 1, "light"), (390, "ar", 1, "dark"), (430, "en", 1, None), (360, "id", 2, None)]


@pytest.mark.parametrize(("width", "language", "zoom", "scheme"), WAYS)
async def test_no_screen_is_wider_than_the_phone_and_axe_finds_nothing(
    place: Served, take_phone: TakePhone, width: int, language: str, zoom: int, scheme: str | None
) -> None:
    scene = await set_scene(place)
    phones = [await take_phone(viewport={"width": width, "height": 844}, color_scheme=scheme or "light") for _ in range(2)]
    for phone in phones:
        await phone.context.add_init_script(f"localStorage.setItem('warung.language', '{language}')")
    pages = [await phones[0].open("/"), await phones[1].sign_in(scene.me)]
    direction, wrong = "rtl" if language == "ar" else "ltr", {}
    for page, paths in zip(pages, (OUTSIDE, scene.inside()), strict=True):
        await page.add_init_script(
            f"document.addEventListener('DOMContentLoaded', () => {{ document.documentElement.style.fontSize = '{zoom * 100}%' }})"
        )
        for path in paths:
            await page.goto(f"{place.url}{path}")
            await settled(page)
            assert await page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == [language, direction]
            wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
            found = ([f"{wide} px too wide"] if wide > 0 else []) + (await violations(page) if scheme else [])
            if found:
                wrong[f"{'outside ' if paths is OUTSIDE else ''}{path}"] = found
    assert wrong == {}


async def loaded(page: Page) -> list[tuple[str, int]]:
    """Return what a page has loaded of scripts and styles: names, and bytes as they came over the wire."""
    sizes: list[list[Any]] = await page.evaluate(
        "performance.getEntriesByType('resource').filter(r => /\\.(js|css)$/.test(r.name))"
        ".map(r => [r.name.split('/').pop(), r.encodedBodySize])"
    )
    return [(name, size) for name, size in sizes]


def parts(beginning: tuple[str, ...]) -> dict[str, int]:
    """Return the files of the parts whose names begin so, and of what they need, with their gzipped bytes; the build says which."""
    manifest: dict[str, dict[str, Any]] = json.loads((web.STATIC / ".vite/manifest.json").read_text())
    wanted, files = [name for name in manifest if name.startswith(beginning)], set[str]()
    while wanted:
        entry = manifest[wanted.pop()]
        here = {entry["file"], *entry.get("css", [])}
        if not here <= files:
            wanted += entry.get("imports", [])
        files |= here
    return {name: len(gzip.compress((web.STATIC / name).read_bytes(), 9)) for name in sorted(files) if name.endswith((".js", ".css"))}


async def test_the_list_of_conversations_costs_few_bytes(place: Served, take_phone: TakePhone) -> None:
    scene = await set_scene(place)
    phone = await take_phone(service_workers="block")
    page = await phone.sign_in(scene.me)
    await page.get_by_text("kopi club").first.wait_for()
    sizes = await loaded(page)
    total = sum(size for _, size in sizes)
    print(f"to the list of conversations: {total} bytes in {len(sizes)} files")
    assert total <= BUDGET, sizes


async def test_all_lazy_parts_of_the_rich_conversation_together_are_few_bytes(place: Served) -> None:
    """Every part of chat, media, stickers and moments that is loaded when it is wanted, each sheet and page, with one language's words."""
    domains = tuple(f"src/domains/{name}/" for name in ("chat", "media", "stickers", "moments"))
    first, rich = parts(("_first-",)), parts((*domains, *WORDS))
    lazy = {name: size for name, size in rich.items() if name not in first}
    print(f"all lazy parts of the rich conversation: {sum(lazy.values())} bytes in {len(lazy)} files")
    assert len(lazy) > 20
    assert sum(lazy.values()) <= RICH_BUDGET, sorted(lazy.items(), key=lambda each: -each[1])[:12]
