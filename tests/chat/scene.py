"""A stage for chat's tests: the cast, the verbs in few words, and what everybody's devices are pushed."""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
import pytest

from tests.cast import Cast, indexed
from tests.worlds import Hand
from warung import contacts
from warung.app import World
from warung.chat import groups, messages, reading, routes_groups, search
from warung.chat.model import Conversation, Message, Page, Sync
from warung.chat.routes_groups import Whole
from warung.kit.bus import Envelope
from warung.kit.errors import Refusal
from warung.kit.ids import AccountId, ConversationId

T = TypeVar("T")


class Scene(Cast):
    """People who do things to each other; `do` writes, `ask` reads, `refused` expects a refusal."""

    def __init__(self, world: World, hand: Hand) -> None:
        super().__init__(world.db)
        self.world = world
        self.hand = hand
        self.pushed: list[tuple[AccountId, dict[str, Any]]] = []
        world.bus.subscribe(self._hear)

    def _hear(self, envelope: Envelope) -> None:
        frame = msgspec.json.decode(envelope.frame)
        self.pushed += [(account, frame) for account in envelope.to]

    async def do(self, verb: Callable[..., T], **named: Any) -> T:
        """Run a verb."""
        return await self.db.write(lambda tx: verb(tx, **named))

    async def ask(self, question: Callable[..., T], **named: Any) -> T:
        """Ask."""
        return await self.db.read(lambda reader: question(reader, **named))

    async def refused(self, refusal: type[Refusal], verb: Callable[..., Any], **named: Any) -> Refusal:
        """Run a verb that must be refused with exactly this; return the refusal."""
        with pytest.raises(refusal) as caught:
            await self.do(verb, **named)
        assert type(caught.value) is refusal
        return caught.value

    async def club(self, *handles: str) -> tuple[ConversationId, list[AccountId]]:
        """The *kopi club*, led by the first; everybody is a contact of everybody."""
        who = await self.people(*handles)
        await self.friends(*who)
        return await self.group(who[0], *who[1:]), who

    async def seen(self, by: AccountId, id: ConversationId) -> Conversation:
        """A conversation as a member sees it in the list."""
        return await self.ask(reading.conversation, by=by, id=id)

    async def whole(self, by: AccountId, id: ConversationId) -> Whole:
        """A conversation with its members."""
        return await self.db.read(lambda reader: routes_groups._whole(reader, by, id))

    async def roles(self, by: AccountId, id: ConversationId) -> dict[AccountId, str]:
        """Who is who in a group."""
        return {member.account.id: member.role for member in (await self.whole(by, id)).members}

    async def page(
        self,
        by: AccountId,
        id: ConversationId,
        *,
        before: int | None = None,
        after: int | None = None,
        around: int | None = None,
        limit: int = 200,
    ) -> Page:
        """A stretch of history; the newest where nothing else is said."""
        return await self.ask(reading.history, by=by, id=id, before=before, after=after, around=around, limit=limit)

    async def seqs(self, by: AccountId, id: ConversationId, **where: Any) -> list[int]:
        """The numbers of a stretch of history."""
        return [message.seq for message in (await self.page(by, id, **where)).messages]

    async def notices(self, by: AccountId, id: ConversationId) -> list[str]:
        """The keys of the notices in a conversation."""
        cards = [card(message) for message in (await self.page(by, id)).messages]
        return [str(each["key"]) for each in cards if each["type"] == "chat.notice"]

    async def synced(self, by: AccountId, since: int = 0) -> Sync:
        """What changed since a moment."""
        return await self.ask(reading.sync, by=by, since=since)

    async def found(self, by: AccountId, query: str, **filters: Any) -> list[tuple[ConversationId, int]]:
        """Where a search finds something, with an index that has caught up."""
        await indexed(self.db)
        asked = {"conversation": None, "sender": None, "after": None, "before": None, "cursor": None} | filters
        page = await self.ask(search.search, by=by, query=query, **asked)
        return [(hit.message.conversation, hit.message.seq) for hit in page.hits]

    async def reads(self, who: AccountId, where: ConversationId, seq: int) -> None:
        """Move a read cursor."""
        await self.do(messages.move_cursor, by=who, conversation=where, read=seq)

    async def part(self, by: AccountId, other: AccountId) -> None:
        """Be contacts no longer."""
        await self.do(contacts.remove, by=by, other=other)

    async def leaves(self, who: AccountId, where: ConversationId) -> None:
        """Leave a group."""
        await self.do(groups.remove, by=who, id=where, account=who)

    def heard(self, who: AccountId, kind: str = "") -> list[dict[str, Any]]:
        """The frames that somebody's devices were pushed, of one kind or all."""
        return [frame for account, frame in self.pushed if account == who and kind in ("", frame["type"])]


def card(message: Message) -> dict[str, Any]:
    """The card of a message."""
    found: dict[str, Any] = msgspec.json.decode(message.card)
    return found
