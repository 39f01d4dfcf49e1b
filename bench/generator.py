"""The load generator: a small C program, compiled on the spot, pinned to a core of its own."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from bench import machine
from bench.machine import Broken, Server

SOURCES = Path(__file__).parent / "load"
PATIENCE_S = 180
BUSIEST = 0.7  # beyond this share of its core the generator, not the server, may have been the limit


class Run(msgspec.Struct):
    """What one run showed: what the generator counted, and the CPU used meanwhile by the server and by everything else."""

    seconds: float
    sent: int
    acked: int
    delivered: int
    errors: int
    generator_cpu_s: float
    late_ms: float
    ack_p50_ms: float
    ack_p99_ms: float
    p50_ms: float
    p99_ms: float
    p999_ms: float
    most_ms: float
    total_sent: int
    total_arrived: int
    server_cpu_s: float = 0.0
    index_cpu_s: float = 0.0  # of that: the search index
    index_behind_s: float = 0.0  # how far it was behind the log at the end
    other_cpu_s: float = 0.0  # of the machine, without server and generator
    stolen_s: float = 0.0  # by the hypervisor
    round: int = 0  # which one of its row

    @property
    def cpu_us(self) -> float:
        """Server CPU per delivered message, in microseconds."""
        return self.server_cpu_s / max(1, self.delivered) * 1e6

    @property
    def index_us(self) -> float:
        """Of that, the search index, which may follow by two seconds."""
        return self.index_cpu_s / max(1, self.delivered) * 1e6

    @property
    def refused(self) -> float:
        """The share of what was sent that the server refused: a closed loop does not send it again."""
        return self.errors / max(1, self.total_sent)

    @property
    def rate(self) -> float:
        """Deliveries per second."""
        return self.delivered / self.seconds

    @property
    def generator_share(self) -> float:
        """The share of its core that the generator used."""
        return self.generator_cpu_s / self.seconds

    @property
    def limited(self) -> bool:
        """Was the generator the limit?"""
        return self.generator_share > BUSIEST


def compiled(folder: Path = SOURCES) -> Path:
    """Return the program that a folder's sources make, compiling it where they are new."""
    sources = sorted([*folder.glob("*.c"), *folder.glob("*.h")])
    name = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    program = Path(tempfile.gettempdir()) / f"warung-{folder.name}-{os.getuid()}-{name}"
    if not program.exists():
        compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
        if compiler is None:
            raise Broken("no C compiler: install one, for example with: apt install gcc libc6-dev")
        new = program.with_suffix(f".{os.getpid()}")
        subprocess.run([compiler, "-O2", "-o", new, *(source for source in sources if source.suffix == ".c"), "-lm"], check=True)
        new.rename(program)
    return program


def command(protocol: str, mode: str, people: Path, **options: float | str) -> list[str]:
    """Return the command line of a run."""
    return [str(compiled()), protocol, mode, str(people), *(f"{key.replace('_', '-')}={value}" for key, value in options.items())]


def started(argv: Sequence[str]) -> subprocess.Popen[str]:
    """Start the generator on its core."""
    process = subprocess.Popen(list(argv), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    os.sched_setaffinity(process.pid, machine.GENERATOR)
    return process


def run(server: Server, protocol: str, mode: str, people: Path, **options: float | str) -> Run:
    """Run the generator against a server. Raises `Broken`."""
    for seen in steps(server, command(protocol, mode, people, port=server.port, **options)):
        return seen
    raise Broken("the generator said nothing")


def steps(server: Server, argv: Sequence[str]) -> Iterator[Run]:
    """Run the generator; yield what each of its measurements showed. Raises `Broken`."""
    process = started(argv)
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    meter, busy, before, index = machine.Meter(server.roots), None, machine.Index(), machine.Index()
    try:
        for line in process.stdout:
            word = line.split(" ")[0].strip()
            if word == "ready":
                process.stdin.write("go\n")
                process.stdin.flush()
            elif word == "begin":
                before = server.index()
                meter.begin()
            elif word == "end":
                busy = meter.end()
                index = server.index()
            elif busy is not None:
                seen: dict[str, Any] = msgspec.json.decode(line)
                other = max(0.0, busy.machine_s - busy.server_s - seen["generator_cpu_s"])
                yield Run(
                    **seen, server_cpu_s=busy.server_s, index_cpu_s=index.cpu_s - before.cpu_s, index_behind_s=index.behind_s,
                    other_cpu_s=other, stolen_s=busy.stolen_s,
                )  # fmt: skip
        if busy is None or process.wait(PATIENCE_S) != 0:
            raise Broken(process.stderr.read().strip()[-600:])
    finally:
        process.kill()
        process.wait()
