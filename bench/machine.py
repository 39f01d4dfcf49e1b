"""This machine, as a measurement sees it: two cores with one job each, CPU and memory of whole process trees, and what else ran."""

import os
import platform
import time
import urllib.request
from collections.abc import Iterable
from pathlib import Path

import msgspec

TICKS = os.sysconf("SC_CLK_TCK")
CORES = sorted(os.sched_getaffinity(0))
SERVER, GENERATOR = {CORES[0]}, {CORES[-1]}  # which cores the measured server with its database, and the generator, may use


class Broken(Exception):
    """A run that says nothing: the server refused, hung up or was not there."""


class Index(msgspec.Struct):
    """The search index, which may follow the log: CPU seconds it has used, and how many it is behind."""

    cpu_s: float = 0.0
    behind_s: float = 0.0


class Server(msgspec.Struct):
    """A running server: its name in the tables, the roots of its process trees, where it listens, how it is spoken to."""

    name: str
    roots: list[int]
    port: int
    protocol: str

    def index(self) -> Index:
        """Return what warung's search index says of itself; nothing for others."""
        if self.protocol != "websocket":
            return Index()
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=30) as answer:
            lines = answer.read().decode().splitlines()

        def told(name: str) -> float:
            return sum(float(line.split()[-1]) for line in lines if line.startswith(name + '{follower="search"'))

        return Index(told("warung_follower_cpu_seconds_total"), told("warung_follower_lag_seconds"))


class Busy(msgspec.Struct):
    """CPU seconds between two moments: of a server's process trees, of the whole machine, and the seconds that passed."""

    server_s: float
    machine_s: float
    stolen_s: float
    took_s: float


def tree(roots: Iterable[int]) -> list[int]:
    """Return the ids of processes and of everything they started."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
            parents.setdefault(parent, []).append(int(entry.name))
    found, waiting = [], list(roots)
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += parents.get(pid, [])
    return found


def cpu_s(roots: Iterable[int]) -> float:
    """Return the CPU seconds, user and system, that process trees have used, with their children that have ended."""
    total = 0
    for pid in tree(roots):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += sum(int(field) for field in fields[11:15])
    return total / TICKS


def memory_kb(roots: Iterable[int]) -> int:
    """Return the memory of process trees, each shared page counted once (PSS)."""
    total = 0
    for pid in tree(roots):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total


def sockets_kb() -> int:
    """Return the memory that the kernel holds for TCP, of everybody on this machine."""
    for line in Path("/proc/net/sockstat").read_text().splitlines():
        words = line.split()
        if words[0] == "TCP:":
            return int(words[words.index("mem") + 1]) * os.sysconf("SC_PAGE_SIZE") // 1024
    return 0


class Meter:
    """Reads the CPU at two moments."""

    def __init__(self, roots: Iterable[int]) -> None:
        self._roots = list(roots)
        self._then = self._now()

    def begin(self) -> None:
        """The measurement starts here."""
        self._then = self._now()

    def end(self) -> Busy:
        """Return what was used since."""
        now = self._now()
        server, machine, stolen, took = (b - a for a, b in zip(self._then, now, strict=True))
        return Busy(server, machine, stolen, took)

    def _now(self) -> tuple[float, float, float, float]:
        fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
        busy = sum(fields[:3]) + sum(fields[5:7])
        return cpu_s(self._roots), busy / TICKS, fields[7] / TICKS, time.monotonic()


def described() -> dict[str, str | int]:
    """Return what the figures depend on."""
    model = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), "")
    return {"cpu": model, "cores": len(CORES), "kernel": platform.release(), "python": platform.python_version()}


def forget_files(folder: Path) -> None:
    """Make the kernel forget what it keeps of the files in a folder, as after a restart of the machine."""
    os.sync()
    for path in folder.rglob("*"):
        if path.is_file():
            handle = os.open(path, os.O_RDONLY)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(handle)
