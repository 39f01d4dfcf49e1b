"""A load balancer: each connection goes to the next node that answers."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Sequence


class Balancer:
    """Carries bytes between a port of its own and the nodes. A node that is `out` gets nothing new."""

    def __init__(self, ports: Sequence[int]) -> None:
        self.ports = list(ports)
        self.out: set[int] = set()
        self.port = 0
        self._turn = itertools.count()
        self._open: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def carry(self, inward: asyncio.StreamReader, outward: asyncio.StreamWriter) -> None:
        """Join one connection to a node's."""
        turn = next(self._turn)
        for port in (self.ports[(turn + more) % len(self.ports)] for more in range(len(self.ports))):
            if port in self.out:
                continue
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                break
        else:
            outward.transport.abort()
            return
        async with asyncio.TaskGroup() as both:
            both.create_task(pour(inward, writer))
            both.create_task(pour(reader, outward))


async def pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Carry bytes until one side is gone."""
    with contextlib.suppress(OSError, RuntimeError):  # RuntimeError: what uvloop says of a closed transport
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()
    sink.close()


@contextlib.asynccontextmanager
async def balancing(ports: Sequence[int]) -> AsyncIterator[Balancer]:
    """Yield a balancer in front of these ports."""
    balancer = Balancer(ports)
    server = await asyncio.start_server(balancer.carry, "127.0.0.1", 0)
    balancer.port = server.sockets[0].getsockname()[1]
    try:
        yield balancer
    finally:
        server.close()
