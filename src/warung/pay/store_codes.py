"""The SQL of codes to be shown and scanned, and of charges. One function per statement."""

from typing import Literal

import msgspec

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId

ChargeState = Literal["waiting", "paid", "declined"]
CHARGE = "id, merchant, payer, amount, currency, reference, state, payment, at, ends_at"
SALE = "id, merchant, amount, currency, reference, ends_at, payer, payment"


class Charge(msgspec.Struct, frozen=True):
    """What a shop asks of somebody who showed a code, minor units; `payment` is the id of what was paid for it."""

    id: str
    merchant: str
    payer: AccountId
    amount: int
    currency: str
    reference: str
    state: ChargeState
    payment: str | None
    at: int
    ends_at: int


class Sale(msgspec.Struct, frozen=True):
    """What a code for one payment stands for."""

    id: str
    merchant: str
    amount: int
    currency: str
    reference: str
    ends_at: int
    payer: AccountId | None
    payment: str | None


def key(reader: Reader, account: AccountId) -> tuple[str, str] | None:
    """Return the number and the secret of an account's code."""
    row = reader.one("SELECT number, secret FROM payer_code WHERE account = :account", {"account": account})
    return (row[0], row[1]) if row else None


def insert_key(tx: Tx, account: AccountId, number: str, secret: str) -> None:
    """Keep an account's number and secret, unless the number is another's."""
    sql = "INSERT INTO payer_code (account, number, secret) VALUES (:account, :number, :secret) ON CONFLICT DO NOTHING"
    tx.run(sql, {"account": account, "number": number, "secret": secret})


def by_number(reader: Reader, number: str) -> tuple[AccountId, str] | None:
    """Return whose number this is, and the secret."""
    row = reader.one("SELECT account, secret FROM payer_code WHERE number = :number", {"number": number})
    return (row[0], row[1]) if row else None


def use(tx: Tx, number: str, step: int, charge: str) -> bool:
    """Use a code up; False when that was done before."""
    sql = "INSERT INTO payer_code_used (number, step, charge) VALUES (:number, :step, :charge) ON CONFLICT DO NOTHING"
    return tx.run(sql, {"number": number, "step": step, "charge": charge}) == 1


def forget_used(tx: Tx, number: str, before: int) -> None:
    """Forget used codes that no clock accepts any more."""
    tx.run("DELETE FROM payer_code_used WHERE number = :number AND step < :before", {"number": number, "before": before})


def insert_charge(tx: Tx, charge: Charge) -> None:
    """Keep a new charge."""
    tx.run(
        f"INSERT INTO charge ({CHARGE}) VALUES (:id, :merchant, :payer, :amount, :currency, :reference, :state, :payment, :at, :ends_at)",
        msgspec.structs.asdict(charge),
    )


def charge(reader: Reader, id: str) -> Charge | None:
    """Return a charge by its id."""
    row = reader.one(f"SELECT {CHARGE} FROM charge WHERE id = :id", {"id": id})
    return Charge(*row) if row else None


def settle_charge(tx: Tx, id: str, state: ChargeState, payment: str | None) -> bool:
    """Say how a waiting charge ended; False when it had ended before."""
    sql = "UPDATE charge SET state = :state, payment = :payment WHERE id = :id AND state = 'waiting'"
    return tx.run(sql, {"id": id, "state": state, "payment": payment}) == 1


def insert_sale(tx: Tx, sale: Sale) -> None:
    """Keep what a code for one payment stands for."""
    tx.run(
        f"INSERT INTO sale_code ({SALE}) VALUES (:id, :merchant, :amount, :currency, :reference, :ends_at, :payer, :payment)",
        msgspec.structs.asdict(sale),
    )


def sale(reader: Reader, id: str) -> Sale | None:
    """Return what a code for one payment stands for."""
    row = reader.one(f"SELECT {SALE} FROM sale_code WHERE id = :id", {"id": id})
    return Sale(*row) if row else None


def sold(tx: Tx, id: str, payer: AccountId, payment: str) -> bool:
    """Use a code for one payment up; False when that was done before."""
    sql = "UPDATE sale_code SET payer = :payer, payment = :payment WHERE id = :id AND payment IS NULL"
    return tx.run(sql, {"id": id, "payer": payer, "payment": payment}) == 1
