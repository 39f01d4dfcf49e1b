"""The port `kit.db`, held to by both databases: units, commits, readers, events, values, and the schema."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.worlds import Hand, settings_for
from warung.adapters.database import Database
from warung.adapters.db_sqlite import READERS
from warung.adapters.transaction import Context
from warung.adapters.writer import CAREFUL, Stopped
from warung.app import open_database
from warung.kit.bus import Event
from warung.kit.card import Cards
from warung.kit.db import Reader, Tx
from warung.kit.errors import Conflict, NumberTooLarge
from warung.kit.ids import AccountId

SITI = AccountId("siti")


class SoldOut(Conflict):
    """There is none left."""


class Shelved(Event, frozen=True, tag="test.shelved"):
    """Something came onto the shelf."""

    what: str


class Shelf:
    """A table in an empty corner of the database; `heard` says which events left, and what readers saw when they did."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.db: Database

    def publish(self, event: Event, audience: Sequence[AccountId]) -> None:
        """Hear an event that left for its audience."""
        assert isinstance(event, Shelved)
        assert audience == (SITI,)
        self.heard.append(event.what)

    @staticmethod
    def put(tx: Tx, what: str, amount: int = 1) -> str:
        """Put something on the shelf and say so."""
        tx.run("INSERT INTO shelf (what, amount) VALUES (:what, :amount)", {"what": what, "amount": amount})
        tx.emit(Shelved(what), to=[SITI])
        return what

    def put_and_regret(self, tx: Tx, what: str) -> str:
        """Put something on the shelf, then refuse."""
        self.put(tx, what)
        raise SoldOut

    @staticmethod
    def list(reader: Reader) -> list[str]:
        """Return what is on the shelf."""
        return [what for (what,) in reader.all("SELECT what FROM shelf ORDER BY what")]


@pytest.fixture
async def shelf(tmp_path: Path, database: str, hand: Hand) -> AsyncIterator[Shelf]:
    """A shelf in each database."""
    shelf = Shelf()
    context = Context(Cards([]), shelf.publish, listeners={Shelved: [listen]}, clock=hand)
    shelf.db = await open_database(settings_for(tmp_path, database), context)
    await shelf.db.write(lambda tx: tx.run("CREATE TABLE shelf (what TEXT PRIMARY KEY, amount BIGINT)"))
    yield shelf
    await shelf.db.close()


def listen(tx: Tx, event: Shelved) -> None:
    """Count what is shelved, in the same transaction; nobody wants durian."""
    if event.what == "durian":
        raise SoldOut
    tx.run("UPDATE shelf SET amount = amount + 100 WHERE what = :what", {"what": event.what})


async def outcomes(*writes: Any) -> list[Any]:
    """Return what came of writes that were submitted in one breath."""
    return await asyncio.gather(*writes, return_exceptions=True)


async def test_a_refused_unit_leaves_nothing_and_its_neighbours_are_stored(shelf: Shelf) -> None:
    before = shelf.db.writer.commits
    db = shelf.db
    tea, salt, rice = await outcomes(
        db.write(lambda tx: shelf.put(tx, "tea")),
        db.write(lambda tx: shelf.put_and_regret(tx, "salt")),
        db.write(lambda tx: shelf.put(tx, "rice")),
    )
    assert (tea, type(salt), rice) == ("tea", SoldOut, "rice")
    assert await db.read(shelf.list) == ["rice", "tea"]
    assert shelf.heard == ["tea", "rice"]
    assert db.writer.commits == before + 1


async def test_a_refused_unit_alone_leaves_nothing(shelf: Shelf) -> None:
    with pytest.raises(SoldOut):
        await shelf.db.write(lambda tx: shelf.put_and_regret(tx, "salt"))
    assert await shelf.db.read(shelf.list) == []
    assert shelf.heard == []
    assert await shelf.db.write(lambda tx: shelf.put(tx, "salt")) == "salt"


async def test_what_the_database_itself_refuses_undoes_that_unit_alone(shelf: Shelf) -> None:
    db = shelf.db
    await db.write(lambda tx: shelf.put(tx, "tea"))
    again, rice = await outcomes(db.write(lambda tx: shelf.put(tx, "tea")), db.write(lambda tx: shelf.put(tx, "rice")))
    assert isinstance(again, Exception)
    assert rice == "rice"
    assert await db.read(shelf.list) == ["rice", "tea"]


