"""The SQL of QR codes, short keys and coupons."""

from typing import Any

import msgspec

from warung.kit.db import Reader, Row, Tx
from warung.kit.ids import AccountId
from warung.official.model_codes import Code, Coupon, Given, ShortKey

CODE = "ticket, official, scene, is_text, expires_at, scans, created_at"
COUPON = (
    "id, official, kind, title, words, terms, amount, currency, color, stock, per_person, starts_at, ends_at, given, redeemed,"
    " created_at, closed_at"
)
GIVEN = "code, coupon, account, given_at, redeemed_at, redeemed_by"


def _code(row: Row) -> Code:
    ticket, official, scene, is_text, *rest = row
    return Code(ticket, official, scene, bool(is_text), *rest)


def insert_code(tx: Tx, code: Code) -> None:
    """Keep a code."""
    sql = f"INSERT INTO official_code ({CODE}) VALUES (:ticket, :official, :scene, :is_text, :expires_at, :scans, :created_at)"
    tx.run(sql, msgspec.structs.asdict(code) | {"is_text": int(code.is_text)})


def code(reader: Reader, ticket: str) -> Code | None:
    """Return a code."""
    row = reader.one(f"SELECT {CODE} FROM official_code WHERE ticket = :ticket", {"ticket": ticket})
    return _code(row) if row else None


def codes(reader: Reader, official: AccountId, offset: int, limit: int) -> list[Code]:
    """Return an account's codes, newest first."""
    sql = f"SELECT {CODE} FROM official_code WHERE official = :official ORDER BY created_at DESC, ticket LIMIT :limit OFFSET :offset"
    return [_code(row) for row in reader.all(sql, {"official": official, "limit": limit, "offset": offset})]


def count_permanent(reader: Reader, official: AccountId) -> int:
    """Return how many codes for good an account has."""
    sql = "SELECT COUNT(*) FROM official_code WHERE official = :official AND expires_at IS NULL"
    row = reader.one(sql, {"official": official})
    return int(row[0]) if row else 0


def count_scan(tx: Tx, ticket: str) -> None:
    """Count that a code was scanned."""
    tx.run("UPDATE official_code SET scans = scans + 1 WHERE ticket = :ticket", {"ticket": ticket})


def count_follows(reader: Reader, official: AccountId) -> dict[str, int]:
    """Return by ticket how many follow an account now who came by that code."""
    sql = """SELECT ticket, COUNT(*) FROM official_follow WHERE official = :official AND ticket <> '' AND left_at IS NULL
        AND followed_at IS NOT NULL GROUP BY ticket"""
    return dict(reader.all(sql, {"official": official}))


def insert_short(tx: Tx, official: AccountId, key: ShortKey) -> None:
    """Keep long data under a short name."""
    sql = """INSERT INTO official_short_key (name, official, data, expires_at, created_at)
        VALUES (:name, :official, :data, :expires_at, :created_at)"""
    tx.run(sql, msgspec.structs.asdict(key) | {"official": official})


def short(reader: Reader, official: AccountId, name: str) -> ShortKey | None:
    """Return what an account keeps under a short name."""
    sql = "SELECT name, data, expires_at, created_at FROM official_short_key WHERE name = :name AND official = :official"
    row = reader.one(sql, {"name": name, "official": official})
    return ShortKey(*row) if row else None


def drop_short(tx: Tx, official: AccountId, before: int) -> None:
    """Forget what an account kept for long enough."""
    tx.run("DELETE FROM official_short_key WHERE official = :official AND expires_at < :before", {"official": official, "before": before})


def insert_coupon(tx: Tx, coupon: Coupon) -> None:
    """Keep a coupon."""
    sql = f"""INSERT INTO official_coupon ({COUPON}) VALUES (:id, :official, :kind, :title, :words, :terms, :amount, :currency, :color,
        :stock, :per_person, :starts_at, :ends_at, :given, :redeemed, :created_at, :closed_at)"""
    tx.run(sql, msgspec.structs.asdict(coupon))


def coupon(reader: Reader, id: str) -> Coupon | None:
    """Return a coupon."""
    row = reader.one(f"SELECT {COUPON} FROM official_coupon WHERE id = :id", {"id": id})
    return Coupon(*row) if row else None


def coupons(reader: Reader, official: AccountId) -> list[Coupon]:
    """Return an account's coupons, newest first."""
    sql = f"SELECT {COUPON} FROM official_coupon WHERE official = :official ORDER BY created_at DESC, id"
    return [Coupon(*row) for row in reader.all(sql, {"official": official})]


def close_coupon(tx: Tx, id: str, now: int) -> None:
    """Give no more of a coupon."""
    tx.run("UPDATE official_coupon SET closed_at = :now WHERE id = :id AND closed_at IS NULL", {"id": id, "now": now})


def take_stock(tx: Tx, id: str) -> bool:
    """Take one of a coupon's stock; False when none is left. One statement decides."""
    sql = "UPDATE official_coupon SET given = given + 1 WHERE id = :id AND closed_at IS NULL AND (stock = 0 OR given < stock)"
    return tx.run(sql, {"id": id}) == 1


def insert_given(tx: Tx, row: dict[str, Any]) -> None:
    """Note who has a coupon now."""
    tx.run("INSERT INTO official_coupon_given (code, coupon, account, given_at) VALUES (:code, :coupon, :account, :now)", row)


def given(reader: Reader, code: str) -> Given | None:
    """Return a coupon in somebody's hands."""
    row = reader.one(f"SELECT {GIVEN} FROM official_coupon_given WHERE code = :code", {"code": code})
    return Given(*row) if row else None


def given_to(reader: Reader, account: AccountId, coupon: str | None = None) -> list[Given]:
    """Return what somebody has, of one coupon or of all, the latest first."""
    only = "" if coupon is None else " AND coupon = :coupon"
    sql = f"SELECT {GIVEN} FROM official_coupon_given WHERE account = :account{only} ORDER BY given_at DESC, code"
    return [Given(*row) for row in reader.all(sql, {"account": account} | ({} if coupon is None else {"coupon": coupon}))]


def redeem(tx: Tx, code: str, by: AccountId, now: int) -> bool:
    """Redeem a coupon; False when it was redeemed. One statement decides."""
    sql = "UPDATE official_coupon_given SET redeemed_at = :now, redeemed_by = :by WHERE code = :code AND redeemed_at IS NULL"
    return tx.run(sql, {"code": code, "by": by, "now": now}) == 1


def count_redeemed(tx: Tx, id: str) -> None:
    """Count that a coupon was redeemed."""
    tx.run("UPDATE official_coupon SET redeemed = redeemed + 1 WHERE id = :id", {"id": id})
