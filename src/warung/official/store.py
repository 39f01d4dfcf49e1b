"""The SQL of official accounts, their owners and their staff."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from warung.kit.db import Reader, Row, Tx
from warung.kit.ids import AccountId
from warung.official.model import Kind, Mode, OfferState, OwnerOffer, Role, Staff

ACCOUNT = "id, owner, kind, gh, appid, intro, verified_name, is_test, mode, created_at, closed_at"

OFFER = ", ".join(OwnerOffer.__struct_fields__)


class Kept(msgspec.Struct, frozen=True):
    """An account's row, without its secret."""

    id: AccountId
    owner: AccountId
    kind: Kind
    gh: str
    appid: str
    intro: str
    verified_name: str | None
    is_test: int
    mode: Mode
    created_at: int
    closed_at: int | None


def _kept(row: Row | None) -> Kept | None:
    return Kept(*row) if row else None


def _offer(row: Row) -> OwnerOffer:
    id, official, owner, account, leaves, state, at = row
    return OwnerOffer(id, official, owner, account, bool(leaves), state, at)


def insert(tx: Tx, row: Mapping[str, Any]) -> bool:
    """Keep a new account; False when its name is taken."""
    sql = """INSERT INTO official_account (id, owner, kind, gh, appid, secret, name_key, intro, is_test, mode, created_at, changed_at)
        VALUES (:id, :owner, :kind, :gh, :appid, :secret, :name_key, :intro, :is_test, 'editor', :now, :now)
        ON CONFLICT (name_key) WHERE closed_at IS NULL DO NOTHING"""
    return tx.run(sql, row) == 1


def one(reader: Reader, id: str) -> Kept | None:
    """Return an account, open or closed."""
    return _kept(reader.one(f"SELECT {ACCOUNT} FROM official_account WHERE id = :id", {"id": id}))


def some(reader: Reader, ids: Sequence[str]) -> list[Kept]:
    """Return accounts by id."""
    return [Kept(*row) for row in reader.all(f"SELECT {ACCOUNT} FROM official_account WHERE id IN :ids", {"ids": list(ids)})] if ids else []


def by_appid(reader: Reader, appid: str) -> Kept | None:
    """Return the account that is not closed and has this appid."""
    return _kept(reader.one(f"SELECT {ACCOUNT} FROM official_account WHERE appid = :appid AND closed_at IS NULL", {"appid": appid}))


def by_name(reader: Reader, name_key: str) -> Kept | None:
    """Return the account that is not closed and has this name."""
    return _kept(reader.one(f"SELECT {ACCOUNT} FROM official_account WHERE name_key = :key AND closed_at IS NULL", {"key": name_key}))


def worked_with(reader: Reader, account: AccountId) -> list[Kept]:
    """Return the open accounts that somebody works with, the oldest first."""
    sql = f"""SELECT {ACCOUNT} FROM official_account WHERE closed_at IS NULL
        AND id IN (SELECT official FROM official_staff WHERE account = :account) ORDER BY id"""
    return [Kept(*row) for row in reader.all(sql, {"account": account})]


def all_of_them(reader: Reader, after: str, limit: int) -> list[Kept]:
    """Return a page of all open accounts, for the operator."""
    sql = f"SELECT {ACCOUNT} FROM official_account WHERE closed_at IS NULL AND id > :after ORDER BY id LIMIT :limit"
    return [Kept(*row) for row in reader.all(sql, {"after": after, "limit": limit})]


def count_owned(reader: Reader, owner: AccountId) -> int:
    """Return how many open accounts somebody has."""
    row = reader.one("SELECT count(*) FROM official_account WHERE owner = :owner AND closed_at IS NULL", {"owner": owner})
    return int(row[0]) if row else 0


def secret_is(reader: Reader, id: AccountId, digest: str) -> bool:
    """Is this the digest of an account's secret?"""
    sql = "SELECT 1 FROM official_account WHERE id = :id AND secret = :digest AND closed_at IS NULL"
    return reader.one(sql, {"id": id, "digest": digest}) is not None


