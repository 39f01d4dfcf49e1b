"""Programs of an account: the API that is theirs alone, the log they read on from where they were, and webhooks that miss nothing."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.official.conftest import ON_SQLITE, Stall, set_up
from tests.pay.test_shops import Program, signed_by
from tests.scenarios import companies
from tests.served import ServeWorld
from tests.worlds import Hand, OpenWorld
from warung import accounts, official
from warung.client import NotSigned, OfficialAccount, Refused, verified
from warung.kit.clock import DAY, HOUR, MINUTE, SECOND
from warung.kit.outside import AddressNotAllowed
from warung.official import programs, webhooks
from warung.official.programs_model import NoSuchHook, NotAProgram, TooManyOfficialHooks

pytestmark = pytest.mark.anyio

ASSISTANT = Path(__file__).parents[2] / "examples/shop_assistant.py"
Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
async def near(open_a_world: OpenWorld, database: str, hand: Hand) -> Stall:
    """A stage whose webhooks may reach this machine."""
    return await set_up(await open_a_world(database, outside_exempt="127.0.0.0/8"), hand)


def api(stall: Stall, token: str) -> httpx.AsyncClient:
    """A program's way in."""
    transport = httpx.ASGITransport(app=stall.world.app)
    headers = {"authorization": f"Bearer {token}"}
    return httpx.AsyncClient(transport=transport, base_url="http://localhost:8000/api/official/v1", headers=headers)


async def test_a_program_does_what_its_account_may_and_nothing_else(stall: Stall) -> None:
    sari, budi, siti = await stall.people("sari", "budi", "siti")
    toko, other = await stall.toko(sari), await stall.toko(siti, "lain")
    made = await stall.do(programs.add_program, by=sari, official=toko.id, name="Asisten")
    fan, foreign = await stall.fan(budi, toko), await stall.fan(budi, other)
    async with api(stall, made.token) as http:
        assert (await http.get("/account")).json()["id"] == toko.id
        said = {"to": fan.openid, "nonce": "halo-00000001", "text": "Halo"}
        first = await http.post("/messages", json=said)
        assert (first.status_code, (await http.post("/messages", json=said)).json()) == (200, first.json())
        offer = {"head": "Mau?", "items": [{"id": "y", "text": "Ya"}, {"id": "n", "text": "Tidak"}]}
        assert (await http.post("/messages", json={"to": fan.openid, "nonce": "halo-00000002", "choices": offer})).status_code == 200
        draft = await stall.do(official.add_draft, official=other.id, items=[official.Writing(title="x", content="x")])
        theirs = await stall.do(official.make_public, official=other.id, media_id=draft.media_id, number=1)
        leads: list[dict[str, str]] = [{"url": "file:///etc/passwd"}, {"article": f"{theirs.id}/0"}, {"preview": f"{draft.media_id}/0"}]
        broken: list[dict[str, Any]] = [{"text": "a", "article": "b"}, {}, {"text": "x" * 2049}]
        for wrong in (*broken, *({"news": [{"title": "x"} | each]} for each in leads)):
            assert (await http.post("/messages", json={"to": fan.openid, "nonce": "halo-00000003"} | wrong)).status_code == 400
        assert (await http.post("/messages", json=said | {"to": foreign.openid})).json()["error"]["code"] == "no_such_follower"
        assert (await http.post("/messages", json=said | {"to": budi})).json()["error"]["code"] == "no_such_follower"
        listed = (await http.get("/followers")).json()
        assert (listed["total"], [each["openid"] for each in listed["followers"]]) == (1, [fan.openid])
        assert budi not in str(listed)
        assert (await http.patch(f"/followers/{fan.openid}", json={"remark": "langganan"})).json()["remark"] == "langganan"
        tag = (await http.post("/tags", json={"name": "vip"})).json()["id"]
        assert (await http.post(f"/tags/{tag}/followers", json={"openids": [fan.openid]})).status_code == 204
        assert (await http.get("/followers", params={"tag": tag})).json()["total"] == 1
        menu = {"menu": {"buttons": [{"name": "Pesan", "type": "click", "key": "pesan"}]}}
        assert (await http.put("/menus", json=menu)).status_code == 200
        assert (await http.get("/events", params={"after": 0})).json()["last"] == 1
        assert (await http.post(f"/followers/{fan.openid}/typing")).status_code == 204
        assert (await http.post(f"/desk/{fan.openid}", json={})).status_code == 200
        for path in ("/me", "/officials", "/sync", "/contacts"):
            assert (await http.get(f"http://localhost:8000/api{path}")).status_code == 401
        await stall.do(programs.remove_program, by=sari, official=toko.id, id=made.program.id)
        assert (await http.get("/account")).json()["error"]["code"] == "not_a_program"
    assert await stall.read(fan) == [(True, "Halo"), (True, "")]
    assert [frame["type"] for who, frame in stall.pushed if who == budi].count("chat.typing") == 1
    for token in ("", "wop_", made.token):
        await stall.refused(NotAProgram, lambda reader, token=token: programs.program_by(reader, token))


