"""Accounts over HTTP: cookies, bearers, status codes and shapes. What the verbs decide is tested where they are."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.accounts.authenticator import Authenticator
from tests.accounts.place import FAR, HERE, PASSWORD, QUICK
from warung import accounts
from warung.accounts import hashing
from warung.app import World

pytestmark = pytest.mark.anyio

URL = "http://localhost:8000"
ME = {
    "handle": "budi",
    "name": "Budi",
    "avatar": None,
    "status": "",
    "region": None,
    "language": "id",
    "operator": False,
    "privacy": {"read_receipts": True, "find_by_handle": True},
    "has_password": True,
    "passkeys": 0,
    "recovery_codes_left": 0,
}


def browser(world: World, address: str = FAR, **headers: str) -> httpx.AsyncClient:
    """A browser with our page open, somewhere."""
    transport = httpx.ASGITransport(app=world.app, client=(address, 40000))
    return httpx.AsyncClient(transport=transport, base_url=f"{URL}/api", headers={"Origin": URL, "Accept-Language": "en"} | headers)


@pytest.fixture
async def world(open_a_world: Any, database: str) -> World:
    opened: World = await open_a_world(database, sections={accounts.Settings: accounts.Settings(**QUICK)})
    hashed = await hashing.POOL.hash(PASSWORD, cost=accounts.Settings(**QUICK))
    await opened.db.write(lambda tx: accounts.create_account(tx, handle="budi", name="Budi", password=hashed))
    return opened


@pytest.fixture
async def budi(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Budi's browser, signed in."""
    async with browser(world) as client:
        answer = await client.post("/sign-in", json={"handle": "budi", "password": PASSWORD, "device": "Ponsel"})
        assert answer.status_code == 200
        yield client


def code(answer: httpx.Response, status: int) -> str:
    """Expect a refusal with this status; return its code."""
    assert answer.status_code == status, answer.text
    return str(answer.json()["error"]["code"])


async def test_a_browser_is_signed_in_by_a_cookie_that_no_script_can_read(world: World, budi: httpx.AsyncClient) -> None:
    answer = await budi.get("/me")
    assert answer.status_code == 200
    assert {key: value for key, value in answer.json().items() if key != "id"} == ME
    async with browser(world) as client:
        answer = await client.post("/sign-in", json={"handle": "budi", "password": PASSWORD, "device": "Laptop"})
    said = answer.headers["set-cookie"]
    assert said.startswith("warung=")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(said.split("; "))
    assert "Secure" not in said
    assert "token" not in answer.json()
    assert answer.json()["me"]["handle"] == "budi"


async def test_under_https_the_cookie_is_secure(open_a_world: Any) -> None:
    world = await open_a_world(url="https://kopi.example", sections={accounts.Settings: accounts.Settings(**QUICK)})
    assert "Secure" in accounts.session_cookie(world.settings.site, "token").to_header(header="")


async def test_a_bot_gets_its_token_in_the_answer_and_no_cookie(world: World) -> None:
    async with browser(world) as client:
        body = {"handle": "budi", "password": PASSWORD, "device": "bot", "transport": "bearer"}
        answer = await client.post("/sign-in", json=body)
        assert "set-cookie" not in answer.headers
        token = answer.json()["token"]
    async with browser(world, Authorization=f"Bearer {token}") as client:
        assert (await client.get("/me")).json()["handle"] == "budi"


async def test_nobody_is_signed_in_without_a_session(world: World) -> None:
    async with browser(world) as client:
        for method, path in [
            ("GET", "/me"),
            ("PATCH", "/me"),
            ("GET", "/sessions"),
            ("DELETE", "/sessions"),
            ("GET", "/invites"),
            ("POST", "/invites"),
            ("GET", "/passkeys"),
            ("POST", "/sign-out"),
            ("POST", "/me/password"),
            ("POST", "/me/recovery-codes"),
            ("GET", "/device-links/by/1234-5678"),
            ("POST", "/device-links/x/approve"),
        ]:
            assert code(await client.request(method, path, json={} if method in ("POST", "PATCH") else None), 401) == "unauthenticated"


async def test_wrong_credentials_are_401_and_too_many_are_429(world: World) -> None:
    async with browser(world) as client:
        body = {"handle": "budi", "password": "guess", "device": ""}
        for _ in range(10):
            assert code(await client.post("/sign-in", json=body), 401) == "wrong_credentials"
        answer = await client.post("/sign-in", json=body)
        assert code(answer, 429) == "too_many"
        assert 0 < answer.json()["error"]["details"]["retry_after_s"] <= 900
    async with browser(world, HERE) as client:
        assert (await client.post("/sign-in", json=body | {"password": PASSWORD})).status_code == 200


