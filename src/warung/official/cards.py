"""What an official account sends. A program's words become these cards; nobody else can send them.

`why` says for what a message came: `reply`, `menu`, `desk:<name>`, `broadcast:<id>`, `template:<id>`, `preview`, or nothing where a program
says it.
`ref` is the broadcast, so that what is opened can be counted.
"""

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from warung.kit.card import BrokenCard, Card, Preview
from warung.kit.ids import BlobId

LINE = 120
PREVIEW = "preview"  # why a draft came: it is shown to one follower
TEXT_BYTES = 2_048
ITEMS, CHOICES = 8, 30
TITLE_CHARS, DIGEST_CHARS, URL_CHARS = 200, 600, 2_048


class OfficialCard(Card, frozen=True, kw_only=True):
    """What every card of an official account says besides: why it came, and what it belongs to."""

    why: str = ""
    ref: str = ""

    def passed_on(self) -> Card | None:
        """Return what was said without why: that was between the account and its follower."""
        return msgspec.structs.replace(self, why="", ref="")


class Words(OfficialCard, frozen=True, kw_only=True, tag="official.text"):
    """Words. `<a href="https://…">` in them is a link; everything else is as it is written."""

    words: str = msgspec.field(name="text")

    def preview(self) -> Preview:
        """Return the beginning of the words."""
        return Preview("preview.text", {"text": self.words[:LINE]})

    def text(self) -> str:
        """Return the words."""
        return self.words

    def check(self) -> None:
        """Refuse nothing, and more than can be read."""
        if not self.words.strip():
            raise BrokenCard(reason="there are no words")
        if len(self.words.encode()) > TEXT_BYTES or "\x00" in self.words:
            raise BrokenCard(reason=f"more than {TEXT_BYTES} bytes of text")


class NewsItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One article or link. `cover` is a blob of ours, `picture` the address of one elsewhere; `article` is `<id>/<number from 0>`.

    `preview` is the same of a draft, which leads nobody there but whom it was shown to.
    """

    title: str
    digest: str = ""
    cover: BlobId | None = None
    picture: str = ""
    url: str = ""
    article: str = ""
    preview: str = ""


class News(OfficialCard, frozen=True, kw_only=True, tag="official.news"):
    """One to eight articles or links, the first one large."""

    items: tuple[NewsItem, ...]

    def passed_on(self) -> Card | None:
        """Return nothing of a preview: it was for one. Else what was said without why."""
        return None if self.why == PREVIEW else super().passed_on()

    def preview(self) -> Preview:
        """Return the first title."""
        return Preview("preview.official_news", {"title": self.items[0].title[:LINE]} if self.items else {})

    def text(self) -> str:
        """Return titles and digests."""
        return "\n".join(f"{item.title}\n{item.digest}".strip() for item in self.items)

    def blobs(self) -> Sequence[BlobId]:
        """Return the covers that are ours."""
        return [item.cover for item in self.items if item.cover is not None]

    def check(self) -> None:
        """Refuse none, too many, and addresses that no browser should open."""
        if not 1 <= len(self.items) <= ITEMS:
            raise BrokenCard(reason=f"1 to {ITEMS} items")
        for item in self.items:
            _fits(TITLE_CHARS, item.title)
            _fits(DIGEST_CHARS, item.digest, item.article, item.preview)
            _leads(item.url, item.picture)


class OfficialPhoto(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One picture and its size."""

    blob: BlobId
    width: int
    height: int
    placeholder: str | None = None


class OfficialPicture(OfficialCard, frozen=True, kw_only=True, tag="official.picture"):
    """A picture, or several."""

    photos: tuple[OfficialPhoto, ...]
    caption: str = ""

    def preview(self) -> Preview:
        """Return that it is a picture."""
        return Preview("preview.photo", {"n": str(len(self.photos))} | ({"caption": self.caption[:LINE]} if self.caption else {}))

    def text(self) -> str:
        """Return the caption."""
        return self.caption

    def blobs(self) -> Sequence[BlobId]:
        """Return the pictures."""
        return [photo.blob for photo in self.photos]


class OfficialVoice(OfficialCard, frozen=True, kw_only=True, tag="official.voice"):
    """A recording. `waveform` is base64 of 64 bytes."""

    blob: BlobId
    duration_ms: int
    waveform: str = ""

    def preview(self) -> Preview:
        """Return that it is a voice, and how long."""
        seconds = round(self.duration_ms / 1000)
        return Preview("preview.voice", {"length": f"{seconds // 60}:{seconds % 60:02}"})

    def blobs(self) -> Sequence[BlobId]:
        """Return the recording."""
        return [self.blob]


