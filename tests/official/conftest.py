"""Fixtures of the tests of official accounts: a stage on which *Toko Sari* talks to people."""

import json
from typing import Any

import pytest

from tests.chat.scene import Scene
from tests.worlds import Hand
from warung import chat, official
from warung.app import World
from warung.kit.ids import AccountId, Nonce

# For rules in which the database has no part: one of them is enough.
ON_SQLITE = pytest.mark.parametrize("database", [""], ids=["sqlite"])


class Stall(Scene):
    """Where companies and their followers meet."""

    async def toko(self, owner: AccountId, handle: str = "tokosari", **more: Any) -> official.Official:
        """An official account of somebody's."""
        new: dict[str, Any] = {"kind": "service", "handle": handle, "name": f"Toko {handle}", "intro": "Kue basah"} | more
        return (await self.do(official.register, by=owner, **new)).official

    async def fan(self, who: AccountId, of: official.Official, **how: Any) -> official.Follow:
        """Follow an account."""
        return await self.do(official.follow, by=who, official=of.id, **how)

    async def tells(self, who: official.Follow, text: str, card: Any = None, *, sendable: bool = True) -> chat.Message:
        """Write to an account that one follows, and let the account take it in; a card that only the server writes, by its verb."""
        assert who.conversation is not None
        card = card or chat.Text(text_=text)
        verb = chat.send if sendable else chat.put
        message = await self.do(verb, by=who.account, to=who.conversation, card=card, nonce=self.nonce())
        await self.world.settle()
        return message

    async def log(self, of: official.Official, after: int = 0) -> list[dict[str, Any]]:
        """What happened at an account, as programs are told."""
        found = await self.ask(official.events, official=of.id, after=after)
        assert [each.seq for each in found] == list(range(after + 1, after + 1 + len(found)))
        return [json.loads(bytes(each.body)) for each in found]

    async def says(self, of: official.Official, to: official.Follow, text: str, **more: Any) -> chat.Message:  # type: ignore[override]
        """Say something to a follower."""
        card = official.Words(words=text)
        return await self.do(official.say, official=of.id, to=to.openid, card=card, nonce=self.nonce(), **more)

    async def read(self, who: official.Follow) -> list[tuple[bool, str]]:
        """A follower's conversation: whether the account said it, and the words."""
        assert who.conversation is not None
        page = await self.page(who.account, who.conversation)
        return [(each.sender == who.official, json.loads(bytes(each.card)).get("text", "")) for each in page.messages]


def fresh(name: str) -> Nonce:
    """A key for one intent, by name."""
    return Nonce(f"{name}-00000000"[:40])


async def set_up(world: World, hand: Hand) -> Stall:
    """A stage; whoever follows the log has begun to."""
    await world.settle()
    return Stall(world, hand)


@pytest.fixture
async def stall(world: World, hand: Hand) -> Stall:
    """A stage in a world on each database."""
    return await set_up(world, hand)
