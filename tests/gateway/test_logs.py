"""Logs: one line of JSON per entry whatever is in it, times in UTC, refused access with who and where, and nothing that people write."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import structlog

from tests.worlds import OpenWorld
from warung.app import World

pytestmark = pytest.mark.anyio
FORGED = 'x"}\n{"event": "all is well"}'
COMPLAIN = f"""
import logging, structlog
from warung.serving import log_structured
log_structured()
structlog.get_logger().info({FORGED!r})
try:
    raise ValueError({FORGED!r})
except ValueError:
    logging.getLogger("library").exception("%s", {FORGED!r})
"""


async def test_refused_access_is_logged_without_what_was_tried(open_a_world: OpenWorld) -> None:
    world: World = await open_a_world()
    transport = httpx.ASGITransport(app=world.app)
    with structlog.testing.capture_logs() as entries:
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as http:
            guess = {"handle": "a_guess", "password": "another guess", "device": "a_device"}
            assert (await http.post("/api/sign-in", json=guess)).status_code == 401
            assert (await http.get("/api/conversations/a_secret", headers={"authorization": "Bearer sesame"})).status_code == 401
            assert (await http.get("/api/nothing/here")).status_code == 404
    assert [(entry["event"], entry["method"], entry["path"], entry["code"], entry["address"]) for entry in entries] == [
        ("refused", "POST", "/api/sign-in", "wrong_credentials", "127.0.0.1"),
        ("refused", "GET", "/api/conversations/{id}", "unauthenticated", "127.0.0.1"),
    ]
    assert [secret for secret in ("guess", "device", "a_secret", "sesame") if secret in str(entries)] == []


def test_nothing_that_is_logged_makes_a_second_entry() -> None:
    before = datetime.now(UTC)
    said = subprocess.run([sys.executable, "-c", COMPLAIN], capture_output=True, text=True, check=True).stderr
    ours, theirs = [json.loads(line) for line in said.splitlines()]
    assert (ours["event"], ours["level"]) == (FORGED, "info")
    assert (theirs["event"], theirs["level"], theirs["logger"]) == (FORGED, "error", "library")
    assert "ValueError" in theirs["exception"]
    for entry in (ours, theirs):
        at = datetime.fromisoformat(entry["timestamp"])
        assert at.utcoffset() == timedelta(0)
        assert before <= at <= datetime.now(UTC)


async def test_what_goes_wrong_inside_is_told_as_nothing_but_that(open_a_world: OpenWorld) -> None:
    world: World = await open_a_world()
    await world.db.write(lambda tx: tx.run("ALTER TABLE account RENAME TO gone"))
    transport = httpx.ASGITransport(app=world.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as http:
        answer = await http.get("/api/server", headers={"accept-language": "en"})
    sentence = "Something went wrong on the server. It was noted; please try again."
    assert answer.status_code == 500
    assert answer.json() == {"error": {"code": "internal_error", "message": sentence, "details": {}}}
