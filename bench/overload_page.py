"""What `bench.overload` writes: its part of docs/performance.md, two plots, and a file of results."""

from typing import Any

import msgspec

from bench import plot
from bench.report import PAGE, PLOTS
from bench.results import FOLDER

BEGIN, END = "<!-- overload: written by python -m bench.overload -->", "<!-- /overload -->"
WHO = {"beyond": "hold back as told", "impatient": "never hold back"}
COLUMNS = (
    "intended",
    "work done, of the ceiling",
    "commands",
    "p50 / p99 of what was done, ms",
    "p99 of sends, history, searches",
    "refused",
    "held back",
    "memory, MB",
)
HEAD = f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n"
PICTURES = "![goodput beyond the ceiling](performance/overload.svg)\n![latency beyond the ceiling](performance/overload-latency.svg)"


def page(found: dict[str, Any]) -> str:
    """Return what was measured, as Markdown."""
    made, plan = found["machine"], found["plan"]
    where = f"{made['cores']} cores of {made['cpu']}"
    when = found["date"][:16].replace("T", " ")
    parts = [f"Measured {when} UTC on {where}: one for the server, one for the crowd."]
    if ceiling := found.get("ceiling"):
        costs = ceiling["costs_us"]
        parts.append(
            f"The mix (40 % sends, 40 % history, 20 % searches; {plan['people']} people) costs {ceiling['cost_us']:.0f} us of CPU each;"
            f" its ceiling is {ceiling['done']:.0f} a second ({plan['at_once']} at a time, nobody refused). Alone a send costs"
            f" {costs['sent']:.0f}, a page of history {costs['read']:.0f} and a search {costs['searched']:.0f} us. Work done is counted"
            " at these: what is cheap goes first, so commands alone would flatter."
        )
    parts += [_beyond(part, found[part]) for part in WHO if part in found]
    if WHO.keys() & found.keys():
        parts.append(PICTURES)
    for part, told in (("flood", _flood), ("readers", _readers), ("storm", _storm)):
        if part in found:
            parts.append(told(found[part], plan))
    return "\n\n".join(parts) + "\n"


def _beyond(part: str, seen: dict[str, Any]) -> str:
    rows = []
    for row in seen["steps"]:
        people = row["people"]
        shares = [f"{people[name] / people['intended']:.0%}" for name in ("refused", "held")]
        cells = [
            f"{row['times']:g}x",
            f"{row['goodput']:.0%}",
            f"{row['commands']:.0%}",
            f"{people['p50_ms']:.1f} / {people['p99_ms']:.1f}",
            ", ".join(f"{each:.0f}" for each in people["p99_by_kind_ms"]),
            *shares,
            row["memory_mb"],
        ]
        rows.append("| " + " | ".join(map(str, cells)) + " |")
    return f"**Beyond the ceiling**: people who {WHO[part]} ({seen['resting_mb']} MB before)\n\n{HEAD}" + "\n".join(rows)


def _flood(rows: list[dict[str, Any]], plan: dict[str, Any]) -> str:
    quiet, noisy = rows
    return (
        f"**A flood**: {plan['flooders']} accounts intend {noisy['flood']} sends a second, five times the ceiling, beside people who ask"
        f" for 0.6 of it. These get {noisy['share']:.1%} of what they ask for, p99 {noisy['people']['p99_ms']:.1f} ms; without the flood"
        f" {quiet['share']:.1%}, p99 {quiet['people']['p99_ms']:.1f} ms."
    )


def _readers(rows: list[dict[str, Any]], plan: dict[str, Any]) -> str:
    reading, stopped = rows
    waits = [f"{row['people']['p50_ms']:.1f} ms (p99 {row['people']['p99_ms']:.1f})" for row in rows]
    return (
        f"**{plan['stopped']:,} readers stop reading** in a group in which {plan['group_rate']} messages of 1 kB a second are written: each"
        f" costs {stopped['kb_each']} kB, the kernel's share included, and who writes is answered after {waits[1]}. While they read:"
        f" {reading['kb_each']} kB each, and {waits[0]}."
    )


def _storm(storm: dict[str, Any], _: dict[str, Any]) -> str:
    return (
        f"**Everybody comes back**: of {storm['people']:,} connections to a server that had just started, opened within"
        f" {storm['within_s']:.0f} s, {storm['greeted']:,} were greeted, p99 after {storm['p99_ms']:.1f} ms and the last after"
        f" {storm['most_ms']:.0f} ms, for {storm['server_cpu_s']:.1f} s of CPU."
    )


def plots(found: dict[str, Any]) -> dict[str, str]:
    """Return the plots by name."""
    kinds = {WHO[part]: found[part]["steps"] for part in WHO if part in found}
    if not kinds:
        return {}
    done = [(name, [(row["times"], row["goodput"]) for row in rows]) for name, rows in kinds.items()]
    slow = [(name, [(row["times"], row["people"]["p99_ms"]) for row in rows]) for name, rows in kinds.items()]
    across = "intended, times the ceiling"
    return {
        "overload": plot.lines("Work done, as a share of the ceiling", done, across, ""),
        "overload-latency": plot.lines("p99 of what was done", slow, across, "ms"),
    }


def write(found: dict[str, Any]) -> None:
    """Write the results, the plots and the part of the page."""
    folder = FOLDER.parent / "measured/overload"
    folder.mkdir(parents=True, exist_ok=True)
    PLOTS.mkdir(exist_ok=True)
    (folder / f"{found['date'][:16].replace(':', '')}.json").write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1))
    for name, picture in plots(found).items():
        (PLOTS / f"{name}.svg").write_text(picture, encoding="utf-8")
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n\n{page(found)}\n{END}{after}", encoding="utf-8")
