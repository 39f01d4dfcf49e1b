"""Reads the chats that WhatsApp exports as text, from iPhones and Androids in any language, as a stream and in two passes.

The first pass learns what only the whole file tells: how dates are written and in which order, which names have a colon in them, and
which "name" is the group itself. The second yields the entries.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import PurePosixPath

from msgspec import Struct

from warung.importers import dates, words
from warung.importers.model import (
    PEOPLE_LIMIT,
    TEXT_LIMIT,
    AmbiguousDates,
    DateOrder,
    Fingerprints,
    Line,
    NoSuchConversation,
    NotAnExport,
    Reason,
    Report,
    Source,
    Tally,
    TooManyPeople,
    milliseconds,
    zone,
)
from warung.importers.rows import Row, rows
from warung.media import Archive

# How far into a file its first date may be.
_SNIFFED = 200
_NAME_LIMIT = 100
_PHRASE_LIMIT = 80
_QUOTES = (("“", "”"), ("„", "“"), ("«", "»"), ("「", "」"), ("『", "』"))

# iPhone: "caption <attached: 00000035-PHOTO.jpg>", the word in the language of the phone; this is what stands between < and >.
_ATTACHED_HERE = re.compile(r"([^:：]{1,40})[:：]\s?([^/\\]{1,255})")
# Android: "IMG-20220327-WA0001.jpg (file attached)", a caption below.
_ATTACHED = re.compile(r"([^\n]{1,255}?) \(([^()\n]{2,40})\)(?:\n|$)")
_PHONE_NAME = re.compile(r"(?:\d{8}-|(?:IMG|VID|AUD|PTT|STK|DOC)-\d{8}-WA\d{4})")
_OMITTED_HERE = re.compile(rf"(?:^|.*[{dates.MARKS}])([^{dates.MARKS}\n]{{3,60}})$")
_MARKS = re.compile(f"[{dates.MARKS}]")


def looks_like_chat(archive: Archive, member: str) -> bool:
    """Whether one of a member's first rows begins with a date as WhatsApp writes it."""
    for row in rows(archive, member):
        found = dates.head(row.text)
        if found is not None and dates.stamp(found[0]) is not None:
            return True
        if row.number == _SNIFFED:
            break
    return False


class WhatsApp:
    """An opened chat of WhatsApp; an `Export` with one conversation."""

    source: Source = "whatsapp"

    def __init__(
        self, archive: Archive, member: str, *, name: str = "", time_zone: str = "UTC", date_order: DateOrder | None = None
    ) -> None:
        """Read `member` of an archive; `name` is what the uploaded file was called. Raises UnknownTimeZone."""
        self._archive = archive
        self._member = member
        self._zone = zone(time_zone)
        self._order = date_order
        # Who packs an export again may put the media into a folder of their own; only their names are in the text.
        self._media = {path.name: str(path) for path in map(PurePosixPath, archive.sizes) if str(path) != member}
        self._title = _title(PurePosixPath(member).name, name)

    @property
    def titles(self) -> list[str]:
        """The name of the conversation, from the name of the file; may be empty."""
        return [self._title]

    def report(self, conversation: int = 0) -> Report:
        """Read the chat through and say what it holds. Raises NotAnExport, DamagedMember, TooManyPeople."""
        tally = Tally()
        learned = self._learn(conversation)
        for line in self._entries(learned, tally):
            tally.read(line)
        return tally.report(self.source, self._title, ambiguous_dates=not learned.sure, date_order=learned.order)

    def lines(self, conversation: int = 0) -> Iterator[Line]:
        """Yield the entries in the order of the file. Raises what `report` raises, and AmbiguousDates where a date order must be given."""
        learned = self._learn(conversation)
        if not learned.sure:
            raise AmbiguousDates
        return self._entries(learned, Tally())

    def _learn(self, conversation: int) -> "_Learned":
        if conversation != 0:
            raise NoSuchConversation(number=conversation)
        return _learn(rows(self._archive, self._member), self._order)

    def _entries(self, learned: "_Learned", tally: Tally) -> Iterator[Line]:
        """Yield the entries, and note in the tally what could not be read."""
        finish = _Finisher(learned, self._media)
        place = lru_cache(maxsize=1_024)(lambda text: self._moment(text, learned))
        entry: _Entry | None = None
        for row in rows(self._archive, self._member):
            if row.problem:
                tally.not_read(row.number, row.text, row.problem)
            found = dates.head(row.text)
            moment, problem = (None, None) if found is None else place(found[0])
            if found is not None and moment is not None:
                if entry is not None:
                    yield finish(entry)
                entry = _begin(row, found[1], moment, learned)
                continue
            if problem is not None:
                tally.not_read(row.number, row.text, problem)
            if entry is None:
                if problem is None and row.text.strip():
                    tally.not_read(row.number, row.text, "before_the_first_message")
            elif not entry.add(row.text):
                tally.not_read(row.number, row.text, "too_long")
        if entry is not None:
            yield finish(entry)

    def _moment(self, text: str, learned: "_Learned") -> "tuple[_Moment | None, Reason | None]":
        """Return the moment the head of a row means, or why it cannot be known; neither if it is no date."""
        read = dates.stamp(text)
        if read is None:
            return None, None
        if read.shape != learned.shape:
            return None, "other_date_shape"
        local = dates.moment(read, learned.order)
        if local is None:
            return None, read.problem or "impossible_date"
        return _Moment(written=local.isoformat(), at=milliseconds(local, self._zone)), None