async def test_signing_out_ends_the_session(world: World, budi: httpx.AsyncClient) -> None:
    token = budi.cookies["warung"]
    answer = await budi.post("/sign-out")
    assert answer.status_code == 204
    assert "Max-Age=0" in answer.headers["set-cookie"]
    async with browser(world, Cookie=f"warung={token}") as client:
        assert code(await client.get("/me"), 401) == "unauthenticated"


async def test_budi_changes_his_profile(budi: httpx.AsyncClient) -> None:
    answer = await budi.patch("/me", json={"status": "Ngopi", "region": "ID", "privacy": {"read_receipts": False}})
    assert answer.status_code == 200
    me = answer.json()
    assert (me["status"], me["region"], me["name"]) == ("Ngopi", "ID", "Budi")
    assert me["privacy"] == {"read_receipts": False, "find_by_handle": True}
    assert (await budi.patch("/me", json={"region": None})).json()["region"] is None
    assert (await budi.get("/me")).json()["status"] == "Ngopi"
    assert code(await budi.patch("/me", json={"operator": True}), 400)
    assert code(await budi.patch("/me", json={"name": None}), 400)


async def test_budi_lists_and_ends_his_devices(world: World, budi: httpx.AsyncClient) -> None:
    async with browser(world) as laptop:
        await laptop.post("/sign-in", json={"handle": "budi", "password": PASSWORD, "device": "Laptop"})
        devices = (await budi.get("/sessions")).json()
        assert {each["device"]: each["current"] for each in devices} == {"Ponsel": True, "Laptop": False}
        other = next(each["id"] for each in devices if not each["current"])
        assert (await budi.delete(f"/sessions/{other}")).status_code == 204
        assert code(await laptop.get("/me"), 401)
        assert code(await budi.delete(f"/sessions/{other}"), 404) == "session_not_found"
        await laptop.post("/sign-in", json={"handle": "budi", "password": PASSWORD, "device": "Laptop"})
        assert (await budi.delete("/sessions")).status_code == 204
        assert code(await laptop.get("/me"), 401)
    assert (await budi.get("/me")).status_code == 200


async def test_budi_sets_a_password_and_recovers_without_it(world: World, budi: httpx.AsyncClient) -> None:
    assert code(await budi.post("/me/password", json={"old": "guess", "new": "teh botol dingin"}), 403) == "wrong_password"
    assert (await budi.post("/me/password", json={"old": PASSWORD, "new": "teh botol dingin"})).status_code == 204
    codes = (await budi.post("/me/recovery-codes", json={"password": "teh botol dingin"})).json()["codes"]
    assert len(codes) == 10
    async with browser(world) as client:
        body = {"handle": "budi", "code": codes[0], "password": "es kelapa muda", "device": "Baru"}
        assert (await client.post("/recover", json=body)).json()["me"]["recovery_codes_left"] == 9
        assert (await client.get("/me")).status_code == 200
        assert code(await client.post("/recover", json=body), 401) == "wrong_recovery_code"
    assert code(await budi.get("/me"), 401)


async def test_budi_invites(world: World, budi: httpx.AsyncClient) -> None:
    made = (await budi.post("/invites", json={"uses": 3, "expires_in_s": 3600})).json()
    assert made["url"] == f"{URL}/i/{made['token']}"
    assert (made["uses_left"], made["revoked"], made["expires_at"] - made["created_at"]) == (3, False, 3_600_000)
    week = (await budi.post("/invites", json={})).json()
    assert week["expires_at"] - week["created_at"] == 7 * 24 * 3_600_000
    assert (await budi.post("/invites", json={"expires_in_s": None, "group": "kopi-club"})).json()["expires_at"] is None
    assert len((await budi.get("/invites")).json()) == 3
    assert (await budi.delete(f"/invites/{made['id']}")).status_code == 204
    async with browser(world) as stranger:
        look = {"inviter": {"handle": "budi", "name": "Budi"}, "server": "warung", "valid": True}
        assert (await stranger.get(f"/invites/look/{week['token']}")).json() == look
        assert (await stranger.get(f"/invites/look/{made['token']}")).json() == look | {"valid": False}
        assert code(await stranger.get("/invites/look/guessed"), 404) == "invite_not_found"
    assert code(await budi.post("/invites", json={"uses": 10**30}), 400)


