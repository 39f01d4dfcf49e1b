"""The cards of media: photos (one or an album), a film, a voice, a file, a link with what it leads to.

A card names blobs and says what is to be known before they arrive: how large, how long. A client takes that from the answer to a
finished upload; what it says must be so, or the card is refused.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

import msgspec

from warung.kit.card import BrokenCard, Card, Preview, Worded
from warung.kit.ids import AccountId, BlobId
from warung.kit.text import bounded
from warung.media import links, service, store
from warung.media.model import Blob, CardUntrue

MOST_PHOTOS = 20
WORDS = 120
CAPTION_CHARS = 2000
LINK_CHARS = 2048


def checked(reader: Any, id: BlobId, kind: str, **said: Any) -> Blob:
    """Return the blob of this kind of which all that is said is so. Raises `CardUntrue`."""
    blob = service.described(reader, [id]).get(id)
    if blob is None or blob.kind != kind or any(getattr(blob, name) != value for name, value in said.items()):
        raise CardUntrue
    return blob


class Shot(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One photo. `original` says that it can be had as it was taken, but for what the camera wrote about the place."""

    blob: BlobId
    width: int
    height: int
    placeholder: str | None = None
    original: bool = False


class Photo(Worded, frozen=True, tag="media.photo"):
    """One to twenty photos, and some words."""

    sendable: ClassVar[bool] = True
    words_in: ClassVar[str] = "caption"

    photos: tuple[Shot, ...]
    caption: str = ""

    def preview(self) -> Preview:
        """Return that it is a photo, or how many."""
        args = {"n": str(len(self.photos))} | ({"caption": self.caption[:WORDS]} if self.caption else {})
        return Preview("preview.photo", args)

    def text(self) -> str:
        """Return the words under it."""
        return self.caption

    def blobs(self) -> Sequence[BlobId]:
        """Return the photos."""
        return [shot.blob for shot in self.photos]

    def check(self) -> None:
        """Refuse none, too many, one twice, and words that cannot be kept."""
        super().check()
        bounded(self.caption, limit=CAPTION_CHARS)
        if not 0 < len(self.photos) <= MOST_PHOTOS:
            raise BrokenCard(reason=f"a message has 1 to {MOST_PHOTOS} photos")
        if len(set(self.blobs())) < len(self.photos):
            raise BrokenCard(reason="the same photo twice")

    def admit(self, tx: Any, by: AccountId) -> None:
        """Refuse what is no photo, or another one than is said."""
        for shot in self.photos:
            checked(tx, shot.blob, "picture", width=shot.width, height=shot.height, placeholder=shot.placeholder)
            if shot.original and not store.has_part(tx, shot.blob, "original"):
                raise CardUntrue


class Video(Worded, frozen=True, tag="media.video"):
    """A film, and some words. `size` is in bytes."""

    sendable: ClassVar[bool] = True
    words_in: ClassVar[str] = "caption"

    blob: BlobId
    width: int
    height: int
    duration_ms: int
    size: int
    placeholder: str | None = None
    caption: str = ""

    def preview(self) -> Preview:
        """Return that it is a film."""
        return Preview("preview.video", {"caption": self.caption[:WORDS]} if self.caption else {})

    def text(self) -> str:
        """Return the words under it."""
        return self.caption

    def blobs(self) -> Sequence[BlobId]:
        """Return the film."""
        return [self.blob]

    def check(self) -> None:
        """Refuse words that cannot be kept."""
        super().check()
        bounded(self.caption, limit=CAPTION_CHARS)

    def admit(self, tx: Any, by: AccountId) -> None:
        """Refuse what is no film, or another one than is said."""
        said = {"width": self.width, "height": self.height, "duration_ms": self.duration_ms, "size": self.size}
        checked(tx, self.blob, "video", placeholder=self.placeholder, **said)


class Voice(Card, frozen=True, tag="media.voice"):
    """A recording. `waveform` is base64 of 64 bytes, how loud it is from beginning to end."""

    sendable: ClassVar[bool] = True

    blob: BlobId
    duration_ms: int
    waveform: str

    def preview(self) -> Preview:
        """Return that it is a voice, and how long."""
        seconds = round(self.duration_ms / 1000)
        return Preview("preview.voice", {"length": f"{seconds // 60}:{seconds % 60:02}"})

    def blobs(self) -> Sequence[BlobId]:
        """Return the recording."""
        return [self.blob]

    def admit(self, tx: Any, by: AccountId) -> None:
        """Refuse what is no voice, or another one than is said."""
        checked(tx, self.blob, "voice", duration_ms=self.duration_ms, waveform=self.waveform)


class File(Worded, frozen=True, tag="media.file"):
    """Any file, to be downloaded, and some words. `size` is in bytes."""

    sendable: ClassVar[bool] = True
    words_in: ClassVar[str] = "caption"

    blob: BlobId
    name: str
    mime: str
    size: int
    caption: str = ""

    def preview(self) -> Preview:
        """Return its name."""
        return Preview("preview.file", {"name": self.name[:WORDS]})

    def text(self) -> str:
        """Return its name and the words under it, to be found by them."""
        return f"{self.name}\n{self.caption}" if self.caption else self.name

    def blobs(self) -> Sequence[BlobId]:
        """Return the file."""
        return [self.blob]

    def check(self) -> None:
        """Refuse words that cannot be kept."""
        super().check()
        bounded(self.caption, limit=CAPTION_CHARS)

    def admit(self, tx: Any, by: AccountId) -> None:
        """Refuse what is no file, or another one than is said."""
        checked(tx, self.blob, "file", name=self.name, mime=self.mime, size=self.size)


class LinkCard(Worded, frozen=True, tag="media.link"):
    """Words with a link in them, and what it leads to, as the server saw it: the seal is its word for that."""

    sendable: ClassVar[bool] = True
    words_in: ClassVar[str] = "words"

    words: str = msgspec.field(name="text")
    url: str
    title: str
    seal: str
    description: str = ""
    site: str = ""
    blob: BlobId | None = None

    def preview(self) -> Preview:
        """Return the beginning of the words."""
        return Preview("preview.text", {"text": self.words[:WORDS]})

    def text(self) -> str:
        """Return the words, and what the link leads to."""
        return f"{self.words}\n{self.title}"

    def blobs(self) -> Sequence[BlobId]:
        """Return the picture of the page."""
        return [self.blob] if self.blob else []

    def reworded(self, words: str) -> Worded | None:
        """Return it with other words; without the link in them, words are left."""
        return super().reworded(words) if self.url in words else None

    def check(self) -> None:
        """Refuse a link that is not in the words, and words that cannot be kept."""
        super().check()
        bounded(self.words, limit=LINK_CHARS * 2)
        if self.url not in self.words or len(self.url) > LINK_CHARS:
            raise BrokenCard(reason="the link is not in the text")

    def admit(self, tx: Any, by: AccountId) -> None:
        """Refuse what this server has not seen there."""
        secret = store.link_secret(tx)
        if secret is None or not links.seals(secret, self.seal, self.sealed()):
            raise CardUntrue

    def sealed(self) -> Sequence[str]:
        """Return what the seal is put to."""
        return (self.url, self.title, self.description, self.site, self.blob or "")


CARDS: tuple[type[Card], ...] = (Photo, Video, Voice, File, LinkCard)
