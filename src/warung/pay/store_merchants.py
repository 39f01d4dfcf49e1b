"""The SQL of shops, of what was paid to them, of remembered answers, and of what their programs hear."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId

MERCHANT = "id, owner, name, city, category, created_at, closed_at"
PAYMENT = "id, merchant, payer, amount, currency, reference, refunded, at"
HOOK = "id, merchant, url, secret, former, former_until, created_at"


class Merchant(msgspec.Struct, frozen=True):
    """A shop that can be paid. Whoever pays sees its name and city."""

    id: str
    owner: AccountId
    name: str
    city: str
    category: str
    created_at: int
    closed_at: int | None


class Payment(msgspec.Struct, frozen=True):
    """One payment to a shop; `reference` is the shop's own word for the order. Minor units."""

    id: str
    merchant: str
    payer: AccountId
    amount: int
    currency: str
    reference: str
    refunded: int
    at: int


class Answer(NamedTuple):
    """The first answer to a key: the digest of what was asked, the status and the body."""

    request: str
    status: int
    body: bytes


class Hook(msgspec.Struct, frozen=True):
    """Where a shop's program wants to hear what happened. While the secret changes, the former one signs too."""

    id: str
    merchant: str
    url: str
    secret: str
    former: str | None
    former_until: int
    created_at: int


class Happening(msgspec.Struct, frozen=True):
    """Something that happened in a shop, as its program hears it; `seq` counts from 1 without gaps."""

    seq: int
    id: str
    body: msgspec.Raw
    at: int


def insert_merchant(tx: Tx, merchant: Merchant) -> None:
    """Keep a new shop."""
    tx.run(
        f"INSERT INTO pay_merchant ({MERCHANT}) VALUES (:id, :owner, :name, :city, :category, :created_at, :closed_at)",
        msgspec.structs.asdict(merchant),
    )


def merchants(reader: Reader, ids: Iterable[str]) -> dict[str, Merchant]:
    """Return shops by id."""
    sql = f"SELECT {MERCHANT} FROM pay_merchant WHERE id IN :ids"
    wanted = list(ids)
    return {row[0]: Merchant(*row) for row in reader.all(sql, {"ids": wanted})} if wanted else {}


def merchants_of(reader: Reader, owner: AccountId) -> list[Merchant]:
    """Return somebody's shops."""
    return [Merchant(*row) for row in reader.all(f"SELECT {MERCHANT} FROM pay_merchant WHERE owner = :owner ORDER BY id", {"owner": owner})]


def close_merchant(tx: Tx, id: str) -> None:
    """Close a shop."""
    tx.run("UPDATE pay_merchant SET closed_at = :now WHERE id = :id AND closed_at IS NULL", {"id": id, "now": tx.now})


