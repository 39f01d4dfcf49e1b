"""The clock of the machine jumps by an hour, both ways, under load: logs, cursors, sessions and retries do not care."""

import itertools

from tests.faults.load import crowd, whole_log
from tests.served import ServeWorld
from tests.worlds import Hand
from warung import accounts
from warung.kit.clock import HOUR

BETWEEN = 40


async def test_a_clock_that_jumps_changes_no_order_and_ends_no_session(serve_a_world: ServeWorld, hand: Hand) -> None:
    quick = accounts.Settings(registration="open", password_memory_kib=8, password_passes=1)
    served = await serve_a_world(sections={accounts.Settings: quick})
    async with crowd(served.url, 4) as people:
        people.write()
        for jump in (HOUR, -2 * HOUR, HOUR):
            await people.promises(BETWEEN)
            hand.forward(jump)
        await people.promises(BETWEEN)
        await people.rest()
        logs = [await whole_log(client, people.club) for client in people.clients]
        assert people.complaints(logs) == []
        assert people.refused == []
        times = [message.at for message in logs[0]]
        assert any(after < before - HOUR for before, after in itertools.pairwise(times))  # it did jump
