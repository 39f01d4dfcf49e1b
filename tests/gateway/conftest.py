"""Fixtures of the gateway's contract: every test runs over both implementations of the socket."""

import asyncio
import contextlib
import itertools
import json
from collections.abc import Iterable
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.served import Served, ServeWorld
from warung.kit import ids
from warung.kit.ids import AccountId, ConversationId


class Raw:
    """A WebSocket client that others wrote: JSON in, JSON out, nothing done by itself."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self._numbers = itertools.count(1)

    async def say(self, type: str, **fields: Any) -> int:
        """Send a command; return its id."""
        number = next(self._numbers)
        await self.socket.send(json.dumps({"type": type, "id": number, **fields}))
        return number

    async def text(self, conversation: ConversationId, text: str) -> int:
        """Send a text; return the command's id."""
        return await self.say("chat.send", conversation=conversation, nonce=ids.new_id(0), card={"type": "chat.text", "text": text})

    async def hear(self) -> dict[str, Any]:
        """Return the next frame."""
        async with asyncio.timeout(10):
            frame: dict[str, Any] = json.loads(await self.socket.recv())
        return frame

    async def hear_of(self, *types: str) -> dict[str, Any]:
        """Return the next frame of one of these types."""
        while (frame := await self.hear())["type"] not in types:
            pass
        return frame

    async def answer(self, number: int) -> dict[str, Any]:
        """Return the answer to a command, passing over everything else."""
        while (frame := await self.hear()).get("id") != number or frame["type"] not in ("ok", "error"):
            pass
        return frame

    async def closed(self) -> int:
        """Read until the server closes; return its code."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self.hear()
        return self.socket.close_code or 0


class Place(Served):
    """A served world and raw connections to it."""

    @classmethod
    def of(cls, served: Served) -> "Place":
        """Return the same world with raw connections."""
        return cls(served.world, served.port)

    async def open(self, account: AccountId, **more: Any) -> Raw:
        """Connect as a device of an account."""
        return await self.dial({"Authorization": f"Bearer {await self.token(account)}"}, **more)

    async def dial(self, headers: dict[str, str] | Iterable[tuple[str, str]], path: str = "/ws", **more: Any) -> Raw:
        """Connect with these headers."""
        socket = await connect(
            f"ws://127.0.0.1:{self.port}{path}", additional_headers=headers, compression=None, ping_interval=None, close_timeout=2, **more
        )
        return Raw(socket)

    async def post(self, account: AccountId, path: str, body: Any) -> httpx.Response:
        """Post JSON to the API as a new device of an account."""
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {await self.token(account)}"}) as http:
            return await http.post(f"{self.url}/api/{path}", json=body)


@pytest.fixture(params=["picows", "uvicorn"])
def socket(request: pytest.FixtureRequest) -> str:
    """The name of an implementation of the socket."""
    return str(request.param)


@pytest.fixture
async def place(serve_a_world: ServeWorld, socket: str) -> Place:
    """A served world on SQLite, over each implementation of the socket."""
    return Place.of(await serve_a_world(socket=socket))