def insert_payments(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Keep payments; one that is there stays as it is."""
    tx.many(
        f"INSERT INTO pay_payment ({PAYMENT}) VALUES (:id, :merchant, :payer, :amount, :currency, :reference, 0, :at)"
        " ON CONFLICT (id) DO NOTHING",
        rows,
    )


def payments(reader: Reader, ids: Iterable[str]) -> dict[str, Payment]:
    """Return payments by id."""
    wanted = list(ids)
    sql = f"SELECT {PAYMENT} FROM pay_payment WHERE id IN :ids"
    return {row[0]: Payment(*row) for row in reader.all(sql, {"ids": wanted})} if wanted else {}


def payments_to(reader: Reader, merchant: str, *, since: int, until: int, before: str, limit: int) -> list[Payment]:
    """Return what was paid to a shop, the newest first; `before` is `<at>.<id>` of the last one seen."""
    at, _, id = before.partition(".")
    sql = f"""SELECT {PAYMENT} FROM pay_payment WHERE merchant = :merchant AND at >= :since AND at < :until
        AND (at < :at OR (at = :at AND id < :id)) ORDER BY at DESC, id DESC LIMIT :limit"""
    params = {"merchant": merchant, "since": since, "until": until, "at": int(at), "id": id, "limit": limit}
    return [Payment(*row) for row in reader.all(sql, params)]


def refund(tx: Tx, payment: str, amount: int) -> bool:
    """Count a refund; False when more would go back than was paid."""
    sql = "UPDATE pay_payment SET refunded = refunded + :amount WHERE id = :id AND refunded + :amount <= amount"
    return tx.run(sql, {"id": payment, "amount": amount}) == 1


def answers(reader: Reader, keys: Iterable[tuple[AccountId, str]]) -> dict[tuple[AccountId, str], Answer]:
    """Return the first answers to keys of accounts."""
    wanted = set(keys)
    if not wanted:
        return {}
    rows = reader.all(
        "SELECT account, key, request, status, body FROM pay_answer WHERE account IN :accounts AND key IN :keys",
        {"accounts": sorted({account for account, _ in wanted}), "keys": sorted({key for _, key in wanted})},
    )
    return {(row[0], row[1]): Answer(row[2], row[3], bytes(row[4])) for row in rows if (row[0], row[1]) in wanted}


def keep_answers(tx: Tx, kept: Mapping[tuple[AccountId, str], Answer], forget_before: int) -> None:
    """Keep the first answers to keys; old ones go."""
    if not kept:
        return
    tx.run("DELETE FROM pay_answer WHERE at < :before", {"before": forget_before})
    tx.many(
        "INSERT INTO pay_answer (account, key, request, status, body, at) VALUES (:account, :key, :request, :status, :body, :now)"
        " ON CONFLICT (account, key) DO NOTHING",
        [answer._asdict() | {"account": account, "key": key, "now": tx.now} for (account, key), answer in kept.items()],
    )


def insert_hook(tx: Tx, hook: Hook) -> None:
    """Keep a hook."""
    tx.run(
        f"INSERT INTO pay_hook ({HOOK}) VALUES (:id, :merchant, :url, :secret, :former, :former_until, :created_at)",
        msgspec.structs.asdict(hook),
    )


def hooks(reader: Reader, merchants: Iterable[str]) -> list[Hook]:
    """Return the hooks of shops."""
    wanted = sorted(set(merchants))
    return (
        [Hook(*row) for row in reader.all(f"SELECT {HOOK} FROM pay_hook WHERE merchant IN :ids ORDER BY id", {"ids": wanted})]
        if wanted
        else []
    )


def hook(reader: Reader, id: str) -> Hook | None:
    """Return a hook."""
    row = reader.one(f"SELECT {HOOK} FROM pay_hook WHERE id = :id", {"id": id})
    return Hook(*row) if row else None


def delete_hook(tx: Tx, id: str) -> None:
    """Forget a hook."""
    tx.run("DELETE FROM pay_hook WHERE id = :id", {"id": id})


def rotate_hook(tx: Tx, id: str, secret: str, former_until: int) -> None:
    """Give a hook a new secret; the former one signs too for a while."""
    sql = "UPDATE pay_hook SET former = secret, former_until = :until, secret = :secret WHERE id = :id"
    tx.run(sql, {"id": id, "secret": secret, "until": former_until})


def add_happening(tx: Tx, merchant: str, id: str, body: bytes) -> int:
    """Write down what happened in a shop; return its number."""
    sql = """INSERT INTO pay_happening (merchant, seq, id, body, at)
        VALUES (:merchant, COALESCE((SELECT MAX(seq) FROM pay_happening WHERE merchant = :merchant), 0) + 1, :id, :body, :now)
        RETURNING seq"""
    row = tx.one(sql, {"merchant": merchant, "id": id, "body": body, "now": tx.now})
    assert row is not None
    return int(row[0])


def happenings(reader: Reader, merchant: str, after: int, limit: int) -> list[Happening]:
    """Return what happened in a shop behind a number, in order."""
    sql = "SELECT seq, id, body, at FROM pay_happening WHERE merchant = :merchant AND seq > :after ORDER BY seq LIMIT :limit"
    rows = reader.all(sql, {"merchant": merchant, "after": after, "limit": limit})
    return [Happening(row[0], row[1], msgspec.Raw(bytes(row[2])), row[3]) for row in rows]
