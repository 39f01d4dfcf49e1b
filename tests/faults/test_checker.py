"""The checker itself: it says nothing of a history that is right, and notices each way of being wrong."""

from typing import Any

import msgspec
import pytest

from tests.faults.checker import complaints


class Said(msgspec.Struct, frozen=True):
    seq: int
    text: str | None


LOG = [Said(seq, None if seq == 1 else f"pesan {seq}") for seq in range(1, 7)]
RIGHT: dict[str, Any] = {
    "promised": {"n2": (2, "pesan 2"), "n6": (6, "pesan 6")},
    "logs": [LOG, LOG[2:]],
    "heard": [LOG[3:]],
    "cursors": [[("siti", 2), ("budi", 1), ("siti", 2), ("siti", 5)]],
    "overheard": [],
}
WRONG: dict[str, dict[str, Any]] = {
    "lost": {"promised": {"n9": (9, "pesan 9")}},
    "another": {"promised": {"n2": (2, "pesan lain")}},
    "a gap": {"logs": [LOG[:2] + LOG[3:]]},
    "out of order": {"logs": [[LOG[0], LOG[2], LOG[1], *LOG[3:]]]},
    "two orders": {"logs": [LOG, [*LOG[:4], Said(5, "pesan 6"), Said(6, "pesan 5")]]},
    "another end": {"logs": [LOG, LOG[:-1]]},
    "twice": {"logs": [[*LOG, Said(7, "pesan 6")]]},
    "a gap in what was heard": {"heard": [[LOG[1], LOG[3]]]},
    "heard and not stored": {"heard": [[Said(6, "hantu")]]},
    "a cursor that goes back": {"cursors": [[("siti", 5), ("siti", 4)]]},
    "told to a stranger": {"overheard": [LOG[2]]},
}


def test_a_history_that_keeps_its_promises_is_not_complained_of() -> None:
    assert complaints(**RIGHT) == []


@pytest.mark.parametrize("wrong", WRONG)
def test_every_broken_promise_is_noticed(wrong: str) -> None:
    assert complaints(**(RIGHT | WRONG[wrong])) != []
