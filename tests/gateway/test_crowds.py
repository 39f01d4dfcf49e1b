"""What a crowd is told waits for the commit that is under way, so that two messages are one write to each; nothing else waits."""

import asyncio

import pytest

from tests.served import until
from warung.gateway.frame import framed
from warung.gateway.hub import CROWD, HOLD_S, Hub, Peer
from warung.kit.bus import Envelope
from warung.kit.ids import AccountId, Identity, SessionId

CLUB = tuple(AccountId(f"member{at:03}") for at in range(CROWD))
PAIR = CLUB[:2]


class Paper:
    """A wire that keeps what was written, a write a line."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Keep it."""
        self.writes.append(data)

    def backlog(self) -> int:
        """Everything is taken at once."""
        return 0

    def close(self, code: int, reason: str) -> None:
        """Nobody closes these."""

    def probe(self) -> bool:
        """Nobody asks."""
        return False

    def pause(self, stop: bool) -> None:
        """Nobody sends."""


class Hall:
    """A hub with everybody of the club in it, and a commit that begins and ends when it is told."""

    def __init__(self) -> None:
        self.commit = 0
        self.hub = Hub(1 << 20, left=lambda account: None, under_way=lambda: self.commit)
        self.papers = [Paper() for _ in CLUB]
        self.peers = [
            Peer(self.hub, paper, Identity(account, SessionId("s")), 0.0) for account, paper in zip(CLUB, self.papers, strict=True)
        ]
        for peer in self.peers:
            self.hub.join(peer)

    def tell(self, to: tuple[AccountId, ...], words: bytes) -> None:
        """An event arrives."""
        self.hub.deliver(Envelope(to, words))


@pytest.fixture
async def hall() -> Hall:
    """A hall full of people."""
    return Hall()


async def tick() -> None:
    """Let everything that this turn of the loop holds be done."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def test_a_crowd_is_told_at_once_while_nothing_is_written(hall: Hall) -> None:
    hall.tell(CLUB, b"satu")
    await tick()
    assert [paper.writes for paper in hall.papers] == [[framed(b"satu")]] * len(CLUB)


async def test_what_two_commits_tell_a_crowd_is_one_write_each(hall: Hall) -> None:
    hall.commit = 7
    hall.tell(CLUB, b"satu")
    await tick()
    assert all(not paper.writes for paper in hall.papers), "the seventh commit is under way"
    hall.commit = 8  # the seventh is done, and the next one has begun already
    hall.tell(CLUB, b"dua")
    await tick()
    assert [paper.writes for paper in hall.papers] == [[framed(b"satu") + framed(b"dua")]] * len(CLUB)


async def test_a_commit_that_begins_in_the_same_tick_is_waited_for(hall: Hall) -> None:
    hall.tell(CLUB, b"satu")
    hall.commit = 1  # what this tick read is on its way before anything was written
    await tick()
    assert not hall.papers[0].writes


async def test_nobody_waits_longer_than_a_moment(hall: Hall) -> None:
    hall.commit = 1
    hall.tell(CLUB, b"satu")
    began = asyncio.get_running_loop().time()
    await until(lambda: bool(hall.papers[-1].writes))
    assert asyncio.get_running_loop().time() - began >= HOLD_S / 2, "it did wait"
    assert hall.commit == 1, "for a commit that is still under way"


async def test_what_two_people_say_waits_for_nothing(hall: Hall) -> None:
    hall.commit = 1
    hall.tell(PAIR, b"halo")
    await tick()
    assert hall.papers[0].writes == [framed(b"halo")]


async def test_who_is_told_something_else_meanwhile_gets_all_of_it_in_order_and_once(hall: Hall) -> None:
    hall.commit = 1
    hall.tell(CLUB, b"satu")
    hall.tell(PAIR, b"halo")
    hall.peers[2].answer(framed(b"ok"))
    await tick()
    first, second, third, *others = [paper.writes for paper in hall.papers]
    assert first == second == [framed(b"satu") + framed(b"halo")]
    assert third == [framed(b"satu") + framed(b"ok")]
    assert not any(others)
    hall.tell(CLUB, b"dua")
    hall.commit = 0
    await asyncio.sleep(2 * HOLD_S)
    for paper in hall.papers[:3]:
        assert paper.writes[1:] == [framed(b"dua")]
    for paper in hall.papers[3:]:
        assert paper.writes == [framed(b"satu") + framed(b"dua")]


async def test_a_stopping_server_lets_go_of_a_connection_only_when_what_waited_is_sent(hall: Hall) -> None:
    closed: list[int] = []
    hall.papers[0].close = lambda code, reason: closed.append(len(hall.papers[0].writes))  # type: ignore[method-assign]
    hall.commit = 1
    hall.tell(CLUB, b"satu")
    hall.peers[0].drain()
    await until(lambda: bool(closed))
    assert closed == [1]


async def test_who_does_not_read_is_answered_and_told_nothing_else(hall: Hall) -> None:
    slow, paper = hall.peers[0], hall.papers[0]
    paper.backlog = lambda: 2 << 20  # type: ignore[method-assign]
    slow.choked()
    hall.tell(PAIR, b"satu")  # it will be told to ask the log
    slow.answer(framed(b"stored"))
    hall.tell(PAIR, b"dua")
    await tick()
    assert (hall.hub.dropped, paper.writes) == (1, [framed(b"stored")])
    assert hall.papers[1].writes == [framed(b"satu") + framed(b"dua")]
