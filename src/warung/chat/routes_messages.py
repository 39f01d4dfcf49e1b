"""One message over HTTP: what is added to it, changed of it, and where else it goes."""

from typing import Any

import msgspec
from litestar import Router, delete, get, patch, post, put

from warung.chat import agreed, edits, favourites, forwarding, reactions, reading, small_cards, tombs
from warung.chat.edits import Version
from warung.chat.model import Conversation, Mention, Message, Page
from warung.chat.reactions import Reactor
from warung.kit.db import Db, Tx
from warung.kit.ids import AccountId, ConversationId, Identity, Nonce


class NewReaction(msgspec.Struct, forbid_unknown_fields=True):
    """One emoji."""

    emoji: str


class NewWords(msgspec.Struct, forbid_unknown_fields=True):
    """What a message shall say."""

    text: str
    mentions: list[Mention] = []


class Edited(msgspec.Struct, frozen=True):
    """The entry that says so, and the message as it is now."""

    entry: Message
    message: Message


class Versions(msgspec.Struct, frozen=True):
    """What a message has said, from the first to the present."""

    versions: list[Version]


class Reactors(msgspec.Struct, frozen=True):
    """Who reacted, in the order they did."""

    reactions: list[Reactor]


class Onward(msgspec.Struct, forbid_unknown_fields=True):
    """Which messages go where: `merged` into one card, with their `origin` or without."""

    seqs: list[int]
    to: list[ConversationId]
    nonce: str
    merged: bool = False
    origin: bool = True


class Went(msgspec.Struct, frozen=True):
    """The new entries."""

    messages: list[Message]


class Timer(msgspec.Struct, forbid_unknown_fields=True):
    """How long after it was sent a message disappears, in milliseconds; 0 for never."""

    after_ms: int


class SharedContact(msgspec.Struct, forbid_unknown_fields=True):
    """Whose card."""

    account: AccountId
    nonce: str


@post("/conversations/{id:str}/messages/{seq:int}/recall", status_code=200)
async def recall(db: Db, me: Identity, id: str, seq: int) -> Message:
    """Take a message of your own back, shortly after it was sent."""
    return await db.write(lambda tx: tombs.recall(tx, by=me.account, conversation=ConversationId(id), seq=seq))


@put("/conversations/{id:str}/messages/{seq:int}/reaction", status_code=200)
async def react(db: Db, me: Identity, id: str, seq: int, data: NewReaction) -> Message:
    """React to a message, or change your reaction; the entry that says so."""
    return await db.write(lambda tx: reactions.react(tx, by=me.account, conversation=ConversationId(id), seq=seq, emoji=data.emoji))


@delete("/conversations/{id:str}/messages/{seq:int}/reaction", status_code=200)
async def unreact(db: Db, me: Identity, id: str, seq: int) -> Message:
    """Take your reaction back; the entry that says so."""
    return await db.write(lambda tx: reactions.react(tx, by=me.account, conversation=ConversationId(id), seq=seq, emoji=""))


@get("/conversations/{id:str}/messages/{seq:int}/reactions")
async def reactors(db: Db, me: Identity, id: str, seq: int) -> Reactors:
    """Who reacted to a message."""
    return Reactors(await db.read(lambda reader: reactions.reactors(reader, by=me.account, conversation=ConversationId(id), seq=seq)))


@patch("/conversations/{id:str}/messages/{seq:int}")
async def edit(db: Db, me: Identity, id: str, seq: int, data: NewWords) -> Edited:
    """Change the words of a message of your own."""
    changed = await db.write(
        lambda tx: edits.edit(tx, by=me.account, conversation=ConversationId(id), seq=seq, text=data.text, mentions=data.mentions)
    )
    return Edited(*changed)


@get("/conversations/{id:str}/messages/{seq:int}/versions")
async def versions(db: Db, me: Identity, id: str, seq: int) -> Versions:
    """What a message has said before it was edited."""
    return Versions(await db.read(lambda reader: edits.versions(reader, by=me.account, conversation=ConversationId(id), seq=seq)))


