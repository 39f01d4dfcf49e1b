"""The hub: the connections of this node, and how an event reaches them. Framed once, the same bytes to everyone.

Several frames to one connection in one tick are one write. A connection that does not read gets no more pushes beyond its
outbox, and one `resync` when it reads again: the log heals what it missed.
"""

import asyncio
from collections.abc import Iterable
from typing import Protocol

import msgspec

from warung.gateway.frame import SESSION_ENDED, Resync, framed
from warung.kit.bus import Envelope
from warung.kit.ids import AccountId, Identity, SessionId

RESYNC = framed(msgspec.json.encode(Resync()))


class Wire(Protocol):
    """The sending side of one socket."""

    def write(self, data: bytes) -> None:
        """Send bytes that are already frames."""

    def backlog(self) -> int:
        """Return how many bytes the other side has not taken yet."""

    def close(self, code: int, reason: str) -> None:
        """Say goodbye with a close code, then disconnect."""

    def probe(self) -> None:
        """Send a WebSocket ping."""

    def pause(self, stop: bool) -> None:
        """Stop or go on reading."""


class Peer:
    """One open connection of an identity."""

    __slots__ = ("_lagging", "_outbox", "broken", "heard", "hub", "identity", "in_flight", "wire")

    def __init__(self, hub: "Hub", wire: Wire, identity: Identity, heard: float) -> None:
        self.hub = hub
        self.wire = wire
        self.identity = identity
        self.heard = heard
        self.in_flight = 0
        self.broken = 0
        self._outbox: list[bytes] = []
        self._lagging = False

    def answer(self, frame: bytes) -> None:
        """Send an answer: never dropped, since what is in flight is bounded."""
        if not self._outbox:
            self.hub.dirty.append(self)
            self.hub.wake()
        self._outbox.append(frame)

    def push(self, frame: bytes) -> None:
        """Send an event, unless the reader is too far behind."""
        if self._lagging:
            return
        if not self._outbox and self.wire.backlog() > self.hub.outbox_bytes:
            self._lagging = True
            self.hub.dropped += 1
            return
        self.answer(frame)

    def caught_up(self) -> None:
        """The reader has taken everything: tell it once what it missed."""
        if self._lagging:
            self._lagging = False
            self.answer(RESYNC)

    def flush(self) -> None:
        """Write this tick's frames at once."""
        frames, self._outbox = self._outbox, []
        self.wire.write(frames[0] if len(frames) == 1 else b"".join(frames))


class Hub:
    """Connections by account."""

    def __init__(self, outbox_bytes: int) -> None:
        self.outbox_bytes = outbox_bytes
        self.dirty: list[Peer] = []
        self.dropped = 0
        self.pushed = 0
        self._waking = False
        self._loop = asyncio.get_running_loop()
        self._peers: dict[AccountId, set[Peer]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._peers.values()))

    def peers(self) -> Iterable[Peer]:
        """Return every open connection."""
        return [peer for peers in self._peers.values() for peer in peers]

    def join(self, peer: Peer) -> None:
        """A connection is open."""
        self._peers.setdefault(peer.identity.account, set()).add(peer)

    def leave(self, peer: Peer) -> None:
        """A connection is gone."""
        mine = self._peers.get(peer.identity.account)
        if mine is not None:
            mine.discard(peer)
            if not mine:
                del self._peers[peer.identity.account]

    def deliver(self, envelope: Envelope) -> None:
        """Push a frame to every connection of its audience here."""
        frame = framed(envelope.frame)
        for account in envelope.to:
            for peer in self._peers.get(account, ()):
                peer.push(frame)
                self.pushed += 1
        if envelope.ends is not None:
            self.end({envelope.ends})

    def end(self, sessions: set[SessionId]) -> None:
        """Close the connections of sessions that are over."""
        for peer in self.peers():
            if peer.identity.session in sessions:
                peer.wire.close(SESSION_ENDED, "session ended")

    def wake(self) -> None:
        """Flush at the end of this tick."""
        if not self._waking:
            self._waking = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._waking = False
        dirty, self.dirty = self.dirty, []
        for peer in dirty:
            peer.flush()

    def heartbeat(self, interval_s: float) -> None:
        """Ask the silent, give up the dead. Called a few times per interval."""
        now = self._loop.time()
        for peer in self.peers():
            silent = now - peer.heard
            if silent > 2.5 * interval_s:
                peer.wire.close(1001, "silent")
            elif silent > interval_s:
                peer.wire.probe()
