"""Analytics: who came and went, what was read, what was written to the account, and how its program answered."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from warung import official
from warung.kit.db import Reader
from warung.wechat.call import Answer, Call, Endpoint
from warung.wechat.codes import Wrong
from warung.wechat.quotas import day_of

Rows = list[dict[str, Any]]
Tally = Callable[[Reader, Call, str, str], Rows]
# where followers came from, as programs know the numbers
SOURCES = {
    "ADD_SCENE_SEARCH": 1,
    "ADD_SCENE_PROFILE_CARD": 17,
    "ADD_SCENE_QR_CODE": 30,
    "ADD_SCENE_PROFILE_ITEM": 43,
    "ADD_SCENE_PAID": 51,
    "ADD_SCENE_PROFILE_LINK": 57,
    "ADD_SCENE_REPRINT": 57,
    "ADD_SCENE_WECHAT_ADVERTISEMENT": 75,
}
KINDS = {"message.text": 1, "message.image": 2, "message.voice": 3, "message.video": 4}
OTHER_KIND = 6
SCENES = {"conversation": 1, "friend": 1, "moments": 2}
OTHER_SCENE = 255
READ, ORIGINAL, SHARED, KEPT = "read", "source", "share", "favourite"
FIELDS = {READ: "int_page_read", ORIGINAL: "ori_page_read", SHARED: "share", KEPT: "add_to_fav"}


def _asked(tally: Tally, most: int) -> Callable[[Reader, Call], Answer]:
    """Return what answers for a time of at most so many days that are over."""

    def answer(reader: Reader, call: Call) -> Answer:
        begin, end = (_day(call, name) for name in ("begin_date", "end_date"))
        if not begin <= end or (end - begin).days >= most:
            raise Wrong(61501)
        if end >= date.fromisoformat(day_of(reader.now)):
            raise Wrong(61501, "date range error, end_date is yesterday at the latest")
        return {"list": tally(reader, call, begin.isoformat(), end.isoformat())}

    return answer


def _day(call: Call, name: str) -> date:
    written = call.text(name, code=61500, most=16)
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise Wrong(61500) from None


def user_summary(reader: Reader, call: Call, since: str, until: str) -> Rows:
    """Who came and who went, by where they came from."""
    found: defaultdict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    for row in official.followers_by_day(reader, official=call.account, since=since, until=until):
        found[row.day, SOURCES.get(row.source, 0)] += Counter({"new_user": row.new, "cancel_user": row.gone})
    return [
        {"ref_date": day, "user_source": source, "new_user": got["new_user"], "cancel_user": got["cancel_user"]}
        for (day, source), got in sorted(found.items())
    ]


def user_cumulate(reader: Reader, call: Call, since: str, until: str) -> Rows:
    """How many followed at the end of each day."""
    found = official.followers_at_end(reader, official=call.account, since=since, until=until)
    return [{"ref_date": day, "user_source": 0, "cumulate_user": number} for day, number in sorted(found.items())]


def article_summary(reader: Reader, call: Call, since: str, until: str) -> Rows:
    """What readers did with each article on a day."""
    found = _by_item(reader, call, since, until, published=False)
    return [
        {"ref_date": day, "user_source": 0, "msgid": msgid, "title": title, **got} for (day, msgid, title), got in sorted(found.items())
    ]


def article_total(reader: Reader, call: Call, since: str, until: str) -> Rows:
    """What readers have done, day by day, with the articles that were published on a day."""
    found = _by_item(reader, call, since, until, published=True)
    items: dict[tuple[str, str], Rows] = defaultdict(list)
    reached = official.count_followers(reader, official=call.account)
    for (day, msgid, title), got in sorted(found.items()):
        items[msgid, title].append({"stat_date": day, "target_user": reached, **got})
    return [{"ref_date": since, "msgid": msgid, "title": title, "details": details} for (msgid, title), details in items.items()]


def _by_item(reader: Reader, call: Call, since: str, until: str, *, published: bool) -> dict[tuple[str, str, str], dict[str, int]]:
    names: dict[tuple[str, int], tuple[str, str]] = {}
    found: dict[tuple[str, str, str], dict[str, int]] = {}
    for row in official.items_by_day(reader, official=call.account, since=since, until=until, published=published):
        place = (row.article, row.item)
        if place not in names:
            try:
                known = official.article(reader, official=call.account, id=row.article)
            except official.NoSuchArticle:
                continue
            names[place] = (f"{known.number}_{row.item + 1}", known.items[row.item].title)
        _add(found.setdefault((row.day, *names[place]), _nothing()), row.what, row.people, row.times)
    return found


def user_read(reader: Reader, call: Call, since: str, until: str) -> Rows:
    """What readers did, by day."""
    return _read(reader, call, since, until, by_hour=False)


def user_read_hour(reader: Reader, call: Call, since: str, until: str) -> Rows:
    """What readers did, by hour."""
    return _read(reader, call, since, until, by_hour=True)


def _read(reader: Reader, call: Call, since: str, until: str, *, by_hour: bool) -> Rows:
    found: defaultdict[tuple[str, int], dict[str, int]] = defaultdict(_nothing)
    for row in official.acts_by_day(reader, official=call.account, since=since, until=until, by_hour=by_hour):
        _add(found[row.day, row.hour], row.what, row.people, row.times)
    return [{"ref_date": day, **_hour(hour, by_hour), "user_source": 0, **got} for (day, hour), got in sorted(found.items())]


def user_share(reader: Reader, call: Call, since: str, until: str) -> Rows:
    """What was passed on, by day."""
    return _share(reader, call, since, until, by_hour=False)


def user_share_hour(reader: Reader, call: Call, since: str, until: str) -> Rows:
    """What was passed on, by hour."""
    return _share(reader, call, since, until, by_hour=True)


def _share(reader: Reader, call: Call, since: str, until: str, *, by_hour: bool) -> Rows:
    found: defaultdict[tuple[str, int, int], Counter[str]] = defaultdict(Counter)
    for row in official.acts_by_day(reader, official=call.account, since=since, until=until, by_hour=by_hour, by_scene=True):
        if row.what == SHARED:
            found[row.day, row.hour, SCENES.get(row.scene, OTHER_SCENE)] += Counter(share_count=row.times, share_user=row.people)
    return [
        {"ref_date": day, **_hour(hour, by_hour), "share_scene": scene, "share_count": got["share_count"], "share_user": got["share_user"]}
        for (day, hour, scene), got in sorted(found.items())
    ]


def upstream(reader: Reader, call: Call, since: str, until: str) -> Rows:
    """What followers wrote, by day and kind."""
    return _upstream(reader, call, since, until, first=lambda day: day)


def upstream_hour(reader: Reader, call: Call, since: str, until: str) -> Rows:
    """What followers wrote, by hour and kind."""
    return _upstream(reader, call, since, until, first=lambda day: day, by_hour=True)


def upstream_week(reader: Reader, call: Call, since: str, until: str) -> Rows:
    """What followers wrote, by week and kind; a week is named by its Monday."""
    return _upstream(reader, call, since, until, first=_monday)


def upstream_month(reader: Reader, call: Call, since: str, until: str) -> Rows:
    """What followers wrote, by month and kind; a month is named by its first day."""
    return _upstream(reader, call, since, until, first=_first)


def _upstream(reader: Reader, call: Call, since: str, until: str, *, first: Callable[[str], str], by_hour: bool = False) -> Rows:
    found: defaultdict[tuple[str, int, int], Counter[str]] = defaultdict(Counter)
    for row in official.upstream_by_day(reader, official=call.account, since=since, until=until, by_hour=by_hour):
        found[first(row.day), row.hour, KINDS.get(row.kind, OTHER_KIND)] += Counter(msg_user=row.people, msg_count=row.messages)
    return [
        {
            "ref_date": day,
            **_hour(hour, by_hour),
            "user_source": 0,
            "msg_type": kind,
            "msg_user": got["msg_user"],
            "msg_count": got["msg_count"],
        }
        for (day, hour, kind), got in sorted(found.items())
    ]


def distribution(reader: Reader, call: Call, since: str, until: str) -> Rows:
    """How many wrote how much, by day."""
    return _distribution(reader, call, since, until, lambda day: day)


def distribution_week(reader: Reader, call: Call, since: str, until: str) -> Rows:
    """The same by week."""
    return _distribution(reader, call, since, until, _monday)


def distribution_month(reader: Reader, call: Call, since: str, until: str) -> Rows:
    """The same by month."""
    return _distribution(reader, call, since, until, _first)


def _distribution(reader: Reader, call: Call, since: str, until: str, first: Callable[[str], str]) -> Rows:
    found: Counter[tuple[str, int]] = Counter()
    for day, written in official.writers_by_day(reader, official=call.account, since=since, until=until).items():
        found.update((first(day), 1 if each <= 5 else 2 if each <= 10 else 3) for each in written)
    return [
        {"ref_date": day, "user_source": 0, "count_interval": interval, "msg_user": people}
        for (day, interval), people in sorted(found.items())
    ]


def interface(reader: Reader, call: Call, since: str, until: str) -> Rows:
    """How the program answered, by day."""
    return _interface(reader, call, since, until, by_hour=False)


def interface_hour(reader: Reader, call: Call, since: str, until: str) -> Rows:
    """How the program answered, by hour."""
    return _interface(reader, call, since, until, by_hour=True)


def _interface(reader: Reader, call: Call, since: str, until: str, *, by_hour: bool) -> Rows:
    return [
        {
            "ref_date": row.day,
            **_hour(row.hour, by_hour),
            "callback_count": row.calls,
            "fail_count": row.failed,
            "total_time_cost": row.total_ms,
            "max_time_cost": row.most_ms,
            "max_time_count": row.most_ms,
        }
        for row in official.calls_by_day(reader, official=call.account, since=since, until=until, by_hour=by_hour)
    ]


def _nothing() -> dict[str, int]:
    return {f"{field}_{what}": 0 for field in FIELDS.values() for what in ("user", "count")}


def _add(to: dict[str, int], what: str, people: int, times: int) -> None:
    if what in FIELDS:
        to[f"{FIELDS[what]}_user"] += people
        to[f"{FIELDS[what]}_count"] += times


def _hour(hour: int, by_hour: bool) -> dict[str, int]:
    return {"ref_hour": 100 * hour} if by_hour else {}


def _monday(day: str) -> str:
    found = date.fromisoformat(day)
    return (found - timedelta(days=found.weekday())).isoformat()


def _first(day: str) -> str:
    return f"{day[:7]}-01"


TALLIES: Sequence[tuple[str, Tally, int]] = (
    ("getusersummary", user_summary, 7),
    ("getusercumulate", user_cumulate, 7),
    ("getarticlesummary", article_summary, 1),
    ("getarticletotal", article_total, 1),
    ("getuserread", user_read, 3),
    ("getuserreadhour", user_read_hour, 1),
    ("getusershare", user_share, 7),
    ("getusersharehour", user_share_hour, 1),
    ("getupstreammsg", upstream, 7),
    ("getupstreammsghour", upstream_hour, 1),
    ("getupstreammsgweek", upstream_week, 30),
    ("getupstreammsgmonth", upstream_month, 30),
    ("getupstreammsgdist", distribution, 15),
    ("getupstreammsgdistweek", distribution_week, 30),
    ("getupstreammsgdistmonth", distribution_month, 30),
    ("getinterfacesummary", interface, 30),
    ("getinterfacesummaryhour", interface_hour, 1),
)
ENDPOINTS = [Endpoint(f"/datacube/{name}", ("POST",), reads=_asked(tally, most), daily=10_000, body=True) for name, tally, most in TALLIES]