async def test_a_webhook_is_told_everything_in_order_however_long_the_program_was_away(near: Stall) -> None:
    sari, budi = await near.people("sari", "budi")
    toko = await near.toko(sari)
    async with Program() as program:
        hook = await near.do(official.add_hook, official=toko.id, url=f"http://127.0.0.1:{program.port}/")
        program.status = 500
        fan = await near.fan(budi, toko)
        for text in ("satu", "dua", "tiga"):
            await near.tells(fan, text)
        tried = len(program.heard)
        assert {json.loads(body)["type"] for _, body in program.heard} == {"follow"}  # nothing overtakes what was not taken
        (kept,) = await near.ask(official.hooks, official=toko.id)
        assert (kept.sent_seq, kept.failures >= 1, kept.failing_since is not None) == (0, True, True)
        program.status = 204
        near.hand.forward(HOUR)
        await near.world.settle()
        told = [json.loads(body) for _, body in program.heard[tried:]]
        assert [each["seq"] for each in told] == [1, 2, 3, 4]
        assert [each["message"]["text"] for each in told[1:]] == ["satu", "dua", "tiga"]
        assert all(signed_by(hook.secret, headers, body) for headers, body in program.heard[tried:])
        assert program.heard[tried][0]["webhook-id"] == program.heard[0][0]["webhook-id"]
        turned = await near.do(official.rotate_hook, official=toko.id, id=hook.id)
        await near.tells(fan, "empat")
        assert all(signed_by(secret, *program.heard[-1]) for secret in (hook.secret, turned.secret))
        assert await near.do(official.replay, official=toko.id, id=hook.id, after=3) == 2
        near.hand.forward(DAY + MINUTE)
        before = len(program.heard)
        await near.world.settle()
        again = program.heard[before:] or program.heard[-2:]
        assert [json.loads(body)["seq"] for _, body in again] == [4, 5]
    await near.refused(NoSuchHook, official.replay, official=sari, id=hook.id, after=0)
    await near.do(official.remove_hook, official=toko.id, id=hook.id)
    for _ in range(5):
        await near.do(official.add_hook, official=toko.id, url="https://x.example/")
    await near.refused(TooManyOfficialHooks, official.add_hook, official=toko.id, url="https://x.example/")


@ON_SQLITE
async def test_nobody_but_a_program_gets_in_where_programs_do(stall: Stall) -> None:
    sari = await stall.person("sari")
    toko = await stall.toko(sari)
    signed_in = (await stall.do(accounts.start_session, account=sari, device="x", address="127.0.0.1")).token
    for token in (signed_in, "", f"wop_{toko.id}", toko.appid):
        async with api(stall, token) as http:
            for route, (attempt,) in companies.of_programs({}).items():
                answer = await http.request(route.split()[0], f"http://localhost:8000/api{attempt.path}", json=attempt.body)
                assert (answer.status_code, answer.json()["error"]["code"]) == (401, "not_a_program"), route


