"""The HTTP of stickers."""

from typing import Annotated, Any

import msgspec
from litestar import Response, Router, delete, get, patch, post, put
from litestar.params import Parameter

from warung import chat, media, pay
from warung.kit.blobs import Blobs
from warung.kit.db import Db, Tx
from warung.kit.domain import Priority
from warung.kit.ids import ConversationId, Identity
from warung.kit.text import bounded
from warung.stickers import drawn, importing, packs, sales, seeing, shelf, signs
from warung.stickers.model import ANY, Figures, Imported, Labels, Listed, NoSuchSticker, Overview, Pack, Settings, Sticker

Id = Annotated[str, Parameter(max_length=64)]
PICTURE_BYTES = 4 << 20
PACK_BYTES = 128 << 20  # whatever the operator allows, not more
NAME_CHARS = 255
# An SVG of our own; the guards are for the day on which somebody puts another there.
GUARDS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "public, max-age=86400",
}


class NewPack(msgspec.Struct, forbid_unknown_fields=True):
    """What a pack is called, by which name its maker wants to be known, and under which licence it may be used."""

    title: str
    author: str = ""
    licence: str = ""


class Label(msgspec.Struct, forbid_unknown_fields=True):
    """What to change of a sticker; what is absent stays."""

    emoji: str | None = None
    words: list[str] | None = None


class BuyPack(msgspec.Struct, forbid_unknown_fields=True):
    """Buy a pack for the price that was shown. `id` is the payment's, made by the client; `approval` confirms it for the pack as payee."""

    id: str
    price: int
    approval: str | None = None


class ThankForPack(msgspec.Struct, forbid_unknown_fields=True):
    """Thank a pack's maker with credits. `id` is the payment's, made by the client; `approval` confirms it for the pack as payee."""

    id: str
    amount: int
    approval: str | None = None


class StickerReaction(msgspec.Struct, forbid_unknown_fields=True):
    """React to a message with a sticker: `drawn:<name>`, or `blob:<id>`."""

    conversation: ConversationId
    seq: int
    sign: Annotated[str, msgspec.Meta(max_length=64)]


class Keep(msgspec.Struct, forbid_unknown_fields=True):
    """Which sticker to keep: one that one may send, or that of a message."""

    sticker: str | None = None
    conversation: ConversationId | None = None
    seq: int | None = None


@get("/stickers")
async def overview(db: Db, me: Identity) -> Overview:
    """Your packs with their stickers, what you sent last, and what you kept."""
    return await db.read(lambda reader: shelf.overview(reader, by=me.account, language=me.language))


@get("/stickers/store")
async def browse(db: Db, me: Identity, before: Id | None = None) -> Listed:
    """The packs in the store of this server, newest first."""
    return await db.read(lambda reader: shelf.browse(reader, by=me.account, language=me.language, before=before))


@get("/stickers/drawn/{name:str}", media_type="image/svg+xml")
async def drawing(me: Identity, name: Id) -> Response[bytes]:
    """A sticker that comes with the program (SVG)."""
    found = drawn.FILES.get(name)
    if found is None:
        raise NoSuchSticker
    return Response(found, media_type="image/svg+xml", headers=GUARDS)


@post("/stickers/packs", status_code=200)
async def create(db: Db, me: Identity, data: NewPack) -> Pack:
    """Begin a pack of your own. Nobody else sees it."""

    def verb(tx: Tx) -> Pack:
        made = packs.create(tx, by=me.account, title=data.title, author=data.author, licence=data.licence)
        return seeing.pack(tx, by=me.account, id=made.id, language=me.language)

    return await db.write(verb)


@post("/stickers/import", status_code=200, request_max_body_size=PACK_BYTES, operation_class=media.TakesBytes)
async def bring(
    body: bytes, db: Db, me: Identity, blobs: Blobs, moving: media.Moving, settings: dict[Any, Any], name: str = "", watch: Id = ""
) -> Imported:
    """Make a pack of a file: WhatsApp's .wastickers or a .zip with contents.json, OpenMoji's SVGs, pictures, Lottie, .tgs, WebM.

    With `watch`, events by that name tell how far it is.
    """
    mine = settings.get(Settings) or Settings()
    return await importing.bring(
        db,
        blobs,
        moving,
        by=me.account,
        language=me.language,
        data=body,
        name=bounded(name, limit=NAME_CHARS),
        settings=mine,
        watch=watch,
    )


@get("/stickers/packs/{id:str}")
async def one(db: Db, me: Identity, id: Id) -> Pack:
    """A pack with all its stickers."""
    return await db.read(lambda reader: seeing.pack(reader, by=me.account, id=id, language=me.language))


