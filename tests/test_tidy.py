"""The whole tree against the house rules of tests/tidy.py."""

import ast
import subprocess
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path, PurePosixPath

import pytest

from tests import tidy

ROOT = Path(__file__).parents[1]
LIMITED_KINDS = {".py", ".ts", ".svelte", ".css"}
# The rules have to spell the words they forbid, and so have the wrong examples.
SPELLS_BANNED_WORDS = {"tests/tidy.py", "tests/test_gates.py"}


def _files() -> dict[str, str]:
    """Return the text of every file that is, or could be, committed; what is not text is left out."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    texts = {}
    for name in listed.stdout.split("\0"):
        path = ROOT / name
        if name and path.is_file():
            content = path.read_bytes()
            if b"\0" not in content:
                texts[name] = content.decode(errors="replace")
    return texts


FILES = _files()
PYTHON = {name: ast.parse(text, name) for name, text in FILES.items() if name.endswith(".py")}
SOURCES = {name: tree for name, tree in PYTHON.items() if name.startswith("src/")}


def _module(name: str) -> str:
    return ".".join(PurePosixPath(name).relative_to("src").with_suffix("").parts).removesuffix(".__init__")


def _assert_none(found: Iterable[tuple[str, Sequence[tidy.Complaint]]]) -> None:
    said = [f"{name}:{complaint.line}: {complaint.text}" for name, complaints in found for complaint in complaints]
    assert not said, "\n" + "\n".join(said)


@pytest.mark.parametrize("rule", [tidy.no_docstring, tidy.inner_imports, tidy.long_functions], ids=lambda rule: rule.__name__)
def test_python_keeps(rule: Callable[[ast.Module], list[tidy.Complaint]]) -> None:
    _assert_none((name, rule(tree)) for name, tree in PYTHON.items())


def test_no_file_is_too_long() -> None:
    _assert_none((name, tidy.long_file(text)) for name, text in FILES.items() if PurePosixPath(name).suffix in LIMITED_KINDS)


def test_a_domain_is_entered_by_its_front_page() -> None:
    modules = {_module(name) for name in SOURCES}
    _assert_none(
        (name, tidy.back_doors(_module(name), tree, modules, is_package=name.endswith("/__init__.py"))) for name, tree in SOURCES.items()
    )


def test_sql_is_in_the_stores() -> None:
    _assert_none((name, tidy.stray_sql(PurePosixPath(name), tree)) for name, tree in SOURCES.items())


def test_no_file_has_a_banned_word() -> None:
    _assert_none((name, tidy.banned_words(text)) for name, text in FILES.items() if name not in SPELLS_BANNED_WORDS)


def test_migrations_are_numbered_without_gaps() -> None:
    folders = dict[str, list[str]]()
    for path in (PurePosixPath(name) for name in FILES):
        if path.parent.name == "schema" and path.parts[0] == "src":
            folders.setdefault(str(path.parent), []).append(path.name)
    _assert_none((folder, tidy.migration_gaps(names)) for folder, names in folders.items())
