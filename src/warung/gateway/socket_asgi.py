"""One connection over uvicorn's public WebSocket interface (ASGI): slower, for when picows does not fit the installed uvicorn.

Chosen by `[server] socket = "uvicorn"`. Held to the same contract tests as `socket.py`.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from warung.gateway.door import Door, Refused
from warung.gateway.frame import PROTOCOL_ERROR, payloads
from warung.gateway.hub import Peer

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]

CHOKED, RELIEVED = 64 * 1024, 16 * 1024  # bytes not taken: too many, few again
GOODBYE_S = 2.0  # how long the other side may take to read what was sent before a close


class AsgiWire:
    """The sending side: frames wait here for one task that writes them."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._more = asyncio.Event()
        self._closing: tuple[int, str] | None = None
        self.reading = asyncio.Event()
        self.reading.set()
        self.closed = asyncio.Event()
        self.peer: Peer | None = None

    def write(self, data: bytes) -> None:
        """Send frames."""
        if self._closing is None:
            self._waiting.append(data)
            self._size += len(data)
            self._more.set()
            if self._size > CHOKED and self.peer is not None:
                self.peer.choked()

    def backlog(self) -> int:
        """Return the bytes that uvicorn has not taken."""
        return self._size

    def close(self, code: int, reason: str) -> None:
        """Send what waits, then a close frame."""
        if self._closing is None:
            self._closing = (code, reason)
            self._more.set()
            asyncio.get_running_loop().call_later(GOODBYE_S, self.closed.set)

    def probe(self) -> bool:
        """Leave pings to uvicorn."""
        return False

    def pause(self, stop: bool) -> None:
        """Stop or go on reading."""
        if stop:
            self.reading.clear()
        else:
            self.reading.set()

    async def run(self) -> None:
        """Write until the connection is closed. At its end `closed` is set."""
        try:
            while True:
                await self._more.wait()
                self._more.clear()
                while self._waiting:
                    data = self._waiting[0]
                    for payload in payloads(data):
                        await self._send({"type": "websocket.send", "text": payload.decode()})
                    self._waiting.popleft()
                    choked, self._size = self._size > RELIEVED, self._size - len(data)
                    if choked and self._size <= RELIEVED and self.peer is not None:
                        self.peer.caught_up()
                if self._closing is not None:
                    code, reason = self._closing
                    await self._send({"type": "websocket.close", "code": code, "reason": reason})
                    return
        except OSError:  # the other side has left
            return
        finally:
            self.closed.set()


def beside(app: App, door: Door) -> App:
    """Return an application that answers sockets itself and leaves everything else to `app`."""

    async def both(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await _connection(door, scope, receive, send)
        else:
            await app(scope, receive, send)

    return both


async def _connection(door: Door, scope: Scope, receive: Receive, send: Send) -> None:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    await receive()
    try:
        door.check(scope["path"], headers)
    except Refused as refused:
        await send({"type": "websocket.http.response.start", "status": refused.status, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "websocket.http.response.body", "body": refused.text.encode()})
        return
    await send({"type": "websocket.accept"})
    wire = AsgiWire(send)
    writing = asyncio.create_task(wire.run())
    try:
        wire.peer = await door.enter(wire, headers)
        if wire.peer is not None:
            await _until_closed(wire, _listen(door, wire, wire.peer, receive))
        await wire.closed.wait()
    finally:
        if wire.peer is not None:
            door.hub.leave(wire.peer)
        writing.cancel()


async def _until_closed(wire: AsgiWire, listening: Any) -> None:
    """Listen until the other side leaves or ours has said goodbye."""
    tasks = [asyncio.create_task(listening), asyncio.create_task(wire.closed.wait())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
    wire.closed.set()


async def _listen(door: Door, wire: AsgiWire, peer: Peer, receive: Receive) -> None:
    while True:
        await wire.reading.wait()
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return
        peer.heard = door.time()
        text = message.get("text")
        if text is None:
            wire.close(PROTOCOL_ERROR, "text frames only")
        else:
            door.commands.received(peer, text.encode())
