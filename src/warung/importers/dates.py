"""The date at the head of a WhatsApp line: finds it, reads it in any order, digits or language, and decides the order over a whole file."""

import re
from datetime import MAXYEAR, date, datetime
from functools import lru_cache
from typing import Final, NamedTuple

from warung.importers import words
from warung.importers.model import DateOrder, Reason

# Direction marks that phones set around names, dates and their own texts.
MARKS: Final = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
_MARKED = str.maketrans("", "", MARKS)
# A head is shorter than this; a bracket further on belongs to the text.
_HEAD = 64

_DATE = r"(?P<a>\d{1,4})(?P<between>\s?[./-]\s?|[年년]\s?)(?P<b>\d{1,2})(?:\s?[./-]\s?|[月월]\s?)(?P<c>\d{1,4})"
_TIME = r"(?P<h>\d{1,2})\s?[:.h時时시]\s?(?P<m>\d{2})(?:\s?[:.]\s?(?P<s>\d{2}))?"
_DATE_FIRST = re.compile(rf"{_DATE}(?P<before>\D{{1,24}}?){_TIME}(?P<after>\D{{0,24}})")
_TIME_FIRST = re.compile(rf"(?P<before>\D{{0,24}}?){_TIME}(?P<after>\D{{1,24}}){_DATE}(?P<behind>\D{{0,8}})")


class Stamp(NamedTuple):
    """A date and time as written: three numbers in an order yet unknown, the time in 24 hours, and how it was written.

    `problem` says why the moment cannot be known whatever the order; then only `numbers` and `shape` mean something.
    """

    numbers: tuple[int, int, int]
    hour: int
    minute: int
    second: int
    shape: str
    problem: Reason | None = None


def head(line: str) -> tuple[str, str] | None:
    """Split a line into what may be a date and the rest behind it; None if it cannot begin an entry."""
    bare = line.lstrip(MARKS)
    if bare[:1] == "[":
        end = bare.find("]", 1, _HEAD)
        return None if end < 0 else (bare[: end + 1], bare[end + 1 :])
    end = bare.find(" - ", 1, _HEAD)
    if end < 0 or not bare[0].isdecimal():
        return None
    return bare[:end], bare[end + 3 :]


@lru_cache(maxsize=1_024)  # the messages of a minute share theirs
def stamp(text: str) -> Stamp | None:
    """Read the date in the first part that `head` returned; None if there is none."""
    written = text.translate(_MARKED)
    bracketed = written[:1] == "["
    written = written.strip("[] \u00a0\u202f")
    found = _DATE_FIRST.fullmatch(written) or _TIME_FIRST.fullmatch(written)
    if found is None:
        return None
    part = found.groupdict()
    numbers = (int(part["a"]), int(part["b"]), int(part["c"]))
    shape = f"{'[' if bracketed else ''}{part['between'].strip()}{'s' if part['s'] else ''}{'<' if found.re is _TIME_FIRST else ''}"
    hour, minute, second = int(part["h"]), int(part["m"]), int(part["s"] or 0)
    half = _half(part["before"], part["after"], part.get("behind", ""))
    if half is None:
        return Stamp(numbers, 0, 0, 0, shape, "unknown_word_in_date")
    hour = _on_the_clock(hour, half)
    if hour > 23 or minute > 59 or second > 59:
        return Stamp(numbers, 0, 0, 0, shape, "impossible_date")
    return Stamp(numbers, hour, minute, second, shape)


@lru_cache(maxsize=1_024)
def _half(*around: str) -> str | None:
    """Return which half of the day the words around a time mean: "" if they say nothing, None if one is unknown."""
    half = ""
    for word in (words.plain(word) for word in around):
        word = word if word in words.HALVES else words.ERA.sub("", word)
        if word in words.MORNING:
            half = "morning"
        elif word in words.AFTERNOON:
            half = "afternoon"
        elif word in words.NIGHT:
            half = "night"
        elif word in words.NOON:
            half = "noon"
        elif word not in words.JOINERS:
            return None
    return half


def _on_the_clock(hour: int, half: str) -> int:
    """Return the hour of 24 for an hour of a half; hours beyond 12 are of 24 already."""
    if not half or hour > 12:
        return hour
    after_midnight = half == "night" and (hour < 5 or hour == 12)
    before_noon = half == "morning" or (half == "noon" and 10 <= hour < 12)
    return hour % 12 if after_midnight or before_noon else hour % 12 + 12


def day(numbers: tuple[int, int, int], order: DateOrder) -> date | None:
    """Return the day three numbers mean in an order; None if there is no such day since 1970."""
    year, month, monthday = (numbers[order.index(letter)] for letter in "ymd")
    if year >= 2_400:
        year -= 543  # counted from the Buddha
    elif year < 100:
        # The messenger is of 2009, and two digits from 52 on are a Buddhist year: 2552 was 2009.
        year += 2_000 if year < 52 else 2_500 - 543
    if not 1970 <= year < MAXYEAR - 1:
        return None
    try:
        return date(year, month, monthday)
    except ValueError:
        return None


def moment(read: Stamp, order: DateOrder) -> datetime | None:
    """Return the local time of a stamp, None if its numbers are no date in this order."""
    on = None if read.problem else day(read.numbers, order)
    return None if on is None else datetime(on.year, on.month, on.day, read.hour, read.minute, read.second)


class _Case:
    """What speaks against one order: days before there was a messenger or, worse, that never were; steps back; how far time travels."""

    def __init__(self, order: DateOrder) -> None:
        self.order = order
        self.doubts = 0
        self.backward = 0
        self.travel = 0
        self._last: date | None = None

    def see(self, numbers: tuple[int, int, int]) -> None:
        on = day(numbers, self.order)
        if on is None or on.year < 2009:
            self.doubts += 2 if on is None else 1
            return
        if self._last is not None:
            self.backward += on < self._last
            self.travel += abs((on - self._last).days)
        self._last = on


class Evidence:
    """Gathers the dates of one shape and decides in which order they are written."""

    def __init__(self) -> None:
        self.count = 0
        self._last: tuple[int, int, int] | None = None
        self._cases = {order: _Case(order) for order in ("dmy", "mdy", "ymd")}

    def see(self, numbers: tuple[int, int, int]) -> None:
        """Count a date. Only a new day says something new."""
        self.count += 1
        if numbers == self._last:
            return
        self._last = numbers
        for case in self._cases.values():
            case.see(numbers)

    def decide(self) -> tuple[DateOrder, bool]:
        """Return the most likely order, and whether the file leaves no other."""
        day_first, month_first, year_first = self._cases.values()
        best = min((day_first, month_first), key=lambda case: (case.doubts, case.travel))
        other = month_first if best is day_first else day_first
        if self._fits_better(year_first, best):
            return "ymd", True
        # The first line of an export is often out of its time, so one step back proves nothing.
        sure = other.doubts > best.doubts or other.backward > best.backward + 1
        return best.order, sure

    @staticmethod
    def _fits_better(year_first: _Case, best: _Case) -> bool:
        """Whether the year stands in front: only then are the days real, or of two digits the first ones hardly move."""
        if year_first.doubts != best.doubts:
            return year_first.doubts < best.doubts
        return year_first.travel * 10 < best.travel
