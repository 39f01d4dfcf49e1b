"""What a link leads to: the page is fetched by the server, once, before the message is sent. Off unless the server and the person want it.

Whoever reads the message asks nobody. The guarded way out keeps the server from being sent into its own network.
"""

import contextlib
import re
from html.parser import HTMLParser
from urllib.parse import urljoin

import msgspec

from warung import accounts
from warung.kit.blobs import Blobs, BlobsUnavailable
from warung.kit.clock import HOUR
from warung.kit.db import Db, Tx
from warung.kit.errors import DiskFull, NotAllowed, NotFound
from warung.kit.ids import AccountId, BlobId
from warung.kit.outside import AddressNotAllowed, Answer, Limits, NoAnswer, Outside, named
from warung.media import links, service, store_uploads
from warung.media.model import BlobBeingRemoved, Settings
from warung.media.pictures import NotAPicture, PictureBroken, Pictures, PicturesUnavailable, PictureTooLarge
from warung.media.storing import store_picture

TITLE_CHARS, DESCRIPTION_CHARS, SITE_CHARS = 140, 280, 60
LIMITS = Limits(seconds=5.0, bytes=1 << 20, redirects=3)
PAGES = {"accept": "text/html,application/xhtml+xml", "accept-language": "id,en;q=0.8"}
CHARSET = re.compile(rb"""charset\s*=\s*["']?([A-Za-z0-9_-]{1,40})""")
INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\s]+")


class PreviewsOff(NotAllowed):
    """Links are not looked up here. You can turn it on under Me, where this server offers it."""


class NothingToShow(NotFound):
    """This page says nothing about itself."""


class LinkPreview(msgspec.Struct, frozen=True):
    """What a link leads to, ready to be sent: the fields of a `media.link` card but for its text."""

    url: str
    title: str
    description: str
    site: str
    blob: BlobId | None
    seal: str


class _Head(HTMLParser):
    """Reads what a page says about itself; nothing of it is kept but words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: dict[str, str] = {}
        self._title: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a meta, or begin the title."""
        if tag == "title" and "title" not in self.said:
            self._title = []
        elif tag == "meta":
            given = dict(attrs)
            name = (given.get("property") or given.get("name") or "").lower()
            if name and given.get("content"):
                self.said.setdefault(name, given["content"] or "")

    def handle_data(self, data: str) -> None:
        """Take the words of the title."""
        if self._title is not None:
            self._title.append(data)

    def handle_endtag(self, tag: str) -> None:
        """End the title."""
        if tag == "title" and self._title is not None:
            self.said["title"] = "".join(self._title)
            self._title = None


def allowed(tx: Tx, *, by: AccountId) -> bytes:
    """Count a look-up and return the secret that seals what is seen. Raises `PreviewsOff`, `TooMany`."""
    settings = tx.settings(Settings)
    if not settings.previews or not store_uploads.wish(tx, by).previews:
        raise PreviewsOff
    accounts.count_tries(tx, [(accounts.Limit("link-previews", settings.previews_per_hour, HOUR), by)])
    return service.make_link_secret(tx)


async def look(db: Db, blobs: Blobs, pictures: Pictures, outside: Outside, *, by: AccountId, url: str) -> LinkPreview:
    """Return what a link leads to. Raises `PreviewsOff`, `TooMany`, `AddressNotAllowed`, `NoAnswer`, `NothingToShow`."""
    secret = await db.write(lambda tx: allowed(tx, by=by))
    _, host, _ = named(url)
    answer = await outside.fetch(url, headers=PAGES, limits=LIMITS)
    if answer.status != 200 or "html" not in answer.headers.get("content-type", ""):
        raise NothingToShow
    said = read(answer)
    title = _line(said.get("og:title") or said.get("twitter:title") or said.get("title") or "", TITLE_CHARS)
    if not title:
        raise NothingToShow
    description = _line(said.get("og:description") or said.get("description") or "", DESCRIPTION_CHARS)
    site = _line(host.removeprefix("www."), SITE_CHARS)  # where it is, not what it calls itself
    picture = said.get("og:image") or said.get("twitter:image")
    blob = await _picture(db, blobs, pictures, outside, by, urljoin(answer.url, picture)) if picture else None
    return LinkPreview(url, title, description, site, blob, links.seal(secret, (url, title, description, site, blob or "")))


def read(answer: Answer) -> dict[str, str]:
    """Return what a page says about itself, by name."""
    found = CHARSET.search(answer.headers.get("content-type", "").encode()) or CHARSET.search(answer.body[:2048])
    try:
        text = answer.body.decode(found[1].decode() if found else "utf-8", errors="replace")
    except LookupError:
        text = answer.body.decode(errors="replace")
    head = _Head()
    with contextlib.suppress(AssertionError):  # what the parser says to a declaration that never ends
        head.feed(text)
    return head.said


def _line(text: str, limit: int) -> str:
    plain = INVISIBLE.sub(" ", text.encode(errors="replace").decode()).strip()
    return plain if len(plain) <= limit else plain[: limit - 1].rstrip() + "…"


async def _picture(db: Db, blobs: Blobs, pictures: Pictures, outside: Outside, by: AccountId, url: str) -> BlobId | None:
    """Return the picture of a page; none where there is none that can be shown: the words do without."""
    try:
        answer = await outside.fetch(url, headers={"accept": "image/*"}, limits=LIMITS)
        if answer.status != 200 or answer.cut:
            return None
        return (await store_picture(db, blobs, pictures, by=by, data=answer.body, sizes=("thumb",))).id
    except (AddressNotAllowed, NoAnswer, NotAPicture, PictureBroken, PictureTooLarge, PicturesUnavailable):
        return None
    except (BlobsUnavailable, DiskFull, BlobBeingRemoved):
        return None
