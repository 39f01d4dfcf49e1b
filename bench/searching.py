"""Searching one's own among ever more that others wrote, and what their words cost to index.

python -m bench.searching                        100 thousand and a million entries of others: two minutes
python -m bench.searching --others 10000000      takes longer to fill than to measure
"""

import argparse
import asyncio
import itertools
import random
import shutil
import statistics
import string
import tempfile
import time
from functools import partial
from pathlib import Path

from bench import place
from warung import chat
from warung.adapters.database import Database
from warung.chat import search, store_search
from warung.kit.db import Tx
from warung.kit.ids import AccountId, ConversationId, new_id

TALKS, EACH = 10, 200  # one's own conversations, and what was said in each
TURN = 500
FAR = 1 << 40  # where in the log the entries of others are said to stand
LENGTHS = (2, 3, 4, 6, 8, 10, 14, 25)
WORDS = 50_000
ROUNDS = 25


def vocabulary(chance: random.Random) -> tuple[list[str], list[float]]:
    """Return made-up words, and how often each and those before it are said: nearly in inverse proportion to its rank, as in a language."""
    made: dict[str, None] = {}
    while len(made) < WORDS:
        made["".join(chance.choices(string.ascii_lowercase, k=chance.choice((2, 3, 3, 4, 4, 5, 5, 6, 7, 8))))] = None
    return list(made), list(itertools.accumulate(1 / (at + 3) for at in range(WORDS)))


async def measure(db: Database, totals: list[int]) -> None:
    """Print a line for each number of entries of others."""
    chance = random.Random(5)
    known, often = vocabulary(chance)

    def said() -> list[str]:
        return chance.choices(known, cum_weights=often, k=chance.choice(LENGTHS))

    me, *friends = await place.people(db, 1 + TALKS)
    talks = await place.friends(db, [(me, friend) for friend in friends])

    def talk(tx: Tx, where: ConversationId) -> None:
        for _ in range(EACH):
            chat.post(tx, to=where, card=chat.Text(text_=" ".join(said())))

    for where in talks:
        await db.write(partial(talk, where=where))
    while await db.write_index(lambda tx: search.follow(tx, TURN)):
        pass
    asked = {
        "the commonest word": known[0],
        "a rare word": known[-1],
        "two common words": f"{known[0]} {known[1]}",
        "one letter": known[0][0],
    }
    print("| others | to index one, us | " + " | ".join(f"{name}, ms" for name in asked) + " |")
    written = 0
    for total in totals:
        number, spent = total - written, 0.0
        others = [ConversationId(new_id(chance.randrange(1 << 44))) for _ in range(max(50, total // EACH))]
        while written < total:
            rows = [(FAR + written + at, chance.choice(others), said()) for at in range(min(TURN, total - written))]
            before = time.process_time()
            await db.write_index(partial(_index, rows=rows))
            spent += time.process_time() - before
            written += len(rows)
        times = [await took(db, me.id, query) for query in asked.values()]
        print(f"| {total:,} | {spent / number * 1e6:.1f} | " + " | ".join(f"{each * 1e3:.2f}" for each in times) + " |", flush=True)


def _index(tx: Tx, rows: list[tuple[int, ConversationId, list[str]]]) -> None:
    store_search.index(tx, rows)
    store_search.merge(tx, len(rows))


async def took(db: Database, by: AccountId, query: str) -> float:
    """Return the middle of several times of one search, in seconds."""
    ask = partial(search.search, by=by, query=query, conversation=None, sender=None, after=None, before=None, cursor=None)
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        await db.read(ask)
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


async def run(folder: Path, totals: list[int]) -> None:
    """Make a place and measure in it."""
    async with place.opened(folder / "data") as db:
        await measure(db, totals)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench.searching", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--others", default="100000,1000000", help="how many entries of others, one after the other")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="warung-searching-", dir="/var/tmp"))
    try:
        asyncio.run(run(folder, sorted(int(each) for each in given.others.split(","))))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
