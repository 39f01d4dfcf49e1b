"""Every dependency has a licence we allow, a line in docs/dependencies.md, and a hash; none names a registry."""

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LISTS = sorted(path.stem for path in (ROOT / "requirements").glob("*.in"))
# "any-OSI": whichever we like of those that OSI approves. Or as the text itself begins: that of the LGPL, and that of MIT.
BY_TEXT = "GNU LESSER GENERAL PUBLIC LICENSE|Permission is hereby granted, free of charge"
ALLOWED = re.compile(rf"(?<![A-Z])(MIT|BSD|Apache|MPL|Mozilla Public License|LGPL|PSF|ISC|any-OSI|{BY_TEXT})(?![A-Z])")


def _pinned(name: str) -> dict[str, str]:
    """Return each locked package with the text that pins it."""
    text = (ROOT / f"requirements/{name}.txt").read_text()
    return {match[1]: match[0] for match in re.finditer(r"^([a-z0-9-]+)==\S+.*(?:\n .*)*", text, re.MULTILINE)}


def _chosen() -> set[str]:
    """Return what we chose ourselves, for the server, the tools and the web client."""
    chosen = set()
    for name in LISTS:
        lines = (ROOT / f"requirements/{name}.in").read_text().splitlines()
        chosen |= {re.split(r"[^a-z0-9-]", line)[0] for line in lines if line and not line.startswith("-")}
    for package in [ROOT / "web/package.json", *(ROOT / "tests/sdks").glob("*/package.json")]:
        wanted = json.loads(package.read_text())
        chosen |= set(wanted.get("dependencies", {})) | set(wanted.get("devDependencies", {}))
    return chosen


def _licence(package: str) -> str | None:
    """Return everything an installed package says of its licence; None where it is not for this machine."""
    try:
        found = distribution(package)
    except PackageNotFoundError:
        return None
    fields = ("License-Expression", "License", "Classifier")
    said = [
        value.split("\n")[0]
        for field in fields
        for value in found.metadata.get_all(field) or []
        if field != "Classifier" or "License" in value
    ]
    files = [file for file in found.files or [] if "licen" in file.name.lower()]
    return " ".join([*said, *(Path(str(file.locate())).read_text(errors="replace")[:100] for file in files)])


def test_the_page_lists_what_was_chosen_and_nothing_else() -> None:
    rows = re.findall(r"^\| (\S+) \|", (ROOT / "docs/dependencies.md").read_text(), re.MULTILINE)
    assert {row for row in rows if row != "package"} == _chosen()


@pytest.mark.parametrize("package", sorted(set().union(*(_pinned(name) for name in LISTS))))
def test_the_licence_is_allowed(package: str) -> None:
    licence = _licence(package)
    assert licence is None or ALLOWED.search(licence), licence


@pytest.mark.parametrize("name", LISTS)
def test_everything_is_locked_with_a_hash_and_without_a_registry(name: str) -> None:
    pinned = _pinned(name)
    assert pinned
    assert not [package for package, text in pinned.items() if "--hash=sha256:" not in text]
    assert "://" not in (ROOT / f"requirements/{name}.txt").read_text()


def test_the_package_asks_for_what_the_server_is_locked_to() -> None:
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    chosen = (ROOT / "requirements/runtime.in").read_text().split()
    assert sorted(re.split(r"[<>=]", line)[0] for line in asked) == sorted(chosen)


@pytest.mark.parametrize(
    "lock", [ROOT / "web/package-lock.json", *(ROOT / "tests/sdks").glob("*/package-lock.json")], ids=lambda lock: lock.parent.name
)
def test_what_comes_from_npm_is_locked_without_a_registry(lock: Path) -> None:
    packages = json.loads(lock.read_text())["packages"]
    assert len(packages) > 1
    assert not [name for name, entry in packages.items() if "resolved" in entry or (name and "integrity" not in entry)]


def test_a_gpl_licence_is_not_allowed() -> None:
    assert not ALLOWED.search("GPL-3.0-only")
    assert not ALLOWED.search("GNU General Public License v3 (GPLv3), AGPL, SSPL, LIMITED")
    assert ALLOWED.search("GNU Lesser General Public License v3 (LGPLv3)")


def test_what_carries_gpl_libraries_is_loaded_by_no_process_of_ours() -> None:
    """The wheel of `av` holds x264 and x265: the server must not load it, and who does must load nothing of ours."""
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, warung.serving, warung.app; print([each for each in sys.modules if each.split('.')[0] == 'av'])",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert loaded.stdout.strip() == "[]"
    importing = {path.name for path in (ROOT / "src").rglob("*.py") if re.search(r"^(import|from) av\b", path.read_text(), re.MULTILINE)}
    assert importing == {"player_craft.py", "moving_craft.py"}
    for name in (*importing, "picture_craft.py", "worker.py"):
        assert not re.search(r"^(import|from) warung", (ROOT / "src/warung/media" / name).read_text(), re.MULTILINE)
