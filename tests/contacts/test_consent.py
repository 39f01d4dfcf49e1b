"""Whatever people do to each other in any order: writing needs consent, and nobody learns that they were blocked or declined.

The second is shown by comparison. Beside the real world runs, for each person, a kind one in which others only ever part from them and
take requests back, and leave theirs unanswered. To that person the two must look the same at every step.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contacts.conftest import Place, opened_place
from warung import accounts, contacts
from warung.kit.clock import DAY
from warung.kit.db import Reader, Tx
from warung.kit.errors import Refusal
from warung.kit.ids import AccountId

NAMES = ("Budi", "Siti", "Ayu")
Kind = Literal["request", "accept", "decline", "withdraw", "remove", "block", "unblock", "wait"]
# What somebody may sensibly do to another who is this to them; random acts would mostly be refused.
SENSIBLE: dict[str, tuple[Kind, ...]] = {
    "stranger": ("request", "request", "block", "wait"),
    "requested": ("withdraw", "request", "block", "wait"),
    "asked_me": ("accept", "decline", "request", "block", "wait"),
    "contact": ("remove", "request", "block", "wait"),
    "blocked": ("unblock", "request", "wait"),
}


class Act(NamedTuple):
    """Somebody does something to somebody else; or three days pass."""

    kind: Kind
    by: int
    to: int


class Choice(NamedTuple):
    """Who acts towards whom, and which of the sensible things it is."""

    who: tuple[int, int]
    which: int


PAIRS = [(by, to) for by in range(len(NAMES)) for to in range(len(NAMES)) if by != to]
# Mostly between the first two: a story that matters takes four acts in the right order.
WHO = st.sampled_from([(0, 1), (1, 0)] * 6 + PAIRS)
STORIES = st.lists(st.builds(Choice, WHO, st.integers(0, 59)), min_size=8, max_size=30)
MORE = settings(max_examples=2 * settings().max_examples)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.long)])
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """One place for all examples: each brings its own people."""
    folder: Path = tmp_path_factory.mktemp("town")
    with opened_place(request.param, folder) as place:
        place.settings[contacts.Settings] = contacts.Settings(requests_per_day=5)
        yield place


class Cast:
    """The people of one world. What they do in it is refused or not; what they see is told without ids, to be compared."""

    def __init__(self, tx: Tx, number: int) -> None:
        self.ids = [accounts.create_account(tx, handle=f"p{number}_{at}", name=name) for at, name in enumerate(NAMES)]
        self.name = dict(zip(self.ids, NAMES, strict=True))

    def choose(self, reader: Reader, choice: Choice) -> Act:
        """Return the act that is meant, as things stand in this world."""
        by, to = choice.who
        kinds = SENSIBLE[contacts.relation(reader, by=self.ids[by], other=self.ids[to])]
        return Act(kinds[choice.which % len(kinds)], by, to)

    def do(self, tx: Tx, act: Act) -> str:
        """Let it happen; return what the actor is told."""
        try:
            return self._do(tx, act, self.ids[act.by], self.ids[act.to])
        except Refusal as refusal:
            return refusal.code()

    def _do(self, tx: Tx, act: Act, by: AccountId, to: AccountId) -> str:
        seen = contacts.overview(tx, by=by)
        if act.kind == "request":
            return type(contacts.request(tx, by=by, to=to, greeting=act.kind, via="handle")).__name__
        if act.kind == "withdraw":
            for mine in seen.outgoing:
                if mine.recipient.id == to:
                    contacts.withdraw(tx, by=by, id=mine.id)
            return "done"
        if act.kind in ("accept", "decline"):
            answer = contacts.accept if act.kind == "accept" else contacts.decline
            for theirs in seen.incoming:
                if theirs.sender.id == to:
                    answer(tx, by=by, id=theirs.id)
            return "done"
        verb = {"remove": contacts.remove, "block": contacts.block, "unblock": contacts.unblock}[act.kind]
        verb(tx, by=by, other=to)
        return "done"

    def do_kindly(self, tx: Tx, act: Act) -> None:
        """What blocking and declining look like from the other side: parting and taking back, or nothing."""
        if act.kind == "block":
            self.do(tx, act._replace(kind="remove"))
            self.do(tx, act._replace(kind="withdraw"))

    def view(self, reader: Reader, at: int) -> Any:
        """Everything that one person can see."""
        by = self.ids[at]
        seen = contacts.overview(reader, by=by)
        others = [id for id in self.ids if id != by]
        found = [contacts.look_up(reader, by=by, handle=accounts.profile(reader, id).handle) for id in others]
        return (
            [(person.name, person.status, person.region, person.since) for person in seen.contacts],
            [(each.sender.name, each.greeting, each.at, each.via) for each in seen.incoming],
            [(each.recipient.name, each.greeting, each.at, each.via) for each in seen.outgoing],
            [person.name for person in seen.blocked],
            [(person.name, person.status, person.region, person.relation) for person in found],
            [refusal and refusal.code() for refusal in (contacts.may_write(reader, by, id) for id in others)],
            contacts.changed_at(reader, by=by),
        )


def told(place: Place, id: AccountId) -> list[str]:
    return [type(event).__name__ for event, account in place.told if account == id]


def new_casts(place: Place, count: int) -> list[Cast]:
    def arrive(tx: Tx) -> list[Cast]:
        return [Cast(tx, place.number()) for _ in range(count)]

    place.told.clear()
    return place.write(arrive)


@MORE
@given(story=STORIES)
def test_nobody_learns_that_they_were_blocked_or_declined(town: Place, story: list[Choice]) -> None:
    real, *kind = new_casts(town, 1 + len(NAMES))

    def happen(tx: Tx, act: Act) -> None:
        outcome = real.do(tx, act)
        for at, world in enumerate(kind):
            if at == act.by:
                assert world.do(tx, act) == outcome
            elif at == act.to and act.kind in ("block", "unblock", "decline"):
                world.do_kindly(tx, act)
            elif at != act.to or outcome in ("done", "Request", "Accepted"):
                world.do(tx, act)

    def same(reader: Reader) -> None:
        for at, world in enumerate(kind):
            assert world.view(reader, at) == real.view(reader, at)
            assert told(town, world.ids[at]) == told(town, real.ids[at])

    for choice in story:
        act = town.read(real.choose, choice=choice)
        if act.kind == "wait":
            town.now += 3 * DAY
        else:
            town.now += 1
            town.write(happen, act=act)
            town.read(same)


@MORE
@given(story=STORIES)
def test_writing_needs_two_who_agree(town: Place, story: list[Choice]) -> None:
    (cast,) = new_casts(town, 1)

    def check(reader: Reader) -> None:
        seen = {id: contacts.overview(reader, by=id) for id in cast.ids}
        known = {id: {person.id for person in seen[id].contacts} for id in cast.ids}
        blocked = {id: {person.id for person in seen[id].blocked} for id in cast.ids}
        asked = {id: [each.recipient.id for each in seen[id].outgoing] for id in cast.ids}
        arrived = {id: [each.sender.id for each in seen[id].incoming] for id in cast.ids}
        for a in cast.ids:
            assert len(asked[a]) == len(set(asked[a]))
            for b in set(cast.ids) - {a}:
                assert (b in known[a]) == (a in known[b])
                agreed = b in known[a] and b not in blocked[a] and a not in blocked[b]
                assert (contacts.may_write(reader, a, b) is None) == agreed
                assert (contacts.relation(reader, by=a, other=b) == "contact") == agreed
                if a in arrived[b]:
                    assert b in asked[a]
                    assert a not in blocked[b]
                if b in asked[a]:
                    assert a not in asked[b]
                    assert b not in known[a]

    for choice in story:
        act = town.read(cast.choose, choice=choice)
        if act.kind == "wait":
            town.now += 3 * DAY
        else:
            town.write(cast.do, act=act)
            town.read(check)
