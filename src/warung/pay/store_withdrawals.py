"""The SQL of withdrawals, and of the bank accounts that they go to."""

from typing import Literal

import msgspec

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId

WITHDRAWAL = "id, account, provider, amount, currency, destination, label, payout, state, at, settled_at"

# "held": the provider may not know of it yet; "sent": it is on its way; "returned": the bank sent it back after it had been paid
WithdrawalState = Literal["held", "sent", "paid", "failed", "returned"]


class Bank(msgspec.Struct, frozen=True):
    """Where somebody's money may go: `destination` as the provider names it, `label` as its owner knows it."""

    destination: str
    label: str


class Withdrawal(msgspec.Struct, frozen=True):
    """Real money on its way out of a wallet, minor units."""

    id: str
    account: AccountId
    provider: str
    amount: int
    currency: str
    destination: str
    label: str
    payout: str | None
    state: WithdrawalState
    at: int
    settled_at: int | None


def bank(reader: Reader, account: AccountId) -> Bank | None:
    """Return where somebody's money may go."""
    row = reader.one("SELECT destination, label FROM pay_bank WHERE account = :account", {"account": account})
    return Bank(*row) if row else None


def set_bank(tx: Tx, account: AccountId, bank: Bank, by: AccountId) -> None:
    """Note it."""
    tx.run(
        "INSERT INTO pay_bank (account, destination, label, set_by, set_at) VALUES (:account, :destination, :label, :by, :now)"
        " ON CONFLICT (account) DO UPDATE SET destination = excluded.destination, label = excluded.label, set_by = excluded.set_by,"
        " set_at = excluded.set_at",
        {"account": account, "destination": bank.destination, "label": bank.label, "by": by, "now": tx.now},
    )


def insert(tx: Tx, withdrawal: Withdrawal) -> None:
    """Keep a new withdrawal."""
    tx.run(
        f"INSERT INTO pay_withdrawal ({WITHDRAWAL}) VALUES (:id, :account, :provider, :amount, :currency, :destination, :label, :payout,"
        " :state, :at, :settled_at)",
        msgspec.structs.asdict(withdrawal),
    )


def one(reader: Reader, id: str) -> Withdrawal | None:
    """Return a withdrawal."""
    row = reader.one(f"SELECT {WITHDRAWAL} FROM pay_withdrawal WHERE id = :id", {"id": id})
    return Withdrawal(*row) if row else None


def by_payout(reader: Reader, payout: str) -> Withdrawal | None:
    """Return the withdrawal that a payout belongs to."""
    row = reader.one(f"SELECT {WITHDRAWAL} FROM pay_withdrawal WHERE payout = :payout", {"payout": payout})
    return Withdrawal(*row) if row else None


def of(reader: Reader, account: AccountId, limit: int) -> list[Withdrawal]:
    """Return somebody's withdrawals, the newest first."""
    sql = f"SELECT {WITHDRAWAL} FROM pay_withdrawal WHERE account = :account ORDER BY at DESC, id DESC LIMIT :limit"
    return [Withdrawal(*row) for row in reader.all(sql, {"account": account, "limit": limit})]


def waiting(reader: Reader, limit: int) -> list[Withdrawal]:
    """Return the withdrawals of which nobody knows yet what became of them, the oldest first."""
    sql = f"SELECT {WITHDRAWAL} FROM pay_withdrawal WHERE state IN ('held', 'sent') ORDER BY at, id LIMIT :limit"
    return [Withdrawal(*row) for row in reader.all(sql, {"limit": limit})]


def paid_since(reader: Reader, at: int) -> list[Withdrawal]:
    """Return the withdrawals that were begun since a time and paid."""
    sql = f"SELECT {WITHDRAWAL} FROM pay_withdrawal WHERE state = 'paid' AND at >= :at ORDER BY at, id"
    return [Withdrawal(*row) for row in reader.all(sql, {"at": at})]


def sent(tx: Tx, id: str, payout: str) -> None:
    """Note the payout of a withdrawal; the first one stays."""
    sql = "UPDATE pay_withdrawal SET payout = :payout, state = 'sent' WHERE id = :id AND payout IS NULL AND state = 'held'"
    tx.run(sql, {"id": id, "payout": payout})


def settle(tx: Tx, id: str, state: WithdrawalState) -> None:
    """Note what became of it."""
    sql = "UPDATE pay_withdrawal SET state = :state, settled_at = :now WHERE id = :id"
    tx.run(sql, {"id": id, "state": state, "now": tx.now})
