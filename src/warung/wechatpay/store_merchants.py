"""The SQL of merchants, their keys and apps, and of what this place signs with. One function per statement."""

import msgspec

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId
from warung.wechatpay.keys import Made
from warung.wechatpay.model import Key, Merchant
from warung.wechatpay.store_rows import columns, insert, one

MERCHANT, KEY = columns(Merchant), columns(Key)
PLATFORM = "private, public, certificate, serial, since, until"


def insert_merchant(tx: Tx, merchant: Merchant) -> bool:
    """Keep a merchant; False where the number or the shop is taken."""
    return insert(tx, "wechatpay_merchant", merchant)


def merchant(reader: Reader, mchid: str) -> Merchant | None:
    """Return a merchant by its number."""
    return one(reader, "wechatpay_merchant", Merchant, {"mchid": mchid})


def merchant_of_shop(reader: Reader, shop: str) -> Merchant | None:
    """Return the merchant of a shop."""
    return one(reader, "wechatpay_merchant", Merchant, {"shop": shop})


def merchants_of(reader: Reader, owner: AccountId) -> list[Merchant]:
    """Return somebody's merchants."""
    sql = f"SELECT {MERCHANT} FROM wechatpay_merchant WHERE owner = :owner ORDER BY mchid"
    return [Merchant(*row) for row in reader.all(sql, {"owner": owner})]


def change_merchant(tx: Tx, merchant: Merchant) -> None:
    """Keep what changed of a merchant."""
    sql = "UPDATE wechatpay_merchant SET key_v3 = :key_v3, key_v2 = :key_v2, mode = :mode, closed_at = :closed_at WHERE mchid = :mchid"
    tx.run(sql, {name: getattr(merchant, name) for name in ("key_v3", "key_v2", "mode", "closed_at", "mchid")})


def insert_key(tx: Tx, key: Key) -> None:
    """Keep a key; one of this serial counts again."""
    values = ", ".join(f":{name}" for name in Key.__struct_fields__)
    tx.run(
        f"INSERT INTO wechatpay_key ({KEY}) VALUES ({values}) ON CONFLICT (mchid, serial)"
        " DO UPDATE SET public = excluded.public, certificate = excluded.certificate, revoked_at = NULL",
        msgspec.structs.asdict(key),
    )


def keys(reader: Reader, mchid: str) -> list[Key]:
    """Return the keys that count, newest last."""
    sql = f"SELECT {KEY} FROM wechatpay_key WHERE mchid = :mchid AND revoked_at IS NULL ORDER BY created_at, serial"
    return [Key(*row) for row in reader.all(sql, {"mchid": mchid})]


def revoke_key(tx: Tx, mchid: str, serial: str) -> bool:
    """Let a key count no more."""
    sql = "UPDATE wechatpay_key SET revoked_at = :now WHERE mchid = :mchid AND serial = :serial AND revoked_at IS NULL"
    return tx.run(sql, {"mchid": mchid, "serial": serial, "now": tx.now}) == 1


def bind(tx: Tx, mchid: str, appid: str) -> None:
    """Let an app take money for a merchant."""
    sql = "INSERT INTO wechatpay_binding (mchid, appid, created_at) VALUES (:mchid, :appid, :now) ON CONFLICT DO NOTHING"
    tx.run(sql, {"mchid": mchid, "appid": appid, "now": tx.now})


def unbind(tx: Tx, mchid: str, appid: str) -> None:
    """Let an app take no more."""
    tx.run("DELETE FROM wechatpay_binding WHERE mchid = :mchid AND appid = :appid", {"mchid": mchid, "appid": appid})


def untie(tx: Tx, appid: str, owner: AccountId) -> None:
    """Let an app take money no more for the merchants of others than its owner."""
    sql = """DELETE FROM wechatpay_binding WHERE appid = :appid
        AND mchid IN (SELECT mchid FROM wechatpay_merchant WHERE owner <> :owner)"""
    tx.run(sql, {"appid": appid, "owner": owner})


def bound(reader: Reader, mchid: str) -> list[str]:
    """Return the apps of a merchant."""
    return [row[0] for row in reader.all("SELECT appid FROM wechatpay_binding WHERE mchid = :mchid ORDER BY appid", {"mchid": mchid})]


def add_partner(tx: Tx, sp_mchid: str, sub_mchid: str) -> None:
    """Let a provider act for a merchant."""
    sql = "INSERT INTO wechatpay_partner (sp_mchid, sub_mchid, created_at) VALUES (:sp, :sub, :now) ON CONFLICT DO NOTHING"
    tx.run(sql, {"sp": sp_mchid, "sub": sub_mchid, "now": tx.now})


def remove_partner(tx: Tx, sp_mchid: str, sub_mchid: str) -> None:
    """Let a provider act no more."""
    tx.run("DELETE FROM wechatpay_partner WHERE sp_mchid = :sp AND sub_mchid = :sub", {"sp": sp_mchid, "sub": sub_mchid})


def providers(reader: Reader, sub_mchid: str) -> list[str]:
    """Return the providers that may act for a merchant."""
    sql = "SELECT sp_mchid FROM wechatpay_partner WHERE sub_mchid = :sub ORDER BY sp_mchid"
    return [row[0] for row in reader.all(sql, {"sub": sub_mchid})]


def insert_platform(tx: Tx, kind: str, made: Made) -> None:
    """Keep what this place signs with."""
    values = ", ".join(f":{name.strip()}" for name in PLATFORM.split(","))
    tx.run(f"INSERT INTO wechatpay_platform (kind, {PLATFORM}) VALUES (:kind, {values})", {"kind": kind, **msgspec.structs.asdict(made)})


def platform(reader: Reader, kind: str) -> list[Made]:
    """Return what this place signs with now, the newest first."""
    sql = f"SELECT {PLATFORM} FROM wechatpay_platform WHERE kind = :kind AND until > :now ORDER BY since DESC, serial"
    return [Made(*row) for row in reader.all(sql, {"kind": kind, "now": reader.now})]


def heard(tx: Tx, mchid: str, nonce: str, forget_before: int) -> bool:
    """Note a request; False when it was heard before. Old ones go: their timestamps are refused anyway."""
    tx.run("DELETE FROM wechatpay_nonce WHERE at < :before", {"before": forget_before})
    sql = "INSERT INTO wechatpay_nonce (mchid, nonce, at) VALUES (:mchid, :nonce, :now) ON CONFLICT DO NOTHING"
    return tx.run(sql, {"mchid": mchid, "nonce": nonce, "now": tx.now}) == 1