class _Moment(Struct, frozen=True):
    written: str
    at: int


class _Learned(Struct, frozen=True):
    """What the whole file tells: the shape and order of its dates, whether that is sure, names with a colon, and names of no person."""

    shape: str
    order: DateOrder
    sure: bool
    colons: dict[str, str]
    nobody: frozenset[str]


class _Name(Struct):
    """What was seen behind a name: how often, the one continuation up to a further colon, and whether a person spoke."""

    count: int = 0
    further: str | None = None
    spoke: bool = False


class _Entry(Struct):
    """An entry while its rows are collected."""

    moment: _Moment
    author: str | None
    said: list[str]
    size: int
    noted: bool  # a mark before the date: the phone wrote something of its own into this entry
    bracketed: bool
    first: bool

    def add(self, text: str) -> bool:
        """Add a row; False if that would be too much text."""
        self.size += len(text) + 1
        if self.size > TEXT_LIMIT:
            return False
        self.said.append(text)
        return True


def _learn(every: Iterator[Row], order: DateOrder | None) -> _Learned:
    """The first pass."""
    shapes: dict[str, dates.Evidence] = {}
    names: dict[str, _Name] = {}
    for row in every:
        found = dates.head(row.text)
        read = None if found is None else dates.stamp(found[0])
        if found is None or read is None:
            continue
        if not read.problem:
            shapes.setdefault(read.shape, dates.Evidence()).see(read.numbers)
        author, said = _author(found[1])
        if author is not None:
            _meet(names.setdefault(author, _Name()), said, noted=row.text[:1] in dates.MARKS)
            if len(names) > PEOPLE_LIMIT:
                raise TooManyPeople(limit=PEOPLE_LIMIT)
    if not shapes:
        raise NotAnExport
    shape, evidence = max(shapes.items(), key=lambda item: item[1].count)
    guess, sure = evidence.decide()
    return _Learned(
        shape=shape,
        order=order or guess,
        sure=sure or order is not None,
        colons={name: seen.further for name, seen in names.items() if seen.further and seen.count > 2},
        nobody=frozenset(name for name, seen in names.items() if not seen.spoke),
    )


def _author(rest: str) -> tuple[str | None, str]:
    """Split what stands behind a date into a name and what was said; no name if it is a notice."""
    rest = rest.removeprefix(" ")
    name, colon, said = rest.partition(": ")
    if not colon:
        if not rest.endswith(":"):
            return None, rest
        name, said = rest[:-1], ""
    author = _name(name)
    return author, rest if author is None else said


@lru_cache(maxsize=4_096)
def _name(written: str) -> str | None:
    """Return a name without the marks and hard spaces around it, None if it cannot be one."""
    bare = _MARKS.sub("", written).replace("\u00a0", " ").replace("\u202f", " ").strip()
    # A colon inside a quotation is of a notice: Siti changed the subject to "kopi: pagi".
    return None if not bare or len(bare) > _NAME_LIMIT or _quotes_open(bare) else bare


def _quotes_open(text: str) -> bool:
    return text.count('"') % 2 == 1 or any(text.count(opened) > text.count(closed) for opened, closed in _QUOTES)


def _meet(seen: _Name, said: str, *, noted: bool) -> None:
    further, colon, _ = said.partition(": ")
    # A mark begins the phone's own words, such as "<attached: ": no part of a name, even of one who sends nothing else.
    further = further if colon and len(further) <= _NAME_LIMIT and said[:1] not in dates.MARKS else ""
    seen.further = further if seen.count == 0 or seen.further == further else ""
    seen.count += 1
    marks = len(said) - len(said.lstrip(dates.MARKS))
    seen.spoke = seen.spoke or marks == 0 or (noted and marks == 1) or _is(said, words.DELETED)


