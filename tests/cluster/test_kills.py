"""A node, NATS and PostgreSQL are killed under load: what was acknowledged is stored, once, in one order, and everybody hears it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import httpx
import pytest

from tests.cluster.balancer import Balancer, balancing
from tests.cluster.finding import found
from tests.cluster.processes import Cluster
from tests.faults.load import Crowd, crowd, whole_log
from tests.served import until

BETWEEN = 60  # acknowledged messages between two blows
PEOPLE = 8


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Everything, started once for the tests of this file."""
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    yield made
    made.kill()


@pytest.fixture
async def balancer(cluster: Cluster) -> AsyncIterator[Balancer]:
    """In front of both nodes, which run."""
    if not cluster.nodes[0].runs:
        await cluster.start()
    async with balancing([node.port for node in cluster.nodes]) as balancer:
        yield balancer


async def everybody_heard(people: Crowd) -> list[str]:
    """Compare the logs with what was promised, and with what the first heard; return what is wrong."""
    logs = [await whole_log(client, people.club) for client in people.clients[:3]]
    last = logs[0][-1].seq
    await until(lambda: bool(people.heard) and people.heard[-1].seq == last, 30)
    first = people.heard[0].seq
    wrong = people.complaints(logs)
    wrong += ["not everything was heard in order"] if [m.seq for m in people.heard] != list(range(first, last + 1)) else []
    return wrong


async def test_nothing_is_lost_when_a_node_is_killed(cluster: Cluster, balancer: Balancer) -> None:
    async with crowd(balancer.url, PEOPLE, "node") as people:
        listening = asyncio.create_task(people.listen())
        people.write()
        for node in (cluster.nodes[1], cluster.nodes[0]):
            await people.promises(BETWEEN)
            node.kill()
            await people.promises(BETWEEN)
            await node.start()
        await people.promises(BETWEEN)
        await people.rest()
        assert await everybody_heard(people) == []
        listening.cancel()
        word = people.clients[0]
        await word.send(people.club, "tubruk")
        assert await found(balancer.url, word.token, "tubruk") == 1  # whoever leads now has read the log


def one_nats_server(cluster: Cluster) -> tuple[Callable[[], None], Callable[[], None]]:
    return cluster.nats.servers[0].kill, cluster.nats.servers[0].start


def all_of_nats(cluster: Cluster) -> tuple[Callable[[], None], Callable[[], None]]:
    return cluster.nats.kill, cluster.nats.start


@pytest.mark.parametrize("which", [one_nats_server, all_of_nats])
async def test_nothing_is_lost_when_nats_is_killed(
    cluster: Cluster, balancer: Balancer, which: Callable[[Cluster], tuple[Callable[[], None], Callable[[], None]]]
) -> None:
    kill, start = which(cluster)
    async with crowd(balancer.url, PEOPLE, which.__name__) as people:
        listening = asyncio.create_task(people.listen())
        people.write()
        await people.promises(BETWEEN)
        kill()
        await people.promises(BETWEEN)  # who writes does not notice
        await asyncio.to_thread(start)
        await people.promises(BETWEEN)
        await people.rest()
        assert await everybody_heard(people) == []
        assert people.refused == []
        listening.cancel()


async def nobody_is_ready(cluster: Cluster) -> None:
    """Wait until every node has noticed that its database is gone."""
    deadline = asyncio.get_running_loop().time() + 30
    async with httpx.AsyncClient() as http:
        while any([await node.answers(http) for node in cluster.nodes]):
            assert asyncio.get_running_loop().time() < deadline
            await asyncio.sleep(0.05)


async def test_nothing_is_lost_when_postgresql_is_killed(cluster: Cluster, balancer: Balancer) -> None:
    async with crowd(balancer.url, PEOPLE, "postgres") as people:
        listening = asyncio.create_task(people.listen())
        people.write()
        await people.promises(BETWEEN)
        cluster.postgres.kill()
        await nobody_is_ready(cluster)
        await asyncio.to_thread(cluster.postgres.start)
        await people.promises(BETWEEN)
        await people.rest()
        assert {refused.code for refused in people.refused} <= {"unavailable", "not_confirmed"}
        assert await everybody_heard(people) == []
        listening.cancel()
