"""Requests that nobody's program should send: each has an answer by name, and changes nothing."""

import json
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.hostile.place import Place, Someone
from tests.served import Served
from warung import chat
from warung.kit.card import BrokenCard, Cards

JSON = {"content-type": "application/json"}


@pytest.fixture
def budi(place: Place) -> Someone:
    """Somebody with a group whose log has two entries."""
    return place.someone()


def send(budi: Someone, nonce: str, text: str) -> httpx.Response:
    """Write into the group."""
    return budi.say("POST", f"/conversations/{budi.group}/messages", {"nonce": nonce, "card": {"type": "chat.text", "text": text}})


def last_seq(budi: Someone) -> int:
    """The end of the group's log."""
    seq: int = budi.say("GET", f"/conversations/{budi.group}").json()["last_seq"]
    return seq


def refused(answer: httpx.Response, status: int, code: str) -> None:
    """Expect this refusal."""
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text


def body(card: bytes, more: bytes = b"") -> bytes:
    """A message as JSON, whatever its card is."""
    return b'{"nonce":"nonce-000001"' + more + b',"card":' + card + b"}"


TEXT = b'{"type":"chat.text","text":"halo"}'
BROKEN = {
    "nothing": (b"", "invalid_request"),
    "null": (b"null", "invalid_request"),
    "an array": (b"[]", "invalid_request"),
    "half of it": (b'{"nonce":"nonce-00', "invalid_request"),
    "two of it": (body(TEXT) + body(TEXT), "invalid_request"),
    "a byte order mark": (b"\xef\xbb\xbf" + body(TEXT), "invalid_request"),
    "not UTF-8": (body(b'{"type":"chat.text","text":"\xff\xfe"}'), "invalid_request"),
    "UTF-16": (body(TEXT).decode().encode("utf-16"), "invalid_request"),
    "half a surrogate pair": (body(b'{"type":"chat.text","text":"\\ud800"}'), "invalid_request"),
    "a surrogate in UTF-8": (body(b'{"type":"chat.text","text":"\xed\xa0\x80"}'), "invalid_request"),
    "deep arrays": (body(b"[" * 100_000 + b"]" * 100_000), "invalid_request"),
    "deep objects": (body(b'{"a":' * 20_000 + b"1" + b"}" * 20_000), "invalid_request"),
    "deep and unfinished": (b"[" * 1_000_000, "invalid_request"),
    "an integer of 5,000 digits": (body(TEXT, b',"reply":' + b"9" * 5_000), "invalid_request"),
    "a number beyond all": (body(TEXT, b',"reply":1e400'), "invalid_request"),
    "not a number": (body(TEXT, b',"reply":NaN'), "invalid_request"),
    "an unknown field": (body(TEXT, b',"seq":1'), "invalid_request"),
    "a card that is a string": (body(b'"halo"'), "broken_card"),
    "an unknown card": (body(b'{"type":"pay.red_packet"}'), "unknown_card"),
    "a card of the server's": (body(b'{"type":"chat.notice","key":"owner_changed"}'), "not_sendable"),
    "a mention beyond the text": (
        body(b'{"type":"chat.text","text":"a","mentions":[{"account":"x","start":9223372036854775807,"length":1}]}'),
        "broken_card",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_message_is_refused_and_leaves_no_trace(budi: Someone, what: str) -> None:
    content, code = BROKEN[what]
    before = last_seq(budi)
    refused(budi.say("POST", f"/conversations/{budi.group}/messages", content, headers=JSON), 400, code)
    assert last_seq(budi) == before


def test_a_message_of_a_mebibyte_is_too_long(budi: Someone) -> None:
    refused(send(budi, "nonce-000001", "a" * (1 << 20)), 413, "message_too_long")
    assert last_seq(budi) == 2


@pytest.mark.parametrize("kind", ["", ";;;", "text/plain", "multipart/form-data", "application/json; charset=utf-16", "a" * 5_000])
def test_a_body_is_json_whatever_it_is_called(budi: Someone, kind: str) -> None:
    answer = budi.say("POST", f"/conversations/{budi.group}/messages", body(TEXT), headers={"content-type": kind})
    assert answer.status_code == 200
    assert answer.json()["card"] == json.loads(TEXT)


def test_of_a_key_that_is_written_twice_the_last_one_counts(budi: Someone) -> None:
    twice = b'{"type":"chat.text","text":"a","text":"b"}'
    answer = budi.say("POST", f"/conversations/{budi.group}/messages", body(twice), headers=JSON)
    assert answer.status_code == 200
    assert answer.json()["card"]["text"] == "b"


def test_a_nonce_with_another_content_is_a_mistake_and_with_the_same_is_a_retry(budi: Someone) -> None:
    first = send(budi, "nonce-000001", "halo")
    refused(send(budi, "nonce-000001", "halo juga"), 409, "nonce_reused")
    assert send(budi, "nonce-000001", "halo").json() == first.json()
    assert last_seq(budi) == first.json()["seq"] == 3


@pytest.mark.parametrize("seq", [3, 1 << 31, (1 << 63) - 1, 1 << 63, 1 << 70])
def test_a_seq_from_the_future_is_not_there(budi: Someone, seq: int) -> None:
    where = f"/conversations/{budi.group}"
    refused(budi.say("POST", f"{where}/cursor", {"read": seq}), 404, "no_such_message")
    refused(
        budi.say("POST", f"{where}/messages", {"nonce": "nonce-000001", "card": json.loads(TEXT), "reply": seq}), 404, "no_such_message"
    )
    for answer in (budi.say("GET", f"{where}/messages/{seq}"), budi.say("POST", f"{where}/messages/{seq}/recall")):
        assert (answer.status_code, answer.json()["error"]["code"]) in ((404, "no_such_message"), (400, "number_too_large"))
    seen = budi.say("GET", f"{where}/messages?after={seq}")
    assert seen.json()["messages"] == [] if seen.status_code == 200 else seen.json()["error"]["code"] == "number_too_large"
    assert last_seq(budi) == 2


def test_cursors_never_go_back(budi: Someone) -> None:
    where = f"/conversations/{budi.group}"
    for read in (2, 1, 0, -1, -(1 << 62)):
        assert budi.say("POST", f"{where}/cursor", {"delivered": read, "read": read}).status_code == 204
        assert budi.say("GET", where).json()["read_seq"] == 2


def test_who_has_left_writes_and_reads_no_more(place: Place, budi: Someone) -> None:
    where = f"/conversations/{budi.group}"
    assert budi.say("POST", f"{where}/owner", {"account": budi.friend}).status_code == 200
    assert budi.say("DELETE", f"{where}/members/{budi.account}").status_code == 204
    refused(send(budi, "nonce-000001", "masih di sini"), 404, "not_a_member")
    refused(budi.say("GET", f"{where}/messages"), 404, "not_a_member")
    refused(budi.say("POST", f"{where}/cursor", {"read": 1}), 404, "not_a_member")


NUMBERS = ["-9223372036854775809", "-1", "0", "9223372036854775807", "9223372036854775808", "9" * 40, "1e5", "abc", "", "%00", "١٢"]


@pytest.mark.parametrize("name", ["before", "after", "around", "limit"])
def test_any_number_in_an_address_is_an_answer_or_a_refusal(budi: Someone, name: str) -> None:
    for number in NUMBERS:
        answer = budi.say("GET", f"/conversations/{budi.group}/messages?{name}={number}")
        assert answer.status_code in (200, 400), (number, answer.text)


def test_every_operation_but_the_public_ones_asks_who_is_there(place: Place) -> None:
    for route, methods in place.document()["paths"].items():
        for method, operation in methods.items():
            if operation["security"]:
                path = route.removeprefix("/api").replace("{size}", "thumb")
                for each in operation.get("parameters", ()):
                    if each["in"] == "path" and each["schema"].get("type") == "integer":
                        path = path.replace(f"{{{each['name']}}}", "1")
                content: Any = None if method in ("get", "delete") else {}
                answer = place.say(method.upper(), path, content)
                assert answer.status_code in (400, 401), (method, route, answer.text)
                assert "seq" not in answer.text


def test_a_card_that_is_nested_too_deeply_is_broken_wherever_it_is_opened() -> None:
    with pytest.raises(BrokenCard):
        Cards(chat.DOMAIN.cards).decode(b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b',"type":"chat.text"}')


# On the socket.

FRAMES = {
    "deep arrays": b'{"type":"chat.send","id":7,"card":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "deep and unfinished": b"[" * 100_000,
    "an integer of 5,000 digits": b'{"type":"ping","id":' + b"9" * 5_000 + b"}",
    "half a surrogate pair": b'{"type":"ping","id":7,"x":"\\ud800"',
    "an unknown command": b'{"type":"shutdown","id":7}',
    "no type": b'{"id":7}',
}


@pytest.mark.anyio
@pytest.mark.parametrize("what", FRAMES)
async def test_a_broken_frame_is_answered_and_the_next_one_passes(served: Served, what: str) -> None:
    budi = await served.cast.person("budi")
    headers = {"Authorization": f"Bearer {await served.token(budi)}"}
    async with connect(served.url.replace("http", "ws", 1) + "/ws", additional_headers=headers) as socket:
        await socket.recv()
        await socket.send(FRAMES[what].decode(), text=True)
        answer: dict[str, Any] = json.loads(await socket.recv())
        assert (answer["type"], answer["error"]["code"]) == ("error", "malformed_frame")
        await socket.send(json.dumps({"type": "ping", "id": 8}))
        assert json.loads(await socket.recv()) == {"type": "ok", "id": 8, "result": None}


@pytest.mark.anyio
async def test_a_deep_card_spoils_nobody_elses_message(served: Served) -> None:
    siti, ayu = await served.cast.people("siti", "ayu")
    await served.cast.friends(siti, ayu)
    group = await served.cast.group(siti, ayu)
    headers = {"Authorization": f"Bearer {await served.token(siti)}"}
    depth = 4_000
    async with connect(served.url.replace("http", "ws", 1) + "/ws", additional_headers=headers) as socket:
        await socket.recv()
        frames = [
            f'{{"type":"chat.send","id":1,"conversation":"{group}","nonce":"nonce-000001","card":{{"x":{"[" * depth}{"]" * depth}}}}}',
            f'{{"type":"chat.send","id":2,"conversation":"{group}","nonce":"nonce-000002","card":{{"type":"chat.text","text":"halo"}}}}',
        ]
        for frame in frames:
            await socket.send(frame)
        answers: dict[int, Any] = {}
        while len(answers) < 2:
            heard = json.loads(await socket.recv())
            if heard["type"] in ("ok", "error"):
                answers[heard["id"]] = heard
        assert answers[2]["type"] == "ok"
        (refusal,) = (heard["error"]["code"] for heard in answers.values() if heard["type"] == "error")
        assert refusal in ("malformed_frame", "broken_card")
