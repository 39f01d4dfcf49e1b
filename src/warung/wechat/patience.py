"""Calls that are refused and come again at once, because a library tries for ever: after some in a minute they are told to wait.

Remembered by what they showed, a token or a secret: whoever shows something else, or something right, feels nothing of it. Kept in the
memory of a node, since answering costs less than asking another one would.
"""

from warung.kit.clock import MINUTE
from warung.kit.ids import digest
from warung.wechat.codes import Wrong

KEPT = 10_000


class Patience:
    """How often the same was refused in the present minute."""

    def __init__(self) -> None:
        self._minute = 0
        self._refused: dict[str, int] = {}

    def check(self, shown: str, most: int, now: int) -> None:
        """Raise `Wrong` 45011 for what was refused often enough in this minute; `most` 0 is no bound."""
        if most and now // MINUTE == self._minute and self._refused.get(digest(shown), 0) >= most:
            raise Wrong(45011)

    def refused(self, shown: str, now: int) -> None:
        """Note that something was refused."""
        if now // MINUTE != self._minute or len(self._refused) >= KEPT:
            self._minute, self._refused = now // MINUTE, {}
        name = digest(shown)
        self._refused[name] = self._refused.get(name, 0) + 1