async def test_budi_lets_his_tablet_in(world: World, budi: httpx.AsyncClient) -> None:
    async with browser(world) as tablet:
        link = (await tablet.post("/device-links", json={"device": "Tablet"})).json()
        assert link["url"].startswith(f"{URL}/l/")
        claim = f"/device-links/{link['id']}/claim"
        assert (await tablet.post(claim, json={"secret": link["secret"]})).json() == {"state": "waiting"}
        found = (await budi.get(f"/device-links/by/{link['code']}")).json()
        assert (found["id"], found["device"]) == (link["id"], "Tablet")
        assert (await budi.post(f"/device-links/{link['id']}/approve")).status_code == 204
        answer = await tablet.post(claim, json={"secret": link["secret"]})
        assert (answer.json()["state"], answer.json()["me"]["handle"]) == ("done", "budi")
        assert "HttpOnly" in answer.headers["set-cookie"]
        assert (await tablet.get("/me")).json()["handle"] == "budi"
        second = (await tablet.post("/device-links", json={"device": "TV"})).json()
        await budi.get(f"/device-links/by/{second['code']}")
        assert (await budi.post(f"/device-links/{second['id']}/refuse")).status_code == 204
        answer = await tablet.post(f"/device-links/{second['id']}/claim", json={"secret": second["secret"]})
        assert answer.json() == {"state": "refused"}


async def test_budi_makes_a_passkey_and_signs_in_with_it(world: World, budi: httpx.AsyncClient) -> None:
    phone = Authenticator(URL)
    begun = (await budi.post("/passkeys/options", json={"purpose": "add"})).json()
    body = {"flow": begun["flow"], "credential": phone.make(begun["options"]), "name": "Ponsel"}
    made = (await budi.post("/passkeys", json=body)).json()
    assert (await budi.get("/passkeys")).json() == [made]
    async with browser(world) as client:
        begun = (await client.post("/passkeys/options", json={"purpose": "sign_in"})).json()
        body = {"flow": begun["flow"], "credential": phone.sign(begun["options"]), "device": "Ponsel"}
        assert (await client.post("/passkeys/sign-in", json=body)).json()["me"]["passkeys"] == 1
        assert (await client.get("/me")).status_code == 200
        assert code(await client.post("/passkeys/sign-in", json=body), 400) == "flow_expired"
    assert (await budi.delete(f"/passkeys/{made['id']}")).status_code == 204
    async with browser(world) as stranger:
        assert code(await stranger.post("/passkeys/options", json={"purpose": "add"}), 401) == "unauthenticated"
        begun = (await stranger.post("/passkeys/options", json={"purpose": "sign_up", "handle": "ayu", "name": "Ayu"})).json()
        assert begun["options"]["user"]["name"] == "ayu"


async def test_trying_as_somebody_needs_a_demonstration(world: World) -> None:
    async with browser(world, HERE) as client:
        assert code(await client.post("/sign-in/demo", json={"handle": "budi"}), 403) == "demo_only"


async def test_in_a_demonstration_one_may_try_as_somebody_on_its_own_machine(open_a_world: Any) -> None:
    demo = await open_a_world(demo=True)
    await demo.db.write(lambda tx: accounts.create_account(tx, handle="siti", name="Siti"))
    async with browser(demo, HERE) as client:
        assert (await client.post("/sign-in/demo", json={"handle": "siti"})).json()["me"]["handle"] == "siti"
    async with browser(demo, FAR) as client:
        assert code(await client.post("/sign-in/demo", json={"handle": "siti"}), 403) == "demo_only"


BROKEN = [b"", b"{", b"[]", b"null", b'{"handle": 7}', b'{"handle": "\xff"}', b'{"handle": "\\ud800", "password": "x"}']


@pytest.mark.parametrize("body", BROKEN)
async def test_a_malformed_body_is_refused(world: World, body: bytes) -> None:
    async with browser(world) as client:
        assert code(await client.post("/sign-in", content=body, headers={"content-type": "application/json"}), 400)


async def test_our_page_on_another_website_cannot_act(world: World, budi: httpx.AsyncClient) -> None:
    answer = await budi.patch("/me", json={"status": "hacked"}, headers={"Origin": "https://evil.example"})
    assert code(answer, 403) == "foreign_origin"
    assert (await budi.get("/me")).json()["status"] == ""
