"""Fixtures of the browser tests: the built client on a real server, and phones that open it."""

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Request, Route, async_playwright, expect

from tests.environment import chromium_path, once_per_run
from tests.served import Served, free_port
from tests.worlds import Hand, settings_for
from warung import accounts, web
from warung.app import open_world
from warung.kit.ids import AccountId

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
]
PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)


def built() -> None:
    """Build the client, once per run."""
    with once_per_run("web") as done:
        if not done.exists():
            web.build()
            done.touch()


@pytest.fixture
async def place(tmp_path: Path, hand: Hand) -> AsyncIterator[Served]:
    """A warung with the built client, open to everybody, on a loopback address that browsers trust."""
    built()
    async with served_place(tmp_path, hand, sections={accounts.Settings: accounts.Settings(registration="open")}) as served:
        yield served


@contextlib.asynccontextmanager
async def served_place(folder: Path, hand: Hand, **how: Any) -> AsyncIterator[Served]:
    """Serve a world with the built client; its own address is where it is reached."""
    port = free_port()
    settings = settings_for(folder, url=f"http://localhost:{port}", **how)
    world = await open_world(settings, clock=hand, static=web.STATIC)
    served = Served(world, port)
    served.url = settings.site.url  # a name, not an address: browsers trust localhost
    await served.start()
    try:
        yield served
    finally:
        await served.stop()
        await world.close()


@contextlib.asynccontextmanager
async def chromium(*more: str) -> AsyncIterator[Browser]:
    """Debian's Chromium."""
    path = chromium_path()
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=path, args=[*ARGS, *more])
        yield opened
        await opened.close()


@pytest.fixture(scope="module")
async def browser(anyio_backend: Any) -> AsyncIterator[Browser]:
    """A Chromium for the tests of a file, each of which has phones of its own in it: starting one takes as long as a short test."""
    async with chromium() as opened:
        yield opened


class Traffic:
    """What a page has asked for and not got yet."""

    of: ClassVar[WeakKeyDictionary[Page, "Traffic"]] = WeakKeyDictionary()

    def __init__(self, page: Page) -> None:
        self.begun = 0
        self.open: set[Request] = set()
        self.of[page] = self
        page.on("request", self._begin)
        page.on("requestfinished", self._end)
        page.on("requestfailed", self._end)

    def _begin(self, request: Request) -> None:
        self.begun += 1
        self.open.add(request)

    def _end(self, request: Request) -> None:
        self.open.discard(request)


async def settled(page: Page) -> None:
    """Wait until the page has drawn what it fetched, and asks for nothing more."""
    traffic, deadline = Traffic.of[page], time.monotonic() + PATIENCE_MS / 1000
    while True:
        begun = traffic.begun
        await page.wait_for_function("() => document.querySelector('h1, h2, main') !== null && !document.querySelector('.sk, .skeleton')")
        await page.evaluate("() => new Promise((done) => setTimeout(() => requestAnimationFrame(done), 80))")
        if not traffic.open and begun == traffic.begun:
            return
        assert time.monotonic() < deadline, [request.url for request in traffic.open]


async def held_back(pages: Page | BrowserContext, what: str) -> asyncio.Event:
    """Let nothing of this address leave a page, or any page of a phone, until the event is set."""
    free = asyncio.Event()

    async def waits(route: Route) -> None:
        await free.wait()
        await route.continue_()

    await pages.route(re.compile(what), waits)
    return free


class Phone:
    """A phone in somebody's hand: one browser context at 390x844, and what went wrong on its pages."""

    def __init__(self, context: BrowserContext, place: Served) -> None:
        self.context = context
        self.place = place
        self.wrong: list[str] = []
        self.page: Page

    async def open(self, path: str = "/") -> Page:
        """Open a page of the client."""
        self.page = await self.context.new_page()
        Traffic(self.page)
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("dialog", lambda dialog: self.wrong.append(f"dialog: {dialog.message}"))
        await self.page.goto(f"{self.place.url}{path}")
        return self.page

    async def sign_in(self, account: AccountId, path: str = "/") -> Page:
        """Open a page as somebody, by the cookie that a sign-in would have set."""
        token = await self.place.token(account)
        await self.context.add_cookies([{"name": "warung", "value": token, "url": self.place.url, "httpOnly": True, "sameSite": "Lax"}])
        return await self.open(path)


TakePhone = Callable[..., Any]


@pytest.fixture
async def take_phone(browser: Browser, place: Served) -> AsyncIterator[TakePhone]:
    """A function that hands out phones; whatever went wrong on one fails the test."""
    phones: list[Phone] = []

    async def take(**options: Any) -> Phone:
        how: dict[str, Any] = {
            "viewport": {"width": 390, "height": 844},
            "locale": "en-GB",
            "has_touch": True,
            "reduced_motion": "reduce",
        } | options
        phone = Phone(await browser.new_context(**how), place)
        phones.append(phone)
        return phone

    yield take
    for phone in phones:
        await phone.context.close()
    assert [wrong for phone in phones for wrong in phone.wrong] == []
