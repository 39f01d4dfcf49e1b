"""The rows about being there: what an idle connection holds, what signing a device in costs, how fast a server is back."""

import http.client
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import generator, machine, place, servers
from bench.machine import Server

HEARTBEAT_S = 210
HURRIED = 10  # the heartbeat is measured so many times as often, and its cost divided by it


def idle(server: Server, people: Path, number: int, stay_s: float) -> dict[str, float]:
    """Open connections that say nothing: memory of each, CPU of opening one, CPU of keeping all."""
    time.sleep(1)
    memory, cpu = machine.memory_kb(server.roots), machine.cpu_s(server.roots)
    process = generator.started(generator.command(server.protocol, "idle", people, port=server.port))
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        said = process.stdout.readline()
        if not said.startswith("ready"):
            raise machine.Broken(process.stderr.read()[-300:])
        opened = machine.cpu_s(server.roots) - cpu
        time.sleep(3)
        held = machine.memory_kb(server.roots) - memory
        before, then = machine.cpu_s(server.roots), time.monotonic()
        time.sleep(stay_s)
        used = (machine.cpu_s(server.roots) - before) / (time.monotonic() - then)
    finally:
        process.stdin.close()
        process.wait(60)
    return {
        "connections": number,
        "kb_each": round(held / number, 2),
        "open_cpu_ms": round(opened / number * 1e3, 3),
        "idle_cpu_share": round(used, 4),
    }


def signing_in(server: Server, handles: list[str]) -> dict[str, float]:
    """Sign devices in with a password, one after the other, each from its own network: server CPU of each."""
    talk = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    words = {"password": place.PASSWORD, "device": "bench", "transport": "bearer"}

    def sign_in(handle: str) -> None:
        from_afar = {"content-type": "application/json", "x-forwarded-for": f"10.0.{int(handle[-5:]) // 250}.{int(handle[-5:]) % 250}"}
        talk.request("POST", "/api/sign-in", json.dumps(words | {"handle": handle}), from_afar)
        answer = talk.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise machine.Broken(f"sign-in: {answer.status} {said[:200]!r}")

    for handle in handles[:20]:
        sign_in(handle)
    cpu = machine.cpu_s(server.roots)
    for handle in handles[20:]:
        sign_in(handle)
    return {"sign_in_cpu_ms": round((machine.cpu_s(server.roots) - cpu) / (len(handles) - 20) * 1e3, 3)}


def restart(data: Path, people: Path, tell: Callable[[str], None]) -> dict[str, Any]:
    """Start on a place that was left behind, and send a message: seconds until it was delivered, imports and all."""
    begun = time.monotonic()
    with servers.warung(data) as server:
        ready = time.monotonic() - begun
        run = generator.run(server, "websocket", "paced", people, rate=10, warm_up=0, seconds=0.5, drain=0.2)
    tell(f"restart: ready after {ready:.1f} s")
    return {"ready_s": round(ready, 2), "first_delivery_ms": run.p50_ms, "delivered": run.delivered}
