"""Payments over HTTP against the shipped server, on SQLite or PostgreSQL: the plan of every client's requests, and what came of it."""

import asyncio
import json
import os
import struct
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import machine
from bench.generator import PATIENCE_S, compiled
from bench.machine import Broken, cpu_s
from tests import environment
from tests.served import free_port
from tests.worlds import settings_for
from warung import accounts, pay
from warung.app import open_world
from warung.kit.db import Tx
from warung.kit.ids import AccountId, digest, new_id
from warung.pay import Transfer, store_wallet
from warung.pay.approvals import Intent

SOURCES = Path(__file__).parent / "payments"
CREDIT = 10**12


def said(name: str, **figures: Any) -> None:
    """Print one line of figures."""
    print(
        f"{name:28}" + "  ".join(f"{key} {value:,.1f}" if isinstance(value, float) else f"{key} {value}" for key, value in figures.items())
    )


async def prepared(folder: Path, database: str, clients: int, each: int) -> list[list[bytes]]:
    """Make people, shops and confirmations; return each client's requests: first those that pay one shop, then those that pay many."""
    world = await open_world(settings_for(folder, database))

    def fill(tx: Tx) -> list[list[bytes]]:
        seller = accounts.create_account(tx, handle="toko", name="Toko Sari")
        shops = [pay.open_shop(tx, by=seller, name="Toko", city="Bandung").id for _ in range(64)]
        bank = pay.open_account(tx, kind="bank", owner="bench", currency="PTS")
        plans = []
        for client in range(clients):
            who = accounts.create_account(tx, handle=f"budi{client}", name="Budi")
            token = accounts.start_session(tx, account=who, device="bench", address="").token
            wallet = pay.wallet(tx, who, "PTS")
            pay.demand(pay.apply(tx, [Transfer(f"fund-{wallet.id}", bank.id, wallet.id, CREDIT, "PTS", "fund")]))
            plans.append([_request(tx, who, token, shops[0] if at < each else shops[at % 64], at) for at in range(2 * each)])
        return plans

    plans = await world.db.write(fill)
    await world.close()
    return plans


def _request(tx: Tx, who: AccountId, token: str, shop: str, at: int) -> bytes:
    nonce, approval = f"bench-{at:06}", new_id(tx.now) + new_id(tx.now)
    intent = Intent(shop, 5, "PTS", nonce)
    row = {"token": digest(approval), "account": who, "bound": digest(intent.words()), "fresh": 0, "expires_at": tx.now + 86_400_000}
    store_wallet.insert_approval(tx, row)
    body = json.dumps({"id": nonce, "merchant": shop, "amount": 5, "currency": "PTS", "approval": approval}).encode()
    head = (
        f"POST /api/payments HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def over_http(folder: Path, clients: int, each: int, *, on_postgres: bool = False) -> None:
    """Measure payments through the public API against the shipped server, one hot shop first and then many."""
    database = ""
    if on_postgres:
        os.environ["WARUNG_TEST_RUN"] = str(folder)
        folder.chmod(0o711)
        folder.parent.chmod(0o711)
        database = environment.postgres_url(durable=True)
    try:
        plans = asyncio.run(prepared(folder, database, clients, each))
        _measured(folder, database, plans, each)
    finally:
        if on_postgres:
            environment._stop_postgres(folder)


def _measured(folder: Path, database: str, plans: Sequence[Sequence[bytes]], each: int) -> None:
    port = free_port()
    command = [sys.executable, "-m", "warung", "run", "--data", str(folder / "data"), "--port", str(port)]
    environ = os.environ | {"WARUNG_PAY_PAYMENT_LIMIT": str(CREDIT), "WARUNG_PAY_DAY_LIMIT": str(CREDIT), "WARUNG_DATABASE": database}
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=log)
    try:
        _reached(port, folder / "log")
        on = "postgres" if database else "http"
        for name, part in ((f"{on}, one hot shop", slice(0, each)), (f"{on}, 64 shops", slice(each, 2 * each))):
            plan = folder / "plan"
            plan.write_bytes(_planned([requests[part] for requests in plans]))
            cpu = cpu_s([server.pid])
            ran = subprocess.Popen([compiled(SOURCES), str(port), plan], stdout=subprocess.PIPE, text=True)
            os.sched_setaffinity(ran.pid, machine.GENERATOR)
            told, _ = ran.communicate(timeout=PATIENCE_S)
            if ran.returncode != 0:
                raise Broken((folder / "log").read_text(errors="replace")[-2000:])
            cpu, seen = cpu_s([server.pid]) - cpu, json.loads(told)
            said(
                name,
                per_s=seen["accepted"] / seen["seconds"],
                refused=seen["refused"],
                p50_ms=seen["p50_ms"],
                p99_ms=seen["p99_ms"],
                server_cpu_us=cpu / seen["accepted"] * 1e6,
                generator_share=f"{seen['cpu_s'] / seen['seconds']:.0%}",
            )
    finally:
        server.terminate()
        server.wait(20)


def _planned(clients: Sequence[Sequence[bytes]]) -> bytes:
    """Write requests as the generator reads them."""
    parts = [struct.pack("<I", len(clients))]
    for requests in clients:
        parts.append(struct.pack("<I", len(requests)))
        for request in requests:
            parts += [struct.pack("<I", len(request)), request]
    return b"".join(parts)


def _reached(port: int, log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise Broken(log.read_text(errors="replace")[-2000:]) from None
            time.sleep(0.1)
