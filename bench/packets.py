"""`python -m bench.packets`: one red packet of 100 shares, opened by the 500 members of a group at the same moment, all their sockets open.

The place is filled by the verbs, then served by the shipped server in a process of its own. Everybody has a socket and a warm HTTP
connection; the requests leave together. Printed are who got something, the sum, and how long an answer took, as the clients saw it.
"""

import argparse
import asyncio
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import websockets

from warung import accounts, chat, contacts, pay
from warung.app import DOMAINS, open_world
from warung.kit.db import Tx
from warung.kit.ids import ConversationId
from warung.pay import operators, packets
from warung.settings import load

TOTAL = 10_000


async def fill(folder: str, members: int, shares: int) -> tuple[str, list[str]]:
    """Make the group and the packet; return the packet's id and everybody's token."""
    generous = {pay.Settings: pay.Settings(free_amount=TOTAL, issue_alone=TOTAL, packet_share=TOTAL)}
    settings = load(DOMAINS, None, {}, data=folder)
    for section, value in generous.items():
        settings.sections[section] = value  # type: ignore[index]
    world = await open_world(settings)
    tokens: list[str] = []

    def people(tx: Tx) -> tuple[Any, ConversationId]:
        who = [accounts.create_account(tx, handle=f"orang{at}", name=f"Orang {at}", operator=at == 0) for at in range(members)]
        for other in who[1:]:
            contacts.befriend(tx, a=who[0], b=other)
        tokens.extend(accounts.start_session(tx, account=each, device="bench", address="127.0.0.1").token for each in who)
        return who[0], chat.create_group(tx, by=who[0], name="kopi club", members=who[1:])

    def give(tx: Tx) -> str:
        operators.order(tx, by=first, kind="issue", account=first, amount=TOTAL, reason="bench", nonce="bench-credits")
        made = packets.give(
            tx, by=first, conversation=club, kind="lucky", total=TOTAL, shares=shares, currency=pay.CREDITS, nonce=secrets.token_hex(8)
        )
        return made.id

    try:
        first, club = await world.db.write(people)
        return await world.db.write(give), tokens
    finally:
        await world.close()


def cpu_ms(pid: int) -> int:
    """Return what a process has used of the processor, all threads, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 // os.sysconf("SC_CLK_TCK")


async def until_ready(port: int) -> None:
    """Wait until the server listens."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
    raise SystemExit("the server did not start")


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> tuple[int, dict[str, Any]]:
    """Send one request on a warm connection; return status and body."""
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = int(head.split("content-length:")[1].split("\r\n")[0])
    return int(head.split()[1]), json.loads(await reader.readexactly(length))


async def opened_by_all(port: int, packet: str, tokens: list[str], pid: int) -> tuple[list[float], Counter[str], int]:
    """Let everybody open the packet at once; return the times of the answers, how they ended, and what was paid out."""
    sockets = [
        await websockets.connect(f"ws://127.0.0.1:{port}/ws", additional_headers={"Authorization": f"Bearer {token}"}) for token in tokens
    ]
    lines = [await asyncio.open_connection("127.0.0.1", port) for _ in tokens]
    path = f"/api/packets/{packet}"

    def request(method: str, token: str, after: str) -> bytes:
        return f"{method} {path}{after} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Length: 0\r\n\r\n".encode()

    for token, line in zip(tokens, lines, strict=True):  # a warm connection, as a phone has that just drew the packet
        await ask(*line, request("GET", token, ""))
    times: list[float] = []
    ended: Counter[str] = Counter()
    paid = 0

    async def one(at: int) -> None:
        nonlocal paid
        began = time.perf_counter()
        status, body = await ask(*lines[at], request("POST", tokens[at], "/open"))
        times.append(time.perf_counter() - began)
        ended["opened" if status == 200 else body["error"]["code"]] += 1
        paid += body["amount"] if status == 200 else 0

    before = cpu_ms(pid)
    await asyncio.gather(*(one(at) for at in range(len(tokens))))
    print(f"server CPU: {cpu_ms(pid) - before} ms for {len(tokens)} openers", file=sys.stderr)
    for connected in sockets:
        await connected.close()
    return times, ended, paid


def main() -> None:
    """Fill, serve, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=500)
    parser.add_argument("--shares", type=int, default=100)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        packet, tokens = asyncio.run(fill(folder, given.members, given.shares))
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1] / "src")}
        command = [sys.executable, "-m", "warung", "run", "--data", folder, "--port", str(port)]
        server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            asyncio.run(until_ready(port))
            times, ended, paid = asyncio.run(opened_by_all(port, packet, tokens, server.pid))
        finally:
            server.terminate()
            server.wait(30)
    times.sort()
    figures = {name: round(times[min(len(times) - 1, int(len(times) * part))] * 1000) for name, part in (("p50", 0.5), ("p99", 0.99))}
    print(json.dumps({**dict(ended), "paid": paid, "of": TOTAL, **{f"{name}_ms": value for name, value in figures.items()}}))


if __name__ == "__main__":
    main()
