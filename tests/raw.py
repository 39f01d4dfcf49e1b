"""Raw connections: a WebSocket client that others wrote, and plain HTTP, for tests that look at the wire itself."""

import asyncio
import contextlib
import itertools
import json
from collections.abc import Iterable
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.served import PLAIN, Served
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

    def __init__(self, served: Served) -> None:
        super().__init__(served.world, served.port)
        self._open: list[Raw] = []

    def hang_up(self) -> None:
        """Drop every raw connection that is still there."""
        for raw in self._open:
            raw.socket.transport.abort()

    async def open(self, account: AccountId, **more: Any) -> Raw:
        """Connect as a device of an account."""
        return await self.dial({"Authorization": f"Bearer {await self.token(account)}"}, **more)

    async def dial(self, headers: dict[str, str] | Iterable[tuple[str, str]], path: str = "/ws", **more: Any) -> Raw:
        """Connect with these headers."""
        socket = await connect(
            f"ws://127.0.0.1:{self.port}{path}", additional_headers=headers, compression=None, ping_interval=None, close_timeout=2, **more
        )
        raw = Raw(socket)
        self._open.append(raw)
        return raw

    async def post(self, account: AccountId, path: str, body: Any) -> httpx.Response:
        """Post JSON to the API as a new device of an account."""
        async with httpx.AsyncClient(verify=PLAIN, headers={"Authorization": f"Bearer {await self.token(account)}"}) as http:
            return await http.post(f"{self.url}/api/{path}", json=body)

    async def delete(self, account: AccountId, path: str) -> httpx.Response:
        """Delete something over the API as a new device of an account."""
        async with httpx.AsyncClient(verify=PLAIN, headers={"Authorization": f"Bearer {await self.token(account)}"}) as http:
            return await http.delete(f"{self.url}/api/{path}")

    async def get(self, path: str) -> httpx.Response:
        """Ask for what needs no session."""
        async with httpx.AsyncClient(verify=PLAIN) as http:
            return await http.get(self.url + path)
