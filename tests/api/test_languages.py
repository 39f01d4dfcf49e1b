"""Refusals in the reader's language: every one of them, and the same over HTTP and over the socket."""

import json
import string
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from websockets.asyncio.client import connect

from tests.served import Served
from warung import accounts
from warung.app import DOMAINS
from warung.cli import main
from warung.gateway.errors import LOCALES, Phrasebook
from warung.kit.errors import Refusal, every_refusal

COMPLETE = ("id", "zh", "hi", "ar")
# Whatever the program can raise has been imported with what it is composed of.
COMPOSED = (DOMAINS, main)


def ours() -> list[type[Refusal]]:
    """Every refusal that warung itself can raise."""
    return [refusal for refusal in every_refusal() if refusal.__module__.startswith("warung.")]


def sentences(language: str) -> dict[str, str]:
    """The sentences of a language by code."""
    found: dict[str, str] = json.loads((LOCALES / f"{language}.json").read_text(encoding="utf-8"))
    return found


def places(sentence: str) -> set[str]:
    """The details that a sentence names."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_no_two_refusals_have_the_same_code() -> None:
    waiting, owners = [Refusal], dict[str, set[str]]()
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.startswith("warung."):
                owners.setdefault(kind.code(), set()).add(kind.__module__)
    assert {code: modules for code, modules in owners.items() if len(modules) > 1} == {}


@pytest.mark.parametrize("language", COMPLETE)
def test_every_refusal_is_said_in(language: str) -> None:
    said = sentences(language)
    codes = {refusal.code() for refusal in ours()}
    assert codes - said.keys() == set(), "not yet translated"
    assert said.keys() - codes == set(), "nobody says this any more"
    assert list(said) == sorted(said)


@pytest.mark.parametrize("file", sorted(LOCALES.glob("*.json")), ids=lambda path: path.stem)
def test_a_translation_names_the_same_details(file: Path) -> None:
    said = sentences(file.stem)
    named = {refusal.code(): places(refusal.sentence()) for refusal in ours()}
    assert {code: places(sentence) for code, sentence in said.items()} == {code: named[code] for code in said}


def test_a_browser_that_prefers_an_unknown_language_gets_the_next_it_knows() -> None:
    phrases = Phrasebook()
    assert phrases.best("tlh, zh-Hans-CN;q=0.9, en;q=0.8") == "zh"
    assert phrases.best("hi-IN") == "hi"
    assert phrases.best("tlh") == phrases.best("") == "en"


@pytest.mark.anyio
@pytest.mark.parametrize("language", ["en", *COMPLETE])
async def test_a_refusal_is_the_same_over_http_and_over_the_socket(served: Served, language: str) -> None:
    budi = await served.cast.person("budi", language=language)
    siti = await served.cast.person("siti", language="en")
    theirs = await served.cast.group(siti)
    bearer = {"Authorization": f"Bearer {await served.token(budi)}", "Accept-Language": "en"}
    card = {"type": "chat.text", "text": "halo"}
    async with httpx.AsyncClient(base_url=served.url, headers=bearer) as http:
        answer = await http.post(f"/api/conversations/{theirs}/messages", json={"nonce": "nonce-000001", "card": card})
    async with connect(served.url.replace("http", "ws", 1) + "/ws", additional_headers=bearer) as socket:
        assert msgspec.json.decode(await socket.recv())["type"] == "hello"
        await socket.send(json.dumps({"type": "chat.send", "id": 7, "conversation": theirs, "nonce": "nonce-000001", "card": card}))
        frame: dict[str, Any] = msgspec.json.decode(await socket.recv())
    assert answer.status_code == 404, answer.text
    assert answer.json()["error"] == frame["error"]
    expected = sentences(language)["not_a_member"] if language in COMPLETE else "This conversation is not among yours."
    assert frame["error"] == {"code": "not_a_member", "message": expected, "details": {}}


def test_every_language_of_an_account_is_one_that_refusals_are_said_in() -> None:
    assert {*COMPLETE, "en"} == set(accounts.LANGUAGES)
