"""A shop's program that listens: it answers what it is told to, and keeps what it heard."""

import asyncio
import contextlib
from typing import Any


class Listener:
    """An HTTP server of its own. `answers` are taken in turn, the last one stays."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[tuple[int, bytes]] = [(200, b'{"code":"SUCCESS"}')]
        self.url = ""

    async def __aenter__(self) -> "Listener":
        self._server = await asyncio.start_server(self._one, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/bayar"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            lines = [line.partition(": ") for line in head.split("\r\n")[1:] if line]
            headers = {name.lower(): value for name, _, value in lines}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.heard.append((headers, body))
            status, said = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: {len(said)}\r\nconnection: close\r\n\r\n".encode() + said)
            await writer.drain()
        writer.close()

    def headers(self, at: int = -1) -> dict[str, Any]:
        """The headers of one, in the capitals that the documentation gives them."""
        return {"-".join(part.capitalize() for part in name.split("-")): value for name, value in self.heard[at][0].items()}
