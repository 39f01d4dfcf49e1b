"""The peers, from Debian's packages: ejabberd with its archive in PostgreSQL and with none, NATS JetStream. And a PostgreSQL.

Each is given its best: no TLS, no shapers, one scheduler that does not spin, only the modules that the work needs.
"""

import contextlib
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import psycopg

from bench import generator, machine, place
from bench.machine import Broken, Server
from bench.servers import free_port, listens, process, until

PACKAGES = {"ejabberd": ["ejabberd", "erlang-p1-pgsql"], "nats": ["nats-server"], "postgres": ["postgresql"]}
CONFIGURATION = Path(__file__).parent / "configuration"


def installed(which: str) -> None:
    """Install a peer's packages where they are missing and where this may. Raises `Broken`."""
    present = {
        "ejabberd": shutil.which("ejabberdctl", path="/usr/sbin:/usr/bin") and shutil.which("erl"),
        "nats": shutil.which("nats-server", path="/usr/sbin:/usr/bin:/usr/local/bin"),
        "postgres": any(Path("/usr/lib/postgresql").glob("*/bin/initdb")),
    }
    if present[which]:
        return
    wanted = PACKAGES[which]
    if os.getuid() != 0 or shutil.which("apt-get") is None:
        raise Broken(f"{which} is not installed; for example: apt install {' '.join(wanted)}")
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *wanted]):
        done = subprocess.run(["apt-get", *words], env=quiet, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Broken(f"apt-get {words[0]}: {done.stderr.strip()[-300:]}")


class Postgres(msgspec.Struct):
    """A running PostgreSQL: the root of its processes, its port and its folder."""

    pid: int
    port: int
    programs: Path

    def url(self, database: str) -> str:
        """Return the address of a database, made anew."""
        with psycopg.connect(f"postgresql://bench@127.0.0.1:{self.port}/postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{database}" OWNER bench')
        return f"postgresql://bench@127.0.0.1:{self.port}/{database}"


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[Postgres]:
    """PostgreSQL on the server's core, its durability as it comes: fsync and synchronous_commit on."""
    installed("postgres")
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda found: int(found.parent.name))
    data, port = folder / "postgres", free_port()
    data.mkdir(parents=True)
    owner = pwd.getpwnam("postgres") if os.getuid() == 0 else None
    how: dict[str, Any] = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}
    if owner:
        os.chown(data, owner.pw_uid, owner.pw_gid)
        for above in (folder, *folder.parents):
            if above != Path("/") and not above.stat().st_mode & 1:
                above.chmod(above.stat().st_mode | 0o11)
    data.chmod(0o700)
    made = subprocess.run(
        [str(programs / "initdb"), "-D", str(data), "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"],
        capture_output=True, text=True, check=False, cwd="/", **how,
    )  # fmt: skip
    if made.returncode != 0:
        raise Broken(f"initdb: {made.stderr.strip()[-300:]}")
    options = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "shared_buffers": "256MB",
        "max_connections": 200,
    }
    given = [f"--{key}={value}" for key, value in options.items()]
    with process([str(programs / "postgres"), "-D", str(data), *given], folder / "postgres.log", cwd="/", **how) as running:
        until(lambda: running.poll() is not None or _answers(port), "PostgreSQL")
        if running.poll() is not None:
            raise Broken((folder / "postgres.log").read_text(errors="replace")[-300:])
        yield Postgres(running.pid, port, programs)


def _answers(port: int) -> bool:
    try:
        psycopg.connect(f"postgresql://bench@127.0.0.1:{port}/postgres").close()
    except psycopg.OperationalError:
        return False
    return True


