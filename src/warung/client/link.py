"""The socket side: one connection that is made again whenever it is lost, and commands that are asked again until they are answered."""

import asyncio
import itertools
import logging
from collections.abc import Callable
from typing import Any

import msgspec
from picows import WSError, WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from warung.client.api import pause_s
from warung.client.errors import Ended, Refused

IN_FLIGHT = 48  # the server stops reading at 64
IDLE_S, REPLY_S = 30, 30  # nothing heard for a minute: the connection is dead
SLOW_DOWN_S = 5.0
FINAL = frozenset({4400, 4401, 4403})
SLOW_DOWN = 4429
# Refusals that say "not now": the same command, with the same nonce, is asked again.
AGAIN = frozenset({"stopped", "not_confirmed", "unavailable", "overloaded"})
quiet = logging.LoggerAdapter(logging.getLogger("warung.client"))


class _Problem(msgspec.Struct):
    code: str
    message: str
    details: dict[str, Any] = {}


class _Frame(msgspec.Struct):
    type: str
    id: int = 0
    result: msgspec.Raw = msgspec.Raw(b"null")
    error: _Problem | None = None


class _Asked:
    """A command that waits for its answer."""

    __slots__ = ("answer", "failures", "frame")

    def __init__(self, frame: bytes) -> None:
        self.frame = frame
        self.answer: asyncio.Future[msgspec.Raw] = asyncio.get_running_loop().create_future()
        self.failures = 0


class _Ear(WSListener):
    """Hears one connection, to the code it was closed with."""

    def __init__(self, hear: Callable[[WSTransport, bytes], None]) -> None:
        self._hear = hear
        self.code = 0
        self.transport: WSTransport | None = None

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Called before whoever connects is told so: they may have been cancelled meanwhile, and the connection be nobody's."""
        self.transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Called for each frame."""
        if frame.msg_type == WSMsgType.TEXT:
            self._hear(transport, frame.get_payload_as_bytes())
        elif frame.msg_type == WSMsgType.CLOSE:
            self.code = int.from_bytes(frame.get_payload_as_bytes()[:2], "big")
            transport.disconnect()

    def pause_writing(self) -> None:
        """Nothing to do: what is in flight is bounded."""

    def resume_writing(self) -> None:
        """Nothing to do."""


class Link:
    """A connection that keeps itself open. `start` it, `ask` over it, `stop` it.

    `opened()` is called when the server has said hello: what was missed meanwhile has to be fetched. `heard(type, frame)` is called
    for every event, `ended(reason)` once, when there will be no connection any more.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        opened: Callable[[], None],
        heard: Callable[[str, bytes], None],
        ended: Callable[[BaseException], None],
    ) -> None:
        self._url = "ws" + url.rstrip("/").removeprefix("http") + "/ws"
        self._headers = {"Authorization": f"Bearer {token}"}
        self._tell_opened, self._tell_heard, self._tell_ended = opened, heard, ended
        self._decoder = msgspec.json.Decoder(_Frame)
        self._numbers = itertools.count(1)
        self._asked: dict[int, _Asked] = {}
        self._room = asyncio.Semaphore(IN_FLIGHT)
        self._transport: WSTransport | None = None  # set between hello and the end of a connection
        self._keeping: asyncio.Task[None] | None = None
        self._failures = 0
        self._over: BaseException | None = None

    @property
    def open(self) -> bool:
        """Is there a connection that the server has greeted?"""
        return self._transport is not None

    def start(self) -> None:
        """Connect in the background, and again whenever the connection is lost."""
        self._keeping = asyncio.create_task(self._keep())
        self._keeping.add_done_callback(self._finished)

    async def stop(self) -> None:
        """Disconnect. Commands that still wait are given up."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.wait([self._keeping])
        for asked in self._asked.values():
            asked.answer.cancel()

    async def ask(self, type: str, fields: dict[str, Any]) -> msgspec.Raw:
        """Send a command, over as many connections as it takes; return its result. Raises `Refused` or `Ended`."""
        async with self._room:
            if self._over is not None:
                raise self._over
            number = next(self._numbers)
            asked = self._asked[number] = _Asked(msgspec.json.encode({"type": type, "id": number, **fields}))
            self._write(asked)
            try:
                return await asked.answer
            finally:
                del self._asked[number]

    def tell(self, type: str, fields: dict[str, Any]) -> None:
        """Send a command that is worth nothing later, now or never; its answer is not waited for."""
        if self._transport is not None:
            self._transport.send(WSMsgType.TEXT, msgspec.json.encode({"type": type, "id": next(self._numbers), **fields}))

    def drop(self) -> None:
        """Lose the present connection, as networks do."""
        if self._transport is not None:
            self._transport.disconnect(False)

    def _write(self, asked: _Asked) -> None:
        if self._transport is not None and not asked.answer.done():
            self._transport.send(WSMsgType.TEXT, asked.frame)

    async def _keep(self) -> None:
        while True:
            code = await self._connection()
            if code in FINAL:
                raise Ended(code)
            await asyncio.sleep(SLOW_DOWN_S if code == SLOW_DOWN else pause_s(self._failures))
            self._failures += 1

    def _finished(self, keeping: asyncio.Task[None]) -> None:
        if keeping.cancelled() or (failure := keeping.exception()) is None:
            return
        self._over = failure
        for asked in self._asked.values():
            if not asked.answer.done():
                asked.answer.set_exception(failure)
        self._tell_ended(failure)

    async def _connection(self) -> int:
        """Live through one connection; return the code it was closed with, 0 without one."""
        ear = _Ear(self._heard)
        try:
            transport, _ = await ws_connect(
                lambda: ear,
                self._url,
                extra_headers=self._headers,
                logger_name=quiet,
                enable_auto_ping=True,
                auto_ping_idle_timeout=IDLE_S,
                auto_ping_reply_timeout=REPLY_S,
            )
            await transport.wait_disconnected()
        except (OSError, WSError, TimeoutError):
            return ear.code
        finally:
            self._transport = None
            if ear.transport is not None:
                ear.transport.disconnect(False)
        return ear.code

    def _heard(self, transport: WSTransport, payload: bytes) -> None:
        frame = self._decoder.decode(payload)
        if frame.type == "ok":
            self._answered(frame.id, frame.result)
        elif frame.type == "error":
            self._refused(frame.id, frame.error)
        elif frame.type == "hello":
            self._transport, self._failures = transport, 0
            for asked in list(self._asked.values()):
                self._write(asked)
            self._tell_opened()
        else:
            self._tell_heard(frame.type, payload)

    def _answered(self, number: int, result: msgspec.Raw) -> None:
        asked = self._asked.get(number)
        if asked is not None and not asked.answer.done():
            asked.answer.set_result(msgspec.Raw(bytes(result)))

    def _refused(self, number: int, problem: _Problem | None) -> None:
        asked = self._asked.get(number)
        if asked is None or asked.answer.done() or problem is None:
            return
        if problem.code in AGAIN:
            told = problem.details.get("retry_after_s", 0)
            wait = (told if isinstance(told, int) else 0) + pause_s(asked.failures)
            asyncio.get_running_loop().call_later(wait, self._write, asked)
            asked.failures += 1
        else:
            asked.answer.set_exception(Refused(problem.code, problem.message, problem.details))
