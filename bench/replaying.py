"""The row about real talk: 153 rooms of #ubuntu, each with its people, lengths and bursts, all at once and faster and faster.

Everybody is online. Where the machine allows fewer open files than that takes, the smallest rooms stay out; the row tells how many are in.
"""

import gzip
import json
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from bench import generator, place, servers
from bench.place import Person

ROOMS = Path(__file__).parents[2] / "shared/data/chats/irc-ubuntu/train.jsonl.gz"
SPEEDS = (5, 10, 20, 30, 40, 60, 80, 100, 130, 160, 200, 250, 300, 400, 500)
SLOWEST_MS = 100.0  # p99 of a delivery
OWN_FILES = 160  # of a server with four readers, and of its index


class Line(msgspec.Struct):
    """One message of a room."""

    kind: str
    room: str
    ts: str | None = None
    nick: str | None = None
    text: str = ""


class Room(msgspec.Struct):
    """A room: who speaks in it, and what they say: (milliseconds since its beginning, nick, bytes)."""

    nicks: list[str]
    said: list[tuple[float, str, int]]


def rooms(file: Path = ROOMS) -> list[Room]:
    """Read the rooms. The logs know only the minute: within it a message has a moment by chance, the same in each run.

    Spread evenly, the first of each minute would be said in all rooms in the same millisecond.
    """
    chance = random.Random(153)
    lines: dict[str, list[Line]] = {}
    decoder = msgspec.json.Decoder(Line)
    with gzip.open(file) as packed:
        for raw in packed:
            line = decoder.decode(raw)
            if line.kind == "msg" and line.nick and line.ts:
                lines.setdefault(line.room, []).append(line)
    return [Room(sorted({line.nick or "" for line in those}), list(_timed(those, chance))) for those in lines.values()]


def fitting(those: list[Room], files: int) -> list[Room]:
    """Leave out the smallest rooms until everybody can be online at once with so many open files."""
    kept = sorted(those, key=lambda room: len(room.nicks), reverse=True)
    while kept and sum(len(room.nicks) for room in kept) > files - OWN_FILES:
        kept.pop()
    return kept


def _timed(lines: list[Line], chance: random.Random) -> Iterator[tuple[float, str, int]]:
    moments: dict[str, list[Line]] = {}
    for line in lines:
        moments.setdefault(line.ts or "", []).append(line)
    first = min(datetime.fromisoformat(moment) for moment in moments)
    for moment, those in moments.items():
        whole = (datetime.fromisoformat(moment) - first).total_seconds() * 1e3
        for at, line in zip(sorted(chance.uniform(0, 60_000) for _ in those), those, strict=True):
            yield whole + at, line.nick or "", len(line.text.encode())


def open_files() -> int:
    """Return how many the machine lets one program have."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return sys.maxsize if most == resource.RLIM_INFINITY else most


async def prepare(folder: Path, those: list[Room]) -> tuple[Path, Path]:
    """Make the people and the groups; return the list of connections and the script."""
    async with place.opened(folder) as db:
        everybody = await place.people(db, sum(len(room.nicks) for room in those))
        members: list[list[Person]] = []
        for room in those:
            members.append(everybody[: len(room.nicks)])
            everybody = everybody[len(room.nicks) :]
        talks = await place.groups(db, members)
    lines, script, at = [], [], 0
    for room, who, talk in zip(those, members, talks, strict=True):
        numbers = {nick: at + index for index, nick in enumerate(room.nicks)}
        lines += [("b", person.handle, person.token, talk) for person in who]
        script += [(when, numbers[nick], size) for when, nick, size in room.said]
        at += len(who)
    script.sort()
    file = folder.with_name(f"{folder.name}-script")
    file.write_text("".join(f"{when:.3f} {who} {max(19, size)}\n" for when, who, size in script))
    return place.write_people(folder.with_name(f"{folder.name}-people"), lines), file


def replay(folder: Path, people: Path, script: Path, seconds: float, tell: Callable[[str], None], into: list[dict[str, Any]]) -> None:
    """Play the rooms faster and faster until a delivery in a hundred takes too long; put what each speed showed `into` a list."""
    online = [line.split()[-1] for line in people.read_text().splitlines()]
    played = {"rooms": len(set(online)), "connections": len(online)}
    with servers.warung(folder) as server:
        argv = generator.command(
            "websocket", "replay", people, port=server.port, script=str(script), seconds=seconds, warm_up=2, drain=1, limit=SLOWEST_MS,
            speeds=",".join(map(str, SPEEDS)),
        )  # fmt: skip
        begun = time.monotonic()
        for speed, seen in zip(SPEEDS, generator.steps(server, argv), strict=False):
            step = {
                "speed": speed,
                "messages_per_s": round(seen.sent / seen.seconds, 1),
                "deliveries_per_s": round(seen.delivered / seen.seconds),
            }
            step |= {"p50_ms": seen.p50_ms, "p99_ms": seen.p99_ms, "cpu_share": round(seen.server_cpu_s / seen.seconds, 3)}
            step |= {"generator_share": round(seen.generator_share, 3)} | played
            into.append(step)
            tell(f"replay {json.dumps(step)} after {time.monotonic() - begun:.0f} s")