@contextlib.contextmanager
def ejabberd(folder: Path, archive: Postgres | None, accounts: int) -> Iterator[Server]:
    """ejabberd, archiving every message in PostgreSQL or not at all, with accounts u0, u1, ... registered in band."""
    installed("ejabberd")
    name = "ejabberd-postgres" if archive else "ejabberd-none"
    home, port = folder / name, free_port()
    (home / "log").mkdir(parents=True)
    text = (CONFIGURATION / "ejabberd.yml").read_text().replace("@PORT@", str(port))
    if archive:
        with psycopg.connect(archive.url("ejabberd"), autocommit=True) as connection:
            connection.execute(_schema())
        text += (CONFIGURATION / "archive.yml").read_text().replace("@PORT@", str(archive.port))
    (home / "ejabberd.yml").write_text(text)
    env = os.environ | {
        "HOME": str(home),
        "ERL_LIBS": "/usr/lib/x86_64-linux-gnu",
        "EJABBERD_CONFIG_PATH": str(home / "ejabberd.yml"),
        "EJABBERD_LOG_PATH": str(home / "log/ejabberd.log"),
        "ERL_MAX_PORTS": "65536",
        "ERL_CRASH_DUMP": str(home / "log/crash.dump"),
        "ERL_EPMD_PORT": str(free_port()),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
    }
    argv = ["erl", "-sname", f"bench{port}@localhost", "-setcookie", "bench", "+K", "true", "+P", "250000", "+Q", "65536", "+S", "1:1"]
    argv += ["+sbwt", "none", "+sbwtdcpu", "none", "+sbwtdio", "none", "-start_epmd", "false", "-erl_epmd_port", str(free_port())]
    argv += ["-mnesia", "dir", f'"{home / "db"}"', "-s", "ejabberd", "-noinput"]
    with process(["taskset", "-c", str(min(machine.SERVER)), *argv], home / "log/erl.log", env, cwd=home) as running:
        until(lambda: running.poll() is not None or listens(port), name)
        if running.poll() is not None:
            raise Broken((home / "log/erl.log").read_text(errors="replace")[-300:])
        register(port, folder, range(accounts))
        yield Server(name, [running.pid, *([archive.pid] if archive else [])], port, "xmpp")


def _schema() -> str:
    places = [Path("/usr/share/ejabberd/sql/pg.sql"), *Path("/usr/lib").glob("*/ejabberd-*/priv/sql/pg.sql")]
    found = next((path for path in places if path.exists()), None)
    if found is None:
        raise Broken("ejabberd's schema for PostgreSQL is not where Debian puts it")
    return found.read_text()


def register(port: int, folder: Path, numbers: Sequence[int]) -> None:
    """Make accounts in band."""
    people = place.write_people(folder / f"register-{port}", [("r", f"u{n}", "pw", "-") for n in numbers])
    done = subprocess.run(
        generator.command("xmpp-register", "idle", people, port=port), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise Broken(f"registering: {done.stderr.strip()[-300:]}")


@contextlib.contextmanager
def nats(folder: Path) -> Iterator[Server]:
    """NATS JetStream with a stream in files. It acknowledges before the disk has anything."""
    installed("nats")
    port, store = free_port(), folder / "nats"
    store.mkdir()
    file = store / "nats.conf"
    file.write_text(f"listen: 127.0.0.1:{port}\njetstream {{ store_dir: {store}, max_mem: 256M, max_file: 8G }}\n")
    argv = ["taskset", "-c", str(min(machine.SERVER)), "nats-server", "-c", str(file)]
    with process(argv, store / "log", os.environ | {"GOMAXPROCS": "1"}) as running:
        until(lambda: running.poll() is not None or listens(port), "nats-server")
        if running.poll() is not None:
            raise Broken((store / "log").read_text(errors="replace")[-300:])
        yield Server("nats-jetstream", [running.pid], port, "nats")


def people(server: Server, folder: Path, pairs: int) -> Path:
    """Write who talks to whom on a peer."""
    if server.protocol == "echo":
        return place.write_people(folder / "people-echo", [("b", f"u{at}", "-", "-") for at in range(pairs)])
    lines = []
    for at in range(pairs):
        to = f"m.{at}" if server.protocol == "nats" else f"u{2 * at + 1}"
        lines += [("s", f"u{2 * at}", "pw", to), ("r", f"u{2 * at + 1}", "pw", to)]
    return place.write_people(folder / f"people-{server.name}", lines)
