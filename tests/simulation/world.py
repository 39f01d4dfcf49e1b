"""A simulated place: two nodes on one log, a bus that loses, repeats and reorders, people whose connections break, nodes that crash.

Everything that happens by chance comes from one seed, so a history that goes wrong goes wrong again.
"""

import asyncio
import itertools
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from tests.faults.checker import complaints
from tests.simulation.loop import SimLoop
from tests.simulation.node import CARDS, KINDS, SECTIONS, Node, listeners
from tests.simulation.person import Person, Said
from warung import accounts, chat, contacts
from warung.adapters.db_sqlite import SqliteLink, migrate
from warung.adapters.transaction import Context, Transaction
from warung.app import schema
from warung.chat import store
from warung.kit.bus import Envelope
from warung.kit.ids import ConversationId

START = 1_790_000_000_000
CALM_S = 20.0  # until then things go wrong
SETTLED_S = 120.0
MESSAGES = 6  # of each person
Link = Callable[[Path], SqliteLink]


def honest(file: Path) -> SqliteLink:
    """Return a connection that keeps its promises."""
    return SqliteLink(file, writes=True)


class Template:
    """A database in which Budi, Siti and Pak Joko are in a group, and Ayu is not."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "template.db"
        migrate(self.file, schema(), START)
        link = SqliteLink(self.file, writes=True)
        link.begin()
        moments = itertools.count(START)  # so that ids sort as they were made, in every run
        context = Context(CARDS, lambda event, to: None, SECTIONS, listeners(), lambda: next(moments), KINDS)

        def tx() -> Transaction:
            return Transaction(link, context, {}, exclusive=True, writes=True)

        self.people = [accounts.create_account(tx(), handle=handle, name=handle.title()) for handle in ("budi", "siti", "joko")]
        self.stranger = accounts.create_account(tx(), handle="ayu", name="Ayu")
        for other in self.people[1:]:
            contacts.befriend(tx(), a=self.people[0], b=other)
        self.club: ConversationId = chat.create_group(tx(), by=self.people[0], name="kopi club", members=self.people[1:])
        link.commit()
        link.command("PRAGMA wal_checkpoint(TRUNCATE)")
        link.close()


class Simulation:
    """One history. `run` returns the complaints about it."""

    def __init__(self, seed: int, template: Template, folder: Path, *, link: Link = honest, tells: bool = True, nodes: int = 2) -> None:
        self.chance = random.Random(seed)
        self.loop: SimLoop
        self._template, self._link, self._tells, self._names = template, link, tells, ("satu", "dua")[:nodes]
        self._file = folder / f"{seed}.db"
        shutil.copyfile(template.file, self._file)
        self.nodes: list[Node] = []
        self.calm = False

    def run(self) -> list[str]:
        """Live through it."""
        try:
            with asyncio.Runner(loop_factory=SimLoop) as runner:
                return runner.run(self._live())
        finally:
            for file in self._file.parent.glob(f"{self._file.name}*"):
                file.unlink()

    async def _live(self) -> list[str]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, SimLoop)
        self.loop = loop
        self.nodes = [Node(self, name, self._file) for name in self._names]
        everybody = [Person(self, account, self._template.club) for account in (*self._template.people, self._template.stranger)]
        *people, stranger = everybody
        for person in everybody:
            person.connect()
        for person in people:
            for n in range(MESSAGES):
                self.later(self.chance.uniform(0, CALM_S), person.mean, f"{person.account} {n}")
            for _ in range(2):
                self.later(self.chance.uniform(0, CALM_S), person.read)
        for _ in range(self.chance.randrange(4)):
            self.later(self.chance.uniform(0, CALM_S), self._crash, self.chance.randrange(len(self.nodes)))
        for _ in range(self.chance.randrange(6)):
            self.later(self.chance.uniform(0, CALM_S), self._cut, self.chance.choice(everybody))
        await asyncio.sleep(CALM_S)
        self.calm = True
        log = await self._settled(people)
        for node in self.nodes:
            if node.alive:
                node.crash()
        return self._complaints(people, stranger, log)

    async def _settled(self, people: list[Person]) -> list[Said]:
        """Wait until everybody has said what they meant and has all of it, or long enough."""
        end = self.loop.time() + SETTLED_S
        while True:
            await asyncio.sleep(1.0)
            node = self.any_node()
            log = self._read(node) if node is not None else []
            if all(len(person.promised) == len(person.intents) and person.log == log for person in people) or self.loop.time() > end:
                return log

    def _read(self, node: Node) -> list[Said]:
        entries = node.ask(lambda reader: store.after(reader, self._template.club, 0, 1000))
        return [Said(entry.seq, msgspec.json.decode(entry.card).get("text")) for entry in entries]

    def _complaints(self, people: list[Person], stranger: Person, log: list[Said]) -> list[str]:
        promised = {nonce: told for person in people for nonce, told in person.promised.items()}
        seen = [[Said(entry.seq, entry.text) for entry in person.log] for person in people]
        overheard = [event for event in stranger.events if event["type"].startswith("chat.")]
        wrong = complaints(promised=promised, logs=[log, *[each for each in seen if each]], heard=seen, overheard=overheard)
        wrong += [each for person in people for each in person.contradictions]
        wrong += [f"{person.account} never had everything" for person in people if person.log != log]
        return wrong + [f"{person.account} was never answered" for person in people if len(person.promised) < len(person.intents)]

    # What the parts ask of the world.

    def wall(self) -> int:
        """The clock on the wall."""
        return START + int(self.loop.time() * 1000)

    def link(self, file: Path) -> SqliteLink:
        """A connection that writes."""
        return self._link(file)

    def later(self, seconds: float, call: Callable[..., Any], *args: Any) -> None:
        """Do something in a while."""
        self.loop.call_later(seconds, call, *args)

    def at(self, time: float, call: Callable[..., Any], *args: Any) -> None:
        """Do something at a time."""
        self.loop.call_at(time, call, *args)

    def delay(self) -> float:
        """How long bytes travel: mostly little."""
        return self.chance.choice((0.001, 0.01, 0.05, 0.3, 2.0)) * self.chance.random()

    def disk(self) -> float:
        """How long a disk takes."""
        return self.chance.choice((0.0005, 0.002, 0.05, 0.5)) * self.chance.random()

    def any_node(self) -> Node | None:
        """A node that lives."""
        alive = [node for node in self.nodes if node.alive]
        return self.chance.choice(alive) if alive else None

    def carry(self, source: Node, envelope: Envelope) -> None:
        """The bus: late, twice, in another order, or not at all. What it loses it says, later."""
        for node in self.nodes:
            if node is source:
                continue
            fate = self.chance.random()
            if fate < 0.2 and not self.calm:
                if self._tells:
                    self.later(1 + 2 * self.chance.random(), node.missed)
                continue
            for _ in range(2 if fate > 0.9 else 1):
                self.later(self.delay(), node.heard, envelope)

    def _cut(self, person: Person) -> None:
        if person.cable is not None:
            person.cable.cut()

    def _crash(self, which: int) -> None:
        node = self.nodes[which]
        if not node.alive:
            return
        node.crash()
        for other in self.nodes:
            if other is not node and self._tells:
                self.later(3.0, other.missed)  # it fell silent
        for person in (peer.wire for peer in node.hub.peers()):
            person.cut()  # type: ignore[attr-defined]
        self.later(self.chance.uniform(0.5, 3), self._start, which)

    def _start(self, which: int) -> None:
        self.nodes[which] = Node(self, self.nodes[which].name, self._file)
