"""A simulated node: the real hub, commands, writer and verbs over a real SQLite, with disks, wires and a bus of chance."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warung.adapters.db_sqlite import SqliteLink
from warung.adapters.transaction import Context, Transaction
from warung.adapters.writer import Doubtful, NotConfirmed, Unit, Writer
from warung.app import DOMAINS, enveloped
from warung.gateway.commands import Commands
from warung.gateway.errors import Phrasebook
from warung.gateway.hub import Hub, Peer
from warung.gateway.overload import Admission
from warung.kit.bus import Envelope, Event
from warung.kit.card import Cards
from warung.kit.db import Question
from warung.kit.ids import AccountId, Identity, SessionId

if TYPE_CHECKING:
    from tests.simulation.world import Simulation

CARDS = Cards(card for domain in DOMAINS for card in domain.cards)
KINDS = {kind.name: kind for domain in DOMAINS for kind in domain.kinds}
PHRASES = Phrasebook()
SECTIONS: Mapping[type[Any], Any] = {domain.settings: domain.settings() for domain in DOMAINS if domain.settings is not None}


def listeners() -> dict[type[Event], list[Any]]:
    """Return who listens to what, as `app.py` does."""
    heard: dict[type[Event], list[Any]] = {}
    for domain in DOMAINS:
        for event, listener in domain.listeners:
            heard.setdefault(event, []).append(listener)
    return heard


class SimWriter(Writer):
    """The real writer; what its thread does happens at times of chance, and can be cut short by a crash."""

    def __init__(self, sim: "Simulation", link: SqliteLink, context: Context) -> None:
        super().__init__(lambda: link, context, lambda failure: None)
        self._sim = sim
        self._link = link
        self.dead = False
        self._batches = self  # type: ignore[assignment]  # what goes to the thread comes here

    def _work(self, connect: Any) -> None:
        """The thread has nothing to do."""

    def put(self, batch: list[Unit]) -> None:
        """Begin a batch in a while."""
        self._sim.later(self._sim.disk(), self._turn, batch)

    def _turn(self, batch: list[Unit]) -> None:
        if self.dead:
            return
        try:
            self._commit(self._link, batch)
        except Doubtful:
            self._recover(self._link)
            self._refuse(batch, NotConfirmed())
        except Exception as failure:
            outcome = self._link.translate(failure)
            self._recover(self._link)
            self._refuse(batch, outcome)
        self._sim.later(self._sim.disk(), self._hand_back, batch)

    def _hand_back(self, batch: list[Unit]) -> None:
        if not self.dead:
            self._finished(batch)


class Node:
    """One run of a server, from its start to its crash. It is a `kit.db.Db` to its own commands."""

    def __init__(self, sim: "Simulation", name: str, file: Path) -> None:
        self.sim = sim
        self.name = name
        self.alive = True
        self.context = Context(CARDS, self._publish, SECTIONS, listeners(), sim.wall, KINDS)
        self._link = sim.link(file)
        self._reader = SqliteLink(file, writes=False)
        self.writer = SimWriter(sim, self._link, self.context)
        self.hub = Hub(256 * 1024, left=lambda account: None)
        commands = [command for domain in DOMAINS for command in domain.commands]
        self.commands = Commands(self, commands, PHRASES, Admission(time=sim.loop.time, exact=sim.loop.time, wall=sim.wall))  # type: ignore[arg-type]

    def submit(self, verb: Any, done: Callable[[Any], None]) -> None:
        """Give a verb to the writer."""
        self.writer.submit(verb, done)

    def ask(self, question: Question[Any]) -> Any:
        """Answer a question from what is committed."""
        self._reader.begin()
        try:
            return question(Transaction(self._reader, self.context, {}, exclusive=False, writes=False))
        finally:
            self._reader.command("ROLLBACK")

    def open(self, account: AccountId, wire: Any) -> Peer:
        """Let a connection in."""
        peer = Peer(self.hub, wire, Identity(account, SessionId(f"{account}-session")), self.sim.loop.time())
        self.hub.join(peer)
        return peer

    def heard(self, envelope: Envelope) -> None:
        """Something comes by the bus."""
        if self.alive:
            self.hub.deliver(envelope)

    def missed(self) -> None:
        """The bus says that something may not have come."""
        if self.alive:
            self.hub.missed(None)

    def crash(self) -> None:
        """End at once. What was not committed is gone, what was not answered is not known."""
        self.alive = False
        self.writer.dead = True
        self._link.close()
        self._reader.close()

    def _publish(self, event: Event, to: Sequence[AccountId]) -> None:
        if self.alive:
            envelope = enveloped(event, to)
            self.hub.deliver(envelope)
            self.sim.carry(self, envelope)
