"""Personal by construction: whatever people are to each other, somebody who was not accepted learns a handle, a name and an avatar by an
exact look-up, and can send exactly one thing: a request. Shown over random graphs, against every route and every socket command.
"""

import itertools
import json
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.scenarios import circle, companies
from tests.scenarios.money import Money, own_money
from tests.scenarios.stranger import Loot, frames, tries
from tests.scenarios.walking import device, everything, routes_of, speak, walk, without
from tests.served import Served
from tests.worlds import Hand
from warung import accounts, chat, contacts, polls
from warung.app import DOMAINS
from warung.chat import agreed, drafts, edits, favourites, preferences, reactions, schedule
from warung.contacts import Complaint, Notes
from warung.kit.bus import Envelope
from warung.kit.clock import HOUR
from warung.kit.db import Tx
from warung.kit.ids import AccountId, ConversationId, Nonce

pytestmark = pytest.mark.anyio

X, Y = 0, 1  # the stranger, and who has not accepted them
NAMES = ("Budi", "Siti", "Ayu", "Pak Joko", "Rina")
Edge = Literal["none", "asked", "declined", "blocked", "contact", "parted"]
OTHERS = [(a, b) for a, b in itertools.permutations(range(len(NAMES)), 2) if a < b and (a, b) != (X, Y)]
number = itertools.count(1)


class Story(NamedTuple):
    """Who is what to whom: what became of one's request to the other, either way round; and who is in the group that each leads."""

    between: Edge  # what became of the stranger's wish to know the other
    edges: Sequence[tuple[Edge, bool]]
    groups: Sequence[frozenset[int]]


EDGES: list[Edge] = ["none", "asked", "declined", "blocked", "contact", "contact", "parted"]
STRANGE: list[Edge] = ["none", "asked", "declined", "blocked", "parted"]
STORIES = st.builds(
    Story,
    st.sampled_from(STRANGE),
    st.tuples(*[st.tuples(st.sampled_from(EDGES), st.booleans()) for _ in OTHERS]),
    st.tuples(*[st.frozensets(st.integers(0, len(NAMES) - 1)) for _ in NAMES]),
)
SHARED = settings(  # one place for all stories: each brings its own people
    max_examples=settings().max_examples // 4,  # each is two hundred attempts
    suppress_health_check=[*settings().suppress_health_check, HealthCheck.function_scoped_fixture],
)


