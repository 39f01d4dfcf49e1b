"""The SQL of top-ups."""

import msgspec

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId

TOP_UP = "id, account, provider, amount, currency, charge, secret, state, refunded, at"


class TopUp(msgspec.Struct, frozen=True):
    """Real money on its way into a wallet. `secret` is for the payer's browser and the provider's form; minor units."""

    id: str
    account: AccountId
    provider: str
    amount: int
    currency: str
    charge: str | None
    secret: str | None
    state: str  # "begun", "succeeded", "failed", "odd" (a case is open)
    refunded: int
    at: int


def insert(tx: Tx, top_up: TopUp) -> None:
    """Keep a new top-up; one that is there stays as it is."""
    tx.run(
        f"INSERT INTO pay_top_up ({TOP_UP}) VALUES (:id, :account, :provider, :amount, :currency, :charge, :secret, :state, :refunded, :at)"
        " ON CONFLICT (id) DO NOTHING",
        msgspec.structs.asdict(top_up),
    )


def one(reader: Reader, id: str) -> TopUp | None:
    """Return a top-up."""
    row = reader.one(f"SELECT {TOP_UP} FROM pay_top_up WHERE id = :id", {"id": id})
    return TopUp(*row) if row else None


def by_charge(reader: Reader, charge: str) -> TopUp | None:
    """Return the top-up of a charge."""
    row = reader.one(f"SELECT {TOP_UP} FROM pay_top_up WHERE charge = :charge", {"charge": charge})
    return TopUp(*row) if row else None


def of(reader: Reader, account: AccountId, limit: int) -> list[TopUp]:
    """Return somebody's top-ups, the newest first."""
    sql = f"SELECT {TOP_UP} FROM pay_top_up WHERE account = :account ORDER BY at DESC, id DESC LIMIT :limit"
    return [TopUp(*row) for row in reader.all(sql, {"account": account, "limit": limit})]


def succeeded_since(reader: Reader, at: int) -> list[TopUp]:
    """Return the top-ups that were begun since a time and came in."""
    sql = f"SELECT {TOP_UP} FROM pay_top_up WHERE state = 'succeeded' AND at >= :at ORDER BY at, id"
    return [TopUp(*row) for row in reader.all(sql, {"at": at})]


def begun(tx: Tx, id: str, charge: str, secret: str) -> None:
    """Note the charge of a top-up; the first one stays."""
    sql = "UPDATE pay_top_up SET charge = :charge, secret = :secret WHERE id = :id AND charge IS NULL"
    tx.run(sql, {"id": id, "charge": charge, "secret": secret})


def decided(tx: Tx, id: str, state: str) -> None:
    """Note what became of it."""
    tx.run("UPDATE pay_top_up SET state = :state WHERE id = :id", {"id": id, "state": state})


def refund(tx: Tx, id: str, amount: int) -> bool:
    """Count a refund, or take it back where `amount` is below nothing; False when more would go back than came."""
    sql = """UPDATE pay_top_up SET refunded = refunded + :amount WHERE id = :id AND state = 'succeeded'
        AND refunded + :amount <= amount AND refunded + :amount >= 0"""
    return tx.run(sql, {"id": id, "amount": amount}) == 1