@get("/conversations/{id:str}/refs")
async def refs(db: Db, me: Identity, id: str, after: int, before: int) -> Page:
    """Entries between two seqs that say something about other entries: for a device that has those and missed what was said."""
    return await db.read(lambda reader: reading.refs(reader, by=me.account, id=ConversationId(id), after=after, before=before))


@put("/conversations/{id:str}/pins/{seq:int}", status_code=200)
async def pin(db: Db, me: Identity, id: str, seq: int) -> Conversation:
    """Pin a message for everybody in the conversation."""

    def verb(tx: Tx) -> Conversation:
        agreed.pin(tx, by=me.account, conversation=ConversationId(id), seq=seq)
        return reading.conversation(tx, by=me.account, id=ConversationId(id))

    return await db.write(verb)


@delete("/conversations/{id:str}/pins/{seq:int}", status_code=200)
async def unpin(db: Db, me: Identity, id: str, seq: int) -> Conversation:
    """Take a pinned message down."""

    def verb(tx: Tx) -> Conversation:
        agreed.unpin(tx, by=me.account, conversation=ConversationId(id), seq=seq)
        return reading.conversation(tx, by=me.account, id=ConversationId(id))

    return await db.write(verb)


@put("/conversations/{id:str}/timer", status_code=200)
async def timer(db: Db, me: Identity, id: str, data: Timer) -> Conversation:
    """Let messages disappear some time after they were sent, or stay."""

    def verb(tx: Tx) -> Conversation:
        agreed.set_timer(tx, by=me.account, conversation=ConversationId(id), after_ms=data.after_ms)
        return reading.conversation(tx, by=me.account, id=ConversationId(id))

    return await db.write(verb)


@post("/conversations/{id:str}/forward", status_code=200)
async def forward(db: Db, me: Identity, id: str, data: Onward) -> Went:
    """Put messages of this conversation into others. The same nonce again forwards nothing twice."""
    return Went(
        await db.write(
            lambda tx: forwarding.forward(
                tx,
                by=me.account,
                conversation=ConversationId(id),
                seqs=data.seqs,
                to=data.to,
                merged=data.merged,
                origin=data.origin,
                nonce=Nonce(data.nonce),
            )
        )
    )


@post("/conversations/{id:str}/contact-cards", status_code=200)
async def share_contact(db: Db, me: Identity, id: str, data: SharedContact) -> Message:
    """Put the card of somebody you know into a conversation."""
    return await db.write(
        lambda tx: small_cards.share_contact(tx, by=me.account, to=ConversationId(id), account=data.account, nonce=Nonce(data.nonce))
    )


@put("/favourites/{conversation:str}/{seq:int}", status_code=204)
async def keep(db: Db, me: Identity, conversation: str, seq: int) -> None:
    """Put a message on your shelf."""
    await db.write(lambda tx: favourites.keep(tx, by=me.account, conversation=ConversationId(conversation), seq=seq))


@delete("/favourites/{conversation:str}/{seq:int}", status_code=204)
async def drop(db: Db, me: Identity, conversation: str, seq: int) -> None:
    """Take a message off your shelf."""
    await db.write(lambda tx: favourites.drop(tx, by=me.account, conversation=ConversationId(conversation), seq=seq))


@get("/favourites")
async def shelf(db: Db, me: Identity, cursor: str | None = None) -> favourites.Shelf:
    """Your shelf, the latest first."""
    return await db.read(lambda reader: favourites.shelf(reader, by=me.account, cursor=cursor))


HANDLERS: list[Any] = [recall, react, unreact, reactors, edit, versions, refs, pin, unpin, timer, forward, share_contact, keep, drop, shelf]
ROUTES: list[Any] = [Router(path="/", route_handlers=HANDLERS, tags=["messages"])]
