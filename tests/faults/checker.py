"""The one checker of all faults: what people were promised, what they heard and what is stored, compared; every complaint in words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol


class Entry(Protocol):
    """A message, as any client knows it."""

    @property
    def seq(self) -> int:
        """Its place in the log."""

    @property
    def text(self) -> str | None:
        """Its words."""


def complaints(
    *,
    promised: Mapping[str, tuple[int, str]],
    logs: Iterable[Sequence[Entry]],
    heard: Iterable[Sequence[Entry]] = (),
    cursors: Iterable[Sequence[tuple[str, int]]] = (),
    overheard: Sequence[object] = (),
) -> list[str]:
    """Return what is wrong; nothing for a history that keeps every promise.

    `promised` is nonce -> (seq, text) of what was acknowledged, texts being different; `logs` are the same log as several people read it,
    `heard` what each was pushed or fetched by itself, in the order it came, `cursors` what each was told of others' reading, and
    `overheard` what came to somebody who may see none of it.
    """
    first, *others = logs
    wrong = ordered(first, "the log")
    for other in others:
        common = {entry.seq: entry.text for entry in first}
        wrong += [f"{entry.seq} is another message to somebody else" for entry in other if common.get(entry.seq) != entry.text]
        wrong += ["the log ends elsewhere for somebody else"] if other[-1].seq != first[-1].seq else []
    stored = {entry.seq: entry.text for entry in first}
    for nonce, (seq, text) in promised.items():
        if stored.get(seq) != text:
            wrong.append(f"{nonce} was acknowledged as {seq} and is not there: lost")
    texts = [entry.text for entry in first if entry.text]
    if len(set(texts)) != len(texts):
        wrong.append(f"{len(texts) - len(set(texts))} messages are stored twice")
    for entries in heard:
        wrong += ordered(entries, "what somebody heard")
        wrong += [f"{entry.seq} was heard and is not stored" for entry in entries if stored.get(entry.seq) != entry.text]
    for told in cursors:
        furthest: dict[str, int] = {}
        for account, read in told:
            if read < furthest.get(account, 0):
                wrong.append(f"{account} had read {furthest[account]}, then {read}")
            furthest[account] = max(read, furthest.get(account, 0))
    return wrong + [f"somebody who may not see it was told {each}" for each in overheard]


def ordered(entries: Sequence[Entry], what: str) -> list[str]:
    """Complain about gaps and about what is out of place."""
    misplaced = sum(entry.seq != at for at, entry in enumerate(entries, entries[0].seq)) if entries else 0
    return [f"{misplaced} entries are out of place in {what}"] if misplaced else []
