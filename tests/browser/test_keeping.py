"""A shop's WeChat Pay, set up on screens alone: number, keys, account; then a program works with what the screens gave."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from playwright.async_api import Page, expect

from tests.browser.conftest import TakePhone, built, served_place
from tests.browser.test_official import clean, in_english
from tests.served import Served
from tests.wechatpay.conftest import ROOMY
from tests.wechatpay.listener import Listener
from tests.wechatpay.market import Market, Program
from tests.worlds import Hand
from warung import official
from warung.kit.ids import AccountId
from warung.wechatpay import keys, merchants


@pytest.fixture
async def place(tmp_path: Path, hand: Hand) -> AsyncIterator[Served]:
    """A place whose shops' programs listen on this machine."""
    built()
    async with served_place(tmp_path, hand, sections=ROOMY, outside_exempt="127.0.0.0/8") as served:
        yield served


async def told_once(page: Page, label: str) -> str:
    """Read a key that is shown this once."""
    return await page.locator(".secret", has_text=label).locator("code").inner_text()


async def saved(page: Page, label: str) -> str:
    """Save a file that is offered; return what is in it."""
    async with page.expect_download() as coming:
        await page.get_by_role("link", name=f"Save {label}").first.click()
    return (await (await coming.value).path()).read_text()


async def opens_number(page: Page) -> tuple[str, str]:
    """Ask for a merchant number, from the shop's page on; return number and APIv3 key."""
    await page.get_by_role("link", name="WeChat Pay").click()
    await page.get_by_role("button", name="Get a merchant number").click()
    key = await told_once(page, "APIv3 key")
    await clean(page, "a new number")
    await page.get_by_role("button", name="I have kept it").click()
    number = await told_once(page, "Merchant number")
    await clean(page, "a number")
    return number, key


async def makes_keys(page: Page, market: Market, rina: AccountId, mchid: str) -> tuple[str, keys.Made]:
    """Make a key pair, add a public key and revoke it, make a new APIv3 key; return that one and the pair."""
    await page.get_by_role("link", name="Keys").click()
    await page.get_by_role("button", name="Make a key pair").click()
    await page.get_by_role("dialog").get_by_role("button", name="Make", exact=True).click()
    private, certificate = await saved(page, "Private key"), await saved(page, "Certificate")
    await clean(page, "a new key pair")
    await page.get_by_role("button", name="I have kept it").click()
    await page.get_by_role("button", name="Add one of yours").click()
    field = page.get_by_label("Certificate or public key")
    await field.fill("-----BEGIN CERTIFICATE-----\nnothing")
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await expect(page.get_by_role("dialog").get_by_role("alert").last).to_contain_text("bukan sertifikat")
    await field.fill(keys.make("rina", market.hand()).public)
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_text("Public key,")).to_be_visible()
    await page.get_by_role("button", name="Revoke").last.click()
    await page.get_by_role("dialog").get_by_role("button", name="Revoke the key").click()
    await expect(page.get_by_text("Public key,")).to_have_count(0)
    await page.get_by_role("button", name="APIv3 key").click()
    await page.get_by_label("Your own key").fill("short")
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await expect(page.get_by_role("dialog").get_by_role("alert").last).to_contain_text("32 huruf")
    await page.get_by_label("Your own key").fill("")
    await page.get_by_role("dialog").get_by_role("button", name="Make", exact=True).click()
    key = await told_once(page, "APIv3 key")
    (kept,) = (await market.ask(merchants.look, by=rina, mchid=mchid)).keys
    return key, keys.Made(private, "", certificate, kept.serial, 0, 0)


