"""`make bench`: start the shipped server, let pairs of people talk over real sockets, print what a message costs.

Closed loop: `--pairs` pairs, each direction with `--window` messages in flight, for `--seconds`. The server's CPU comes from
/proc (user + system, all threads). A closed loop's latency is in-flight divided by throughput: read the paced run for latency.
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
from pathlib import Path
from typing import Any

import httpx
import msgspec
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

TICKS = os.sysconf("SC_CLK_TCK")


class Ack(msgspec.Struct):
    """The part of a frame that the generator looks at."""

    type: str
    id: int = 0


decode = msgspec.json.Decoder(Ack).decode


class Talker(WSListener):
    """One connection that keeps `window` sends in flight, or sends when it is told to."""

    def __init__(self, conversation: str, window: int, run: "Run") -> None:
        self.conversation = conversation
        self.window = window
        self.run = run
        self.sent: dict[int, float] = {}
        self.number = 0
        self.transport: WSTransport | None = None

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Wait for hello."""
        self.transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Count acks and pushes."""
        if frame.msg_type != WSMsgType.TEXT:
            return
        seen = decode(frame.get_payload_as_bytes())
        if seen.type == "ok":
            self.run.latencies.append(time.perf_counter() - self.sent.pop(seen.id))
            if self.run.going and self.window:
                self.send()
        elif seen.type == "chat.message":
            self.run.pushes += 1
        elif seen.type == "error":
            self.run.errors += 1

    def send(self) -> None:
        """Send one message of about 150 bytes."""
        self.number += 1
        nonce = f"{int(time.time() * 1000):012x}-{secrets.token_hex(6)}"
        self.sent[self.number] = time.perf_counter()
        frame = (
            f'{{"type":"chat.send","id":{self.number},"conversation":"{self.conversation}","nonce":"{nonce}",'
            f'"card":{{"type":"chat.text","text":"Jadi besok pagi jam tujuh ya, aku bawa pisang goreng"}}}}'
        )
        assert self.transport is not None
        self.transport.send(WSMsgType.TEXT, frame.encode())


class Run:
    """What one measurement counted."""

    def __init__(self) -> None:
        self.going = True
        self.latencies: list[float] = []
        self.pushes = 0
        self.errors = 0


def cpu_s(pid: int) -> float:
    """Return the CPU seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def rss_kb(pid: int) -> int:
    """Return a process's resident memory."""
    return int(Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()[0])


def start(folder: str, database: str) -> tuple[subprocess.Popen[bytes], str]:
    """Start the shipped server pinned to the first core; return it and its URL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = os.environ | {
        "WARUNG_DATA": folder,
        "WARUNG_PORT": str(port),
        "WARUNG_DATABASE": database,
        "WARUNG_ACCOUNTS_REGISTRATION": "open",
        "WARUNG_ACCOUNTS_SIGN_UPS_PER_HOUR": "100000",
        "WARUNG_ACCOUNTS_PASSWORD_MEMORY_KIB": "8",
        "WARUNG_ACCOUNTS_PASSWORD_PASSES": "1",
        "WARUNG_CONTACTS_REQUESTS_PER_DAY": "100000",
    }
    server = subprocess.Popen([sys.executable, "-m", "warung", "run"], env=env, stdout=subprocess.DEVNULL)
    os.sched_setaffinity(server.pid, {0})
    return server, f"http://127.0.0.1:{port}"


async def ready(url: str) -> None:
    """Wait until the server answers."""
    async with httpx.AsyncClient() as http:
        for _ in range(200):
            try:
                if (await http.get(f"{url}/readyz")).status_code == 200:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.1)
    raise TimeoutError(url)


async def pair_up(url: str, number: int) -> tuple[str, str, str]:
    """Make two contacts; return their tokens and their conversation."""
    async with httpx.AsyncClient(base_url=f"{url}/api", timeout=60) as http:

        async def person(handle: str) -> tuple[str, str]:
            body = {"handle": handle, "name": handle, "password": "kopi tubruk manis", "device": "bench", "transport": "bearer"}
            answer = (await http.post("/sign-up", json=body)).raise_for_status().json()
            return answer["token"], answer["me"]["id"]

        (a, _), (b, b_id) = await person(f"budi{number}"), await person(f"siti{number}")
        as_a, as_b = {"authorization": f"Bearer {a}"}, {"authorization": f"Bearer {b}"}
        asked = {"to": b_id, "greeting": "", "via": "handle"}
        request = (await http.post("/contacts/requests", json=asked, headers=as_a)).raise_for_status().json()
        accepted = (await http.post(f"/contacts/requests/{request['id']}/accept", headers=as_b)).raise_for_status().json()
        return a, b, accepted["conversation"]


async def connect(url: str, token: str, talker: Talker) -> None:
    """Open a socket for a talker."""
    await ws_connect(lambda: talker, f"{url.replace('http', 'ws')}/ws", extra_headers={"authorization": f"Bearer {token}"})


def report(name: str, run: Run, cpu: float, took: float, mine: float) -> dict[str, Any]:
    """Print and return what a run showed."""
    done = sorted(run.latencies)
    result = {
        "run": name,
        "messages_per_s": round(len(done) / took),
        "server_cpu_us_per_message": round(cpu / max(1, len(done)) * 1e6, 1),
        "server_utilisation": round(cpu / took, 2),
        "generator_utilisation": round(mine / took, 2),
        "p50_ms": round(done[len(done) // 2] * 1000, 2) if done else None,
        "p99_ms": round(done[len(done) * 99 // 100] * 1000, 2) if done else None,
        "pushes": run.pushes,
        "errors": run.errors,
    }
    print(json.dumps(result), flush=True)
    return result


async def measure(url: str, pid: int, given: argparse.Namespace) -> None:
    """Saturated, then paced."""
    people = [await pair_up(url, number) for number in range(given.pairs)]
    for name, window, rate in (("saturated", given.window, 0), (f"paced {given.rate}/s", 0, given.rate)):
        run = Run()
        talkers = []
        for a, b, conversation in people:
            for token in (a, b):
                talker = Talker(conversation, window, run)
                await connect(url, token, talker)
                talkers.append(talker)
        await asyncio.sleep(0.5)
        begun, cpu, mine = time.perf_counter(), cpu_s(pid), time.process_time()
        for talker in talkers:
            for _ in range(window):
                talker.send()
        while time.perf_counter() - begun < given.seconds:
            await asyncio.sleep(0.01)
            due = int((time.perf_counter() - begun) * rate) - sum(talker.number for talker in talkers) if rate else 0
            for at in range(due):
                talkers[(at * 7919) % len(talkers)].send()
        run.going = False
        took = time.perf_counter() - begun
        report(name, run, cpu_s(pid) - cpu, took, time.process_time() - mine)
        for talker in talkers:
            if talker.transport is not None:
                talker.transport.disconnect()
        await asyncio.sleep(0.5)
    print(json.dumps({"server_rss_kb": rss_kb(pid)}))


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--pairs", type=int, default=100)
    parser.add_argument("--window", type=int, default=4)
    parser.add_argument("--rate", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--database", default="", help="postgresql://… instead of SQLite")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server, url = start(folder, given.database)
        os.sched_setaffinity(0, {(os.cpu_count() or 1) - 1})
        try:
            asyncio.run(_all(server, url, given))
        finally:
            server.terminate()
            server.wait()


async def _all(server: subprocess.Popen[bytes], url: str, given: argparse.Namespace) -> None:
    await ready(url)
    await measure(url, server.pid, given)


if __name__ == "__main__":
    main()
