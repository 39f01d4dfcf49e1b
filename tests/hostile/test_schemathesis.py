"""Whatever the OpenAPI document allows, and what it does not: an answer by the document, never a failure of the server."""

import json
from collections.abc import Iterable
from typing import Any, cast

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS, load_all_checks

from scripts.api_documents import DOCS
from tests.hostile.place import URL, Place, Someone

load_all_checks()
HELD = [
    CHECKS.get_one(name)
    for name in ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
]
SCHEMA = schemathesis.openapi.from_dict(json.loads((DOCS / "openapi.json").read_text(encoding="utf-8")))
SCHEMA.config.generation.with_security_parameters = False


OPERATIONS = [pytest.param(found.ok(), id=found.ok().label) for found in cast(Iterable[Any], SCHEMA.get_all_operations())]


def real(budi: Someone, path: str, name: str, value: Any) -> Any:
    """What a generated value is replaced by, so that requests get past the question whether there is such a thing."""
    if name in ("account", "to", "with"):
        return budi.friend
    if name == "conversation" or (name == "id" and path.startswith("/api/conversations/")):
        return budi.group
    return 1 if name == "seq" else value


def attack(place: Place, operation: Any, examples: int) -> None:
    """Send generated requests to one operation, half of them with real names in them, as somebody new."""
    budi = place.someone()

    @given(case=operation.as_strategy(), known=st.booleans())
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def send(case: Any, known: bool) -> None:
        if known:
            case.path_parameters = {name: real(budi, case.path, name, value) for name, value in (case.path_parameters or {}).items()}
            if isinstance(case.body, dict):
                case.body = {name: real(budi, case.path, name, value) for name, value in case.body.items()}
        request = requests.Request(**case.as_transport_kwargs(base_url=URL, headers=budi.headers)).prepare()
        case.validate_response(place.prepared(request), checks=HELD)

    send()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_answers_by_the_document(place: Place, operation: Any) -> None:
    attack(place, operation, 15)


@pytest.mark.long
@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_answers_by_the_document_for_long(place: Place, operation: Any) -> None:
    attack(place, operation, 300)
