"""What is added to a message after it was sent. A device that has the messages is told the marks of a stretch with its page."""

import msgspec

from warung.kit.ids import AccountId


class Reacted(msgspec.Struct, frozen=True, array_like=True):
    """Who reacted with what, and the entry of the log that says so; no emoji where it was taken away again."""

    account: AccountId
    emoji: str
    seq: int


class Mark(msgspec.Struct, frozen=True):
    """What was added to one message after it was sent. The entry with the highest seq is what holds for an account."""

    seq: int
    reactions: list[Reacted]
