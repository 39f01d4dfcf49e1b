"""Statistics: followers, reading, writing, pressing and calls, by day and by source. People are counted, never named."""

import re
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import msgspec

from warung.kit.clock import DAY, MINUTE
from warung.kit.db import Reader, Tx
from warung.kit.errors import BadRequest
from warung.kit.ids import AccountId
from warung.official import consent, log, store_articles, store_figures
from warung.official.days import day_of, hour_of
from warung.official.model import Happened, Settings

LONGEST_DAYS = 366
DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


class DaysOfFiguresNotPossible(BadRequest):
    """Choose a first and a last day (YYYY-MM-DD), at most {limit} days apart."""


class FollowersOfDay(msgspec.Struct, frozen=True):
    """Who came and went on a day, by where they had come from."""

    day: str
    source: str
    new: int
    gone: int


class ActsOfDay(msgspec.Struct, frozen=True):
    """What readers did on a day or in an hour of it: `what` is read, source, share or favourite."""

    day: str
    hour: int
    scene: str
    what: str
    people: int
    times: int


class ItemOfDay(msgspec.Struct, frozen=True):
    """What readers did with one item on a day."""

    article: str
    item: int
    day: str
    what: str
    people: int
    times: int


class UpstreamOfDay(msgspec.Struct, frozen=True):
    """What followers wrote on a day or in an hour of it: `kind` is message.text and so on."""

    day: str
    hour: int
    kind: str
    people: int
    messages: int


class CallsOfDay(msgspec.Struct, frozen=True):
    """How often a program was told something on a day or in an hour of it, and how long it took, in milliseconds."""

    day: str
    hour: int
    calls: int
    failed: int
    total_ms: int
    most_ms: int


class Day(msgspec.Struct, frozen=True):
    """One day of an account."""

    day: str
    new: int
    gone: int
    total: int
    reads: int
    readers: int
    shares: int
    favourites: int
    menu_clicks: int
    messages: int
    writers: int
    calls: int
    failed: int


class OfSource(msgspec.Struct, frozen=True):
    """Followers of a time by where they came from."""

    source: str
    new: int
    gone: int


class ReadFrom(msgspec.Struct, frozen=True):
    """Reading of a time by where it began."""

    from_: str = msgspec.field(name="from")
    reads: int = 0


class Pressed(msgspec.Struct, frozen=True):
    """How often a button was pressed, and by how many."""

    name: str
    clicks: int
    people: int


class OfItem(msgspec.Struct, frozen=True):
    """What became of an item in a time; `readers` are counted anew each day."""

    article: str
    idx: int
    title: str
    reads: int
    readers: int
    shares: int


class Statistics(msgspec.Struct, frozen=True):
    """A time of an account, day by day, and where things came from."""

    days: list[Day]
    sources: list[OfSource]
    read_from: list[ReadFrom]
    menu: list[Pressed]
    articles: list[OfItem]


def on_happened(tx: Tx, event: Happened) -> None:
    """Count what happens at an account as it happens."""
    offset = tx.settings(Settings).day_offset_min
    day, hour = day_of(tx.now, offset), hour_of(tx.now, offset)
    if event.kind in ("follow", "unfollow"):
        known = consent.follower(tx, official=event.official, openid=event.openid)
        store_figures.count(tx, event.official, day, hour, "new" if event.kind == "follow" else "gone", known.source if known else "")
    elif event.kind.startswith("message."):
        store_figures.count_upstream(tx, event.official, day, hour, event.kind, event.openid)
    elif event.kind.startswith("menu."):
        (happened,) = log.events(tx, official=event.official, after=event.seq - 1, limit=1)
        body = msgspec.json.decode(happened.body)
        name = str(body.get("name") or body.get("key") or body.get("url") or "")
        store_figures.count_upstream(tx, event.official, day, hour, f"menu:{name[:100]}", event.openid)


def count_call(tx: Tx, *, official: AccountId, ms: int, failed: bool) -> None:
    """Count that a program of the account was called, how long it took and whether it failed."""
    offset = tx.settings(Settings).day_offset_min
    day, hour = day_of(tx.now, offset), hour_of(tx.now, offset)
    store_figures.count(tx, official, day, hour, "call", "")
    store_figures.count(tx, official, day, hour, "call_ms", "", ms)
    if failed:
        store_figures.count(tx, official, day, hour, "call_failed", "")


