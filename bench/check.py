"""`make bench-check`: what cannot be blurred by a busy machine, counted and compared with what was committed.

Statements, steps of SQLite's machine, pages written, commits, Python calls, writes to sockets: per message, per delivery, per answer.
A rise fails. It needs a decision record that says what it buys; then `make bench-check ARGS=--write` commits the new numbers.
"""

import argparse
import asyncio
import gc
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import apsw
import msgspec

from bench import place
from bench.place import Person
from warung.adapters.db_sqlite import IndexLink, SqliteLink
from warung.adapters.transaction import Context, Transaction
from warung.app import DOMAINS, enveloped
from warung.chat import messages, reading, search
from warung.chat.model import Arrived, MoveCursor, Send
from warung.gateway.hub import Hub, Peer
from warung.kit import clock
from warung.kit.card import Cards
from warung.kit.ids import AccountId, ConversationId, Identity, SessionId

COMMITTED = Path(__file__).parent / "committed.json"
TOLERANCE = 1.03  # pages and steps depend a little on the ids, which are chance
BATCH = 256
Figures = dict[str, float]


class Counted:
    """A link, and what its SQLite does."""

    def __init__(self, link: SqliteLink) -> None:
        self.link = link
        self.statements = self.steps = 0
        self._told: defaultdict[int, int] = defaultdict(int)
        link._db.trace_v2(apsw.SQLITE_TRACE_PROFILE, self._profiled)

    def _profiled(self, what: dict[str, Any]) -> None:
        self.statements += 1
        id, steps = what["id"], what["stmt_status"]["SQLITE_STMTSTATUS_VM_STEP"]
        if "'main'.'" in what["sql"]:  # a statement of the index's own, which tells the steps of all its times
            self.steps -= self._told[id]
            self._told[id] = steps
        self.steps += steps

    def pages(self) -> int:
        """Return how many pages were written since the last call."""
        return self.link._db.status(apsw.SQLITE_DBSTATUS_CACHE_WRITE, True)[0]


class Counter:
    """Counts over one place, one transaction after the other."""

    def __init__(self, file: Path) -> None:
        self._log, self._index = Counted(SqliteLink(file, writes=True)), Counted(IndexLink(file))
        kinds = {kind.name: kind for domain in DOMAINS for kind in domain.kinds}
        self._context = Context(Cards(card for domain in DOMAINS for card in domain.cards), lambda event, to: None, kinds=kinds)
        self._cache: dict[Any, Any] = {}
        self.told: list[Any] = []

    def forget(self) -> None:
        """Forget what a writer remembers, as one does when another node wrote."""
        self._cache.clear()

    def of(self, name: str, number: int, verb: Callable[[Transaction], Any], *, index: bool = False) -> Figures:
        """Run a verb in a transaction; return its counts, each divided by `number`."""
        counted, calls = self._index if index else self._log, 0
        link = counted.link

        def profile(frame: FrameType, event: str, arg: Any) -> None:
            nonlocal calls
            calls += event in ("call", "c_call")

        link.begin()
        counted.statements = counted.steps = 0
        counted.pages()
        tx = Transaction(link, self._context, self._cache, exclusive=True, writes=True, careful=False)
        gc.disable()  # or what others left behind is collected meanwhile, and its finalizers are counted
        sys.setprofile(profile)
        try:
            verb(tx)
        finally:
            sys.setprofile(None)
            gc.enable()
        statements, steps = counted.statements, counted.steps
        link.commit()
        self.told = tx.told
        counts = {"calls": calls, "statements": statements, "steps": steps}
        if number > 1:  # of a single one it is chance whether a page was full
            counts["pages"] = counted.pages()
        return {f"{name}: {what}": round(count / number, 2) for what, count in counts.items()}


def measured() -> Figures:
    """Make a place, do what people do, and return what each thing took."""
    with tempfile.TemporaryDirectory(prefix="warung-check-") as folder:
        data = Path(folder) / "data"
        people, talks, club = asyncio.run(_place(data))
        count = Counter(data / "warung.db")
        sends = _sends(people, talks)
        for at in range(8):
            count.of("", 1, lambda tx, at=at: messages.send_all(tx, sends(at, BATCH)))  # type: ignore[misc]  # until the log has a size
        figures = count.of("send, 256 together, each", BATCH, lambda tx: messages.send_all(tx, sends(8, BATCH)))
        figures |= count.of("send, alone", 1, lambda tx: messages.send_all(tx, sends(9, 1)))
        count.forget()
        figures |= count.of("send, into 32 rooms not known", 1, lambda tx: messages.send_all(tx, sends(10, 32)))
        moves = [(_identity(people[2 * at + 1]), MoveCursor(at, talk, read=10)) for at, talk in enumerate(talks)]
        figures |= count.of("read, 32 together, each", len(moves), lambda tx: messages.move_cursors(tx, moves))
        figures |= count.of("index, 500 entries, each", 500, lambda tx: search.follow(tx, 500), index=True)
        figures |= count.of("history, 50 entries", 1, lambda tx: _history(tx, people[0].id, talks[0]))
        figures |= count.of("sync, one person", 1, lambda tx: reading.sync(tx, by=people[0].id, since=0))
        words = [(_identity(people[0]), _send(club, 999, 1))]
        count.of("", 1, lambda tx: messages.send_all(tx, words))
        return figures | asyncio.run(_delivered(count.told))


