"""The headers by which a browser guards what we answer: on every answer, a refusal too."""

from typing import Any

import httpx
import pytest

from warung.app import World

pytestmark = pytest.mark.anyio


async def headers(world: World, path: str, url: str = "http://localhost:8000") -> httpx.Headers:
    """Ask as a stranger; return the answer's headers."""
    transport = httpx.ASGITransport(app=world.app)
    async with httpx.AsyncClient(transport=transport, base_url=url) as client:
        return (await client.get(path)).headers


@pytest.mark.parametrize("path", ["/api/server", "/api/me", "/api/nothing/here", "/api/conversations/x", "/api/docs/openapi.json"])
async def test_an_answer_of_the_api_is_no_page_and_is_not_kept(open_a_world: Any, path: str) -> None:
    told = await headers(await open_a_world(), path)
    assert told["x-content-type-options"] == "nosniff"
    assert told["referrer-policy"] == "no-referrer"
    assert told["cache-control"] == "no-store"
    assert told["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert "access-control-allow-origin" not in told


@pytest.mark.parametrize("path", ["/healthz", "/assets/nothing.js", "/media/x/thumb?e=1&s=x"])
async def test_nothing_is_sniffed(open_a_world: Any, path: str) -> None:
    assert (await headers(await open_a_world(), path))["x-content-type-options"] == "nosniff"


async def test_a_page_runs_our_scripts_only_and_sits_in_no_frame(open_a_world: Any, tmp_path: Any) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "static/index.html").write_text("<!doctype html><title>warung</title>")
    told = await headers(await open_a_world(), "/")
    policy = dict(part.strip().split(" ", 1) for part in told["content-security-policy"].split(";"))
    assert policy["script-src"].split()[0] == "'self'"
    assert "unsafe" not in policy["script-src"]
    assert (policy["object-src"], policy["base-uri"], policy["frame-ancestors"]) == ("'none'", "'none'", "'none'")
    assert told["cross-origin-opener-policy"] == "same-origin"


async def test_nothing_but_the_client_is_served(open_a_world: Any, tmp_path: Any) -> None:
    (tmp_path / "static/assets").mkdir(parents=True)
    (tmp_path / "static/index.html").write_text("the shell")
    (tmp_path / "static/.hidden").write_text("secret")
    (tmp_path / "secret.txt").write_text("secret")
    world: World = await open_a_world()
    transport = httpx.ASGITransport(app=world.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        for path in (
            "/.git/config",
            "/.hidden",
            "/%2e%2e/secret.txt",
            "/assets/..%2f..%2fsecret.txt",
            "/assets/",
            "/secret.txt",
            "//secret.txt",
        ):
            answer = await client.get(path)
            assert answer.status_code == 404 or answer.text == "the shell", path
        assert (await client.request("TRACE", "/")).status_code == 405


async def test_under_https_browsers_are_told_to_stay_there(open_a_world: Any) -> None:
    assert "strict-transport-security" not in await headers(await open_a_world(), "/api/server")
    world = await open_a_world(url="https://kopi.example")
    for path in ("/api/server", "/healthz", "/api/me"):
        assert (await headers(world, path, "https://kopi.example"))["strict-transport-security"] == "max-age=31536000"