def change(tx: Tx, id: AccountId, **fields: Any) -> None:
    """Set columns of an account. The names come from our own code, never from a request."""
    sets = "".join(f"{name} = :{name}, " for name in fields)
    tx.run(f"UPDATE official_account SET {sets}changed_at = :now WHERE id = :id", fields | {"id": id, "now": tx.now})


def name_is_free(reader: Reader, name_key: str, but: AccountId) -> bool:
    """Has no other open account this name?"""
    sql = "SELECT 1 FROM official_account WHERE name_key = :key AND closed_at IS NULL AND id <> :but"
    return reader.one(sql, {"key": name_key, "but": but}) is None


def owner_key(reader: Reader, owner: AccountId) -> bytes | None:
    """Return the key of an owner's union ids."""
    row = reader.one("SELECT key FROM official_owner WHERE owner = :owner", {"owner": owner})
    return bytes(row[0]) if row else None


def keep_owner_key(tx: Tx, owner: AccountId, key: bytes) -> None:
    """Keep a key; the one that is there stays."""
    tx.run("INSERT INTO official_owner (owner, key) VALUES (:owner, :key) ON CONFLICT (owner) DO NOTHING", {"owner": owner, "key": key})


def role(reader: Reader, official: AccountId, account: AccountId) -> Role | None:
    """Return somebody's part in an account."""
    sql = "SELECT role FROM official_staff WHERE official = :official AND account = :account"
    row = reader.one(sql, {"official": official, "account": account})
    return row[0] if row else None


def staff(reader: Reader, official: AccountId) -> list[Staff]:
    """Return who works with an account, in the order in which they came."""
    sql = "SELECT official, account, role FROM official_staff WHERE official = :official ORDER BY at, account"
    return [Staff(*row) for row in reader.all(sql, {"official": official})]


def put_staff(tx: Tx, official: AccountId, account: AccountId, role: Role) -> None:
    """Give somebody a part, or another one."""
    sql = """INSERT INTO official_staff (official, account, role, at) VALUES (:official, :account, :role, :now)
        ON CONFLICT (official, account) DO UPDATE SET role = excluded.role"""
    tx.run(sql, {"official": official, "account": account, "role": role, "now": tx.now})


def insert_offer(tx: Tx, offer: OwnerOffer) -> None:
    """Note to whom an account is offered."""
    sql = f"INSERT INTO official_offer ({OFFER}) VALUES (:id, :official, :owner, :account, :leaves, :state, :at)"
    tx.run(sql, msgspec.structs.asdict(offer) | {"leaves": int(offer.leaves)})


def offer(reader: Reader, id: str) -> OwnerOffer | None:
    """Return an offer, whatever became of it."""
    row = reader.one(f"SELECT {OFFER} FROM official_offer WHERE id = :id", {"id": id})
    return _offer(row) if row else None


def waiting_offer(reader: Reader, official: AccountId) -> OwnerOffer | None:
    """Return to whom an account is offered now."""
    row = reader.one(f"SELECT {OFFER} FROM official_offer WHERE official = :official AND state = 'waiting'", {"official": official})
    return _offer(row) if row else None


def offered_to(reader: Reader, account: AccountId) -> list[Kept]:
    """Return the open accounts that are offered to somebody."""
    sql = f"""SELECT {ACCOUNT} FROM official_account WHERE closed_at IS NULL
        AND id IN (SELECT official FROM official_offer WHERE account = :account AND state = 'waiting') ORDER BY id"""
    return [Kept(*row) for row in reader.all(sql, {"account": account})]


def change_offer(tx: Tx, id: str, *, leaves: bool, state: OfferState) -> None:
    """Note what became of an offer."""
    tx.run("UPDATE official_offer SET leaves = :leaves, state = :state WHERE id = :id", {"id": id, "leaves": int(leaves), "state": state})


def remove_staff(tx: Tx, official: AccountId, account: AccountId) -> bool:
    """Take somebody's part; False when they had none."""
    sql = "DELETE FROM official_staff WHERE official = :official AND account = :account"
    return tx.run(sql, {"official": official, "account": account}) == 1
