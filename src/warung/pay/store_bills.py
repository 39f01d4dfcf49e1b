"""The SQL of bills and their shares. One function per statement."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, ConversationId

State = Literal["open", "settled", "closed"]
ShareState = Literal["open", "paid", "declined"]
BILL = "id, collector, conversation, seq, title, currency, total, state, at, ended_at, reminded_at"


class Bill(msgspec.Struct, frozen=True):
    """What some members owe one of them, minor units. `settled` is paid in full, `closed` was closed by the collector."""

    id: str
    collector: AccountId
    conversation: ConversationId
    seq: int
    title: str
    currency: str
    total: int
    state: State
    at: int
    ended_at: int | None
    reminded_at: int


class Share(msgspec.Struct, frozen=True):
    """One person's part of a bill; `transfer` is the ledger's id of the payment."""

    account: AccountId
    amount: int
    state: ShareState
    at: int | None
    transfer: str | None


def insert(tx: Tx, bill: Bill, shares: Sequence[Share]) -> None:
    """Keep a new bill."""
    tx.run(
        f"INSERT INTO bill ({BILL}) VALUES (:id, :collector, :conversation, :seq, :title, :currency, :total, :state, :at, :ended_at,"
        " :reminded_at)",
        msgspec.structs.asdict(bill),
    )
    rows = [{"bill": bill.id, "place": place, **msgspec.structs.asdict(share)} for place, share in enumerate(shares)]
    tx.many(
        "INSERT INTO bill_share (bill, account, place, amount, state, at, transfer)"
        " VALUES (:bill, :account, :place, :amount, :state, :at, :transfer)",
        rows,
    )


def one(reader: Reader, id: str) -> Bill | None:
    """Return a bill by its id."""
    row = reader.one(f"SELECT {BILL} FROM bill WHERE id = :id", {"id": id})
    return Bill(*row) if row else None


def shares(reader: Reader, bills: Sequence[str]) -> dict[str, list[Share]]:
    """Return the shares of bills, in the order in which they were named."""
    found: dict[str, list[Share]] = {id: [] for id in bills}
    if bills:
        sql = "SELECT bill, account, amount, state, at, transfer FROM bill_share WHERE bill IN :bills ORDER BY bill, place"
        for bill, *share in reader.all(sql, {"bills": list(bills)}):
            found[bill].append(Share(*share))
    return found


def settle(tx: Tx, bill: str, account: AccountId, state: ShareState, transfer: str | None) -> bool:
    """Say how an open share ended; False when it had ended before."""
    return (
        tx.run(
            "UPDATE bill_share SET state = :state, at = :now, transfer = :transfer"
            " WHERE bill = :bill AND account = :account AND state = 'open'",
            {"bill": bill, "account": account, "state": state, "transfer": transfer, "now": tx.now},
        )
        == 1
    )


def end(tx: Tx, id: str, state: State) -> bool:
    """Say how an open bill ended; False when it had ended before."""
    sql = "UPDATE bill SET state = :state, ended_at = :now WHERE id = :id AND state = 'open'"
    return tx.run(sql, {"id": id, "state": state, "now": tx.now}) == 1


def reminded(tx: Tx, id: str, before: int) -> bool:
    """Note that the members are reminded now; False when that was done after `before`."""
    sql = "UPDATE bill SET reminded_at = :now WHERE id = :id AND reminded_at <= :before"
    return tx.run(sql, {"id": id, "now": tx.now, "before": before}) == 1


def of(reader: Reader, account: AccountId) -> list[Bill]:
    """Return the open bills that an account collects or has an open share of, newest first."""
    names = ", ".join(f"b.{name}" for name in BILL.split(", "))
    rows = reader.all(
        f"SELECT {names} FROM bill b WHERE b.state = 'open' AND (b.collector = :account OR EXISTS (SELECT 1 FROM bill_share s"
        " WHERE s.bill = b.id AND s.account = :account AND s.state = 'open')) ORDER BY b.at DESC, b.id LIMIT 50",
        {"account": account},
    )
    return [Bill(*row) for row in rows]
