"""What nodes say to each other on the bus: frames for accounts, what was lost, that a node lives, and calls across the cluster."""

from collections.abc import Callable, Sequence
from typing import Annotated

import msgspec

from warung.kit.bus import Envelope
from warung.kit.ids import AccountId, SessionId

PARCEL_BYTES = 512 << 10  # NATS takes a megabyte by default
REMEMBERED = 10_000  # accounts that may have missed something; beyond it: everybody
encode = msgspec.msgpack.encode


class Frames(msgspec.Struct, frozen=True, array_like=True, tag="f"):
    """Frames for the account that the subject names."""

    frames: list[bytes]
    ends: str | None = None


class Wide(msgspec.Struct, frozen=True, array_like=True, tag="w"):
    """A frame for many."""

    to: list[str]
    frame: bytes


class Lost(msgspec.Struct, frozen=True, array_like=True, tag="l"):
    """A node could not send what concerned these accounts; None: everybody."""

    to: list[str] | None


class Beat(msgspec.Struct, frozen=True, array_like=True, tag="b"):
    """A node lives; its beats are numbered without gaps."""

    node: str
    number: int
    leaving: bool = False


class Call(msgspec.Struct, frozen=True, array_like=True, tag="c"):
    """A node asks all others to answer: when they have, they and every server between know what it had subscribed to before."""

    node: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z_-]{1,64}$")]  # it becomes part of a subject
    number: int


class Answer(msgspec.Struct, frozen=True, array_like=True, tag="a"):
    """A node has heard a call."""

    node: str
    number: int


Parcel = Frames | Wide | Lost | Beat | Call | Answer
decode: Callable[[bytes], Parcel] = msgspec.msgpack.Decoder(Parcel).decode


class Affected:
    """Accounts that may have missed something. A bounded set: when it overflows it is everybody."""

    def __init__(self) -> None:
        self.accounts: set[str] = set()
        self.everybody = False

    def __bool__(self) -> bool:
        return self.everybody or bool(self.accounts)

    def add(self, accounts: Sequence[str]) -> None:
        """Add some, or everybody."""
        if not self.everybody:
            self.accounts.update(accounts)
            if len(self.accounts) > REMEMBERED:
                self.everybody = True
                self.accounts.clear()

    def merge(self, other: "Affected") -> None:
        """Add those of another set."""
        if other.everybody:
            self.everybody = True
            self.accounts.clear()
        else:
            self.add(list(other.accounts))

    def named(self) -> list[str] | None:
        """Return the accounts; None for everybody."""
        return None if self.everybody else sorted(self.accounts)


def split(frames: list[bytes]) -> list[list[bytes]]:
    """Return the frames in parcels that NATS takes."""
    parcels: list[list[bytes]] = [[]]
    size = 0
    for frame in frames:
        if parcels[-1] and size + len(frame) > PARCEL_BYTES:
            parcels.append([])
            size = 0
        parcels[-1].append(frame)
        size += len(frame)
    return parcels


def envelopes_in(parcel: Parcel, account: AccountId) -> list[Envelope]:
    """Return what a parcel delivers. Raises `UnicodeDecodeError` for what no node of ours would have sent."""
    if isinstance(parcel, Frames):
        ends = SessionId(parcel.ends) if parcel.ends is not None else None
        return [Envelope((account,), _frame(frame), ends) for frame in parcel.frames]
    if isinstance(parcel, Wide):
        return [Envelope([AccountId(each) for each in parcel.to], _frame(parcel.frame))]
    return []


def _frame(frame: bytes) -> bytes:
    """Return a frame that a browser can read: JSON, in UTF-8; any other would make it hang up."""
    if frame[:1] != b"{":
        raise msgspec.DecodeError("not a frame")
    frame.decode()
    return frame
