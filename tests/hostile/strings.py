"""Strings that have broken programs: a few of our own, and the collected ones where they are."""

import json
import random
from pathlib import Path

COLLECTED = Path(__file__).parents[3] / "shared/data/fuzz"
OWN = [
    "",
    " ",
    "\t\n\v\f\r",
    "\x00",
    "kopi\x00susu",
    "\x01\x02\x1b[31mmerah\x07",
    "\u200b",
    "\u202etxt.exe",
    "\ufeffBOM",
    "\ufffe\uffff",
    "e\u0301" * 30,
    "Z" + "\u0334\u0321" * 200,
    "👩‍👩‍👧‍👦🇮🇩",
    "𝒦ℴ𝓅𝒾",
    "ของกินดี",
    "नमस्ते दुनिया",
    "سلام",
    "咖啡",
    "0",
    "-1",
    "1e999",
    "NaN",
    "null",
    "true",
    "{}",
    "{limit}{0}{reason!r}%s%(x)s",
    "'; DROP TABLE accounts; --",
    '" OR ""="',
    "%27 OR 1=1",
    ":name",
    "\\",
    "../../../../etc/passwd",
    "file:///etc/passwd",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "${7*7}#{7*7}{{7*7}}",
    "$(reboot)`reboot`",
    "a" * 200,
    "语" * 9_000,
    "x" * 100_000,
]


def naughty() -> list[str]:
    """The big list of naughty strings."""
    found: list[str] = json.loads((COLLECTED / "blns/blns.json").read_text(encoding="utf-8"))
    return found


def scripts() -> list[str]:
    """Ways to make a page run a script."""
    return (COLLECTED / "xss/xss-payloads.txt").read_text(encoding="utf-8", errors="replace").splitlines()


def fifty(strings: list[str]) -> list[str]:
    """The same fifty of them every time."""
    return random.Random(50).sample(strings, 50)
