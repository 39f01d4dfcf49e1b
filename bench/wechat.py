"""How many `message/custom/send` a second a node takes, how many callbacks it makes, what either way here takes: `python -m bench.wechat`.

One process serves, another asks over kept connections with WeChat's own request; a third answers callbacks. The two ways to point a program
here, a base address and the gateway with its TLS and proxy, are asked one call after the other over one kept connection. What is printed is
what was measured on this machine at this moment.
"""

import asyncio
import contextlib
import json
import multiprocessing
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from warung import accounts, official, serving, wechat
from warung.app import DOMAINS, World
from warung.kit.ids import AccountId
from warung.settings import Settings, load
from warung.wechat import store_programs
from warung.wechat.model import Program

FOLLOWERS, SENDS, CONNECTIONS, EVENTS, CALLS = 200, 10_000, 32, 3_000, 1_000
PORT, BOT_PORT, TLS_PORT, PROXY_PORT = 8955, 8956, 8957, 8958


def settings(folder: Path) -> Settings:
    """Return how the place is set up: as it comes, but for the bounds on how often one follower may be answered."""
    made = load(DOMAINS, None, {}, data=str(folder), port=PORT, overload_ms=0, outside_exempt="127.0.0.0/8")
    made.sections[official.Settings] = official.Settings(brief_replies=2 * SENDS, brief_s=3_600)  # type: ignore[index]
    made.sections[wechat.Settings] = wechat.Settings(quotas=False, backlog=10 * EVENTS)  # type: ignore[index]
    return made


async def fill(world: World, told: "multiprocessing.Queue[dict[str, Any]]") -> None:
    """Make an account with followers, and tell its credentials."""
    owner = await world.db.write(lambda tx: accounts.create_account(tx, handle="joko", name="Joko"))
    await world.db.write(lambda tx: accounts.make_operator(tx, handle="joko"))
    made = await world.db.write(lambda tx: official.register(tx, by=owner, kind="service", handle="kedai", name="Kedai"))
    openids = [await world.db.write(lambda tx, at=at: _follows(tx, made.official.id, at)) for at in range(FOLLOWERS)]  # type: ignore[misc]
    told.put({"appid": made.official.appid, "secret": made.secret, "openids": openids})
    asyncio.get_running_loop().create_task(_happen_on_demand(world, made.official.id))


def _follows(tx: Any, account: AccountId, at: int) -> str:
    who = accounts.create_account(tx, handle=f"orang{at}", name=f"P{at}")
    return official.follow(tx, by=who, official=account).openid


async def _happen_on_demand(world: World, account: AccountId) -> None:
    """Once the bot's file appears, let so many things happen at once, and have the bot told."""
    flag = Path(world.settings.server.data) / "callbacks"
    while not flag.exists():  # noqa: ASYNC110  # it is the other process that makes it
        await asyncio.sleep(0.1)

    def begin(tx: Any) -> None:
        newest = official.last_event(tx, official=account)
        url = f"http://127.0.0.1:{BOT_PORT}/"
        store_programs.put(tx, Program(account, url, "kopi", "", "", 0, "plain", tx.now, newest, 0, 0, 0, 0, "", "", ""))
        official.set_mode(tx, official=account, mode="developer")
        for at in range(EVENTS):
            official.happen(tx, official=account, kind="menu.click", openid=f"o{at % 200:027}", key="x", menu="1")

    await world.db.write(begin)


def serve(folder: str, told: "multiprocessing.Queue[dict[str, Any]]") -> None:
    """Serve until the process is ended."""
    serving.serve(settings(Path(folder)), prepare=lambda world: fill(world, told))