async def test_who_took_a_key_for_new_is_called_again_to_look_first_and_so_are_the_next(shelf: Shelf) -> None:
    db, looked = shelf.db, list[bool]()

    def put_once(tx: Tx, what: str) -> str:
        looked.append(tx.careful)
        if tx.careful and tx.one("SELECT 1 FROM shelf WHERE what = :what", {"what": what}):
            return "was there"
        return shelf.put(tx, what)

    assert await db.write(lambda tx: put_once(tx, "tea")) == "tea"
    assert looked == [False]
    said = await outcomes(*(db.write(lambda tx, what=what: put_once(tx, what)) for what in ("rice", "tea", "salt")))  # type: ignore[misc]
    assert (said, looked) == (["rice", "was there", "salt"], [False, False, False, True, True])
    assert await db.read(shelf.list) == ["rice", "salt", "tea"]
    assert shelf.heard == ["tea", "rice", "salt"]
    for _ in range(CAREFUL - 1):
        db.submit(lambda tx: None, lambda outcome: None)
    await db.write(lambda tx: None)
    assert await db.write(lambda tx: put_once(tx, "rice")) == "was there", "alone, and it did not look"
    assert looked[-2:] == [False, True]


async def test_a_listener_that_refuses_takes_the_verb_along(shelf: Shelf) -> None:
    durian, tea = await outcomes(shelf.db.write(lambda tx: shelf.put(tx, "durian")), shelf.db.write(lambda tx: shelf.put(tx, "tea", 7)))
    assert (type(durian), tea) == (SoldOut, "tea")
    assert await shelf.db.read(lambda reader: reader.all("SELECT what, amount FROM shelf")) == [("tea", 107)]


async def test_nobody_sees_or_hears_what_is_not_committed(shelf: Shelf) -> None:
    written, go = threading.Event(), threading.Event()

    def slowly(tx: Tx) -> str:
        what = shelf.put(tx, "tea")
        written.set()
        assert go.wait(20)
        return what

    writing = asyncio.ensure_future(shelf.db.write(slowly))
    assert await asyncio.to_thread(written.wait, 20)
    assert await shelf.db.read(shelf.list) == []
    assert (shelf.heard, writing.done()) == ([], False)
    go.set()
    assert await writing == "tea"
    assert await shelf.db.read(shelf.list) == ["tea"]


async def test_a_question_sees_one_moment(shelf: Shelf) -> None:
    looked, go = threading.Event(), threading.Event()

    def twice(reader: Reader) -> tuple[list[str], list[str]]:
        first = shelf.list(reader)
        looked.set()
        assert go.wait(20)
        return first, shelf.list(reader)

    asking = asyncio.ensure_future(shelf.db.read(twice))
    assert await asyncio.to_thread(looked.wait, 20)
    await shelf.db.write(lambda tx: shelf.put(tx, "tea"))
    go.set()
    assert await asking == ([], [])
    assert await shelf.db.read(shelf.list) == ["tea"]


async def test_a_question_cannot_write(shelf: Shelf) -> None:
    with pytest.raises(Exception, match=r"read-?only"):
        await shelf.db.read(lambda reader: shelf.put(reader, "tea"))  # type: ignore[arg-type]
    assert await shelf.db.read(shelf.list) == []


async def test_what_the_writer_remembers_is_forgotten_when_a_unit_fails(shelf: Shelf) -> None:
    def remember(tx: Tx) -> None:
        tx.cache["shelf"] = 1

    def remember_wrongly(tx: Tx) -> None:
        tx.cache["shelf"] = 2
        raise SoldOut

    await shelf.db.write(remember)
    _, seen = await outcomes(shelf.db.write(remember_wrongly), shelf.db.write(lambda tx: tx.cache.get("shelf")))
    assert seen is None


async def test_values_come_back_as_they_went_in(shelf: Shelf) -> None:
    most = 2**63 - 1
    for what, amount in (("电影 🎬 नमस्ते", most), ("%s :what ? '\"\\", -most - 1), ("", 0)):
        await shelf.db.write(lambda tx, what=what, amount=amount: tx.run("INSERT INTO shelf VALUES (:w, :a)", {"w": what, "a": amount}))  # type: ignore[misc]
        found = await shelf.db.read(lambda reader, what=what: reader.one("SELECT what, amount FROM shelf WHERE what = :w", {"w": what}))  # type: ignore[misc]
        assert found == (what, amount)
    with pytest.raises(NumberTooLarge):
        await shelf.db.write(lambda tx: tx.run("INSERT INTO shelf VALUES ('rice', :a)", {"a": most + 1}))


