"""What the outside may read of our interfaces: OpenAPI of the routes, AsyncAPI of the socket. Both come from the code alone."""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from litestar import Litestar, Request
from litestar.enums import OpenAPIMediaType
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.routes import HTTPRoute

from warung import __version__
from warung.gateway import frame
from warung.kit.bus import Event
from warung.kit.card import Card
from warung.kit.domain import Asked, Batched
from warung.kit.errors import (
    BadRequest,
    Conflict,
    NotAllowed,
    NotFound,
    Refusal,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    every_refusal,
)

Document = dict[str, Any]
LOCAL = "#/components/schemas/{name}"
KINDS: Sequence[type[Refusal]] = (BadRequest, Unauthenticated, NotAllowed, NotFound, Conflict, TooLarge, TooMany, Unavailable)
CREDENTIALS = {
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "warung",
        "description": "What a browser has after signing in. A request that changes something also needs an Origin that is ours.",
    },
    "bearer": {"type": "http", "scheme": "bearer", "description": "The token of a sign-in with `transport: bearer`."},
}
CLOSE_CODES = {
    frame.RESTARTING: "restarting: come back soon, with jitter",
    frame.SILENT: "nothing was heard for too long: come back",
    frame.TOO_BIG: "a frame was too big: come back",
    frame.PROTOCOL_ERROR: "protocol error: do not come back, this is a mistake in the client",
    frame.SESSION_ENDED: "the session ended: sign in again",
    frame.TOO_FAST: "too fast: come back after five seconds",
}


class OpenApiJson(OpenAPIRenderPlugin):
    """Serves the document and nothing else: the usual viewers load their scripts from other people's servers."""

    def __init__(self, cards: Mapping[str, type[Card]]) -> None:
        super().__init__(path="/openapi.json", media_type=OpenAPIMediaType.OPENAPI_JSON)
        self._cards = cards
        self._written: bytes | None = None

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """Return the document as JSON."""
        if self._written is None:
            self._written = written(openapi(request.app, self._cards))
        return self._written


def written(document: Document) -> bytes:
    """Return a document as it is committed and served: sorted, so that equal code gives equal bytes."""
    return msgspec.json.format(msgspec.json.encode(document, order="deterministic"), indent=2) + b"\n"


def openapi(app: Litestar, cards: Mapping[str, type[Card]]) -> Document:
    """Return the OpenAPI document of an application: operations named by their docstrings, refusals by kind, cards by type."""
    document: Document = msgspec.to_builtins(app.openapi_schema.to_schema())
    _any_of(document)
    for path, method, handler in _handlers(app):
        operation = document["paths"][path][method]
        _, _, rest = operation.setdefault("description", "").partition(". ")
        operation["summary"] = operation["description"].removesuffix(f" {rest}").rstrip(".").strip()
        wanted = inspect.signature(handler).parameters
        operation["security"] = [{"cookie": []}, {"bearer": []}] if "me" in wanted else operation.get("security") or []
        operation["responses"].get("204", {}).pop("content", None)
        operation["responses"] = {code: told for code, told in operation["responses"].items() if int(code) < 400} | {
            str(kind.status): {"$ref": f"#/components/responses/{kind.__name__}"} for kind in KINDS
        }
    components = document["components"]
    for shape in components["schemas"].values():
        shape.pop("default", None)  # of one field that uses the shape; the web framework leaves it there, or does not, by chance
    (_, card), shapes = _schemas([frame.Problem, _union(cards)])
    for name in shapes.keys() & components["schemas"].keys():
        if _fields(shapes[name]) != _fields(components["schemas"][name]):
            raise ValueError(f"a card and an answer are both called {name}: the document can hold one")
    components["schemas"] |= shapes | {"Card": _tagged(card, cards), "Refused": _refused()}
    _open_cards(components["schemas"])
    components["responses"] = {kind.__name__: _response(kind) for kind in KINDS}
    components["securitySchemes"] = CREDENTIALS
    return document


