"""HTTP: the routes that domains brought, under /api; refusals mapped once; health, metrics and the client's pages beside them."""

from collections.abc import Sequence
from typing import Any

import msgspec
import structlog
from litestar import Litestar, Request, Response, Router
from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders, State
from litestar.di import Provide
from litestar.exceptions import HTTPException, ValidationException
from litestar.handlers.base import BaseRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.types import Message, Scope

from warung import __version__
from warung.gateway.documents import OpenApiJson
from warung.gateway.door import Recognise, ours, token_in
from warung.gateway.errors import Phrasebook, problem
from warung.gateway.frame import Problem
from warung.gateway.overload import Admission, Overloaded
from warung.kit.card import Cards
from warung.kit.db import Db
from warung.kit.domain import Priority
from warung.kit.errors import BadRequest, NotAllowed, NotFound, Refusal, TooLarge, TooMany, Unauthenticated
from warung.kit.ids import Identity
from warung.kit.site import Site

log = structlog.get_logger()
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
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


class Refused(msgspec.Struct):
    """The body of every refusal."""

    error: Problem


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
        headers = (
            {"retry-after": str(told.details["retry_after_s"])}
            if isinstance(failure, TooMany | Overloaded) and "retry_after_s" in told.details
            else {}
        )
        return Response(Refused(told), status_code=status, headers=headers, media_type="application/json")

    return refuse


def same_origin(site: Site) -> Any:
    """Return the guard against foreign pages: a request that changes something and carries our cookie must name us as its origin."""

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:  # else it gets a thread per request
        if connection.scope.get("method") in SAFE:
            return
        origin = connection.headers.get("origin")
        token, by_cookie = token_in(connection.headers)
        foreign = origin is not None and not ours(origin, connection.headers.get("host", ""), site)
        if foreign or (origin is None and by_cookie and token):
            raise ForeignOrigin

    return guard


def admitting(admission: Admission) -> Any:
    """Return the guard against too much at once. Who asks is known by the token, which costs no look-up."""

    def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        usual = Priority.CATCH_UP if connection.scope.get("method") in SAFE else Priority.SEND
        token, _ = token_in(connection.headers)
        if not admission.admit(handler.opt.get("priority", usual), token or (connection.client.host if connection.client else "")):
            raise admission.refusal()

    return guard


def guarding(site: Site) -> Any:
    """Return the hook that gives every answer, refusals too, the headers by which a browser guards it, where it has none of its own."""
    always = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}
    if site.https:
        always["strict-transport-security"] = "max-age=31536000"
    api = {"cache-control": "no-store", "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox"}

    async def guard(message: Message, scope: Scope) -> None:
        if message["type"] == "http.response.start":
            headers = MutableScopeHeaders.from_message(message)
            for name, value in (always | api if scope["path"].startswith("/api/") else always).items():
                headers.setdefault(name, value)

    return guard


def providers(recognise: Recognise) -> dict[str, Provide]:
    """Return what gives a handler its `me`, who is signed in, and its `caller`, who may be nobody."""

    async def me(request: Request[Any, Any, State], db: Db) -> Identity:
        token, _ = token_in(request.headers)
        identity = await recognise(db, token)
        request.scope["state"]["identity"] = identity
        return identity

    async def caller(request: Request[Any, Any, State], db: Db) -> Identity | None:
        try:
            return await me(request, db)
        except Unauthenticated:
            return None

    return {"me": Provide(me), "caller": Provide(caller)}


async def address(request: Request[Any, Any, Any]) -> str:
    """Return the client's IP address; behind a proxy we trust, the one it forwarded."""
    return request.client.host if request.client else ""


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
) -> Litestar:
    """Return the ASGI application."""
    held: dict[str, Any] = {"db": db, "cards": cards, "site": site} | extra

    def constant(value: Any) -> Provide:
        async def give() -> Any:
            return value

        return Provide(give)

    api = Router(
        path="/api",
        route_handlers=list(routes),
        guards=[admitting(admission), same_origin(site)],
        dependencies=providers(recognise) | {"address": Provide(address)},
    )
    return Litestar(
        route_handlers=[api, *pages],
        dependencies={name: constant(value) for name, value in held.items()},
        exception_handlers={Exception: refuser(phrases)},
        openapi_config=OpenAPIConfig(
            title="warung",
            version=__version__,
            description="A private super-app that anyone can host.",
            path="/api/docs",
            use_handler_docstrings=True,
            render_plugins=[OpenApiJson(cards.kinds)],
        ),
        before_send=[guarding(site)],
        request_max_body_size=body_bytes,
        logging_config=None,
        debug=False,
    )
