"""Argon2id in a bounded pool: a hash costs time and memory on purpose, so at most two are made at once and few may wait."""

import asyncio
import base64
import secrets
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from warung.accounts.model import HashingBusy, PasswordTooCommon, PasswordTooLong, PasswordTooShort, Settings

T = TypeVar("T")

THREADS = 2
WAITING = 32  # at the default cost this is about half a second of waiting; beyond it the answer is "try again"
LEAST = 8
MOST = 256

# The commonest passwords of the world and of Indonesia that are long enough to be chosen here.
_COMMON = """
00000000 11111111 111222333 112233445566 12121212 123123123 12341234 12345678 123456789 1234567890 123456aa 1234567a 1234qwer
12344321 123321123 147258369 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 22222222 55555555 5201314520 66666666 77777777 87654321 88888888
987654321 99999999 a1234567 a12345678 aa123456 aa12345678 abc12345 abc123456 abcd1234 abcdefgh administrator admin123 admin1234
alhamdulillah asdasdasd asdfasdf asdfghjkl baseball bismillah bismillah1 bismillah123 changeme charlie1 cintaku1 computer
doraemon football iloveyou iloveyou1 iloveyou2 indonesia indonesia1 indonesia123 indonesiaku internet jakarta123 jennifer
katasandi kucing123 letmein1 letmein123 liverpool manchester merdeka45 michelle monkey123 p@ssw0rd p@ssword passw0rd
password password! password1 password12 password123 persib1933 pokemon123 princess princess1 q1w2e3r4 qazwsxedc qwer1234
qwerty12 qwerty123 qwertyui qwertyuiop rahasia1 rahasia123 sayang123 sayangku sayangkamu semangat1 starwars sunshine superman
terserah trustno1 welcome1 whatever woaini1314 woaini520 zaq12wsx zxcvbnm1 zxcvbnm123
"""
COMMON = frozenset(_COMMON.split())


class Verdict(msgspec.Struct, frozen=True):
    """Is it the password, and if so: its new hash, when the stored one costs other than the settings say now."""

    right: bool
    rehashed: str | None = None


class Pool:
    """Two threads and a short queue for the whole process."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="argon2")
        self._places = threading.BoundedSemaphore(THREADS + WAITING)

    async def hash(self, password: str, *, cost: Settings) -> str:
        """Return the Argon2id hash of a password. Raises `HashingBusy`."""
        return await self._run(lambda: _hasher(cost).hash(_normal(password)))

    async def verify(self, password: str, stored: str | None, *, cost: Settings) -> Verdict:
        """Compare. Without a stored hash (no such account, no password) the work is the same and the answer no."""
        return await self._run(lambda: _verify(password, stored, cost))

    async def _run(self, work: Callable[[], T]) -> T:
        if not self._places.acquire(blocking=False):
            raise HashingBusy
        future: Future[T] = self._threads.submit(work)
        # The place is free when the thread is, not when a client that went away stops waiting.
        future.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(future)


POOL = Pool()


async def hash_text(text: str, *, cost: Settings) -> str:
    """Return the Argon2id hash of something short that only its owner knows, made in the one pool. Raises `HashingBusy`."""
    return await POOL.hash(text, cost=cost)


async def is_hash_of(text: str, stored: str, *, cost: Settings) -> bool:
    """Say whether `stored` was made from `text`. Raises `HashingBusy`."""
    return (await POOL.verify(text, stored, cost=cost)).right


def check_new(password: str, *, handle: str) -> None:
    """Refuse a new password that is too short, too long or among the first that anyone would try."""
    if len(password) < LEAST:
        raise PasswordTooShort(least=LEAST)
    if len(password) > MOST:
        raise PasswordTooLong(most=MOST)
    simple = _normal(password).lower()
    if simple in COMMON or simple == handle.lower() or len(set(simple)) == 1:
        raise PasswordTooCommon


def _normal(password: str) -> str:
    """Two keyboards may write one letter in two ways; both must open the door."""
    return unicodedata.normalize("NFKC", password)


def _hasher(cost: Settings) -> PasswordHasher:
    return PasswordHasher(time_cost=cost.password_passes, memory_cost=cost.password_memory_kib, parallelism=1)


def _verify(password: str, stored: str | None, cost: Settings) -> Verdict:
    hasher = _hasher(cost)
    if len(password) > MOST:  # nobody has such a password; nor should it cost more than others
        password, stored = "", None
    try:
        hasher.verify(known := stored or _nobody(cost), _normal(password))
    except (VerificationError, InvalidHashError):
        return Verdict(False)
    return Verdict(True, hasher.hash(_normal(password)) if hasher.check_needs_rehash(known) else None)


def _nobody(cost: Settings) -> str:
    """Return the hash of a password that nobody knows, of the same cost as a real one."""
    salt, hashed = (base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, 32))
    return f"$argon2id$v=19$m={cost.password_memory_kib},t={cost.password_passes},p=1${salt}${hashed}"
