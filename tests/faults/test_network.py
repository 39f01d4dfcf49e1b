"""Networks as they are: packets that are lost, late and overtaken, and none at all for a while."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.air import Air, Somewhere, somewhere
from tests.faults.load import crowd, whole_log
from tests.faults.process import Process


@pytest.fixture
def elsewhere() -> Iterator[Somewhere]:
    """A network namespace."""
    with somewhere() as space:
        yield space


async def test_people_on_a_bad_network_are_promised_nothing_that_is_not_kept(elsewhere: Somewhere, tmp_path: Path) -> None:
    air = Air(elsewhere, 0)
    server = Process(tmp_path, prefix=elsewhere.prefix, host=air.there)
    try:
        await server.start()
        async with crowd(server.url, 5) as people:
            air.loss, air.delay_s = 0.03, 0.02
            people.write()
            await people.promises(120)
            air.cut = True
            before = air.lost
            while air.lost < before + 20:  # they go on trying
                await air.passes()
            air.cut = False
            await people.promises(60)
            await people.rest()
            air.loss = air.delay_s = 0.0
            assert people.complaints([await whole_log(client, people.club) for client in people.clients[:2]]) == []
            assert people.refused == []
            assert min(air.lost, air.overtaken) > 20  # it was a bad network
    finally:
        server.kill()
        air.close()
