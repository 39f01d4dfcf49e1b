"""Bytes live as long as somebody needs them, plus a day, and no longer; whoever stores them again is never robbed."""

import asyncio
from pathlib import Path

import pytest

from tests.media.people import Shelf, Visitor
from tests.worlds import Hand
from warung import media
from warung.adapters.blobs import ObstoreBlobs, open_blobs
from warung.app import World
from warung.kit.blobs import BlobKey, BlobMissing, BlobsUnavailable
from warung.kit.clock import HOUR
from warung.kit.ids import BlobId

pytestmark = [pytest.mark.anyio, pytest.mark.one_node]  # they look into the folder of one

RECIPE = b"kelapa, gula, sabar"


class Halting(ObstoreBlobs):
    """A store where a deletion waits until it is told to go on."""

    def __init__(self, folder: Path) -> None:
        store = open_blobs(f"file:{folder}")
        super().__init__(store._store, store._folder)
        self.reached, self.go_on = asyncio.Event(), asyncio.Event()

    async def delete(self, key: BlobKey) -> None:
        self.reached.set()
        await self.go_on.wait()
        await super().delete(key)


class Failing(Halting):
    """A store that deletes nothing today."""

    async def delete(self, key: BlobKey) -> None:
        raise BlobsUnavailable


def stored(world: World) -> int:
    """Return how many blobs the world's folder holds."""
    return sum(path.is_file() for path in (world.settings.data / "blobs/media").rglob("*"))


async def exists(world: World, blob: BlobId) -> bool:
    return bool(await world.db.read(lambda reader: media.described(reader, [blob])))


async def test_what_nobody_holds_goes_after_a_day(world: World, hand: Hand, shelf: Shelf, budi: Visitor) -> None:
    forgotten, held, released = [await shelf.picture(budi.account, colour) for colour in ("red", "green", "blue")]
    await shelf.put(held, "masakan", 1)
    await shelf.put(held, "masakan", 2)
    await shelf.take(held, "masakan", 1)
    await shelf.put(released, "masakan")
    hand.forward(23 * HOUR)
    await shelf.take(released, "masakan")
    await media.sweep(world.db, world.blobs)
    assert stored(world) == 3  # so small that both sizes are the same bytes
    hand.forward(2 * HOUR)
    await media.sweep(world.db, world.blobs)
    assert [await exists(world, blob) for blob in (forgotten, held, released)] == [False, True, True]
    hand.forward(23 * HOUR)
    await media.sweep(world.db, world.blobs)
    assert [await exists(world, blob) for blob in (forgotten, held, released)] == [False, True, False]
    assert stored(world) == 1
    assert await budi.look(held, "full") == 200
    assert await budi.look(released, "full") == 404


async def test_bytes_stay_while_another_blob_has_the_same(world: World, hand: Hand, shelf: Shelf, budi: Visitor, siti: Visitor) -> None:
    mine, theirs = await shelf.file(budi.account, RECIPE), await shelf.file(siti.account, RECIPE)
    await shelf.put(theirs, "masakan")
    assert stored(world) == 1
    hand.forward(25 * HOUR)
    await media.sweep(world.db, world.blobs)
    assert not await exists(world, mine)
    assert await siti.look(theirs, "original") == 200
    await shelf.take(theirs, "masakan")
    hand.forward(25 * HOUR)
    await media.sweep(world.db, world.blobs)
    assert stored(world) == 0


async def test_nobody_stores_what_is_being_deleted(world: World, hand: Hand, shelf: Shelf, budi: Visitor) -> None:
    blobs = Halting(world.settings.data / "blobs")
    await shelf.file(budi.account, RECIPE)
    hand.forward(25 * HOUR)
    sweeping = asyncio.create_task(media.sweep(world.db, blobs))
    await blobs.reached.wait()
    with pytest.raises(media.BlobBeingRemoved):
        await shelf.file(budi.account, RECIPE)
    blobs.go_on.set()
    await sweeping
    again = await shelf.file(budi.account, RECIPE)
    await media.sweep(world.db, world.blobs)
    assert await budi.look(again, "original") == 200


async def test_a_sweep_that_failed_is_finished_by_a_later_one(world: World, hand: Hand, shelf: Shelf, budi: Visitor) -> None:
    await shelf.file(budi.account, RECIPE)
    hand.forward(25 * HOUR)
    with pytest.raises(BlobsUnavailable):
        await media.sweep(world.db, Failing(world.settings.data / "blobs"))
    await media.sweep(world.db, world.blobs)
    assert stored(world) == 1  # it might be still at it
    hand.forward(HOUR)
    await media.sweep(world.db, world.blobs)
    assert stored(world) == 0


async def test_a_picture_that_could_not_be_stored_leaves_nothing(
    world: World, hand: Hand, shelf: Shelf, budi: Visitor, tmp_path: Path
) -> None:
    with pytest.raises((OSError, BlobMissing, BlobsUnavailable)):
        await shelf.file(budi.account, tmp_path / "nowhere")
    assert stored(world) == 0
