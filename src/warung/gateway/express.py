"""The short way for routes that are asked thousands of times a second: what the framework finds out at every request is known at the start.

A route says `opt={"express": True}`. It takes constants, `me`, the client's `address`, headers, a JSON body, and words and numbers of its
path and query, without bounds. A request of another content type, whose body does not say its length, or whose query is not plain, goes the
usual way and is answered the same.
"""

import inspect
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, get_type_hints
from urllib.parse import parse_qsl

import msgspec
from litestar import Request, Response
from litestar.params import HeaderParameter
from litestar.types import HTTPScope, Receive, Scope, Send

from warung.kit.ids import Identity

encode = msgspec.json.encode
JSON = b"application/json"
NUMBER = re.compile(r"-?\d{1,18}")
SEGMENT = re.compile(r"\{(\w+):str\}")
Raw = list[tuple[bytes, bytes]]


class Way(msgspec.Struct, frozen=True):
    """One route: what to call with which constants, which headers are its parameters, and how its body is read."""

    path: str
    run: Callable[..., Awaitable[Any]]
    constants: Mapping[str, Any]
    body: msgspec.json.Decoder[Any] | None
    headers: Mapping[str, str]
    query: Mapping[str, bool]  # a number?
    wanted: frozenset[str]  # of the query, without a default
    me: bool
    address: bool
    status: int
    handler: Any


class Taken(msgspec.Struct, frozen=True):
    """A request that goes a way, with what its path and query say."""

    way: Way
    given: Mapping[str, Any]


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
        self._patterns: dict[str, list[tuple[re.Pattern[str], Way]]] = {}

    def know(self, routes: Iterable[Any]) -> None:
        """Learn the routes that say so, out of those of the framework."""
        for route in routes:
            for handler in getattr(route, "route_handlers", ()):
                if handler.opt.get("express"):
                    way = _way(route.path, handler, self._constants)
                    pattern = re.compile(SEGMENT.sub(r"(?P<\1>[^/]+)", route.path))
                    for method in handler.http_methods:
                        if pattern.groups:
                            self._patterns.setdefault(method, []).append((pattern, way))
                        else:
                            self._ways[method, route.path] = way

    def way(self, scope: HTTPScope) -> Taken | None:
        """Return how to answer a request, or None for the usual way."""
        method, path = scope["method"], scope["path"]
        way, given = self._ways.get((method, path)), {}
        if way is None:
            for pattern, one in self._patterns.get(method, ()):
                if found := pattern.fullmatch(path):
                    way, given = one, found.groupdict()
                    break
            else:
                return None
        if not way.query:
            return Taken(way, given) if self._fits(scope, way) else None
        asked = _asked(scope["query_string"], way)
        return Taken(way, given | asked) if asked is not None and self._fits(scope, way) else None

    def _fits(self, scope: HTTPScope, way: Way) -> bool:
        if way.body is None:
            return True
        length = kind = None
        for name, value in scope["headers"]:
            if name == b"content-length":
                length = value
            elif name == b"content-type":
                kind = value
        fits = length is not None and length.isdigit() and len(length) < 10 and int(length) <= self._most
        return fits and kind is not None and kind.partition(b";")[0].strip().lower() == JSON

    async def answer(self, taken: Taken, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        way = taken.way
        scope.setdefault("state", {})
        more: Mapping[str, str] = {}
        cookies: Raw = []
        try:
            status, answered = way.status, await self._run(taken, scope, receive)
            if isinstance(answered, Response):
                cookies = [(b"set-cookie", cookie.to_header(header="").encode("latin-1")) for cookie in answered.cookies]
                status, more, answered = answered.status_code or status, answered.headers, answered.content
        except Exception as failure:
            scope["path_template"] = SEGMENT.sub(r"{\1}", way.path)  # as the framework says it
            refused = self._refuse(Request(scope, receive, send), failure)
            status, more, answered = refused.status_code or 500, refused.headers, refused.content
        body = encode(answered)
        headers = [*self._headers, (b"content-length", b"%d" % len(body)), *_raw(more), *cookies]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    async def _run(self, taken: Taken, scope: Scope, receive: Receive) -> Any:
        way = taken.way
        headers: dict[str, str] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.decode("latin-1"), value.decode("latin-1"))
        for check in self._check:
            check(scope, headers, way.handler)
        given = dict(taken.given)
        if way.me:
            given["me"] = await self._me(scope, headers)
        if way.address:
            given["address"] = client[0] if (client := scope.get("client")) else ""
        if way.body is not None:
            given["data"] = way.body.decode(await _read(receive))
        given |= {parameter: headers.get(wanted) for parameter, wanted in way.headers.items()}
        return await way.run(**way.constants, **given)


async def _read(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")  # type: ignore[operator]
        if not message.get("more_body"):
            return body


def _asked(query: bytes, way: Way) -> dict[str, Any] | None:
    """Return what a plain query says of the parameters; None where it is for the framework to judge."""
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", separator="&") if query else []
    except ValueError:
        return None
    asked: dict[str, Any] = {}
    for name, value in pairs:
        number = way.query.get(name)
        if number is None:
            continue
        if name in asked or not value or value == "null" or (number and not NUMBER.fullmatch(value)):
            return None
        asked[name] = int(value) if number else value
    return asked if way.wanted <= asked.keys() else None


def _way(path: str, handler: Any, constants: Mapping[str, Any]) -> Way:
    run = handler.fn
    hints, names = get_type_hints(run, include_extras=True), inspect.signature(run).parameters
    headers = {
        name: about.name or name
        for name, hint in hints.items()
        for about in getattr(hint, "__metadata__", ())
        if isinstance(about, HeaderParameter)
    }
    known = {"me", "address", "data", "return", *constants, *headers, *SEGMENT.findall(path)}
    query = {name: _is_number(hint) for name, hint in hints.items() if name not in known}
    return Way(
        path,
        run,
        {name: constants[name] for name in names if name in constants},
        msgspec.json.Decoder(hints["data"], strict=False) if "data" in names else None,  # as the framework reads
        headers,
        query,
        frozenset(name for name in query if names[name].default is inspect.Parameter.empty),
        "me" in names,
        "address" in names,
        handler.status_code,
        handler,
    )


def _is_number(hint: Any) -> bool:
    kinds = {int: True, int | None: True, str: False, str | None: False}
    if hint not in kinds:
        raise TypeError(f"the short way cannot read {hint} from a query")
    return kinds[hint]


def _raw(headers: Mapping[str, str]) -> Raw:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
