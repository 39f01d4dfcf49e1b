"""Random worlds: people give, open, take, decline and let time pass; the sums stay exact, and nobody sees what is not for them."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.pay.giving import Giving
from tests.pay.purse import QUICK
from tests.worlds import Hand, OpenWorld
from warung import chat, pay
from warung.kit.clock import DAY, HOUR
from warung.kit.errors import Refusal
from warung.kit.ids import AccountId, ConversationId
from warung.pay import audit, handovers, packets, store_packets
from warung.pay.packets import PacketNotFound

PEOPLE = 4
WHO = st.integers(0, PEOPLE - 1)
STEPS = st.one_of(
    st.tuples(st.just("packet"), WHO, st.integers(0, 2), st.integers(1, 60), st.integers(1, 5)),
    st.tuples(st.just("open"), WHO, st.integers(0, 9)),
    st.tuples(st.just("open"), WHO, st.integers(0, 9)),
    st.tuples(st.just("hand"), WHO, WHO, st.integers(1, 60)),
    st.tuples(st.just("answer"), WHO, st.integers(0, 9), st.booleans()),
    st.tuples(st.just("wait"), st.sampled_from([HOUR, DAY + HOUR])),
)


class Play:
    """A place in which steps are taken; `packets` remembers who was in the conversation when a packet came."""

    def __init__(self, giving: Giving, who: list[AccountId], places: list[tuple[ConversationId, set[int]]]) -> None:
        self.giving = giving
        self.who = who
        self.places = places
        self.packets: list[tuple[str, set[int]]] = []
        self.handovers: list[tuple[str, int, int]] = []

    async def take(self, step: tuple[Any, ...]) -> None:
        """Do it, or be refused."""
        kind, *rest = step
        try:
            await getattr(self, kind)(*rest)
        except Refusal:
            return

    async def packet(self, by: int, place: int, total: int, shares: int) -> None:
        """Give a packet: in the club of all, in the club of three, between two."""
        where, members = self.places[place]
        made = await self.giving.puts(self.who[by], where, total, shares)
        self.packets.append((made.id, members))

    async def open(self, by: int, which: int) -> None:
        """Open one of the packets there are, and never one of a conversation one is not in."""
        if not self.packets:
            return
        id, members = self.packets[which % len(self.packets)]
        if by in members:
            await self.giving.opens_packet(self.who[by], id)
            return
        with pytest.raises(PacketNotFound):
            await self.giving.opens_packet(self.who[by], id)
        with pytest.raises(PacketNotFound):
            await self.giving.ask(packets.packet, by=self.who[by], id=id)

    async def hand(self, by: int, to: int, amount: int) -> None:
        """Hand money over."""
        made = await self.giving.hands(self.who[by], self.who[to], amount)
        self.handovers.append((made.id, by, to))

    async def answer(self, by: int, which: int, yes: bool) -> None:
        """Accept or decline what was handed over, to whomever it was."""
        if self.handovers:
            id, _, _ = self.handovers[which % len(self.handovers)]
            await self.giving.do(handovers.accept if yes else handovers.decline, by=self.who[by], id=id)

    async def wait(self, milliseconds: int) -> None:
        """Let time pass, and what is due be done."""
        self.giving.hand.forward(milliseconds)
        await self.giving.world.settle()

    async def check(self, before: int) -> None:
        """Nothing was lost or made; a packet's pot holds what its shares not taken come to, and nothing once it is over."""
        await self.giving.sums_to_nothing()
        pots = 0
        for id, members in self.packets:
            some = next(iter(members))
            seen = await self.giving.ask(packets.packet, by=self.who[some], id=id)
            rows = await self.giving.ask(store_packets.openings, id=id)
            pot = await self.giving.ask(pay.balance, ledger_account=pay.account_id("packet", id, "PTS"))
            kept = await self.giving.ask(store_packets.one, id=id)
            assert kept is not None
            assert len({row.account for row in rows}) == len({row.place for row in rows}) == len(rows) == seen.opened
            left = kept.total - sum(row.amount for row in rows)
            assert pot is not None
            assert pot.balance == (left if seen.state == "open" else 0)
            pots += pot.balance
        assert (await self.giving.db.read(audit.check)).findings == []
        wallets = sum([await self.giving.has(each) for each in self.who])
        assert wallets + pots == before


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.long)], indirect=True)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=5, max_size=25))
async def test_in_every_world_the_sums_are_exact_and_a_packet_is_seen_by_its_conversation_alone(
    play: Play, steps: list[tuple[Any, ...]]
) -> None:
    play.giving.hand.forward(DAY)  # what may be paid in a day may be paid again
    before = sum([await play.giving.has(each) for each in play.who])
    play.packets.clear()
    play.handovers.clear()
    for step in steps:
        await play.take(step)
    await play.check(before)
    await play.wait(2 * DAY)
    await play.check(before)
    assert sum([await play.giving.has(each) for each in play.who]) == before


@pytest.fixture
async def play(open_a_world: OpenWorld, database: str, hand: Hand) -> Play:
    """Four friends with money, a club of all, a club of three, a conversation of two."""
    giving = Giving(await open_a_world(database, sections=QUICK), hand)
    await giving.opens()
    club, who = await giving.friends_with(*[2_000] * PEOPLE)
    three = await giving.group(who[0], *who[1:3], name="ronda malam")
    two = await giving.do(chat.open_direct, by=who[0], to=who[1])
    return Play(giving, who, [(club, set(range(PEOPLE))), (three, {0, 1, 2}), (two, {0, 1})])