def followers_by_day(reader: Reader, *, official: AccountId, since: str, until: str) -> list[FollowersOfDay]:
    """Return who came and went by day and source. Raises `DaysOfFiguresNotPossible`."""
    days_between(since, until)
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for day, _, what, source, number, _ in store_figures.by_day(reader, official, since, until, False):
        if what in ("new", "gone"):
            found[day, source][what] = int(number)
    return [FollowersOfDay(day, source, each.get("new", 0), each.get("gone", 0)) for (day, source), each in sorted(found.items())]


def followers_at_end(reader: Reader, *, official: AccountId, since: str, until: str) -> dict[str, int]:
    """Return how many followed at the end of each day. Raises `DaysOfFiguresNotPossible`."""
    days = days_between(since, until)
    number = store_figures.followers_before(reader, official, since)
    changes: dict[str, int] = defaultdict(int)
    for each in followers_by_day(reader, official=official, since=since, until=until):
        changes[each.day] += each.new - each.gone
    found = {}
    for day in days:
        number += changes[day]
        found[day] = number
    return found


def acts_by_day(
    reader: Reader, *, official: AccountId, since: str, until: str, by_hour: bool = False, by_scene: bool = False
) -> list[ActsOfDay]:
    """Return what readers did by day, over all articles. Raises `DaysOfFiguresNotPossible`."""
    days_between(since, until)
    rows = store_articles.acts_of_account(reader, official, since, until, by_hour, by_scene)
    return [ActsOfDay(day, hour, scene, what, people, int(times)) for day, hour, scene, what, people, times in rows]


def items_by_day(reader: Reader, *, official: AccountId, since: str, until: str, published: bool = False) -> list[ItemOfDay]:
    """Return what readers did with each item by day: of all articles, or of those published in that time up to now."""
    days = days_between(since, until)
    offset = reader.settings(Settings).day_offset_min * MINUTE
    begins = [int((date.fromisoformat(day) - date(1970, 1, 1)).days) * DAY - offset for day in (days[0], days[-1])]
    chosen = store_articles.published_between(reader, official, begins[0] if published else 0, begins[1] + DAY)
    last = day_of(reader.now, reader.settings(Settings).day_offset_min) if published else until
    rows = store_articles.acts_by_day(reader, [each.id for each in chosen], since, last)
    return [ItemOfDay(article, item, day, what, people, int(times)) for article, item, day, what, people, times in rows]


def upstream_by_day(reader: Reader, *, official: AccountId, since: str, until: str, by_hour: bool = False) -> list[UpstreamOfDay]:
    """Return what followers wrote by day and kind. Raises `DaysOfFiguresNotPossible`."""
    days_between(since, until)
    rows = store_figures.upstream(reader, official, since, until, by_hour)
    return [
        UpstreamOfDay(day, hour, kind, people, int(messages)) for day, hour, kind, people, messages in rows if kind.startswith("message.")
    ]


def writers_by_day(reader: Reader, *, official: AccountId, since: str, until: str) -> dict[str, list[int]]:
    """Return by day how much each who wrote wrote: numbers without names. Raises `DaysOfFiguresNotPossible`."""
    days_between(since, until)
    found: dict[str, list[int]] = defaultdict(list)
    for day, _, messages in store_figures.writers(reader, official, since, until):
        found[day].append(int(messages))
    return dict(found)


def calls_by_day(reader: Reader, *, official: AccountId, since: str, until: str, by_hour: bool = False) -> list[CallsOfDay]:
    """Return how often programs were called by day. Raises `DaysOfFiguresNotPossible`."""
    days_between(since, until)
    found: dict[tuple[str, int], dict[str, tuple[int, int]]] = defaultdict(dict)
    for day, hour, what, _, number, most in store_figures.by_day(reader, official, since, until, by_hour):
        if what.startswith("call"):
            found[day, hour][what] = (int(number), int(most))
    none = (0, 0)
    return [
        CallsOfDay(day, hour, got.get("call", none)[0], got.get("call_failed", none)[0], *got.get("call_ms", none))
        for (day, hour), got in sorted(found.items())
    ]


