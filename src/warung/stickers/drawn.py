"""The pack that comes with the program: Kriuk, drawn for it. Its stickers are SVG files of our own beside this one, not blobs."""

from pathlib import Path

import msgspec

from warung.stickers.model import Pack, Sticker

FOLDER = Path(__file__).parent / "drawn"
SIDE = 96
OTHERWISE = "en"


class Drawing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One sticker in `drawn/pack.json`: its file, its emoji, its words by language, the first of which says what is on it."""

    name: str
    emoji: str
    words: dict[str, list[str]]


class Drawings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of `drawn/pack.json`."""

    id: str
    title: dict[str, str]
    author: str
    licence: str
    stickers: list[Drawing]


PACK = msgspec.json.decode((FOLDER / "pack.json").read_bytes(), type=Drawings)
FILES = {drawing.name: (FOLDER / f"{drawing.name}.svg").read_bytes() for drawing in PACK.stickers}
_BY_ID = {f"{PACK.id}-{drawing.name}": drawing for drawing in PACK.stickers}


def sticker(id: str, language: str) -> Sticker | None:
    """Return one of ours."""
    drawing = _BY_ID.get(id)
    if drawing is None:
        return None
    words = drawing.words.get(language) or drawing.words[OTHERWISE]
    return Sticker(id, PACK.id, SIDE, SIDE, drawn=drawing.name, emoji=drawing.emoji, alt=words[0], words=words)


def pack(language: str) -> Pack:
    """Return the whole pack, in the reader's language."""
    stickers = [found for id in _BY_ID if (found := sticker(id, language)) is not None]
    title = PACK.title.get(language) or PACK.title[OTHERWISE]
    return Pack(PACK.id, title, PACK.author, PACK.licence, len(stickers), stickers, on_shelf=True, published=True)
