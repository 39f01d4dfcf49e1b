"""Words for search, the same for both databases and for query and text.

Scripts that write without spaces (Han, kana, Thai, Lao, Khmer, Burmese) give one word per character, so that a query is a
phrase of characters and finds one of them in the middle of a sentence. Other scripts give words, folded: case, width and
Latin accents go, the vowel signs of Indic scripts stay because they are letters there.
"""

import functools
import re
import unicodedata

# Each of these stands alone; a combining mark belongs to the character before it.
_ALONE = (
    "\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # kana, Han
)
_VOWELS = "".join(map(chr, (at for at in range(0x900, 0xE00) if unicodedata.category(chr(at)) in ("Mn", "Mc"))))  # letters of Indic scripts
_MARKS = "\u0300-\u036f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u17b6-\u17d3\u3099\u309a"
_TOKEN = re.compile(rf"[{_ALONE}][{_MARKS}]*|(?:[^\W_{_ALONE}]|[{_VOWELS}])+")
_PLAIN = re.compile("[a-z0-9]+")
_SMALL = "".join(chr(at).lower() if chr(at).isalnum() else " " for at in range(128))  # letters and digits of ASCII, and gaps
_LATIN_MARK = re.compile("[\u0300-\u036f]")
LONGEST = 60  # characters of one word; the rest of a longer one is not looked at
MOST = 4_000  # words of one text


def words(text: str) -> list[str]:
    """Return the words of a text in order."""
    if text.isascii():  # most texts, in a sixth of the time: the index does it for every message
        found = text.translate(_SMALL).split()
        if len(text) <= LONGEST or max(map(len, found), default=0) <= LONGEST:
            return found[:MOST]
        return [word[:LONGEST] for word in found[:MOST]]
    folded = _LATIN_MARK.sub("", unicodedata.normalize("NFKD", text).casefold())
    return [one[0][:LONGEST] for one in _TOKEN.finditer(unicodedata.normalize("NFC", folded))][:MOST]


def snippet(text: str, query: list[str], width: int = 60) -> list[tuple[str, bool]]:
    """Return the stretch of `text` around the first hit, cut into pieces that say whether they were searched for."""
    hits = _plain_hits(text.lower(), tuple(query)) if text.isascii() and all(map(_short, query)) else _hits(_places(text), query)
    if not hits:
        return [(text[: 2 * width], False)]
    first = max(0, hits[0][0] - width)
    last = min(len(text), hits[0][1] + width)
    pieces: list[tuple[str, bool]] = []
    at = first
    for start, end in hits:
        if start < at or end > last:
            continue
        if start > at:
            pieces.append((text[at:start], False))
        pieces.append((text[start:end], True))
        at = end
    if at < last:
        pieces.append((text[at:last], False))
    if first > 0:
        pieces.insert(0, ("…", False))
    return pieces


def _short(word: str) -> bool:
    return len(word) < LONGEST and _PLAIN.fullmatch(word) is not None


def _plain_hits(text: str, query: tuple[str, ...]) -> list[tuple[int, int]]:
    """Return what `_hits` returns of a plain text in small letters, without a look at its other words: a page of hits has hundreds."""
    return [one.span() for one in _phrase(query).finditer(text)]


@functools.lru_cache(256)
def _phrase(query: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(f"(?<![a-z0-9]){'[^a-z0-9]+'.join(query)}[a-z0-9]*")


def _hits(found: list[tuple[int, int, str]], query: list[str]) -> list[tuple[int, int]]:
    """Return where the words of a query stand one after another, the last of them perhaps only begun."""
    *whole, begun = query
    return [
        (found[end - len(whole)][0], found[end][1])
        for end in range(len(whole), len(found))
        if found[end][2].startswith(begun) and [word for _, _, word in found[end - len(whole) : end]] == whole
    ]


def _places(text: str) -> list[tuple[int, int, str]]:
    """Return where each word of a text begins and ends."""
    if text.isascii():
        return [(one.start(), one.end(), one[0][:LONGEST]) for one in _PLAIN.finditer(text.lower())]
    return [(one.start(), one.end(), word) for one in _TOKEN.finditer(text) for word in words(one[0])[:1]]
