"""Whatever people do in whatever order: numbers without gaps, honest counts, unread as derived, and a search that finds what one sees.

Held against a model that fits on one screen: a log is a list, a member is where they began and how far they have read.
"""

import asyncio
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from tests.chat.scene import Scene, card
from tests.environment import postgres_database, postgres_template
from tests.worlds import Hand, settings_for
from warung import chat
from warung.adapters import db_postgres
from warung.app import open_world, schema
from warung.chat import groups, messages
from warung.chat.model import AlreadyRecalled, NonceReused, NoSuchMessage, NotAMember, NotYours
from warung.kit.errors import Refusal
from warung.kit.ids import AccountId, Nonce

NAMES = ("budi", "siti", "ayu", "joko")
WORDS = ("mangga", "kopi", "电影", "नमस्ते")
SOMEBODY = st.integers(0, len(NAMES) - 1)
ANY = st.integers(0, 1_000_000)


@dataclass
class Line:
    """One entry of the model's log."""

    sender: int | None
    words: str = ""
    nonce: str | None = None
    recalled: bool = False
    counts: bool = False


@dataclass
class Seat:
    """A member of the model."""

    begins: int  # sees what comes after
    read: int
    received: int


@dataclass
class Model:
    """A group as it should be."""

    log: list[Line] = field(default_factory=list)
    seats: dict[int, Seat] = field(default_factory=dict)

    def says(self, sender: int | None, **more: Any) -> int:
        self.log.append(Line(sender, **more))
        return len(self.log)

    def counted(self, seq: int) -> int:
        return sum(line.counts for line in self.log[:seq])

    def unread(self, who: int) -> int:
        seat = self.seats[who]
        if len(self.log) <= seat.begins or self.log[-1].sender == who:
            return 0
        return self.counted(len(self.log)) - self.counted(max(seat.read, seat.begins))

    def finds(self, who: int, word: str) -> list[int]:
        seat = self.seats[who]
        return [at for at, line in enumerate(self.log, 1) if at > seat.begins and not line.recalled and word in line.words][::-1]


