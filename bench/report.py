"""The report: from a file of results to the tables and plots of docs/performance.md. Ratios only within the run, where they hold."""

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import plot
from bench.generator import Run
from bench.results import Results, Runs, cost, middle, ratio

PAGE = Path(__file__).parents[1] / "docs/performance.md"
PLOTS = PAGE.parent / "performance"
BEGIN, END = "<!-- figures: written by make bench -->", "<!-- /figures -->"
DISTURBED = 0.25  # of a core, used by others
BAND = 1.2


def write(results: Results, source: str) -> str:
    """Write tables and plots into the page; return the tables."""
    text = tables(results, source)
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.split(BEGIN)[0], page.split(END)[1]
    PLOTS.mkdir(exist_ok=True)
    drawn = plots(results)
    for name, picture in drawn.items():
        (PLOTS / f"{name}.svg").write_text(picture, encoding="utf-8")
    shown = "\n".join(f"![{name.replace('-', ' ')}](performance/{name}.svg)\n" for name in drawn)
    PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n{shown}\n{END}{after}", encoding="utf-8")
    return text


def tables(results: Results, source: str) -> str:
    """Return everything that was measured, as Markdown."""
    made = results.machine
    head = (
        f"Measured {results.date[:16].replace('T', ' ')} UTC on {made.get('cores')} cores of {made.get('cpu')}, Linux {made.get('kernel')},"
        f" Python {made.get('python')}: {results.plan['rounds']} rounds of {results.plan['seconds']} s after {results.plan['warm_up']} s"
        f" (`{source}`).{_noise(results)}\n"
    )
    parts = [head, _goals(results), _talk(results), _rest(results)]
    if results.failed:
        parts.append("Not measured: " + "; ".join(f"{name} ({why.splitlines()[-1][:160]})" for name, why in results.failed.items()) + ".\n")
    return "\n".join(part for part in parts if part)


