"""`make screens`: photograph every screen of the demo at 390x844, by day and night, some of them right to left and wide.

All go to build/screens; the few named in `KEPT` go to docs/screens, where the documents show them.
"""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import TimeoutError as Late

from scripts.screens_money import printed_code, sheets

ROOT = Path(__file__).parents[1]
ALL, DOCS = ROOT / "build/screens", ROOT / "docs/screens"
CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
OUTSIDE = {"sign-in": "/", "link": "/link", "recover": "/recover"}
INSIDE = {
    "chat-list": "/",
    "contacts": "/contacts",
    "add-contact": "/contacts/add",
    "groups": "/groups",
    "search": "/search",
    "new-group": "/new/group",
    "my-code": "/my-code",
    "scan": "/scan",
    "me": "/me",
    "profile": "/me/profile",
    "devices": "/me/devices",
    "privacy": "/me/privacy",
    "security": "/me/security",
    "display": "/me/display",
    "invites": "/me/invites",
    "lists": "/me/lists",
    "favourites": "/favourites",
    "import": "/import",
    "operator": "/operator",
    "wallet": "/wallet",
    "wallet-give": "/wallet/give",
    "wallet-pin": "/wallet/pin",
    "wallet-safety": "/wallet/safety",
    "wallet-statement": "/wallet/statement",
    "wallet-code": "/wallet/code",
    "wallet-shop": "/wallet/shop",
    "wallet-bank": "/wallet/bank",
    "wallet-takings": "/wallet/shop/takings",
    "operator-books": "/operator/books",
    "officials": "/officials",
    "subscriptions": "/subscriptions",
    "allowed": "/officials/allowed",
    "coupons": "/coupons",
}
RUNNING = ["", "desk", "articles", "broadcasts", "menu", "replies", "followers", "statistics", "codes", "coupons", "programs", "settings"]
KEPT = {
    *(f"{name}-{scheme}" for name in ("sign-in", "chat-list", "conversation-group", "conversation-direct") for scheme in ("light", "dark")),
    *(f"{name}-light" for name in ("contacts", "group", "search-found", "me", "my-code", "import", "devices", "privacy", "invites")),
    *(f"{name}-dark" for name in ("contacts", "scan", "me")),
    "conversation-rtl-light",
    "desktop-light",
    "desktop-dark",
}


def photograph(page: Page, name: str) -> None:
    """Save the page as a picture once it has come to rest."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(350)
    page.screenshot(path=ALL / f"{name}.png")


def enter(page: Page, url: str, who: str) -> None:
    """Sign in as somebody of the demo."""
    page.goto(url)
    page.get_by_role("button", name=who, exact=True).click()
    page.get_by_text("kopi club").first.wait_for()


def risen(page: Page, scheme: str) -> None:
    """Photograph what rises over a conversation: a message's menu, the drawer, and everything that the drawer offers."""
    page.locator("[data-row]").last.click(button="right")
    page.get_by_role("menu").wait_for()
    photograph(page, f"message-menu-{scheme}")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Kirim yang lain").click()
    tiles = page.locator(".pad button")
    tiles.first.wait_for()
    photograph(page, f"drawer-{scheme}")
    for at, label in enumerate(tiles.all_inner_texts()):
        if not tiles.nth(at).is_visible():  # choosing something puts the drawer away
            page.get_by_role("button", name="Kirim yang lain").click()
        tiles.nth(at).click()
        try:
            page.get_by_role("dialog").wait_for(timeout=3_000)
        except Late:  # the phone's own chooser of files is no page of ours
            continue
        photograph(page, f"drawer-{label.strip().lower().replace(' ', '-')}-{scheme}")
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="detached")


def companies(page: Page, url: str, scheme: str) -> None:
    """Photograph an official account as its follower sees it: its menu, its page, an article where it has published one."""
    page.goto(f"{url}/officials")
    page.locator(".list .row").get_by_text("Toko Sari").first.click()
    page.locator("section h1").wait_for()
    photograph(page, f"account-{scheme}")
    article = page.locator(".list a.piece").first
    if article.count():
        article.click()
        page.locator("article h1").wait_for()
        photograph(page, f"article-{scheme}")
        page.go_back()
    page.locator("section .btn").first.click()
    menu = page.locator("nav.bar")
    menu.locator("[data-column]").nth(1).click()
    photograph(page, f"account-menu-{scheme}")


