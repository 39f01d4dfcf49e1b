"""How long a request may take to say what it wants, and when it came: who dribbles a head, or says nothing, is hung up on."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_S = 20.0
CAME = "warung.came"  # in the scope of a request: when its first bytes were read, on the clock of the loop


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's HTTP, which waits for ever for the first byte of a request and for the last of its head, with an end to that."""

    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn types it
        """Somebody connected: let them say something soon."""
        super().connection_made(transport)
        self._wait()

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        scope: Any = self.scope
        scope[CAME] = self.loop.time()
        self._wait()

    def on_headers_complete(self) -> None:
        """A head is whole."""
        self._rest()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Gone."""
        self._rest()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._rest()
        self._waiting = self.loop.call_later(HEAD_S, self._give_up)

    def _rest(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _give_up(self) -> None:
        transport: Any = self.transport
        transport.abort()
