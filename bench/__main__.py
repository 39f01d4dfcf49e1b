"""`make bench`: the shipped server beside its peers, in one run. Writes bench/results/<date>.json and the figures of docs/performance.md.

make bench                                      every row, five rounds of five seconds
make bench ARGS="--final"                       the same within a quarter of an hour, for a quiet machine
make bench ARGS="--rows saturated,paced --peers nats --rounds 3 --seconds 2"
make bench ARGS="--report bench/results/X.json" only write the page again
"""

import argparse
import asyncio
import contextlib
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from bench import floor, growing, machine, peers, place, replaying, report, results, servers, staying, talking
from bench.machine import Server
from bench.results import Results
from bench.talking import Contender, Plan

ROWS = ("floor", "saturated", "paced", "half", "group", "idle", "signing", "growth", "return", "replay", "restart")
TALK = {"saturated", "paced", "half", "group"}
PEERS = ("ejabberd-postgres", "ejabberd-none", "nats", "postgres")
STORED, EACH = (10_000, 1_000_000, 10_000_000), (10, 1_000)  # messages; conversations per person
FILES = 65_536
T = TypeVar("T")


class Bench:
    """One call of the benchmark: what was asked for, and what came of it."""

    def __init__(self, given: argparse.Namespace, folder: Path) -> None:
        self.given = given
        self.folder = folder
        self.rows = [row for row in ROWS if row in given.rows.split(",")]
        self.wanted = given.peers.split(",")
        self.plan = Plan(given.rounds, given.seconds, given.warm_up)
        self.cache = Path(given.cache)
        self.begun = time.monotonic()
        self.results = Results(
            date=datetime.now(UTC).isoformat(timespec="seconds"),
            machine=machine.described(),
            plan={"rounds": given.rounds, "seconds": given.seconds, "warm_up": given.warm_up, "rows": self.rows},
        )

    def tell(self, what: str) -> None:
        """Say how far it is."""
        print(f"{time.monotonic() - self.begun:6.0f} s  {what}", flush=True)

    def attempt(self, name: str, work: Callable[[], T]) -> T | None:
        """Do a part; what goes wrong is noted, and the rest goes on."""
        try:
            self.in_time()
            return work()
        except Exception as failure:
            self.results.failed[name] = f"{type(failure).__name__}: {failure}"
            self.tell(f"{name} FAILED: {self.results.failed[name]}")
            return None

    def run(self) -> Results:
        """Measure every row that was asked for."""
        if "floor" in self.rows:
            self.results.floor = {"fdatasync": floor.fdatasync_us(self.folder)}
        if TALK & set(self.rows):
            self.attempt("talking", self.talk)
        for row, work in (
            ("idle", self.idle), ("signing", self.signing), ("growth", self.growth), ("return", self.returning),
            ("restart", self.restart), ("replay", self.replay),
        ):  # fmt: skip
            if row in self.rows:
                self.attempt(row, work)
        return self.results

    def in_time(self) -> None:
        """Raise when there is no time left for another part."""
        if time.monotonic() - self.begun > self.given.minutes * 60:
            raise machine.Broken(f"no time left after {self.given.minutes:g} minutes")

    def talk(self) -> None:
        """Start everybody, and let them talk by turns."""
        with contextlib.ExitStack() as open_:
            those = list(self.contenders(open_))
            to = self.results
            if "saturated" in self.rows:
                to.saturated = talking.saturated(those, self.plan, self.tell)
            those = [one for one in those if one.server.protocol != "echo"]
            if "paced" in self.rows:
                to.paced = talking.paced([one for one in those if one.server.name != "ejabberd-none"], self.plan, self.tell)
            if "half" in self.rows:
                to.half = talking.half([one for one in those if one.server.protocol == "websocket"], to.saturated, self.plan, self.tell)
            if "group" in self.rows:
                to.group = talking.group([one for one in those if one.server.name != "ejabberd-none"], self.plan, self.tell)

    def contenders(self, open_: contextlib.ExitStack) -> Iterator[Contender]:
        """Start warung on both databases, the echo and the peers that can be had."""
        data = self.folder / "warung"
        pairs, group = asyncio.run(talking.warung_place(data))
        yield Contender(open_.enter_context(servers.warung(data)), pairs, group)
        if "postgres" in self.wanted and (beside := self.attempt("warung-postgres", lambda: self.on_postgres(open_))):
            yield beside
        if "nats" in self.wanted and (server := self.attempt("nats", lambda: open_.enter_context(peers.nats(self.folder)))):
            yield Contender(server, peers.people(server, self.folder, talking.PAIRS))
        for name in ("ejabberd-postgres", "ejabberd-none"):
            if name in self.wanted and (server := self.attempt(name, lambda name=name: self.ejabberd(open_, name))):  # type: ignore[misc]
                yield Contender(server, peers.people(server, self.folder, talking.PAIRS), talking.muc_people(server, self.folder))
        if echo := self.attempt("echo", lambda: open_.enter_context(servers.echo(self.folder / "echo.log"))):
            yield Contender(echo, peers.people(echo, self.folder, talking.PAIRS))

    def on_postgres(self, open_: contextlib.ExitStack) -> Contender:
        """Start warung on a PostgreSQL of its own."""
        postgres = open_.enter_context(peers.postgres(self.folder / "for-warung"))
        url, data = postgres.url("warung"), self.folder / "warung-postgres"
        pairs, group = asyncio.run(talking.warung_place(data, url))
        return Contender(open_.enter_context(servers.warung(data, url, (postgres.pid,), "warung-postgres")), pairs, group)

    def ejabberd(self, open_: contextlib.ExitStack, name: str) -> Server:
        """Start an ejabberd, with a PostgreSQL of its own where it archives."""
        archive = open_.enter_context(peers.postgres(self.folder / "for-ejabberd")) if name == "ejabberd-postgres" else None
        return open_.enter_context(peers.ejabberd(self.folder, archive, talking.GROUP))

    def idle(self) -> None:
        """Connections that say nothing, at a heartbeat that is hurried so that one fits in."""
        often = staying.HEARTBEAT_S // staying.HURRIED
        for number in map(int, self.given.idle.split(",")):
            data = self.folder / f"idle-{number}"
            lines = [("r", one.handle, one.token, "-") for one in asyncio.run(self._people(data, number))]
            people = place.write_people(self.folder / f"idle-{number}-people", lines)
            with servers.warung(data, heartbeat_s=often) as server:
                self._idle(server, people, number, self.given.idle_s)
        if "ejabberd-none" in self.wanted:
            number = int(self.given.idle.split(",")[0])
            self.attempt("ejabberd idle", lambda: self._ejabberd_idle(number))

    async def _people(self, data: Path, number: int) -> list[place.Person]:
        async with place.opened(data) as db:
            return await place.people(db, number)

    def _ejabberd_idle(self, number: int) -> None:
        with contextlib.ExitStack() as open_:
            server = open_.enter_context(peers.ejabberd(self.folder / "idle", None, number))
            people = place.write_people(self.folder / "idle-ejabberd", [("r", f"u{n}", "pw", "-") for n in range(number)])
            self._idle(server, people, number, 5)

    def _idle(self, server: Server, people: Path, number: int, stay_s: float) -> None:
        row: dict[str, Any] = staying.idle(server, people, number, stay_s)
        if server.protocol == "websocket":
            row["idle_cpu_share"] = round(row["idle_cpu_share"] / staying.HURRIED, 5)
        self.results.idle.append({"server": server.name} | row)
        self.tell(f"idle {self.results.idle[-1]}")

    def signing(self) -> None:
        """Sign devices in, one after the other."""
        data = self.folder / "signing"
        handles = asyncio.run(self._with_passwords(data))
        with servers.warung(data) as server:
            found = staying.signing_in(server, handles)
        opened = [row["open_cpu_ms"] for row in self.results.idle if row["server"] == "warung"]
        theirs = [row["open_cpu_ms"] for row in self.results.idle if row["server"] != "warung"]
        self.results.signing_in = found | {"open_cpu_ms": opened[0] if opened else 0.0} | ({"ejabberd_cpu_ms": theirs[0]} if theirs else {})
        self.tell(f"sign-in {self.results.signing_in}")

    async def _with_passwords(self, data: Path) -> list[str]:
        async with place.opened(data) as db:
            return [person.handle for person in await place.people(db, 320, password=True)]

    def growth(self) -> None:
        """Send and open on logs of every size by turns; the places are kept, filling the largest takes minutes."""
        for each in EACH:
            self.attempt(f"growth {each}", lambda each=each: self._grown(each))  # type: ignore[misc]

    def _grown(self, each: int) -> None:
        with contextlib.ExitStack() as open_:
            sizes = []
            for stored in (stored for stored in STORED if stored <= self.given.stored):
                grown = growing.grown(self.cache, stored, each, self.tell)
                machine.forget_files(Path(grown.data))
                sizes.append(growing.Size(stored, each, grown, open_.enter_context(servers.warung(Path(grown.data)))))
            rows = growing.rows(sizes, self.plan.rounds, self.plan.seconds)
        self.results.grown += rows
        for row in rows:
            self.tell(f"growth {row}")

    def returning(self) -> None:
        """Somebody comes back after a week."""
        self.results.returning = growing.returning(self.folder / "returning", self.tell)

    def restart(self) -> None:
        """Start on a million messages."""
        grown = growing.grown(self.cache, min(1_000_000, self.given.stored), 1_000, self.tell)
        self.results.restart = staying.restart(Path(grown.data), Path(grown.people), self.tell)

    def replay(self) -> None:
        """Play the rooms of #ubuntu, where they are."""
        if not replaying.ROOMS.exists():
            raise machine.Broken("the collected rooms of ../shared/data/chats/irc-ubuntu are not here")
        data = self.folder / "replay"
        people, script = asyncio.run(replaying.prepare(data, replaying.fitting(replaying.rooms(), replaying.open_files())))
        replaying.replay(data, people, script, max(3.0, self.plan.seconds), self.tell, self.results.replay)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", default=",".join(ROWS), help="which rows, of " + ", ".join(ROWS))
    parser.add_argument("--peers", default=",".join(PEERS), help="beside whom, of " + ", ".join(PEERS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5.0, help="of one measurement")
    parser.add_argument("--warm-up", type=float, default=2.0)
    parser.add_argument("--idle", default="5000,10000", help="how many idle connections")
    parser.add_argument("--idle-s", type=float, default=45.0, help="how long they stay")
    parser.add_argument("--stored", type=int, default=10_000_000, help="the largest log")
    parser.add_argument("--final", action="store_true", help="everything, five rounds, within a quarter of an hour")
    parser.add_argument("--minutes", type=float, default=120.0, help="begin no part after so long")
    parser.add_argument("--report", type=Path, help="only write the page from this file")
    parser.add_argument("--no-page", action="store_true", help="leave docs/performance.md as it is")
    parser.add_argument("--cache", default=str(Path.home() / ".cache/warung-bench"), help="where filled places are kept")
    given = parser.parse_args()
    if given.final:
        given.rounds, given.seconds, given.warm_up, given.idle_s, given.minutes = 5, 2.5, 0.8, 22.0, 12.5
    return given


def main() -> None:
    """Measure, write the results and the page."""
    given = arguments()
    if given.report:
        print(report.write(results.read(given.report), given.report.name))
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    folder = Path(tempfile.mkdtemp(prefix="warung-bench-", dir="/var/tmp"))
    folder.chmod(0o711)
    try:
        bench = Bench(given, folder)
        found = bench.run()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    file = found.write()
    print(report.tables(found, file.name) if given.no_page else report.write(found, file.name))
    print(f"\n{file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file}, {time.monotonic() - bench.begun:.0f} s")


if __name__ == "__main__":
    main()
