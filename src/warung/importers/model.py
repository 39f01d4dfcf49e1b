"""The nouns of an import: what a foreign export says, line by line, what is reported of it, and why one is refused."""

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from msgspec import Struct

from warung.kit.errors import BadRequest, NotFound, TooLarge

Source = Literal["whatsapp", "telegram"]
DateOrder = Literal["dmy", "mdy", "ymd"]
Reason = Literal[
    "before_the_first_message",  # text that belongs to no message
    "impossible_date",  # 31/02, 25:00, or a year no phone had a messenger in
    "unknown_word_in_date",  # for instance an unknown word for "in the morning"
    "other_date_shape",  # a date, but not written as in the rest of the file; kept as text of the message before
    "not_text",  # bytes that are no characters; shown with replacement marks
    "too_long",  # cut; the rest is not imported
    "not_understood",  # an entry without what a message must have
]

# Enough for a person to read; the report still counts the others.
UNREAD_LISTED = 1_000
EXCERPT = 120
# Far above the largest group anywhere: more names than this are a file that is no conversation.
PEOPLE_LIMIT = 20_000
# WhatsApp and Telegram stop at 65,536 and 4,096 characters.
TEXT_LIMIT = 200_000


class NotAnExport(BadRequest):
    """This is neither a WhatsApp chat (`_chat.txt` or the .zip with it) nor a Telegram export (`result.json`)."""


class AmbiguousDates(BadRequest):
    """The dates in this file can be read in more than one order. Say which: day, month or year first."""


class UnknownTimeZone(BadRequest):
    """There is no time zone named {name}."""


class NestedArchive(BadRequest):
    """This archive holds another archive ({name}) instead of a chat. Unpack it once and import what is inside."""


class SeveralChats(BadRequest):
    """This archive holds more than one chat: {names}. Import one at a time."""


class NoSuchConversation(NotFound):
    """This export has no conversation number {number}."""


class BrokenJson(BadRequest):
    """This file is no complete, valid JSON; the export was probably interrupted."""


class ExportTooLarge(TooLarge):
    """This export is larger than {limit} bytes."""


class TooManyPeople(TooLarge):
    """More than {limit} different names write in this file; it cannot be one conversation."""


class Person(Struct, frozen=True):
    """A name that writes in an export, and how many messages it wrote."""

    name: str
    messages: int


class UnreadLine(Struct, frozen=True):
    """A line (or, in JSON, an entry) that could not be read as it stands: its number from 1, its beginning, and why."""

    number: int
    text: str
    reason: Reason


class Line(Struct, frozen=True, kw_only=True):
    """One entry of an export, in the order of the file.

    `at` is milliseconds UTC. `author` is None exactly in a system notice. `media` names a member of the archive that is there;
    `omitted` says that a medium was sent but is not in the archive (then the text says what stood there). `key` is the same each
    time the same entry is exported and differs between the entries of one conversation; `reply_key` is the key of the entry answered.
    """

    at: int
    author: str | None
    text: str
    key: str
    media: str | None = None
    omitted: bool = False
    edited: bool = False
    deleted: bool = False
    forwarded_from: str | None = None
    reply_key: str | None = None

    @property
    def system(self) -> bool:
        """Whether this is a notice of the messenger rather than somebody's message."""
        return self.author is None


class Report(Struct, frozen=True, kw_only=True):
    """What an import would bring: the result of a dry run. `first_at` and `last_at` are the earliest and latest time, None if empty.

    `unread` lists the first lines that could not be read, `unread_total` counts all. When `ambiguous_dates`, the dates were
    read in `date_order` as a guess, and `lines` refuses to go on until somebody chooses.
    """

    source: Source
    title: str
    people: list[Person]
    messages: int
    notices: int
    media_present: int
    media_missing: int
    first_at: int | None
    last_at: int | None
    unread: list[UnreadLine]
    unread_total: int
    ambiguous_dates: bool = False
    date_order: DateOrder | None = None


