"""The HTTP side: JSON in and out, refusals by name."""

import asyncio
import functools
import secrets
import ssl
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
import msgspec

from warung.client.errors import Refused, Unreachable

T = TypeVar("T")
TRIES = 6
FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 30.0


class _Problem(msgspec.Struct):
    code: str
    message: str
    details: dict[str, Any] = {}


class _Body(msgspec.Struct):
    error: _Problem


def pause_s(failures: int) -> float:
    """Return how long to wait after so many failures in a row: twice as long each time, with chance, half a minute at most."""
    longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * float(1 << min(failures, 10)))
    return longest * (0.5 + secrets.randbelow(1000) / 2000)


@functools.cache
def _authorities() -> ssl.SSLContext:
    """Return whom all clients of a process believe: reading them takes longer than most requests."""
    return httpx.create_ssl_context()


class Api:
    """Requests to one server in the name of one session."""

    def __init__(self, url: str, token: str = "", *, timeout_s: float = 30.0) -> None:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.AsyncClient(base_url=url.rstrip("/") + "/api/", headers=headers, timeout=timeout_s, verify=_authorities())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def get(self, path: str, kind: type[T], **query: str | int | None) -> T:
        """Ask for something, again when nobody answers: a question may be repeated. None in the query is left out."""
        asked = {name: value for name, value in query.items() if value is not None}
        for failures in range(TRIES):
            try:
                return self._read(await self._request("GET", path, params=asked), kind)
            except Unreachable:
                if failures == TRIES - 1:
                    raise
            except Refused as refused:
                if refused.status != 503 or failures == TRIES - 1:
                    raise
            await asyncio.sleep(pause_s(failures))
        raise Unreachable

    async def do(
        self, method: str, path: str, kind: type[T], body: Any = None, *, raw: AsyncIterator[bytes] | None = None, **query: str | int | None
    ) -> T:
        """Change something, once. `raw` is sent as it is, `body` as JSON. Raises `Refused` or `Unreachable`."""
        content: AsyncIterator[bytes] | bytes = raw if raw is not None else msgspec.json.encode({} if body is None else body)
        asked = {name: value for name, value in query.items() if value is not None}
        headers = {"content-type": "application/octet-stream" if raw is not None else "application/json"}
        if method == "DELETE":
            content, headers = b"", {}
        return self._read(await self._request(method, path, params=asked, content=content, headers=headers), kind)

    async def _request(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            answer = await self._http.request(method, path, **more)
        except httpx.TransportError as failure:
            raise Unreachable(f"{type(failure).__name__}: {failure}") from failure
        if answer.is_success:
            return answer
        try:
            told = msgspec.json.decode(answer.content, type=_Body).error
        except msgspec.DecodeError:
            raise Unreachable(f"{method} {path} was answered with {answer.status_code}") from None
        raise Refused(told.code, told.message, told.details, answer.status_code)

    def _read(self, answer: httpx.Response, kind: type[T]) -> T:
        if kind is type(None):
            return msgspec.convert(None, type=kind)
        try:
            return msgspec.json.decode(answer.content, type=kind)
        except msgspec.DecodeError as failure:
            raise Unreachable(f"this answer was not understood: {failure}") from failure
