"""Calls that are refused and come again at once, because a library tries for ever: after some in a minute they are told to wait.

Remembered by what they showed, a token or a secret: whoever shows something else, or something right, feels nothing of it. Kept in the
memory of a node, since answering costs less than asking another one would.
"""

from warung.kit.clock import MINUTE
from warung.kit.ids import digest
from warung.wechat.codes import Wrong

KEPT = 10_000


class Patience:
    """How often the same was refused since it was refused first, at most a minute ago."""

    def __init__(self) -> None:
        self._refused: dict[str, tuple[int, int]] = {}  # until when it is remembered, and how often

    def check(self, shown: str, most: int, now: int) -> None:
        """Raise `Wrong` 45011 for what was refused often enough; `most` 0 is no bound."""
        until, times = self._refused.get(digest(shown), (0, 0))
        if most and times >= most and now < until:
            raise Wrong(45011)

    def refused(self, shown: str, now: int) -> None:
        """Note that something was refused."""
        if len(self._refused) >= KEPT:
            self._refused.clear()
        name = digest(shown)
        until, times = self._refused.get(name, (0, 0))
        self._refused[name] = (until, times + 1) if now < until else (now + MINUTE, 1)
