"""What follows an account over its devices, over HTTP: drafts, messages that wait, folders, hours of quiet."""

from typing import Any

import msgspec
from litestar import Router, delete, get, patch, post, put

from warung.chat import drafts, preferences, schedule
from warung.chat.drafts import Draft, KeptDraft
from warung.chat.model import Mention
from warung.chat.preferences import Folder, Preferences, Quiet
from warung.chat.schedule import Scheduled
from warung.kit.db import Db
from warung.kit.ids import ConversationId, Identity


class NewDraft(msgspec.Struct, forbid_unknown_fields=True):
    """Words, what they answer, whom they call; empty forgets the draft."""

    text: str = ""
    reply: int | None = None
    mentions: list[Mention] = []


class Drafts(msgspec.Struct, frozen=True):
    """What one is writing."""

    drafts: list[KeptDraft]


class Later(msgspec.Struct, forbid_unknown_fields=True):
    """A card, and when it is to be sent (milliseconds UTC)."""

    card: Any  # checked by the union of all cards
    send_at: int
    reply: int | None = None


class Changes(msgspec.Struct, forbid_unknown_fields=True):
    """Another card, another time."""

    card: Any = None
    send_at: int | None = None


class Waiting(msgspec.Struct, frozen=True):
    """What waits for its time, the next first."""

    scheduled: list[Scheduled]


class Decisions(msgspec.Struct, forbid_unknown_fields=True):
    """What is to be replaced."""

    folders: list[Folder] | None = None
    quiet: Quiet | None = None


@put("/conversations/{id:str}/draft", status_code=200)
async def keep_draft(db: Db, me: Identity, id: str, data: NewDraft) -> KeptDraft:
    """Keep what you are writing, for all of your devices."""
    draft = Draft(data.text, data.reply, tuple(data.mentions))
    return await db.write(lambda tx: drafts.keep(tx, by=me.account, conversation=ConversationId(id), draft=draft))


@get("/drafts")
async def my_drafts(db: Db, me: Identity) -> Drafts:
    """What you are writing."""
    return Drafts(await db.read(lambda reader: drafts.drafts(reader, by=me.account)))


@post("/conversations/{id:str}/scheduled", status_code=200)
async def send_later(db: Db, me: Identity, id: str, data: Later) -> Scheduled:
    """Let a message be sent later."""
    card = msgspec.Raw(msgspec.json.encode(data.card))
    return await db.write(
        lambda tx: schedule.schedule(tx, by=me.account, conversation=ConversationId(id), card=card, send_at=data.send_at, reply=data.reply)
    )


@get("/scheduled")
async def waiting(db: Db, me: Identity) -> Waiting:
    """Your messages that wait for their time."""
    return Waiting(await db.read(lambda reader: schedule.waiting(reader, by=me.account)))


@patch("/scheduled/{id:str}")
async def reschedule(db: Db, me: Identity, id: str, data: Changes) -> Scheduled:
    """Change what will be sent, or when."""
    card = None if data.card is None else msgspec.Raw(msgspec.json.encode(data.card))
    return await db.write(lambda tx: schedule.reschedule(tx, by=me.account, id=id, card=card, send_at=data.send_at))


@post("/scheduled/{id:str}/send", status_code=204)
async def send_now(db: Db, me: Identity, id: str) -> None:
    """Send it now."""
    await db.write(lambda tx: schedule.send_now(tx, by=me.account, id=id))


@delete("/scheduled/{id:str}", status_code=204)
async def cancel(db: Db, me: Identity, id: str) -> None:
    """Take it back before its time."""
    await db.write(lambda tx: schedule.cancel(tx, by=me.account, id=id))


@get("/preferences")
async def preferences_of_mine(db: Db, me: Identity) -> Preferences:
    """Your folders and hours of quiet."""
    return await db.read(lambda reader: preferences.preferences(reader, by=me.account))


@patch("/preferences")
async def decide(db: Db, me: Identity, data: Decisions) -> Preferences:
    """Replace your folders or your hours of quiet."""
    folders = None if data.folders is None else tuple(data.folders)
    return await db.write(lambda tx: preferences.decide(tx, by=me.account, folders=folders, quiet=data.quiet))


HANDLERS: list[Any] = [keep_draft, my_drafts, send_later, waiting, reschedule, send_now, cancel, preferences_of_mine, decide]
ROUTES: list[Any] = [Router(path="/", route_handlers=HANDLERS, tags=["mine"])]
