"""Servers under measurement: each is started pinned to the server's core, says which processes it is, and stops by itself."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bench import machine, place
from bench.machine import Broken, Server

PATIENCE_S = 60.0
COMPILED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}  # a start is not to compile


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(true: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
    """Wait until something is true. Raises `Broken`."""
    deadline = time.monotonic() + patience_s
    while not true():
        if time.monotonic() > deadline:
            raise Broken(f"{what} did not come up")
        time.sleep(0.02)


def listens(port: int) -> bool:
    """Does somebody listen there?"""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def process(argv: list[str], log: Path, env: Mapping[str, str] | None = None, **how: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program on the server's core; it ends with the block."""
    with log.open("ab") as said:
        running = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=env, **how)
    os.sched_setaffinity(running.pid, machine.SERVER)
    try:
        yield running
    finally:
        running.terminate()
        try:
            running.wait(20)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def ready(port: int) -> bool:
    """Does warung answer?"""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextlib.contextmanager
def warung(
    data: Path,
    database: str = "",
    roots: tuple[int, ...] = (),
    name: str = "warung",
    heartbeat_s: int = 210,
    more: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """The shipped server on a prepared place. `roots`: what else belongs to it, its PostgreSQL; `more`: settings of its own."""
    port = free_port()
    given = {"WARUNG_DATA": str(data), "WARUNG_DATABASE": database, "WARUNG_PORT": str(port), "WARUNG_HEARTBEAT_S": str(heartbeat_s)}
    given |= more or {}
    pinned = ["taskset", "-c", str(min(machine.SERVER)), sys.executable, "-m", "warung", "run"]
    with process(pinned, data.with_suffix(".log"), COMPILED | place.SETTINGS | given) as running:
        until(lambda: running.poll() is not None or ready(port), name)
        if running.poll() is not None:
            raise Broken(data.with_suffix(".log").read_text(errors="replace")[-600:])
        yield Server(name, [running.pid, *roots], port, "websocket")


@contextlib.contextmanager
def echo(log: Path) -> Iterator[Server]:
    """The floor: the same socket layer, answering each frame with its own bytes, storing nothing."""
    port = free_port()
    pinned = ["taskset", "-c", str(min(machine.SERVER)), sys.executable, "-m", "bench.floor", str(port)]
    with process(pinned, log) as running:
        until(lambda: running.poll() is not None or listens(port), "the echo")
        yield Server("echo", [running.pid], port, "echo")
