"""A journal of many transfers, audited by `warung audit` and, as beancount, by `bean-check`: both have to find nothing, then a harm."""

import asyncio
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.machine import Broken
from bench.paying import said
from tests.environment import judge
from tests.worlds import settings_for
from warung import pay
from warung.app import open_world
from warung.kit.clock import DAY
from warung.kit.db import Tx
from warung.pay import Transfer

BATCH = 1_000


async def _filled(folder: Path, transfers: int) -> None:
    """Write a journal: people paying each other in two currencies, holding, posting in part, voiding."""
    world = await open_world(settings_for(folder))
    chance, held, wallets = random.Random(7), {"IDR": list[str](), "PTS": list[str]()}, dict[str, list[str]]()

    def opened(tx: Tx) -> None:
        for currency, kind in (("IDR", "bank"), ("PTS", "issued")):
            source = pay.open_account(tx, kind=kind, owner="warung", currency=currency)  # type: ignore[arg-type]
            wallets[currency] = [pay.open_account(tx, kind="wallet", owner=f"warga{at:04}", currency=currency).id for at in range(500)]
            funds = [Transfer(f"fund-{id}", source.id, id, 10**9, currency, "fund") for id in wallets[currency]]
            pay.demand(pay.apply(tx, funds))

    def order(number: int) -> Transfer:
        currency: Any = chance.choice(["IDR", "PTS"])
        debit, credit = chance.sample(wallets[currency], 2)
        id, amount = f"order-{number:08}", chance.randint(1, 5_000)
        kind: Any = chance.choice(["single"] * 6 + ["pending", "post", "void"])
        if kind in ("post", "void") and held[currency]:
            return Transfer(id, kind=kind, pending=held[currency].pop(), amount=1 if kind == "post" and number % 2 else None)
        if kind == "pending":
            held[currency].append(id)
            return Transfer(id, debit, credit, amount, currency, "hold", kind="pending", timeout_ms=DAY)
        return Transfer(id, debit, credit, amount, currency, "gift", about='kopi "tubruk"')

    await world.db.write(opened)
    for at in range(1_000, transfers, BATCH):  # a thousand were the funds
        batch = [order(number) for number in range(at, min(at + BATCH, transfers))]
        results = await world.db.write(lambda tx, batch=batch: pay.apply(tx, batch))  # type: ignore[misc]
        pay.demand(results)
    await world.settle()
    await world.close()


async def _harmed(folder: Path) -> None:
    world = await open_world(settings_for(folder))
    await world.db.write(
        lambda tx: tx.run("UPDATE ledger_account SET credits_posted = credits_posted + 1 WHERE id = 'wallet.warga0007.IDR'")
    )
    await world.close()


def audited(folder: Path, transfers: int) -> None:
    """Fill, audit, check; then harm one balance and see both say so."""
    begun = time.perf_counter()
    asyncio.run(_filled(folder, transfers))
    said("journal", transfers=transfers, seconds=time.perf_counter() - begun)
    for state, wrong in (("right", 0), ("one balance changed", 1)):
        journal = folder / f"{wrong}.beancount"
        command = [sys.executable, "-m", "warung", "audit", "--data", str(folder / "data"), "--beancount", str(journal)]
        begun = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        took, begun = time.perf_counter() - begun, time.perf_counter()
        checked = subprocess.run([judge("bean-check"), journal], capture_output=True, text=True, check=False)
        said(
            f"audit, {state}",
            audit_s=took,
            bean_check_s=time.perf_counter() - begun,
            lines=sum(1 for _ in journal.open()),
            audit=(done.stdout.strip().splitlines() or ["?"])[0],
            bean_check=(checked.stderr.strip().splitlines() or ["silent"])[0][-80:],
        )
        if (done.returncode, checked.returncode != 0) != (wrong, bool(wrong)):
            raise Broken(done.stdout + done.stderr + checked.stderr)
        asyncio.run(_harmed(folder))
