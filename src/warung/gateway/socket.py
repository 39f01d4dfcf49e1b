"""One connection: picows as uvicorn's WebSocket class, on the same port as HTTP. Plain callbacks; no task per message.

picows offers no hook for this, so its compiled protocol is subclassed by position: the version is pinned, and
`socket_asgi.py` stands ready behind the same contract tests.
"""

import asyncio
import logging
from typing import Any

from picows import (
    WSAutoPingStrategy,
    WSFrame,
    WSListener,
    WSMsgType,
    WSTransport,
    WSUpgradeRequest,
    WSUpgradeResponse,
    WSUpgradeResponseWithListener,
)
from picows import picows as compiled

from warung.gateway.door import Door, Refused
from warung.gateway.frame import CLOSE, PING, PROTOCOL_ERROR, RESTARTING, TOO_BIG, closing, framed
from warung.gateway.hub import Peer

# An adapter, since picows makes a logger of its own per connection from a plain one (1 kB each).
quiet = logging.LoggerAdapter(logging.getLogger("warung.socket"))
EARLY_FRAMES = 16  # frames that may arrive while the session is looked up
FRAGMENTS = 1_024  # of one message
GOODBYE_S = 2.0  # how long the other side may take to agree to a close
logging.getLogger("warung.socket").setLevel(logging.WARNING)
WSProtocol: Any = vars(compiled)["WSProtocol"]
WORDS, MORE = WSMsgType.TEXT, WSMsgType.CONTINUATION  # looked up once: an enum's member costs as much as a call


class PicowsWire:
    """The sending side of a picows connection. Once closed it says nothing more, and waits a little for the other side to agree."""

    __slots__ = ("_abort", "_is_closing", "_send", "_transport", "closed")

    def __init__(self, ws: WSTransport) -> None:
        self._transport = ws.underlying_transport
        self._send, self._is_closing = self._transport.write, self._transport.is_closing
        self._abort: asyncio.TimerHandle | None = None
        self.closed = False

    def write(self, data: bytes) -> None:
        """Send bytes that are already frames; nothing when the other side has left."""
        if not self.closed and not self._is_closing():
            self._send(data)

    def backlog(self) -> int:
        """Return the bytes not yet taken."""
        return self._transport.get_write_buffer_size()

    def close(self, code: int, reason: str) -> None:
        """Send a close frame. Hanging up at once would lose it, and answers before it, for a client that is still sending."""
        if not self.closed and not self._transport.is_closing():
            self.pause(False)
            self._transport.write(closing(code, reason))
            self.closed = True
            self._abort = asyncio.get_running_loop().call_later(GOODBYE_S, self._transport.abort)

    def gone(self) -> None:
        """The connection is over."""
        if self._abort is not None:
            self._abort.cancel()

    def probe(self) -> bool:
        """Send a ping."""
        self.write(framed(b"", PING))
        return True

    def pause(self, stop: bool) -> None:
        """Stop or go on reading."""
        if not self.closed and not self._transport.is_closing():
            self._transport.pause_reading() if stop else self._transport.resume_reading()


