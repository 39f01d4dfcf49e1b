"""The process that opens what nobody trusts: it learns one craft, gives up its means, then works until told to stop.

`workers.py` runs this file by its path, alone, and names the craft by its path: both import the standard library and the craft's own
libraries, nothing of warung. What it gets and gives is a JSON head with its length in four bytes, then plain bytes. Once ready it
can open no file and no socket, start no process and take no more memory than it was given. Whoever reads its answers still checks them.

A craft is a module with `rehearse()`, which does every kind of work once, so that all that is loaded late is loaded while files can
still be opened; `work(data, job)`, which returns the head of an answer and what follows it; `Refused`, what it raises with a word
for what is wrong; and `TOO_LARGE`, what its libraries raise for that.
"""

import importlib.util
import json
import resource
import struct
import sys
import warnings
from types import ModuleType
from typing import Any, BinaryIO

LENGTH = struct.Struct(">I")
READY = LENGTH.pack(0)

Answer = tuple[dict[str, Any], list[bytes]]


def learned(path: str) -> ModuleType:
    """Return the craft in the file at `path`, rehearsed."""
    found = importlib.util.spec_from_file_location("craft", path)
    assert found is not None
    assert found.loader is not None
    craft = importlib.util.module_from_spec(found)
    found.loader.exec_module(craft)
    craft.rehearse()
    return craft


def give_up_means(memory: int, cpu_s: int) -> None:
    """Take from this process what its work does not need: `memory` bytes of addresses and `cpu_s` seconds of CPU remain."""
    limits = [
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 3),  # the three that are open: no further file and no socket
    ]
    if sys.platform == "linux":
        limits.append((resource.RLIMIT_AS, memory))
    for kind, limit in limits:
        resource.setrlimit(kind, (limit, limit))


def allow_cpu(seconds: int) -> None:
    """Let the system kill this process when it has computed for `seconds` more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (min(hard, int(used.ru_utime + used.ru_stime) + 1 + seconds), hard))


def answer(craft: ModuleType, data: bytes, job: dict[str, Any]) -> Answer:
    """Return what the craft makes of a stranger's bytes, or a head that names why not."""
    try:
        made: Answer = craft.work(data, job)
        return made
    except craft.Refused as refused:
        return {"refused": str(refused)}, []
    except (MemoryError, *craft.TOO_LARGE):
        return {"refused": "too_large"}, []
    except Exception as error:  # any error at all: it is the library's word on a stranger's bytes, and it is passed on
        return {"refused": "broken", "why": f"{type(error).__name__}: {error}"[:200]}, []


def read(source: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """Return the next job and its bytes, or None at the end."""
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    job: dict[str, Any] = json.loads(source.read(*LENGTH.unpack(head)))
    return job, source.read(job["bytes"])


def main(path: str, memory: int, jobs: int, cpu_s: int) -> None:
    """Serve `jobs` jobs from standard input to standard output, each with `cpu_s` seconds of CPU."""
    warnings.simplefilter("ignore")
    craft = learned(path)
    give_up_means(memory, cpu_s * (jobs + 1))
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    for _ in range(jobs):
        asked = read(sys.stdin.buffer)
        if asked is None:
            return
        allow_cpu(cpu_s)
        head, parts = answer(craft, asked[1], asked[0])
        text = json.dumps(head).encode()
        sys.stdout.buffer.write(b"".join([LENGTH.pack(len(text)), text, *parts]))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1], *(int(argument) for argument in sys.argv[2:]))
