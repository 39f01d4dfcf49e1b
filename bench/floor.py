"""The physical floor: the shipped socket layer with no storage behind it, and one write that reaches the disk.

`python -m bench.floor PORT` answers every frame with its own bytes through warung's own sockets and hub.
"""

import asyncio
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import uvicorn
import uvloop

from warung.gateway.frame import framed
from warung.gateway.hub import Hub, Peer, Wire
from warung.gateway.socket import protocol
from warung.kit.ids import AccountId, Identity, SessionId

APPEND = b"x" * 4096


class Echo:
    """A `Door` behind which nobody is: everybody may enter, every frame comes back."""

    frame_bytes = 256 * 1024

    def __init__(self) -> None:
        self.hub = Hub(self.frame_bytes, left=lambda account: None, connections=100_000)
        self.commands = self
        self.time = asyncio.get_running_loop().time

    def check(self, path: str, headers: Mapping[str, str]) -> None:
        """Let anybody in."""

    async def enter(self, wire: Wire, headers: Mapping[str, str]) -> Peer:
        """Join the hub, as a session does."""
        peer = Peer(self.hub, wire, Identity(AccountId("echo"), SessionId("echo")), self.time())
        self.hub.join(peer)
        return peer

    def received(self, peer: Peer, payload: bytes) -> None:
        """Send it back."""
        peer.answer(framed(payload))


async def _nothing(scope: Any, receive: Any, send: Any) -> None:
    """HTTP is not spoken here."""


async def serve(port: int) -> None:
    """Echo on a port until the process is ended."""
    door: Any = Echo()
    config = uvicorn.Config(
        _nothing,
        host="127.0.0.1",
        port=port,
        ws=protocol(door),
        loop="none",
        http="httptools",
        lifespan="off",
        log_config=None,
        backlog=4096,
    )
    await uvicorn.Server(config).serve()


def fdatasync_us(folder: Path, times: int = 400) -> dict[str, float]:
    """Return what one append of 4 KiB with fdatasync takes here: the least that an acknowledgement of something stored can wait for."""
    file, taken = folder / "fdatasync", []
    handle = os.open(file, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    cpu = time.process_time()
    for _ in range(times):
        begun = time.perf_counter()
        os.write(handle, APPEND)
        os.fdatasync(handle)
        taken.append((time.perf_counter() - begun) * 1e6)
    cpu = time.process_time() - cpu
    os.close(handle)
    file.unlink()
    taken.sort()
    return {"p50_us": round(taken[times // 2], 1), "p99_us": round(taken[times * 99 // 100], 1), "cpu_us": round(cpu / times * 1e6, 1)}


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
