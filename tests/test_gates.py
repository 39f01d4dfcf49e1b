"""Every gate can fail: each is shown a source that is wrong on purpose, beside one that is right."""

import ast
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path, PurePosixPath

import pytest

from tests import tidy

ROOT = Path(__file__).parents[1]


def _parse(source: str) -> ast.Module:
    return ast.parse(textwrap.dedent(source))


def test_a_module_without_a_docstring_is_seen() -> None:
    assert tidy.no_docstring(_parse("x = 1"))
    assert not tidy.no_docstring(_parse('"""One."""\nx = 1'))


@pytest.mark.parametrize("head", ["def f():", "async def f():", "class A:\n  def f(self):"])
def test_an_import_inside_a_function_is_seen(head: str) -> None:
    assert tidy.inner_imports(ast.parse(f"{head}\n    import json"))
    assert tidy.inner_imports(ast.parse(f"{head}\n    if True:\n        from json import loads"))
    assert not tidy.inner_imports(ast.parse(f"import json\n{head}\n    pass"))


def test_a_long_function_is_seen() -> None:
    def function(lines: int) -> ast.Module:
        return ast.parse("def f():\n" + "    pass\n" * (lines - 1))

    assert tidy.long_functions(function(tidy.LONGEST_FUNCTION + 1))
    assert not tidy.long_functions(function(tidy.LONGEST_FUNCTION))


def test_a_long_file_is_seen() -> None:
    assert tidy.long_file("x = 1\n" * (tidy.LONGEST_FILE + 1))
    assert not tidy.long_file("x = 1\n" * tidy.LONGEST_FILE)


MODULES = {"warung.chat", "warung.chat.store", "warung.chat.service", "warung.media", "warung.media.store", "warung.kit", "warung.kit.db"}


@pytest.mark.parametrize(
    "line",
    [
        "import warung.media.store",
        "from warung.media.store import find",
        "from warung.media import store",
        "from ..media.store import find",
        "from ..media import store",
    ],
)
def test_a_back_door_is_seen(line: str) -> None:
    assert tidy.back_doors("warung.chat.service", ast.parse(line), MODULES)


@pytest.mark.parametrize(
    "line",
    [
        "from warung import media",
        "from warung.media import grant",
        "from warung.chat import store",
        "from . import store",
        "from .store import find",
        "from warung.kit.db import Tx",
    ],
)
def test_a_front_page_is_open(line: str) -> None:
    assert not tidy.back_doors("warung.chat.service", ast.parse(line), MODULES)


def test_a_front_page_reaches_its_own_rooms() -> None:
    assert not tidy.back_doors("warung.chat", ast.parse("from .service import send"), MODULES, is_package=True)
    assert tidy.back_doors("warung.chat", ast.parse("from ..media.store import find"), MODULES, is_package=True)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT id FROM message",
        "\n  select id\n  from message",
        "INSERT INTO message VALUES (1)",
        "INSERT OR IGNORE INTO message VALUES (1)",
        "UPDATE member SET cursor = 1",
        "DELETE FROM member",
        "CREATE UNIQUE INDEX one ON message (seq)",
        "WITH mine AS (SELECT 1) SELECT * FROM mine",
    ],
)
def test_stray_sql_is_seen(text: str) -> None:
    for source in (f"tx.execute({text!r})", f"tx.execute(f{text!r})"):
        assert tidy.stray_sql(PurePosixPath("src/warung/chat/service.py"), ast.parse(source))
        assert not tidy.stray_sql(PurePosixPath("src/warung/chat/store.py"), ast.parse(source))
        assert not tidy.stray_sql(PurePosixPath("src/warung/chat/store_members.py"), ast.parse(source))
        assert not tidy.stray_sql(PurePosixPath("src/warung/adapters/db_sqlite.py"), ast.parse(source))


def test_a_sentence_is_no_sql() -> None:
    source = '''
        def pick():
            """select one from the list"""
            return "Select a photo from the gallery", "Update member", "with Ayu"
    '''
    assert not tidy.stray_sql(PurePosixPath("src/warung/chat/service.py"), _parse(source))


@pytest.mark.parametrize(
    "text", ["# TODO later", "FIXME", "x  # XXX", "/work/main/x", "open('/root/x')", "https://registry.npmjs.org/svelte", "pypi.org/simple"]
)
def test_a_banned_word_is_seen(text: str) -> None:
    assert tidy.banned_words(f"fine\n{text}\n") == [tidy.Complaint(2, tidy.banned_words(text)[0].text)]


