"""Files on their way belong to no node: pieces reach either, and a history goes on where another node left it."""

import hashlib
from typing import Any

import httpx
import pytest

from tests.engines import Bucket, Nats
from tests.importers.bringing import Bringer, exported, said
from tests.served import Balanced, ServeWorld, until
from tests.worlds import Hand, OpenWorld
from warung import importers
from warung.app import World
from warung.kit.ids import AccountId

NOTES = bytes(range(256)) * 5000
CHUNK = 512 << 10
LONG = 6_000


async def test_a_file_is_whole_whichever_nodes_its_pieces_reached(serve_a_world: ServeWorld) -> None:
    place: Balanced = await serve_a_world()
    token = await place.token(await place.cast.person("budi"))
    one, two = (httpx.AsyncClient(base_url=f"{node.url}/api", headers={"Authorization": f"Bearer {token}"}) for node in place.nodes)
    async with one, two:
        begun = (await one.post("/uploads", json={"purpose": "file", "bytes": len(NOTES), "name": "resep.bin"})).json()
        for at, node in zip(range(0, len(NOTES), CHUNK), (two, one, two), strict=True):
            answer = await node.put(f"/uploads/{begun['id']}/{at}", content=NOTES[at : at + CHUNK])
            assert answer.status_code == 200, answer.text
        made = (await one.post(f"/uploads/{begun['id']}/finish")).json()
        content = (await two.get(f"/media/{made['id']}/original", follow_redirects=True)).raise_for_status().content
    assert hashlib.sha256(content).digest() == hashlib.sha256(NOTES).digest()


@pytest.fixture
async def nodes(open_a_world: OpenWorld, database: str, nats: Nats, bucket: Bucket) -> tuple[World, World]:
    """Two worlds that are one place."""
    one, two = [await open_a_world(database, bus=nats.url, blobs=bucket.url) for _ in range(2)]
    return one, two


async def state(bringer: Bringer, who: AccountId) -> Any:
    """The one upload of somebody."""
    (found,) = await bringer.seen(who)
    return found


async def test_a_history_is_imported_by_another_node_than_the_one_that_took_it(nodes: tuple[World, World]) -> None:
    here, there = (Bringer(node) for node in nodes)
    budi = await here.cast.person("budi")
    upload = await here.uploads(budi, exported(said(30)))
    assert list((nodes[0].settings.data / "incoming").iterdir()) == []  # it is in the bucket
    done = await there.runs(budi, upload)
    assert (done.state, done.done) == ("done", 30)
    with pytest.raises(importers.uploads.UploadGone):
        await here.world.importing.read_again(by=budi, id=upload.id, change=lambda hints: hints)


async def begun(bringer: Bringer) -> AccountId:
    """Begin to import a long history; return whose it is, when some of it is stored."""
    budi = await bringer.cast.person("budi")
    upload = await bringer.uploads(budi, exported(said(LONG)))
    await bringer.world.importing.run(by=budi, id=upload.id, people={})
    while not (await state(bringer, budi)).done:
        assert (await state(bringer, budi)).state == "running"
    return budi


async def done(bringer: Bringer, who: AccountId) -> None:
    """Wait until it is imported, and look at every entry."""
    upload = await state(bringer, who)
    await bringer.world.importing.finished(upload.id)
    upload = await state(bringer, who)
    assert (upload.state, upload.done) == ("done", LONG)
    assert [text for _, _, text in await bringer.told(who, upload.conversation)] == [entry.text for entry in said(LONG)]


async def test_a_node_goes_on_with_what_one_that_stopped_had_begun(nodes: tuple[World, World]) -> None:
    here, there = (Bringer(node) for node in nodes)
    budi = await begun(here)
    await nodes[0].importing.close()
    assert (await state(there, budi)).state == "running"
    await nodes[1].importing.resume()
    await done(there, budi)


async def test_a_node_goes_on_with_what_one_that_died_had_begun_and_with_nothing_else(
    nodes: tuple[World, World], hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importers.running, "BEAT_S", 0.05)
    here, there = (Bringer(node) for node in nodes)
    budi = await begun(here)
    tasks = nodes[0].importing._tasks
    await nodes[1].importing.resume()
    assert nodes[1].importing._tasks == {}  # it runs elsewhere
    for task in tasks.values():
        task.cancel()  # as with the process: nobody is told
    hand.forward(importers.Settings().silent_ms + 1)
    await until(lambda: bool(nodes[1].importing._tasks))
    await done(there, budi)
