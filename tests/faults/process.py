"""A real server process in a folder of its own: started, killed, started again."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx
import pytest

from tests.served import free_port

HERE = Path(__file__).parent
PATIENCE_S = 120.0


class Process:
    """One server. `data` is its folder; `prefix` is put before its command line, `env` are settings of its own."""

    def __init__(
        self,
        folder: Path,
        data: Path | None = None,
        prefix: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        self.port = free_port()
        self.url = f"http://{host}:{self.port}"
        self.data = data or folder / "data"
        self.log = folder / "log"
        self._prefix = list(prefix)
        self._env = os.environ | {
            "WARUNG_DATA": str(self.data),
            "WARUNG_HOST": host,
            "WARUNG_PORT": str(self.port),
            "WARUNG_URL": self.url,
            "WARUNG_ACCOUNTS_REGISTRATION": "open",
            **(env or {}),
        }
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def runs(self) -> bool:
        """Has it been started, and has it not ended?"""
        return not self._ended()

    @property
    def code(self) -> int | None:
        """With what it ended by itself; None while it runs."""
        return self._running.poll() if self._running is not None else None

    @property
    def pid(self) -> int:
        """The id of the process that runs."""
        assert self._running is not None
        return self._running.pid

    async def start(self, script: str = "server.py") -> None:
        """Start it; return when it answers. Fails with what it said when it does not."""
        self._launch(script)
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        async with httpx.AsyncClient() as http:
            while not await self.answers(http):
                if self._ended() or asyncio.get_running_loop().time() > deadline:
                    pytest.fail(self.log.read_text(errors="replace")[-4000:])
                await asyncio.sleep(0.02)

    def _launch(self, script: str) -> None:
        with self.log.open("ab") as log:
            command = [*self._prefix, sys.executable, str(HERE / script)]
            self._running = subprocess.Popen(
                command, env=self._env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    def _ended(self) -> bool:
        return self._running is None or self._running.poll() is not None

    async def answers(self, http: httpx.AsyncClient) -> bool:
        """Does it serve, and reach its database?"""
        try:
            return (await http.get(f"{self.url}/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    def kill(self, *, alone: bool = False) -> None:
        """End it as a power cut ends a program: no handler runs, nothing is flushed. `alone`: what it has started is left."""
        if self._running is not None:
            os.kill(self._running.pid, signal.SIGKILL) if alone else os.killpg(self._running.pid, signal.SIGKILL)
            self._running.wait()
            self._running = None

    async def terminate(self) -> int:
        """Ask it to stop, as an operator does; return its exit code."""
        running, self._running = self._running, None
        assert running is not None
        running.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(running.wait, PATIENCE_S)
