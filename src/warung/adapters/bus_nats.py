"""The bus between nodes, over NATS: a subject per account with connections, one for wide audiences, one for the nodes, one for each.

NATS delivers at most once, so this says when something may not have arrived: after a lost connection, after a gap in the beats
of another node or its silence, and for what it could not send itself. Whoever may have missed something is told to `resync`.
"""

import asyncio
import contextlib
import itertools
from collections.abc import Iterator, Sequence

import msgspec
import nats
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from warung.adapters.parcels import (
    PARCEL_BYTES,
    Affected,
    Answer,
    Beat,
    Call,
    Frames,
    Lost,
    Parcel,
    Wide,
    decode,
    encode,
    envelopes_in,
    split,
)
from warung.adapters.rounds import Rounds
from warung.kit import clock
from warung.kit.bus import Deliver, Envelope, Missed
from warung.kit.ids import AccountId, new_id

WIDE = 16  # an audience beyond this goes out once, to every node, instead of once per account
BEAT_S = 0.5
SILENT_S = 3.0  # a node unheard for so long has died, perhaps with something to tell
GATHER_S = 1.0  # several reasons to resync within this are one
WAITING_BYTES = 8 << 20  # what may wait for the connection; beyond it hints are dropped
PATIENCE_S = 2

log = structlog.get_logger()


class Other(msgspec.Struct):
    """What this node knows of another."""

    number: int
    heard: float
    answers: bool = True  # until it leaves a call unanswered


class Held:
    """An account with connections here."""

    def __init__(self, ready: asyncio.Task[Subscription | None]) -> None:
        self.ready = ready
        self.count = 0