class OfficialVideo(OfficialCard, frozen=True, kw_only=True, tag="official.video"):
    """A film with a title. `size` is in bytes."""

    blob: BlobId
    width: int
    height: int
    duration_ms: int
    size: int
    title: str = ""
    description: str = ""
    placeholder: str | None = None

    def preview(self) -> Preview:
        """Return that it is a film."""
        return Preview("preview.video", {"caption": self.title[:LINE]} if self.title else {})

    def text(self) -> str:
        """Return title and description."""
        return f"{self.title}\n{self.description}".strip()

    def blobs(self) -> Sequence[BlobId]:
        """Return the film."""
        return [self.blob]


class Music(OfficialCard, frozen=True, kw_only=True, tag="official.music"):
    """A song that is elsewhere."""

    title: str
    description: str = ""
    url: str = ""
    hq_url: str = ""
    cover: BlobId | None = None

    def preview(self) -> Preview:
        """Return the title."""
        return Preview("preview.official_music", {"title": self.title[:LINE]})

    def text(self) -> str:
        """Return title and description."""
        return f"{self.title}\n{self.description}".strip()

    def blobs(self) -> Sequence[BlobId]:
        """Return the cover."""
        return [] if self.cover is None else [self.cover]

    def check(self) -> None:
        """Refuse long texts, and addresses that no browser should open."""
        _fits(DIGEST_CHARS, self.title, self.description)
        _leads(self.url, self.hq_url)


class Option(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing to tap."""

    id: str
    text: str


class Choices(OfficialCard, frozen=True, kw_only=True, tag="official.menu"):
    """A question with answers to tap: whoever taps one says its text, and the account hears its id."""

    head: str = ""
    items: tuple[Option, ...]
    tail: str = ""

    def passed_on(self) -> Card | None:
        """Return nothing: only a follower answers the account."""
        return None

    def preview(self) -> Preview:
        """Return the question."""
        return Preview("preview.text", {"text": (self.head or self.items[0].text)[:LINE]} if self.items else {})

    def text(self) -> str:
        """Return everything that is written on it."""
        return "\n".join(filter(None, [self.head, *(item.text for item in self.items), self.tail]))

    def check(self) -> None:
        """Refuse none, too many, and one id twice."""
        _fits(DIGEST_CHARS, self.head, self.tail, *(item.text for item in self.items))
        _fits(LINE, *(item.id for item in self.items))
        if not 1 <= len(self.items) <= CHOICES or len({item.id for item in self.items}) < len(self.items):
            raise BrokenCard(reason=f"1 to {CHOICES} different choices")


class AppCard(OfficialCard, frozen=True, kw_only=True, tag="official.app"):
    """A page of a mini-app."""

    appid: str
    path: str
    title: str
    cover: BlobId | None = None

    def preview(self) -> Preview:
        """Return the title."""
        return Preview("preview.official_app", {"title": self.title[:LINE]})

    def text(self) -> str:
        """Return the title."""
        return self.title

    def blobs(self) -> Sequence[BlobId]:
        """Return the cover."""
        return [] if self.cover is None else [self.cover]


class Chosen(Card, frozen=True, tag="official.choice"):
    """What a person tapped of the choices that an account offered: the words, and the id by which the account knows them."""

    sendable: ClassVar[bool] = True

    words: str = msgspec.field(name="text")
    choice: str

    def preview(self) -> Preview:
        """Return the words."""
        return Preview("preview.text", {"text": self.words[:LINE]})

    def text(self) -> str:
        """Return the words."""
        return self.words

    def check(self) -> None:
        """Refuse no words and long ids."""
        if not self.words.strip() or len(self.words.encode()) > TEXT_BYTES or len(self.choice) > LINE:
            raise BrokenCard(reason="a choice has words and a short id")


def _fits(limit: int, *texts: str) -> None:
    if any(len(text) > limit or "\x00" in text for text in texts):
        raise BrokenCard(reason=f"a text of more than {limit} characters")


def _leads(*urls: str) -> None:
    if any(url and (not url.startswith(("https://", "http://")) or len(url) > URL_CHARS or "\x00" in url) for url in urls):
        raise BrokenCard(reason="an address begins with http:// or https://")


CARDS: tuple[type[Card], ...] = (Words, News, OfficialPicture, OfficialVoice, OfficialVideo, Music, Choices, AppCard, Chosen)
