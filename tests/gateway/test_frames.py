"""Frames: what a client may say on the socket, and what it is told when it says something else."""

import json

import pytest

from tests.raw import Place

HALO = {"type": "chat.text", "text": "Halo"}


async def test_the_first_frame_says_who_is_connected(place: Place) -> None:
    budi = await place.cast.person("budi")
    raw = await place.open(budi)
    hello = await raw.hear()
    assert (hello["type"], hello["account"]) == ("hello", budi)
    assert hello["heartbeat_s"] > 0
    assert await raw.answer(await raw.say("ping")) == {"type": "ok", "id": 1, "result": None}


async def test_frames_sent_before_hello_are_answered_after_it(place: Place) -> None:
    raw = await place.open(await place.cast.person("budi"))
    for _ in range(8):
        await raw.say("ping")
    frames = [await raw.hear() for _ in range(9)]
    assert [frame["type"] for frame in frames] == ["hello"] + 8 * ["ok"]
    assert [frame["id"] for frame in frames[1:]] == list(range(1, 9))


async def test_an_acknowledged_message_is_stored_and_pushed_to_everybody(place: Place) -> None:
    budi, siti = await place.cast.people("budi", "siti")
    here = await place.cast.friends(budi, siti)
    one, other, second = await place.open(budi), await place.open(siti), await place.open(budi)
    for raw in (one, other, second):
        await raw.hear()
    number = await one.text(here, "Jadi besok?")
    assert (await one.answer(number))["result"]["seq"] == 2
    for raw in (other, second):
        message = (await raw.hear_of("chat.message"))["message"]
        assert (message["seq"], message["sender"], message["card"]["text"]) == (2, budi, "Jadi besok?")


async def test_an_answer_waits_for_the_commit(place: Place) -> None:
    budi, siti = await place.cast.people("budi", "siti")
    here = await place.cast.friends(budi, siti)
    raw = await place.open(budi)
    await raw.hear()
    commits = place.world.db.writer.commits
    await raw.answer(await raw.text(here, "Halo"))
    assert place.world.db.writer.commits > commits


async def test_a_message_may_come_in_fragments(place: Place) -> None:
    raw = await place.open(await place.cast.person("budi"))
    await raw.hear()
    await raw.socket.send(iter(('{"type":', '"ping"', ',"id":7}')))
    assert await raw.hear() == {"type": "ok", "id": 7, "result": None}
    await raw.socket.send('{"type":"ping","id":8}')
    assert (await raw.hear())["id"] == 8


async def test_binary_frames_are_a_mistake_of_the_program(place: Place) -> None:
    raw = await place.open(await place.cast.person("budi"))
    await raw.hear()
    await raw.socket.send(b'{"type":"ping","id":1}')
    assert await raw.closed() == 4400


@pytest.mark.parametrize("parts", [1, 3])
async def test_a_frame_that_is_too_big_closes_the_connection(place: Place, parts: int) -> None:
    raw = await place.open(await place.cast.person("budi"))
    await raw.hear()
    text = "x" * (place.world.settings.server.frame_bytes // parts + 1)
    await raw.socket.send(text if parts == 1 else iter([text] * parts))
    assert await raw.closed() == 1009


@pytest.mark.parametrize(
    ("frame", "number"),
    [
        ("{", 0),
        ("null", 0),
        ("[1]", 0),
        ('{"type":"pay.steal","id":3}', 3),
        ('{"id":4}', 4),
        ('{"type":"ping"}', 0),
        ('{"type":"ping","id":"x"}', 0),
        ('{"type":"chat.send","id":5,"conversation":"x"}', 5),
        ('{"type":"chat.send","id":6,"conversation":7,"nonce":"nonce-0001","card":{}}', 6),
        ('{"type":"chat.send","id":7,"conversation":"x","nonce":"nonce-0001","card":{},"colour":"red"}', 7),
        ("[" * 5_000, 0),
    ],
)
async def test_a_malformed_frame_is_answered_and_the_connection_stays(place: Place, frame: str, number: int) -> None:
    raw = await place.open(await place.cast.person("budi", language="en"))
    await raw.hear()
    await raw.socket.send(frame)
    said = await raw.hear()
    assert (said["type"], said["id"], said["error"]["code"]) == ("error", number, "malformed_frame")
    assert said["error"]["message"].startswith("This frame was not understood")
    assert (await raw.answer(await raw.say("ping")))["type"] == "ok"


async def test_twenty_malformed_frames_are_enough(place: Place) -> None:
    raw = await place.open(await place.cast.person("budi"))
    await raw.hear()
    for _ in range(19):
        await raw.socket.send("{")
        assert (await raw.hear())["type"] == "error"
    await raw.socket.send("{")
    assert await raw.closed() == 4400


@pytest.mark.parametrize(
    ("card", "nonce", "code"),
    [
        (HALO, "kurang", "bad_nonce"),
        ({"type": "chat.text", "text": " "}, "nonce-0000001", "empty_message"),
        ({"type": "chat.text", "text": "x" * 8_001}, "nonce-0000002", "message_too_long"),
        ({"type": "chat.notice", "key": "group_created"}, "nonce-0000003", "not_sendable"),
        ({"type": "pay.paid"}, "nonce-0000004", "unknown_card"),
        ("Halo", "nonce-0000005", "broken_card"),
    ],
)
async def test_the_same_mistake_has_the_same_code_and_words_over_http_and_socket(place: Place, card: object, nonce: str, code: str) -> None:
    budi, siti = await place.cast.people("budi", "siti")
    here = await place.cast.friends(budi, siti)
    raw = await place.open(budi)
    await raw.hear()
    number = await raw.say("chat.send", conversation=here, nonce=nonce, card=card)
    by_socket = (await raw.answer(number))["error"]
    answer = await place.post(budi, f"conversations/{here}/messages", {"nonce": nonce, "card": card})
    assert by_socket["code"] == code
    assert json.loads(answer.content)["error"] == by_socket