def statistics(reader: Reader, *, official: AccountId, since: str, until: str) -> Statistics:
    """Return a time of an account, both days included. Raises `DaysOfFiguresNotPossible`."""
    asked: dict[str, Any] = {"official": official, "since": since, "until": until}
    followers = followers_by_day(reader, **asked)
    acts = {(each.day, each.what): each for each in acts_by_day(reader, **asked)}
    wrote = writers_by_day(reader, **asked)
    calls = {each.day: each for each in calls_by_day(reader, **asked)}
    clicks: dict[str, int] = defaultdict(int)
    for day, _, kind, _, times in store_figures.upstream(reader, official, since, until, False):
        clicks[day] += int(times) if kind.startswith("menu:") else 0
    totals = followers_at_end(reader, **asked)

    def did(day: str, what: str) -> tuple[int, int]:
        found = acts.get((day, what))
        return (found.people, found.times) if found else (0, 0)

    days = [
        Day(
            day=day,
            new=sum(each.new for each in followers if each.day == day),
            gone=sum(each.gone for each in followers if each.day == day),
            total=totals[day],
            reads=did(day, "read")[1],
            readers=did(day, "read")[0],
            shares=did(day, "share")[1],
            favourites=did(day, "favourite")[0],
            menu_clicks=clicks[day],
            messages=sum(wrote.get(day, [])),
            writers=len(wrote.get(day, [])),
            calls=calls[day].calls if day in calls else 0,
            failed=calls[day].failed if day in calls else 0,
        )
        for day in totals
    ]
    buttons = store_figures.pressed(reader, official, since, until)
    pressed = [Pressed(kind.removeprefix("menu:"), int(times), people) for kind, people, times in buttons]
    return Statistics(days, _sources(followers), _read_from(reader, asked), pressed, _items(reader, asked))


def days_up_to(reader: Reader, until: str | None, days: int) -> tuple[str, str]:
    """Return the first and the last of `days` days up to `until`, or up to today where the place is. Raises `DaysOfFiguresNotPossible`."""
    last = until or day_of(reader.now, reader.settings(Settings).day_offset_min)
    days_between(last, last)
    return (date.fromisoformat(last) - timedelta(days=days - 1)).isoformat(), last


def days_between(since: str, until: str) -> list[str]:
    """Return every day from the first to the last. Raises `DaysOfFiguresNotPossible`."""
    try:
        if not DATE.match(since) or not DATE.match(until):
            raise ValueError
        first, last = date.fromisoformat(since), date.fromisoformat(until)
    except ValueError:
        raise DaysOfFiguresNotPossible(limit=LONGEST_DAYS) from None
    if not 0 <= (last - first).days < LONGEST_DAYS:
        raise DaysOfFiguresNotPossible(limit=LONGEST_DAYS)
    return [(first + timedelta(days=at)).isoformat() for at in range((last - first).days + 1)]


def _sources(followers: list[FollowersOfDay]) -> list[OfSource]:
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for each in followers:
        found[each.source][0] += each.new
        found[each.source][1] += each.gone
    return [OfSource(source, new, gone) for source, (new, gone) in sorted(found.items(), key=lambda each: -each[1][0])]


def _read_from(reader: Reader, asked: dict[str, Any]) -> list[ReadFrom]:
    found: dict[str, int] = defaultdict(int)
    for each in acts_by_day(reader, by_scene=True, **asked):
        found[each.scene] += each.times if each.what == "read" else 0
    return [ReadFrom(scene, reads) for scene, reads in sorted(found.items(), key=lambda each: -each[1]) if reads]


def _items(reader: Reader, asked: dict[str, Any]) -> list[OfItem]:
    found: dict[tuple[str, int], dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for each in items_by_day(reader, **asked):
        found[each.article, each.item][each.what][0] += each.people
        found[each.article, each.item][each.what][1] += each.times
    shown = []
    for (article, item), acts in found.items():
        kept = store_articles.article(reader, article)
        title = kept.items[item].title if kept and item < len(kept.items) else ""
        shown.append(OfItem(article, item, title, acts["read"][1], acts["read"][0], acts["share"][1]))
    return sorted(shown, key=lambda each: -each.reads)
