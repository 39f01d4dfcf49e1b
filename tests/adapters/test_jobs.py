"""Jobs: done once when their transaction was committed, again when they failed, and never when it was not."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.worlds import Hand, settings_for
from warung.adapters.blobs import open_blobs
from warung.adapters.database import Database
from warung.adapters.jobs import Jobs
from warung.adapters.outside import HttpOutside
from warung.adapters.transaction import Context
from warung.app import open_database
from warung.kit.card import Cards
from warung.kit.clock import HOUR, MINUTE, SECOND
from warung.kit.db import Tx
from warung.kit.domain import Chore, Errand, Services
from warung.kit.errors import Conflict
from warung.kit.job import Job
from warung.kit.site import Site


class Sweep(Job, frozen=True, tag="test.sweep"):
    """Sweep a room of the shop."""

    room: str


class Fetch(Job, frozen=True, tag="test.fetch"):
    """Fetch something from the market."""

    what: str


class MarketClosed(Conflict):
    """The market is closed."""


class Shop:
    """A place where jobs are done; `swept` and `fetched` say what was done, `broken` what goes wrong, `road` whether one gets anywhere."""

    def __init__(self, db: Database, folder: Path) -> None:
        self.db = db
        self.swept: list[str] = []
        self.fetched: list[str] = []
        self.broken: set[str] = set()
        self.road = asyncio.Event()
        self.road.set()
        services = Services(db, open_blobs(f"file:{folder}"), HttpOutside(), Site(), {})
        self.jobs = Jobs(db, [Chore(Sweep, self.sweep, tries=3), Errand(Fetch, self.fetch, tries=2, lease_s=30)], services)

    def sweep(self, tx: Tx, job: Sweep) -> None:
        """Sweep; the next room is wanted in the same transaction."""
        if job.room in self.broken:
            tx.enqueue(Sweep("attic"))
            raise MarketClosed
        self.swept.append(job.room)

    async def fetch(self, services: Services, job: Fetch) -> None:
        """Go to the market."""
        await self.road.wait()
        assert services.site.name == "warung"
        if job.what in self.broken:
            raise MarketClosed
        self.fetched.append(job.what)

    async def want(self, job: Job, *, at: int | None = None, key: str | None = None) -> None:
        """Write a job down."""
        await self.db.write(lambda tx: tx.enqueue(job, at=at, key=key))


@pytest.fixture
async def shop(tmp_path: Path, database: str, hand: Hand) -> AsyncIterator[Shop]:
    """A shop on each database, whose jobs are done only when a test says so."""
    context = Context(Cards([]), lambda event, audience: None, clock=hand)
    db = await open_database(settings_for(tmp_path, database), context)
    yield Shop(db, tmp_path / "blobs")
    await db.close()


async def test_a_job_is_done_once_and_only_when_its_time_has_come(shop: Shop, hand: Hand) -> None:
    await shop.want(Sweep("kitchen"))
    await shop.want(Sweep("yard"), at=hand() + HOUR)
    await shop.want(Fetch("coffee"))
    await shop.jobs.settle()
    await shop.jobs.settle()
    assert shop.swept == ["kitchen"]
    assert shop.fetched == ["coffee"]
    hand.forward(HOUR + MINUTE)
    await shop.jobs.settle()
    assert shop.swept == ["kitchen", "yard"]


async def test_what_was_refused_wants_nothing(shop: Shop) -> None:
    def refused(tx: Tx) -> None:
        tx.enqueue(Sweep("kitchen"))
        raise MarketClosed

    with pytest.raises(MarketClosed):
        await shop.db.write(refused)
    await shop.jobs.settle()
    assert shop.swept == []


async def test_a_key_holds_one_waiting_job_which_can_be_replaced_or_forgotten(shop: Shop) -> None:
    await shop.want(Sweep("kitchen"), key="sweep")
    await shop.want(Sweep("yard"), key="sweep")
    await shop.want(Sweep("attic"), key="other")
    await shop.db.write(lambda tx: tx.cancel("other"))
    await shop.jobs.settle()
    assert shop.swept == ["yard"]


async def test_a_chore_that_fails_leaves_nothing_behind_and_is_tried_again_later(shop: Shop, hand: Hand) -> None:
    shop.broken = {"kitchen"}
    await shop.want(Sweep("kitchen"))
    await shop.jobs.settle()
    assert shop.swept == []
    shop.broken = set()
    await shop.jobs.settle()
    assert shop.swept == [], "not before its pause is over"
    hand.forward(3 * SECOND)
    await shop.jobs.settle()
    assert shop.swept == ["kitchen"], "and the attic, wanted by the failed try, was never wanted"


async def test_a_job_that_always_fails_is_kept_as_failed(shop: Shop, hand: Hand) -> None:
    shop.broken = {"kitchen", "coffee"}
    await shop.want(Sweep("kitchen"))
    await shop.want(Fetch("coffee"))
    for _ in range(4):
        await shop.jobs.settle()
        hand.forward(HOUR)
    assert shop.jobs.failed == 2
    shop.broken = set()
    await shop.jobs.settle()
    assert (shop.swept, shop.fetched) == ([], [])
    kept = await shop.db.read(lambda reader: reader.all("SELECT tag, tries, problem FROM job ORDER BY tag"))
    assert kept == [("test.fetch", 2, "MarketClosed: market_closed"), ("test.sweep", 3, "MarketClosed: market_closed")]


async def test_two_nodes_do_a_job_once(shop: Shop, tmp_path: Path) -> None:
    other = Shop(shop.db, tmp_path / "blobs")
    for room in range(20):
        await shop.want(Sweep(str(room)))
        await shop.want(Fetch(str(room)))
    await asyncio.gather(shop.jobs.turn(), other.jobs.turn())
    await shop.jobs.settle()
    await other.jobs.settle()
    assert sorted(shop.swept + other.swept, key=int) == [str(room) for room in range(20)]
    assert sorted(shop.fetched + other.fetched, key=int) == [str(room) for room in range(20)]


async def test_an_errand_cut_off_by_a_crash_is_taken_up_again_when_its_lease_is_over(shop: Shop, hand: Hand, tmp_path: Path) -> None:
    await shop.want(Fetch("coffee"))
    shop.road.clear()
    await shop.jobs.turn()
    await shop.jobs.close()  # before it came back
    assert shop.fetched == []
    other = Shop(shop.db, tmp_path / "blobs")
    await other.jobs.settle()
    assert other.fetched == []
    hand.forward(2 * MINUTE)
    await other.jobs.settle()
    assert other.fetched == ["coffee"]


async def test_a_job_that_nobody_knows_is_kept_for_the_operator(shop: Shop, hand: Hand) -> None:
    class Dance(Job, frozen=True, tag="test.dance"):
        """Nobody here can."""

    await shop.want(Dance())
    for _ in range(9):
        await shop.jobs.settle()
        hand.forward(HOUR)
    kept = await shop.db.read(lambda reader: reader.one("SELECT tag, problem FROM job WHERE failed_at IS NOT NULL"))
    assert kept == ("test.dance", "UnknownJob: test.dance")
