"""The short way for routes that are asked very often: answered as by the usual way, byte by byte, whoever asks for whatever."""

import asyncio
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cast import Cast
from tests.pay.purse import QUICK, Purse
from tests.scenarios.walking import device
from tests.served import Served
from tests.worlds import Hand
from warung import accounts
from warung.accounts import hashing
from warung.app import World
from warung.gateway.http import AT_ONCE
from warung.pay.model import Settings


@pytest.fixture
async def purse(open_a_world: Any, hand: Hand) -> Purse:
    """People with wallets; small sums take no PIN."""
    world = await open_a_world(sections=QUICK | {Settings: Settings(free_amount=1_000, day_limit=10**6, new_device_limit=10**6)})
    purse = Purse(world, hand)
    await purse.opens()
    return purse


def without_now(answer: httpx.Response) -> Any:
    """What was answered; the server's clock goes on between two questions."""
    told = answer.json() if answer.content else None
    return told | {"now": 0} if isinstance(told, dict) and "now" in told else told


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


QUERIES = (
    "limit=2", "before=3&limit=2", "after=1", "around=2&limit=1", "limit=0", "limit=-1", "limit=", "limit=dua", "limit=2&limit=3",
    "limit=2.0", "before=null", "before=", "limit=%32", "before=99999999999999999999", "lain=1&limit=1", "limit=1;before=2", "q=kopi",
    "q=", "q", "q=kopi&q=teh", "q=%00", "q=%ff", "q=null", "q=kopi&conversation={here}", "q=k%C3%B3pi+susu", "q=kopi&after=0&before=1",
    "q=kopi&cursor=x", "since=0", "since=x", "since=-5",
)  # fmt: skip


async def test_what_is_read_is_read_alike_on_both_ways(world: World) -> None:
    cast, served = Cast(world.db), Served(world)
    budi, siti = await cast.people("budi", "siti")
    here = await cast.friends(budi, siti)
    for words in ("kopi", "kopi susu", "teh"):
        await cast.says(budi, here, words)
    await world.settle()
    headers = {"authorization": f"Bearer {await served.token(budi)}", "host": "testserver"}
    usual = httpx.AsyncClient(transport=httpx.ASGITransport(app=world.app.usual), base_url="http://testserver", headers=headers)
    short = httpx.AsyncClient(transport=httpx.ASGITransport(app=world.app), base_url="http://testserver", headers=headers)
    refused = 0
    for path in (f"/api/conversations/{here}/messages", "/api/conversations/lain/messages", "/api/search", "/api/sync"):
        for query in ["", *QUERIES]:
            for more in ({}, {"authorization": ""}):
                url = f"{path}?{query.format(here=here)}"
                answers = [await client.get(url, headers=more) for client in (usual, short)]
                assert [answer.status_code for answer in answers] == [answers[0].status_code] * 2, (
                    url,
                    [answer.text for answer in answers],
                )
                assert without_now(answers[1]) == without_now(answers[0]), url
                assert dict(answers[1].headers) == dict(answers[0].headers), url
                refused += answers[0].status_code != 200
    assert 100 < refused < 240
    for method, path in (
        ("HEAD", "/api/search"),
        ("POST", "/api/search"),
        ("GET", "/api/search/"),
        ("GET", "/api/conversations//messages"),
    ):
        both = [await client.request(method, path) for client in (usual, short)]
        assert both[0].status_code == both[1].status_code, (method, path)


async def test_one_signs_in_alike_on_both_ways(open_a_world: Any) -> None:
    cost = accounts.Settings(password_memory_kib=8, password_passes=1)
    world = await open_a_world(sections={accounts.Settings: cost})
    hashed = await hashing.POOL.hash("kopi tubruk 17", cost=cost)
    await world.db.write(lambda tx: accounts.create_account(tx, handle="budi", name="Budi", password=hashed))
    usual = httpx.AsyncClient(transport=httpx.ASGITransport(app=world.app.usual), base_url="http://testserver")
    short = httpx.AsyncClient(transport=httpx.ASGITransport(app=world.app), base_url="http://testserver")
    right = {"handle": "budi", "password": "kopi tubruk 17", "device": "HP"}
    for body, status in ((right, 200), (right | {"transport": "bearer"}, 200), (right | {"password": "x"}, 401), ({"handle": "budi"}, 400)):
        both = [await client.post("/api/sign-in", json=body) for client in (usual, short)]
        assert [answer.status_code for answer in both] == [status] * 2
        usual.cookies.clear()
        short.cookies.clear()
        assert [sorted(answer.json()) for answer in both] == [sorted(both[0].json())] * 2
        names = [[re.sub(r"warung=[^;]*", "warung=…", value) for value in answer.headers.get_list("set-cookie")] for answer in both]
        assert names[0] == names[1], names
        assert bool(names[0]) == (body == right)


async def test_worlds_of_one_process_answer_for_themselves_on_both_ways(open_a_world: Any, tmp_path: Path) -> None:
    asked, houses = [], (("budi", "siti"), ("ayu", "joko"))
    for house in houses:
        world = await open_a_world(f"sqlite:///{tmp_path / house[0]}.db")
        served = Served(world)
        one, other = await served.cast.people(*house)
        await served.cast.friends(one, other)
        headers = {"authorization": f"Bearer {await served.token(one)}"}
        for way in (world.app, world.app.usual):
            asked.append(httpx.AsyncClient(transport=httpx.ASGITransport(app=way), base_url="http://testserver", headers=headers))
    answers = await asyncio.gather(*(http.get(path) for http in asked for path in ("/api/me", "/api/sync")))
    told = [[any(f'"{name}"' in answer.text for name in house) for answer in answers] for house in houses]
    assert told == [[True] * 4 + [False] * 4, [False] * 4 + [True] * 4]


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
