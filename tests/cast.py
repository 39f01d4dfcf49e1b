"""The cast: Budi, Siti, Ayu, Pak Joko; *kopi club*. People of the tests, made by the public verbs."""

import asyncio
import time

import msgspec

from warung import accounts, chat, contacts
from warung.adapters.database import Database
from warung.chat import search
from warung.chat.model import Send
from warung.kit import ids
from warung.kit.db import Tx
from warung.kit.errors import Refusal
from warung.kit.ids import AccountId, ConversationId, Identity, Nonce, SessionId

NAMES = {"budi": "Budi", "siti": "Siti", "ayu": "Ayu", "joko": "Pak Joko", "rina": "Rina", "dewi": "Dewi"}


class Cast:
    """Names people and lets them do things; everything through the public verbs."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._sent = 0

    async def person(self, handle: str, **more: object) -> AccountId:
        """Somebody new."""
        name = NAMES.get(handle, handle.title())
        return await self.db.write(lambda tx: accounts.create_account(tx, handle=handle, name=name, **more))  # type: ignore[arg-type]

    async def people(self, *handles: str) -> list[AccountId]:
        """Several people who do not know each other yet."""
        return [await self.person(handle) for handle in handles]

    async def friends(self, *who: AccountId) -> ConversationId:
        """Make everybody a contact of everybody; return the conversation of the first two."""
        first: ConversationId | None = None
        for at, a in enumerate(who):
            for b in who[at + 1 :]:
                made = await self.db.write(lambda tx, a=a, b=b: contacts.befriend(tx, a=a, b=b))  # type: ignore[misc]
                first = first or made
        assert first is not None
        return first

    async def group(self, owner: AccountId, *members: AccountId, name: str = "kopi club") -> ConversationId:
        """A group."""
        return await self.db.write(lambda tx: chat.create_group(tx, by=owner, name=name, members=members))

    async def asks(self, who: AccountId, whom: AccountId, greeting: str) -> None:
        """Ask somebody to become a contact."""
        await self.db.write(lambda tx: contacts.request(tx, by=who, to=whom, greeting=greeting, via="handle"))

    def nonce(self) -> Nonce:
        """A key for one intent."""
        self._sent += 1
        return Nonce(f"nonce-{ids.new_id(self._sent)}-{self._sent}")

    async def says(
        self, who: AccountId, where: ConversationId, text: str, *, nonce: Nonce | None = None, reply: int | None = None
    ) -> chat.Message:
        """Send a text; return the entry."""
        key = nonce or self.nonce()
        return await self.db.write(lambda tx: chat.send(tx, by=who, to=where, card=chat.Text(text_=text), nonce=key, reply=reply))


async def indexed(db: Database) -> None:
    """Let search read the whole log. On PostgreSQL it waits for older transactions of the cluster, those of other tests too."""
    deadline = time.monotonic() + 30
    while True:
        while await db.write_index(lambda tx: search.follow(tx, 500)):
            pass
        reach = await db.read(search.reach)
        if reach.read >= reach.end:
            return
        assert time.monotonic() < deadline, "search did not catch up"
        await asyncio.sleep(0.02)


def identity(account: AccountId) -> Identity:
    """Somebody as the gateway names them."""
    return Identity(account, SessionId("session"))


def send_raw(tx: Tx, by: AccountId, where: ConversationId, card: bytes, nonce: str) -> chat.Sent:
    """Send a card as a client writes it."""
    (result,) = chat.send_all(tx, [(identity(by), Send(1, where, nonce, card=msgspec.Raw(card)))])
    if isinstance(result, Refusal):
        raise result
    return result