class Listener(WSListener):
    """Opening -> open -> closed. Frames that come before the session is known wait, a few of them."""

    __slots__ = ("_door", "_early", "_parts", "_request", "_size", "_task", "_wire", "peer")

    def __init__(self, door: Door, request: WSUpgradeRequest) -> None:
        self._door = door
        self._request: WSUpgradeRequest | None = request
        self._wire: PicowsWire | None = None
        self._early: list[bytes] | None = []
        self._parts: list[bytes] | None = None
        self._size = 0
        self._task: asyncio.Task[None] | None = None
        self.peer: Peer | None = None

    def on_ws_connected(self, transport: WSTransport) -> None:
        """The upgrade is done: find out whose connection this is."""
        self._wire = PicowsWire(transport)
        self._task = asyncio.get_running_loop().create_task(self._open(self._wire))

    async def _open(self, wire: PicowsWire) -> None:
        request, self._request = self._request, None
        self.peer = await self._door.enter(wire, request.headers if request else {})
        early, self._early, self._task = self._early, None, None
        if self.peer is not None:
            for payload in early or ():
                self._door.commands.received(self.peer, payload)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Called for each frame, as it is read."""
        kind, wire, peer = frame.msg_type, self._wire, self.peer
        if peer is not None and wire is not None:
            peer.heard = self._door.time()
            if kind is WORDS and frame.fin and self._parts is None and not wire.closed:  # nearly always
                self._door.commands.received(peer, frame.get_payload_as_bytes())
                return
        if kind == WSMsgType.CLOSE and wire is not None:
            wire.write(framed(frame.get_payload_as_bytes()[:2], CLOSE))
            transport.disconnect()
        elif wire is None or wire.closed:
            return
        elif kind is WORDS and frame.fin and self._parts is None:
            self._message(wire, frame.get_payload_as_bytes())
        elif kind in (WORDS, MORE) and (kind is WORDS) == (self._parts is None):
            self._fragment(wire, frame)
        elif kind not in (WSMsgType.PING, WSMsgType.PONG):
            wire.close(PROTOCOL_ERROR, "text frames only")

    def _fragment(self, wire: PicowsWire, frame: WSFrame) -> None:
        self._parts = self._parts or []
        self._parts.append(frame.get_payload_as_bytes())
        self._size += frame.payload_size
        if self._size > self._door.frame_bytes or len(self._parts) > FRAGMENTS:
            wire.close(TOO_BIG, "message too big")
            self._parts = None
        elif frame.fin:
            whole, self._parts, self._size = b"".join(self._parts), None, 0
            self._message(wire, whole)

    def _message(self, wire: PicowsWire, payload: bytes) -> None:
        if self.peer is not None:
            self._door.commands.received(self.peer, payload)
        elif self._early is not None and len(self._early) < EARLY_FRAMES:
            self._early.append(payload)
        else:
            wire.close(PROTOCOL_ERROR, "wait for hello")

    def pause_writing(self) -> None:
        """The other side does not read."""
        if self.peer is not None:
            self.peer.choked()

    def resume_writing(self) -> None:
        """The other side took what it was behind with."""
        if self.peer is not None:
            self.peer.caught_up()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """Gone."""
        if self._task is not None:
            self._task.cancel()
        if self._wire is not None:
            self._wire.gone()
        if self.peer is not None:
            self._door.hub.leave(self.peer)
            self.peer = None

    def restart(self) -> None:
        """The server has stopped."""
        if self._wire is not None:
            self._wire.close(RESTARTING, "restarting")


def protocol(door: Door) -> type[Any]:
    """Return the class that uvicorn calls at an Upgrade."""

    def listen(request: WSUpgradeRequest) -> Any:
        try:
            door.check(request.path.decode("latin-1"), request.headers)
        except Refused as refused:
            return WSUpgradeResponseWithListener(WSUpgradeResponse.create_error_response(refused.status, refused.text.encode()), None)
        return Listener(door, request)

    class Protocol(WSProtocol):  # type: ignore[misc]  # a compiled class without types
        def __init__(self, config: Any, server_state: Any, app_state: Any, _loop: Any = None) -> None:
            auto_ping, idle, reply, auto_pong = False, 20, 20, True
            super().__init__(
                None, None, False, listen, quiet, True, 5, auto_ping, idle, reply, WSAutoPingStrategy.PING_WHEN_IDLE,
                auto_pong, door.frame_bytes, None, 4096,
            )  # fmt: skip
            self._connections = server_state.connections

        def connection_made(self, transport: asyncio.Transport) -> None:
            self._connections.add(self)
            super().connection_made(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            self._connections.discard(self)
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            """Feed the request's head, which uvicorn has read and rebuilt, in pieces that fit the buffer."""
            view = memoryview(data)
            while view:
                buffer = self.get_buffer(len(view))
                size = min(len(buffer), len(view))
                buffer[:size] = view[:size]
                self.buffer_updated(size)
                view = view[size:]

        def shutdown(self) -> None:
            """Uvicorn stops, and the hub has let its connections go: this one came in between."""
            if self.listener is not None:
                self.listener.restart()

    return Protocol
