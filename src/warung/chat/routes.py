"""Chat over HTTP: conversations, history, cursors. The socket carries the hot part of it."""

from typing import Any, Literal

import msgspec
from litestar import Router, get, patch, post

from warung import __version__, accounts, contacts
from warung.chat import direct, drafts, groups, messages, preferences, reading
from warung.chat.model import Conversation, GroupOnly, Message, Page, Send, Settings, Sync
from warung.kit.db import Db, Reader, Tx
from warung.kit.domain import Priority
from warung.kit.errors import Refusal
from warung.kit.ids import AccountId, ConversationId, Identity
from warung.kit.site import Site


class NewConversation(msgspec.Struct, forbid_unknown_fields=True):
    """A direct conversation names `with`, a group its name and members; notes to self need neither."""

    kind: Literal["direct", "group", "self"]
    to: AccountId | None = msgspec.field(name="with", default=None)
    name: str = ""
    members: list[AccountId] = []


class NewMessage(msgspec.Struct, forbid_unknown_fields=True):
    """A card for a conversation; the nonce makes a retry harmless."""

    nonce: str
    card: Any  # checked by the union of all cards, as on the socket; the web framework cannot hand it on undecoded
    reply: int | None = None


class Mine(msgspec.Struct, forbid_unknown_fields=True):
    """How one keeps a conversation in one's own list."""

    pinned: bool | None = None
    muted: bool | None = None
    archived: bool | None = None
    marked_unread: bool | None = None
    notify: Literal["all", "mentions", "nothing"] | None = None
    wallpaper: str | None = None  # a name or a colour like #f4ead8; empty for none


class Cursor(msgspec.Struct, forbid_unknown_fields=True):
    """How far one has received and read."""

    delivered: int = 0
    read: int = 0


class Receipt(msgspec.Struct, frozen=True):
    """How far a member has received and read."""

    account: AccountId
    delivered_seq: int
    read_seq: int


class Receipts(msgspec.Struct, frozen=True):
    """Members who let it be seen how far they have read."""

    members: list[Receipt]


class Limits(msgspec.Struct, frozen=True):
    """How much fits, so that a client can say so before it sends."""

    message_chars: int
    name_chars: int
    group_members: int


class Server(msgspec.Struct, frozen=True):
    """What a client may know of this place before anybody has signed in."""

    name: str
    version: str
    url: str
    https: bool
    registration: str
    first_run: bool
    founding: bool
    demo: list[accounts.Profile]
    languages: list[str]
    recall_ms: int
    limits: Limits
    edit_ms: int
    tiles: str


@get("/server")
async def server(db: Db, site: Site, address: str) -> Server:
    """This place: its name, how one gets in, what fits."""

    def ask(reader: Reader) -> Server:
        door, mine = accounts.front_door(reader, site=site, address=address), reader.settings(Settings)
        limits = Limits(mine.message_chars, mine.name_chars, mine.group_members)
        languages = sorted(accounts.LANGUAGES)
        return Server(
            site.name,
            __version__,
            site.url,
            site.https,
            door.registration,
            door.first_run,
            door.founding,
            door.demo,
            languages,
            mine.recall_ms,
            limits,
            mine.edit_ms,
            mine.tiles,
        )

    return await db.read(ask)


class Everything(Sync, frozen=True, kw_only=True):
    """What changed, with what one is writing and what one decided on other devices."""

    drafts: list[drafts.KeptDraft]
    preferences: preferences.Preferences | None


@get("/sync", opt={"express": True})
async def sync(db: Db, me: Identity, since: int = 0) -> Everything:
    """What changed since the server's time `since`; 0 is everything."""

    def ask(reader: Reader) -> Everything:
        start = max(0, since - reading.OVERLAP)
        seen = reading.sync(reader, by=me.account, since=since)
        mine = preferences.preferences(reader, by=me.account)
        return Everything(
            **{name: getattr(seen, name) for name in Sync.__struct_fields__},
            drafts=drafts.drafts(reader, by=me.account, since=start),
            preferences=mine if mine.at >= start else None,
        )

    return await db.read(ask)


