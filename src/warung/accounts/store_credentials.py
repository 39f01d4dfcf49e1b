"""The SQL of what proves who someone is: recovery codes, passkeys, unfinished flows, and the counting of attempts."""

from collections.abc import Mapping, Sequence
from typing import Any

from warung.accounts.model import Flow, Passkey, PasskeyId
from warung.kit.db import Reader, Row, Tx
from warung.kit.ids import AccountId


def replace_recovery_codes(tx: Tx, account: AccountId, codes: Sequence[str]) -> None:
    """Store digests."""
    tx.run("DELETE FROM account_recovery_code WHERE account = :account", {"account": account})
    sql = "INSERT INTO account_recovery_code (account, code) VALUES (:account, :code)"
    tx.many(sql, [{"account": account, "code": code} for code in codes])


def has_recovery_code(reader: Reader, account: AccountId, code: str) -> bool:
    sql = "SELECT 1 FROM account_recovery_code WHERE account = :account AND code = :code"
    return reader.one(sql, {"account": account, "code": code}) is not None


def delete_recovery_code(tx: Tx, account: AccountId, code: str) -> bool:
    sql = "DELETE FROM account_recovery_code WHERE account = :account AND code = :code"
    return tx.run(sql, {"account": account, "code": code}) == 1


def count_recovery_codes(reader: Reader, account: AccountId) -> int:
    row = reader.one("SELECT count(*) FROM account_recovery_code WHERE account = :account", {"account": account})
    return int(row[0]) if row else 0


def insert_passkey(tx: Tx, passkey: Mapping[str, Any]) -> bool:
    """Return False when the credential is known already."""
    sql = """INSERT INTO account_passkey (id, account, credential, public_key, sign_count, name, created_at)
        VALUES (:id, :account, :credential, :public_key, :sign_count, :name, :now) ON CONFLICT (credential) DO NOTHING"""
    return tx.run(sql, passkey) == 1


def passkeys(reader: Reader, account: AccountId) -> list[Passkey]:
    sql = "SELECT id, name, created_at FROM account_passkey WHERE account = :account ORDER BY created_at, id"
    return [Passkey(*row) for row in reader.all(sql, {"account": account})]


def credentials(reader: Reader, account: AccountId) -> list[str]:
    rows = reader.all("SELECT credential FROM account_passkey WHERE account = :account", {"account": account})
    return [credential for (credential,) in rows]


def passkey_by_credential(reader: Reader, credential: str) -> Row | None:
    """Return (account, public_key, sign_count)."""
    sql = "SELECT account, public_key, sign_count FROM account_passkey WHERE credential = :credential"
    return reader.one(sql, {"credential": credential})


def advance_passkey(tx: Tx, credential: str, seen: int, count: int) -> bool:
    """Store a new sign count unless another sign-in stored one since `seen` was read."""
    sql = "UPDATE account_passkey SET sign_count = :count WHERE credential = :credential AND sign_count = :seen"
    return tx.run(sql, {"credential": credential, "seen": seen, "count": count}) == 1


def delete_passkey(tx: Tx, account: AccountId, id: PasskeyId) -> bool:
    return tx.run("DELETE FROM account_passkey WHERE account = :account AND id = :id", {"account": account, "id": id}) == 1


def delete_passkeys(tx: Tx, account: AccountId) -> None:
    tx.run("DELETE FROM account_passkey WHERE account = :account", {"account": account})


def insert_flow(tx: Tx, flow: Mapping[str, Any]) -> None:
    sql = """INSERT INTO account_flow (token, purpose, account, challenge, expires_at)
        VALUES (:token, :purpose, :account, :challenge, :expires_at)"""
    tx.run(sql, flow)


def take_flow(tx: Tx, token: str, purpose: str) -> Flow | None:
    """Remove and return a flow that has not expired."""
    sql = "DELETE FROM account_flow WHERE token = :token AND purpose = :purpose AND expires_at > :now RETURNING account, challenge"
    row = tx.one(sql, {"token": token, "purpose": purpose, "now": tx.now})
    return Flow(*row) if row else None


def delete_old_flows(tx: Tx) -> None:
    tx.run("DELETE FROM account_flow WHERE expires_at <= :now", {"now": tx.now})


def delete_flows(tx: Tx, purpose: str) -> None:
    tx.run("DELETE FROM account_flow WHERE purpose = :purpose", {"purpose": purpose})


def count_attempt(tx: Tx, bucket: str, until: int) -> tuple[int, int]:
    """Count one more try in the bucket's window, or the first of a new one that ends at `until`; return (tries, until)."""
    sql = """INSERT INTO account_attempt (bucket, tries, until) VALUES (:bucket, 1, :until)
        ON CONFLICT (bucket) DO UPDATE SET tries = account_attempt.tries + 1 RETURNING tries, until"""
    row = tx.one(sql, {"bucket": bucket, "until": until})
    assert row is not None
    return row[0], row[1]


def forget_attempts(tx: Tx, bucket: str) -> None:
    tx.run("DELETE FROM account_attempt WHERE bucket = :bucket", {"bucket": bucket})


def delete_old_attempts(tx: Tx) -> None:
    tx.run("DELETE FROM account_attempt WHERE until <= :now", {"now": tx.now})
