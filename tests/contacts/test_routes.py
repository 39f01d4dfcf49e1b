"""Contacts over HTTP: status codes and shapes. What the verbs decide is tested where they are."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from warung import accounts, contacts
from warung.app import World
from warung.kit.db import Tx
from warung.kit.ids import AccountId

pytestmark = pytest.mark.anyio

URL = "http://localhost:8000"
NOBODY = "0" * 20


class Person:
    """Somebody with a signed-in client."""

    def __init__(self, id: AccountId, http: httpx.AsyncClient) -> None:
        self.id = id
        self.http = http

    async def get(self, path: str, **params: str) -> Any:
        """Return the answer's body."""
        answer = await self.http.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def does(self, method: str, path: str, json: Any = None, status: int = 200) -> Any:
        """Send a body or none; expect the status; return the body, or the code of a refusal."""
        answer = await self.http.request(method, path, json=json)
        assert answer.status_code == status, answer.text
        body: Any = answer.json() if answer.content else None
        return body["error"]["code"] if status >= 400 else body

    async def asks(self, other: "Person", greeting: str = "Halo") -> Any:
        """Send a request."""
        return await self.does("POST", "/contacts/requests", {"to": other.id, "greeting": greeting, "via": "handle"})


async def signed_in(world: World, handle: str, name: str) -> Person:
    def arrive(tx: Tx) -> accounts.Opened:
        id = accounts.create_account(tx, handle=handle, name=name)
        return accounts.start_session(tx, account=id, device="Ponsel", address="192.0.2.7")

    opened = await world.db.write(arrive)
    headers = {"Authorization": f"Bearer {opened.token}", "Accept-Language": "en"}
    transport = httpx.ASGITransport(app=world.app)
    return Person(opened.account, httpx.AsyncClient(transport=transport, base_url=f"{URL}/api", headers=headers))


@pytest.fixture
async def budi(world: World) -> AsyncIterator[Person]:
    person = await signed_in(world, "budi", "Budi")
    async with person.http:
        yield person


@pytest.fixture
async def siti(world: World) -> AsyncIterator[Person]:
    person = await signed_in(world, "siti", "Siti")
    async with person.http:
        yield person


async def test_two_find_each_other_and_become_contacts(budi: Person, siti: Person) -> None:
    stranger = {"id": siti.id, "handle": "siti", "name": "Siti", "avatar": None}
    found = await budi.get("/people", handle="siti")
    assert found == stranger | {"status": None, "region": None, "remark": None, "tags": [], "relation": "stranger"}
    asked = await budi.asks(siti)
    assert asked == asked | {"greeting": "Halo", "via": "handle", "to": stranger}
    assert set(asked) == {"id", "from", "to", "greeting", "at", "via"}
    assert (await siti.get("/contacts"))["incoming"] == [asked]
    opened = await siti.does("POST", f"/contacts/requests/{asked['id']}/accept")
    assert set(opened) == {"conversation"}
    seen = await budi.get("/contacts")
    assert [(each["handle"], each["relation"], each["status"]) for each in seen["contacts"]] == [("siti", "contact", "")]
    assert isinstance(seen["contacts"][0]["since"], int)
    assert seen["outgoing"] == seen["incoming"] == seen["blocked"] == []
    assert await siti.asks(budi) == {"accepted": True, "conversation": opened["conversation"]}


async def test_a_request_can_be_declined_or_withdrawn(budi: Person, siti: Person) -> None:
    asked = await budi.asks(siti)
    await siti.does("POST", f"/contacts/requests/{asked['id']}/decline", status=204)
    assert (await budi.get("/contacts"))["outgoing"] == [asked]
    await budi.does("DELETE", f"/contacts/requests/{asked['id']}", status=204)
    assert await budi.does("DELETE", f"/contacts/requests/{asked['id']}", status=404) == "request_not_found"


async def test_a_contact_is_noted_and_removed(budi: Person, siti: Person) -> None:
    asked = await budi.asks(siti)
    await siti.does("POST", f"/contacts/requests/{asked['id']}/accept")
    noted = await budi.does("PATCH", f"/contacts/{siti.id}", {"remark": "Bu Siti", "tags": ["arisan"]})
    assert (noted["remark"], noted["tags"]) == ("Bu Siti", ["arisan"])
    assert (await budi.does("PATCH", f"/contacts/{siti.id}", {"remark": None}))["tags"] == ["arisan"]
    await budi.does("DELETE", f"/contacts/{siti.id}", status=204)
    assert await budi.does("DELETE", f"/contacts/{siti.id}", status=403) == "not_a_contact"