@patch("/stickers/packs/{id:str}")
async def change(db: Db, me: Identity, id: Id, data: packs.PackChanges) -> Pack:
    """Name a pack of your own, or put it into the store or take it out."""

    def verb(tx: Tx) -> Pack:
        packs.change(tx, by=me.account, id=id, changes=data)
        return seeing.pack(tx, by=me.account, id=id, language=me.language)

    return await db.write(verb)


@delete("/stickers/packs/{id:str}")
async def remove(db: Db, me: Identity, id: Id) -> None:
    """Take a pack of your own away from everybody; operators may do so with any. What was sent or kept stays."""
    await db.write(lambda tx: packs.remove(tx, by=me.account, id=id))


@get("/stickers/packs/{id:str}/figures")
async def figures(db: Db, me: Identity, id: Id) -> Figures:
    """How a pack of your own is used."""
    return await db.read(lambda reader: packs.figures(reader, by=me.account, id=id))


@put("/stickers/packs/{id:str}/shelf", status_code=204)
async def take(db: Db, me: Identity, id: Id) -> None:
    """Put a pack into your panel."""
    await db.write(lambda tx: shelf.take(tx, by=me.account, pack=id))


@delete("/stickers/packs/{id:str}/shelf")
async def put_back(db: Db, me: Identity, id: Id) -> None:
    """Take a pack out of your panel."""
    await db.write(lambda tx: shelf.put_back(tx, by=me.account, pack=id))


@post("/stickers/packs/{id:str}/buy", status_code=200, opt={"priority": Priority.FIRST})
async def buy(db: Db, me: Identity, id: Id, data: BuyPack) -> Pack:
    """Buy a pack of the store and put it into your panel. What you have already costs nothing."""

    def verb(tx: Tx) -> Pack:
        sales.buy(tx, by=me.account, id=id, price=data.price, nonce=data.id, approval=data.approval)
        return seeing.pack(tx, by=me.account, id=id, language=me.language)

    return await pay.decided(db, verb)


@post("/stickers/packs/{id:str}/thanks", status_code=204, opt={"priority": Priority.FIRST})
async def thank(db: Db, me: Identity, id: Id, data: ThankForPack) -> None:
    """Thank whoever made a pack with credits."""
    await pay.decided(db, lambda tx: sales.tip(tx, by=me.account, id=id, amount=data.amount, nonce=data.id, approval=data.approval))


@post("/stickers/packs/{id:str}/stickers", status_code=200, request_max_body_size=PICTURE_BYTES, operation_class=media.TakesBytes)
async def add(
    id: Id, body: bytes, db: Db, me: Identity, blobs: Blobs, moving: media.Moving, emoji: str = "", words: str = "", alt: str = ""
) -> Sticker:
    """Put a picture into a pack of your own; `words` are separated by commas and suggest it."""
    labels = Labels(emoji, alt, {ANY: [word.strip() for word in words.split(",") if word.strip()]})
    return await importing.bring_one(db, blobs, moving, by=me.account, pack=id, data=body, labels=labels, language=me.language)


@patch("/stickers/{id:str}")
async def label(db: Db, me: Identity, id: Id, data: Label) -> Sticker:
    """Change the emoji of a sticker of your own, and the words that suggest it."""
    return await db.write(lambda tx: packs.label(tx, by=me.account, id=id, language=me.language, emoji=data.emoji, words=data.words))


@delete("/stickers/{id:str}")
async def take_out(db: Db, me: Identity, id: Id) -> None:
    """Take a sticker out of your pack."""
    await db.write(lambda tx: packs.take_out(tx, by=me.account, id=id))


@put("/stickers/reactions", status_code=200)
async def react(db: Db, me: Identity, data: StickerReaction) -> chat.Message:
    """React to a message with a sticker; return the entry of the log that says so. It is taken back as any other."""
    return await db.write(lambda tx: signs.react(tx, by=me.account, conversation=data.conversation, seq=data.seq, sign=data.sign))


@post("/stickers/kept", status_code=200)
async def keep(db: Db, me: Identity, data: Keep) -> Sticker:
    """Keep a single sticker, of a pack or of a message."""

    def verb(tx: Tx) -> Sticker:
        if data.conversation is not None and data.seq is not None:
            return shelf.keep_received(tx, by=me.account, conversation=data.conversation, seq=data.seq)
        return shelf.keep(tx, by=me.account, id=data.sticker or "", language=me.language)

    return await db.write(verb)


@delete("/stickers/kept/{id:str}")
async def let_go(db: Db, me: Identity, id: Id) -> None:
    """Keep a sticker no longer."""
    await db.write(lambda tx: shelf.let_go(tx, by=me.account, id=id))


HANDLERS = [
    overview,
    browse,
    drawing,
    create,
    bring,
    one,
    change,
    remove,
    figures,
    take,
    put_back,
    buy,
    thank,
    add,
    label,
    take_out,
    react,
    keep,
    let_go,
]
ROUTES: list[Any] = [Router(path="/", route_handlers=HANDLERS, tags=["stickers"])]
