"""A simulated person with one device: an outbox, a log that it keeps whole, and a connection that may be cut at any time."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from tests.simulation.node import Node
from warung.chat import store
from warung.gateway.frame import payloads
from warung.kit.ids import AccountId, ConversationId

if TYPE_CHECKING:
    from tests.simulation.world import Simulation

ANSWER_S = 5.0  # how long an answer is waited for


class Said(msgspec.Struct, frozen=True):
    """An entry as this device keeps it."""

    seq: int
    text: str | None


class Cable:
    """One connection, seen from the server: a `gateway.hub.Wire`. Bytes arrive in order, late, or not at all."""

    def __init__(self, person: "Person", node: Node) -> None:
        self.person, self.node, self.sim = person, node, person.sim
        self.whole = True
        self._held: list[bytes] | None = None
        self._there = self._back = 0.0
        self.peer = node.open(person.account, self)

    def write(self, data: bytes) -> None:
        """Carry frames to the device."""
        for payload in payloads(data):
            self._back = max(self._back, self.sim.loop.time() + self.sim.delay())
            self.sim.at(self._back, self._arrive, payload)

    def say(self, payload: bytes) -> None:
        """Carry a frame to the server."""
        self._there = max(self._there, self.sim.loop.time() + self.sim.delay())
        self.sim.at(self._there, self._reach, payload)

    def _arrive(self, payload: bytes) -> None:
        if self.whole:
            self.person.hear(payload)

    def _reach(self, payload: bytes) -> None:
        if not self.whole or not self.node.alive:
            return
        if self._held is not None:
            self._held.append(payload)
        else:
            self.node.commands.received(self.peer, payload)

    def cut(self) -> None:
        """Be no more; both sides notice."""
        if self.whole:
            self.whole = False
            if self.node.alive:
                self.node.hub.leave(self.peer)
            self.person.lost(self)

    def backlog(self) -> int:
        """This cable takes everything."""
        return 0

    def close(self, code: int, reason: str) -> None:
        """The server says goodbye."""
        self.cut()

    def probe(self) -> bool:
        """Nobody is silent here."""
        return True

    def pause(self, stop: bool) -> None:
        """Hold what comes, or let it go on."""
        held, self._held = self._held or [], [] if stop else None
        for payload in held:
            self._reach(payload)


class Person:
    """Writes what they mean to write, in order, again and again until it is acknowledged."""

    def __init__(self, sim: "Simulation", account: AccountId, club: ConversationId) -> None:
        self.sim, self.account, self.club = sim, account, club
        self.cable: Cable | None = None
        self.log: list[Said] = []
        self.events: list[Any] = []
        self.promised: dict[str, tuple[int, str]] = {}
        self.intents: dict[str, str] = {}
        self.contradictions: list[str] = []
        self._numbers = 0
        self._asked: dict[int, str] = {}

    def connect(self) -> None:
        """Find a node that lives, and read what was missed."""
        if self.cable is None:
            node = self.sim.any_node()
            if node is None:
                self.sim.later(1.0, self.connect)
                return
            self.cable = Cable(self, node)
            self.fetch()
            for nonce in self.intents:
                self._send(nonce)

    def lost(self, cable: Cable) -> None:
        """The connection is gone; come back."""
        if self.cable is cable:
            self.cable = None
            self._asked.clear()
            self.sim.later(self.sim.delay() + 0.2, self.connect)

    def mean(self, text: str) -> None:
        """Want to say something."""
        nonce = f"nonce-{self.account}-{len(self.intents):04}"
        self.intents[nonce] = text
        self._send(nonce)

    def read(self) -> None:
        """Say how far one has read."""
        if self.log:
            self._say({"type": "chat.cursor", "conversation": self.club, "read": self.log[-1].seq})

    def _send(self, nonce: str) -> None:
        if nonce in self.promised:
            return
        card = {"type": "chat.text", "text": self.intents[nonce]}
        number = self._say({"type": "chat.send", "conversation": self.club, "nonce": nonce, "card": card})
        if number:
            self._asked[number] = nonce
            self.sim.later(ANSWER_S, self._unanswered, number, nonce)

    def _unanswered(self, number: int, nonce: str) -> None:
        if self._asked.pop(number, None) is not None:
            self._send(nonce)

    def _say(self, command: dict[str, Any]) -> int:
        if self.cable is None:
            return 0
        self._numbers += 1
        self.cable.say(msgspec.json.encode({"id": self._numbers, **command}))
        return self._numbers

    def hear(self, payload: bytes) -> None:
        """A frame came."""
        frame = msgspec.json.decode(payload)
        self.events.append(frame)
        if frame["type"] == "resync":
            self.fetch()
        elif frame["type"] == "chat.message" and frame["message"]["conversation"] == self.club:
            self._take([frame["message"]])
        elif frame["type"] in ("ok", "error") and (nonce := self._asked.pop(frame["id"], None)) is not None:
            if frame["type"] == "error":
                self.sim.later(1.0, self._send, nonce)
            else:
                told = (frame["result"]["seq"], self.intents[nonce])
                if self.promised.setdefault(nonce, told) != told:
                    self.contradictions.append(f"{nonce} was acknowledged as {self.promised[nonce]}, then as {told}")

    def fetch(self) -> None:
        """Ask for what is missing."""
        if self.cable is not None:
            cable, after = self.cable, self.log[-1].seq if self.log else 0
            self.sim.later(self.sim.delay(), self._fetched, cable, after)

    def _fetched(self, cable: Cable, after: int) -> None:
        if cable.whole and cable.node.alive:
            entries = cable.node.ask(lambda reader: store.after(reader, self.club, after, 200))
            found = [msgspec.json.decode(msgspec.json.encode(entry)) for entry in entries]
            self.sim.later(self.sim.delay(), self._if_whole, cable, lambda: self._take(found))

    def _if_whole(self, cable: Cable, call: Callable[[], None]) -> None:
        if cable.whole:
            call()

    def _take(self, messages: list[dict[str, Any]]) -> None:
        """Append what comes next; ask for what is missing before anything else."""
        for message in messages:
            last = self.log[-1].seq if self.log else 0
            if message["seq"] == last + 1:
                self.log.append(Said(message["seq"], message["card"].get("text")))
            elif message["seq"] > last + 1:
                self.fetch()
                return