def test_a_decent_word_is_none() -> None:
    assert not tidy.banned_words("mastodon todo list, https://example.org/root/, a network/workmanship")


def test_a_gap_in_the_migrations_is_seen() -> None:
    assert tidy.migration_gaps(["001_start.sql", "003_more.sql"])
    assert tidy.migration_gaps(["002_start.sql"])
    assert tidy.migration_gaps(["001_start.sql", "001_again.sql"])
    assert tidy.migration_gaps(["001_search.sqlite.sql"])
    assert tidy.migration_gaps(["start.sql"])
    assert not tidy.migration_gaps(["001_start.sql", "002_search.sqlite.sql", "002_search.postgres.sql", "003_more.sql"])


def _broken_contracts(folder: Path, files: dict[str, str]) -> set[str]:
    """Write a package `warung` from the files, lint it with this project's own contracts, and return the ids of the broken ones."""
    for name, text in {"__init__.py": "", **files}.items():
        path = folder / "warung" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        (path.parent / "__init__.py").touch()
    project = (ROOT / "pyproject.toml").read_text()
    (folder / "pyproject.toml").write_text(project)
    broken = set()
    for contract in tomllib.loads(project)["tool"]["importlinter"]["contracts"]:
        command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-logo", "--no-cache"]
        ended = subprocess.run([*command, "--contract", contract["id"]], cwd=folder, capture_output=True, text=True, check=False)
        assert "Contracts: " in ended.stdout, ended.stdout + ended.stderr
        if ended.returncode != 0:
            broken.add(contract["id"])
    return broken


GOOD = {
    "kit/db.py": "",
    "web.py": "",
    "settings.py": "from warung import kit",
    "media/service.py": "from warung import accounts",
    "contacts/service.py": "from warung import accounts",
    "importers/service.py": "from warung import chat",
    "accounts/service.py": "from warung.kit import db",
    "chat/service.py": "from warung import accounts",
    "gateway/http.py": "from warung.kit import db",
    "adapters/db_sqlite.py": "from warung.kit import db",
    "app.py": "from warung import accounts, adapters, chat, gateway",
    "demo.py": "from warung import app",
    "reload.py": "",
    "serving.py": "from warung import app",
    "cli.py": "from warung import serving",
    "__main__.py": "from warung import cli",
}


@pytest.mark.parametrize(
    ("wrong", "broken"),
    [
        pytest.param({}, set(), id="nothing"),
        pytest.param({"accounts/service.py": "from warung import media", "media/service.py": ""}, {"floors"}, id="looking up"),
        pytest.param({"settings.py": "from warung import gateway"}, {"floors"}, id="looking sideways"),
        pytest.param({"kit/db.py": "import warung.accounts.service"}, {"floors", "edges", "acyclic"}, id="the vocabulary knows a domain"),
        pytest.param({"gateway/http.py": "from warung import chat"}, {"edges"}, id="an edge knows a domain"),
        pytest.param({"loyalty/__init__.py": "from warung import accounts"}, {"floors", "edges"}, id="a package without a floor"),
        pytest.param({"chat/a.py": "from . import b", "chat/b.py": "from . import a"}, {"acyclic"}, id="a cycle inside a domain"),
    ],
)
def test_the_floors_hold(tmp_path: Path, wrong: dict[str, str], broken: set[str]) -> None:
    assert _broken_contracts(tmp_path, GOOD | wrong) == broken


@pytest.mark.parametrize(
    ("wrong", "tool"),
    [
        ("import os\n", ["ruff", "check"]),
        ("x = {  'a':1 }\n", ["ruff", "format", "--check"]),
        ("def double(x):\n    return 2 * x\n", ["mypy", "--no-incremental"]),
    ],
    ids=lambda value: value[-1] if isinstance(value, list) else "",
)
def test_style_and_types_are_checked(tmp_path: Path, wrong: str, tool: list[str]) -> None:
    settings = f"--config-file={ROOT / 'pyproject.toml'}" if tool[0] == "mypy" else f"--config={ROOT / 'pyproject.toml'}"
    codes = []
    for text in ("x = 1\n", wrong):
        (tmp_path / "source.py").write_text(text)
        ended = subprocess.run([sys.executable, "-m", *tool, settings, "source.py"], cwd=tmp_path, capture_output=True, check=False)
        codes.append(ended.returncode)
    assert codes == [0, 1]


def test_no_contract_makes_exceptions() -> None:
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]:
        assert not [option for option in contract if option.startswith(("ignore_imports", "exhaustive_ignores", "skip_descendants"))]