class Town:
    """The people of one story, what they wrote, and which of it is not for the stranger."""

    def __init__(self, tx: Tx, story: Story) -> None:
        self.tx = tx
        self.mark = f"rahasia{next(number)}x"  # in everything that is not for everyone; never twice
        self.ids = [self._person(tx, at) for at in range(len(NAMES))]
        self.devices = [
            accounts.start_session(tx, account=id, device=f"{self.mark}gawai{at}", address="") for at, id in enumerate(self.ids)
        ]
        self.secrets: set[str] = {f"{self.mark}gawai{at}" for at in range(1, len(NAMES))}
        self.known = {X, Y}  # whose names the stranger may come across
        self.joined: dict[ConversationId, set[int]] = {}
        self.requests: list[str] = []
        self.edges = {(X, Y): (story.between, False)} | dict(zip(OTHERS, story.edges, strict=True))
        self.friends = {frozenset(pair) for pair, (edge, _) in self.edges.items() if edge == "contact"}
        for (a, b), (edge, turned) in self.edges.items():
            self._relate(*((b, a) if turned else (a, b)), edge)
        for leader, wanted in enumerate(story.groups):
            self._gather(leader, wanted)
        for at in range(1, len(NAMES)):
            if frozenset((X, at)) not in self.friends:
                self.secrets.add(f"{self.mark}status{at}")
            if at not in self.known:
                self.secrets |= {f"{self.mark}nama{at}", accounts.profile(tx, self.ids[at]).handle}
        complaint = Complaint("person", "other", f"{self.mark}laporan", account=self.ids[2])
        self.report = contacts.report(tx, by=self.ids[Y], complaint=complaint)
        self.secrets.add(f"{self.mark}laporan")
        self.money = own_money(tx, self.ids[Y], self._secret)
        self.circle = circle.fill(tx, self.ids[Y], f"{self.mark}paket", f"{self.mark}stiker")
        self.circle |= companies.fill(tx, self.ids[Y], f"{self.mark}toko")
        self.secrets |= {f"{self.mark}paket", f"{self.mark}stiker", f"{self.mark}toko"}
        self._keep(tx)

    def _keep(self, tx: Tx) -> None:
        """What the other keeps for themselves: a draft, a message for later, a folder; and a message that was edited and reacted to."""
        other, notes = self.ids[Y], chat.open_self(tx, by=self.ids[Y])
        self.joined[notes] = {Y}
        drafts.keep(tx, by=other, conversation=notes, draft=drafts.Draft(f"{self.mark}draf"))
        card = msgspec.Raw(msgspec.json.encode(chat.Text(text_=f"{self.mark}nanti")))
        self.scheduled = schedule.schedule(tx, by=other, conversation=notes, card=card, send_at=tx.now + 60_000).id
        preferences.decide(tx, by=other, folders=(preferences.Folder("1", f"{self.mark}map"[:24]),))
        for text in ("lama", "baru"):
            message = chat.send(tx, by=other, to=notes, card=chat.Text(text_=f"{self.mark}{text}"), nonce=Nonce(f"{text}-{notes}"))
            edits.edit(tx, by=other, conversation=notes, seq=message.seq, text=f"{self.mark}{text} sekali")
            reactions.react(tx, by=other, conversation=notes, seq=message.seq, emoji="👍")
        choices = [f"{self.mark}pilih{at}" for at in range(2)]
        asked = polls.ask(tx, by=other, to=notes, question=f"{self.mark}tanya", choices=choices, nonce=Nonce(f"tanya-{notes}"))
        self.poll = str(json.loads(bytes(asked.card))["poll"])
        self.secrets |= {f"{self.mark}tanya", *choices}
        agreed.pin(tx, by=other, conversation=notes, seq=1)
        favourites.keep(tx, by=other, conversation=notes, seq=1)
        self.secrets |= {f"{self.mark}{word}" for word in ("draf", "nanti", "lama", "baru")} | {f"{self.mark}map"[:24]}

    def _secret(self, word: str) -> str:
        """Note a word that the stranger may not read; return it as it is written."""
        self.secrets.add(f"{self.mark}{word}")
        return f"{self.mark}{word}"

    def _person(self, tx: Tx, at: int) -> AccountId:
        id = accounts.create_account(tx, handle=f"{self.mark}{at}", name=f"{NAMES[at]} {self.mark}nama{at}")
        accounts.change(tx, by=id, changes=accounts.Changes(status=f"{self.mark}status{at}"))
        return id

    def _relate(self, a: int, b: int, edge: Edge) -> None:
        tx, one, other = self.tx, self.ids[a], self.ids[b]
        if edge == "none":
            return
        greeting = f"{self.mark}salam{a}-{b}"
        asked = contacts.request(tx, by=one, to=other, greeting=greeting, via="handle")
        assert isinstance(asked, contacts.Request)
        if X in (a, b):
            self.known |= {a, b}
        else:
            self.secrets.add(greeting)
            self.requests += [asked.id] if Y in (a, b) else []
        if edge == "declined":
            contacts.decline(tx, by=other, id=asked.id)
        elif edge == "blocked":
            contacts.block(tx, by=other, other=one)
        elif edge in ("contact", "parted"):
            conversation = contacts.accept(tx, by=other, id=asked.id).conversation
            self.joined[conversation] = {a, b}
            self._write(conversation, one)
            for at, whom in ((a, other), (b, one)):
                contacts.annotate(
                    tx, by=self.ids[at], other=whom, notes=Notes(remark=f"{self.mark}catatan{at}", tags=[f"{self.mark}tag{at}"])
                )
                self.secrets |= {f"{self.mark}catatan{at}", f"{self.mark}tag{at}"} if at != X else set()
            if edge == "parted":
                contacts.remove(tx, by=other, other=one)

    def _gather(self, leader: int, wanted: frozenset[int]) -> None:
        members = {at for at in wanted if frozenset((leader, at)) in self.friends} | {leader}
        members -= {X} if Y in members and leader != X else set()
        name = f"{self.mark}grup{leader}"
        group = chat.create_group(self.tx, by=self.ids[leader], name=name, members=[self.ids[at] for at in sorted(members - {leader})])
        chat.change_group(self.tx, by=self.ids[leader], id=group, notice=f"{name} pengumuman")
        self.joined[group] = members
        self._write(group, self.ids[leader])
        if X in members:
            self.known |= members
        else:
            self.secrets.add(name)
        if leader == X:
            self.own_group = group

    def _write(self, where: ConversationId, by: AccountId) -> None:
        words = f"{self.mark}pesan{where}"
        chat.send(self.tx, by=by, to=where, card=chat.Text(text_=words), nonce=Nonce(f"pesan-{where}"))
        if X not in self.joined[where]:
            self.secrets.add(words)

    def loot(self, invite: str, device_link: str) -> Loot:
        """Everything that a leak of ids could have told the stranger about the other."""
        return Loot(
            account=self.ids[Y],
            handle=f"{self.mark}{Y}",
            conversations=[id for id, members in self.joined.items() if Y in members],
            requests=self.requests,
            session=self.devices[Y].session,
            invite=invite,
            device_link=device_link,
            report=self.report,
            blob="0" * 20,
            upload="0" * 20,
            import_="0" * 20,
            scheduled=self.scheduled,
            money=self.money,
            poll=self.poll,
            own_group=self.own_group,
            circle=self.circle,
        )


