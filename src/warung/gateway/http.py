"""HTTP: the routes that domains brought, under /api; refusals mapped once; health, metrics and the client's pages beside them."""

import functools
import gc
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any, NamedTuple, ParamSpec, TypeVar

import msgspec
import structlog
from litestar import Litestar, Request, Response, Router
from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders, State
from litestar.di import Provide
from litestar.exceptions import HTTPException, ValidationException
from litestar.handlers.base import BaseRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.routes import HTTPRoute
from litestar.types import Message, Scope

from warung import __version__
from warung.gateway.documents import OpenApiJson
from warung.gateway.door import Recognise, ours, token_in
from warung.gateway.errors import Phrasebook, problem
from warung.gateway.express import Express
from warung.gateway.gate import SAFE, Gate, Refused
from warung.gateway.overload import Admission, Overloaded
from warung.kit.card import Card, Cards
from warung.kit.db import Db
from warung.kit.domain import Priority
from warung.kit.errors import BadRequest, NotAllowed, NotFound, Refusal, TooLarge, TooMany, Unauthenticated
from warung.kit.ids import Identity
from warung.kit.site import Site

P = ParamSpec("P")
T = TypeVar("T")
log = structlog.get_logger()
AT_ONCE = 64  # requests of one account that are being answered: more than a browser or a shop's program has any use for
ACCESS = (401, 403, 429)  # refusals that an operator wants to see: who is not who they say, who may not, who tries too often


class InvalidRequest(BadRequest):
    """This request is not well formed: {reason}"""


class NoSuchRoute(NotFound):
    """There is nothing at this address."""


class MethodNotAllowed(BadRequest):
    """This address does not take this method."""

    status = 405


class BodyTooLarge(TooLarge):
    """This upload is too large."""


class ForeignOrigin(NotAllowed):
    """This request came from another website's page."""


class TooManyUnanswered(TooMany):
    """Too many of your requests are being answered at this moment. Wait for some of the answers."""


def language_of(request: Request[Any, Any, Any] | ASGIConnection[Any, Any, Any, Any], phrases: Phrasebook) -> str:
    """Return the reader's language: the account's if somebody is signed in, else what the browser prefers."""
    identity = request.scope.get("state", {}).get("identity")
    return identity.language if identity else phrases.best(request.headers.get("accept-language", ""))


def _known(failure: Exception) -> Exception:
    """Turn what the web framework raises into refusals of ours."""
    if isinstance(failure, ValidationException):
        reasons = [
            f"{item.get('key', '')}: {item.get('message', '')}".strip(": ") for item in failure.extra or [] if isinstance(item, dict)
        ]
        return InvalidRequest(reason="; ".join(reasons)[:500] or failure.detail)
    if isinstance(failure, HTTPException) and failure.status_code < 500:
        known: dict[int, Refusal] = {404: NoSuchRoute(), 405: MethodNotAllowed(), 413: BodyTooLarge(), 401: Unauthenticated()}
        return known.get(failure.status_code) or InvalidRequest(reason=failure.detail)
    if isinstance(failure, UnicodeDecodeError | msgspec.DecodeError):
        return InvalidRequest(reason=str(failure))
    if isinstance(failure, RecursionError):
        return InvalidRequest(reason="nested too deeply")
    return failure


def _note(request: Request[Any, Any, Any], code: str, status: int) -> None:
    """Log refused access: the address as the routes write it, since the one that was asked for may hold a name or a secret."""
    identity = request.scope.get("state", {}).get("identity")
    log.info(
        "refused",
        code=code,
        status=status,
        method=request.method,
        path=request.scope.get("path_template", ""),
        account=identity.account if identity else None,
        address=request.client.host if request.client else "",
    )


