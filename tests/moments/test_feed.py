"""The feed: pages, newest first; hidden ones leave no trace in it; a page costs the same however much there is."""

from typing import Any

import pytest

from tests.moments.conftest import Porch
from warung.kit.db import Row
from warung.kit.ids import AccountId
from warung.moments import feed
from warung.moments.feed import PAGE
from warung.moments.model import Circle

pytestmark = pytest.mark.anyio


async def pages(porch: Porch, who: AccountId) -> list[list[str]]:
    """The whole feed, page by page."""
    found, before = [], None
    while True:
        page = await porch.feed(who, before)
        found.append([moment.text for moment in page.moments])
        before = page.next
        if before is None:
            return found
        assert page.moments[-1].id == before


async def test_pages_are_whole_and_hidden_moments_leave_no_trace(porch: Porch) -> None:
    budi, siti, ayu = await porch.people("budi", "siti", "ayu")
    await porch.friends(budi, siti, ayu)
    shown = []
    for number in range(PAGE + 5):
        who = (siti, ayu)[number % 2]
        shown.append(f"{number}")
        await porch.posts(who, f"{number}")
        for _ in range(2):
            await porch.posts(who, "tersembunyi", Circle("but", people=(budi,)))
        porch.hand.forward(1)
    newest = shown[::-1]
    assert await pages(porch, budi) == [newest[:PAGE], newest[PAGE:]]


async def test_a_feed_that_ends_with_a_full_page_has_no_next(porch: Porch) -> None:
    budi, siti = await porch.people("budi", "siti")
    await porch.friends(budi, siti)
    await porch.posts(siti, "tersembunyi", Circle("only"))
    for number in range(PAGE):
        await porch.posts(siti, f"{number}")
    page = await porch.feed(budi)
    assert (len(page.moments), page.next) == (PAGE, None)


class Counting:
    """A reader that counts what it is asked and how much it gives."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader
        self.asked = self.rows = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)

    def all(self, sql: str, params: Any = None) -> list[Row]:
        found: list[Row] = self._reader.all(sql, params or {})
        self.asked, self.rows = self.asked + 1, self.rows + len(found)
        return found

    def one(self, sql: str, params: Any = None) -> Row | None:
        self.asked += 1
        found: Row | None = self._reader.one(sql, params or {})
        return found


async def test_a_page_costs_the_same_however_much_there_is(porch: Porch) -> None:
    budi, *others = await porch.people("budi", "siti", "ayu", "joko", "rina")
    for other in others:
        await porch.friends(budi, other)

    async def cost() -> tuple[int, int]:
        def ask(reader: Any) -> tuple[int, int]:
            counting: Any = Counting(reader)
            assert len(feed.feed(counting, by=budi).moments) == PAGE
            return counting.asked, counting.rows

        return await porch.db.read(ask)

    async def more(times: int) -> None:
        for number in range(times):
            for other in others:
                await porch.posts(other, f"{number}")

    await more(10)
    little = await cost()
    await more(60)
    assert await cost() == little
