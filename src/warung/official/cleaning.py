"""What people and programs write as HTML, made fit to be shown: nh3 (ammonia) drops what could act, we drop what could call elsewhere.

Pictures are those of the account's own materials; whatever else an `img` names is left out, so that no page learns who reads it.
"""

import re
from collections.abc import Callable

import nh3

from warung import media
from warung.kit.ids import BlobId

TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "caption", "code", "col", "colgroup", "dd", "del", "div", "dl", "dt", "em", "figcaption"),
    *("figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "li", "mark", "ol", "p", "pre", "q", "rp", "rt", "ruby"),
    *("s", "section", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul"),
}
ATTRIBUTES = {
    "*": {"style", "dir", "lang", "title"},
    "a": {"href"},
    "img": {"src", "data-src", "alt"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
STYLES = frozenset(
    {
        *("color", "background-color", "text-align", "text-indent", "text-decoration", "text-decoration-line", "font-weight"),
        *("font-style", "font-size", "line-height", "letter-spacing", "width", "max-width", "margin", "margin-top", "margin-bottom"),
        *("margin-left", "margin-right", "padding", "padding-top", "padding-bottom", "padding-left", "padding-right", "border"),
        *("border-top", "border-bottom", "border-left", "border-right", "border-color", "border-radius", "border-style"),
        *("border-width", "border-collapse", "list-style-type", "vertical-align", "white-space"),
    }
)
DECLARATION = re.compile(r"\s*([a-z-]{1,30})\s*:\s*([#A-Za-z0-9 .,%+-]{1,80}|rgba?\([0-9 .,%]{1,40}\))\s*", re.IGNORECASE)
STYLE_CHARS = 1_000
LINK = re.compile(r"(?:https?://|mailto:|tel:)[^\s\x00-\x20\\]{1,2000}\Z", re.IGNORECASE)
IMG = re.compile(r"<img(?:[^>\"]|\"[^\"]*\")*>")
OUR_PICTURE = re.compile(r' (?:data-)?src="(/api/media/[0-9a-z]{20}/full)"')
ATTRIBUTE = re.compile(r' (alt|style|title|dir|lang)="[^"]*"')

FindPicture = Callable[[str], media.Blob | None]


class Cleaned:
    """Clean HTML and the pictures in it, in their order."""

    def __init__(self, html: str, find: FindPicture) -> None:
        self._find = find
        self._known: dict[str, media.Blob] = {}
        clean = nh3.clean(
            html.replace("\x00", ""),
            tags=TAGS,
            attributes=ATTRIBUTES,
            attribute_filter=self._attribute,
            url_schemes={"http", "https", "mailto", "tel"},
            link_rel="noopener noreferrer nofollow",
        )
        used: dict[BlobId, media.Blob] = {}
        self.html = IMG.sub(lambda tag: self._picture(tag[0], used), clean)
        self.pictures = list(used.values())

    def _attribute(self, tag: str, name: str, value: str) -> str | None:
        if tag == "img" and name in ("src", "data-src"):
            found = self._find(value)
            if found is None:
                return None
            address = f"/api/media/{found.id}/full"
            self._known[address] = found
            return address
        if name == "href":
            return value if LINK.match(value) else None
        if name == "style":
            return _style(value) or None
        if name in ("colspan", "rowspan", "start"):
            return value if value.isascii() and value.isdigit() and len(value) < 4 else None
        return value[:STYLE_CHARS]

    def _picture(self, tag: str, used: dict[BlobId, media.Blob]) -> str:
        """Return the tag with our address and the size, so that a page does not jump; nothing where it names no picture of ours."""
        address = OUR_PICTURE.search(tag)
        blob = self._known.get(address[1]) if address else None
        if address is None or blob is None:
            return ""
        used[blob.id] = blob
        more = "".join(found[0] for found in ATTRIBUTE.finditer(tag))
        return f'<img src="{address[1]}" width="{blob.width}" height="{blob.height}" loading="lazy"{more}>'


def _style(value: str) -> str:
    """Return the declarations that only colour, align and space; no addresses, no positions, no variables."""
    kept = []
    for part in value[:STYLE_CHARS].split(";"):
        found = DECLARATION.fullmatch(part)
        if found and found[1].lower() in STYLES:
            kept.append(f"{found[1].lower()}:{found[2].strip()}")
    return ";".join(kept)


def plain(html: str) -> str:
    """Return the words of clean HTML, without tags, for a digest or a search."""
    words = re.sub(r"<(?:[^>\"]|\"[^\"]*\")*>", " ", html)
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&nbsp;", " "), ("&amp;", "&")):
        words = words.replace(entity, char)
    return re.sub(r"\s+", " ", words).strip()