def running(page: Page, url: str, scheme: str) -> None:
    """Photograph the work of who runs the account: desk, editor, statistics and the rest."""
    page.goto(f"{url}/run")
    page.locator(".list a.row").first.click()
    page.locator(".set a.row").first.wait_for()
    here = page.url
    for name in RUNNING:
        page.goto(f"{here}/{name}".rstrip("/"))
        photograph(page, f"run-{name or 'account'}-{scheme}")
    page.goto(f"{here}/articles/new")
    page.get_by_role("textbox").first.fill("Panen kopi lereng Merapi sudah datang")
    photograph(page, f"run-editor-{scheme}")
    page.goto(f"{here}/desk")
    case = page.locator(".list a.row").first
    if case.count():
        case.click()
        page.get_by_role("log").wait_for()
        photograph(page, f"run-talk-{scheme}")


def walk(browser: Browser, url: str, scheme: str) -> None:
    """Photograph every screen in one scheme."""
    options: dict[str, Any] = {"color_scheme": scheme, "locale": "id-ID", "reduced_motion": "reduce"}
    context = browser.new_context(**options)
    page = context.new_page()
    enter(page, url, "Siti")
    code = printed_code(page)
    context.close()
    context = browser.new_context(viewport={"width": 390, "height": 844}, **options)
    page = context.new_page()
    for name, path in OUTSIDE.items():
        page.goto(f"{url}{path}")
        photograph(page, f"{name}-{scheme}")
    enter(page, url, "Budi")
    for name, path in INSIDE.items():
        page.goto(f"{url}{path}")
        photograph(page, f"{name}-{scheme}")
    for name, title in (("conversation-group", "kopi club"), ("conversation-direct", "Siti"), ("conversation-chinese", "林伟")):
        page.goto(url)
        page.locator(".row .n").get_by_text(title, exact=True).first.click()
        page.get_by_role("log").wait_for()
        photograph(page, f"{name}-{scheme}")
        if name == "conversation-group":
            risen(page, scheme)
            page.goto(f"{page.url}/info")
            photograph(page, f"group-{scheme}")
    sheets(page, url, code, lambda name: photograph(page, f"{name}-{scheme}"))
    page.goto(f"{url}/search")
    page.locator("main input, header input").first.fill("电影")
    page.locator("mark").first.wait_for()
    photograph(page, f"search-found-{scheme}")
    companies(page, url, scheme)
    context.close()
    context = browser.new_context(viewport={"width": 390, "height": 844}, **options)
    page = context.new_page()
    enter(page, url, "Ayu")
    running(page, url, scheme)
    context.close()
    context = browser.new_context(viewport={"width": 390, "height": 844}, **options)
    page = context.new_page()
    enter(page, url, "Budi")
    page.get_by_text("مريم", exact=True).first.click()
    page.get_by_role("log").wait_for()
    page.evaluate("localStorage.setItem('warung.language', 'ar')")
    page.reload()
    page.get_by_role("log").wait_for()
    photograph(page, f"conversation-rtl-{scheme}")
    for name in ("chat-list", "contacts", "me", "search", *(name for name in INSIDE if name.startswith(("wallet", "operator-books")))):
        page.goto(f"{url}{INSIDE[name]}")
        photograph(page, f"{name}-ar-{scheme}")
    sheets(page, url, code, lambda name: photograph(page, f"{name}-ar-{scheme}"), tear=scheme == "dark")
    context.close()
    context = browser.new_context(viewport={"width": 1200, "height": 800}, **options)
    page = context.new_page()
    enter(page, url, "Budi")
    page.get_by_text("kopi club").first.click()
    page.get_by_role("log").wait_for()
    photograph(page, f"desktop-{scheme}")
    context.close()


def main() -> int:
    """Start the demo, walk through it twice, keep what the documents show."""
    if CHROMIUM is None:
        print("screens: Chromium is not installed here; install it, for example with: apt install chromium", file=sys.stderr)
        return 2
    ALL.mkdir(parents=True, exist_ok=True)
    DOCS.mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as data:
        server = subprocess.Popen([sys.executable, "-m", "warung", "demo", "--data", data, "--port", str(port)], stdout=subprocess.DEVNULL)
        try:
            url = f"http://localhost:{port}"
            wait_for(f"{url}/readyz")
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
                for scheme in ("light", "dark"):
                    walk(browser, url, scheme)
                browser.close()
        finally:
            server.terminate()
            server.wait()
    for name in sorted(KEPT):
        shutil.copy(ALL / f"{name}.png", DOCS / f"{name}.png")
    print(f"{len(list(ALL.glob('*.png')))} screens in {ALL.relative_to(ROOT)}, {len(KEPT)} of them in {DOCS.relative_to(ROOT)}")
    return 0


def wait_for(url: str) -> None:
    """Wait until the server answers."""
    deadline = time.monotonic() + 120
    while True:
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main())
