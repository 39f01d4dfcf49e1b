"""Serving: one place on one port, from the first line it prints to the last connection it lets go."""

import asyncio
import contextlib
import fcntl
import gc
import logging
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import IO, Any

import structlog
import uvicorn
import uvloop

from warung import accounts
from warung.adapters import index_process
from warung.app import World, indexing, open_world
from warung.gateway.patience import PatientProtocol
from warung.gateway.socket import protocol
from warung.gateway.socket_asgi import beside
from warung.settings import Settings

TICK_S = 0.1  # as uvicorn has it: it counts these
STEP_S = 0.005
LET_GO_S = 2.0  # so long what is left of a server that was killed may hold the data folder: a turn of its index


class AlreadyRunning(Exception):
    """Another warung already serves this data folder."""


class PortTaken(Exception):
    """Another program already listens on this port."""


@contextlib.contextmanager
def alone(data: Path) -> Iterator[None]:
    """Hold the data folder: SQLite has one writing process. Raises `AlreadyRunning`."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "lock").open("w") as lock:
        deadline = time.monotonic() + LET_GO_S
        while not _held(lock):
            if time.monotonic() > deadline:
                raise AlreadyRunning(str(data))
            time.sleep(STEP_S)
        yield


def _held(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def serve(settings: Settings, prepare: Any = None) -> None:
    """Serve until SIGTERM or SIGINT. `prepare(world)` is awaited before the first request."""
    log_structured()
    with alone(settings.data):
        process = index_process.start(indexing(settings))  # before there is a port that it would keep open
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(settings, process, prepare))


async def _serve(settings: Settings, process: index_process.IndexProcess | None, prepare: Any) -> None:
    listening = _listen(settings)
    world = await open_world(settings, process=process)
    try:
        if prepare is not None:
            await prepare(world)
        await world.importing.resume()
        await greet(world)
        _settle()
        with _heard_once():
            await Server(world).serve(sockets=[listening])
    finally:
        await world.close()


def _settle() -> None:
    """Keep the collector away from what lives as long as the server, and let it look at the rest less often: most of it has no cycles.

    A twentieth of the CPU of a message went into looking at what had just been made (docs/performance.md).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@contextlib.contextmanager
def _heard_once() -> Iterator[None]:
    """Let a signal end the serving and no more: uvicorn raises it again when it has stopped, and the world still has to be closed."""
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Server(uvicorn.Server):
    """Uvicorn, told to let the sockets finish what they have begun before it closes them, and to stop as soon as nothing is under way."""

    def __init__(self, world: World) -> None:
        super().__init__(config(world))
        self._world = world
        self._over = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def stop(self) -> None:
        """Stop as SIGTERM does."""
        self.should_exit = True
        self._over.set()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal came, in the middle of anything."""
        super().handle_exit(sig, frame)
        self._loop.call_soon_threadsafe(self._over.set)

    async def main_loop(self) -> None:
        """Do what is done ten times a second, until it is over."""
        tick = 0
        while not await self.on_tick(tick):
            tick += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), TICK_S)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer every command that came in, close the sockets with "restarting", then stop HTTP."""
        patience_s, state = self._world.settings.server.drain_s, self.server_state
        self._world.stopping.set()
        await self._world.hub.drain(patience_s)
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        for connection in list(state.connections):
            connection.shutdown()
        deadline = self._loop.time() + patience_s
        while (state.connections or state.tasks) and not self.force_exit and self._loop.time() < deadline:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(STEP_S)
        for task in state.tasks:
            task.cancel()
        self._world.hub.draining = False  # a world can be served again
        self._world.stopping.clear()


def config(world: World) -> uvicorn.Config:
    """Return how uvicorn runs this world."""
    server = world.settings.server
    public = server.socket == "uvicorn"
    return uvicorn.Config(
        beside(world.gate, world.door) if public else world.gate,
        ws="websockets-sansio" if public else protocol(world.door),
        ws_max_size=server.frame_bytes,
        ws_ping_interval=server.heartbeat_s,
        ws_ping_timeout=1.5 * server.heartbeat_s,
        ws_per_message_deflate=False,
        loop="none",
        lifespan="off",  # a world is opened before it is served, and closed after
        http=PatientProtocol,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=server.proxies,
        ssl_certfile=server.tls_cert or None,
        ssl_keyfile=server.tls_key or None,
        timeout_graceful_shutdown=server.drain_s,
        timeout_keep_alive=75,
        backlog=4096,
    )


def _listen(settings: Settings) -> socket.socket:
    host, port = settings.server.host, settings.server.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as failure:
        listening.close()
        raise PortTaken(f"{host}:{port}: {failure.strerror}") from None
    return listening


async def greet(world: World) -> None:
    """Say where the place is, and give the first person the link that makes them its operator."""
    site = world.settings.site
    print(f"\n  {site.name} is open at {site.url}\n", flush=True)
    token = await world.db.write(accounts.operator_link)
    if token is not None and not site.demo:
        print(f"  Open this link to become its operator (works once, for a day):\n  {site.url}/welcome/{token}\n", flush=True)
    if not site.secure_context:
        print("  Without HTTPS, phones have no camera, passkeys or offline mode: set WARUNG_URL (docs/operating.md).\n", flush=True)


def log_structured() -> None:
    """Write logs as lines of JSON to stderr: time, level, event and what belongs to it; never words that people wrote."""
    first: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
    ]
    last: list[Any] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    structlog.configure(
        processors=first + last,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
    libraries = logging.StreamHandler()  # what they say goes through the same hands: no quote in it may begin an entry of its own
    libraries.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*first, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[libraries])