def _begin(row: Row, rest: str, moment: _Moment, learned: _Learned) -> _Entry:
    author, said = _author(rest)
    further = learned.colons.get(author or "")
    if further:
        author, said = f"{author}: {further}", said.removeprefix(f"{further}: ")
    return _Entry(
        moment=moment,
        author=author,
        said=[said],
        size=len(said),
        noted=row.text[:1] in dates.MARKS,
        bracketed=learned.shape.startswith("["),
        first=row.number == 1,
    )


class _Finisher:
    """Makes a line of a collected entry: tells notices from messages, and finds media and the marks of edited and deleted ones."""

    def __init__(self, learned: _Learned, media: dict[str, str]) -> None:
        self._learned = learned
        self._media = media
        self._key: Callable[[str, str | None, str], str] = Fingerprints("whatsapp").key

    def __call__(self, entry: _Entry) -> Line:
        said = "\n".join(entry.said)
        author = None if self._is_notice(entry, said) else entry.author
        bare = said.lstrip(dates.MARKS)
        key = self._key(entry.moment.written, author, bare)
        if author is None:
            return Line(at=entry.moment.at, author=None, text=bare, key=key)
        if _is(bare, words.DELETED):
            return Line(at=entry.moment.at, author=author, text=bare, key=key, deleted=True)
        before, within = _closing(said)
        edited = _is(within, words.EDITED)
        text, media, omitted = self._medium(entry, before if edited else said)
        text = text.lstrip(dates.MARKS)
        return Line(at=entry.moment.at, author=author, text=text, key=key, media=media, omitted=omitted, edited=edited)

    def _is_notice(self, entry: _Entry, said: str) -> bool:
        """Whether an entry is the phone's own. Androids put no name before a notice, iPhones the group's or the one who acted."""
        if entry.author is None:
            return True
        if not entry.bracketed or _is(said, words.DELETED):
            return False
        if entry.first and any(hint in said.casefold() for hint in words.ENCRYPTED):
            return True
        bare = said.lstrip(dates.MARKS)
        marks = len(said) - len(bare)
        if marks == 0 or _ATTACHED_HERE.fullmatch(_closing(said)[1]):
            return False
        return marks > 1 or entry.author in self._learned.nobody or bare.startswith(f"{entry.author} ")

    def _medium(self, entry: _Entry, said: str) -> tuple[str, str | None, bool]:
        """Return the text of a message without its medium, the medium if it is there, and whether one is missing."""
        before, within = _closing(said)
        here = _ATTACHED_HERE.fullmatch(within)
        if here and self._is_file(here[2], here[1]):
            return self._held(here[2], _MARKS.sub("", before), said)
        bare = said.lstrip(dates.MARKS)
        above = _ATTACHED.match(bare)
        if above and (bare != said or self._is_file(above[1], above[2])):
            return self._held(above[1], bare[above.end() :], said)
        line = said.partition("\n")[0].strip()
        if line[:1] == "<" and line[-1:] == ">" and words.plain(line[1:-1]) in words.MEDIA_OMITTED:
            return said, None, True
        gone = _OMITTED_HERE.match(said) if entry.bracketed else None
        # The words need not be known: a phone's own words at the end of an entry that the phone has marked, and no link.
        if gone and (words.plain(gone[1]) in words.OMITTED_HERE or (entry.noted and said != gone[1] and "://" not in said)):
            return _MARKS.sub("", said), None, True
        return said, None, False

    def _is_file(self, name: str, word: str) -> bool:
        return name in self._media or words.plain(word) in words.ATTACHED or _PHONE_NAME.match(name) is not None

    def _held(self, name: str, rest: str, said: str) -> tuple[str, str | None, bool]:
        member = self._media.get(name)
        return (said, None, True) if member is None else (rest, member, False)


def _closing(said: str) -> tuple[str, str]:
    """Return what stands before and what stands within angle brackets at the end of a text; nothing within if there are none."""
    start = said.rfind("<", -320) if said.endswith(">") else -1
    within = said[start + 1 : -1]
    if start < 0 or "\n" in within or ">" in within:
        return said, ""
    return said[:start].rstrip(f"{dates.MARKS} "), within


def _is(said: str, known: frozenset[str]) -> bool:
    """Whether a text is one of the known ones; long texts are not even looked at."""
    return len(said) <= _PHRASE_LIMIT and words.plain(said) in known


def _title(member: str, uploaded: str) -> str:
    """Return the name of a conversation from the names of its files, "" if they say nothing."""
    stems = [re.sub(r"(?i)( ?\(\d+\))?\.(?:txt|zip)$", "", name).strip() for name in (member, uploaded)]
    for stem in stems:
        for start in words.TITLES:
            if stem.lower().startswith(start):
                return stem[len(start) :].strip()
    stem = stems[1] or stems[0]
    return "" if stem.lower() in ("_chat", "chat") else stem
