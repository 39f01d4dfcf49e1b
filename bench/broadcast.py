"""`python -m bench.broadcast`: an official account writes to --followers at once, while others go on talking.

The place is filled by the verbs, then served by the shipped server in a process of its own, on SQLite, durable. Pairs of people talk at a
pace through sockets before and during the broadcast; some hundred followers are online. Printed are when the first and the last of these
had it, when the server says that everybody had it, and how long a message of the others took before and meanwhile.
"""

import argparse
import asyncio
import gc
import json
import os
import random
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import websockets

from bench import place
from bench.packets import cpu_ms, until_ready
from tests.served import free_port
from warung import accounts, official
from warung.chat import search
from warung.kit.db import Tx
from warung.kit.ids import AccountId, ConversationId

AT_ONCE = 500
WORDS = "Mulai besok kopi tubruk kami Rp 8.000 saja, sampai habis. Tunjukkan pesan ini di kasir, ya! " * 4


class Place(msgspec.Struct):
    """What the server is started on: the account and who edits it, the followers that are online, the pairs that talk."""

    account: AccountId
    editor: str
    online: list[str]
    pairs: list[tuple[str, str, ConversationId]]


async def fill(data: Path, followers: int, online: int, pairs: int) -> Place:
    """Make an account with followers, and people who talk to each other."""
    async with place.opened(data) as db:

        def account(tx: Tx) -> tuple[AccountId, str]:
            editor = accounts.create_account(tx, handle="sari", name="Sari")
            made = official.register(tx, by=editor, kind="service", handle="tokosari", name="Toko Sari").official
            return made.id, accounts.start_session(tx, account=editor, device="bench", address="127.0.0.1").token

        toko, editor = await db.write(account)
        tokens: list[str] = []

        def some(start: int) -> Callable[[Tx], None]:
            def verb(tx: Tx) -> None:
                for at in range(start, min(start + AT_ONCE, followers)):
                    who = accounts.create_account(tx, handle=f"pengikut{at}", name=f"Pengikut {at}")
                    official.follow(tx, by=who, official=toko)
                    if at % max(1, followers // online) == 0:
                        tokens.append(accounts.start_session(tx, account=who, device="bench", address="127.0.0.1").token)

            return verb

        for start in range(0, followers, AT_ONCE):
            await db.write(some(start))
        talkers = await place.people(db, 2 * pairs)
        couples = list(zip(talkers[::2], talkers[1::2], strict=True))
        talks = await place.friends(db, couples)
        while await db.write_index(lambda tx: search.follow(tx, 500)):
            pass
    return Place(toko, editor, tokens, [(a.token, b.token, talk) for (a, b), talk in zip(couples, talks, strict=True)])


class Talk:
    """Pairs that talk at a pace; how long each message took from one socket to the other, by when it was sent."""

    def __init__(self, port: int, pairs: list[tuple[str, str, ConversationId]], rate: float) -> None:
        self.port, self.pairs, self.rate = port, pairs, rate
        self.took: list[tuple[float, float]] = []
        self._sent: dict[str, float] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        """Connect everybody and start."""
        for speaker, listener, conversation in self.pairs:
            there = await connect(self.port, listener)
            here = await connect(self.port, speaker)
            self._tasks += [asyncio.create_task(work) for work in (self._hear(there), self._drain(here), self._speak(here, conversation))]

    def end(self) -> None:
        """Stop talking."""
        for task in self._tasks:
            task.cancel()

    async def _speak(self, socket: Any, conversation: ConversationId) -> None:
        pause = len(self.pairs) / self.rate
        await asyncio.sleep(random.random() * pause)
        due = time.perf_counter()
        while True:
            nonce = secrets.token_hex(10)
            self._sent[nonce] = time.perf_counter()
            card = {"type": "chat.text", "text": "Jadi besok pagi jam tujuh ya"}
            await socket.send(json.dumps({"type": "chat.send", "id": 1, "conversation": conversation, "nonce": nonce, "card": card}))
            due += pause
            await asyncio.sleep(max(0.0, due - time.perf_counter()))

    async def _hear(self, socket: Any) -> None:
        async for frame in socket:
            at = time.perf_counter()
            told = json.loads(frame)
            if told["type"] == "chat.message" and (sent := self._sent.pop(told["message"].get("nonce"), None)) is not None:
                self.took.append((sent, at - sent))

    async def _drain(self, socket: Any) -> None:
        async for _ in socket:
            pass

    def figures(self, since: float, until: float) -> dict[str, float]:
        """Return the median and the 99th percentile of a time, in milliseconds."""
        took = sorted(each for sent, each in self.took if since <= sent < until)
        return {f"p{part}_ms": round(took[min(len(took) - 1, len(took) * part // 100)] * 1000, 2) for part in (50, 99)} | {"n": len(took)}


async def connect(port: int, token: str) -> Any:
    """Open somebody's socket."""
    return await websockets.connect(f"ws://127.0.0.1:{port}/ws", additional_headers={"Authorization": f"Bearer {token}"})


async def measure(port: int, filled: Place, rate: float, seconds: float, pid: int) -> dict[str, Any]:
    """Talk, then broadcast while the talk goes on; return the figures."""
    sockets = [await connect(port, token) for token in filled.online]
    arrived: list[float] = []

    async def wait(socket: Any) -> None:
        async for frame in socket:
            if b"official.broadcast" in (frame if isinstance(frame, bytes) else frame.encode()):
                arrived.append(time.perf_counter())
                return

    waiting = [asyncio.create_task(wait(socket)) for socket in sockets]
    talk = Talk(port, filled.pairs, rate)
    await talk.begin()
    await asyncio.sleep(2)  # warm
    quiet = time.perf_counter()
    await asyncio.sleep(seconds)
    head = {"Authorization": f"Bearer {filled.editor}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/api", headers=head, timeout=30) as http:
        cpu, begun = cpu_ms(pid), time.perf_counter()
        order = {"to": {"kind": "all"}, "content": {"kind": "text", "text": WORDS}, "nonce": secrets.token_hex(8)}
        answer = await http.post(f"/officials/{filled.account}/broadcasts", json=order)
        assert answer.status_code == 201, answer.text
        path = f"/officials/{filled.account}/broadcasts"
        while True:
            await asyncio.sleep(0.25)
            asked = await http.get(path)  # may be refused: people who talk go first
            seen: dict[str, Any] = (
                asked.json()["broadcasts"][0] if asked.status_code == 200 else {"state": "sending", "sent": 0, "total": 0}
            )
            if seen["state"] == "finished":
                break
            if time.perf_counter() - begun > 300:
                raise SystemExit(f"after 300 s {seen['sent']} of {seen['total']} had it")
    over = time.perf_counter()
    await asyncio.gather(*waiting)
    talk.end()
    return {
        "followers": seen["total"],
        "sent": seen["sent"],
        "order_answered_s": round(answer.elapsed.total_seconds(), 3),
        "first_s": round(min(arrived) - begun, 3),
        "last_online_s": round(max(arrived) - begun, 2),
        "all_s": round(over - begun, 2),
        "per_s": round(seen["sent"] / (over - begun)),
        "cpu_us_each": round((cpu_ms(pid) - cpu) * 1000 / max(1, seen["sent"])),
        "talk_before": talk.figures(quiet, begun),
        "talk_during": talk.figures(begun, over),
    }


def main() -> None:
    """Fill, serve, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--followers", type=int, default=100_000)
    parser.add_argument("--online", type=int, default=200)
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--rate", type=float, default=100.0, help="messages per second of all pairs together")
    parser.add_argument("--seconds", type=float, default=15.0, help="how long they talk before the broadcast")
    parser.add_argument("--batch", type=int, default=0, help="recipients per transaction; the server's own choice without it")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="warung-bench-") as folder:
        data = Path(folder) / "data"
        begun = time.perf_counter()
        filled = asyncio.run(fill(data, given.followers, given.online, given.pairs))
        print(f"filled in {time.perf_counter() - begun:.0f} s", file=sys.stderr)
        gc.collect()
        gc.freeze()  # what filling left behind is not to stop the clock of those who talk
        port = free_port()
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1] / "src")}
        if given.batch:
            environment["WARUNG_OFFICIAL_BATCH"] = str(given.batch)
        command = [sys.executable, "-m", "warung", "run", "--data", str(data), "--port", str(port)]
        server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            asyncio.run(until_ready(port))
            load = os.getloadavg()[0]
            figures = asyncio.run(measure(port, filled, given.rate, given.seconds, server.pid))
        finally:
            server.terminate()
            server.wait(30)
    print(json.dumps({**figures, "cores": os.cpu_count(), "load_before": round(load, 1)}))


if __name__ == "__main__":
    main()