class Export(Protocol):
    """An opened export with one conversation or several. Nothing is kept in memory between the calls; each reads the file again."""

    source: Source

    @property
    def titles(self) -> list[str]:
        """The name of each conversation, as far as the export knows it."""

    def report(self, conversation: int = 0) -> Report:
        """Read a conversation (its index in `titles`) through and say what it holds. Changes nothing."""

    def lines(self, conversation: int = 0) -> Iterator[Line]:
        """Yield the entries of a conversation in the order of the file. Raises AmbiguousDates where somebody must choose first."""


class Tally:
    """Counts what passes by, for the report."""

    def __init__(self) -> None:
        self.people: Counter[str] = Counter()
        self.notices = 0
        self.media_present = 0
        self.media_missing = 0
        self.first_at: int | None = None
        self.last_at: int | None = None
        self.unread: list[UnreadLine] = []
        self.unread_total = 0

    def read(self, line: Line) -> None:
        """Count an entry. Raises TooManyPeople."""
        if line.author is None:
            self.notices += 1
        else:
            self.people[line.author] += 1
            if len(self.people) > PEOPLE_LIMIT:
                raise TooManyPeople(limit=PEOPLE_LIMIT)
        self.media_present += line.media is not None
        self.media_missing += line.omitted
        self.first_at = line.at if self.first_at is None else min(self.first_at, line.at)
        self.last_at = line.at if self.last_at is None else max(self.last_at, line.at)

    def not_read(self, number: int, text: str, reason: Reason) -> None:
        """Note a line that could not be read."""
        self.unread_total += 1
        if len(self.unread) < UNREAD_LISTED:
            self.unread.append(UnreadLine(number, storable(text[:EXCERPT]), reason))

    def report(self, source: Source, title: str, *, ambiguous_dates: bool = False, date_order: DateOrder | None = None) -> Report:
        """Return the report of everything that passed."""
        return Report(
            source=source,
            title=title,
            people=[Person(name, count) for name, count in self.people.most_common()],
            messages=self.people.total(),
            notices=self.notices,
            media_present=self.media_present,
            media_missing=self.media_missing,
            first_at=self.first_at,
            last_at=self.last_at,
            unread=self.unread,
            unread_total=self.unread_total,
            ambiguous_dates=ambiguous_dates,
            date_order=date_order,
        )


class Fingerprints:
    """Gives entries without an id of their own a key: a digest of moment, author, text and how often the same stood there before.

    `moment` is what the export says, not what a time zone makes of it, so that the choice of a zone does not change the key. Only
    recent moments are remembered: the same words in the same second, a hundred thousand messages apart, are one entry.
    """

    MOMENTS = 4_096

    def __init__(self, source: Source) -> None:
        self._source = source
        self._seen: OrderedDict[str, Counter[bytes]] = OrderedDict()

    def key(self, moment: str, author: str | None, text: str) -> str:
        """Return the key of the next entry; 33 characters."""
        seen = self._seen.get(moment)
        if seen is None:
            seen = self._seen[moment] = Counter()
            if len(self._seen) > self.MOMENTS:
                self._seen.popitem(last=False)
        said = f"{moment}\0{'' if author is None else '@'}{author or ''}\0{text}".encode()
        digest = hashlib.blake2b(said, digest_size=16)
        before = digest.digest()
        seen[before] += 1
        digest.update(b"\0%d" % seen[before])
        return f"{self._source[0]}{digest.hexdigest()}"


def storable(text: str) -> str:
    """Return `text` without NUL, which no store can hold."""
    return text.replace("\0", "")


def zone(name: str) -> tzinfo:
    """Return the time zone with an IANA name; UTC needs no table of zones on the machine. Raises UnknownTimeZone."""
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # unknown names, and names that are paths
        raise UnknownTimeZone(name=name[:100]) from error


def milliseconds(local: datetime, where: tzinfo) -> int:
    """Return the moment a clock in `where` showed `local`; the first of two where clocks are put back."""
    return int(local.replace(tzinfo=where).timestamp()) * 1_000
