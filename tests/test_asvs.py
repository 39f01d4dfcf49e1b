"""security/asvs.csv: what OWASP ASVS 5.0 asks at level 2, of money at level 3, and which tests show what we claim."""

import ast
import csv
from pathlib import Path

ROOT = Path(__file__).parents[1]
STATES = {"done", "partly", "not yet", "not applicable"}


def lines() -> list[dict[str, str]]:
    """The list, line by line."""
    with (ROOT / "security/asvs.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def named(line: dict[str, str]) -> list[str]:
    """The tests that a line names."""
    return [name for name in line["test"].split(";") if name]


def names_in(file: Path) -> set[str]:
    """The tests of a file; none when it is not there."""
    if not file.is_file():
        return set()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")}


def test_every_line_is_whole_and_said_once() -> None:
    found = lines()
    ids = [line["id"] for line in found]
    assert len(ids) == len(set(ids))
    assert ids == sorted(ids, key=lambda id: [int(part) for part in id.split(".")])
    for line in found:
        assert line["state"] in STATES, line
        assert line["level"] in ("1", "2", "3"), line
        assert line["requirement"], line
        assert line["how"], line


def test_what_is_claimed_names_its_test() -> None:
    for line in lines():
        assert named(line) or line["state"] != "done", line


def test_every_named_test_is_there() -> None:
    for line in lines():
        for name in named(line):
            file, _, test = name.partition("::")
            assert test in names_in(ROOT / file), f"{line['id']}: {name}"
