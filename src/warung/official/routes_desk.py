"""The desk over HTTP, for the staff."""

from typing import Annotated, Any

import msgspec
from litestar import Router, delete, get, post, put
from litestar.params import Parameter
from litestar.response import Redirect

from warung import media
from warung.kit.db import Db, Reader
from warung.kit.ids import AccountId, BlobId, Identity, Nonce
from warung.official import answers, desk_notes, seats, serving
from warung.official.answers import AutoAnswer
from warung.official.cards import OfficialCard, OfficialPhoto, OfficialPicture
from warung.official.desk_model import Canned, DeskMessage, DeskSession, DeskSettings, Kf, Note
from warung.official.routes_staff import Id, OfficialFollower, Openid, editing, one_of, working

Key = Annotated[str, Parameter(max_length=64)]
Before = Annotated[int | None, Parameter(ge=0, le=1 << 53)]


class DeskView(msgspec.Struct, frozen=True):
    """A desk: how it works, who sits there, which name is one's own, all open cases (without `kf` are those who wait)."""

    settings: DeskSettings
    open: bool
    seats: list[Kf]
    mine: str | None
    sessions: list[DeskSession]


class Sit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sit down at the desk or leave it; `takes` is up to how many cases come by themselves, `nick` the name that followers see."""

    online: bool
    takes: int = 0
    nick: str | None = None


class DeskCase(msgspec.Struct, frozen=True):
    """A follower at the desk: who they are to the account, their case, what was written about them, and the conversation."""

    follower: OfficialFollower
    session: DeskSession | None
    notes: list[Note]
    messages: list[DeskMessage]


class DeskReply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to say: words, something of the account's materials, an article, or a photo that one has uploaded."""

    nonce: str
    text: str = ""
    media_id: str = ""
    article: str = ""
    photo: BlobId | None = None


class SaidAt(msgspec.Struct, frozen=True):
    """Where a message stands in its conversation."""

    seq: int
    at: int