class NatsBus:
    """A `kit.bus.Bus` for many nodes. Created on the event loop."""

    def __init__(self, urls: str, prefix: str = "warung") -> None:
        self.node = new_id(clock.now())
        self.sent = self.received = self.strange = self.dropped = self.resyncs = 0
        self._urls = [url.strip() for url in urls.split(",")]
        self._prefix = prefix
        self._client = Client()
        self._deliver: list[Deliver] = []
        self._missed: list[Missed] = []
        self._held: dict[AccountId, Held] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        self._rounds = Rounds(self._call, lambda: [node for node, other in self._others.items() if other.answers])
        self._waiting: dict[str, list[bytes]] = {}  # account -> frames of this tick
        self._parcels: list[tuple[str, bytes]] = []  # what is ready to go out
        self._bytes = 0
        self._unsent, self._recent, self._earlier = Affected(), Affected(), Affected()
        self._others: dict[str, Other] = {}
        self._number = 0
        self._more = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._gathering: asyncio.TimerHandle | None = None
        self.connected = asyncio.Event()
        self._tasks = [self._loop.create_task(work()) for work in (self._connect, self._send, self._beats)]

    # The port.

    def subscribe(self, deliver: Deliver, missed: Missed | None = None) -> None:
        """Call `deliver` for every envelope, and `missed` for those to whom one may not have come."""
        self._deliver.append(deliver)
        if missed is not None:
            self._missed.append(missed)

    def publish(self, envelope: Envelope) -> None:
        """Deliver here at once, and send to the other nodes at the end of this tick."""
        for deliver in self._deliver:
            deliver(envelope)
        size = len(envelope.frame) * (1 if len(envelope.to) > WIDE else len(envelope.to))
        if not self._client.is_connected or self._bytes + size > WAITING_BYTES or len(envelope.frame) > PARCEL_BYTES:
            self._unsent.add(envelope.to)
            self.dropped += 1
            return
        self._bytes += size
        self._recent.add(envelope.to)
        if envelope.ends is not None:
            for account in envelope.to:
                self._parcels.append((self._subject(account), encode(Frames([envelope.frame], envelope.ends))))
        elif len(envelope.to) > WIDE:
            self._parcels.append((self._everyone, encode(Wide(list(envelope.to), envelope.frame))))
        else:
            for account in envelope.to:
                self._waiting.setdefault(account, []).append(envelope.frame)
        self._more.set()

    async def attend(self, account: AccountId) -> None:
        """Subscribe to an account, unless that is done; return when every other node's NATS has heard of it, or cannot be reached."""
        held = self._held.get(account)
        if held is None:
            held = self._held[account] = Held(self._loop.create_task(self._subscribe(account)))
        held.count += 1
        try:
            await asyncio.shield(held.ready)
        except BaseException:
            self.leave(account)
            raise

    def leave(self, account: AccountId) -> None:
        """Take one `attend` back; after the last one the subscription ends."""
        held = self._held[account]
        held.count -= 1
        if not held.count:
            del self._held[account]
            task = self._loop.create_task(self._unsubscribe(held))
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    async def close(self) -> None:
        """Say goodbye, send what waits, disconnect."""
        for task in self._tasks:
            task.cancel()
        await self._rounds.close()
        await asyncio.gather(*self._tasks, *self._leaving, *(held.ready for held in self._held.values()), return_exceptions=True)
        if self._gathering is not None:
            self._gathering.cancel()
        with contextlib.suppress(nats.errors.Error, OSError, TimeoutError, RuntimeError):  # the last: uvloop, of a transport that is closed
            if self._client.is_connected:
                self._parcels.append((self._nodes, encode(Beat(self.node, self._number, leaving=True))))
                await self._empty()
                await self._client.flush(PATIENCE_S)
            await self._client.close()

    def nodes(self) -> int:
        """Return how many nodes are known to live, this one included."""
        return 1 + len(self._others)

    def leads(self) -> bool:
        """The oldest node leads: ids sort by time."""
        return all(self.node < other for other in self._others)

    # Out.

    def _subject(self, account: str) -> str:
        return f"{self._prefix}.account.{account}"

    @property
    def _everyone(self) -> str:
        return f"{self._prefix}.everyone"

    @property
    def _nodes(self) -> str:
        return f"{self._prefix}.nodes"

    def _to_node(self, node: str) -> str:
        return f"{self._prefix}.node.{node}"

    async def _connect(self) -> None:
        """Connect for the first time, however long that takes; from then on the client reconnects by itself."""
        while not self._client.is_connected:
            try:
                await self._client.connect(
                    self._urls, name="warung", no_echo=True, allow_reconnect=True, max_reconnect_attempts=-1, reconnect_time_wait=0.25,  # type: ignore[arg-type]  # it sleeps that long
                    ping_interval=5, max_outstanding_pings=3, connect_timeout=5,
                    error_cb=self._failed, disconnected_cb=self._disconnected, reconnected_cb=self._reconnected,
                )  # fmt: skip
            except (nats.errors.Error, OSError, TimeoutError) as failure:
                log.warning("bus unreachable", reason=str(failure) or type(failure).__name__)
                await asyncio.sleep(PATIENCE_S)
        for subject in (self._everyone, self._nodes, self._to_node(self.node)):
            await self._client.subscribe(subject, cb=self._heard)
        self.connected.set()
        for account, held in self._held.items():
            if held.ready.done():  # without a subscription: there was no connection
                held.ready = self._loop.create_task(self._subscribe(account))
        await self._reconnected()

    async def _subscribe(self, account: AccountId) -> Subscription | None:
        if not self.connected.is_set():
            return None  # it is made when there is a connection
        subscription: Subscription = await self._client.subscribe(self._subject(account), cb=self._heard)
        if not self._client.is_connected:
            return subscription  # it is repeated when there is a connection again, and everybody is told to ask the log
        silent = await self._rounds.trip()
        for node in silent or ():
            if node in self._others:
                self._others[node].answers = False  # until it is heard of again
        if silent is None or silent:
            self._loop.call_later(GATHER_S, self._say_missed, [account])
        return subscription

    async def _unsubscribe(self, held: Held) -> None:
        with contextlib.suppress(nats.errors.Error, asyncio.CancelledError):
            if (subscription := await held.ready) is not None:
                await subscription.unsubscribe()

    async def _call(self, number: int) -> None:
        """Ask all others to answer, and return when NATS has taken that and everything before it.

        The client writes the ping of its `flush` at once and what waits after it, so that the answer says nothing of what waited.
        """
        if self._others:
            await self._client.publish(self._nodes, encode(Call(self.node, number)))
        for wait in itertools.chain((0, 0, 0), itertools.repeat(0.005)):
            if not self._client.pending_data_size or not self._client.is_connected:
                break
            await asyncio.sleep(wait)
        if self._client.is_connected:
            await self._client.flush(PATIENCE_S)

    async def _send(self) -> None:
        while True:
            await self._more.wait()
            self._more.clear()
            with self._noted():
                await self._empty()

    async def _empty(self) -> None:
        parcels, self._parcels = self._parcels, []
        waiting, self._waiting = self._waiting, {}
        self._bytes = 0
        for account, frames in waiting.items():
            parcels += [(self._subject(account), encode(Frames(some))) for some in split(frames)]
        for subject, parcel in parcels:
            await self._client.publish(subject, parcel)
        self.sent += len(parcels)

    async def _beats(self) -> None:
        """Say that this node lives, notice whose beat has stopped, and tell who was not told something."""
        while True:
            await asyncio.sleep(BEAT_S)
            if not self._client.is_connected:
                continue
            self._earlier, self._recent = self._recent, Affected()
            self._parcels.append((self._nodes, encode(Beat(self.node, self._number))))
            self._number += 1
            if self._unsent:
                self._parcels.append((self._everyone, encode(Lost(self._unsent.named()))))
                self._unsent = Affected()
            self._more.set()
            now = self._loop.time()
            for node in [node for node, other in self._others.items() if now - other.heard > SILENT_S]:
                del self._others[node]
                self._resync_soon()

    # In.

    async def _heard(self, message: Msg) -> None:
        try:
            parcel = decode(message.data)
            account = AccountId(message.subject.rpartition(".")[2])
            envelopes = envelopes_in(parcel, account)
        except (msgspec.DecodeError, UnicodeDecodeError):
            self.strange += 1
            return
        self.received += 1
        for envelope in envelopes:
            for deliver in self._deliver:
                deliver(envelope)
        self._news(parcel)

    def _news(self, parcel: Parcel) -> None:
        """Take what nodes say of themselves."""
        if isinstance(parcel, Beat):
            self._beat_heard(parcel)
        elif isinstance(parcel, Lost):
            self._say_missed(None if parcel.to is None else [AccountId(account) for account in parcel.to])
        elif isinstance(parcel, Call):
            self._parcels.append((self._to_node(parcel.node), encode(Answer(self.node, parcel.number))))
            self._more.set()
        elif isinstance(parcel, Answer):
            self._rounds.answered(parcel.node, parcel.number)

    def _beat_heard(self, beat: Beat) -> None:
        other = self._others.get(beat.node)
        if beat.leaving:
            self._others.pop(beat.node, None)
            return
        if beat.number != (other.number + 1 if other else 0):
            self._resync_soon()
        self._others[beat.node] = Other(beat.number, self._loop.time())

    def _resync_soon(self) -> None:
        """Tell everybody here to ask the log, once for all reasons to; where nobody is, nobody has missed anything."""
        if self._held and self._gathering is None:
            self._gathering = self._loop.call_later(GATHER_S, self._resync)

    def _resync(self) -> None:
        self._gathering = None
        self.resyncs += 1
        self._say_missed(None)

    def _say_missed(self, accounts: Sequence[AccountId] | None) -> None:
        for missed in self._missed:
            missed(accounts)

    async def _failed(self, failure: Exception) -> None:
        if isinstance(failure, nats.errors.SlowConsumerError):
            self._resync_soon()
        log.warning("bus", reason=str(failure) or type(failure).__name__)

    async def _disconnected(self) -> None:
        """What went out just before may have stopped halfway."""
        for some in (self._earlier, self._recent):
            self._unsent.merge(some)

    async def _reconnected(self) -> None:
        """What the others sent meanwhile is lost; what this node could not send, the next beat tells."""
        self._resync_soon()

    @contextlib.contextmanager
    def _noted(self) -> Iterator[None]:
        """Log a failure and go on: the bus is a hint. What was on its way may not have gone out."""
        try:
            yield
        except (nats.errors.Error, OSError, TimeoutError) as failure:
            self._unsent.merge(self._recent)
            log.warning("bus", reason=str(failure) or type(failure).__name__)