def refuser(phrases: Phrasebook) -> Any:
    """Return the one handler of everything that is raised."""

    def refuse(request: Request[Any, Any, Any], failure: Exception) -> Response[Refused]:
        failure = _known(failure)
        status = failure.status if isinstance(failure, Refusal) else 500
        told = problem(failure, phrases, language_of(request, phrases))
        if status in ACCESS:
            _note(request, told.code, status)
        headers = dict(failure.headers) if isinstance(failure, Refusal) else {}
        if isinstance(failure, TooMany | Overloaded) and "retry_after_s" in told.details:
            headers["retry-after"] = str(told.details["retry_after_s"])
        return Response(Refused(told), status_code=status, headers=headers, media_type="application/json")

    return refuse


def same_origin(site: Site) -> Any:
    """Return the check against foreign pages: a request that changes something and carries our cookie must name us as its origin."""

    def check(scope: Scope, headers: Mapping[str, str], _: Any) -> None:
        if scope.get("method") in SAFE:
            return
        origin = headers.get("origin")
        token, by_cookie = token_in(headers)
        foreign = origin is not None and not ours(origin, headers.get("host", ""), site)
        if foreign or (origin is None and by_cookie and token):
            raise ForeignOrigin

    return check


def safe_headers(site: Site) -> tuple[dict[str, str], dict[str, str]]:
    """Return the headers by which a browser guards every answer of ours, and those that an answer of the API has besides."""
    always = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}
    if site.https:
        always["strict-transport-security"] = "max-age=31536000"
    return always, {"cache-control": "no-store", "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox"}


def guarding(site: Site) -> Any:
    """Return the hook that gives every answer, refusals too, these headers, where it has none of its own."""
    always, api = safe_headers(site)

    def guard(message: Message, scope: Scope) -> None:
        if message["type"] == "http.response.start":
            headers = MutableScopeHeaders.from_message(message)
            for name, value in (always | api if scope["path"].startswith("/api/") else always).items():
                headers.setdefault(name, value)

    return guard


class Presence:
    """Says who asks, and holds everybody to so many requests at once: what one account has on the way is its own to wait for."""

    def __init__(self, db: Db, recognise: Recognise) -> None:
        self._db = db
        self._recognise = recognise
        self._busy: Counter[str] = Counter()

    async def me(self, scope: Any, headers: Mapping[str, str]) -> Identity:
        """Return who is signed in. Raises `Unauthenticated`, `TooManyUnanswered`."""
        token, _ = token_in(headers)
        identity = await self._recognise(self._db, token)
        state = scope["state"]
        state["identity"] = identity
        if "busy" not in state:
            if self._busy[identity.account] >= AT_ONCE:
                raise TooManyUnanswered(retry_after_s=1)
            self._busy[identity.account] += 1
            state["busy"] = identity.account
        return identity

    def left(self, scope: Any) -> None:
        """Note that a request was answered."""
        account = scope.get("state", {}).pop("busy", None)
        if account is not None:
            self._busy[account] -= 1
            if not self._busy[account]:
                del self._busy[account]


def providers() -> dict[str, Provide]:
    """Return what gives a handler its `me`, who is signed in, and its `caller`, who may be nobody."""

    async def me(request: Request[Any, Any, State]) -> Identity:
        return await HERE.get().presence.me(request.scope, request.headers)

    async def caller(request: Request[Any, Any, State]) -> Identity | None:
        try:
            return await me(request)
        except Unauthenticated:
            return None

    return {"me": Provide(me), "caller": Provide(caller)}


async def address(request: Request[Any, Any, Any]) -> str:
    """Return the client's IP address; behind a proxy we trust, the one it forwarded."""
    return request.client.host if request.client else ""


def uncollected(work: Callable[P, T]) -> Callable[P, T]:
    """Work with the collector off: it walks again and again through what is being built, which takes as long as the building."""

    @functools.wraps(work)
    def do(*given: P.args, **named: P.kwargs) -> T:
        collecting = gc.isenabled()
        gc.disable()
        try:
            return work(*given, **named)
        finally:
            if collecting:
                gc.enable()

    return do


class Here(NamedTuple):
    """What a world has for the handlers of its requests, and what guards and refuses them."""

    constants: Mapping[str, Any]
    presence: Presence
    checks: Sequence[Any]
    refuse: Any
    guard: Any


