"""How somebody tries everything: their device, every route there is, every command on a socket, and all that somebody can see."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import websockets

from tests.scenarios.trying import Try
from tests.served import Served


def device(served: Served, token: str = "") -> httpx.AsyncClient:
    """Somebody's device, or nobody's."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    transport = httpx.ASGITransport(app=served.world.app)
    return httpx.AsyncClient(transport=transport, base_url=f"{served.url}/api", headers=headers)


def routes_of(served: Served) -> set[str]:
    """Return every route there is, by method and path."""
    return {
        f"{method} {re.sub(r':[a-z]+', '', route.path.removeprefix('/api'))}"
        for route in served.world.app.framework.routes
        if route.path.startswith("/api/") and not route.path.startswith("/api/docs")
        for handler in getattr(route, "route_handlers", [])
        for method in handler.http_methods - {"OPTIONS", "HEAD"}
    }


async def everything(http: httpx.AsyncClient) -> Any:
    """Return all that somebody can see of their own, without what changes by looking."""
    seen: dict[str, Any] = {}
    for path in (
        "/sync",
        "/contacts",
        "/me",
        "/invites",
        "/passkeys",
        "/sessions",
        "/drafts",
        "/scheduled",
        "/preferences",
        "/favourites",
        "/stickers",
        "/moments",
        "/moments/notices",
        "/moments/settings",
        "/officials",
        "/officials/following",
    ):
        answer = await http.get(path)
        assert answer.status_code == 200, answer.text
        seen[path] = answer.json()
    for unordered in ("conversations", "people"):
        seen["/sync"][unordered].sort(key=lambda each: str(each["id"]))
    for conversation in seen["/sync"]["conversations"]:
        for path in (f"/conversations/{conversation['id']}", f"/conversations/{conversation['id']}/messages"):
            seen[path] = (await http.get(path)).json()
    return seen


def without(body: Any, *names: str) -> Any:
    """Return a body without fields of these names, at any depth."""
    if isinstance(body, dict):
        return {name: without(value, *names) for name, value in body.items() if name not in names}
    return [without(value, *names) for value in body] if isinstance(body, list) else body


async def walk(
    served: Served, http: httpx.AsyncClient, attempts_on: Mapping[str, Sequence[Try]], *, only_look: bool = False
) -> list[tuple[str, str]]:
    """Try everything on every route, or on those that change nothing; return (what was tried, what was answered)."""
    told = []
    existing = {route for route in routes_of(served) if route.startswith("GET") or not only_look}
    for route, attempts in attempts_on.items():
        for attempt in attempts if route in existing else ():
            answer = await http.request(route.split()[0], attempt.path, json=attempt.body, params=attempt.params)
            assert answer.status_code < 500 or answer.status_code == 503, (route, answer.text)
            told.append((f"{route} {attempt}", answer.text + answer.headers.get("location", "")))
    return told


async def speak(served: Served, token: str, attempts_on: Mapping[str, Sequence[Any]]) -> list[tuple[str, str]]:
    """Try everything on a socket; return (what was tried, what came back). Ends with a ping, so that all of it was answered."""
    told = []
    async with websockets.connect(
        f"{served.url.replace('http', 'ws')}/ws", additional_headers={"Authorization": f"Bearer {token}"}
    ) as socket:
        sent = [frame for attempts in attempts_on.values() for frame in attempts]
        for at, frame in enumerate([*sent, {"type": "ping"}]):
            await socket.send(json.dumps(frame | {"id": 1000 + at}))
            while True:
                came = str(await socket.recv())
                told.append((str(frame), came))
                if json.loads(came).get("id") == 1000 + at:
                    break
    return told
