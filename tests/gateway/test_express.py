"""The short way for routes that are asked very often: answered as by the usual way, byte by byte, whoever asks for whatever."""

import asyncio
import json
from collections import Counter
from typing import Any

import httpx
import pytest

from tests.pay.purse import QUICK, Purse
from tests.scenarios.walking import device
from tests.served import Served
from tests.worlds import Hand
from warung.gateway.http import AT_ONCE
from warung.pay.model import Settings


@pytest.fixture
async def purse(open_a_world: Any, hand: Hand) -> Purse:
    """People with wallets; small sums take no PIN."""
    world = await open_a_world(sections=QUICK | {Settings: Settings(free_amount=1_000, day_limit=10**6, new_device_limit=10**6)})
    purse = Purse(world, hand)
    await purse.opens()
    return purse


async def a_shop(purse: Purse) -> tuple[httpx.AsyncClient, dict[str, Any]]:
    """Budi's program, and an order that it may place."""
    budi = await purse.with_wallet("budi", 5_000, pin_set=False)
    toko = await purse.toko(await purse.person("sari"))
    served = Served(purse.world)
    order = {"id": "payment-0001", "merchant": toko.id, "amount": 5, "currency": "PTS"}
    return device(served, await served.token(budi)), order


async def test_what_is_refused_is_refused_alike_on_both_ways(purse: Purse) -> None:
    http, order = await a_shop(purse)
    kind = {"content-type": "application/json"}
    right = json.dumps(order).encode()
    strange: list[tuple[bytes, dict[str, str]]] = [
        (right, {"authorization": "Bearer palsu"}),
        (right, {"authorization": ""}),
        (right, {"authorization": "", "cookie": "warung=palsu"}),
        (right, {"origin": "https://lain.example"}),
        (b"{", {}),
        (b"\xff\xfe", {}),
        (b"[" * 100_000, {}),
        (b"null", {}),
        (json.dumps(order | {"amount": "lima"}).encode(), {}),
        (json.dumps(order | {"amount": 5.5}).encode(), {}),
        (json.dumps(order | {"lain": 1}).encode(), {}),
        (json.dumps(order | {"amount": 0}).encode(), {}),
        (json.dumps(order | {"merchant": "tidak ada"}).encode(), {}),
        (json.dumps(order | {"merchant": "\x00"}).encode(), {}),
        (json.dumps(order | {"amount": 2_000}).encode(), {}),
        (json.dumps(order | {"id": "x"}).encode(), {}),
    ]
    for body, headers in strange:
        short = await http.post("/payments", content=body, headers=kind | headers)
        usual = await http.post("/payments", content=body, headers={"content-type": "text/plain"} | headers)
        assert {"error"} == short.json().keys() == usual.json().keys(), (body[-60:], short.text, usual.text)
        codes = [answer.json()["error"]["code"] for answer in (short, usual)]
        assert (short.status_code, codes[0]) == (usual.status_code, codes[1]), (body[:60], headers)
        assert short.status_code in (400, 401, 403, 404, 409)
        assert dict(short.headers) == {name: value for name, value in usual.headers.items() if name != "content-length"} | {
            "content-length": short.headers["content-length"]
        }


async def test_a_payment_by_the_short_way_is_the_same_payment(purse: Purse) -> None:
    http, order = await a_shop(purse)
    short = await http.post("/payments", json=order)
    forms = [
        await http.post("/payments", json=order, headers={"idempotency-key": "k1"}),
        await http.post("/payments", content=json.dumps(order), headers={"content-type": "application/json; charset=utf-8"}),
        await http.post("/payments", content=json.dumps(order), headers={"content-type": "text/plain"}),
    ]
    assert {short.status_code, *(answer.status_code for answer in forms)} == {200}
    assert {answer.content for answer in forms} == {short.content}
    assert {answer.headers["cache-control"] for answer in (short, *forms)} == {"no-store"}
    assert (await http.put("/payments", json=order)).status_code == 405


async def test_one_account_has_only_so_many_requests_under_way(purse: Purse) -> None:
    http, order = await a_shop(purse)
    orders = [order | {"id": f"payment-{at:04}"} for at in range(2 * AT_ONCE)]
    answers = await asyncio.gather(*(http.post("/payments", json=each) for each in orders))
    codes = Counter(answer.status_code for answer in answers)
    assert codes.keys() == {200, 429}
    refused = [answer for answer in answers if answer.status_code == 429]
    assert {answer.json()["error"]["code"] for answer in refused} == {"too_many_unanswered"}
    assert {answer.headers["retry-after"] for answer in refused} == {"1"}
    for each in orders:
        assert (await http.post("/payments", json=each)).status_code == 200
    assert await purse.took(order["merchant"]) == 5 * len(orders)


async def test_money_goes_first_when_not_everything_can_be_done(purse: Purse) -> None:
    http, order = await a_shop(purse)

    transport = httpx.ASGITransport(app=purse.world.gate)
    outside = httpx.AsyncClient(transport=transport, base_url=http.base_url, headers=http.headers)

    async def told(method: str, path: str, body: Any = None) -> int:
        purse.world.admission.cut = 127  # what comes first, and nothing else
        return (await outside.request(method, path, json=body)).status_code

    assert await told("POST", "/payments", order) == 200
    assert await told("POST", "/packets/lain/open") == 404
    assert await told("POST", "/wallet/freeze") == 204
    assert await told("POST", "/providers/stripe/webhook", {}) == 409
    for method, path, body in (("POST", "/merchants", {"name": "Toko"}), ("GET", "/wallet", None), ("GET", "/me", None)):
        assert await told(method, path, body) == 503, path
