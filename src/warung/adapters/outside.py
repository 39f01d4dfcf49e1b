"""The guarded way out over httpx: the name is looked up here, checked, and the connection goes to that very address.

The certificate is still checked against the name. Environment variables that name proxies are not read: a proxy would look the
name up once more.
"""

import asyncio
import contextlib
import functools
import socket
import ssl
from collections.abc import Mapping, Sequence
from urllib.parse import urljoin, urlsplit

import httpx

from warung.kit.outside import AddressNotAllowed, Answer, Limits, Network, NoAnswer, is_public, named

REDIRECTS = frozenset({301, 302, 303, 307, 308})
AGENT = "warung (+link preview)"


@functools.cache
def authorities() -> ssl.SSLContext:
    """Return whom we believe; once, since reading them takes longer than most requests."""
    return httpx.create_ssl_context(trust_env=False)


class HttpOutside:
    """The port over httpx. `exempt` are private networks that the operator wants to be reached: a webhook's host in the same house."""

    def __init__(self, exempt: Sequence[Network] = ()) -> None:
        self._exempt = exempt
        self._tls = authorities()

    async def fetch(
        self, url: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes = b"", limits: Limits | None = None
    ) -> Answer:
        """Ask an address; see the port."""
        limits = limits or Limits()
        try:
            async with asyncio.timeout(limits.seconds):
                return await self._follow(url, method, dict(headers or {}), body, limits)
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError, ValueError) as failure:
            raise NoAnswer from failure

    async def check(self, url: str) -> None:
        """Look whether an address would be asked; see the port."""
        _, host, port = named(url)
        with contextlib.suppress(TimeoutError, OSError, UnicodeError):
            async with asyncio.timeout(Limits().seconds):
                await self._looked_up(host, port)

    async def _follow(self, url: str, method: str, headers: dict[str, str], body: bytes, limits: Limits) -> Answer:
        for _ in range(limits.redirects + 1):
            answer = await self._ask(url, method, headers, body, limits)
            there = answer.headers.get("location")
            if answer.status not in REDIRECTS or there is None or method not in ("GET", "HEAD"):
                return answer
            url = urljoin(url, there)
        raise NoAnswer

    async def _ask(self, url: str, method: str, headers: dict[str, str], body: bytes, limits: Limits) -> Answer:
        scheme, host, port = named(url)
        address = await self._looked_up(host, port)
        literal = f"[{address}]" if ":" in address else address
        parts = urlsplit(url)
        target = f"{scheme}://{literal}:{port}{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        given = {"user-agent": AGENT, "accept-encoding": "identity"} | headers | {"host": parts.netloc}
        transport = httpx.AsyncHTTPTransport(verify=self._tls, trust_env=False, retries=0)
        async with httpx.AsyncClient(transport=transport, trust_env=False, follow_redirects=False, timeout=limits.seconds) as client:
            asked = client.build_request(method, target, headers=given, content=body or None, extensions={"sni_hostname": host})
            answer = await client.send(asked, stream=True)
            try:
                got, cut = bytearray(), False
                async for piece in answer.aiter_raw():
                    got += piece
                    if len(got) > limits.bytes:
                        cut = True
                        break
            finally:
                await answer.aclose()
        found = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(url, answer.status_code, found, bytes(got[: limits.bytes]), cut)

    async def _looked_up(self, host: str, port: int) -> str:
        """Return the one address to speak to. A name that has a single address which is not public is refused whole."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(each[4][0]) for each in found]
        if not addresses or not all(is_public(address, self._exempt) for address in addresses):
            raise AddressNotAllowed
        return addresses[0]
