"""A world in a thread of its own, so that tests which are not async, and what hypothesis generates, can send it requests."""

import contextlib
import itertools
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import requests
from anyio.from_thread import BlockingPortal, start_blocking_portal

from tests.cast import Cast
from tests.worlds import settings_for
from warung import accounts, contacts, moments
from warung.app import World, open_world
from warung.kit.ids import AccountId, ConversationId

URL = "http://localhost:8000"
# The cheapest hash that Argon2 allows: these tests are about what comes in, not about how slowly it is hashed.
QUICK = accounts.Settings(registration="open", password_memory_kib=8, password_passes=1, sign_ups_per_hour=1 << 30)
PATIENT = contacts.Settings(requests_per_day=1 << 30, look_ups_per_hour=1 << 30, reports_per_day=1 << 30)
TALKATIVE = moments.Settings(per_day=1 << 30, comments_per_day=1 << 30)


class Someone:
    """Somebody signed in, with a contact, a group, and people whom they do not know yet."""

    def __init__(
        self, place: "Place", account: AccountId, friend: AccountId, strangers: list[AccountId], group: ConversationId, token: str
    ) -> None:
        self.place = place
        self.account = account
        self.friend = friend
        self.strangers = strangers
        self.group = group
        self.headers = {"authorization": f"Bearer {token}", "accept-language": "en"}

    async def ask(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """Send a request under /api."""
        return await self.place.ask(method, path, body, headers=self.headers | more.pop("headers", {}), **more)

    def say(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """The same from a test that is not async."""
        return self.place.portal.call(lambda: self.ask(method, path, body, **more))


class Place:
    """The world and the ways to it. Every request comes from an address of its own, so that no limit by address is met."""

    def __init__(self, portal: BlockingPortal, world: World) -> None:
        self.portal = portal
        self.world = world
        self._numbers = itertools.count(1)

    def someone(self, strangers: int = 1) -> Someone:
        """Somebody new."""
        return self.portal.call(self._someone, strangers)

    async def _someone(self, number_of_strangers: int) -> Someone:
        number = next(self._numbers)
        cast = Cast(self.world.db)
        budi, siti, *strangers = await cast.people(
            f"budi{number}", f"siti{number}", *(f"ayu{number}_{each}" for each in range(number_of_strangers))
        )
        direct = await cast.friends(budi, siti)
        group = await cast.group(budi, siti)
        for where in (direct, group):
            await cast.says(budi, where, "halo")
        await self.world.db.write(lambda tx: accounts.make_operator(tx, handle=f"budi{number}"))
        opened = await self.world.db.write(lambda tx: accounts.start_session(tx, account=budi, device="test", address="127.0.0.1"))
        return Someone(self, budi, siti, strangers, group, opened.token)

    async def ask(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """Send a request under /api: bytes as they are, anything else as JSON."""
        content = {"content": body} if isinstance(body, bytes) else {"json": body} if body is not None else {}
        return await self._send(httpx.Request(method, f"{URL}/api{path}", **content, **more))

    def say(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """The same from a test that is not async."""
        return self.portal.call(lambda: self.ask(method, path, body))

    def document(self) -> dict[str, Any]:
        """The OpenAPI document that this world serves."""
        document: dict[str, Any] = self.say("GET", "/docs/openapi.json").json()
        return document

    def prepared(self, request: requests.PreparedRequest) -> httpx.Response:
        """Send what another library made of a request."""
        body: Any = request.body
        headers = {name: value.decode("latin-1") if isinstance(value, bytes) else value for name, value in request.headers.items()}
        return self.portal.call(self._send, httpx.Request(str(request.method), str(request.url), headers=headers, content=body))

    async def _send(self, request: httpx.Request) -> httpx.Response:
        number = next(self._numbers)
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        transport = httpx.ASGITransport(app=self.world.app, client=(address, 40_000))
        answer = await transport.handle_async_request(request)
        await answer.aread()
        answer.request, answer.elapsed = request, timedelta()
        return answer


@contextlib.contextmanager
def opened_place(folder: Path, database: str = "") -> Iterator[Place]:
    """Open a world in a thread."""
    with start_blocking_portal("asyncio", {"use_uvloop": True}) as portal:

        async def opened() -> World:
            sections: dict[type[Any], Any] = {accounts.Settings: QUICK, contacts.Settings: PATIENT, moments.Settings: TALKATIVE}
            return await open_world(settings_for(folder, database, sections), static=folder / "static")

        world = portal.call(opened)
        try:
            yield Place(portal, world)
        finally:
            portal.call(world.close)
