"""Who gets in, and how one is shown out."""

import asyncio

import pytest
from websockets.exceptions import InvalidStatus

from tests.gateway.conftest import ServePlace
from tests.raw import Place
from tests.served import until
from warung import accounts
from warung.kit.ids import SessionId


@pytest.mark.parametrize("origin", [None, "https://elsewhere.example", "null"])
async def test_a_cookie_gets_in_from_our_own_page_only(place: Place, origin: str | None) -> None:
    budi = await place.cast.person("budi")
    headers = {"Cookie": f"other=1; warung={await place.token(budi)}"}
    with pytest.raises(InvalidStatus) as refused:
        await place.dial(headers | ({"Origin": origin} if origin else {}))
    assert refused.value.response.status_code == 403
    raw = await place.dial(headers | {"Origin": place.url})
    assert (await raw.hear())["account"] == budi


async def test_a_bearer_needs_no_origin_but_may_not_have_a_foreign_one(place: Place) -> None:
    headers = {"Authorization": f"Bearer {await place.token(await place.cast.person('budi'))}"}
    assert (await (await place.dial(headers)).hear())["type"] == "hello"
    with pytest.raises(InvalidStatus):
        await place.dial(headers | {"Origin": "https://elsewhere.example"})


async def test_there_is_one_socket_and_it_is_at_ws(place: Place) -> None:
    headers = {"Authorization": f"Bearer {await place.token(await place.cast.person('budi'))}"}
    with pytest.raises(InvalidStatus) as refused:
        await place.dial(headers, path="/api/me")
    assert refused.value.response.status_code == 404


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nobody"}, {"Authorization": "Basic YTpi"}])
async def test_who_is_not_signed_in_is_told_not_to_come_back(place: Place, headers: dict[str, str]) -> None:
    assert await (await place.dial(headers)).closed() == 4401


async def test_a_head_of_many_kilobytes_gets_in(place: Place) -> None:
    headers = {"Authorization": f"Bearer {await place.token(await place.cast.person('budi'))}"}
    raw = await place.dial(headers | {f"X-Proxy-{n}": "x" * 1_000 for n in range(12)})
    assert (await raw.hear())["type"] == "hello"


async def test_a_session_that_is_signed_out_loses_its_open_socket_at_once(place: Place) -> None:
    budi = await place.cast.person("budi")
    gone, stays = await place.open(budi), await place.open(budi)
    session = (await gone.hear())["session"]
    await stays.hear()
    ended = await place.delete(budi, f"sessions/{session}")
    assert ended.status_code == 204
    async with asyncio.timeout(1):
        assert await gone.closed() == 4401
    assert (await stays.answer(await stays.say("ping")))["type"] == "ok"
    assert [peer.identity.session for peer in place.world.hub.peers()] != [SessionId(session)]


async def test_a_disabled_account_loses_its_sockets(place: Place) -> None:
    raw = await place.open(await place.cast.person("budi"))
    await raw.hear()
    await place.world.db.write(lambda tx: accounts.disable(tx, handle="budi"))
    assert await raw.closed() == 4401


@pytest.mark.parametrize("code", [1000, 1001, 4000])
async def test_who_says_goodbye_is_answered_and_forgotten(place: Place, code: int) -> None:
    raw = await place.open(await place.cast.person("budi"))
    await raw.hear()
    await raw.socket.close(code)
    assert raw.socket.close_code == code
    await until(lambda: len(place.world.hub) == 0)


async def test_who_vanishes_is_forgotten(place: Place) -> None:
    raw = await place.open(await place.cast.person("budi"))
    await raw.hear()
    assert len(place.world.hub) == 1
    raw.socket.transport.abort()
    await until(lambda: len(place.world.hub) == 0)


async def test_who_answers_no_ping_is_given_up_and_who_does_stays(serve_a_place: ServePlace) -> None:
    place = await serve_a_place(heartbeat_s=1)
    alive, dead = [await place.open(who) for who in await place.cast.people("budi", "siti")]
    for raw in (alive, dead):
        await raw.hear()
    dead.socket.transport.pause_reading()
    await until(lambda: len(place.world.hub) == 1)
    assert (await alive.answer(await alive.say("ping")))["type"] == "ok"
