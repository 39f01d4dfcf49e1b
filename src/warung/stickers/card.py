"""The card that carries a sticker: a snapshot of it, true because it is compared with what is kept when it is sent."""

from collections.abc import Sequence
from typing import Any, ClassVar

import msgspec

from warung.kit.card import BrokenCard, Card, Preview
from warung.kit.ids import AccountId, BlobId
from warung.stickers import seeing, store_people


class StickerCard(Card, frozen=True, tag="stickers.sticker"):
    """A sticker. It is a blob, or `drawn`: a name under /api/stickers/drawn."""

    sendable: ClassVar[bool] = True
    vouched: ClassVar[bool] = True  # a sticker of the store is its maker's

    sticker: str
    pack: str
    width: int
    height: int
    blob: BlobId | None = None
    drawn: str | None = None
    moves: bool = False
    emoji: str = ""
    alt: str = ""

    def preview(self) -> Preview:
        """Return that it is a sticker, and its emoji."""
        return Preview("preview.sticker", {"emoji": self.emoji} if self.emoji else {})

    def blobs(self) -> Sequence[BlobId]:
        """Return the picture; one that comes with the program is none of media's."""
        return [] if self.blob is None else [self.blob]

    def admit(self, tx: Any, by: AccountId) -> None:
        """Refuse a sticker that `by` may not use, or that says of itself what is not so; note that it was used."""
        found = seeing.without_words(seeing.usable(tx, by, self.sticker))
        told = msgspec.structs.asdict(found)
        if any(told[name] != value for name, value in msgspec.structs.asdict(self).items() if name != "sticker"):
            raise BrokenCard(reason="this is not what the sticker says of itself")
        store_people.note_use(tx, by, self.sticker)
