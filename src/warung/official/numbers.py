"""Numbers for programs that want no texts as ids: never twice, small enough for JavaScript, with gaps that hide how much is going on."""

import secrets

from warung.kit.db import Tx
from warung.official import store_numbers

LONGEST_STEP = 97
TIME_BITS = 10  # the first number is the time so many bits up: larger than whatever was numbered by the time


def number(tx: Tx) -> int:
    """Return a number that nothing has yet, larger than those before it."""
    return store_numbers.take(tx, step=secrets.randbelow(LONGEST_STEP) + 1, first=(tx.now + 1) << TIME_BITS)
