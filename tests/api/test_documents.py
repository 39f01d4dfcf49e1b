"""docs/openapi.json and docs/asyncapi.json: fresh, complete, and served without anything from elsewhere."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from scripts.api_documents import DOCS, documents
from warung.app import DOMAINS, World
from warung.kit.errors import every_refusal

pytestmark = pytest.mark.anyio

Document = dict[str, Any]


@pytest.fixture(scope="module")
def http() -> Document:
    document: Document = json.loads((DOCS / "openapi.json").read_text(encoding="utf-8"))
    return document


@pytest.fixture(scope="module")
def socket() -> Document:
    document: Document = json.loads((DOCS / "asyncapi.json").read_text(encoding="utf-8"))
    return document


def operations(document: Document) -> Iterator[tuple[str, Document]]:
    """Every operation of an OpenAPI document with its name."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def references(node: Any) -> Iterator[str]:
    """Every reference in a document."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for inner in node:
            yield from references(inner)


def resolve(document: Document, reference: str) -> Any:
    """What a reference of a document leads to."""
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found


async def test_the_documents_are_what_the_code_says() -> None:
    for file, content in (await documents()).items():
        assert file.read_bytes() == content, f"{file.name} is stale: python -m scripts.api_documents"


def test_every_operation_says_what_it_does_and_how_it_refuses(http: Document) -> None:
    for name, operation in operations(http):
        assert operation["summary"], name
        assert operation["description"].startswith(operation["summary"]), name
        told = operation["responses"]
        assert {"400", "401", "403", "404", "409", "413", "429", "503"} <= told.keys(), name
        assert [code for code in told if code < "400"], name


def test_every_code_of_a_refusal_is_in_the_document(http: Document) -> None:
    told = " ".join(response["description"] for response in http["components"]["responses"].values())
    codes = {
        refusal.code() for refusal in every_refusal() if refusal.__module__.startswith("warung.") and refusal.status not in (405, 416, 500)
    }
    assert codes - set(re.findall(r"[a-z_]+", told)) == set()


def test_only_these_operations_are_open_to_strangers(http: Document) -> None:
    assert {name for name, operation in operations(http) if operation["security"] == []} == {
        "get /api/server",
        "get /api/invites/look/{token}",
        "post /api/device-links",
        "post /api/device-links/{id}/claim",
        "post /api/passkeys/options",
        "post /api/passkeys/sign-in",
        "post /api/providers/stripe/webhook",
        "post /api/recover",
        "post /api/sign-in",
        "post /api/sign-in/demo",
        "post /api/sign-up",
    }


@pytest.mark.parametrize("name", ["openapi.json", "asyncapi.json"])
def test_every_reference_leads_somewhere(name: str) -> None:
    document = json.loads((DOCS / name).read_text(encoding="utf-8"))
    found = set(references(document))
    assert found
    for reference in found:
        assert resolve(document, reference), reference


def test_the_socket_document_has_every_command_and_every_event(socket: Document) -> None:
    said = {f"client.{command.request.__struct_config__.tag}" for domain in DOMAINS for command in domain.commands}
    told = {f"server.{event.__struct_config__.tag}" for domain in DOMAINS for event in domain.events if not event.internal}
    assert socket["operations"].keys() == said | told | {"client.ping", "server.hello", "server.resync"}
    for name, operation in socket["operations"].items():
        (reference,) = operation["messages"]
        message = resolve(socket, resolve(socket, reference["$ref"])["$ref"])
        payload = resolve(socket, message["payload"]["$ref"])
        assert payload["properties"]["type"]["enum"] == [name.partition(".")[2]]
        assert payload["description"] == message["summary"]


async def test_the_server_serves_its_document_and_no_viewer(open_a_world: Any) -> None:
    world: World = await open_a_world()
    transport = httpx.ASGITransport(app=world.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        for _ in range(2):
            answer = await client.get("/api/docs/openapi.json")
            assert answer.status_code == 200
            assert answer.content == (DOCS / "openapi.json").read_bytes()
        for viewer in ("redoc", "swagger", "elements", "rapidoc", "oauth2-redirect.html", "openapi.yaml"):
            answer = await client.get(f"/api/docs/{viewer}")
            assert answer.status_code == 404, viewer
            assert "http" not in answer.text.replace("http://localhost:8000", "")