async def test_somebody_is_blocked_and_unblocked(budi: Person, siti: Person) -> None:
    await siti.does("PUT", f"/blocks/{budi.id}", status=204)
    assert [each["handle"] for each in (await siti.get("/contacts"))["blocked"]] == ["budi"]
    assert (await budi.asks(siti))["greeting"] == "Halo"
    assert (await siti.get("/contacts"))["incoming"] == []
    await siti.does("DELETE", f"/blocks/{budi.id}", status=204)
    assert await siti.does("PUT", f"/blocks/{NOBODY}", status=404) == "person_not_found"


async def test_my_code_is_scanned_and_changed(budi: Person, siti: Person) -> None:
    code = await siti.get("/my-code")
    token = code["url"].removeprefix(f"{URL}/c/")
    assert code["svg"].startswith("<svg ")
    assert (await budi.get("/people", code=token))["id"] == siti.id
    fresh = await siti.does("POST", "/my-code/reset")
    assert fresh["url"] != code["url"]
    assert await budi.does("GET", f"/people?code={token}", status=404) == "person_not_found"


async def test_a_code_of_any_text_is_a_picture(budi: Person) -> None:
    answer = await budi.http.get("/qr", params={"text": "kopi <club>"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert answer.text == accounts.qr("kopi <club>")
    assert await budi.does("GET", f"/qr?text={'x' * 513}", status=413) == "text_too_long"
    assert await budi.does("GET", "/qr", status=400) == "invalid_request"


async def test_a_person_is_reported_and_an_operator_reads_it(world: World, budi: Person, siti: Person) -> None:
    await world.db.write(lambda tx: accounts.make_operator(tx, handle="siti"))
    complaint = {"about": "person", "account": siti.id, "reason": "spam", "text": "iklan"}
    kept = await budi.does("POST", "/reports", complaint)
    (report,) = (await siti.get("/operator/reports"))["reports"]
    assert (report["id"], report["text"], report["evidence"]["person"]["handle"]) == (kept["id"], "iklan", "siti")
    assert await budi.does("GET", "/operator/reports", status=403) == "operators_only"
    await siti.does("POST", f"/operator/reports/{kept['id']}/close", status=204)
    assert (await siti.get("/operator/reports"))["reports"] == []
    assert len((await siti.get("/operator/reports", closed="true"))["reports"]) == 1


async def test_handles_are_looked_up_so_many_times_an_hour_and_misses_count(open_a_world: Any, database: str) -> None:
    world = await open_a_world(database, sections={contacts.Settings: contacts.Settings(look_ups_per_hour=2)})
    ayu = await signed_in(world, "ayu", "Ayu")
    async with ayu.http:
        for handle in ("budi", "siti"):
            assert await ayu.does("GET", f"/people?handle={handle}", status=404) == "person_not_found"
        answer = await ayu.http.get("/people", params={"handle": "joko"})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 3500
    assert answer.json()["error"]["code"] == "looked_up_too_many"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/contacts/requests", {"to": NOBODY, "greeting": "", "via": "directory"}),
        ("POST", "/contacts/requests", {"to": NOBODY, "greeting": ""}),
        ("POST", "/contacts/requests", {"to": NOBODY, "greeting": "", "via": "handle", "more": 1}),
        ("PATCH", f"/contacts/{NOBODY}", {"remark": 7}),
        ("POST", "/reports", {"about": "person", "reason": "boring", "text": ""}),
        ("DELETE", f"/contacts/{'x' * 65}", None),
        ("POST", "/contacts/requests", "{"),
    ],
)
async def test_what_is_not_well_formed_is_refused(budi: Person, method: str, path: str, body: Any) -> None:
    assert await budi.does(method, path, body, status=400) == "invalid_request"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/people?handle=budi"),
        ("GET", "/my-code"),
        ("POST", "/my-code/reset"),
        ("GET", "/qr?text=x"),
        ("GET", "/contacts"),
        ("POST", "/contacts/requests/x/accept"),
        ("DELETE", f"/contacts/{NOBODY}"),
        ("PUT", f"/blocks/{NOBODY}"),
        ("GET", "/operator/reports"),
    ],
)
async def test_nothing_is_told_to_who_is_not_signed_in(world: World, method: str, path: str) -> None:
    transport = httpx.ASGITransport(app=world.app)
    async with httpx.AsyncClient(transport=transport, base_url=f"{URL}/api") as nobody:
        answer = await nobody.request(method, path)
    assert answer.status_code == 401
