"""The SQL of accounts and profiles."""

from collections.abc import Mapping, Sequence
from typing import Any

from warung.accounts.model import Account, Privacy, Profile
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId

ACCOUNT = """id, handle, name, status, region, language, avatar, password, is_operator, is_disabled, read_receipts, find_by_handle,
    code, created_at, is_person"""


def insert_account(tx: Tx, account: Mapping[str, Any]) -> bool:
    """Return False when the handle is taken."""
    sql = """INSERT INTO account (id, handle, name, status, region, language, avatar, password, is_operator, is_disabled,
            read_receipts, find_by_handle, code, created_at, is_person)
        VALUES (:id, :handle, :name, '', :region, :language, NULL, :password, :is_operator, 0, 1, 1, :code, :now, :is_person)
        ON CONFLICT (handle) DO NOTHING"""
    return tx.run(sql, account) == 1


def account(reader: Reader, id: AccountId) -> Account | None:
    row = reader.one(f"SELECT {ACCOUNT} FROM account WHERE id = :id", {"id": id})
    return Account(*row) if row else None


def account_by_handle(reader: Reader, handle: str) -> Account | None:
    row = reader.one(f"SELECT {ACCOUNT} FROM account WHERE handle = :handle", {"handle": handle})
    return Account(*row) if row else None


def account_by_code(reader: Reader, code: str) -> Account | None:
    row = reader.one(f"SELECT {ACCOUNT} FROM account WHERE code = :code", {"code": code})
    return Account(*row) if row else None


def profiles(reader: Reader, ids: Sequence[AccountId]) -> list[Profile]:
    rows = reader.all("SELECT id, handle, name, avatar FROM account WHERE id IN :ids", {"ids": list(ids)})
    return [Profile(*row) for row in rows]


def persons(reader: Reader, ids: Sequence[AccountId]) -> list[AccountId]:
    return [row[0] for row in reader.all("SELECT id FROM account WHERE id IN :ids AND is_person = 1", {"ids": list(ids)})]


def particulars(reader: Reader, ids: Sequence[AccountId]) -> list[tuple[AccountId, str, str | None]]:
    rows = reader.all("SELECT id, status, region FROM account WHERE id IN :ids", {"ids": list(ids)})
    return [(AccountId(id), status, region) for id, status, region in rows]


def privacy(reader: Reader, ids: Sequence[AccountId]) -> list[tuple[AccountId, Privacy]]:
    rows = reader.all("SELECT id, read_receipts, find_by_handle FROM account WHERE id IN :ids", {"ids": list(ids)})
    return [(AccountId(id), Privacy(bool(receipts), bool(findable))) for id, receipts, findable in rows]


def languages(reader: Reader, ids: Sequence[AccountId]) -> list[tuple[AccountId, str]]:
    rows = reader.all("SELECT id, language FROM account WHERE id IN :ids", {"ids": list(ids)})
    return [(AccountId(id), language) for id, language in rows]


def oldest(reader: Reader, most: int) -> list[Profile]:
    sql = "SELECT id, handle, name, avatar FROM account WHERE is_disabled = 0 AND is_person = 1 ORDER BY created_at, id LIMIT :most"
    return [Profile(*row) for row in reader.all(sql, {"most": most})]


def anyone(reader: Reader) -> bool:
    return reader.one("SELECT 1 FROM account LIMIT 1") is not None


def any_operator(reader: Reader) -> bool:
    return reader.one("SELECT 1 FROM account WHERE is_operator = 1 LIMIT 1") is not None


def update_account(tx: Tx, account: Mapping[str, Any]) -> None:
    sql = """UPDATE account SET name = :name, status = :status, region = :region, language = :language,
        read_receipts = :read_receipts, find_by_handle = :find_by_handle WHERE id = :id"""
    tx.run(sql, account)


def set_avatar(tx: Tx, id: AccountId, avatar: str | None) -> None:
    tx.run("UPDATE account SET avatar = :avatar WHERE id = :id", {"id": id, "avatar": avatar})


def set_code(tx: Tx, id: AccountId, code: str) -> None:
    tx.run("UPDATE account SET code = :code WHERE id = :id", {"id": id, "code": code})


def set_operator(tx: Tx, id: AccountId) -> None:
    tx.run("UPDATE account SET is_operator = 1 WHERE id = :id", {"id": id})


def set_disabled(tx: Tx, id: AccountId, disabled: bool) -> None:
    tx.run("UPDATE account SET is_disabled = :disabled WHERE id = :id", {"id": id, "disabled": int(disabled)})


def set_password(tx: Tx, id: AccountId, password: str | None) -> None:
    tx.run("UPDATE account SET password = :password WHERE id = :id", {"id": id, "password": password})
