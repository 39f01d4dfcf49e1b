"""What the tests find on this machine: a private PostgreSQL, one for the whole run, and a Chromium.

A pytest plugin (named in conftest.py) that knows nothing of warung. `make test` installs what is missing where it may; without it
the tests that ask for it are skipped, but under CI=true they fail, so that a run that looks green has seen everything.
"""

import contextlib
import fcntl
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from tests.emptying import Kept

RUN = "WARUNG_TEST_RUN"
_OLDEST_POSTGRES = 15
PATIENCE = 50

settings.register_profile("warung", deadline=None, derandomize=True, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("long", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("warung")


def pytest_configure(config: pytest.Config) -> None:
    """Give the run a folder that all its workers know; the process that hands out the tests owns it."""
    if not hasattr(config, "workerinput"):
        folder = Path(tempfile.mkdtemp(prefix="warung-test-", dir="/tmp"))  # short: a socket's path has at most 107 bytes
        folder.chmod(0o711)
        os.environ[RUN] = str(folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the cluster, if any test asked for one, and remove the run's folder."""
    if not hasattr(config, "workerinput"):
        _stop_postgres(run_folder())
        shutil.rmtree(run_folder(), ignore_errors=True)


def run_folder() -> Path:
    """Return the folder that belongs to this run and is removed at its end; all xdist workers share it."""
    return Path(os.environ[RUN])


@contextlib.contextmanager
def once_per_run(name: str) -> Iterator[Path]:
    """Hold the run's lock called `name`; yield a path that the first holder creates to say that the work is done."""
    with (run_folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield run_folder() / f"{name}.done"


def missing(what: str, package: str) -> NoReturn:
    """Skip the present test because a program is absent; under CI=true fail instead."""
    how = package if " " in package else f"it, for example with: apt install {package}"
    message = f"{what} is not installed here; install {how}"
    if os.environ.get("CI") == "true":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


def judge(program: str) -> Path:
    """Return a program that judges our work from an environment of its own (requirements/judges.txt): it may be under the GPL."""
    found = Path(sys.prefix) / "judges/bin" / program
    return found if found.exists() else missing(program, "it with: make judges")


def chromium_path() -> Path:
    """Return the installed Chromium; tests never download one."""
    names = (os.environ.get("WARUNG_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    return Path(found) if found else missing("Chromium", "chromium")


def postgres_url(database: str = "postgres", *, durable: bool = False) -> str:
    """Return the URL of a database in the run's private cluster, which the first call starts.

    It does not wait for the disk unless `durable` says so: nobody cuts its power, and a database for a test is made three times as fast.
    The cluster listens on a socket in the run's folder only. It sorts text as en-US does, as many operators' databases do: code
    that leans on the order of bytes has to say so.
    """
    with once_per_run("postgres") as done:
        if not done.exists():
            _start_postgres(run_folder(), durable=durable)
            done.touch()
    return f"postgresql://warung@/{database}?host={quote(str(run_folder()), safe='')}"


def postgres_template(name: str, fill: Callable[[str], None]) -> str:
    """Return the name of a template database; the run's first call creates it and lets `fill(url)` put the tables in."""
    url = postgres_url()
    with once_per_run(f"template-{name}") as done:
        if not done.exists():
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(f'CREATE DATABASE "{name}"')
            fill(postgres_url(name))
            done.touch()
    return name


LET_GO = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
_spare: dict[str, list[Kept]] = {}  # by template: those of this process that nobody uses


@contextlib.contextmanager
def postgres_database(template: str = "template1", *, anew: bool = False) -> Iterator[str]:
    """Yield the URL of a database like `template`, and take it back afterwards, whoever is still connected.

    One that another test has used is empty again, but its tables have the size and the statistics of that test's rows, which
    PostgreSQL plans by: `anew` makes one that nobody has used.
    """
    url, spare = postgres_url(), _spare.setdefault(template, [])
    if spare and not anew:
        kept = spare.pop()
    else:
        name = f"test_{uuid.uuid4().hex}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        kept = Kept(name, postgres_url(name))
    try:
        yield postgres_url(kept.name)
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            for _ in range(2_000):  # its own way to wait looks ten times a second
                if not connection.execute(LET_GO, [kept.name]).fetchall():
                    break
                time.sleep(0.003)
            if kept.emptied():
                spare.append(kept)
            else:
                connection.execute(f'DROP DATABASE "{kept.name}" WITH (FORCE)')


def _postgres_programs() -> Path:
    """Return the folder of the newest PostgreSQL on this machine, at least 15."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if on_path := shutil.which("initdb"):
        folders.append(Path(on_path).resolve().parent)
    versions: dict[int, Path] = {}
    for folder in folders:
        said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
        if number := re.search(r"\d+", said):
            versions[int(number[0])] = folder
    newest = max(versions, default=0)
    return versions[newest] if newest >= _OLDEST_POSTGRES else missing(f"PostgreSQL {_OLDEST_POSTGRES} or later", "postgresql")


def _start_postgres(run: Path, *, durable: bool) -> None:
    """Create a cluster under `run`, start it, and wait until it answers; raises with its log when it does not."""
    programs, owner, data = _postgres_programs(), _without_root(), run / "cluster"
    data.mkdir(mode=0o700)
    if owner is not None:
        for folder in (run, data):
            os.chown(folder, owner.pw_uid, owner.pw_gid)
    create = ["--username=warung", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"]
    _run_as(owner, programs / "initdb", "--pgdata", data, *create)
    _launch_postgres(run, durable=durable)
    _clean_up_after(_hander_out(), _postmaster(run), run)


def _launch_postgres(run: Path, *, durable: bool) -> None:
    data, options = run / "cluster", f"-k {run} -c listen_addresses= -c max_connections=200 -c fsync={'on' if durable else 'off'}"
    pg_ctl = _postgres_programs() / "pg_ctl"
    _run_as(_without_root(), pg_ctl, "start", "--wait", "--silent", "--pgdata", data, "--log", data / "log", "--options", options)


class OwnPostgres:
    """A PostgreSQL of one's own, to be killed. Its folder is removed at the end of the run at the latest."""

    def __init__(self) -> None:
        self._folder = run_folder() / uuid.uuid4().hex[:8]
        self._folder.mkdir(mode=0o711)
        self._started = False
        self.url = f"postgresql://warung@/postgres?host={quote(str(self._folder), safe='')}"

    @property
    def runs(self) -> bool:
        """Has it been started, and not killed or stopped?"""
        return self._started

    @property
    def pid(self) -> int:
        """The id of its first process."""
        return _postmaster(self._folder)

    def start(self) -> None:
        """Create it, or start it again after a kill: it recovers what it had acknowledged."""
        self._started = True
        if not (self._folder / "cluster").exists():
            _start_postgres(self._folder, durable=True)
            return
        for _ in range(PATIENCE - 1):
            with contextlib.suppress(RuntimeError):  # until the processes of the killed one have noticed
                return _launch_postgres(self._folder, durable=True)
            time.sleep(0.1)
        _launch_postgres(self._folder, durable=True)

    def kill(self) -> None:
        """End it without a word."""
        self._started = False
        os.kill(_postmaster(self._folder), signal.SIGKILL)

    def stop(self) -> None:
        """Stop it for good, if it runs."""
        self._started = False
        with contextlib.suppress(RuntimeError):
            _stop_postgres(self._folder)


def _stop_postgres(run: Path) -> None:
    """Stop the cluster under `run`, breaking off what its clients are doing; does nothing where none runs."""
    if (run / "cluster/postmaster.pid").exists():
        pg_ctl = _postgres_programs() / "pg_ctl"
        _run_as(_without_root(), pg_ctl, "stop", "--wait", "--silent", "--mode=fast", "--pgdata", run / "cluster")


def _without_root() -> pwd.struct_passwd | None:
    """Return whom the server runs as, where we are root: PostgreSQL refuses to be root. None means as ourselves."""
    if os.geteuid() != 0:
        return None
    people = {entry.pw_name: entry for entry in pwd.getpwall()}
    return people.get("postgres") or people["nobody"]


def _run_as(owner: pwd.struct_passwd | None, *command: str | Path) -> None:
    """Run a command to its end as `owner`; raises with what it said when it fails. Its output goes to a file: a daemon keeps it open."""
    user, group, groups = (owner.pw_uid, owner.pw_gid, list[int]()) if owner else (None, None, None)
    with tempfile.TemporaryFile() as said:
        ended = subprocess.run(
            command, cwd="/", stdin=subprocess.DEVNULL, stdout=said, stderr=said, user=user, group=group, extra_groups=groups, check=False
        )
        if ended.returncode != 0:
            said.seek(0)
            raise RuntimeError(f"{command[0]} ended with {ended.returncode}:\n{said.read().decode(errors='replace')}")


def _hander_out() -> int:
    """Return the process id of the one that hands out the tests: our parent in an xdist worker, else ourselves."""
    return os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()


def _postmaster(run: Path) -> int:
    """Return the process id of the cluster's server."""
    return int((run / "cluster/postmaster.pid").read_text().split("\n", 1)[0])


_WATCH = """
(
  while kill -0 "$1" && kill -0 "$2"; do sleep 1; done
  kill -0 "$1" && exit
  kill -INT "$2"
  while kill -0 "$2"; do sleep 1; done
  rm -rf "$3"
) </dev/null >/dev/null 2>&1 &
"""


def _clean_up_after(owner: int, server: int, run: Path) -> None:
    """Leave a watcher behind that stops the server and removes the folder should the owner be killed before it can."""
    subprocess.run(["/bin/sh", "-c", _WATCH, "sh", str(owner), str(server), run], start_new_session=True, check=True)
