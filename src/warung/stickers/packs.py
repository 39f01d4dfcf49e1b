"""The verbs of whoever makes packs: begin one, name it, put stickers in, show it in the store, take it away."""

import msgspec

from warung import accounts, media
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, new_id
from warung.kit.text import bounded
from warung.stickers import seeing, store, store_people, store_sales
from warung.stickers.model import (
    ANY,
    EmptyPack,
    Figures,
    KeptPack,
    KeptSticker,
    Labels,
    NoSuchSticker,
    PackFull,
    PackSold,
    PriceNotPossible,
    Settings,
    ShelfChanged,
    Sticker,
    StickerFigures,
    StoreClosed,
    TooManyPacks,
    TooManyWords,
)

TITLE, AUTHOR, LICENCE, EMOJI, ALT, WORD = 60, 60, 300, 16, 300, 40  # characters


class PackChanges(msgspec.Struct, forbid_unknown_fields=True):
    """What to change of a pack; what is absent stays. `published`: in the store of this server; `price`: in credits."""

    title: str | None = None
    author: str | None = None
    licence: str | None = None
    published: bool | None = None
    price: int | None = None


def create(tx: Tx, *, by: AccountId, title: str, author: str = "", licence: str = "") -> KeptPack:
    """Begin a pack of one's own, seen by nobody else, and put it on one's shelf. Raises `TooManyPacks`."""
    limit = tx.settings(Settings).packs
    if len(store.packs_of(tx, by)) >= limit:
        raise TooManyPacks(limit=limit)
    pack = KeptPack(
        id=new_id(tx.now),
        owner=by,
        title=bounded(title, limit=TITLE, empty=False),
        author=bounded(author, limit=AUTHOR),
        licence=bounded(licence, limit=LICENCE),
        created_at=tx.now,
        published_at=None,
        removed_at=None,
    )
    store.insert_pack(tx, pack)
    store_people.put_on_shelf(tx, by, pack.id)
    _changed(tx, by)
    return pack


def change(tx: Tx, *, by: AccountId, id: str, changes: PackChanges) -> None:
    """Name a pack, say what it costs, put it into the store or take it out.

    Raises `NoSuchPack`, `NotYourPack`, `EmptyPack`,
    `StoreClosed`, `PriceNotPossible`.
    """
    pack = seeing.own_pack(tx, by, id)
    fields: dict[str, object] = {}
    if changes.title is not None:
        fields["title"] = bounded(changes.title, limit=TITLE, empty=False)
    if changes.author is not None:
        fields["author"] = bounded(changes.author, limit=AUTHOR)
    if changes.licence is not None:
        fields["licence"] = bounded(changes.licence, limit=LICENCE)
    if changes.price is not None:
        limit = tx.settings(Settings).price
        if not 0 <= changes.price <= limit:
            raise PriceNotPossible(limit=limit)
        fields["price"] = changes.price
    if changes.published is not None and changes.published != (pack.published_at is not None):
        if changes.published and not tx.settings(Settings).store and not accounts.me(tx, by=by).operator:
            raise StoreClosed
        if changes.published and store.size_of(tx, id)[0] == 0:
            raise EmptyPack
        fields["published_at"] = tx.now if changes.published else None
    if fields:
        store.change_pack(tx, id, **fields)
        _changed(tx, by)


def remove(tx: Tx, *, by: AccountId, id: str) -> None:
    """Take a pack away from everybody; an operator may do so with any in the store. What was sent or kept stays.

    Raises `NoSuchPack`, `NotYourPack`, and `PackSold` for a maker whose pack somebody bought.
    """
    if accounts.me(tx, by=by).operator:
        seeing.pack_seen(tx, by, id)
    else:
        seeing.own_pack(tx, by, id)
        if store_sales.is_sold(tx, id):
            raise PackSold
    store.change_pack(tx, id, removed_at=tx.now, published_at=None)
    for sticker in store.stickers_in(tx, [id]):
        media.release(tx, sticker.blob, holder=seeing.PACK_HOLDER, name=id, item=0)
    tx.emit(ShelfChanged(), store_people.clear_shelves(tx, id))


