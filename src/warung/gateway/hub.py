"""The hub: the connections of this node, and how an event reaches them. Framed once, the same bytes to everyone.

Several frames to one connection in one tick are one write; what hundreds are told waits for the commit that is under way, if
any, so that both are one write each. A connection that does not read gets no more pushes beyond its outbox, and one
`resync` when it reads again: the log heals what it missed.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from warung.gateway.frame import RESTARTING, SESSION_ENDED, SILENT, TOO_FAST, Resync, framed
from warung.kit.bus import Envelope
from warung.kit.ids import AccountId, Identity, SessionId

RESYNC = framed(msgspec.json.encode(Resync()))
RESYNCS_PER_TURN, RESYNC_TURN_S = 200, 0.05  # everybody at once would ask the log at once
REFUSALS, REST_S = 8, 1.0  # a connection that goes on after so many is not read for so long
CROWD, HOLD_S = 100, 0.002  # an audience so large waits for a commit, and never longer
IN_FLIGHT = 64  # commands of one connection that may wait; beyond that it is not read


class Wire(Protocol):
    """The sending side of one socket."""

    def write(self, data: bytes) -> None:
        """Send bytes that are already frames."""

    def backlog(self) -> int:
        """Return how many bytes the other side has not taken yet."""

    def close(self, code: int, reason: str) -> None:
        """Say goodbye with a close code, then disconnect. What is written later goes nowhere."""

    def probe(self) -> bool:
        """Send a WebSocket ping; False where the server below looks after that by itself."""

    def pause(self, stop: bool) -> None:
        """Stop or go on reading."""


class Peer:
    """One open connection of an identity."""

    __slots__ = (
        "_choked", "_draining", "_refusals", "_resting", "_stopped",
        "broken", "heard", "held", "hub", "identity", "in_flight", "lagging", "outbox", "wire",
    )  # fmt: skip

    def __init__(self, hub: "Hub", wire: Wire, identity: Identity, heard: float) -> None:
        self.hub = hub
        self.wire = wire
        self.identity = identity
        self.heard = heard
        self.in_flight = 0
        self.broken = 0
        self.held = False
        self.outbox: list[bytes] = []
        self.lagging = False
        self._choked = False
        self._draining = False
        self._resting = False
        self._refusals = 0
        self._stopped = False

    def began(self) -> None:
        """A command came in and waits for its answer."""
        self.in_flight += 1
        if self.in_flight == IN_FLIGHT:
            self._read_or_not()

    def ended(self) -> None:
        """A command is about to be answered."""
        self.in_flight -= 1
        if self.in_flight == IN_FLIGHT // 2:
            self._read_or_not()

    def choked(self) -> None:
        """The other side does not take what it is sent: it may ask nothing more until it does, or answers would pile up here."""
        self._choked = True
        self._read_or_not()

    def was_refused(self) -> None:
        """A command did not come in: there is too much to do. Who asks on regardless is not read for a while, which costs nothing."""
        self._refusals += 1
        if self._refusals == REFUSALS:
            self._resting = True
            self._read_or_not()
            self.hub.later(REST_S, self._rested)

    def _rested(self) -> None:
        self._resting = False
        self._refusals = 0
        self._read_or_not()

    def drain(self) -> None:
        """Take no more commands, answer those that came in, then say that the server restarts."""
        self._draining = True
        self._read_or_not()
        if not self.outbox:
            self._close_when_drained()

    def answer(self, frame: bytes) -> None:
        """Send an answer: never dropped, since what is in flight is bounded."""
        if not self.outbox or self.held:
            self.hub.wake(self)
        self.outbox.append(frame)

    def push(self, frame: bytes) -> None:
        """Send an event, unless the reader is too far behind."""
        if self.lagging:
            return
        if not self.outbox:
            if self._choked and self.wire.backlog() > self.hub.outbox_bytes:
                self.lagging = True
                self.hub.dropped += 1
                return
            self.hub.wake(self)
        elif self.held:
            self.hub.wake(self)
        self.outbox.append(frame)

    def caught_up(self) -> None:
        """The other side has taken everything: tell it once what it missed."""
        self._choked = False
        self._read_or_not()
        if self.lagging:
            self.lagging = False
            self.answer(RESYNC)

    def flush(self) -> None:
        """Write what waits at once."""
        frames = self.outbox
        self.held = False
        data = frames[0] if len(frames) == 1 else b"".join(frames)
        frames.clear()
        self.wire.write(data)
        if self._draining:
            self._close_when_drained()

    def _close_when_drained(self) -> None:
        if not self.in_flight:
            self.wire.close(RESTARTING, "restarting")

    def _read_or_not(self) -> None:
        few = IN_FLIGHT // 2 if self._stopped else IN_FLIGHT - 1
        stop = self._draining or self._choked or self._resting or self.in_flight > few
        if stop != self._stopped:
            self._stopped = stop
            self.wire.pause(stop)


class Hub:
    """Connections by account."""

    def __init__(
        self,
        outbox_bytes: int,
        left: Callable[[AccountId], None],
        connections: int = 64,
        under_way: Callable[[], int] = lambda: 0,  # the number of the commit that is, 0 while none is
    ) -> None:
        self.outbox_bytes = outbox_bytes
        self._connections = connections
        self._left = left
        self.dirty: list[Peer] = []
        self._held: list[Peer] = []
        self._holding = False  # what is pushed now may wait
        self._held_for = 0
        self._scheduled = False
        self._under_way = under_way
        self.dropped = 0
        self.pushed = 0
        self.draining = False
        self._empty = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._peers: dict[AccountId, set[Peer]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._peers.values()))

    def peers(self) -> list[Peer]:
        """Return every open connection."""
        return [peer for peers in self._peers.values() for peer in peers]

    def join(self, peer: Peer) -> None:
        """A connection is open. Where an account has too many, the one that was silent longest makes room."""
        mine = self._peers.setdefault(peer.identity.account, set())
        while len(mine) >= self._connections:
            silent = min(mine, key=lambda other: other.heard)
            silent.wire.close(TOO_FAST, "too many connections")
            mine.remove(silent)
            self._left(peer.identity.account)
        mine.add(peer)
        if self.draining:
            peer.drain()

    def leave(self, peer: Peer) -> None:
        """A connection is gone."""
        mine = self._peers.get(peer.identity.account)
        if mine is not None and peer in mine:
            mine.remove(peer)
            if not mine:
                del self._peers[peer.identity.account]
            self._left(peer.identity.account)
        if not self._peers:
            self._empty.set()

    def deliver(self, envelope: Envelope) -> None:
        """Push a frame to every connection of its audience here."""
        frame = framed(envelope.frame)
        pushed, peers_of = 0, self._peers.get
        holding = self._holding = len(envelope.to) >= CROWD
        for account in envelope.to:
            for peer in peers_of(account, ()):
                pushed += 1
                if peer.outbox and not peer.lagging and (holding or not peer.held):
                    peer.outbox.append(frame)  # as `push` would, without its call: it is going to be written anyway
                else:
                    peer.push(frame)
        self.pushed += pushed
        self._holding = False
        if holding and not self._scheduled:
            self._schedule()  # what was held before may go as soon as that commit is done
        if envelope.ends is not None:
            self.end({envelope.ends})

    def missed(self, accounts: Sequence[AccountId] | None) -> None:
        """Something for these accounts (None: everybody) may not have come here: tell their connections, some at a time, to ask the log."""
        told = self.peers() if accounts is None else [peer for account in accounts for peer in self._peers.get(account, ())]
        for turn, start in enumerate(range(0, len(told), RESYNCS_PER_TURN)):
            self._loop.call_later(turn * RESYNC_TURN_S, self._resync, told[start : start + RESYNCS_PER_TURN])

    def _resync(self, peers: Sequence[Peer]) -> None:
        for peer in peers:
            peer.push(RESYNC)

    def end(self, sessions: set[SessionId]) -> None:
        """Close the connections of sessions that are over."""
        for peer in self.peers():
            if peer.identity.session in sessions:
                peer.wire.close(SESSION_ENDED, "session ended")

    async def drain(self, patience_s: float) -> None:
        """The server stops: answer what came in, close every connection, and wait until they have gone."""
        self.draining = True
        self._empty.clear()
        for peer in self.peers():
            peer.drain()
        if self._peers:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._empty.wait(), patience_s)

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        """Call something in a while."""
        self._loop.call_later(seconds, call)

    def wake(self, peer: Peer) -> None:
        """Flush a connection at the end of this tick, or when the commit that is waited for is done."""
        if self._holding:
            if not peer.held:
                peer.held = True
                self._held.append(peer)
        else:
            peer.held = False
            self.dirty.append(peer)
        if not self._scheduled:
            self._schedule()

    def _schedule(self) -> None:
        self._scheduled = True
        self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._scheduled = False
        dirty, self.dirty = self.dirty, []
        for peer in dirty:
            peer.flush()
        if self._held:
            commit = self._under_way()
            if not commit or self._held_for not in (0, commit):
                self._release()
            elif not self._held_for:
                self._held_for = commit
                self._loop.call_later(HOLD_S, self._release)

    def _release(self) -> None:
        held, self._held, self._held_for = self._held, [], 0
        for peer in held:
            if peer.held:
                peer.flush()

    def heartbeat(self, interval_s: float) -> None:
        """Ask the silent, give up the dead. Called a few times per interval."""
        now = self._loop.time()
        for peer in self.peers():
            silent = now - peer.heard
            if silent > 2.5 * interval_s:
                peer.wire.close(SILENT, "silent")
            elif silent > interval_s and not peer.wire.probe():
                peer.heard = now
