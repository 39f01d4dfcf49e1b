"""Brings the collected chats of ../shared/data into a fresh warung, searches them, and prints what came of it as Markdown.

Not part of the tests: `python -m scripts.real_input [--database postgresql://…] [--lines 200000]`. Everything goes through the public
verbs: exports through the importer, collections of other shapes as exports made of them, searches over HTTP.
"""

import argparse
import asyncio
import contextlib
import csv
import gzip
import itertools
import json
import random
import re
import resource
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
import uvloop

from warung import accounts, chat
from warung.app import DOMAINS, World, open_world
from warung.importers import Hints, Import, Importing
from warung.kit.errors import Refusal
from warung.kit.ids import AccountId
from warung.settings import load

DATA = Path(__file__).parents[2] / "shared/data"
START_S = int(datetime(2014, 2, 26, 7, tzinfo=UTC).timestamp())
MIB = 1 << 20


class Place:
    """A fresh warung with Budi in it, who brings everything along."""

    def __init__(self, world: World, budi: AccountId, http: httpx.AsyncClient, lag: "Lag") -> None:
        self.world = world
        self.lag = lag
        self.importing: Importing = world.importing
        self.budi = budi
        self.http = http
        self.texts: dict[str, list[str]] = {}  # what was brought, by collection, to count the hits another way

    async def brings(self, content: bytes, name: str) -> tuple[Import, float, float]:
        """Upload and import a file; return what was in it, and the seconds of the dry run and of the import."""

        async def pieces() -> AsyncIterator[bytes]:
            for at in range(0, len(content), MIB):
                yield content[at : at + MIB]

        start = time.perf_counter()
        self.lag.counts = True
        read = await self.importing.receive(pieces(), by=self.budi, hints=Hints(name=name))
        if read.report.ambiguous_dates:
            read = await self.importing.read_again(by=self.budi, id=read.id, change=lambda hints: Hints(name=hints.name, date_order="dmy"))
        middle = time.perf_counter()
        await self.importing.run(by=self.budi, id=read.id, people={})
        await self.importing.finished(read.id)
        self.lag.counts = False
        return read, middle - start, time.perf_counter() - middle

    async def follows(self) -> float:
        """Let the search index catch up; return the seconds it took."""
        start = time.perf_counter()
        for follower in chat.DOMAIN.followers:
            while await self.world.db.write(lambda tx, follower=follower: follower.follow(tx, 500)):  # type: ignore[misc]
                pass
        return time.perf_counter() - start

    async def search(self, query: str) -> tuple[int, float]:
        """Return the number of hits, and the median milliseconds until the first page is there."""
        times = []
        for _ in range(5):
            start = time.perf_counter()
            await self.http.get("/search", params={"q": query})
            times.append(1_000 * (time.perf_counter() - start))
        hits, cursor = 0, ""
        while True:
            page = (await self.http.get("/search", params={"q": query} | ({"cursor": cursor} if cursor else {}))).json()
            hits += len(page["hits"])
            cursor = page["cursor"] or ""
            if not cursor:
                return hits, statistics.median(times)


class Lag:
    """How late the event loop is while something is imported: a task that wants to wake up every five milliseconds."""

    def __init__(self) -> None:
        self.counts = False
        self._late: list[float] = []

    async def watch(self) -> None:
        """Measure until cancelled."""
        while True:
            due, counts = time.perf_counter() + 0.005, self.counts
            await asyncio.sleep(0.005)
            if counts and self.counts:
                self._late.append(1_000 * (time.perf_counter() - due))

    def take(self) -> str:
        """Return the median, the 99th percentile and the worst in milliseconds since the last call."""
        late, self._late = sorted(self._late), []
        return f"{late[len(late) // 2]:.1f} / {late[len(late) * 99 // 100]:.1f} / {late[-1]:.1f}" if late else "-"


def exports() -> Iterator[tuple[str, Path]]:
    """Yield what was exported by WhatsApp and Telegram, and archives that were made to do harm."""
    chats = DATA / "chats"
    for path in sorted((chats / "whatsapp/locales").glob("*.txt")):
        if path.name != "SOURCE.txt":
            yield "whatsapp", path
    yield from (("chat-miner", path) for path in sorted((chats / "chat-miner/whatsapp").glob("test_*.txt")))
    yield "chat-miner", chats / "chat-miner/telegram/test_single_export.json"
    yield "telegram-tg-parser", chats / "telegram-tg-parser/personal_chat.json"
    yield from (("zip-selfmade", path) for path in sorted((DATA / "fuzz/zip-selfmade").glob("*.zip")))


