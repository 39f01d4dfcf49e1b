"""What no client of ours sends gets an end and a bounded cost: dribbled heads, silence, a thousand frames in one packet, compression."""

import asyncio
import contextlib
import gzip
import json
import struct

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from tests.raw import Place
from warung.gateway import patience


async def over(place: Place, sent: bytes) -> bytes:
    """Connect, send something, and return what comes until the server hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", place.port)
    writer.write(sent)
    try:
        async with asyncio.timeout(20):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize("begun", [b"", b"GET /ws HTTP/1.1\r\nhost: x\r\nx-slow: ", b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\nGET /"])
async def test_a_request_that_does_not_end_is_given_up(place: Place, begun: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "HEAD_S", 0.2)
    await over(place, begun)


def masked(payload: bytes, first: int = 0x81) -> bytes:
    """Return a frame as a client sends it, with the mask of zeros."""
    head = bytes((first, 0x80 | len(payload))) if len(payload) < 126 else struct.pack(">BBH", first, 0xFE, len(payload))
    return head + bytes(4) + payload


async def test_a_thousand_tiny_frames_in_one_packet_are_answered_one_by_one(place: Place) -> None:
    raw = await place.open(await place.cast.person("budi"))
    await raw.hear()
    packet = b"".join(masked(json.dumps({"type": "ping", "id": n}).encode()) for n in range(1, 1001))
    raw.socket.transport.write(packet)
    assert [(await raw.hear_of("ok"))["id"] for _ in range(1000)] == list(range(1, 1001))


async def test_a_compressed_frame_is_not_inflated(place: Place) -> None:
    raw = await place.open(await place.cast.person("budi"))
    await raw.hear()
    raw.socket.transport.write(masked(b"\x4a\x4c\x1c\x05\xa3", 0x81 | 0x40))  # the bit that says "compressed": nobody agreed to that
    with contextlib.suppress(ConnectionClosed):  # or hung up on
        assert (await raw.hear())["error"]["code"] == "malformed_frame"  # taken as it is


async def test_a_frame_that_is_not_utf8_ends_or_is_answered_and_hurts_nobody_else(place: Place) -> None:
    bad, good = await place.open(await place.cast.person("budi")), await place.open(await place.cast.person("siti"))
    await bad.hear()
    await good.hear()
    bad.socket.transport.write(masked(b'{"type":"ping","id":1,"x":"\xff\xfe"}'))
    assert (await good.answer(await good.say("ping")))["type"] == "ok"


async def test_a_frame_of_a_mebibyte_ends_its_own_connection_only(place: Place) -> None:
    bad, good = await place.open(await place.cast.person("budi")), await place.open(await place.cast.person("siti"))
    await bad.hear()
    await good.hear()
    await bad.socket.send("x" * (1 << 20))
    assert await bad.closed() == 1009
    assert (await good.answer(await good.say("ping")))["type"] == "ok"


async def test_compression_is_agreed_to_by_nobody(place: Place) -> None:
    token = await place.token(await place.cast.person("budi"))
    headers = {"Authorization": f"Bearer {token}", "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"}
    raw = await place.dial(headers)
    assert (await raw.hear())["type"] == "hello"
    assert raw.socket.response is not None
    assert "sec-websocket-extensions" not in raw.socket.response.headers


async def test_a_body_that_would_inflate_is_not_inflated(place: Place) -> None:
    bomb = gzip.compress(b'{"handle":"' + b"a" * (64 << 20) + b'"}')
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    async with httpx.AsyncClient() as http:
        answer = await http.post(f"{place.url}/api/sign-in", content=bomb, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_request"
