"""How often a day a program may call what. Counted in memory and written down together, so that reading costs no writing."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta, timezone
from functools import partial

from warung.kit.db import Db, Tx
from warung.wechat import store
from warung.wechat.codes import Wrong

SHANGHAI = timezone(timedelta(hours=8))  # the days of these quotas and statistics are those of the service that the programs know
Counted = tuple[str, str]


def day_of(now: int) -> str:
    """Return the day of a time, YYYY-MM-DD."""
    return datetime.fromtimestamp(now / 1000, UTC).astimezone(SHANGHAI).strftime("%Y-%m-%d")


def month_of(now: int) -> str:
    """Return the month of a time, YYYY-MM."""
    return day_of(now)[:7]


class Meter:
    """Counts calls. What other nodes counted is known after the next writing: a quota may be passed by what they did meanwhile."""

    def __init__(self, db: Db) -> None:
        self._db = db
        self._day = ""
        self._known: dict[Counted, int] = {}
        self._fresh: defaultdict[Counted, int] = defaultdict(int)
        self._writing = False

    async def count(self, appid: str, path: str, most: int, now: int) -> None:
        """Count one call. Raises `Wrong` 45009 when there were enough today."""
        day, key = day_of(now), (appid, path)
        if day != self._day:
            self._day, self._known = day, {}
        if key not in self._known:
            self._known[key] = await self._db.read(lambda reader: store.used(reader, appid, path, day))
        if self._known[key] + self._fresh[key] >= most:
            raise Wrong(45009)
        self._fresh[key] += 1
        if not self._writing:
            self._write()

    def is_used_up(self, appid: str, path: str, most: int, now: int) -> bool:
        """Were there enough today, as far as is known here?"""
        return self.seen(appid, path, now) >= most

    def seen(self, appid: str, path: str, now: int) -> int:
        """Return how many calls of today are known here, those among them that are not written down yet."""
        key = (appid, path)
        return self._known.get(key, 0) + self._fresh.get(key, 0) if day_of(now) == self._day else 0

    def forget(self, appid: str) -> None:
        """What is known of a program's calls has changed."""
        for known in (self._known, self._fresh):
            for key in [key for key in known if key[0] == appid]:
                del known[key]

    def _write(self) -> None:
        """Write down what was counted; what comes meanwhile goes with the next writing."""
        counted = {key: more for key, more in self._fresh.items() if more}
        self._fresh.clear()
        for key, more in counted.items():
            self._known[key] = self._known.get(key, 0) + more
        self._writing = True
        self._db.submit(partial(_written, counted=counted, day=self._day), self._written)

    def _written(self, result: "dict[Counted, int] | BaseException") -> None:
        self._writing = False
        if isinstance(result, dict):
            self._known |= result
            if any(self._fresh.values()):
                self._write()


def _written(tx: Tx, *, counted: dict[Counted, int], day: str) -> dict[Counted, int]:
    return {key: store.add_used(tx, *key, day, more) for key, more in counted.items()}
