"""The sheets of money for `make screens`: everything that is opened, confirmed or paid, found by what it is and not by its words."""

from collections.abc import Callable
from urllib.parse import quote

from playwright.sync_api import Page

from warung.pay import emv

Photo = Callable[[str], None]
# a shop of another network: it can be read, and not be paid
FOREIGN = emv.write(
    [
        ("00", "01"),
        ("01", "11"),
        ("51", [("00", "ID.CO.QRIS.WWW"), ("02", "ID1020000000001"), ("03", "UMI")]),
        ("52", "5812"),
        ("53", "360"),
        ("58", "ID"),
        ("59", "Warung Bu Tini"),
        ("60", "Bandung"),
    ]
)


def printed_code(page: Page) -> str:
    """Return the code on the counter of the shop of whoever is signed in."""
    ask = "async path => (await fetch('/api' + path)).json()"
    (shop, *_) = page.evaluate(ask, "/merchants")
    text: str = page.evaluate(ask, f"/merchants/{shop['id']}/code?currency=PTS")["text"]
    return text


def sheets(page: Page, url: str, code: str, photo: Photo, *, tear: bool = False) -> None:
    """Photograph every sheet and every state of paying. `code` is a shop's; `tear` opens the red packet, which can be done once."""
    page.goto(f"{url}/wallet/give")
    page.locator("main button.row").first.click()
    page.get_by_role("dialog").wait_for()
    photo("money-give")
    page.locator("dialog input.num").fill("25000")
    page.locator("dialog form .btn.big").click()
    page.locator("dialog .keys").wait_for()
    photo("money-pay-sheet")
    page.goto(f"{url}/wallet")
    page.locator("a[href^='/bill/']").first.click()
    page.locator("footer .btn").first.wait_for()
    photo("money-bill")
    page.locator("footer .btn").last.click()
    page.get_by_role("dialog").wait_for()
    photo("money-bill-pay")
    for name, text in (("money-code", code), ("money-code-foreign", FOREIGN)):
        page.goto(f"{url}/pay?code={quote(text)}")
        page.locator("footer .btn, main .btn").first.wait_for()
        photo(name)
    page.goto(f"{url}/wallet/safety")
    page.locator(".set").last.locator("button").last.click()
    page.get_by_role("dialog").wait_for()
    photo("money-freeze")
    page.goto(f"{url}/operator/books")
    page.locator("header button.ib").last.click()
    page.get_by_role("dialog").wait_for()
    photo("money-credits")
    _shop(page, url, photo)
    _till(page, url, photo)
    _packet(page, url, photo, tear=tear)


def _shop(page: Page, url: str, photo: Photo) -> None:
    page.goto(f"{url}/wallet/shop")
    page.locator(".btn.big").last.wait_for()
    fields = page.locator("main form input")
    if fields.count():
        photo("money-shop-new")
        for at, text in enumerate(("Kedai Budi", "Bandung")):
            fields.nth(at).fill(text)
        page.locator("main form .btn.big").click()
    page.locator("footer .btn.line").last.wait_for()
    photo("money-shop")
    for button, name in ((".btn.big", "money-shop-one"), (".btn.line", "money-shop-charge")):
        page.locator(f"footer {button}").last.click()
        page.get_by_role("dialog").wait_for()
        photo(name)
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="detached")


def _till(page: Page, url: str, photo: Photo) -> None:
    """What a shop's programs have: its number, asked for where there is none yet, and the pages behind it."""
    page.goto(f"{url}/wallet/shop/wechat")
    number = page.locator("main a[href^='/wallet/shop/wechat/']").first
    ask = page.locator("main form .btn.big")
    number.or_(ask).first.wait_for()
    photo("till")
    if ask.count():
        ask.click()
        page.locator("section .secret").first.wait_for()
        photo("till-once")
    number.click()
    page.locator("main .secret").first.wait_for()
    photo("till-number")
    here = page.url
    for work in ("keys", "accounts", "place", "orders", "notices"):
        page.goto(f"{here}/{work}")
        photo(f"till-{work}")


def _packet(page: Page, url: str, photo: Photo, *, tear: bool) -> None:
    page.goto(url)
    page.locator(".row .n").get_by_text("kopi club", exact=True).first.click()
    page.get_by_role("log").wait_for()
    gift = page.locator("button.gift").first
    gift.wait_for()
    gift.click()
    page.locator("dialog .seal").wait_for()
    photo("money-packet-closed")
    if tear:
        page.locator("dialog .seal").click()
        page.locator("section.mine").wait_for()
        photo("money-packet-opened")
