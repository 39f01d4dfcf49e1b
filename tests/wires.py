"""Cables between engines and nodes: they carry bytes, and can be cut without a word, slow, or slow to carry one thing."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from urllib.parse import urlsplit


class Wire:
    """A cable to a port: it can stop carrying without closing anything, and it can be slow and uneven.

    What is `held` up, and everything after it, waits for `delay_s`; without it everything waits, up to twice as long.
    """

    def __init__(self, port: int, seed: int = 1) -> None:
        self.port = 0
        self.delay_s = 0.0
        self.held = b""
        self._to = port
        self._whole = asyncio.Event()
        self._whole.set()
        self._chance = random.Random(seed)
        self._carrying: set[asyncio.Task[None]] = set()

    def cut(self) -> None:
        """Carry nothing more, and tell nobody."""
        self._whole.clear()

    def mend(self) -> None:
        """Carry on; what came meanwhile is lost with the connections it came on."""
        self._whole.set()

    def carry(self, inward: asyncio.StreamReader, outward: asyncio.StreamWriter) -> None:
        """Join one connection."""
        task = asyncio.get_running_loop().create_task(self._join(inward, outward))
        self._carrying.add(task)
        task.add_done_callback(self._carrying.discard)

    async def unplug(self) -> None:
        """End every connection, and wait until both its sides are closed."""
        for task in self._carrying:
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)
        await asyncio.sleep(0)  # a closed transport lets go of its socket in the loop's next turn

    async def _join(self, inward: asyncio.StreamReader, outward: asyncio.StreamWriter) -> None:
        with contextlib.closing(outward), contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", self._to)
            with contextlib.closing(writer):
                async with asyncio.TaskGroup() as both:
                    both.create_task(self._pour(inward, writer))
                    both.create_task(self._pour(reader, outward))

    async def _pour(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, RuntimeError):
            while data := await source.read(65_536):
                if not self._whole.is_set():
                    await self._whole.wait()
                    break  # the connection did not survive
                if self.held and (at := data.find(self.held)) >= 0:
                    sink.write(data[:at])
                    await asyncio.sleep(self.delay_s)
                    data = data[at:]
                elif self.delay_s and not self.held:
                    await asyncio.sleep(self._chance.random() * 2 * self.delay_s)
                sink.write(data)
                await sink.drain()
        sink.close()


@contextlib.asynccontextmanager
async def wired(url: str) -> AsyncIterator[tuple[Wire, str]]:
    """Yield a cable to a server, and the URL at this end."""
    wire = Wire(urlsplit(url).port or 0)
    server = await asyncio.start_server(wire.carry, "127.0.0.1", 0)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire, f"nats://127.0.0.1:{wire.port}"
    finally:
        wire.mend()
        server.close()
        await wire.unplug()