async def _place(data: Path) -> tuple[list[Person], list[ConversationId], ConversationId]:
    async with place.opened(data) as db:
        people = await place.people(db, 64)
        talks = await place.friends(db, list(zip(people[::2], people[1::2], strict=True)))
        (club,) = await place.groups(db, [people])
    return people, talks, club


def _identity(person: Person) -> Identity:
    return Identity(person.id, SessionId("session"))


def _send(to: ConversationId, batch: int, at: int) -> Send:
    words = f'{{"type":"chat.text","text":"{batch} {at} {"jadi besok pagi jam tujuh ya " * 5}"}}'
    return Send(at, to, f"{clock.now():012x}{batch:06x}{at:08x}", msgspec.Raw(words.encode()))


def _sends(people: list[Person], talks: list[ConversationId]) -> Callable[[int, int], list[tuple[Identity, Send]]]:
    def some(batch: int, number: int) -> list[tuple[Identity, Send]]:
        return [(_identity(people[2 * (at % len(talks))]), _send(talks[at % len(talks)], batch, at)) for at in range(number)]

    return some


def _history(tx: Transaction, by: AccountId, talk: ConversationId) -> None:
    reading.history(tx, by=by, id=talk, before=None, after=None, around=None, limit=50)


class Deaf:
    """A wire that counts."""

    def __init__(self) -> None:
        self.writes = 0

    def write(self, data: bytes) -> None:
        """Count."""
        self.writes += 1

    def backlog(self) -> int:
        """Everything was taken."""
        return 0

    def close(self, code: int, reason: str) -> None:
        """Stay."""

    def probe(self) -> bool:
        """Say that nobody asks."""
        return False

    def pause(self, stop: bool) -> None:
        """Go on."""


async def _delivered(told: list[tuple[Arrived, list[AccountId]]]) -> Figures:
    """Count what delivering one message to its audience takes, a connection each."""
    hub, calls = Hub(1 << 20, left=lambda account: None), 0
    ((event, audience),) = told
    wires = [Deaf() for _ in audience]
    for account, wire in zip(audience, wires, strict=True):
        hub.join(Peer(hub, wire, Identity(account, SessionId("session")), 0.0))

    def profile(frame: FrameType, what: str, arg: Any) -> None:
        nonlocal calls
        calls += what in ("call", "c_call")

    sys.setprofile(profile)
    hub.deliver(enveloped(event, audience))
    sys.setprofile(None)
    before = calls
    await asyncio.sleep(0)
    sys.setprofile(profile)
    for peer in hub.dirty:  # where the tick has not flushed yet
        peer.flush()
    sys.setprofile(None)
    number = len(audience)
    return {
        "deliver, to 64, each: calls": round(before / number, 2),
        "deliver, to 64, each: writes": round(sum(wire.writes for wire in wires) / number, 2),
    }


def risen(now: Figures, committed: Figures) -> list[str]:
    """Say what rose; calls are compared only on the Python they were committed with."""
    same = committed.get("python") == now.get("python")
    return [
        f"{name}: {committed[name]} before, {value} now"
        for name, value in now.items()
        if name in committed and name != "python" and value > committed[name] * TOLERANCE + 0.01 and (same or not name.endswith("calls"))
    ]


def current() -> Figures:
    """Measure, and say on which Python."""
    return measured() | {"python": sys.version_info[0] + sys.version_info[1] / 100}


def main() -> None:
    """Compare, or commit."""
    parser = argparse.ArgumentParser(prog="bench.check", description=__doc__)
    parser.add_argument("--write", action="store_true", help="commit what is measured now")
    now = current()
    if parser.parse_args().write:
        COMMITTED.write_bytes(msgspec.json.format(msgspec.json.encode(now), indent=1) + b"\n")
    committed: Figures = msgspec.json.decode(COMMITTED.read_bytes())
    for name, value in now.items():
        print(f"{name:45} {committed.get(name, float('nan')):10} {value:10}")
    if worse := risen(now, committed):
        sys.exit("risen: " + "; ".join(worse))


if __name__ == "__main__":
    main()