async def send(given: dict[str, Any]) -> float:
    """Send everything over kept connections; return messages a second."""
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
    path = f"/cgi-bin/token?grant_type=client_credential&appid={given['appid']}&secret={given['secret']}"
    token = json.loads(await asked(reader, writer, "GET", path, b""))["access_token"]
    writer.close()
    waiting = iter(range(SENDS))

    async def work() -> None:
        mine = await asyncio.open_connection("127.0.0.1", PORT)
        for at in waiting:
            to = given["openids"][at % len(given["openids"])]
            body = json.dumps({"touser": to, "msgtype": "text", "text": {"content": f"Halo {at}"}}).encode()
            answer = json.loads(await asked(*mine, "POST", f"/cgi-bin/message/custom/send?access_token={token}", body))
            assert answer["errcode"] == 0, answer
        mine[1].close()

    begun = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(CONNECTIONS)))
    return SENDS / (time.perf_counter() - begun)


async def asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, method: str, path: str, body: bytes) -> bytes:
    """Ask once on a kept connection."""
    writer.write(f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    return await reader.readexactly(length)


async def called(folder: Path) -> float:
    """Answer callbacks until all have come; return callbacks a second."""
    came: list[float] = []
    done = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\nconnection: close\r\n\r\nsuccess")
        await writer.drain()
        writer.close()
        came.append(time.perf_counter())
        if len(came) == EVENTS:
            done.set()

    server = await asyncio.start_server(answer, "127.0.0.1", BOT_PORT, backlog=512)
    (folder / "callbacks").touch()
    await asyncio.wait_for(done.wait(), 120)
    server.close()
    return len(came) / (came[-1] - came[0])


def timed(given: dict[str, Any], client: httpx.Client) -> str:
    """Send one message after the other; return what the first call took, the middle one and the slowest of a hundred, in milliseconds."""
    took = []
    with client:
        path, name = "/cgi-bin/token", {"grant_type": "client_credential", "appid": given["appid"], "secret": given["secret"]}
        begun = time.perf_counter()
        token = client.get(path, params=name).json()["access_token"]
        first = time.perf_counter() - begun
        for at in range(CALLS):
            body = {"touser": given["openids"][at % FOLLOWERS], "msgtype": "text", "text": {"content": f"Halo {at}"}}
            begun = time.perf_counter()
            answer = client.post("/cgi-bin/message/custom/send", params={"access_token": token}, json=body).json()
            took.append(time.perf_counter() - begun)
            assert answer["errcode"] == 0, answer
    took.sort()
    return f"first {first * 1000:.1f} ms, then p50 {took[CALLS // 2] * 1000:.2f} ms, p99 {took[CALLS * 99 // 100] * 1000:.2f} ms"


def two_ways(given: dict[str, Any], folder: str) -> None:
    """Time a program that is given the address, and one that knows only WeChat's host and the gateway's authority."""
    print(f"base address: {timed(given, httpx.Client(base_url=f'http://127.0.0.1:{PORT}'))}", flush=True)
    command = [sys.executable, "-m", "warung", "wechat-gateway", "--data", folder, "--to", f"http://127.0.0.1:{PORT}"]
    gateway = subprocess.Popen([*command, "--tls-port", str(TLS_PORT), "--proxy-port", str(PROXY_PORT)], stdout=subprocess.DEVNULL)
    try:
        authority = Path(folder) / "wechat-gateway/ca.pem"
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", PROXY_PORT)):
                break
            time.sleep(0.1)
        trust = ssl.create_default_context(cafile=str(authority))
        through = httpx.Client(base_url="https://api.weixin.qq.com", proxy=f"http://127.0.0.1:{PROXY_PORT}", verify=trust)
        print(f"gateway: {timed(given, through)}", flush=True)
    finally:
        gateway.terminate()
        gateway.wait()


def main() -> None:
    """Measure all of it."""
    with tempfile.TemporaryDirectory() as folder:
        context = multiprocessing.get_context("spawn")
        told: multiprocessing.Queue[dict[str, Any]] = context.Queue()
        server = context.Process(target=serve, args=(folder, told))
        server.start()
        try:
            given = told.get(timeout=60)
            time.sleep(2)
            print(f"message/custom/send: {asyncio.run(send(given)):,.0f} a second", flush=True)
            two_ways(given, folder)
            print(f"callbacks: {asyncio.run(called(Path(folder))):,.0f} a second", flush=True)
        finally:
            server.terminate()
            server.join()


if __name__ == "__main__":
    main()