async def binds(page: Page, url: str, provider: str) -> None:
    """Let the keeper's account take money for the shop; allow a provider, and no more."""
    await page.goto(url)
    await page.get_by_role("button", name="Bind Warta Rina").click()
    await expect(page.get_by_role("button", name="Unbind Warta Rina")).to_be_visible()
    await page.get_by_role("button", name="Allow a provider").click()
    await page.get_by_label("Merchant number").fill(provider)
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await page.get_by_role("button", name=f"Allow {provider} no more").click()
    await expect(page.get_by_text(provider)).to_have_count(0)
    await clean(page, "accounts")


async def test_a_keeper_sets_a_shop_up_and_its_program_works(place: Served, hand: Hand, take_phone: TakePhone) -> None:
    market = Market(place, hand)
    await market.opens()
    rina = await market.with_wallet("rina")
    shop = await market.toko(rina, "Toko Rina")
    account = (await market.do(official.register, by=rina, kind="service", handle="tokorina", name="Warta Rina")).official
    market.openid = (await market.do(official.follow, by=market.budi, official=account.id)).openid
    page = await (await in_english(await take_phone())).sign_in(rina, "/wallet/shop")
    mchid, first = await opens_number(page)
    key, pair = await makes_keys(page, market, rina, mchid)
    assert key != first
    await binds(page, f"{place.url}/wallet/shop/wechat/{mchid}/accounts", market.merchant.mchid)
    await page.goto(f"{place.url}/wallet/shop/wechat/{mchid}/place")
    assert await told_once(page, "Base address") == place.url
    await page.get_by_text("Public key", exact=True).last.click()
    await clean(page, "this place")
    private = serialization.load_pem_private_key(pair.private.encode(), None)
    assert isinstance(private, rsa.RSAPrivateKey)
    seen = await market.ask(merchants.look, by=rina, mchid=mchid)
    assert (seen.mode, seen.appids, seen.providers) == ("public_key", [account.appid], [])
    market.merchant, market.appid = msgspec.structs.replace(seen, key_v3=key), account.appid
    market.program = Program(await told_once(page, "Base address"), market.merchant, private, pair)
    await market.program.certificates()
    serial, found = next(iter(market.program.platform.items()))
    told = keys.read(await saved(page, "Certificate"))
    assert (told.serial, keys.read(keys_of(found)).public) == (serial, told.public)
    async with Listener() as listener:
        await market.bought("kopi10001", 56, notify_url=listener.url)
        await market.ordered("teh10001", 5)
        await market.world.settle()
        assert len(listener.heard) == 1
    await page.goto(f"{place.url}/wallet/shop/wechat/{mchid}/notices")
    await expect(page.get_by_text("TRANSACTION.SUCCESS")).to_be_visible()
    await expect(page.get_by_text("Taken", exact=True)).to_be_visible()
    await clean(page, "notices")
    await page.goto(f"{place.url}/wallet/shop/wechat/{mchid}/orders")
    await expect(page.get_by_text("Not paid")).to_be_visible()
    await clean(page, "orders")
    await page.get_by_role("button", name="kopi10001").click()
    await page.get_by_label("Amount").fill("6")
    await page.get_by_role("dialog").get_by_role("button", name="Give back").click()
    await expect(page.get_by_text("Given back", exact=True)).to_be_visible()
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="Save the bill").click()
    assert "总交易单数" in (await (await coming.value).path()).read_text()
    assert (await market.has(market.budi), await market.took(shop.id)) == (9_950, 50)
    await page.goto(f"{place.url}/wallet/shop/wechat/{mchid}")
    await page.get_by_role("button", name="Close this number").click()
    await page.get_by_role("dialog").get_by_role("button", name="Close this number").click()
    await page.get_by_role("link", name="Toko Rina").click()
    assert (await market.program.raw("GET", "/v3/certificates")).json()["code"] == "NO_AUTH"
    await page.get_by_role("button", name="Open it again").click()
    assert await told_once(page, "APIv3 key") != key
    assert (await market.program.raw("GET", "/v3/certificates")).status_code == 200


def keys_of(found: rsa.RSAPublicKey) -> str:
    """A public key as PEM."""
    return found.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