def _noise(results: Results) -> str:
    others = [run.other_cpu_s / run.seconds for runs in _all(results) for run in runs]
    if not others:
        return ""
    share = sorted(others)[len(others) // 2]
    warning = " **The machine was not quiet: trust the ratios, not the absolute figures.**" if share > DISTURBED else ""
    return f" Other programs used {share:.2f} of a core meanwhile.{warning}"


def _all(results: Results) -> list[list[Run]]:
    return [runs for kind in (results.saturated, results.paced, results.half, results.group) for runs in kind.values()]


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n" if rows else ""


def _goals(results: Results) -> str:
    rows = [(what, goal, seen, _verdict(held)) for what, goal, seen, held in _judged(results)]
    return _table(("work", "to reach", "measured", ""), rows)


def _verdict(held: bool | None) -> str:
    return "no verdict" if held is None else "reached" if held else "**not reached**"


def _judged(results: Results) -> list[tuple[str, str, str, bool | None]]:
    seen: list[tuple[str, str, str, bool | None]] = []
    for what, kind, peer, goal, words in (
        ("1:1 durable, saturated", results.saturated, "ejabberd-postgres", 1 / 20, "1/20 of ejabberd + PostgreSQL archive"),
        ("", results.saturated, "ejabberd-none", 1 / 2, "1/2 of ejabberd without archive"),
        ("", results.saturated, "nats-jetstream", 2.0, "2x NATS JetStream (no sync)"),
        ("group of 500", results.group, "ejabberd-postgres", 1 / 12, "1/12 of ejabberd's MUC"),
    ):
        if kind.get("warung") and kind.get(peer):
            found = ratio(kind["warung"], kind[peer])
            said = "the generator was the limit" if found is None else f"1/{1 / found:.1f}" if found < 1 else f"{found:.2f}x"
            seen.append((what, f"CPU at most {words}", said, None if found is None else found <= goal))
    seen += _paced_goals(results)
    for row in results.idle:
        if row["server"] == "warung":
            wanted = "at most 15 kB each, idle CPU below 2 %"
            said = f"{row['kb_each']} kB, {row['idle_cpu_share']:.2%}"
            seen.append((f"{row['connections']:,} idle connections", wanted, said, row["kb_each"] <= 15 and row["idle_cpu_share"] < 0.02))
    return seen + _other_goals(results)


def _paced_goals(results: Results) -> list[tuple[str, str, str, bool | None]]:
    seen: list[tuple[str, str, str, bool | None]] = []
    ours, theirs = results.paced.get("warung"), results.paced.get("ejabberd-postgres")
    if ours and theirs:
        for name, figure in (("p50", lambda run: run.p50_ms), ("p99", lambda run: run.p99_ms), ("CPU", cost)):
            a, b = middle(ours, figure), middle(theirs, figure)
            unit = "us" if name == "CPU" else "ms"
            seen.append(("1:1 at 500/s", f"{name} no worse than ejabberd + PostgreSQL", f"{a:.3g} {unit} against {b:.3g}", a <= b))
    if half := results.half.get("warung"):
        p50, p99 = middle(half, lambda run: run.p50_ms), middle(half, lambda run: run.p99_ms)
        rate = middle(half, lambda run: run.rate)
        seen.append(
            ("1:1 at half the ceiling", "p50 <= 5 ms, p99 <= 50 ms", f"{rate:,.0f}/s: {p50:.2f} and {p99:.2f} ms", p50 <= 5 and p99 <= 50)
        )
    return seen


def _times(first: dict[str, Any], last: dict[str, Any], what: str) -> float:
    """Return how many times as much it was in the last place: the median of the rounds, where both were measured in each."""
    pairs = zip(first.get("rounds", [first]), last.get("rounds", [last]), strict=True)
    return float(statistics.median(more[what] / less[what] for less, more in pairs))


def _other_goals(results: Results) -> list[tuple[str, str, str, bool | None]]:
    seen: list[tuple[str, str, str, bool | None]] = []
    if signing := results.signing_in:
        whole = signing["sign_in_cpu_ms"] + signing["open_cpu_ms"]
        said = f"{whole:.2f} ms ({signing['sign_in_cpu_ms']} to sign in, {signing['open_cpu_ms']} to open the socket)"
        beside = signing.get("ejabberd_cpu_ms")
        goal = "below 2.0 ms CPU" + (f" (ejabberd here: {beside})" if beside else "")
        seen.append(("sign-in of a device", goal, said, whole < (beside or 2.0)))
    for each in sorted({row["each"] for row in results.grown}):
        rows = {row["stored"]: row for row in results.grown if row["each"] == each}
        first, last = rows.get(1_000_000), rows.get(10_000_000)
        if first and last:
            # From a million on: with less stored, a conversation has less than the page to show that is asked for.
            sends, opens = _times(first, last, "cost_us"), _times(first, last, "warm_p50_ms")
            what = f"1M to 10M stored, {each:,} conversations each"
            seen.append((what, "sending within 1.2x, opening within 2x", f"{sends:.2f}x, {opens:.2f}x", sends <= BAND and opens <= 2))
    if back := results.returning:
        said = f"{back['conversations']} conversations, {back['p50_ms']} ms, {back['bytes'] // 1000} kB"
        seen.append(("return after a week", "200 changed in one round trip, <= 50 ms", said, back["p50_ms"] <= 50))
    if results.replay:
        held = [row for row in results.replay if row["p99_ms"] <= 100]
        best = held[-1] if held else None
        said = f"{best['speed']}x real time, {best['deliveries_per_s']:,} deliveries/s" if best else "none"
        seen.append((f"replay of {results.replay[0]['rooms']} rooms", "reported: the speed that holds p99 <= 100 ms", said, None))
    if results.restart:
        seen.append(("restart with 1M messages", "serving in <= 10 s", f"{results.restart['ready_s']} s", results.restart["ready_s"] <= 10))
    return seen


def _talk(results: Results) -> str:
    head = ("server", "CPU us per message", "of that the index; s behind", "messages/s", "p50 / p99 ms", "server / generator", "others")
    parts = []
    for title, kind in (
        ("One to one, saturated: 100 pairs, four messages of each on the way, 150 bytes", results.saturated),
        ("One to one, 500 messages per second", results.paced),
        ("One to one, half of each one's ceiling", results.half),
        ("A group of 500, all online, four messages on the way; per delivery", results.group),
    ):
        if kind:
            parts.append(
                f"**{title}** (median, least and most of the rounds)\n\n"
                + _table(head, [_row(name, runs) for name, runs in kind.items() if runs])
            )
    return "\n".join(parts)


def _row(name: str, runs: Sequence[Run]) -> list[str]:
    costs = [run.cpu_us for run in runs]
    limited = " (generator at its limit)" if sum(run.limited for run in runs) * 2 > len(runs) else ""
    follow, refused = middle(runs, lambda run: run.index_us), middle(runs, lambda run: run.refused)
    return [
        name,
        f"{middle(runs, lambda run: run.cpu_us):.1f} ({min(costs):.1f} - {max(costs):.1f}){limited}",
        f"{follow:.1f}; {max(run.index_behind_s for run in runs):.1f}" if follow else "",
        f"{middle(runs, lambda run: run.rate):,.0f}" + (f" ({refused:.1%} refused)" if refused else ""),
        f"{middle(runs, lambda run: run.p50_ms):.2f} / {middle(runs, lambda run: run.p99_ms):.2f}",
        f"{middle(runs, lambda run: run.server_cpu_s / run.seconds):.0%} / {middle(runs, lambda run: run.generator_share):.0%}",
        f"{middle(runs, lambda run: run.other_cpu_s / run.seconds):.2f}",
    ]


def _rest(results: Results) -> str:
    parts = []
    if results.idle:
        rows = [
            (row["server"], f"{row['connections']:,}", row["kb_each"], row["open_cpu_ms"], f"{row['idle_cpu_share']:.2%}")
            for row in results.idle
        ]
        parts.append(
            "**Idle connections**\n\n" + _table(("server", "connections", "kB each (PSS)", "CPU ms to open one", "idle CPU"), rows)
        )
    if results.grown:
        head = ("stored", "conversations each", "CPU us per send", "messages/s", "open warm p50 / p99 ms", "cold p50 ms")
        grown = [
            (
                f"{row['stored']:,}",
                f"{row['each']:,}",
                f"{row['cost_us']:.1f}",
                f"{row['rate']:,.0f}",
                f"{row['warm_p50_ms']} / {row['warm_p99_ms']}",
                row["cold_p50_ms"],
            )
            for row in results.grown
        ]
        parts.append("**Growth** (each sender in fifty conversations by turns)\n\n" + _table(head, grown))
    if results.replay:
        names = ("speed", "messages_per_s", "deliveries_per_s", "p50_ms", "p99_ms", "cpu_share", "generator_share")
        rows = [tuple(row[name] for name in names) for row in results.replay]
        parts.append(
            f"**Replay** ({results.replay[0]['rooms']} rooms, {results.replay[0]['connections']:,} people online)\n\n"
            + _table([name.replace("_", " ") for name in names], rows)
        )
    if floor := results.floor:
        disk = floor["fdatasync"]
        parts.append(
            f"**Floor**: one append of 4 KiB with fdatasync takes {disk['p50_us']} us (p99 {disk['p99_us']}), {disk['cpu_us']} us of CPU."
            " Bytes echoed by the same sockets with no storage: the row `echo` above.\n"
        )
    return "\n".join(parts)


def plots(results: Results) -> dict[str, str]:
    """Return the plots by name."""
    drawn = {}
    for name, title, kind in (
        ("one-to-one", "1:1 saturated: server CPU per delivered message (log scale)", results.saturated),
        ("group", "Group of 500: server CPU per delivery (log scale)", results.group),
    ):
        if any(kind.values()):
            drawn[name] = plot.bars(title, _bars(kind), "us", logarithmic=True)
    if any(results.paced.values()):
        rows = [
            (server, *(middle(runs, lambda run: run.p50_ms), middle(runs, lambda run: run.p50_ms), middle(runs, lambda run: run.p99_ms)))
            for server, runs in results.paced.items()
            if runs
        ]
        drawn["paced"] = plot.bars("1:1 at 500/s: p50 in ms, the whisker ends at p99", rows, "ms")
    if results.grown:
        series = [
            (f"{each:,} each", [(row["stored"], row["cost_us"]) for row in results.grown if row["each"] == each])
            for each in sorted({row["each"] for row in results.grown})
        ]
        drawn["growth"] = plot.lines("CPU per send as the log grows", series, "messages stored", "us", logarithmic=True)
    if results.replay:
        points, rooms = [(row["speed"], row["p99_ms"]) for row in results.replay], results.replay[0]["rooms"]
        drawn["replay"] = plot.lines(f"Replay of {rooms} rooms: p99 of a delivery", [("p99", points)], "times real time", "ms")
    return drawn


def _bars(kind: Runs) -> list[tuple[str, float, float, float]]:
    rows = []
    for name, runs in kind.items():
        if runs:
            costs = [run.cpu_us for run in runs]
            rows.append((name, min(costs), middle(runs, lambda run: run.cpu_us), max(costs)))
    return rows
