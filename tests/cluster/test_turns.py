"""Two nodes on one PostgreSQL: their batches take turns, what one remembers is true, and the turn is only a hint."""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence

import psycopg
import pytest

from tests.cast import Cast
from tests.engines import cut
from tests.worlds import OpenWorld
from warung import chat
from warung.adapters import db_postgres
from warung.app import World
from warung.chat import groups
from warung.kit.errors import Unavailable
from warung.kit.ids import Nonce

Nodes = tuple[World, World]


@pytest.fixture
async def nodes(open_a_world: OpenWorld, database: str) -> Nodes:
    """Two worlds on the same database."""
    return await open_a_world(database), await open_a_world(database)


async def test_nodes_that_write_in_the_same_group_number_it_together(nodes: Nodes) -> None:
    casts = [Cast(node.db) for node in nodes]
    budi, siti = await casts[0].people("budi", "siti")
    await casts[0].friends(budi, siti)
    club = await casts[0].group(budi, siti)
    before = nodes[0].db.writer.commits, nodes[1].db.writer.commits

    async def write(node: int, writer: int) -> Sequence[int]:
        said = []
        for n in range(12):
            message = await casts[node].says((budi, siti)[node], club, f"{node} {writer} {n}", nonce=Nonce(f"nonce-{node}-{writer}-{n}"))
            said.append(message.seq)
        return said

    told = await asyncio.gather(*(write(node, writer) for node in (0, 1) for writer in range(20)))  # nobody is refused
    seqs = sorted(seq for said in told for seq in said)
    assert seqs == list(range(seqs[0], seqs[0] + 2 * 20 * 12))
    assert all(said == sorted(said) for said in told)
    turns = [node.db.writer.commits - then for node, then in zip(nodes, before, strict=True)]
    assert min(turns) > 4  # neither waits for the other to have finished


async def test_what_a_node_remembers_of_a_group_ends_when_another_changes_it(nodes: Nodes) -> None:
    here, there = (Cast(node.db) for node in nodes)
    budi, siti = await here.people("budi", "siti")
    await here.friends(budi, siti)
    club = await here.group(budi, siti)
    await there.says(siti, club, "Halo")  # that node knows the group now
    await there.says(siti, club, "Ada orang?")
    await nodes[0].db.write(lambda tx: groups.remove(tx, by=budi, id=club, account=siti))
    with pytest.raises(chat.NotAMember):
        await there.says(siti, club, "Masih di sini?")
    last = await there.says(budi, club, "Sepi")
    assert (await here.says(budi, club, "Iya")).seq == last.seq + 1


async def test_a_node_repeats_a_nonce_that_another_stored(nodes: Nodes) -> None:
    here, there = (Cast(node.db) for node in nodes)
    budi, siti = await here.people("budi", "siti")
    talk = await here.friends(budi, siti)
    nonce = here.nonce()
    sent = await asyncio.gather(*(cast.says(budi, talk, "Sekali saja", nonce=nonce) for cast in (here, there) * 5))
    assert len({message.seq for message in sent}) == 1


@contextlib.contextmanager
def keeping_the_turn(url: str) -> Iterator[None]:
    """Hold the turn and do nothing, as a node does that hangs."""
    with psycopg.connect(url, autocommit=True) as hanging:
        hanging.execute(f"SELECT pg_advisory_lock({db_postgres.TURN})")
        yield


async def test_a_node_that_keeps_the_turn_does_not_stop_the_others(
    open_a_world: OpenWorld, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db_postgres, "SESSION", "SET lock_timeout = '200ms'")
    node = await open_a_world(database)
    cast = Cast(node.db)
    budi, siti = await cast.people("budi", "siti")
    talk = await cast.friends(budi, siti)
    with keeping_the_turn(database):
        first = await cast.says(budi, talk, "Halo?")
    assert (await cast.says(siti, talk, "Ya?")).seq == first.seq + 1


async def test_a_node_comes_back_when_its_connections_were_cut(nodes: Nodes, database: str) -> None:
    cast = Cast(nodes[0].db)
    budi, siti = await cast.people("budi", "siti")
    talk = await cast.friends(budi, siti)
    await nodes[0].db.ready()
    assert cut(database) >= 2  # a reader and a writer
    with contextlib.suppress(Unavailable):
        await cast.says(budi, talk, "Putus?")
    await asyncio.gather(*(nodes[0].db.ready() for _ in range(4 * db_postgres.READERS)))  # a dead connection is made anew
    await cast.says(siti, talk, "Sudah nyambung")
    await nodes[0].db.ready()
