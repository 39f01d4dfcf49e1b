"""A network that loses, delays and reorders packets, or carries none: two TUN devices, one here, one in a network namespace of its own.

What netem does in a kernel that has it, done here for every kernel that allows a namespace and a TUN device.
"""

import asyncio
import contextlib
import ctypes
import fcntl
import os
import random
import shutil
import struct
import subprocess
import threading
from collections.abc import Iterator

from tests.environment import missing

TUNSETIFF, TUN_WITHOUT_HEAD = 0x400454CA, 0x1001
CLONE_NEWNET = 0x40000000
PACKET = 65_536


class Somewhere:
    """A network namespace; what is started with `prefix` before its command line lives in it."""

    def __init__(self) -> None:
        command = ["unshare", "--net", "sh", "-c", "ip link set lo up && echo && exec sleep infinity"]
        self._holding = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self._holding.stdout is not None
        self._holding.stdout.readline()
        self.path = f"/proc/{self._holding.pid}/ns/net"
        self.prefix = ["nsenter", f"--net={self.path}"]

    def close(self) -> None:
        """End it, with the devices in it."""
        self._holding.kill()
        self._holding.communicate()


class Air:
    """A link between here and somewhere else: `here` and `there` are the addresses of its ends."""

    def __init__(self, elsewhere: Somewhere, number: int, seed: int = 1) -> None:
        self.here, self.there = f"10.{77 + number}.{os.getpid() % 250}.1", f"10.{77 + number}.{os.getpid() % 250}.2"
        self.loss = 0.0  # of packets
        self.delay_s = 0.0  # up to which each is delayed, by chance and so out of order
        self.cut = False
        self.lost = self.overtaken = 0
        self._chance = random.Random(seed)
        self._latest = [0.0, 0.0]
        self._loop = asyncio.get_running_loop()
        name = f"air{number}-{os.getpid() % 100_000}"
        self._ends = [_tun(name), _elsewhere(elsewhere.path, name)]
        for prefix, address in (([], self.here), (elsewhere.prefix, self.there)):
            for words in (["addr", "add", f"{address}/24", "dev", name], ["link", "set", name, "up"]):
                subprocess.run([*prefix, "ip", *words], check=True)
        for end in (0, 1):
            self._loop.add_reader(self._ends[end], self._carry, end)

    def _carry(self, end: int) -> None:
        packet = os.read(self._ends[end], PACKET)
        if self.cut or self._chance.random() < self.loss:
            self.lost += 1
            return
        arrives = self._loop.time() + self.delay_s * self._chance.random()
        self.overtaken += arrives < self._latest[end]
        self._latest[end] = max(arrives, self._latest[end])
        self._loop.call_at(arrives, self._arrive, 1 - end, packet)

    def _arrive(self, end: int, packet: bytes) -> None:
        with contextlib.suppress(OSError):  # the device is full, or gone
            os.write(self._ends[end], packet)

    async def passes(self) -> None:
        """Let a moment pass in which packets may come."""
        await asyncio.sleep(0.02)

    def close(self) -> None:
        """Carry nothing more."""
        for end in self._ends:
            self._loop.remove_reader(end)
        self._loop.call_later(2 * self.delay_s, self._let_go)

    def _let_go(self) -> None:
        for end in self._ends:
            os.close(end)


def _tun(name: str) -> int:
    end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH", name.encode(), TUN_WITHOUT_HEAD))
    return end


def _elsewhere(path: str, name: str) -> int:
    """Make a device in a namespace: in a thread of its own, which moves there and ends."""
    made: list[int] = []

    def make() -> None:
        space = os.open(path, os.O_RDONLY)
        if ctypes.CDLL(None, use_errno=True).setns(space, CLONE_NEWNET) == 0:
            made.append(_tun(name))
        os.close(space)

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    return made[0]


@contextlib.contextmanager
def somewhere() -> Iterator[Somewhere]:
    """Yield a namespace of one's own. Without the right to one, or to TUN devices, the test is not possible here."""
    tools = [shutil.which(name) for name in ("unshare", "nsenter", "ip")]
    if not all(tools) or not os.access("/dev/net/tun", os.W_OK) or subprocess.run(["unshare", "--net", "true"], check=False).returncode:
        missing("A network namespace with TUN devices (unshare, ip, /dev/net/tun, and the right to them)", "iproute2 util-linux")
    space = Somewhere()
    try:
        yield space
    finally:
        space.close()
