"""The house rules that no other tool checks, as functions from a piece of source to what is wrong with it.

Each returns complaints `(line, text)`, an empty list where all is well. test_tidy.py runs them over the whole tree, test_gates.py
over sources that are wrong on purpose.
"""

import ast
import re
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

LONGEST_FILE = 400
LONGEST_FUNCTION = 60

# What everyone may look into: the shared vocabulary, and the machinery that app.py puts together.
OPEN_PACKAGES = frozenset({"kit", "gateway", "adapters"})

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Complaint(NamedTuple):
    """One thing that is wrong, and the line it is on, from 1."""

    line: int
    text: str


def no_docstring(tree: ast.Module) -> list[Complaint]:
    """Every module says what it is for."""
    return [] if ast.get_docstring(tree) else [Complaint(1, "the module has no docstring")]


def inner_imports(tree: ast.Module) -> list[Complaint]:
    """An import inside a function hides a dependency and, usually, a cycle."""
    inner = (node for function in _functions(tree) for node in ast.walk(function))
    lines = {node.lineno for node in inner if isinstance(node, ast.Import | ast.ImportFrom)}
    return [Complaint(line, "import inside a function") for line in sorted(lines)]


def long_functions(tree: ast.Module) -> list[Complaint]:
    """A function fits on a screen."""
    lengths = ((function, (function.end_lineno or function.lineno) - function.lineno + 1) for function in _functions(tree))
    return [
        Complaint(function.lineno, f"{function.name} has {lines} lines, at most {LONGEST_FUNCTION} are allowed")
        for function, lines in lengths
        if lines > LONGEST_FUNCTION
    ]


def long_file(text: str) -> list[Complaint]:
    """A file is one noun, and can be read in one sitting."""
    lines = text.count("\n") + (not text.endswith("\n"))
    return [Complaint(1, f"{lines} lines, at most {LONGEST_FILE} are allowed: split it by noun")] if lines > LONGEST_FILE else []


def back_doors(module: str, tree: ast.Module, modules: Collection[str], is_package: bool = False) -> list[Complaint]:
    """From another domain only its front page: `from warung import chat`, never `warung.chat.store`.

    `module` is the dotted name of the source, `modules` are the names of all modules there are.
    """
    home = _domain(module)
    complaints = []
    for line, name in _imported(module, tree, is_package):
        domain = _domain(name)
        if domain and domain != home and domain not in OPEN_PACKAGES and name.count(".") > 1 and name in modules:
            complaints.append(Complaint(line, f"{name} is a room of {domain}: use the front page, `from warung import {domain}`"))
    return complaints


def stray_sql(path: PurePosixPath, tree: ast.Module) -> list[Complaint]:
    """SQL lives in a domain's store and in the adapters, nowhere else under src/."""
    if path.stem.startswith("store") or "adapters" in path.parts:
        return []
    documentation = _docstrings(tree)
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return [
        Complaint(node.lineno, "SQL outside store.py") for node in texts if id(node) not in documentation and _SQL.match(str(node.value))
    ]


def banned_words(text: str) -> list[Complaint]:
    """Nothing is left for later, and nothing names one machine's folders or one registry's host."""
    found = ((number, word[0]) for number, line in enumerate(text.splitlines(), 1) for word in _BANNED.finditer(line))
    return [Complaint(number, f"{word!r} has no place here") for number, word in found]


def migration_gaps(names: Collection[str]) -> list[Complaint]:
    """Migrations are NNN_name.sql from 001 without gaps; a step may be one text, or one for each database."""
    complaints, kinds = [], dict[int, list[str]]()
    for name in sorted(names):
        parts = _MIGRATION.fullmatch(name)
        if parts is None:
            complaints.append(Complaint(1, f"{name} is not called NNN_name.sql, NNN_name.sqlite.sql or NNN_name.postgres.sql"))
        else:
            kinds.setdefault(int(parts["number"]), []).append(parts["database"] or "")
    for expected, number in enumerate(sorted(kinds), 1):
        if number != expected:
            complaints.append(Complaint(1, f"migration {expected:03} is missing"))
            break
    for number, databases in kinds.items():
        if databases not in ([""], ["postgres", "sqlite"]):
            complaints.append(Complaint(1, f"migration {number:03} is neither one text nor one for each database"))
    return complaints


# All upper or all lower case, at the start: "Select a photo from the gallery" is a sentence.
_SQL = re.compile(
    r"\s*(?:SELECT\s.*\bFROM\b|SELECT\s+\S+\s*$|INSERT\s+(?:OR\s+\w+\s+)?INTO\b|UPDATE\s+\S+\s+SET\b|DELETE\s+FROM\b|WITH\s+\w+.*\bAS\s*\("
    r"|(?:CREATE|ALTER|DROP)\s+(?:UNIQUE\s+|VIRTUAL\s+)?(?:TABLE|INDEX|VIEW|TRIGGER)\b"
    r"|select\s.*\bfrom\b|insert\s+(?:or\s+\w+\s+)?into\b|update\s+\S+\s+set\b|delete\s+from\b"
    r"|(?:create|alter|drop)\s+(?:unique\s+|virtual\s+)?(?:table|index|view|trigger)\b)",
    re.DOTALL,
)
_BANNED = re.compile(
    r"\b(?:TODO|FIXME|XXX)\b|/work/(?:main|shared)|(?<![\w.])/root/|registry\.npmjs\.org|files\.pythonhosted\.org|pypi\.org/simple"
)
_MIGRATION = re.compile(r"(?P<number>\d{3})_[a-z0-9_]+(?:\.(?P<database>sqlite|postgres))?\.sql")


def _functions(tree: ast.Module) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def _docstrings(tree: ast.Module) -> set[int]:
    """Return the identities of the constants that only document: strings that stand alone as a statement."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}


def _domain(name: str) -> str:
    """Return the package under warung that a dotted name belongs to, or nothing for what is not ours."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "warung" else ""


def _imported(module: str, tree: ast.Module, is_package: bool) -> Iterator[tuple[int, str]]:
    """Yield line and absolute name of everything imported; `from a import b` yields both a and a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = module.split(".")
            base = start[: len(start) - node.level + is_package] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            yield node.lineno, source
            yield from ((node.lineno, f"{source}.{alias.name}") for alias in node.names)
