"""The engines between nodes, a plugin: NATS servers and a stand-in for an S3 bucket, as processes that a test can kill."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.environment import missing
from tests.served import free_port

PATIENCE_S = 60.0


class Engine:
    """One process; started again on the same port."""

    def __init__(self, command: Sequence[str | Path], port: int, log: Path, env: dict[str, str] | None = None) -> None:
        self.port = port
        self._command = [str(part) for part in command]
        self._log = log
        self._env = os.environ | (env or {})
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; return when it takes connections."""
        with self._log.open("ab") as log:
            self._running = subprocess.Popen(self._command, env=self._env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE_S
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            if self._running.poll() is not None or time.monotonic() > deadline:
                pytest.fail(self._log.read_text(errors="replace")[-4000:])
            time.sleep(0.02)

    def kill(self) -> None:
        """End it without a word."""
        if self._running is not None:
            self._running.kill()
            self._running.wait()
            self._running = None


def nats_program() -> str:
    """Return where nats-server is."""
    return shutil.which("nats-server") or shutil.which("nats-server", path="/usr/sbin:/usr/local/sbin") or missing("NATS", "nats-server")


class Nats:
    """NATS servers: one, several that are a cluster, or one that is a part of a `cluster`, with `routes` to the others."""

    def __init__(self, folder: Path, servers: int = 1, cluster: str = "", routes: str = "", host: str = "127.0.0.1") -> None:
        program = nats_program()
        ends = [cluster or f"nats://127.0.0.1:{free_port()}" for _ in range(servers)]
        self.servers = []
        for end in ends:
            port = free_port()
            command = [program, "-a", host, "-p", str(port), "-n", f"n{port}"]
            if servers > 1 or cluster:
                command += ["--cluster_name", "warung", "--cluster", end]
                command += ["--routes", routes or ",".join(ends)] if routes or servers > 1 else []
            self.servers.append(Engine(command, port, folder / f"nats{port}.log"))

    @property
    def url(self) -> str:
        """All of them, as the settings name them."""
        return ",".join(f"nats://127.0.0.1:{server.port}" for server in self.servers)

    def start(self) -> None:
        """Start all."""
        for server in self.servers:
            server.start()

    def kill(self) -> None:
        """End all."""
        for server in self.servers:
            server.kill()


@pytest.fixture
def nats(tmp_path: Path) -> Iterator[Nats]:
    """One NATS server."""
    server = Nats(tmp_path)
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def shared_nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nats]:
    """One NATS server for the tests of this process, whose places have prefixes of their own."""
    server = Nats(tmp_path_factory.mktemp("nats"))
    server.start()
    yield server
    server.kill()


BUCKET = "kopi-club"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "warung", "AWS_SECRET_ACCESS_KEY": "warung"}


class Bucket:
    """A bucket, in a process of its own that speaks S3."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self._server = Engine(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], port, folder / "s3.log", CREDENTIALS
        )
        self.endpoint = f"http://127.0.0.1:{port}"
        self.url = f"s3://{BUCKET}?region=us-east-1&endpoint={self.endpoint}"

    def folder(self, name: str) -> str:
        """The URL of a part of the bucket."""
        return self.url.replace(f"//{BUCKET}?", f"//{BUCKET}/{name}?")

    def start(self) -> None:
        """Start it with an empty bucket."""
        self._server.start()
        httpx.put(f"{self.endpoint}/{BUCKET}", timeout=PATIENCE_S).raise_for_status()

    def kill(self) -> None:
        """End it; what it held is gone."""
        self._server.kill()


@pytest.fixture(scope="session")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    """A bucket for the tests of this process."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        made = Bucket(tmp_path_factory.mktemp("s3"))
        made.start()
        yield made
        made.kill()


def cut(url: str) -> int:
    """Cut every connection of warung to a database, as a restart of PostgreSQL does; return how many there were."""
    with psycopg.connect(url, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'warung'"
        ).fetchall()
    return len(rows)
