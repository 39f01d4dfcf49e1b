"""What an operator's Prometheus reads, and who else does not."""

import re
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.cast import Cast
from warung.app import World
from warung.settings import BadSettings

pytestmark = pytest.mark.anyio


async def get(world: World, path: str, address: str = "127.0.0.1", **headers: str) -> httpx.Response:
    """Ask from an address."""
    transport = httpx.ASGITransport(app=world.app, client=(address, 40_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000", headers=headers) as client:
        return await client.get(path)


async def readings(world: World) -> dict[str, float]:
    """Every sample by its name and labels."""
    families = text_string_to_metric_families((await get(world, "/metrics")).text)
    return {
        sample.name + "".join(f" {value}" for value in sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


async def test_numbers_that_only_grow_are_counters(world: World) -> None:
    text = (await get(world, "/metrics")).text
    kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))
    assert {kind for name, kind in kinds.items() if name.endswith("_total")} == {"counter"}
    assert kinds["warung_connections"] == kinds["warung_units_waiting"] == kinds["warung_follower_lag_seconds"] == "gauge"
    assert kinds["warung_commit_units"] == "histogram"


async def test_messages_and_commits_are_counted(world: World) -> None:
    cast = Cast(world.db)
    budi, siti = await cast.people("budi", "siti")
    where = await cast.friends(budi, siti)
    before = await readings(world)
    for text in ("satu", "dua", "tiga"):
        await cast.says(budi, where, text)
    after = await readings(world)
    assert after["warung_events_total chat.message"] - before["warung_events_total chat.message"] == 3
    assert after["warung_commits_total"] - before["warung_commits_total"] >= 3
    few = "warung_commit_units_bucket 4.0"  # a commit may carry the turns of the three followers beside a message
    assert after[few] - before[few] >= 3
    assert after["warung_commit_units_bucket +Inf"] == after["warung_commit_units_count"] == after["warung_commits_total"]
    assert after["warung_commit_units_sum"] >= after["warung_commit_units_count"]


async def test_refusals_are_counted_by_their_code(world: World) -> None:
    for _ in range(2):
        assert (await get(world, "/api/me")).status_code == 401
    assert (await readings(world))["warung_refusals_total unauthenticated"] == 2


async def test_a_follower_that_has_read_the_whole_log_has_hardly_any_lag(world: World) -> None:
    cast = Cast(world.db)
    budi, siti = await cast.people("budi", "siti")
    await cast.friends(budi, siti)
    lag = (await readings(world))["warung_follower_lag_seconds search"]
    assert 0 <= lag < 60


@pytest.mark.parametrize(
    ("allowed", "address", "status"),
    [
        ("127.0.0.1, ::1", "127.0.0.1", 200),
        ("127.0.0.1, ::1", "::1", 200),
        ("127.0.0.1, ::1", "::ffff:127.0.0.1", 200),
        ("127.0.0.1, ::1", "203.0.113.7", 404),
        ("127.0.0.1, ::1", "2001:db8::7", 404),
        ("10.1.0.0/16", "10.1.2.3", 200),
        ("10.1.0.0/16", "127.0.0.1", 404),
        ("", "127.0.0.1", 404),
        ("127.0.0.1", "unix", 404),
    ],
)
async def test_metrics_are_for_whom_the_operator_lists(open_a_world: Any, allowed: str, address: str, status: int) -> None:
    world: World = await open_a_world(metrics_from=allowed)
    answer = await get(world, "/metrics", address)
    assert answer.status_code == status
    if status == 404:
        assert answer.json()["error"]["code"] == "no_such_route"
    assert (await get(world, "/healthz", address)).text == "ok"


async def test_a_list_that_cannot_be_read_is_said_at_the_start(open_a_world: Any) -> None:
    with pytest.raises(BadSettings, match="metrics_from"):
        await open_a_world(metrics_from="everyone")