def leaks(town: Town, told: Sequence[tuple[str, str]]) -> list[str]:
    """Return what should not have been said, after what it was said."""
    return [f"{secret} after {tried}: {answer}" for tried, answer in told for secret in town.secrets if secret in answer]


@pytest.fixture
async def served(serve_a_world: Any, database: str) -> Served:
    quick = accounts.Settings(password_memory_kib=8, password_passes=1)
    place: Served = await serve_a_world(database, sections={accounts.Settings: quick})
    return place


async def test_every_route_and_command_is_in_the_table_of_what_a_stranger_tries(served: Served) -> None:
    empty: dict[str, Any] = {"conversations": (), "requests": (), "money": Money(), "circle": {}}
    nobody = Loot(**{name: empty.get(name, "") for name in Loot.__struct_fields__})
    assert routes_of(served) - tries(nobody).keys() == set()
    commands = {
        str(msgspec.structs.fields(command.request) and command.request.__struct_config__.tag)
        for domain in DOMAINS
        for command in domain.commands
    }
    assert commands - frames(nobody).keys() == set()


@SHARED
@given(story=STORIES)
async def test_who_was_not_accepted_learns_nothing_and_can_send_only_a_request(served: Served, hand: Hand, story: Story) -> None:
    hand.forward(HOUR)  # what may be tried so many times an hour may be tried again
    town = await served.world.db.write(lambda tx: Town(tx, story))
    heard: list[Any] = []

    def listen(envelope: Envelope) -> None:
        if town.ids[Y] in envelope.to:
            heard.append(json.loads(envelope.frame)["type"])

    async with device(served, town.devices[X].token) as stranger, device(served, town.devices[Y].token) as other:
        invite = (await other.post("/invites", json={})).json()["id"]
        link = (await other.post("/device-links", json={"device": f"{town.mark}baru"})).json()["id"]
        before = await everything(other)
        served.world.bus.subscribe(listen)
        loot = town.loot(invite, link)
        told = await speak(served, town.devices[X].token, frames(loot)) + await walk(served, stranger, tries(loot))
        after = await everything(other)

    assert leaks(town, told) == []
    if story.between in ("none", "parted"):  # an id is not a handle
        assert [answer for tried, answer in told if " /people/" in tried and "person_not_found" not in answer] == []
    arrived = [each for each in after["/contacts"]["incoming"] if each["from"]["id"] == town.ids[X]]
    assert [each["greeting"] for each in arrived] == ([] if story.between in ("declined", "blocked") else ["Halo"])
    assert set(heard) <= {"contacts.changed"}
    assert not (heard and story.between in ("declined", "blocked"))
    for seen in (before, after):
        seen["/contacts"]["incoming"] = [each for each in seen["/contacts"]["incoming"] if each["from"]["id"] != town.ids[X]]
    volatile = ("now", "relation", "seen_at", "contacts_changed")
    for path in before.keys() | after.keys():
        assert (path, without(after.get(path), *volatile)) == (path, without(before.get(path), *volatile))
