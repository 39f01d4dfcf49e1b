"""The verbs of whoever uses stickers: the shelf of packs, the single ones kept, the store, a report."""

import msgspec

from warung import chat, contacts, media
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, ConversationId
from warung.stickers import drawn, seeing, store, store_people
from warung.stickers.card import StickerCard
from warung.stickers.model import (
    Listed,
    NoSuchSticker,
    Overview,
    PackNotBought,
    Settings,
    ShelfChanged,
    Sticker,
    StickerEvidence,
    TooManyKept,
)

RECENT = 24
PAGE = 20
FIRST = 5  # stickers of a pack that the store shows


def overview(reader: Reader, *, by: AccountId, language: str) -> Overview:
    """Return all that one's panel shows."""
    ids = store_people.shelf(reader, by)
    rows = store.packs(reader, ids)
    packs = seeing.shown(reader, by, [rows[id] for id in ids if id in rows and rows[id].removed_at is None], language)
    return Overview(
        packs=[drawn.pack(language), *packs],
        recent=seeing.usables(reader, by, store_people.used(reader, by, RECENT), language),
        kept=seeing.usables(reader, by, store_people.kept(reader, by), language),
    )


def browse(reader: Reader, *, by: AccountId, language: str, before: str | None = None) -> Listed:
    """Return a page of the store, newest first, each pack with its first stickers."""
    rows = store.in_store(reader, before, PAGE + 1)
    packs = seeing.shown(reader, by, rows[:PAGE], language, FIRST)
    if before is None:
        ours = drawn.pack(language)
        packs.insert(0, msgspec.structs.replace(ours, stickers=ours.stickers[:FIRST]))
    return Listed(packs, rows[PAGE - 1].id if len(rows) > PAGE else None)


def take(tx: Tx, *, by: AccountId, pack: str) -> None:
    """Put a pack on one's shelf; twice is once. Raises `NoSuchPack`, and `PackNotBought` for one that costs something."""
    if pack == drawn.PACK.id:
        return
    found = seeing.pack_seen(tx, by, pack)
    if not seeing.may_use(tx, by, found):
        raise PackNotBought(price=found.price)
    if store_people.put_on_shelf(tx, by, pack):
        tx.emit(ShelfChanged(), [by])


def put_back(tx: Tx, *, by: AccountId, pack: str) -> None:
    """Take a pack from one's shelf; one that is not there is no error. What was bought can be taken again."""
    if store_people.take_from_shelf(tx, by, pack):
        tx.emit(ShelfChanged(), [by])


def keep(tx: Tx, *, by: AccountId, id: str, language: str) -> Sticker:
    """Keep a single sticker that one may send. Raises `NoSuchSticker`, `TooManyKept`."""
    return _keep(tx, by, seeing.usable(tx, by, id, language))


def keep_received(tx: Tx, *, by: AccountId, conversation: ConversationId, seq: int) -> Sticker:
    """Keep the sticker of a message that one sees; one of a pack that costs something comes with its pack only.

    Raises `NotAMember`, `NoSuchMessage`, `NoSuchSticker`, `PackNotBought`, `TooManyKept`.
    """
    card = tx.cards.decode(chat.message(tx, by=by, id=conversation, seq=seq).card)
    if not isinstance(card, StickerCard):
        raise NoSuchSticker
    pack = store.packs(tx, [card.pack]).get(card.pack)
    if pack is not None and not seeing.may_use(tx, by, pack):
        raise PackNotBought(price=pack.price)
    told = {name: value for name, value in msgspec.structs.asdict(card).items() if name != "sticker"}
    return _keep(tx, by, Sticker(id=card.sticker, **told))


def _keep(tx: Tx, by: AccountId, sticker: Sticker) -> Sticker:
    limit = tx.settings(Settings).kept
    if store_people.is_kept(tx, by, sticker.id):
        return sticker
    if len(store_people.kept(tx, by)) >= limit:
        raise TooManyKept(limit=limit)
    store_people.keep(tx, by, sticker.id)
    if sticker.blob is not None:
        media.grant(tx, sticker.blob, holder=seeing.KEPT_HOLDER, name=by, item=0)
    tx.emit(ShelfChanged(), [by])
    return sticker


def let_go(tx: Tx, *, by: AccountId, id: str) -> None:
    """Keep a sticker no longer; one that was not kept is no error."""
    if not store_people.let_go(tx, by, id):
        return
    row = store.stickers(tx, [id]).get(id)
    if row is not None:
        media.release(tx, row.blob, holder=seeing.KEPT_HOLDER, name=by, item=0)
    tx.emit(ShelfChanged(), [by])


def on_reported(tx: Tx, event: contacts.Reported) -> None:
    """Attach what a reported pack shows; nothing for one that the reporter does not see, so that the report is refused."""
    if event.about != "pack" or not seeing.may_see_pack(tx, event.by, event.subject or "", 0):
        return
    pack = seeing.pack_seen(tx, event.by, event.subject or "")
    blobs = [sticker.blob for sticker in store.stickers_in(tx, [pack.id])]
    evidence = StickerEvidence(pack.id, pack.title, pack.author, pack.licence, blobs)
    contacts.attach(tx, report=event.report, evidence=msgspec.json.encode(evidence), account=pack.owner)
