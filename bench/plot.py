"""Plots as SVG, drawn by hand: bars and lines on a plain or a logarithmic scale, readable by day and by night."""

import math
from collections.abc import Sequence
from xml.sax.saxutils import escape

WIDTH, LINE = 720, 30
COLOURS = ("#0a7d4f", "#c2410c", "#6d28d9", "#0369a1", "#a16207", "#be123c")
STYLE = (
    "<style>text{font:13px system-ui,sans-serif;fill:#333}.faint{stroke:#8886}.value{font-weight:600}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}}</style>"
)


def bars(title: str, rows: Sequence[tuple[str, float, float, float]], unit: str, logarithmic: bool = False) -> str:
    """Draw one bar per row (name, least, median, most): the bar ends at the median, a whisker shows the rounds."""
    most = max((row[3] for row in rows), default=1) or 1
    least = min((row[1] for row in rows if row[1] > 0), default=1)
    low = 10 ** math.floor(math.log10(least)) if logarithmic else 0.0
    left, room = 190, WIDTH - 190 - 110

    def place(value: float) -> float:
        if not logarithmic:
            return left + room * value / most
        return left + room * max(0.0, math.log10(max(value, low) / low)) / max(1e-9, math.log10(most / low))

    parts = [f'<text x="0" y="18" class="value">{escape(title)}</text>']
    for at, (name, smallest, median, largest) in enumerate(rows):
        y = 34 + at * LINE
        parts.append(f'<text x="{left - 8}" y="{y + 15}" text-anchor="end">{escape(name)}</text>')
        long, colour = max(1.0, place(median) - left), COLOURS[at % len(COLOURS)]
        parts.append(f'<rect x="{left}" y="{y}" width="{long:.1f}" height="20" rx="3" fill="{colour}"/>')
        parts.append(f'<path d="M{place(smallest):.1f} {y + 10}H{place(largest):.1f}" stroke="#8889" stroke-width="3"/>')
        parts.append(
            f'<text x="{max(place(median), place(largest)) + 6:.1f}" y="{y + 15}" class="value">{_short(median)} {escape(unit)}</text>'
        )
    return _whole(parts, 40 + len(rows) * LINE)


def lines(title: str, series: Sequence[tuple[str, Sequence[tuple[float, float]]]], across: str, up: str, logarithmic: bool = False) -> str:
    """Draw points joined by lines, a colour per series; `logarithmic` is the axis across."""
    points = [point for _, some in series for point in some]
    if not points:
        return _whole([], 40)
    left, top, room, height = 60, 40, WIDTH - 190, 220
    highest = max(y for _, y in points) * 1.1 or 1
    first, last = min(x for x, _ in points), max(x for x, _ in points)

    def at(x: float, y: float) -> tuple[float, float]:
        wide = math.log(last / first) if logarithmic else last - first
        share = (math.log(x / first) if logarithmic else x - first) / (wide or 1)
        return left + room * share, top + height * (1 - y / highest)

    parts = [f'<text x="0" y="18" class="value">{escape(title)}</text>']
    for step in range(5):
        y = top + height * step / 4
        value = _short(highest * (4 - step) / 4)
        parts.append(f'<path d="M{left} {y:.1f}H{left + room}" class="faint"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{value}</text>')
    for x in sorted({x for x, _ in points}):
        parts.append(f'<text x="{at(x, 0)[0]:.1f}" y="{top + height + 18}" text-anchor="middle">{_short(x)}</text>')
    for number, (name, some) in enumerate(series):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*point) for point in some))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        x, y = at(*some[-1])
        parts.append(f'<text x="{x + 6:.1f}" y="{y + 4:.1f}" style="fill:{colour}">{escape(name)}</text>')
    parts.append(f'<text x="{left + room / 2}" y="{top + height + 38}" text-anchor="middle">{escape(across)}</text>')
    parts.append(f'<text x="{left}" y="{top - 8}">{escape(up)}</text>')
    return _whole(parts, top + height + 46)


def _short(value: float) -> str:
    if value >= 1e6:
        return f"{value / 1e6:.3g}M"
    return f"{value / 1e3:.3g}k" if value >= 10_000 else f"{value:.3g}"


def _whole(parts: Sequence[str], height: int) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">{STYLE}{"".join(parts)}</svg>\n'