def telegram(title: str, said: list[dict[str, Any]], id: int) -> bytes:
    """Return entries as Telegram Desktop would export them."""
    return json.dumps({"name": title, "type": "private_group", "id": id, "messages": said}, ensure_ascii=False).encode()


def lines_of(texts: list[str], writers: int = 2) -> list[dict[str, Any]]:
    """Return texts as messages, a minute between them, by so many people in turn."""
    return [
        {"id": at, "type": "message", "date_unixtime": str(START_S + 60 * at), "from": f"Penulis {at % writers + 1}", "text": text}
        for at, text in enumerate(texts, 1)
    ]


def irc() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the rooms of irc-ubuntu: messages with who answered what, joins and parts as notices."""
    with gzip.open(DATA / "chats/irc-ubuntu/train.jsonl.gz") as file:
        for room, entries in itertools.groupby(map(msgspec.json.decode, file), key=lambda entry: str(entry["room"])):
            yield room, messages_of(entries)


def messages_of(entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return lines of a room as Telegram would export them; a notice without a time has that of the message before."""
    at, made = START_S, []
    for entry in entries:
        at = int(datetime.fromisoformat(entry["ts"]).timestamp()) if "ts" in entry else at
        one: dict[str, Any] = {"id": entry["seq"] + 1, "date_unixtime": str(at), "text": entry["text"]}
        if entry["kind"] == "msg":
            answered = {"reply_to_message_id": entry["reply_to"][0] + 1} if entry.get("reply_to") else {}
            one |= {"type": "message", "from": entry["nick"]} | answered
        else:
            one |= {"type": "service", "action": "irc"}
        made.append(one)
    return made


def collections() -> Iterator[tuple[str, str, list[str]]]:
    """Yield (collection, title, texts) of what is searched."""
    for path in sorted((DATA / "chats/kdconv-zh").glob("*.gz")):
        talks = json.loads(gzip.decompress(path.read_bytes()))
        yield "kdconv-zh", path.name.split(".")[0], [said["message"] for talk in talks for said in talk["messages"]]
    for path in sorted((DATA / "fts/indonlu-id").glob("*.?sv")):
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if path.suffix == ".tsv" else csv.reader(file))
        yield "indonlu-id", path.stem, [row[0] for row in rows[path.suffix == ".csv" :] if row and row[0].strip()]
    with (DATA / "fts/ud-hindi-pud/hindi.jsonl").open(encoding="utf-8") as file:
        yield "ud-hindi-pud", "hindi-pud", [json.loads(line)["text"] for line in file]


def ten_years(count: int) -> bytes:
    """Return a made-up group of ten years as an Android in Indonesia exports it."""
    words = ["jadi", "besok", "kopi", "di", "warung", "mana", "ya", "oke", "sip", "nanti", "kabari", "lagi", "siapa", "知道", "电影"]
    chance, at, rows = random.Random(26), float(START_S), []  # noqa: S311
    for _ in range(count):
        at += chance.expovariate(count / (10 * 365 * 86_400))
        who = chance.choice(["Budi", "Siti", "Ayu", "Pak Joko", "Rina", "Dewi"])
        rows.append(
            f"{datetime.fromtimestamp(at, UTC):%d/%m/%y %H.%M} - {who}: {' '.join(chance.choices(words, k=chance.randrange(1, 14)))}\n"
        )
    return "".join(rows).encode()


