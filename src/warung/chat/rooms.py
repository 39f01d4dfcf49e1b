"""What the one writer keeps of a conversation between transactions: who may write, and the last number of its log."""

from collections.abc import Iterable

import msgspec

from warung import contacts
from warung.chat import store, store_members
from warung.chat.model import ConversationClosed, NotAMember, ReadOnly, Silenced
from warung.kit.db import Reader, Tx
from warung.kit.errors import Refusal
from warung.kit.ids import AccountId, ConversationId
from warung.kit.kind import Kind

KEPT_MEMBERS = 500_000  # rooms are forgotten when together they hold more than this


class Standing(msgspec.Struct):
    """A member's rights."""

    role: str
    silenced_until: int
    from_seq: int


class Room(msgspec.Struct):
    """A conversation, ready to be written to."""

    id: ConversationId
    kind: str
    members: dict[AccountId, Standing]
    audience: tuple[AccountId, ...]
    last_seq: int
    counted: int
    shut: type[Refusal] | None  # why none of its members may write, whoever they are
    expires_ms: int  # messages disappear so long after they were sent; 0 for never

    @property
    def open(self) -> bool:
        """May its members write, as far as their relation goes?"""
        return self.shut is None or self.shut is ReadOnly

    def refusal(self, by: AccountId, now: int) -> Refusal | None:
        """Return why `by` may not write here, or None."""
        standing = self.members.get(by)
        if standing is None:
            return NotAMember()
        if standing.silenced_until > now:
            return Silenced(until=standing.silenced_until)
        return None if self.shut is None else self.shut()


class Rooms:
    """The rooms the writer knows. Verbs that change members say `forget`."""

    def __init__(self) -> None:
        self._rooms: dict[ConversationId, Room] = {}
        self._weight = 0

    def enter(self, tx: Tx, ids: Iterable[ConversationId]) -> dict[ConversationId, Room]:
        """Return the rooms that exist among `ids`, loading those not yet known in one go."""
        wanted = set(ids)
        # asked one by one: a difference of sets would go through all the rooms that are known
        if missing := sorted(id for id in wanted if id not in self._rooms):
            self._load(tx, missing)
        return {id: self._rooms[id] for id in wanted if id in self._rooms}

    def knows(self, conversation: ConversationId) -> bool:
        """Is a room remembered?"""
        return conversation in self._rooms

    def forget(self, conversation: ConversationId) -> None:
        """Its members or their rights have changed."""
        if room := self._rooms.pop(conversation, None):
            self._weight -= len(room.members)

    def _load(self, tx: Tx, ids: list[ConversationId]) -> None:
        if self._weight > KEPT_MEMBERS:
            self._rooms.clear()
            self._weight = 0
        heads = store.heads(tx, ids)
        found = store_members.conversations(tx, ids)
        between = contacts.conversations_of_contacts(tx, [id for id, kept in found.items() if kept.kind == "direct"])
        members: dict[ConversationId, dict[AccountId, Standing]] = {id: {} for id in found}
        for row in store_members.members(tx, ids):
            members[row.conversation][row.account] = Standing(row.role, row.silenced_until, row.from_seq)
        for id, kept in found.items():
            who = tuple(members[id])
            last_seq, counted = heads.get(id, (0, 0))
            self._rooms[id] = Room(id, kept.kind, members[id], who, last_seq, counted, _shut(tx, kept, id in between), kept.expires_ms)
            self._weight += len(who)


def _shut(tx: Tx, kept: store_members.Kept, between_contacts: bool) -> type[Refusal] | None:
    if kept.closed:
        return ConversationClosed
    if not kind_of(tx, kept.kind).members_write:
        return ReadOnly
    if kept.kind == "direct" and not between_contacts:
        return contacts.NotAContact
    return None


def kind_of(reader: Reader, name: str) -> Kind:
    """Return what a kind of conversation is like."""
    return reader.kinds.get(name) or Kind(name)


def rooms(tx: Tx) -> Rooms:
    """Return the writer's rooms."""
    known: Rooms | None = tx.cache.get(Rooms)
    if known is None:
        known = tx.cache[Rooms] = Rooms()
    return known


def room(tx: Tx, conversation: ConversationId, by: AccountId) -> Room:
    """Return a conversation that `by` is a member of. Raises `NotAMember`: what you may not see is not there."""
    found = rooms(tx).enter(tx, [conversation]).get(conversation)
    if found is None or by not in found.members:
        raise NotAMember
    return found
