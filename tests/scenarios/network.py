"""The network between a phone and the server: it can be cut and mended."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from tests.served import Served


class Network:
    """Carries bytes to a served world from a port of its own."""

    def __init__(self, served: Served) -> None:
        self.url = ""
        self._served = served
        self._cut = False
        self._open: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """Drop every connection and refuse new ones."""
        self._cut = True
        for writer in self._open:
            writer.transport.abort()

    def mend(self) -> None:
        """Let connections through again."""
        self._cut = False

    async def carry(self, inward: asyncio.StreamReader, outward: asyncio.StreamWriter) -> None:
        """Join one connection to the server's."""
        if self._cut:
            outward.transport.abort()
            return
        reader, writer = await asyncio.open_connection("127.0.0.1", self._served.port)
        self._open |= {outward, writer}
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_pour(inward, writer))
                both.create_task(_pour(reader, outward))
        finally:
            self._open -= {outward, writer}


async def _pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()
    sink.close()


@contextlib.asynccontextmanager
async def network(served: Served) -> AsyncIterator[Network]:
    """A network that reaches this world, until the end of the block."""
    net = Network(served)
    server = await asyncio.start_server(net.carry, "127.0.0.1", 0)
    net.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield net
    finally:
        net.cut()
        server.close()
        await server.wait_closed()
