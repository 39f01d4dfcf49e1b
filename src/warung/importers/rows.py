"""The rows of a text member: decoded from UTF-8 or UTF-16, as a stream, with what could not be decoded marked."""

import codecs
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from warung.importers.model import Reason, storable
from warung.media import Archive

# A row of this many bytes is no line of a chat; more of it is not kept in memory.
LONGEST = 1 << 20


class Row(NamedTuple):
    """A row without its end, numbered from 1; `problem` says what is wrong with it."""

    number: int
    text: str
    problem: Reason | None


def rows(archive: Archive, member: str) -> Iterator[Row]:
    """Yield the rows of a member. Raises DamagedMember."""
    blocks = archive.blocks(member)
    first = next(blocks, b"")
    everything = chain([first], blocks)
    codec = _utf16(first)
    if codec:
        everything = chain(_as_utf8(everything, codec))
    for number, (raw, whole) in enumerate(_split(everything), start=1):
        problem: Reason | None = None if whole else "too_long"
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            text = raw.decode(errors="replace")
            problem = problem or "not_text"
        if number == 1:
            text = text.removeprefix("\ufeff")
        yield Row(number, storable(text), problem)


def _utf16(start: bytes) -> str | None:
    """Return the codec of a text in UTF-16, known by its mark or by where its zeros are."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = start[:1_000]
    for place, codec in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(sample) > 7 and sample[place::2].count(0) * 3 > len(sample):
            return codec
    return None


def _as_utf8(blocks: Iterable[bytes], codec: str) -> Iterator[bytes]:
    """Recode a stream. What is no UTF-16 becomes a byte that is no UTF-8, so that its row is marked like any other."""
    decoder = codecs.getincrementaldecoder(codec)(errors="replace")
    for block in blocks:
        yield decoder.decode(block).encode().replace(b"\xef\xbf\xbd", b"\xff")
    yield decoder.decode(b"", final=True).encode().replace(b"\xef\xbf\xbd", b"\xff")


def _split(blocks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield the rows of a stream and whether each is whole. Only a line feed ends a row; a text may hold any other separator."""
    rest = b""
    whole = True
    for block in blocks:
        *ended, rest_of_block = block.split(b"\n")
        for piece in ended:
            yield (rest + piece).removesuffix(b"\r")[:LONGEST], whole and len(rest) + len(piece) <= LONGEST
            rest, whole = b"", True
        rest += rest_of_block
        if len(rest) > LONGEST:
            rest, whole = rest[:LONGEST], False
    if rest:
        yield rest.removesuffix(b"\r"), whole
