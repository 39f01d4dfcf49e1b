"""`python -m scripts.cards [FOLDER]`: photograph every card, panel, sheet and page of the rich conversation.

Each is taken at 390x844 by day and by night, in English and in Arabic, and written to build/screens/cards or to FOLDER. What could not be
taken is named at the end, and makes the command fail.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from playwright.async_api import Error, Page, async_playwright

from tests.browser.conftest import ARGS, served_place
from tests.browser.screens import Scene, enliven, rich, set_scene
from tests.environment import chromium_path
from tests.worlds import Hand
from warung import accounts, web

ROOT = Path(__file__).parents[1]
PATIENCE_MS = 6_000
PAGES = {
    "stickers-store": "/stickers",
    "stickers-new": "/stickers/new",
    "stickers-pack": "/stickers/kriuk",
    "stickers-own": "/stickers/{own_pack}",
    "stickers-priced": "/stickers/{priced_pack}",
    "moments": "/moments",
    "moments-new": "/moments/new",
    "moments-notices": "/moments/notices",
    "moments-settings": "/moments/settings",
    "moments-of": "/moments/of/{friend}",
    "media-mine": "/me/media",
    "media-everybody": "/operator/storage",
    "favourites": "/favourites",
    "folders-and-quiet": "/me/lists",
    "push": "/me/push",
    "devices": "/me/devices",
}
CARDS = {"cards-of-media": ("/chat/{direct}", 2), "cards-of-chat": ("/chat/{club}", 3)}  # and how many heights of the screen they stand on
Take = Callable[[Page], Awaitable[object]]


class Album:
    """Where the pictures go, in one scheme and language, and what could not be taken."""

    def __init__(self, folder: Path, scheme: str, language: str, missing: list[str]) -> None:
        self._folder, self._tail, self._missing = folder, f"{scheme}-{language}", missing
        parts = sorted((ROOT / "web/messages").glob(f"{language}*.json"))
        self._words: dict[str, str] = {key: text for part in parts for key, text in json.loads(part.read_text()).items()}

    def say(self, key: str) -> str:
        """Return the words of the client for this key."""
        return self._words[key]

    async def take(self, page: Page, name: str, prepare: Take | None = None) -> None:
        """Prepare the page and photograph it; Escape puts away what rose."""
        try:
            if prepare is not None:
                await prepare(page)
            await page.wait_for_load_state("networkidle")
            await page.wait_for_timeout(250)
            await page.screenshot(path=self._folder / f"{name}-{self._tail}.png")
        except Error as failure:
            self._missing.append(f"{name}-{self._tail}: {str(failure).splitlines()[0]}")
        for _ in range(3):
            await page.keyboard.press("Escape")

    def press(self, key: str, role: str = "button") -> Take:
        """Return what presses a button by the words on it."""

        async def act(page: Page) -> None:
            await page.get_by_role(role, name=self.say(key), exact=True).last.click()  # type: ignore[arg-type]

        return act


async def walk(page: Page, url: str, scene: Scene, album: Album) -> None:
    """Photograph all of it once."""
    known = {"friend": scene.friend, "direct": scene.direct, "club": scene.club} | scene.packs
    for name, path in PAGES.items():
        await page.goto(f"{url}{path.format(**known)}")
        await album.take(page, name)
    for name, (path, screens) in CARDS.items():
        await page.goto(f"{url}{path.format(**known)}")
        await page.locator("[data-row]").last.wait_for()
        await page.mouse.move(195, 400)
        for at in range(screens):
            await album.take(page, f"{name}-{at + 1}", up if at else None)
    words = page.locator("[data-row]", has_text="Jam tujuh ya").last

    async def menu(page: Page) -> None:
        await page.goto(f"{url}/chat/{scene.club}")
        await page.locator("[data-row]").last.wait_for()
        await page.get_by_text("Jam tujuh ya").first.click()  # it is pinned: that leads to where it stands
        await words.click(button="right")
        await page.get_by_role("menu").wait_for()

    def then(key: str, role: str = "menuitem") -> Take:
        async def act(page: Page) -> None:
            await menu(page)
            await album.press(key, role)(page)

        return act

    await album.take(page, "menu", menu)
    await album.take(page, "reactions-all", then("menu.more_emoji", "button"))
    for name, key in (
        ("forward", "menu.forward"),
        ("who-reacted", "menu.reactions"),
        ("versions", "menu.versions"),
        ("choosing", "menu.choose"),
    ):
        await album.take(page, f"sheet-{name}", then(key))
        await page.reload()
        await page.locator("[data-row]").last.wait_for()
    await page.goto(f"{url}/chat/{scene.club}")
    await composer(page, url, scene, album)
    await page.goto(f"{url}/moments")
    await album.take(page, "sheet-thanks", album.press("moments.thank"))
    await page.goto(f"{url}/stickers/{scene.packs['priced_pack']}")
    await album.take(page, "sheet-buy", lambda page: page.locator("button.btn.big").click())


async def up(page: Page) -> None:
    """Go up in a conversation by what fits on the screen."""
    await page.mouse.wheel(0, -600)


async def composer(page: Page, url: str, scene: Scene, album: Album) -> None:
    """Photograph what opens under the field of a conversation, and what plays and shows in one."""
    await album.take(page, "panel-emoji", album.press("panel.title"))

    async def stickers(page: Page) -> None:
        if not await page.get_by_role("tab").last.is_visible():
            await album.press("panel.title")(page)
        await page.get_by_role("tab").last.click()

    await album.take(page, "panel-stickers", stickers)
    await page.reload()
    await album.take(page, "drawer", album.press("drawer.title"))
    for name, key in (("place", "drawer.place"), ("contact", "drawer.contact"), ("poll", "drawer.poll"), ("list", "drawer.list")):

        async def sheet(page: Page, key: str = key) -> None:
            await album.press("drawer.title")(page)
            await page.get_by_role("button", name=album.say(key), exact=True).click()
            await page.get_by_role("dialog").wait_for()

        await page.reload()
        await album.take(page, f"sheet-{name}", sheet)
    for name, key in (("photo", "drawer.photo"), ("file", "drawer.file")):

        async def chosen(page: Page, key: str = key) -> None:
            await album.press("drawer.title")(page)
            async with page.expect_file_chooser() as asked:
                await page.get_by_role("button", name=album.say(key), exact=True).click()
            icon = ROOT / "docs/screens/contacts-light.png"
            await (await asked.value).set_files([icon])

        await page.reload()
        await album.take(page, f"sheet-{name}", chosen)
    await page.goto(f"{url}/chat/{scene.direct}")
    await album.take(page, "recording", record(album))
    await page.goto(f"{url}/chat/{scene.direct}")
    await album.take(page, "viewer", lambda page: page.locator("[role=log] .album button").first.click())


def record(album: Album) -> Take:
    """Return what begins a recording by the keyboard."""

    async def act(page: Page) -> None:
        await page.get_by_role("button", name=album.say("voice.record"), exact=True).focus()
        await page.keyboard.press("Enter")
        await page.get_by_role("dialog").wait_for()

    return act


async def photographed(folder: Path) -> list[str]:
    """Photograph everything in both schemes and directions; return what could not be."""
    missing: list[str] = []
    with tempfile.TemporaryDirectory() as data:
        sections = {accounts.Settings: accounts.Settings(registration="open")}
        async with served_place(Path(data), Hand(), sections=sections) as place, async_playwright() as playwright:
            scene = await set_scene(place)
            await enliven(place, scene)
            await rich(place, scene)
            flags = [*ARGS, "--use-fake-device-for-media-stream"]
            browser = await playwright.chromium.launch(executable_path=chromium_path(), args=flags)
            for scheme in ("light", "dark"):
                for language in ("en", "ar"):
                    context = await browser.new_context(
                        viewport={"width": 390, "height": 844},
                        color_scheme="dark" if scheme == "dark" else "light",
                        reduced_motion="reduce",
                        permissions=["microphone", "notifications"],
                    )
                    await context.add_init_script(f"localStorage.setItem('warung.language', '{language}')")
                    cookie = {"name": "warung", "value": await place.token(scene.me), "url": place.url, "httpOnly": True}
                    await context.add_cookies([cookie])  # type: ignore[list-item]
                    page = await context.new_page()
                    page.set_default_timeout(PATIENCE_MS)
                    await walk(page, place.url, scene, Album(folder, scheme, language, missing))
                    await context.close()
            await browser.close()
    return missing


def main() -> int:
    """Photograph, and say what is there and what is not."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build/screens/cards"
    folder.mkdir(parents=True, exist_ok=True)
    web.build()
    missing = asyncio.run(photographed(folder))
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")
    for each in missing:
        print(f"not taken: {each}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
