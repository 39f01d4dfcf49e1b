"""What clients say on the socket: decoded by one tagged union, written in batches, answered after the commit.

All sends that wait for the next commit are one call of the verb: no task, no future and no unit of its own per message.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import structlog

from warung.gateway.errors import Phrasebook, problem
from warung.gateway.frame import PROTOCOL_ERROR, Failed, MalformedFrame, Ok, Ping, framed
from warung.gateway.hub import Peer
from warung.gateway.overload import Admission
from warung.kit.db import Db, Tx
from warung.kit.domain import Asked, Batched, Command, Priority
from warung.kit.errors import Refusal

PER_CALL = 1024
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)  # the last: nested too deeply
BROKEN_FRAMES = 20  # a client that sends so many is not ours

log = structlog.get_logger()
encode = msgspec.json.encode


class Commands:
    """Decodes, dispatches and answers."""

    def __init__(self, db: Db, commands: Sequence[Batched | Asked], phrases: Phrasebook, admission: Admission) -> None:
        union: Any = Ping
        for command in commands:
            union = union | command.request
        self._decoder: Any = msgspec.json.Decoder(union)
        self._db = db
        self._phrases = phrases
        self._admission = admission
        self._time = asyncio.get_running_loop().time
        self._priorities: dict[type[Command], Priority] = {command.request: command.priority for command in commands}
        self._handlers: dict[type[Command], Callable[[Peer, Any], None]] = {Ping: self._pong}
        for command in commands:
            self._handlers[command.request] = self._queue(command) if isinstance(command, Batched) else self._question(command)
        self._tasks: set[asyncio.Task[None]] = set()

    def received(self, peer: Peer, payload: bytes | memoryview) -> None:
        """Handle one text frame of an open connection."""
        try:
            command = self._decoder.decode(payload)
        except UNREADABLE as broken:
            self._refuse(peer, _id_in(payload), MalformedFrame(reason=str(broken)))
            return
        kind = type(command)
        priority = self._priorities.get(kind)
        if priority is not None and not self._admission.admit(priority, peer.identity.account):
            self._tell(peer, command.id, self._admission.refusal())
            peer.was_refused()
            return
        peer.began()
        self._handlers[kind](peer, command)

    def _queue(self, command: Batched) -> Callable[[Peer, Any], None]:
        waiting: deque[tuple[Peer, Any]] = deque()
        arrivals: deque[float] = deque()
        submitted = [False]

        def unit() -> tuple[Callable[[Tx], Sequence[Any]], Callable[[Any], None]]:
            taken: list[tuple[Peer, Any]] = []
            waits: list[float] = []

            def take() -> None:
                submitted[0] = False  # before emptying it: who comes after this opens the next unit
                now = self._admission.exact()
                while waiting and len(taken) < PER_CALL:
                    taken.append(waiting.popleft())
                    waits.append(now - arrivals.popleft())

            def verb(tx: Tx) -> Sequence[Any]:
                if not taken:  # a repeated transaction writes the same items
                    take()
                return command.verb(tx, [(peer.identity, item) for peer, item in taken]) if taken else ()

            def done(outcome: Any) -> None:
                if not taken and isinstance(outcome, BaseException):
                    take()  # refused before the verb was called: a full disk, a stopping server
                self._admission.waited(sum(waits), len(waits))
                self._admission.wrote(len(taken))
                for at, (peer, item) in enumerate(taken):
                    self._answer(peer, item.id, outcome if isinstance(outcome, BaseException) else outcome[at])
                if waiting and not submitted[0]:
                    submit()

            return verb, done

        def submit() -> None:
            submitted[0] = True
            self._db.submit(*unit())

        def arrived(peer: Peer, item: Any) -> None:
            arrivals.append(self._time())  # of the loop's turn that read it
            waiting.append((peer, item))
            self._admission.writing += 1
            if not submitted[0]:
                submit()

        return arrived

    def _question(self, command: Asked) -> Callable[[Peer, Any], None]:
        async def ask(peer: Peer, item: Any) -> None:
            try:
                answer = await self._db.read(lambda reader: command.question(reader, peer.identity, item))
            except Exception as failure:
                answer = failure
            self._answer(peer, item.id, answer)

        def arrived(peer: Peer, item: Any) -> None:
            task = asyncio.get_running_loop().create_task(ask(peer, item))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        return arrived

    def _pong(self, peer: Peer, item: Ping) -> None:
        self._answer(peer, item.id, None)

    def _answer(self, peer: Peer, number: int, outcome: Any) -> None:
        peer.ended()
        if isinstance(outcome, BaseException):
            self._tell(peer, number, outcome)
        else:
            peer.answer(framed(encode(Ok(number, outcome))))

    def _tell(self, peer: Peer, number: int, failure: BaseException) -> None:
        peer.answer(framed(encode(Failed(number, problem(failure, self._phrases, peer.identity.language)))))

    def _refuse(self, peer: Peer, number: int, refusal: Refusal) -> None:
        self._tell(peer, number, refusal)
        peer.broken += 1
        if peer.broken >= BROKEN_FRAMES:
            peer.wire.close(PROTOCOL_ERROR, "too many malformed frames")


class _OnlyId(msgspec.Struct):
    id: int = 0


def _id_in(payload: bytes | memoryview) -> int:
    try:
        return msgspec.json.decode(payload, type=_OnlyId).id
    except UNREADABLE:
        return 0
