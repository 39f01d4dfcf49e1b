"""One account on one device: what it can do, and what it hears."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from warung.client.api import Api
from warung.client.errors import Refused, Unreachable
from warung.client.following import Follower
from warung.client.link import Link
from warung.client.model import (
    Contacts,
    Conversation,
    Event,
    GroupLink,
    Import,
    Me,
    Message,
    Page,
    Person,
    Request,
    Sent,
    Sync,
    Via,
    Whole,
)
from warung.kit import clock
from warung.kit.ids import new_id

PIECE = 256 * 1024
EVENTS = 1_000  # hints kept for a slow reader
Card = str | Mapping[str, Any] | msgspec.Struct


class _Signed(msgspec.Struct):
    me: Me
    token: str


class _Arrived(msgspec.Struct):
    message: Message


class _Opened(msgspec.Struct):
    conversation: str


class Client:
    """A signed-in device. Enter it to connect; it stays connected until it is left.

        async with Client("https://warung.example", token=token) as me:
            await me.send(conversation, "Halo!")
            async for message in me.messages():
                ...

    Sends and cursors are repeated over reconnects until they are answered; a message is stored once however often it was sent.
    What the server will not do raises `Refused`, with its `code`. A session that was signed out raises `Ended`. Other requests raise
    `Unreachable` when nobody answers. `after` names the last seq that was handled of each conversation, for programs that go on
    where they stopped: `messages()` begins behind it, and at the present in every other conversation.
    """

    def __init__(self, url: str, *, token: str, after: Mapping[str, int] | None = None) -> None:
        self.url = url
        self.token = token
        self._after = dict(after or {})
        self._me: Me | None = None
        self._stack = contextlib.AsyncExitStack()

    @classmethod
    async def sign_up(
        cls,
        url: str,
        *,
        handle: str,
        name: str,
        password: str,
        device: str = "Python",
        invite: str | None = None,
        operator: str | None = None,
        language: str = "en",
    ) -> Self:
        """Make an account and return a client of it, not yet entered. `invite` and `operator` are tokens out of links."""
        body = {"handle": handle, "name": name, "password": password, "device": device, "language": language, "transport": "bearer"}
        tokens = {name: token for name, token in (("invite", invite), ("operator", operator)) if token is not None}
        async with Api(url) as api:
            return cls(url, token=(await api.do("POST", "sign-up", _Signed, body | tokens)).token)

    @classmethod
    async def sign_in(cls, url: str, *, handle: str, password: str, device: str = "Python") -> Self:
        """Sign a new device of an account in and return a client of it, not yet entered."""
        body = {"handle": handle, "password": password, "device": device, "transport": "bearer"}
        async with Api(url) as api:
            return cls(url, token=(await api.do("POST", "sign-in", _Signed, body)).token)

    async def __aenter__(self) -> Self:
        """Connect; return when the server has greeted us and told where every conversation stands. Waits while nobody answers."""
        async with contextlib.AsyncExitStack() as stack:
            self._api = await stack.enter_async_context(Api(self.url, self.token))
            self._follower = Follower(self._api, self._after)
            self._events: deque[Event] = deque(maxlen=EVENTS)
            self._happened = asyncio.Event()
            self._lost = asyncio.Event()
            self._synced = 0
            self._over: BaseException | None = None
            self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._link = Link(self.url, self.token, opened=self._lost.set, heard=self._heard, ended=self._ended)
            self._link.start()
            stack.push_async_callback(self._link.stop)
            healing = asyncio.create_task(self._heal())
            stack.push_async_callback(_cancelled, healing)
            await self._ready
            self._me = await self._api.get("me", Me)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Disconnect; the account stays signed in."""
        await self._stack.aclose()

    @property
    def me(self) -> Me:
        """My account, as it was when I connected."""
        if self._me is None:
            raise RuntimeError("enter the client first: async with Client(...) as me")
        return self._me

    @property
    def id(self) -> str:
        """My account's id."""
        return self.me.id

    @property
    def connected(self) -> bool:
        """Is there a connection at this moment? Nothing has to be done when there is none."""
        return self._link.open

    def disconnect(self) -> None:
        """Drop the present connection, as networks do; the client makes another. For tests and for programs that know better."""
        self._link.drop()

    # What I hear.

    async def messages(self) -> AsyncIterator[Message]:
        """Yield every message of every conversation of mine, my own too, from the moment I connected: each log in order, once, no gap.

        Reconnects and lost pushes are healed from the log. One reader at a time; a slow one costs no memory.
        """
        while True:
            yield await self._follower.next()

    async def events(self) -> AsyncIterator[Event]:
        """Yield hints as they come: typing, cursors, changed conversations and contacts. Some may be lost; `resync` says so."""
        while True:
            while not self._events:
                if self._over is not None:
                    raise self._over
                self._happened.clear()
                await self._happened.wait()
            yield self._events.popleft()

    # Writing and reading.

    async def send(self, conversation: str, card: Card, *, reply: int | None = None, nonce: str | None = None) -> Sent:
        """Send a text or a card; return when it is on the server's disk. Raises `Refused`.

        One nonce is one message: it is made here once, and repeated until it is acknowledged. Give your own to go on with an
        intent of an earlier run of your program.
        """
        fields: dict[str, Any] = {"conversation": conversation, "nonce": nonce or new_id(clock.now()), "card": _card(card)}
        if reply is not None:
            fields["reply"] = reply
        return msgspec.json.decode(await self._link.ask("chat.send", fields), type=Sent)

    async def recall(self, conversation: str, seq: int) -> Message:
        """Take a message of mine back; return the entry that says so."""
        return await self._api.do("POST", f"conversations/{conversation}/messages/{seq}/recall", Message)

    async def read(self, conversation: str, seq: int) -> None:
        """Say that I have read everything up to here. Going back changes nothing."""
        await self._link.ask("chat.cursor", {"conversation": conversation, "read": seq})

    async def received(self, conversation: str, seq: int) -> None:
        """Say that everything up to here has reached this device."""
        await self._link.ask("chat.cursor", {"conversation": conversation, "delivered": seq})

    def typing(self, conversation: str) -> None:
        """Let the others see that I am writing, if I am connected."""
        self._link.tell("chat.typing", {"conversation": conversation})

    async def history(
        self, conversation: str, *, before: int | None = None, after: int | None = None, around: int | None = None, limit: int = 50
    ) -> Page:
        """Return a stretch of a log, oldest first: before, after or around a seq; without one, the newest."""
        path = f"conversations/{conversation}/messages"
        return await self._api.get(path, Page, before=before, after=after, around=around, limit=limit)

    async def conversations(self) -> list[Conversation]:
        """Return all my conversations."""
        return (await self.sync()).conversations

    async def sync(self, since: int = 0) -> Sync:
        """Return what changed since a moment of the server's clock (`now` of the last sync); 0 is everything."""
        return await self._api.get("sync", Sync, since=since)

    async def conversation(self, conversation: str) -> Whole:
        """Return one conversation with its members."""
        return await self._api.get(f"conversations/{conversation}", Whole)

    async def keep(self, conversation: str, **flags: bool) -> Conversation:
        """Set `pinned`, `muted`, `archived` or `marked_unread` in my own list."""
        return await self._api.do("PATCH", f"conversations/{conversation}/mine", Conversation, flags)

    async def clear(self, conversation: str) -> None:
        """Empty my own copy of a conversation; the others keep theirs."""
        await self._api.do("POST", f"conversations/{conversation}/clear", type(None))

    # Conversations.

    async def direct(self, account: str) -> Conversation:
        """Open the conversation with a contact."""
        return await self._api.do("POST", "conversations", Conversation, {"kind": "direct", "with": account})

    async def notes(self) -> Conversation:
        """Open the notes to myself."""
        return await self._api.do("POST", "conversations", Conversation, {"kind": "self"})

    async def group(self, name: str, members: Sequence[str]) -> Conversation:
        """Make a group of contacts."""
        return await self._api.do("POST", "conversations", Conversation, {"kind": "group", "name": name, "members": list(members)})

    async def change_group(self, conversation: str, **changes: str | bool) -> Whole:
        """Change a group's `name`, `notice`, `approval` or `members_can_invite`."""
        return await self._api.do("PATCH", f"conversations/{conversation}", Whole, changes)

    async def add(self, conversation: str, accounts: Sequence[str]) -> Whole:
        """Bring contacts into a group."""
        return await self._api.do("POST", f"conversations/{conversation}/members", Whole, {"accounts": list(accounts)})

    async def remove(self, conversation: str, account: str) -> None:
        """Take a member out of a group; with my own id I leave."""
        await self._api.do("DELETE", f"conversations/{conversation}/members/{account}", type(None))

    async def set_rights(self, conversation: str, account: str, **rights: str | int) -> Whole:
        """Set a member's `role` ("admin" or "member"), or `muted_for_s`: how long they may not write."""
        return await self._api.do("PATCH", f"conversations/{conversation}/members/{account}", Whole, rights)

    async def hand_over(self, conversation: str, account: str) -> Whole:
        """Make another member the owner of my group."""
        return await self._api.do("POST", f"conversations/{conversation}/owner", Whole, {"account": account})

    async def make_link(self, conversation: str, *, expires_in_s: int | None = None, uses: int | None = None) -> GroupLink:
        """Make a group's link; the one before stops working."""
        body = {"expires_in_s": expires_in_s, "uses": uses}
        return await self._api.do("POST", f"conversations/{conversation}/link", GroupLink, body)

    async def join(self, token: str) -> str | None:
        """Join a group by the token of its link; return the conversation, or None when its admins have to agree."""
        joined = await self._api.do("POST", f"join/{token}", dict[str, Any])
        return joined.get("conversation")

    # People.

    async def find(self, *, handle: str | None = None, code: str | None = None) -> Person:
        """Find somebody by their exact handle or their code."""
        return await self._api.get("people", Person, handle=handle, code=code)

    async def contacts(self) -> Contacts:
        """Return contacts, requests in both directions, and whom I block."""
        return await self._api.get("contacts", Contacts)

    async def ask_contact(self, account: str, greeting: str = "", *, via: Via = "handle", code: str | None = None) -> str | None:
        """Ask somebody to become my contact; return our conversation if they had asked me already, else None."""
        body = {"to": account, "greeting": greeting, "via": via} | ({"code": code} if code is not None else {})
        answer = await self._api.do("POST", "contacts/requests", dict[str, Any], body)
        return str(answer["conversation"]) if answer.get("accepted") else None

    async def accept(self, request: Request | str) -> str:
        """Become the contact of whoever asked; return our conversation."""
        return (await self._api.do("POST", f"contacts/requests/{_id(request)}/accept", _Opened)).conversation

    async def decline(self, request: Request | str) -> None:
        """Put a request aside; who sent it is not told."""
        await self._api.do("POST", f"contacts/requests/{_id(request)}/decline", type(None))

    async def withdraw(self, request: Request | str) -> None:
        """Take a request of mine back."""
        await self._api.do("DELETE", f"contacts/requests/{_id(request)}", type(None))

    async def part(self, account: str) -> None:
        """Remove a contact; what we wrote stays readable."""
        await self._api.do("DELETE", f"contacts/{account}", type(None))

    async def block(self, account: str) -> None:
        """Hear nothing more of somebody."""
        await self._api.do("PUT", f"blocks/{account}", type(None))

    async def unblock(self, account: str) -> None:
        """Let somebody ask me again."""
        await self._api.do("DELETE", f"blocks/{account}", type(None))

    # Histories from elsewhere.

    async def read_import(self, file: Path, *, time_zone: str = "UTC", date_order: str | None = None, chat: int = 0) -> Import:
        """Upload a WhatsApp or Telegram export; return what is in it. Nothing is imported yet.

        `time_zone` is where its dates were written, `date_order` "dmy", "mdy" or "ymd" where the file does not tell; `chat` is the number
        of the conversation, in a file with several.
        """
        hints: dict[str, str | int | None] = {"name": file.name, "time_zone": time_zone, "date_order": date_order, "chat": chat}
        return await self._api.do("POST", "imports", Import, raw=_pieces(file), **hints)

    async def run_import(self, id: str, people: Mapping[str, str] | None = None) -> Import:
        """Import what was read, into a new conversation; `people` maps imported names to accounts, who have to agree."""
        return await self._api.do("POST", f"imports/{id}/run", Import, {"people": dict(people or {})})

    async def look_at_import(self, id: str) -> Import:
        """Return how far an import is."""
        return await self._api.get(f"imports/{id}", Import)

    async def drop_import(self, id: str) -> None:
        """Forget an upload and stop importing it. What was imported stays."""
        await self._api.do("DELETE", f"imports/{id}", type(None))

    def _heard(self, type: str, frame: bytes) -> None:
        if type == "chat.message":
            self._follower.heard(msgspec.json.decode(frame, type=_Arrived).message)
        elif type == "resync":
            self._lost.set()
        fields: dict[str, Any] = msgspec.json.decode(frame)
        del fields["type"]
        if len(self._events) == EVENTS:
            self._events.clear()
            type, fields = "resync", {}
        self._events.append(Event(type, fields))
        self._happened.set()

    def _ended(self, reason: BaseException) -> None:
        self._over = reason
        self._follower.end(reason)
        self._happened.set()
        if not self._ready.done():
            self._ready.set_exception(reason)

    async def _heal(self) -> None:
        while True:
            await self._lost.wait()
            self._lost.clear()
            try:
                sync = await self.sync(self._synced)
            except (Unreachable, Refused) as failure:
                if isinstance(failure, Refused) and failure.status == 401:
                    return  # the link hears it too, with the code that ends everything
                self._lost.set()
                continue
            self._synced = sync.now
            self._follower.synced(sync)
            if not self._ready.done():
                self._ready.set_result(None)


async def _pieces(file: Path) -> AsyncIterator[bytes]:
    """Read a file piece by piece, each in a thread: an export may be larger than memory."""
    with await asyncio.to_thread(file.open, "rb") as opened:
        while piece := await asyncio.to_thread(opened.read, PIECE):
            yield piece


def _card(card: Card) -> Any:
    return {"type": "chat.text", "text": card} if isinstance(card, str) else card


def _id(request: Request | str) -> str:
    return request.id if isinstance(request, Request) else request


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])