@get("/people/{account:str}")
async def person(db: Db, me: Identity, account: str) -> contacts.Person:
    """Somebody you know: a contact, a fellow member, someone with a request open between you."""
    return await db.read(lambda reader: groups.person(reader, by=me.account, id=AccountId(account)))


@post("/conversations", status_code=200)
async def create(db: Db, me: Identity, data: NewConversation) -> Conversation:
    """Open the conversation with a contact, make a group, or open the notes to self."""

    def verb(tx: Tx) -> Conversation:
        if data.kind == "direct" and data.to is not None:
            id = direct.open_direct(tx, by=me.account, to=data.to)
        elif data.kind == "self":
            id = direct.open_self(tx, by=me.account)
        elif data.kind == "group":
            id = groups.create(tx, by=me.account, name=data.name, members=data.members)
        else:
            raise GroupOnly
        return reading.conversation(tx, by=me.account, id=id)

    return await db.write(verb)


@get("/conversations/{id:str}/messages", opt={"express": True})
async def history(
    db: Db, me: Identity, id: str, before: int | None = None, after: int | None = None, around: int | None = None, limit: int = 50
) -> Page:
    """A stretch of history, oldest first: before, after or around a seq; without one, the newest."""
    return await db.read(
        lambda reader: reading.history(reader, by=me.account, id=ConversationId(id), before=before, after=after, around=around, limit=limit)
    )


@post("/conversations/{id:str}/messages", status_code=200)
async def send(db: Db, me: Identity, id: str, data: NewMessage) -> Message:
    """Append a card. The same nonce again returns the same message."""

    def verb(tx: Tx) -> Message:
        item = Send(0, ConversationId(id), data.nonce, msgspec.Raw(msgspec.json.encode(data.card)), data.reply)
        (result,) = messages.send_all(tx, [(me, item)])
        if isinstance(result, Refusal):
            raise result
        return reading.message(tx, by=me.account, id=ConversationId(id), seq=result.seq)

    return await db.write(verb)


@get("/conversations/{id:str}/messages/{seq:int}")
async def message(db: Db, me: Identity, id: str, seq: int) -> Message:
    """One entry of the log."""
    return await db.read(lambda reader: reading.message(reader, by=me.account, id=ConversationId(id), seq=seq))


@patch("/conversations/{id:str}/mine")
async def mine(db: Db, me: Identity, id: str, data: Mine) -> Conversation:
    """Pin, archive or mark as unread, for yourself; what is told of it, and what it looks like."""

    def verb(tx: Tx) -> Conversation:
        reading.membership(tx, me.account, ConversationId(id))
        fields = {name: value for name, value in msgspec.structs.asdict(data).items() if value is not None}
        if fields:
            groups.keep(tx, by=me.account, id=ConversationId(id), **fields)
        return reading.conversation(tx, by=me.account, id=ConversationId(id))

    return await db.write(verb)


@post("/conversations/{id:str}/cursor", status_code=204, opt={"priority": Priority.FIRST})
async def cursor(db: Db, me: Identity, id: str, data: Cursor) -> None:
    """Say how far you have received and read."""

    await db.write(
        lambda tx: messages.move_cursor(tx, by=me.account, conversation=ConversationId(id), delivered=data.delivered, read=data.read)
    )


@post("/conversations/{id:str}/clear", status_code=204)
async def clear(db: Db, me: Identity, id: str) -> None:
    """Empty your own copy of a conversation. Others keep theirs."""
    await db.write(lambda tx: groups.clear(tx, by=me.account, id=ConversationId(id)))


@get("/conversations/{id:str}/receipts")
async def receipts(db: Db, me: Identity, id: str) -> Receipts:
    """How far the others have received and read, as far as they let it be seen."""
    rows = await db.read(lambda reader: reading.receipts(reader, by=me.account, id=ConversationId(id)))
    return Receipts([Receipt(*row) for row in rows])


ROUTES: list[Any] = [
    Router(
        path="/",
        route_handlers=[server, sync, person, create, history, send, message, mine, cursor, clear, receipts],
        tags=["chat"],
    )
]
