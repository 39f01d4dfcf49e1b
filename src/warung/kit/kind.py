"""Kinds of conversation: chat has its own, and a domain above may bring another, which chat treats as it says here."""

import msgspec


class Kind(msgspec.Struct, frozen=True):
    """A kind of conversation: who may write in it, and whether its two members are each other's peer, whose name it bears."""

    name: str
    members_write: bool = True
    peers: bool = False