class Order(RuleBasedStateMachine):
    """Four people, the first of whom leads a group that the others enter and leave."""

    kind = "sqlite"

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.url: Any = None
        database = ""
        if self.kind == "postgres":
            steps = schema()
            self.url = postgres_database(postgres_template("warung", lambda url: db_postgres.migrate(url, steps, 0)))
            database = self.url.__enter__()
        place, hand = Path(self.folder.name), Hand()
        self.world = self.loop.run(open_world(settings_for(place, database), clock=hand, static=place))
        self.scene = Scene(self.world, hand)
        self.model = Model()

    def teardown(self) -> None:
        self.loop.run(self.world.close())
        self.loop.close()
        self.folder.cleanup()
        if self.url is not None:
            self.url.__exit__(None, None, None)

    def do(self, verb: Any, **named: Any) -> Any:
        """Run a verb; return its refusal's class where it refuses."""
        try:
            return self.loop.run(self.scene.do(verb, **named))
        except Refusal as refusal:
            return type(refusal)

    def run(self, asking: Any) -> Any:
        return self.loop.run(asking)

    def seq(self, number: int) -> int:
        """A number of the log, or one just outside it."""
        return number % (len(self.model.log) + 2)

    @initialize()
    def a_group(self) -> None:
        self.ids: list[AccountId] = self.run(self.scene.people(*NAMES))
        self.run(self.scene.friends(*self.ids))
        self.club = self.run(self.scene.group(*self.ids[:2]))
        self.model.says(None)
        self.model.seats = {0: Seat(0, 0, 0), 1: Seat(0, 0, 0)}

    @rule(who=SOMEBODY, word=st.sampled_from(WORDS), reply=st.one_of(st.none(), ANY))
    def send(self, who: int, word: str, reply: int | None) -> None:
        named = {"by": self.ids[who], "to": self.club, "card": chat.Text(text_=f"ada {word} di sini")}
        nonce, to = self.scene.nonce(), None if reply is None else self.seq(reply)
        outcome = self.do(chat.send, **named, nonce=nonce, reply=to)
        if who not in self.model.seats:
            assert outcome is NotAMember
        elif to is not None and not self.model.seats[who].begins < to <= len(self.model.log):
            assert outcome is NoSuchMessage
        else:
            assert outcome.seq == self.model.says(who, words=word, nonce=nonce, counts=True)

    @precondition(lambda self: any(line.nonce for line in self.model.log))
    @rule(which=ANY, other=st.booleans())
    def send_again(self, which: int, other: bool) -> None:
        sent = [(at, line) for at, line in enumerate(self.model.log, 1) if line.nonce]
        at, line = sent[which % len(sent)]
        assert line.sender is not None
        text = chat.Text(text_="lain" if other else f"ada {line.words} di sini")
        outcome = self.do(chat.send, by=self.ids[line.sender], to=self.club, card=text, nonce=Nonce(line.nonce or ""))
        assert outcome is NonceReused if other and not line.recalled else outcome.seq == at

    @rule(who=SOMEBODY, number=ANY)
    def recall(self, who: int, number: int) -> None:
        at = self.seq(number)
        outcome = self.do(chat.recall, by=self.ids[who], conversation=self.club, seq=at)
        seat = self.model.seats.get(who)
        line = self.model.log[at - 1] if 0 < at <= len(self.model.log) else None
        if seat is None:
            assert outcome is NotAMember
        elif line is None or at <= seat.begins:
            assert outcome is NoSuchMessage
        elif line.sender != who:
            assert outcome is NotYours
        elif line.recalled:
            assert outcome is AlreadyRecalled
        else:
            line.recalled = True
            assert outcome.seq == self.model.says(who, recalled=True)

    @rule(who=SOMEBODY, read=ANY, received=ANY)
    def read(self, who: int, read: int, received: int) -> None:
        read, received = self.seq(read), self.seq(received)
        outcome = self.do(messages.move_cursor, by=self.ids[who], conversation=self.club, read=read, delivered=received)
        seat = self.model.seats.get(who)
        if seat is None:
            assert outcome is NotAMember
        elif max(read, received) > len(self.model.log):
            assert outcome is NoSuchMessage
        else:
            seat.read, seat.received = max(seat.read, read), max(seat.received, received, read)

    @rule(who=st.integers(1, len(NAMES) - 1))
    def come(self, who: int) -> None:
        self.do(groups.add, by=self.ids[0], id=self.club, accounts=[self.ids[who]])
        if who not in self.model.seats:
            begins = len(self.model.log)
            self.model.seats[who] = Seat(begins, begins, begins)
            self.model.says(None)

    @rule(who=st.integers(1, len(NAMES) - 1), by_owner=st.booleans())
    def go(self, who: int, by_owner: bool) -> None:
        outcome = self.do(groups.remove, by=self.ids[0 if by_owner else who], id=self.club, account=self.ids[who])
        if self.model.seats.pop(who, None) is None:
            assert outcome is NotAMember
        else:
            self.model.says(None)

    @rule(who=SOMEBODY)
    def clear(self, who: int) -> None:
        outcome = self.do(groups.clear, by=self.ids[who], id=self.club)
        if who in self.model.seats:
            last = len(self.model.log)
            self.model.seats[who] = Seat(last, last, last)
        else:
            assert outcome is NotAMember

    @invariant()
    def everybody_sees_their_part_of_one_log(self) -> None:
        for who, id in enumerate(getattr(self, "ids", ())):
            listed = {each.id: each for each in self.run(self.scene.synced(id)).conversations}
            if who not in self.model.seats:
                assert self.club not in listed
                continue
            seat, seen, log = self.model.seats[who], listed[self.club], self.model.log
            page = self.run(self.scene.page(id, self.club, after=0)).messages
            assert [each.seq for each in page] == list(range(seat.begins + 1, len(log) + 1))
            for each in page:
                line = log[each.seq - 1]
                assert each.sender == (None if line.sender is None else self.ids[line.sender])
                assert each.counted == self.model.counted(each.seq)
                assert line.words in card(each).get("text", "") or line.recalled
            assert (seen.last_seq, seen.first_seq, seen.counted) == (len(log), seat.begins + 1, self.model.counted(len(log)))
            assert (seen.read_seq, seen.delivered_seq, seen.unread) == (seat.read, seat.received, self.model.unread(who))
            assert seen.member_count == len(self.model.seats)

    @rule(word=st.sampled_from(WORDS))
    def search(self, word: str) -> None:
        for who, id in enumerate(self.ids):
            expected = self.model.finds(who, word) if who in self.model.seats else []
            assert self.run(self.scene.found(id, word)) == [(self.club, seq) for seq in expected]


class OrderOnPostgres(Order):
    """The same on the other database."""

    kind = "postgres"


@pytest.mark.parametrize(("machine", "examples", "steps"), [(Order, 15, 30), (OrderOnPostgres, 5, 20)])
def test_the_log_stays_whole_in_any_order_of_events(machine: type[Order], examples: int, steps: int) -> None:
    run_state_machine_as_test(machine, settings=settings(max_examples=examples, stateful_step_count=steps))
