"""The short way for routes that are asked thousands of times a second: what the framework finds out at every request is known at the start.

A route says `opt={"express": True}`. It takes constants, `me`, headers and a JSON body, and nothing of its path. A request of another
content type, or whose body does not say its length, goes the usual way and is answered the same.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, get_type_hints

import msgspec
from litestar import Litestar, Request, Response
from litestar.params import HeaderParameter
from litestar.types import HTTPScope, Receive, Scope, Send

from warung.kit.ids import Identity

encode = msgspec.json.encode
JSON = b"application/json"
Raw = list[tuple[bytes, bytes]]


class Way(msgspec.Struct, frozen=True):
    """One route: what to call with which constants, which headers are its parameters, and how its body is read."""

    path: str
    run: Callable[..., Awaitable[Any]]
    constants: Mapping[str, Any]
    body: msgspec.json.Decoder[Any]
    headers: Mapping[str, str]
    status: int
    handler: Any


class Express:
    """Answers these routes. `check` are the guards, called with the scope, the headers and the route's handler; `me` says who asks."""

    def __init__(
        self,
        *,
        constants: Mapping[str, Any],
        check: Sequence[Callable[[Scope, Mapping[str, str], Any], None]],
        me: Callable[[Scope, Mapping[str, str]], Awaitable[Identity]],
        refuse: Callable[[Request[Any, Any, Any], Exception], Response[Any]],
        headers: Mapping[str, str],
        body_bytes: int,
    ) -> None:
        self._constants = constants
        self._check = check
        self._me = me
        self._refuse = refuse
        self._headers = _raw({"content-type": "application/json"} | dict(headers))
        self._most = body_bytes
        self._ways: dict[tuple[str, str], Way] = {}

    def know(self, routes: Iterable[Any]) -> None:
        """Learn the routes that say so, out of those of the framework."""
        for route in routes:
            for handler in getattr(route, "route_handlers", ()):
                if handler.opt.get("express"):
                    way = _way(route.path, handler, self._constants)
                    self._ways |= {(method, route.path): way for method in handler.http_methods}

    def way(self, scope: HTTPScope) -> Way | None:
        """Return how to answer a request, or None for the usual way."""
        way = self._ways.get((scope["method"], scope["path"]))
        if way is None:
            return None
        length = kind = None
        for name, value in scope["headers"]:
            if name == b"content-length":
                length = value
            elif name == b"content-type":
                kind = value
        fits = length is not None and length.isdigit() and len(length) < 10 and int(length) <= self._most
        return way if fits and kind is not None and kind.partition(b";")[0].strip().lower() == JSON else None

    async def answer(self, way: Way, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        scope.setdefault("state", {})
        more: Mapping[str, str] = {}
        try:
            status, answered = way.status, await self._run(way, scope, receive)
            if isinstance(answered, Response):
                status, more, answered = answered.status_code or status, answered.headers, answered.content
        except Exception as failure:
            scope["path_template"] = way.path
            refused = self._refuse(Request(scope, receive, send), failure)
            status, more, answered = refused.status_code or 500, refused.headers, refused.content
        body = encode(answered)
        headers = [*self._headers, (b"content-length", b"%d" % len(body)), *_raw(more)]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    async def _run(self, way: Way, scope: Scope, receive: Receive) -> Any:
        headers: dict[str, str] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.decode("latin-1"), value.decode("latin-1"))
        for check in self._check:
            check(scope, headers, way.handler)
        me = await self._me(scope, headers)
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")  # type: ignore[operator]
            if not message.get("more_body"):
                break
        given = {parameter: headers.get(name) for parameter, name in way.headers.items()}
        return await way.run(**way.constants, **given, me=me, data=way.body.decode(body))


class Application(Litestar):
    """The framework's application, with the short way before it. `left` is called after every request, with its scope."""

    express: Express
    left: Callable[[Scope], None]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        way = self.express.way(scope)
        try:
            if way is None:
                await super().__call__(scope, receive, send)
            else:
                await self.express.answer(way, scope, receive, send)
        finally:
            self.left(scope)


def _way(path: str, handler: Any, constants: Mapping[str, Any]) -> Way:
    run = handler.fn
    hints, names = get_type_hints(run, include_extras=True), inspect.signature(run).parameters
    headers = {
        name: about.name or name
        for name, hint in hints.items()
        for about in getattr(hint, "__metadata__", ())
        if isinstance(about, HeaderParameter)
    }
    wanted = {name: constants[name] for name in names if name in constants}
    return Way(
        path,
        run,
        wanted,
        msgspec.json.Decoder(hints["data"], strict=False),  # as the framework reads
        headers,
        handler.status_code,
        handler,
    )


def _raw(headers: Mapping[str, str]) -> Raw:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