def asyncapi(commands: Sequence[Batched | Asked], events: Sequence[type[Event]], cards: Mapping[str, type[Card]]) -> Document:
    """Return the AsyncAPI document of the socket: what a client says, what it is answered, what it is told."""
    said: list[type[Any]] = [frame.Ping, *(command.request for command in commands)]
    told: list[type[Any]] = [frame.Hello, frame.Resync, *(event for event in events if not event.internal)]
    answers: list[type[Any]] = [frame.Ok, frame.Failed]
    names = [f"client.{_tag(shape)}" for shape in said] + [f"server.{_tag(shape)}" for shape in [*told, *answers]]
    shapes = [*said, *told, *answers]
    (*bodies, card), schemas = _schemas([*shapes, _union(cards)])
    _open_cards(schemas)
    messages = {
        name: {"name": _tag(shape), "summary": inspect.getdoc(shape), "contentType": "application/json", "payload": body}
        for name, shape, body in zip(names, shapes, bodies, strict=True)
    }
    channel = {"$ref": "#/channels/socket"}
    reply = {"channel": channel, "messages": [_message(name) for name in names[-len(answers) :]]}
    operations: Document = {
        name: {"action": "receive", "channel": channel, "messages": [_message(name)], "reply": reply} for name in names[: len(said)]
    } | {name: {"action": "send", "channel": channel, "messages": [_message(name)]} for name in names[len(said) : -len(answers)]}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "warung, the socket",
            "version": __version__,
            "description": "One JSON object per text frame. Events are hints: what is lost shows as a gap in `seq` and is asked for over "
            "HTTP. Close codes: " + "; ".join(f"{code} {meaning}" for code, meaning in sorted(CLOSE_CODES.items())) + ".",
        },
        "defaultContentType": "application/json",
        "channels": {
            "socket": {
                "address": "/ws",
                "description": "Opened with the cookie or the bearer token of a session; a browser's Origin has to be ours.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
                "bindings": {"ws": {"method": "GET"}},
            }
        },
        "operations": operations,
        "components": {
            "messages": messages,
            "schemas": schemas | {"Card": _tagged(card, cards)},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _handlers(app: Litestar) -> Iterator[tuple[str, str, Any]]:
    """Return path, method and function of everything that is documented."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for method, (handler, _) in route.route_handler_map.items():
                if handler.resolve_include_in_schema():
                    yield route.path_format, method.lower(), handler.fn


def _any_of(node: Any) -> None:
    """Let a union be any of its members: an integer is also a number, and `{}` is also null."""
    if isinstance(node, dict):
        if "oneOf" in node:
            node["anyOf"] = node.pop("oneOf")
        for inner in node.values():
            _any_of(inner)
    elif isinstance(node, list):
        for inner in node:
            _any_of(inner)


def _fields(shape: Document) -> set[str]:
    return set(shape.get("properties", ())) - {"type"}


def _open_cards(schemas: Document) -> None:
    """Say what a card is: in the code that carries it, it is bytes."""
    for schema in schemas.values():
        if "card" in schema.get("properties", {}):
            schema["properties"]["card"] = {"$ref": LOCAL.format(name="Card")}


def _schemas(shapes: Sequence[Any]) -> tuple[list[Document], dict[str, Document]]:
    made, components = msgspec.json.schema_components(shapes, ref_template=LOCAL)
    return list(made), components


def _tagged(card: Document, cards: Mapping[str, type[Card]]) -> Document:
    return card | {"discriminator": {"propertyName": "type", "mapping": {tag: LOCAL.format(name=cards[tag].__name__) for tag in cards}}}


def _union(cards: Mapping[str, type[Card]]) -> Any:
    union: Any = None
    for tag in sorted(cards):
        union = cards[tag] if union is None else union | cards[tag]
    return union


def _refused() -> Document:
    return {
        "title": "Refused",
        "description": "The body of every refusal; the message is in the reader's language, the code is not.",
        "type": "object",
        "properties": {"error": {"$ref": LOCAL.format(name="Problem")}},
        "required": ["error"],
    }


def _response(kind: type[Refusal]) -> Document:
    codes = [refusal.code() for refusal in every_refusal() if refusal.status == kind.status and refusal.__module__.startswith("warung.")]
    return {
        "description": f"{kind.sentence()} Codes: {', '.join(codes)}.",
        "content": {"application/json": {"schema": {"$ref": LOCAL.format(name="Refused")}}},
    }


def _tag(shape: type[Any]) -> str:
    return str(shape.__struct_config__.tag)


def _message(name: str) -> Document:
    return {"$ref": f"#/channels/socket/messages/{name}"}
