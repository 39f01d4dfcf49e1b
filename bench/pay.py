"""`python -m bench.pay`: what a payment costs. Every part prints how it was taken; all but the last two run on SQLite, durable.

engine    the ledger alone: batches of 1 and of 64, money spread over people and money all to one shop
balance   the balance of one account with --million transfers, beside one with a thousand
audit     `warung audit` and `bean-check` on a journal of --journal transfers, right and then with one balance changed
http      --clients programs pay shops over HTTP, one payment per request, each with a confirmation of its own, hot and spread;
          the programs are one C process on a core of its own, whose share of that core is printed
postgres  the same with the server on PostgreSQL, on the same machine
pgbench   the same double entry in PostgreSQL, one per transaction, on this machine in the same run; CPU per transfer of both
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.auditing import audited
from bench.machine import cpu_s
from bench.paying import CREDIT, over_http, said
from tests import environment
from tests.worlds import settings_for
from warung import pay
from warung.adapters.database import Database
from warung.adapters.transaction import Context
from warung.app import open_database
from warung.kit.card import Cards
from warung.kit.db import Tx
from warung.pay import Transfer

# The ledger alone.


async def ledger(folder: Path) -> Database:
    """Open a database with the ledger's tables."""
    settings = settings_for(folder)
    return await open_database(settings, Context(Cards([]), lambda event, to: None))


def people(tx: Tx, number: int) -> list[str]:
    """Open wallets with money in them."""
    bank = pay.open_account(tx, kind="bank", owner="bench", currency="PTS")
    wallets = [pay.open_account(tx, kind="wallet", owner=f"budi{at:06}", currency="PTS").id for at in range(number)]
    pay.demand(pay.apply(tx, [Transfer(f"fund-{id}", bank.id, id, CREDIT, "PTS", "fund") for id in wallets]))
    return [str(id) for id in wallets]


async def applied(db: Database, orders: list[Transfer], size: int) -> tuple[float, float]:
    """Apply orders in batches, each its own commit; return transfers per second and microseconds of CPU per transfer."""
    begun, cpu = time.perf_counter(), time.process_time()
    for at in range(0, len(orders), size):
        batch = orders[at : at + size]
        await db.write(lambda tx, batch=batch: pay.demand(pay.apply(tx, batch)))  # type: ignore[misc]
    return len(orders) / (time.perf_counter() - begun), (time.process_time() - cpu) / len(orders) * 1e6