class HandOver(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """To whom at the desk; null gives the case back to those who wait."""

    kf: str | None


class NewNote(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to write about a follower."""

    text: str


class Sentence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence that is often needed, and what it is called."""

    title: str
    text: str


class Sentences(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of them."""

    sentences: list[Sentence]


@get("/officials/{id:str}/desk")
async def view(db: Db, me: Identity, id: Id) -> DeskView:
    """The desk of an account that you work with."""

    def question(reader: Reader) -> DeskView:
        official = working(reader, me, id)
        settings = serving.desk(reader, official=official)
        there = seats.kfs(reader, official=official)
        mine = next((seat.kf for seat in there if seat.account == me.account), None)
        is_open = serving.is_open(settings, reader.now)
        return DeskView(settings, is_open, there, mine, serving.sessions(reader, official=official))

    return await db.read(question)


@put("/officials/{id:str}/desk", status_code=200)
async def set_desk(db: Db, me: Identity, id: Id, data: DeskSettings) -> DeskSettings:
    """Set the desk up: whether it takes what no rule answers, its hours, what it says by itself."""
    return await db.write(lambda tx: serving.set_desk(tx, official=editing(tx, me, id), settings=data))


@put("/officials/{id:str}/desk/seat", status_code=200)
async def sit(db: Db, me: Identity, id: Id, data: Sit) -> Kf:
    """Sit down at the desk, or leave it."""
    return await db.write(lambda tx: serving.sit(tx, by=me.account, official=id, online=data.online, takes=data.takes, nick=data.nick))


@get("/officials/{id:str}/desk/{openid:str}")
async def case(db: Db, me: Identity, id: Id, openid: Openid, before: Before = None) -> DeskCase:
    """A follower's conversation with the account, newest page or what stands before a number, and the notes about them."""

    def question(reader: Reader) -> DeskCase:
        official = working(reader, me, id)
        return DeskCase(
            one_of(reader, official, openid),
            serving.session(reader, official=official, openid=openid),
            desk_notes.notes(reader, by=me.account, official=official, openid=openid),
            serving.view(reader, by=me.account, official=official, openid=openid, before=before),
        )

    return await db.read(question)


@post("/officials/{id:str}/desk/{openid:str}/take", status_code=200)
async def take(db: Db, me: Identity, id: Id, openid: Openid) -> DeskSession:
    """Serve a follower: one who waits, or one to whom you want to talk."""
    return await db.write(lambda tx: serving.take(tx, by=me.account, official=id, openid=openid))


@post("/officials/{id:str}/desk/{openid:str}/hand-over", status_code=200)
async def hand_over(db: Db, me: Identity, id: Id, openid: Openid, data: HandOver) -> DeskSession:
    """Give a case of yours to somebody else, or back to those who wait."""
    return await db.write(lambda tx: serving.hand_over(tx, by=me.account, official=id, openid=openid, kf=data.kf))


@post("/officials/{id:str}/desk/{openid:str}/finish", status_code=204)
async def finish(db: Db, me: Identity, id: Id, openid: Openid) -> None:
    """End a case of yours."""
    await db.write(lambda tx: serving.finish(tx, by=me.account, official=id, openid=openid))


@post("/officials/{id:str}/desk/{openid:str}/messages", status_code=200)
async def reply(db: Db, me: Identity, id: Id, openid: Openid, data: DeskReply) -> SaidAt:
    """AutoAnswer a follower whom you serve, in the account's name. The same nonce again is the same message."""

    def verb(tx: Any) -> SaidAt:
        card = spoken(tx, me.account, working(tx, me, id), data)
        message = serving.reply(tx, by=me.account, official=id, openid=openid, card=card, nonce=Nonce(data.nonce))
        return SaidAt(message.seq, message.at)

    return await db.write(verb)


@post("/officials/{id:str}/desk/{openid:str}/notes", status_code=200)
async def write_note(db: Db, me: Identity, id: Id, openid: Openid, data: NewNote) -> Note:
    """Write something about a follower, for the staff."""
    return await db.write(lambda tx: desk_notes.write_note(tx, by=me.account, official=id, openid=openid, text=data.text))


@delete("/officials/{id:str}/notes/{note:str}")
async def delete_note(db: Db, me: Identity, id: Id, note: Key) -> None:
    """Delete a note."""
    await db.write(lambda tx: desk_notes.delete_note(tx, by=me.account, official=id, id=note))


@get("/officials/{id:str}/sentences")
async def sentences(db: Db, me: Identity, id: Id) -> list[Canned]:
    """The sentences that are often needed at the desk."""
    return await db.read(lambda reader: desk_notes.canned(reader, by=me.account, official=id))


@put("/officials/{id:str}/sentences", status_code=200)
async def set_sentences(db: Db, me: Identity, id: Id, data: Sentences) -> list[Canned]:
    """Replace the sentences that are often needed."""
    said = [(each.title, each.text) for each in data.sentences]
    return await db.write(lambda tx: desk_notes.set_canned(tx, by=me.account, official=id, sentences=said))


@get("/officials/{id:str}/media/{blob:str}/{size:str}", status_code=302)
async def see(db: Db, me: Identity, id: Id, blob: BlobId, size: media.SizeName, viewers: media.Viewers) -> Redirect:
    """Redirect to a link that opens what a follower sent to the account, or the account to a follower."""
    official = await db.read(lambda reader: working(reader, me, id))
    return await media.way_to(db, by=official, blob=blob, size=size, viewers=viewers)


def spoken(reader: Reader, by: AccountId, official: AccountId, said: DeskReply) -> OfficialCard:
    """Return the card of what somebody at the desk says. Raises `NotAnAnswer`, `BlobNotYours`."""
    if said.photo is None:
        return answers.card_of(reader, official, AutoAnswer(said.text, said.media_id, said.article), why="")
    blob = media.described(reader, [said.photo]).get(said.photo)
    if blob is None or blob.owner != by or blob.kind != "picture":
        raise media.BlobNotYours
    return OfficialPicture(photos=(OfficialPhoto(blob.id, blob.width, blob.height, blob.placeholder),), caption=said.text)


HANDLERS = [
    view,
    set_desk,
    sit,
    case,
    take,
    hand_over,
    finish,
    reply,
    write_note,
    delete_note,
    sentences,
    set_sentences,
    see,
]
ROUTES: list[Any] = [Router(path="/", route_handlers=HANDLERS, tags=["official accounts: the desk"])]
