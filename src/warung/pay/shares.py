"""How a sum is divided: a lucky packet, and a bill. Integers only, and what is divided is exactly what there was."""

from collections.abc import Sequence
from random import Random


def lucky(total: int, count: int, *, step: int, most: int, chance: Random) -> list[int]:
    """Divide `total` into `count` shares by luck: each between `step` and twice the average of what is left, never above `most`.

    All in minor units, multiples of `step`; `count * step <= total <= count * most`. Later shares vary more than earlier ones, so they
    are shuffled: then all places are alike, and it does not matter who is first to open.
    """
    left, top = total // step, most // step
    shares: list[int] = []
    for still in range(count, 1, -1):
        low = max(1, left - top * (still - 1))  # so much that the others can take the rest
        high = min(2 * left // still, left - (still - 1), top)
        share = chance.randint(low, max(low, high))
        shares.append(share * step)
        left -= share
    shares.append(left * step)
    chance.shuffle(shares)
    return shares


def even(total: int, count: int, *, step: int) -> Sequence[int]:
    """Divide `total` into `count` shares that differ by at most one `step`; who comes first bears the difference."""
    each, over = divmod(total // step, count)
    return [(each + (place < over)) * step for place in range(count)]
