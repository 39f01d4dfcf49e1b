"""What a domain hands the world: one value, `DOMAIN`. `app.py` lists the domains and is the only place that knows them all."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec

from warung.kit.blobs import Blobs
from warung.kit.bus import Event
from warung.kit.card import Card
from warung.kit.db import Db, Reader, Tx
from warung.kit.errors import Refusal
from warung.kit.ids import AccountId, Identity
from warung.kit.job import Job
from warung.kit.kind import Kind
from warung.kit.outside import Outside
from warung.kit.site import Site

T = TypeVar("T")


class Command(msgspec.Struct, frozen=True, tag_field="type"):
    """Base of what a client may say on the socket; `id` is repeated in the answer."""

    id: int


class Priority(IntEnum):
    """What goes first when not everything can be done. An HTTP route says it in `opt={"priority": ...}`."""

    FIRST = 0  # money, and receipts for what is stored already
    SEND = 1  # whatever else changes something
    CATCH_UP = 2  # reading
    PRESENCE = 3  # worth nothing later: who types, who is there


class Batched(msgspec.Struct, frozen=True):
    """A socket command that is written: all that arrived in one tick is one call and one transaction.

    `verb(tx, items)` returns one result or one `Refusal` per item, in order.
    """

    request: type[Command]
    verb: Callable[[Tx, Sequence[tuple[Identity, Any]]], Sequence[Any | Refusal]]
    priority: Priority = Priority.SEND


class Asked(msgspec.Struct, frozen=True):
    """A socket command that changes nothing on disk: one call on a reading connection."""

    request: type[Command]
    question: Callable[[Reader, Identity, Any], Any]
    priority: Priority = Priority.CATCH_UP


Position = tuple[int, int]  # (transaction, place) in a log: the order in which nothing can appear behind a reader


class Reach(NamedTuple):
    """How far a follower has read its log, and how far that goes: to the last entry that is committed, whatever else still runs."""

    read: Position
    end: Position


class Follower(msgspec.Struct, frozen=True):
    """A durable reader of the log, at least once: its position is stored in the transaction that does its work."""

    name: str
    follow: Callable[[Tx, int], bool]  # reads so many entries at most; True when there may be more
    reach: Callable[[Reader], Reach]
    indexes: bool = False  # it writes nothing but the index: what can be made anew from the log, and may be a file of its own


class Services(msgspec.Struct, frozen=True):
    """What an errand may use."""

    db: Db
    blobs: Blobs
    outside: Outside  # the guarded way to addresses that people named
    site: Site
    sections: Mapping[type[Any], Any]

    def settings(self, section: type[T]) -> T:
        """Return a domain's section of the settings, or its defaults."""
        found: T = self.sections.get(section) or section()
        return found


class Chore(msgspec.Struct, frozen=True):
    """How a job is done that needs the database only: in the transaction that removes it, so exactly once in effect.

    What it raises undoes it; it is tried again, later and later, and after `tries` kept as failed.
    """

    job: type[Job]
    verb: Callable[[Tx, Any], None]
    tries: int = 8


class Errand(msgspec.Struct, frozen=True):
    """How a job is done that reaches outside: at least once. Nobody else takes it up within `lease_s`, after which it is broken off.

    What it raises, or a process that died, has it tried again, later and later, and after `tries` kept as failed.
    """

    job: type[Job]
    run: Callable[[Services, Any], Awaitable[None]]
    tries: int = 8
    lease_s: int = 60


class Domain(msgspec.Struct, frozen=True):
    """A domain's front door for `app.py`."""

    name: str
    routes: Sequence[Any] = ()  # HTTP handlers of the web framework, opaque to the kit
    commands: Sequence[Batched | Asked] = ()
    cards: Sequence[type[Card]] = ()
    kinds: Sequence[Kind] = ()
    events: Sequence[type[Event]] = ()
    listeners: Sequence[tuple[type[Event], Callable[[Tx, Any], None]]] = ()
    followers: Sequence[Follower] = ()
    jobs: Sequence[Chore | Errand] = ()
    viewers: Sequence[tuple[str, Callable[[Reader, AccountId, str, int], bool]]] = ()  # kind of holder -> does this account see its item?
    settings: type[Any] | None = None
    schema: Path | None = None