def add(tx: Tx, *, by: AccountId, pack: str, blob: media.Blob, moves: bool, labels: Labels) -> KeptSticker:
    """Put a sticker of one's own at the end of one's pack.

    Raises `NoSuchPack`, `NotYourPack`, `PackFull`, `BlobNotYours`, `TooManyWords`.
    """
    seeing.own_pack(tx, by, pack)
    limit = tx.settings(Settings).stickers
    count, last = store.size_of(tx, pack)
    if count >= limit:
        raise PackFull(limit=limit)
    sticker = KeptSticker(
        id=new_id(tx.now),
        pack=pack,
        place=last + 1,
        blob=blob.id,
        width=blob.width,
        height=blob.height,
        moves=int(moves),
        emoji=bounded(labels.emoji.strip(), limit=EMOJI),
        alt=bounded(labels.alt.strip(), limit=ALT),
        removed_at=None,
    )
    media.grant(tx, blob.id, holder=seeing.PACK_HOLDER, name=pack, item=0, by=by)
    store.insert_sticker(tx, sticker)
    _say(tx, sticker.id, labels)
    _changed(tx, by)
    return sticker


def label(tx: Tx, *, by: AccountId, id: str, language: str, emoji: str | None = None, words: list[str] | None = None) -> Sticker:
    """Change the emoji of a sticker, and the words that suggest it to everyone. Raises `NoSuchSticker`, `NotYourPack`, `TooManyWords`."""
    sticker = _own(tx, by, id)
    if emoji is not None:
        sticker = msgspec.structs.replace(sticker, emoji=bounded(emoji.strip(), limit=EMOJI))
        store.change_sticker(tx, id, emoji=sticker.emoji)
    if words is not None:
        _say(tx, id, Labels(words={ANY: words}))
    _changed(tx, by)
    return seeing.with_words(tx, [sticker], language)[0]


def take_out(tx: Tx, *, by: AccountId, id: str) -> None:
    """Take a sticker out of one's pack; who kept it keeps it. Raises `NoSuchSticker`, `NotYourPack`."""
    sticker = _own(tx, by, id)
    store.change_sticker(tx, id, removed_at=tx.now)
    media.release(tx, sticker.blob, holder=seeing.PACK_HOLDER, name=sticker.pack, item=0)
    _changed(tx, by)


def figures(reader: Reader, *, by: AccountId, id: str) -> Figures:
    """Return how a pack of one's own is used. Raises `NoSuchPack`, `NotYourPack`."""
    seeing.own_pack(reader, by, id)
    rows = store.stickers_in(reader, [id])
    uses = store_people.uses(reader, [row.id for row in rows])
    each = [StickerFigures(row.id, *uses.get(row.id, (0, 0))) for row in rows]
    sold, earned, thanks = store_sales.earned(reader, id)
    return Figures(store_people.shelves(reader, id), sum(one.sent for one in each), each, sold, earned, thanks)


def _own(tx: Tx, by: AccountId, id: str) -> KeptSticker:
    sticker = store.stickers(tx, [id]).get(id)
    if sticker is None or sticker.removed_at is not None or not seeing.may_see_pack(tx, by, sticker.pack, 0):
        raise NoSuchSticker
    seeing.own_pack(tx, by, sticker.pack)
    return sticker


def _say(tx: Tx, id: str, labels: Labels) -> None:
    limit = tx.settings(Settings).words
    said = {language: [bounded(word.strip(), limit=WORD) for word in words if word.strip()] for language, words in labels.words.items()}
    if any(len(words) > limit for words in said.values()):
        raise TooManyWords(limit=limit)
    store.set_words(tx, id, said)


def _changed(tx: Tx, *accounts: AccountId) -> None:
    tx.emit(ShelfChanged(), accounts)
