"""`warung wechat-gateway`: stands where WeChat's hosts are looked for, so that programs written for them need no change at all.

Two doors. One speaks TLS as those hosts, for machines whose hosts file names this one. The other is a proxy: `HTTPS_PROXY` sends
it a CONNECT, and what is meant for one of the hosts goes through the first door; plain requests to them go straight on. Everything
is passed to the server byte by byte, Host included. Other hosts are refused, unless the proxy is told to pass them.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Coroutine
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec
import structlog

from warung.wechat.ca import HOSTS, Certificates

HEAD_BYTES, PIECE = 16 * 1024, 64 * 1024
HEAD_S, CONNECT_S, SILENT_S = 20.0, 10.0, 300.0
CONNECTIONS = 2_000
REFUSED = b"HTTP/1.1 %s\r\ncontent-type: text/plain\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%s"
log = structlog.get_logger()
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Doors(NamedTuple):
    """The ports that were opened."""

    tls: int
    proxy: int


class Gateway(msgspec.Struct, frozen=True):
    """What a gateway needs to know. Port 0 takes any free one."""

    files: Certificates
    to: str  # the server, http(s)://host:port
    host: str = "127.0.0.1"
    tls_port: int = 8443
    proxy_port: int = 8444
    pass_others: bool = False  # tunnel CONNECTs to every other host too
    server_ca: str = ""  # a PEM file, where the server has a certificate of its own


@contextlib.asynccontextmanager
async def opened(gateway: Gateway) -> AsyncIterator[Doors]:
    """Open both doors, and close them at the end."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.minimum_version = ssl.TLSVersion.TLSv1_2
    tls.load_cert_chain(gateway.files.chain, gateway.files.key)
    tls.set_alpn_protocols(["http/1.1"])
    work = _Work(gateway)
    secure = await asyncio.start_server(work.secure, gateway.host, gateway.tls_port, ssl=tls, limit=PIECE, ssl_handshake_timeout=HEAD_S)
    inner: int = secure.sockets[0].getsockname()[1]
    work.inner = inner
    plain = await asyncio.start_server(work.proxy, gateway.host, gateway.proxy_port, limit=PIECE)
    try:
        yield Doors(inner, plain.sockets[0].getsockname()[1])
    finally:
        secure.close()
        plain.close()
        work.stop()


class _Work:
    """One task per connection, each with an end of its own to the server."""

    def __init__(self, gateway: Gateway) -> None:
        self.inner = 0
        self._gateway = gateway
        parts = urlsplit(gateway.to)
        self._server = (parts.hostname or "127.0.0.1", parts.port or (443 if parts.scheme == "https" else 80))
        self._tls = ssl.create_default_context(cafile=gateway.server_ca or None) if parts.scheme == "https" else None
        self._tasks: set[asyncio.Task[Any]] = set()

    async def secure(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A connection that speaks as one of the hosts: what it says goes to the server."""
        await self._kept((reader, writer), self._to_server((reader, writer), b""))

    async def proxy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A connection to the proxy."""
        await self._kept((reader, writer), self._asked((reader, writer)))

    def stop(self) -> None:
        """Break off what is under way."""
        for task in self._tasks:
            task.cancel()

    async def _kept(self, client: Streams, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.current_task()
        assert task is not None
        if len(self._tasks) >= CONNECTIONS:
            work.close()
            client[1].close()
            return
        self._tasks.add(task)
        try:
            await work
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            log.debug("gateway", ended="early")
        finally:
            self._tasks.discard(task)
            client[1].close()

    async def _asked(self, client: Streams) -> None:
        reader, writer = client
        async with asyncio.timeout(HEAD_S):
            head = await reader.readuntil(b"\r\n\r\n")
        method, _, rest = head.split(b"\r\n", 1)[0].partition(b" ")
        target = rest.partition(b" ")[0].decode("latin-1")
        if method == b"CONNECT":
            await self._tunnel(client, target)
        elif _meant(head, target) in HOSTS:
            await self._to_server(client, head)
        else:
            await _refuse(writer, b"403 Forbidden", b"This gateway stands for WeChat's hosts only.\n")

    async def _tunnel(self, client: Streams, target: str) -> None:
        host, _, port = target.rpartition(":")
        ours = host.lower() in HOSTS
        if not ours and not (self._gateway.pass_others and port.isdigit()):
            await _refuse(client[1], b"403 Forbidden", b"This gateway stands for WeChat's hosts only.\n")
            return
        local = self._gateway.host if self._gateway.host not in ("0.0.0.0", "::") else "127.0.0.1"  # noqa: S104  # compared, not bound
        try:
            async with asyncio.timeout(CONNECT_S):
                there = await asyncio.open_connection(*((local, self.inner) if ours else (host.strip("[]"), int(port))), limit=PIECE)
        except (OSError, TimeoutError, ValueError):
            await _refuse(client[1], b"502 Bad Gateway", b"There is no way to this host.\n")
            return
        client[1].write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await _joined(client, there)

    async def _to_server(self, client: Streams, head: bytes) -> None:
        try:
            async with asyncio.timeout(CONNECT_S):
                there = await asyncio.open_connection(*self._server, ssl=self._tls, limit=PIECE)
        except (OSError, TimeoutError) as failure:
            log.warning("gateway", problem=str(failure))
            await _refuse(client[1], b"502 Bad Gateway", b"The server does not answer.\n")
            return
        there[1].write(head)
        await _joined(client, there)


def _meant(head: bytes, target: str) -> str:
    """Return the host a plain request is for: in its target, or where it came by a hosts entry, in its Host."""
    if "://" in target:
        return (urlsplit(target).hostname or "").lower()
    lines = [line.partition(b":") for line in head.split(b"\r\n")[1:]]
    hosts = [value.strip().decode("latin-1") for name, _, value in lines if name.strip().lower() == b"host"]
    return hosts[0].partition(":")[0].lower() if len(hosts) == 1 else ""


async def _refuse(writer: asyncio.StreamWriter, status: bytes, why: bytes) -> None:
    writer.write(REFUSED % (status, len(why), why))
    await writer.drain()


async def _joined(one: Streams, other: Streams) -> None:
    """Carry bytes both ways until both have ended, or nobody has said anything for long."""
    ways = [asyncio.ensure_future(_carried(one[0], other[1])), asyncio.ensure_future(_carried(other[0], one[1]))]
    try:
        await asyncio.gather(*ways)
    finally:
        for way in ways:
            way.cancel()
        other[1].close()


async def _carried(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        async with asyncio.timeout(SILENT_S):
            piece = await reader.read(PIECE)
        if not piece:
            break
        writer.write(piece)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
    else:
        writer.close()
