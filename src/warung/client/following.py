"""Following the logs: every message of every conversation, once, without a gap, in a bounded memory.

Pushes are hints. What a push brought is handed on if it is next in its log; otherwise the log is asked. So a lost push, a
reconnect and a reader slower than the conversation are all the same case.
"""

import asyncio
from collections.abc import Iterable, Mapping

from warung.client.api import Api
from warung.client.errors import Refused, Unreachable
from warung.client.model import Message, Page, Sync

HELD = 1_000  # messages kept for a slow reader; beyond that the log keeps them
PAGE = 100


class _Log:
    """One conversation: the seq wanted next (0 is the first that may be read), the highest known, and what was pushed ahead of its turn."""

    __slots__ = ("last", "ready", "wanted")

    def __init__(self, wanted: int, last: int) -> None:
        self.wanted = wanted
        self.last = last
        self.ready: dict[int, Message] = {}


class Follower:
    """The messages of all conversations, for one reader."""

    def __init__(self, api: Api, after: Mapping[str, int]) -> None:
        self._api = api
        self._after = dict(after)
        self._logs: dict[str, _Log] = {}
        self._behind: dict[str, None] = {}  # conversations with something to hand on, in turn
        self._more = asyncio.Event()
        self._early: dict[str, int] = {}
        self._held = 0
        self._started = False
        self._over: BaseException | None = None

    def synced(self, sync: Sync) -> None:
        """Note how long the logs are. The first time says where "from now on" begins."""
        for conversation in sync.conversations:
            log = self._logs.get(conversation.id)
            if log is None:
                begin = 0 if self._started else conversation.last_seq + 1
                begin = self._after[conversation.id] + 1 if conversation.id in self._after else begin
                log = self._logs[conversation.id] = _Log(begin, 0)
            self._grown(conversation.id, log, conversation.last_seq)
        self._forget(sync.gone)
        self._started = True
        for id, seq in self._early.items():
            self._grown(id, self._logs.setdefault(id, _Log(0, 0)), seq)
        self._early.clear()

    def heard(self, message: Message) -> None:
        """A message was pushed."""
        if not self._started:  # it may be newer than the answer to the first sync, which is still on its way
            self._early[message.conversation] = message.seq
            return
        log = self._logs.get(message.conversation)
        if log is None:
            log = self._logs[message.conversation] = _Log(0, 0)
        if self._held < HELD and message.seq >= log.wanted > 0:
            self._keep(log, message)
        self._grown(message.conversation, log, message.seq)

    def end(self, reason: BaseException) -> None:
        """Nothing more will come."""
        self._over = reason
        self._more.set()

    async def next(self) -> Message:
        """Return the next message of a conversation that has one, turn by turn; wait for it. Raises `Ended`."""
        while True:
            for conversation in list(self._behind):
                self._behind.pop(conversation, None)
                message = await self._take(conversation)
                if message is not None:
                    return message
            if self._over is not None:
                raise self._over
            if not self._behind:
                self._more.clear()
                await self._more.wait()

    async def _take(self, conversation: str) -> Message | None:
        """Take the next message of a log, from what was pushed or from the server; put the log at the end of the queue if it has more."""
        log = self._logs.get(conversation)
        if log is None:
            return None
        if log.wanted not in log.ready:
            self._behind[conversation] = None  # should this be cancelled or fail, the log is asked again
            try:
                await self._fetch(conversation, log)
            except Unreachable:
                return None
            except Refused as refused:
                if refused.status == 503:
                    return None
                if refused.status != 404:
                    raise
                self._forget([conversation])
                return None
            self._behind.pop(conversation, None)
        message = log.ready.pop(log.wanted, None)
        if message is not None:
            self._held -= 1
            log.wanted += 1
            self._grown(conversation, log, log.last)
        return message

    async def _fetch(self, conversation: str, log: _Log) -> None:
        page = await self._api.get(f"conversations/{conversation}/messages", Page, after=max(0, log.wanted - 1), limit=PAGE)
        log.wanted = max(log.wanted, page.first_seq)
        for seq in [seq for seq in log.ready if seq < log.wanted]:
            del log.ready[seq]
            self._held -= 1
        for message in page.messages:
            self._keep(log, message)
        log.last = max(log.last, page.last_seq) if page.messages else log.wanted - 1

    def _keep(self, log: _Log, message: Message) -> None:
        if message.seq >= log.wanted and message.seq not in log.ready:
            log.ready[message.seq] = message
            self._held += 1

    def _grown(self, conversation: str, log: _Log, last: int) -> None:
        log.last = max(log.last, last)
        if log.last >= log.wanted:
            self._behind[conversation] = None
            self._more.set()

    def _forget(self, conversations: Iterable[str]) -> None:
        for conversation in conversations:
            log = self._logs.pop(conversation, None)
            self._behind.pop(conversation, None)
            self._held -= len(log.ready) if log is not None else 0
