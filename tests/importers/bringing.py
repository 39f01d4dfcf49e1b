"""Somebody brings a history along: uploads it, runs it, looks at what came of it; through the public verbs and over HTTP."""

import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx
import msgspec

from tests.cast import Cast
from tests.importers.writers import PHONES, Said, whatsapp
from warung import accounts, chat
from warung.app import World
from warung.chat import reading
from warung.importers import Hints, Import
from warung.kit.ids import AccountId, ConversationId

START = int(datetime(2014, 2, 26, 7, tzinfo=UTC).timestamp()) * 1_000
MINUTE = 60_000
NAMES = ("Budi", "Siti", "Ayu", "Pak Joko")


def said(count: int, *, names: tuple[str, ...] = NAMES, first: int = 0) -> list[Said]:
    """A conversation of so many messages, a minute between them."""
    return [Said(START + at * MINUTE, names[at % len(names)], f"Pesan nomor {at}") for at in range(first, count)]


def exported(entries: list[Said]) -> bytes:
    """What a phone exports of it."""
    return whatsapp(PHONES["android indonesian"], entries).encode()


class Bringer:
    """Brings histories into a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.cast = Cast(world.db)

    async def uploads(self, who: AccountId, content: bytes | dict[str, Any], **hints: Any) -> Import:
        """Upload a file in small pieces; return what is in it."""
        data = content if isinstance(content, bytes) else json.dumps(content).encode()

        async def pieces() -> AsyncIterator[bytes]:
            for at in range(0, len(data), 1_000):
                yield data[at : at + 1_000]

        given = Hints(**({"name": "WhatsApp Chat with kopi club.txt"} | hints))
        return await self.world.importing.receive(pieces(), by=who, hints=given)

    async def runs(self, who: AccountId, upload: Import, people: Mapping[str, AccountId] | None = None) -> Import:
        """Import what was uploaded, and wait for the end."""
        await self.world.importing.run(by=who, id=upload.id, people=people or {})
        await self.world.importing.finished(upload.id)
        (found,) = [one for one in await self.seen(who) if one.id == upload.id]
        return found

    async def brings(
        self, who: AccountId, content: bytes | dict[str, Any], people: Mapping[str, AccountId] | None = None, **hints: Any
    ) -> ConversationId:
        """Upload and import; return the conversation."""
        done = await self.runs(who, await self.uploads(who, content, **hints), people)
        assert done.state == "done"
        assert done.conversation is not None
        return done.conversation

    async def seen(self, who: AccountId) -> list[Import]:
        """The uploads of somebody."""
        async with self.http(await self.token(who)) as http:
            answer = await http.get("/imports")
        return msgspec.json.decode(answer.content, type=list[Import])

    async def log(self, who: AccountId, where: ConversationId) -> list[chat.Message]:
        """All that somebody sees in a conversation, oldest first."""
        found: list[chat.Message] = []
        while True:
            after = found[-1].seq if found else 0
            page = await self.world.db.read(partial(reading.history, by=who, id=where, before=None, after=after, around=None, limit=200))
            if not page.messages:
                return found
            found += page.messages

    async def told(self, who: AccountId, where: ConversationId) -> list[tuple[int, str | None, str]]:
        """When, who and what, of the entries that were imported: all but the notice at the beginning."""
        return [(message.at, message.author, words(message)) for message in (await self.log(who, where))[1:]]

    async def seen_conversation(self, who: AccountId, where: ConversationId) -> chat.Conversation:
        """A conversation as somebody sees it."""
        return await self.world.db.read(lambda reader: reading.conversation(reader, by=who, id=where))

    async def conversations(self, who: AccountId) -> list[chat.Conversation]:
        """All conversations of somebody."""
        return (await self.world.db.read(lambda reader: reading.sync(reader, by=who, since=0))).conversations

    async def token(self, who: AccountId) -> str:
        """Sign somebody in."""
        opened = await self.world.db.write(lambda tx: accounts.start_session(tx, account=who, device="Ponsel", address="192.0.2.7"))
        return opened.token

    def http(self, token: str) -> httpx.AsyncClient:
        """A client of somebody who is signed in."""
        transport = httpx.ASGITransport(app=self.world.app)
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        return httpx.AsyncClient(transport=transport, base_url="http://localhost:8000/api", headers=headers)


def words(message: chat.Message) -> str:
    """The text of an entry."""
    card = json.loads(bytes(message.card))
    return str(card.get("text", card.get("caption", "")))
