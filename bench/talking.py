"""The rows about talking: pairs as fast as they can, pairs at a pace, and a group; every server in every round, one after the other."""

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from bench import generator, machine, place
from bench.generator import Run
from bench.machine import Server

PAIRS, WINDOW = 100, 4
PACE = 500  # messages per second
GROUP, SPEAKERS = 500, 4
Told = Callable[[str], None]


class Contender(msgspec.Struct):
    """A server, and the lists of connections for what it is asked to do."""

    server: Server
    pairs: Path
    group: Path | None = None


class Plan(msgspec.Struct):
    """How often and how long to measure."""

    rounds: int
    seconds: float
    warm_up: float


def rest(contenders: Sequence[Contender], patience_s: float = 6.0) -> None:
    """Wait until no server works off what the last run left behind: an index that follows, a vacuum."""
    roots = [root for contender in contenders for root in contender.server.roots]
    deadline = time.monotonic() + patience_s
    before = machine.cpu_s(roots)
    while time.monotonic() < deadline:
        time.sleep(0.25)
        now = machine.cpu_s(roots)
        if now - before < 0.02:
            return
        before = now


def saturated(contenders: Sequence[Contender], plan: Plan, tell: Told) -> dict[str, list[Run]]:
    """One to one: 100 senders, four messages of each on the way."""
    return _rounds(contenders, plan, tell, "saturated", lambda one: _run(one, plan, "closed", one.pairs, window=WINDOW))


def paced(contenders: Sequence[Contender], plan: Plan, tell: Told) -> dict[str, list[Run]]:
    """One to one at 500 messages per second: what a wake-up costs, and how long a message takes."""
    return _rounds(contenders, plan, tell, f"paced {PACE}/s", lambda one: _run(one, plan, "paced", one.pairs, rate=PACE))


def half(contenders: Sequence[Contender], ceilings: dict[str, list[Run]], plan: Plan, tell: Told) -> dict[str, list[Run]]:
    """One to one at half of the rate that each reached in `ceilings`."""

    def rate(one: Contender) -> int:
        rates = sorted(run.delivered / run.seconds for run in ceilings[one.server.name])
        return max(1, math.floor(rates[len(rates) // 2] / 2))

    able = [one for one in contenders if ceilings.get(one.server.name)]
    return _rounds(able, plan, tell, "half", lambda one: _run(one, plan, "paced", one.pairs, rate=rate(one)))


def group(contenders: Sequence[Contender], plan: Plan, tell: Told) -> dict[str, list[Run]]:
    """500 people in a group, all online, four messages on the way; one is complete when everybody has it."""
    able = [one for one in contenders if one.group is not None]

    def one_run(one: Contender) -> Run:
        assert one.group is not None
        return _run(one, plan, "group", one.group, protocol="muc" if one.server.protocol == "xmpp" else "", window=SPEAKERS)

    return _rounds(able, plan, tell, "group of 500", one_run)


def _run(one: Contender, plan: Plan, mode: str, people: Path, protocol: str = "", **options: float) -> Run:
    return generator.run(
        one.server, protocol or one.server.protocol, mode, people, seconds=plan.seconds, warm_up=plan.warm_up, drain=0.5, **options
    )


def _rounds(contenders: Sequence[Contender], plan: Plan, tell: Told, name: str, run: Callable[[Contender], Run]) -> dict[str, list[Run]]:
    done: dict[str, list[Run]] = {one.server.name: [] for one in contenders}
    for number in range(plan.rounds):
        turned = [*contenders[number % len(contenders) :], *contenders[: number % len(contenders)]] if contenders else []
        for one in turned:  # each round begins with another one
            rest(contenders)
            try:
                seen = run(one)
                seen.round = number
                if not seen.delivered:
                    raise machine.Broken(f"nothing was delivered, {seen.errors} of {seen.total_sent} refused")
            except (machine.Broken, OSError) as broken:
                tell(f"{name}, {one.server.name}: {broken}")
                continue
            done[one.server.name].append(seen)
            tell(
                f"{name} {number + 1}/{plan.rounds} {one.server.name}: {seen.cpu_us:.1f} us, {seen.delivered / seen.seconds:.0f}/s, "
                f"{seen.p50_ms} and {seen.p99_ms} ms, "
                f"{seen.refused:.1%} refused, generator {seen.generator_share:.0%}, others {seen.other_cpu_s / seen.seconds:.1f}"
            )
    return done


async def warung_place(data: Path, database: str = "") -> tuple[Path, Path]:
    """Make 100 pairs and a group of 500; return the lists of their connections."""
    async with place.opened(data, database) as db:
        everybody = await place.people(db, max(2 * PAIRS, GROUP))
        pairs = list(zip(everybody[: 2 * PAIRS : 2], everybody[1 : 2 * PAIRS : 2], strict=True))
        talks = await place.friends(db, pairs)
        (club,) = await place.groups(db, [everybody[:GROUP]])
    lines = []
    for (a, b), talk in zip(pairs, talks, strict=True):
        lines += [("s", a.handle, a.token, talk), ("r", b.handle, b.token, talk)]
    members = [("b" if at < SPEAKERS else "r", one.handle, one.token, club) for at, one in enumerate(everybody[:GROUP])]
    return (
        place.write_people(data.with_name(f"{data.name}-pairs"), lines),
        place.write_people(data.with_name(f"{data.name}-group"), members),
    )


def muc_people(server: Server, folder: Path) -> Path:
    """Write who is in the room of a peer."""
    lines = [("b" if at < SPEAKERS else "r", f"u{at}", "pw", "club") for at in range(GROUP)]
    return place.write_people(folder / f"muc-{server.name}", lines)