HERE: ContextVar[Here] = ContextVar("HERE")  # the world that the present request came to


class Application:
    """A world's application: the framework's, and before it the short way of `express`."""

    def __init__(self, framework: Litestar, here: Here, express: Express) -> None:
        self.framework = framework
        self._here = here
        self._express = express

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request."""
        taken = self._express.way(scope)
        if taken is None:
            await self.usual(scope, receive, send)
            return
        try:
            await self._express.answer(taken, scope, receive, send)
        finally:
            self._here.presence.left(scope)

    async def usual(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request as the framework does."""
        before = HERE.set(self._here)
        try:
            await self.framework(scope, receive, send)
        finally:
            HERE.reset(before)
            self._here.presence.left(scope)


@functools.cache
@uncollected
def framework(routes: Sequence[Any], pages: Sequence[Any], names: Sequence[str], kinds: Sequence[type[Card]], body_bytes: int) -> Litestar:
    """Return the framework's application of these handlers, which ask for constants by these names.

    It takes half a second to put together and knows no world: all that a process opens share one, and `HERE` says whose request it is.
    """

    def constant(name: str) -> Provide:
        async def give() -> Any:
            return HERE.get().constants[name]

        return Provide(give)

    def refuse(request: Request[Any, Any, Any], failure: Exception) -> Response[Refused]:
        refused: Response[Refused] = HERE.get().refuse(request, failure)
        return refused

    # a coroutine, since any other guard gets a thread per request
    async def check(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        for each in HERE.get().checks:
            each(connection.scope, connection.headers, handler)

    async def guard(message: Message, scope: Scope) -> None:
        HERE.get().guard(message, scope)

    api = Router(path="/api", route_handlers=routes, guards=[check], dependencies=providers() | {"address": Provide(address)})
    return Litestar(
        route_handlers=[api, *pages],
        dependencies={name: constant(name) for name in names},
        exception_handlers={Exception: refuse},
        openapi_config=OpenAPIConfig(
            title="warung",
            version=__version__,
            description="A private super-app that anyone can host.",
            path="/api/docs",
            use_handler_docstrings=True,
            render_plugins=[OpenApiJson(Cards(kinds).kinds)],
        ),
        before_send=[guard],
        request_max_body_size=body_bytes,
        logging_config=None,
        debug=False,
    )


def build(
    *,
    routes: Sequence[Any],
    pages: Sequence[Any],
    db: Db,
    cards: Cards,
    site: Site,
    recognise: Recognise,
    phrases: Phrasebook,
    extra: dict[str, Any],
    body_bytes: int,
    admission: Admission,
) -> tuple[Application, Gate]:
    """Return the application of a world, and the gate before it that is to be served."""
    held: dict[str, Any] = {"db": db, "cards": cards, "site": site} | extra
    presence, checks, refuse = Presence(db, recognise), [same_origin(site)], refuser(phrases)
    always, more = safe_headers(site)
    express = Express(constants=held, check=checks, me=presence.me, refuse=refuse, headers=always | more, body_bytes=body_bytes)
    usual = framework(tuple(routes), tuple(pages), tuple(held), tuple(cards.kinds.values()), body_bytes)
    express.know(usual.routes)
    app = Application(usual, Here(held, presence, checks, refuse, guarding(site)), express)
    return app, Gate(app, admission, phrases, _special(usual), always | more)


def _special(app: Litestar) -> list[tuple[str, str, Priority]]:
    """Return method, address and priority of the routes that say theirs; of a router that does, what only reads stays reading."""
    handlers = [(route.path, handler) for route in app.routes if isinstance(route, HTTPRoute) for handler in route.route_handlers]
    return [
        (method, re.sub(r":[a-z]+\}", "}", path), handler.opt["priority"])
        for path, handler in handlers
        if "priority" in handler.opt
        for method in handler.http_methods
        if method not in SAFE
    ]