async def test_a_list_is_for_in_and_a_name_may_be_used_twice(shelf: Shelf) -> None:
    sql = "INSERT INTO shelf VALUES (:what, :amount)"
    await shelf.db.write(lambda tx: tx.many(sql, [{"what": what, "amount": 1} for what in ("tea", "rice", "salt")]))
    await shelf.db.write(lambda tx: tx.many(sql, []))
    sql = "SELECT what FROM shelf WHERE what IN :some AND amount >= :n AND amount <= :n ORDER BY what"
    found = await shelf.db.read(lambda reader: reader.all(sql, {"some": ["tea", "rice", "sugar"], "n": 1}))
    assert found == [("rice",), ("tea",)]
    changed = await shelf.db.write(lambda tx: tx.run("UPDATE shelf SET amount = 2 WHERE what IN :some", {"some": ["tea", "sugar"]}))
    assert changed == 1
    with pytest.raises(ValueError, match="empty list"):
        await shelf.db.read(lambda reader: reader.all(sql, {"some": [], "n": 1}))


async def test_closing_finishes_what_was_submitted_and_takes_nothing_more(shelf: Shelf) -> None:
    db = shelf.db
    writing = [asyncio.ensure_future(db.write(lambda tx, n=n: shelf.put(tx, f"tea {n}"))) for n in range(600)]  # type: ignore[misc]
    await asyncio.sleep(0)
    await db.close()
    assert [await each for each in writing] == [f"tea {n}" for n in range(600)]
    with pytest.raises(Stopped):
        await db.write(lambda tx: shelf.put(tx, "rice"))
    with pytest.raises(Stopped):
        await db.read(shelf.list)


async def test_what_nobody_waits_for_goes_between_the_commits_of_people_and_is_passed_twice_at_most(shelf: Shelf) -> None:
    done: list[str] = []
    begun, gates = threading.Event(), [threading.Event() for _ in range(4)]

    def person(at: int) -> asyncio.Task[None]:
        def verb(tx: Tx) -> None:
            done.append(f"person {at}")
            begun.set()
            gates[at].wait(10)

        return asyncio.create_task(shelf.db.write(verb))

    people = [person(0)]
    assert await asyncio.to_thread(begun.wait, 10)
    chores = [asyncio.create_task(shelf.db.write(lambda tx, n=n: done.append(f"chore {n}"), aside=True)) for n in range(20)]  # type: ignore[misc]
    for at in range(1, 4):
        people.append(person(at))
        await asyncio.sleep(0)  # it waits now
        gates[at - 1].set()
        await people[at - 1]
    gates[3].set()
    await asyncio.gather(*people, *chores)
    assert done == [f"person {at}" for at in range(4)] + [f"chore {n}" for n in range(20)]
    assert shelf.db.writer.batches[:5] == [shelf.db.writer.commits - 2, 0, 1, 0, 0], "four chores had a commit of their own"
    assert shelf.db.writer.batches[5] == 1, "sixteen rode with the third person that came after them"


async def test_closing_finishes_what_waits_aside(shelf: Shelf) -> None:
    db = shelf.db
    writing = [asyncio.ensure_future(db.write(lambda tx, n=n: shelf.put(tx, f"tea {n}"), aside=True)) for n in range(40)]  # type: ignore[misc]
    await asyncio.sleep(0)
    await db.close()
    assert [await each for each in writing] == [f"tea {n}" for n in range(40)]


async def test_a_question_that_goes_ahead_does_not_wait_for_those_that_were_asked_before(shelf: Shelf) -> None:
    gate, inside, known = threading.Event(), threading.Semaphore(0), threading.Event()

    def page(reader: Reader) -> bool:
        before = not gate.is_set()
        inside.release()
        gate.wait(10)
        return before or known.wait(10)  # whoever is asked later finds that the other was taken first, or keeps a thread until it is

    slow = [asyncio.create_task(shelf.db.read(page)) for _ in range(40)]
    for _ in range(READERS):  # each thread has its connection, and a page: one that still connected could hold up what it took ahead
        assert await asyncio.to_thread(inside.acquire, timeout=10)
    ahead = asyncio.create_task(shelf.db.read(lambda reader: known.set(), ahead=True))
    await asyncio.sleep(0)
    gate.set()
    assert all(await asyncio.gather(*slow))
    await ahead
