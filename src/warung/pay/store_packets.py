"""The SQL of red packets. One function per statement."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, ConversationId

State = Literal["open", "finished", "returned"]
Kind = Literal["equal", "lucky"]
PACKET = "id, sender, conversation, seq, direct, kind, message, currency, total, shares, opened, state, at, ends_at, ended_at, shop"


class Packet(msgspec.Struct, frozen=True):
    """A red packet: `total` minor units in `shares`, of which `opened` are taken. `finished` is empty, `returned` is over."""

    id: str
    sender: AccountId
    conversation: ConversationId
    seq: int
    direct: int  # in a conversation of two: for the other one only
    kind: Kind
    message: str
    currency: str
    total: int
    shares: int
    opened: int
    state: State
    at: int
    ends_at: int
    ended_at: int | None
    shop: str | None = None  # whose till it came from, and goes back to


class Opening(msgspec.Struct, frozen=True):
    """Who took which share, and when."""

    account: AccountId
    place: int
    amount: int
    at: int


def insert(tx: Tx, packet: Packet, shares: Sequence[int]) -> None:
    """Keep a new packet and its shares, in the order in which they are taken."""
    tx.run(
        f"INSERT INTO packet ({PACKET}) VALUES (:id, :sender, :conversation, :seq, :direct, :kind, :message, :currency, :total, :shares,"
        " :opened, :state, :at, :ends_at, :ended_at, :shop)",
        msgspec.structs.asdict(packet),
    )
    rows = [{"packet": packet.id, "place": place, "amount": amount} for place, amount in enumerate(shares, 1)]
    tx.many("INSERT INTO packet_share (packet, place, amount) VALUES (:packet, :place, :amount)", rows)


def one(reader: Reader, id: str) -> Packet | None:
    """Return a packet by its id."""
    row = reader.one(f"SELECT {PACKET} FROM packet WHERE id = :id", {"id": id})
    return Packet(*row) if row else None


def take(tx: Tx, id: str) -> int | None:
    """Take the next place of an open packet; None when there is none left."""
    row = tx.one(
        "UPDATE packet SET opened = opened + 1 WHERE id = :id AND state = 'open' AND opened < shares AND ends_at > :now RETURNING opened",
        {"id": id, "now": tx.now},
    )
    return row[0] if row else None


def share(reader: Reader, id: str, place: int) -> int:
    """Return what lies at a place."""
    row = reader.one("SELECT amount FROM packet_share WHERE packet = :id AND place = :place", {"id": id, "place": place})
    assert row is not None
    amount: int = row[0]
    return amount


def insert_opening(tx: Tx, id: str, opening: Opening) -> None:
    """Keep who took which share."""
    sql = "INSERT INTO packet_opening (packet, account, place, amount, at) VALUES (:packet, :account, :place, :amount, :at)"
    tx.run(sql, {"packet": id, **msgspec.structs.asdict(opening)})


def opening(reader: Reader, id: str, account: AccountId) -> Opening | None:
    """Return what an account took out of a packet."""
    sql = "SELECT account, place, amount, at FROM packet_opening WHERE packet = :id AND account = :account"
    row = reader.one(sql, {"id": id, "account": account})
    return Opening(*row) if row else None


def openings(reader: Reader, id: str) -> list[Opening]:
    """Return everybody who took something, first come first."""
    rows = reader.all("SELECT account, place, amount, at FROM packet_opening WHERE packet = :id ORDER BY place", {"id": id})
    return [Opening(*row) for row in rows]


def end(tx: Tx, id: str, state: State) -> bool:
    """Say how an open packet ended; False when it had ended before."""
    sql = "UPDATE packet SET state = :state, ended_at = :now WHERE id = :id AND state = 'open'"
    return tx.run(sql, {"id": id, "state": state, "now": tx.now}) == 1