@ON_SQLITE
async def test_a_webhook_goes_to_no_private_network(stall: Stall) -> None:
    sari, budi = await stall.people("sari", "budi")
    toko = await stall.toko(sari)
    made = await stall.do(programs.add_program, by=sari, official=toko.id, name="Asisten")
    inside = ["http://127.0.0.1/", "http://10.0.0.7:8080/hook", "http://[::1]/", "http://169.254.169.254/latest", "http://localhost/"]
    async with api(stall, made.token) as http:
        for url in [*inside, "ftp://x.example/", "http://user@x.example/", "nonsense"]:
            answer = await http.post("/hooks", json={"url": url})
            assert (answer.status_code, answer.json()["error"]["code"]) == (400, "address_not_allowed"), url
    async with Program() as program:  # a name may come to lead inside later: asked again whenever something is sent
        await stall.do(webhooks.add_hook, official=toko.id, url=f"http://127.0.0.1:{program.port}/")
        await stall.fan(budi, toko)
        await stall.world.settle()
        assert program.heard == []
    await stall.refused(AddressNotAllowed, webhooks.add_hook, official=toko.id, url="javascript:alert(1)")


def test_a_program_believes_only_what_was_signed_lately() -> None:
    secret, body, now = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}', 1_614_265_330 * SECOND
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }  # the specification's own example
    assert verified(headers, body, secret=secret, now=now) == headers["webhook-id"]
    wrong: list[tuple[dict[str, str], bytes, int]] = [
        (headers, body + b" ", now),
        (headers | {"webhook-id": "msg_2"}, body, now),
        (headers | {"webhook-timestamp": "1614265331"}, body, now),
        (headers | {"webhook-signature": headers["webhook-signature"].replace("v1,", "v2,")}, body, now),
        (headers | {"webhook-timestamp": "kemarin"}, body, now),
        (headers, body, now + 6 * MINUTE),
        (headers, body, now - 6 * MINUTE),
        ({}, body, now),
    ]
    for told, content, at in wrong:
        with pytest.raises(NotSigned):
            verified(told, content, secret=secret, now=at)


@pytest.fixture
def start() -> Iterator[Start]:
    """A function that starts the assistant with these variables; it is ended with the test."""
    running: list[subprocess.Popen[bytes]] = []

    def begin(folder: Path, **env: str) -> subprocess.Popen[bytes]:
        running.append(subprocess.Popen([sys.executable, str(ASSISTANT)], cwd=folder, env=os.environ | env, stdin=subprocess.DEVNULL))
        return running[-1]

    yield begin
    for one in running:
        one.kill()
        one.wait()


async def test_the_shop_assistant_takes_orders_also_those_of_when_it_was_away(
    serve_a_world: ServeWorld, start: Start, tmp_path: Path, hand: Hand
) -> None:
    served = await serve_a_world()
    stall = await set_up(served.world, hand)
    sari, budi = await stall.people("sari", "budi")
    toko = await stall.toko(sari)
    token = (await stall.do(programs.add_program, by=sari, official=toko.id, name="Asisten")).token
    fan = await stall.fan(budi, toko)
    await stall.tells(fan, "satu klepon ya")
    env = {"WARUNG_URL": served.url, "WARUNG_PROGRAM_TOKEN": token}

    async def answered(so_often: int) -> list[str]:
        deadline = time.monotonic() + 30
        while True:
            said = [text for mine, text in await stall.read(fan) if mine]
            if len(said) >= so_often:
                return said
            assert time.monotonic() < deadline, said
            await asyncio.sleep(0.02)

    first = start(tmp_path, **env)
    greeting, order = await answered(2)
    assert (greeting, order.splitlines()[0]) == ("", "Klepon dicatat.")
    first.kill()
    first.wait()
    await stall.tells(fan, "", official.Chosen(words="Dadar gulung Rp3,000", choice="dadar"))
    start(tmp_path, **env)
    assert (await answered(3))[2].startswith("Dadar gulung dicatat.")
    async with OfficialAccount(served.url, token=token) as shop:
        assert [each.openid async for each in shop.followers()] == [fan.openid]
        with pytest.raises(Refused):
            await shop.say("o" * 28, "Halo")
