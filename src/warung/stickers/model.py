"""The nouns of stickers: packs, stickers, what a person has of them; and what is refused."""

from collections.abc import Mapping, Sequence

import msgspec

from warung.kit.bus import Event
from warung.kit.errors import BadRequest, Conflict, NotAllowed, NotFound
from warung.kit.ids import AccountId, BlobId

ANY = ""  # the language of words that are for everyone


class Settings(msgspec.Struct, frozen=True):
    """What an operator may set under `[stickers]`."""

    packs: int = 50  # of one person
    stickers: int = 200  # in one pack
    kept: int = 500  # single ones of one person
    words: int = 30  # of one sticker
    archive_bytes: int = 32 << 20  # of a pack as it is brought
    price: int = 1_000_000  # the most that a pack may cost, in credits; 0: nothing is sold
    store: bool = True  # may people put their packs into the store of this server?


class Sticker(msgspec.Struct, frozen=True):
    """A sticker as one reader may use it. It is a blob of media's, or `drawn`: a name under /api/stickers/drawn.

    `words` suggest it, in the reader's language; `alt` says what is on it.
    """

    id: str
    pack: str
    width: int
    height: int
    blob: BlobId | None = None
    drawn: str | None = None
    moves: bool = False
    emoji: str = ""
    alt: str = ""
    words: Sequence[str] = ()


class Pack(msgspec.Struct, frozen=True):
    """A pack with its stickers. `author` is the name its maker wants to be known by."""

    id: str
    title: str
    author: str
    licence: str
    count: int
    stickers: Sequence[Sticker]
    mine: bool = False
    on_shelf: bool = False
    published: bool = False
    price: int = 0  # credits; 0 is nothing
    usable: bool = True  # may the reader send what is in it? What costs something is bought first


class Overview(msgspec.Struct, frozen=True):
    """Everything that a person's panel shows: packs, what they sent last, what they kept."""

    packs: list[Pack]
    recent: list[Sticker]
    kept: list[Sticker]


class Listed(msgspec.Struct, frozen=True):
    """A page of the store, newest first; each pack with its first few stickers. The next page is `before` = `next`."""

    packs: list[Pack]
    next: str | None


class RefusedFile(msgspec.Struct, frozen=True):
    """A file of an archive that did not become a sticker, and the code of why."""

    name: str
    code: str


class Imported(msgspec.Struct, frozen=True):
    """A pack made of an archive, and what was left out of it."""

    pack: Pack
    refused: list[RefusedFile]


class StickerFigures(msgspec.Struct, frozen=True):
    """How often a sticker was sent, and by how many people."""

    sticker: str
    sent: int
    people: int


class Figures(msgspec.Struct, frozen=True):
    """What a pack's maker may know of its use: nothing of anyone in particular."""

    on_shelves: int
    sent: int
    stickers: list[StickerFigures]
    sold: int = 0
    earned: int = 0  # credits, by sales
    thanks: int = 0  # credits that it was thanked with


class KeptPack(msgspec.Struct, frozen=True):
    """A pack as it is stored."""

    id: str
    owner: AccountId
    title: str
    author: str
    licence: str
    created_at: int
    published_at: int | None
    removed_at: int | None
    price: int = 0


class KeptSticker(msgspec.Struct, frozen=True):
    """A sticker as it is stored."""

    id: str
    pack: str
    place: int
    blob: BlobId
    width: int
    height: int
    moves: int
    emoji: str
    alt: str
    removed_at: int | None


class Labels(msgspec.Struct, frozen=True):
    """What is said of a sticker when it is made: an emoji, what is on it, and words by language."""

    emoji: str = ""
    alt: str = ""
    words: Mapping[str, Sequence[str]] = {}


class ShelfChanged(Event, frozen=True, tag="stickers.changed"):
    """What you have of stickers is different: fetch it again."""


class BringingStickers(Event, frozen=True, tag="stickers.bringing"):
    """How far a file of yours is on its way to a pack; `watch` is the name that you gave this."""

    watch: str
    done: int
    total: int


class StickerEvidence(msgspec.Struct, frozen=True):
    """A reported pack as it was, for the operator."""

    pack: str
    title: str
    author: str
    licence: str
    stickers: list[BlobId]


class NoSuchPack(NotFound):
    """This sticker pack is not there."""


class NoSuchSticker(NotFound):
    """This sticker is not among those you can send."""


class NotYourPack(NotAllowed):
    """Only whoever made a pack can change it."""


class PackFull(Conflict):
    """A pack holds at most {limit} stickers."""


class TooManyPacks(Conflict):
    """You can make at most {limit} packs."""


class TooManyKept(Conflict):
    """You can keep at most {limit} stickers."""


class PackNotBought(NotAllowed):
    """This pack costs {price} credits. Buy it to use what is in it."""


class PackOfYours(Conflict):
    """You made this pack yourself."""


class PackSold(Conflict):
    """Somebody bought this pack. Take it out of the store: those who have it keep it."""


class PriceChanged(Conflict):
    """This pack costs {price} credits now. Look at it again."""


class PriceNotPossible(BadRequest):
    """A pack costs between 0 and {limit} credits."""


class StoreClosed(NotAllowed):
    """On this server nobody but the operator puts packs into the store."""


class EmptyPack(BadRequest):
    """There is no sticker in this pack yet."""


class NoStickersFound(BadRequest):
    """Nothing in this file could become a sticker."""


class TooManyWords(BadRequest):
    """A sticker has at most {limit} words."""