async def engine(folder: Path, number: int) -> float:
    """Measure the ledger alone; return its CPU per transfer at batch 64, in microseconds."""
    db = await ledger(folder)
    wallets = await db.write(lambda tx: people(tx, 2_000))
    hot = await db.write(lambda tx: pay.open_account(tx, kind="merchant", owner="hot", currency="PTS").id)

    def orders(mark: str, many: int, to_one: bool) -> list[Transfer]:
        pairs = [(wallets[at % 2_000], hot if to_one else wallets[(at * 7 + 13) % 2_000]) for at in range(many)]
        return [
            Transfer(f"{mark}-{at:08}", debit, credit, 5, "PTS", "bench") for at, (debit, credit) in enumerate(pairs) if debit != credit
        ]

    one, one_cpu = await applied(db, orders("single", number // 8, False), 1)
    many, many_cpu = await applied(db, orders("spread", number, False), 64)
    hottest, hot_cpu = await applied(db, orders("hot", number, True), 64)
    said("engine, batch 1", per_s=one, cpu_us=one_cpu)
    said("engine, batch 64, spread", per_s=many, cpu_us=many_cpu, times_batch_1=many / one)
    said("engine, batch 64, one hot", per_s=hottest, cpu_us=hot_cpu, cost_against_spread=many / hottest)
    await db.close()
    return many_cpu


async def balance(folder: Path, million: int) -> None:
    """Measure the reading of a balance, with a long history and with a short one."""
    db = await ledger(folder)
    wallets = await db.write(lambda tx: people(tx, 2_000))
    long = await db.write(lambda tx: pay.open_account(tx, kind="merchant", owner="long", currency="PTS").id)
    short = await db.write(lambda tx: pay.open_account(tx, kind="merchant", owner="short", currency="PTS").id)
    for mark, account, many in (("s", short, 1_000), ("l", long, million)):
        for at in range(0, many, 1_000):
            batch = [Transfer(f"{mark}-{n:08}", wallets[n % 2_000], account, 1, "PTS", "bench") for n in range(at, at + 1_000)]
            await db.write(lambda tx, batch=batch: pay.demand(pay.apply(tx, batch)))  # type: ignore[misc]

    def asked(reader: Any, account: Any) -> float:
        begun = time.perf_counter()
        for _ in range(2_000):
            pay.balance(reader, account)
        return (time.perf_counter() - begun) / 2_000 * 1e6

    few, lot = [await db.read(lambda reader, account=account: asked(reader, account)) for account in (short, long)]  # type: ignore[misc]
    said("balance", us_at_1000=few, us_at_the_end=lot, transfers=million)
    await db.close()


# PostgreSQL, the usual way.

TABLES = """
create table account(id int primary key, debits bigint not null default 0, credits bigint not null default 0, check (debits <= credits));
create table transfer(id uuid primary key default gen_random_uuid(), debit int, credit int, amount bigint, at timestamptz default now());
insert into account select n, 0, 1000000000000 from generate_series(1, 2000) n;
"""
SCRIPT = """
\\set a random(1, 1000)
\\set b random(1001, 2000)
begin;
insert into transfer(debit, credit, amount) values (:a, :b, 5);
update account set debits = debits + 5 where id = :a;
update account set credits = credits + 5 where id = :b;
commit;
"""


def pgbench(folder: Path, seconds: int, ours: float | None) -> None:
    """Measure PostgreSQL doing the same double entry, one per transaction."""
    os.environ["WARUNG_TEST_RUN"] = str(folder)
    folder.chmod(0o711)
    url = environment.postgres_url(durable=True)
    programs = environment._postgres_programs()
    subprocess.run([programs / "psql", url, "-q", "-v", "ON_ERROR_STOP=1"], input=TABLES, text=True, check=True)
    script = folder / "transfer.sql"
    script.write_text(SCRIPT)
    master = int((folder / "cluster/postmaster.pid").read_text().split("\n", 1)[0])
    before = cpu_s([master])
    run = [str(programs / "pgbench"), "-n", "-f", str(script), "-c", "8", "-j", "1", "-T", str(seconds), url]
    told = subprocess.run(run, text=True, check=True, capture_output=True).stdout
    cpu = cpu_s([master]) - before
    number = int(told.split("actually processed: ")[1].split("/")[0].split("\n")[0])
    rate = float(told.split("tps = ")[1].split()[0])
    figures: dict[str, Any] = {"per_s": rate, "server_cpu_us": cpu / number * 1e6}
    if ours is not None:
        figures["times_our_ledger"] = cpu / number * 1e6 / ours
    said("pgbench, 8 connections", **figures)
    environment._stop_postgres(folder)


def main() -> None:
    """Measure what was asked for."""
    parts = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts.add_argument("parts", nargs="*", default=["engine", "http", "pgbench"], help="engine, balance, audit, http, postgres, pgbench")
    parts.add_argument("--transfers", type=int, default=32_000)
    parts.add_argument("--million", type=int, default=1_000_000)
    parts.add_argument("--journal", type=int, default=100_000)
    parts.add_argument("--clients", type=int, default=64)
    parts.add_argument("--each", type=int, default=100, help="payments of each client, in each of two rounds")
    parts.add_argument("--seconds", type=int, default=10)
    given = parts.parse_args()
    ours: float | None = None
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}")
    with tempfile.TemporaryDirectory(prefix="warung-bench-", dir="/tmp") as name:
        folder = Path(name)
        for part in given.parts:
            (folder / part).mkdir()
        if "engine" in given.parts:
            ours = asyncio.run(engine(folder / "engine", given.transfers))
        if "balance" in given.parts:
            asyncio.run(balance(folder / "balance", given.million))
        if "audit" in given.parts:
            audited(folder / "audit", given.journal)
        if "http" in given.parts:
            over_http(folder / "http", given.clients, given.each)
        if "postgres" in given.parts:
            over_http(folder / "postgres", given.clients, given.each, on_postgres=True)
        if "pgbench" in given.parts:
            folder.chmod(0o711)
            pgbench(folder / "pgbench", given.seconds, ours)


if __name__ == "__main__":
    main()
