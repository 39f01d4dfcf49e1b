"""The SQL of money handed from one person to another. One function per statement."""

from typing import Literal

import msgspec

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, ConversationId

State = Literal["waiting", "accepted", "declined", "returned"]
HANDOVER = "id, sender, recipient, conversation, seq, amount, currency, note, state, at, ends_at, settled_at"


class Handover(msgspec.Struct, frozen=True):
    """Money from one person for another, minor units. `ends_at` is when it goes back by itself; None where it arrived at once."""

    id: str
    sender: AccountId
    recipient: AccountId
    conversation: ConversationId
    seq: int
    amount: int
    currency: str
    note: str
    state: State
    at: int
    ends_at: int | None
    settled_at: int | None


def insert(tx: Tx, handover: Handover) -> None:
    """Keep a new one."""
    tx.run(
        f"INSERT INTO handover ({HANDOVER}) VALUES (:id, :sender, :recipient, :conversation, :seq, :amount, :currency, :note, :state,"
        " :at, :ends_at, :settled_at)",
        msgspec.structs.asdict(handover),
    )


def one(reader: Reader, id: str) -> Handover | None:
    """Return one by its id."""
    row = reader.one(f"SELECT {HANDOVER} FROM handover WHERE id = :id", {"id": id})
    return Handover(*row) if row else None


def settle(tx: Tx, id: str, state: State) -> bool:
    """Say how a waiting one ended; False when it had ended before."""
    sql = "UPDATE handover SET state = :state, settled_at = :now WHERE id = :id AND state = 'waiting'"
    return tx.run(sql, {"id": id, "state": state, "now": tx.now}) == 1


def instant(reader: Reader, accounts: list[AccountId]) -> set[AccountId]:
    """Return those who let money come and go at once."""
    rows = reader.all("SELECT account FROM pay_preference WHERE account IN :accounts AND instant = 1", {"accounts": accounts})
    return {row[0] for row in rows}


def set_instant(tx: Tx, account: AccountId, instant: bool) -> None:
    """Keep whether an account lets money come and go at once."""
    tx.run(
        "INSERT INTO pay_preference (account, instant) VALUES (:account, :instant)"
        " ON CONFLICT (account) DO UPDATE SET instant = excluded.instant",
        {"account": account, "instant": int(instant)},
    )
