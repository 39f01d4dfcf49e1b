"""Comparing a provider's list with our books, whichever way the money went."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Protocol, TypeVar

from warung.kit.db import Db, Tx
from warung.pay import operators


class Told(Protocol):
    """Something in the provider's list."""

    @property
    def id(self) -> str:
        """Its id there."""


T = TypeVar("T", bound=Told)


async def compare(
    db: Db, told: Sequence[T], book: Callable[[Tx, T], str], ours: Iterable[tuple[str | None, str, str]], *, kind: str
) -> dict[str, int]:
    """Book each thing of the list, and open a case of this kind for each of `ours` (its id there, ours, words) that the list does not have.

    Return how many matched, were missing here or there, differed, or wait.
    """
    counts = {"matched": 0, "missing": 0, "differs": 0, "waiting": 0, "missing_there": 0}
    for each in told:
        counts[await db.write(lambda tx, each=each: book(tx, each))] += 1  # type: ignore[misc]
    there = {each.id for each in told}
    for theirs, about, words in ours:
        if theirs not in there:
            counts["missing_there"] += 1
            await db.write(partial(operators.open_case, kind=kind, about=about, detail=f"{words}; the provider's list has no {theirs}"))
    return counts
