"""Which packs and stickers somebody sees and may send: their own, those on their shelf, those in the store, those they kept."""

from collections.abc import Iterable, Sequence

import msgspec

from warung.kit.db import Reader
from warung.kit.ids import AccountId
from warung.stickers import drawn, store, store_people, store_sales
from warung.stickers.drawn import OTHERWISE
from warung.stickers.model import ANY, KeptPack, KeptSticker, NoSuchPack, NoSuchSticker, NotYourPack, Pack, PackNotBought, Sticker

PACK_HOLDER = "stickers.pack"  # what media calls a pack that carries a blob
KEPT_HOLDER = "stickers.kept"  # and a person who kept one


def pack_seen(reader: Reader, by: AccountId, id: str) -> KeptPack:
    """Return a pack that `by` may see. Raises `NoSuchPack` for every other, as for one that is not there."""
    found = store.packs(reader, [id]).get(id)
    if found is None or not _seen(reader, by, found):
        raise NoSuchPack
    return found


def own_pack(reader: Reader, by: AccountId, id: str) -> KeptPack:
    """Return a pack that `by` made. Raises `NoSuchPack`, `NotYourPack`."""
    found = pack_seen(reader, by, id)
    if found.owner != by:
        raise NotYourPack
    return found


def _seen(reader: Reader, by: AccountId, pack: KeptPack) -> bool:
    if pack.removed_at is not None:
        return False
    if pack.owner == by or pack.published_at is not None or store_people.is_on_shelf(reader, by, pack.id):
        return True
    return bool(store_sales.bought(reader, by, [pack.id]))


def may_use(reader: Reader, by: AccountId, pack: KeptPack) -> bool:
    """Say whether `by` may send what is in a pack they see: their own, one they have, one that costs nothing, one they bought."""
    if pack.owner == by or pack.price == 0 or store_people.is_on_shelf(reader, by, pack.id):
        return True
    return bool(store_sales.bought(reader, by, [pack.id]))


def may_see_pack(reader: Reader, by: AccountId, pack: str, _item: int) -> bool:
    """Say whether `by` may see the pictures of a pack; for media."""
    found = store.packs(reader, [pack]).get(pack)
    return found is not None and _seen(reader, by, found)


def kept_by(_reader: Reader, by: AccountId, account: str, _item: int) -> bool:
    """Say whether `by` kept what this account kept; for media."""
    return by == account


def usable(reader: Reader, by: AccountId, id: str, language: str = OTHERWISE) -> Sticker:
    """Return a sticker that `by` may send. Raises `NoSuchSticker`, `PackNotBought`."""
    ours = drawn.sticker(id, language)
    if ours is not None:
        return ours
    found = store.stickers(reader, [id]).get(id)
    if found is None:
        raise NoSuchSticker
    if not store_people.is_kept(reader, by, id):
        pack = store.packs(reader, [found.pack]).get(found.pack)
        if found.removed_at is not None or pack is None or not _seen(reader, by, pack):
            raise NoSuchSticker
        if not may_use(reader, by, pack):
            raise PackNotBought(price=pack.price)
    return _shown(found, ())


def usables(reader: Reader, by: AccountId, ids: Sequence[str], language: str) -> list[Sticker]:
    """Return those of `ids` that `by` may send, in their order."""
    kept = set(store_people.kept(reader, by))
    rows = store.stickers(reader, ids)
    packs = store.packs(reader, list({row.pack for row in rows.values()}))
    seen = {id for id, pack in packs.items() if _seen(reader, by, pack) and may_use(reader, by, pack)}
    alive = [row for row in rows.values() if row.id in kept or (row.removed_at is None and row.pack in seen)]
    shown = {sticker.id: sticker for sticker in with_words(reader, alive, language)}
    found = [drawn.sticker(id, language) or shown.get(id) for id in ids]
    return [sticker for sticker in found if sticker is not None]


def with_words(reader: Reader, rows: Iterable[KeptSticker], language: str) -> list[Sticker]:
    """Return stickers with the words that suggest them in a language; where there are none, with the English ones."""
    those = list(rows)
    said: dict[str, dict[str, list[str]]] = {}
    for sticker, spoken, word in store.words(reader, [row.id for row in those], [language, OTHERWISE, ANY]):
        said.setdefault(sticker, {}).setdefault(spoken, []).append(word)
    shown = []
    for row in those:
        words = said.get(row.id, {})
        shown.append(_shown(row, [*words.get(ANY, []), *(words.get(language) or words.get(OTHERWISE, []))]))
    return shown


def shown(reader: Reader, by: AccountId, packs: Sequence[KeptPack], language: str, first: int | None = None) -> list[Pack]:
    """Return packs with their stickers, or the first few of each, as `by` sees them."""
    shelf = set(store_people.shelf(reader, by))
    bought = store_sales.bought(reader, by, [pack.id for pack in packs if pack.price])
    rows: dict[str, list[KeptSticker]] = {pack.id: [] for pack in packs}
    for row in store.stickers_in(reader, list(rows)):
        rows[row.pack].append(row)
    chosen = {id: those[:first] for id, those in rows.items()}
    stickers = {each.id: each for each in with_words(reader, [row for those in chosen.values() for row in those], language)}
    return [
        Pack(
            id=pack.id,
            title=pack.title,
            author=pack.author,
            licence=pack.licence,
            count=len(rows[pack.id]),
            stickers=[stickers[row.id] for row in chosen[pack.id]],
            mine=pack.owner == by,
            on_shelf=pack.id in shelf,
            published=pack.published_at is not None,
            price=pack.price,
            usable=pack.price == 0 or pack.owner == by or pack.id in shelf or pack.id in bought,
        )
        for pack in packs
    ]


def pack(reader: Reader, *, by: AccountId, id: str, language: str) -> Pack:
    """Return one pack with all its stickers. Raises `NoSuchPack`."""
    if id == drawn.PACK.id:
        return drawn.pack(language)
    return shown(reader, by, [pack_seen(reader, by, id)], language)[0]


def _shown(row: KeptSticker, words: Sequence[str]) -> Sticker:
    return Sticker(
        id=row.id,
        pack=row.pack,
        width=row.width,
        height=row.height,
        blob=row.blob,
        moves=bool(row.moves),
        emoji=row.emoji,
        alt=row.alt,
        words=tuple(words),
    )


def without_words(sticker: Sticker) -> Sticker:
    """Return what of a sticker does not depend on who reads."""
    return msgspec.structs.replace(sticker, words=(), alt="" if sticker.drawn else sticker.alt)