async def bring_exports(place: Place) -> None:
    """Import every sample and print a row for each."""
    print("\n| collection | file | people | messages | notices | media left out | not read | dry run, ms | import, ms | again adds |")
    print("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    for collection, path in exports():
        try:
            read, looked, stored = await place.brings(path.read_bytes(), path.name)
        except Refusal as refusal:
            print(f"| {collection} | {path.name} | refused: `{refusal.code()}` | | | | | | | |")
            continue
        before = await entries(place)
        await place.brings(path.read_bytes(), path.name)
        report, added = read.report, await entries(place) - before
        print(
            f"| {collection} | {path.name} | {len(report.people)} | {report.messages} | {report.notices} | {report.media_missing} |"
            f" {report.unread_total} | {1_000 * looked:.0f} | {1_000 * stored:.0f} | {added} |"
        )


async def entries(place: Place) -> int:
    """Count the entries of all of Budi's conversations."""
    found = (await place.http.get("/sync", params={"since": 0})).json()
    return sum(one["last_seq"] for one in found["conversations"])


async def bring_collections(place: Place, lag: Lag, lines: int) -> None:
    """Import what is large and what is searched; print a row for each collection."""
    print("\n| collection | conversations | messages | notices | not read | dry run, s | import, s | messages a second |"
          " index, s | loop late, ms: median / p99 / worst | peak memory, MiB |")  # fmt: skip
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")

    async def row(collection: str, files: Iterator[tuple[str, bytes]]) -> None:
        lag.take()
        count = messages = notices = unread = 0
        looked = stored = 0.0
        for title, content in files:
            read, dry, wet = await place.brings(content, title)
            count, messages, notices = count + 1, messages + read.report.messages, notices + read.report.notices
            unread, looked, stored = unread + read.report.unread_total, looked + dry, stored + wet
        late, indexed = lag.take(), await place.follows()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
        print(
            f"| {collection} | {count} | {messages:,} | {notices:,} | {unread} | {looked:.1f} | {stored:.1f} |"
            f" {messages / stored:,.0f} | {indexed:.1f} | {late} | {peak:.0f} |"
        )

    def shaped(collection: str) -> Iterator[tuple[str, bytes]]:
        for number, (name, title, texts) in enumerate(collections()):
            if name == collection:
                place.texts.setdefault(collection, []).extend(texts)
                yield "result.json", telegram(title, lines_of(texts), 1_000 + number)

    def rooms() -> Iterator[tuple[str, bytes]]:
        for number, (room, said) in enumerate(irc()):
            place.texts.setdefault("irc-ubuntu", []).extend(one["text"] for one in said if one["type"] == "message")
            yield "result.json", telegram(room, said, number)

    for collection in ("kdconv-zh", "indonlu-id", "ud-hindi-pud"):
        await row(collection, shaped(collection))
    await row("irc-ubuntu", rooms())
    await row(f"made up, {lines:,} lines", iter([("WhatsApp Chat with kopi club.txt", ten_years(lines))]))


def begins(word: str) -> Callable[[str], bool]:
    """Return a test whether a text has a word that begins so, in any case."""
    phrase = r"[\W_]+".join(map(re.escape, word.split()))
    pattern = re.compile(rf"(?<![\w\u0900-\u0dff]){phrase}", re.IGNORECASE)
    return lambda text: pattern.search(text) is not None


async def search(place: Place) -> None:
    """Search, and count the same another way."""
    print("\n| collection | query | hits | texts that hold it | first page, ms |")
    print("|---|---|--:|--:|--:|")
    asked: list[tuple[str, str, Callable[[str], bool]]] = [
        ("kdconv-zh", "恋", lambda text: "恋" in text),
        ("kdconv-zh", "导", lambda text: "导" in text),
        ("kdconv-zh", "笔记本", lambda text: "笔记本" in text),
        ("indonlu-id", "kamar mandi", begins("kamar mandi")),
        ("indonlu-id", "makanan", begins("makanan")),
        ("indonlu-id", "wifi", begins("wifi")),
        ("ud-hindi-pud", "सरकार", begins("सरकार")),
        ("ud-hindi-pud", "अमेरिका", begins("अमेरिका")),
        ("irc-ubuntu", "xfce4", begins("xfce4")),
        ("irc-ubuntu", "kernel panic", begins("kernel panic")),
    ]
    for collection, query, holds in asked:
        hits, first = await place.search(query)
        print(f"| {collection} | {query} | {hits} | {sum(holds(text) for texts in place.texts.values() for text in texts)} | {first:.1f} |")


def size_of(folder: Path) -> int:
    """Return the bytes of the SQLite database in a data folder."""
    return sum(file.stat().st_size for file in folder.glob("warung.db*"))


async def main(database: str, lines: int) -> None:
    """Do it all in a folder that goes away."""
    with tempfile.TemporaryDirectory() as folder:
        world = await open_world(load(DOMAINS, None, {}, data=folder, database=database))
        lag = Lag()
        watching = asyncio.create_task(lag.watch())
        try:
            budi = await world.db.write(lambda tx: accounts.create_account(tx, handle="budi", name="Budi"))
            opened = await world.db.write(lambda tx: accounts.start_session(tx, account=budi, device="script", address="127.0.0.1"))
            application: Any = world.app
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(app=application),
                base_url="http://localhost:8000/api",
                headers={"authorization": f"Bearer {opened.token}"},
            ) as http:
                place = Place(world, budi, http, lag)
                await bring_exports(place)
                await bring_collections(place, lag, lines)
                await search(place)
                print(f"\nEntries in all: {await entries(place):,}.", end=" ")
                print(f"Database: {size_of(Path(folder)) / MIB:.0f} MiB." if not database else "On PostgreSQL.")
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching
            await world.close()


if __name__ == "__main__":
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--database", default="", help="a PostgreSQL URL; SQLite without")
    given.add_argument("--lines", type=int, default=200_000, help="of the made-up group of ten years")
    arguments = given.parse_args()
    uvloop.run(main(arguments.database, arguments.lines))
