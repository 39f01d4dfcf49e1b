"""The SQL of notices, of what download addresses lead to, and of pictures. One function per statement."""

from warung.kit.db import Reader, Tx
from warung.wechatpay.model import Notice
from warung.wechatpay.store_rows import columns, insert, one

NOTICE = columns(Notice)
PAGE = 100


def insert_notice(tx: Tx, notice: Notice) -> None:
    """Keep a notice."""
    insert(tx, "wechatpay_notice", notice)


def notice(reader: Reader, id: str) -> Notice | None:
    """Return a notice."""
    return one(reader, "wechatpay_notice", Notice, {"id": id})


def of_merchant(reader: Reader, mchid: str) -> list[Notice]:
    """Return a merchant's last notices, the newest first."""
    sql = f"SELECT {NOTICE} FROM wechatpay_notice WHERE mchid = :mchid ORDER BY created_at DESC, id DESC LIMIT {PAGE}"
    return [Notice(*row) for row in reader.all(sql, {"mchid": mchid})]


def tried(tx: Tx, id: str, *, status: int, state: str, next_at: int) -> None:
    """Note what came of a try."""
    sql = "UPDATE wechatpay_notice SET tries = tries + 1, status = :status, state = :state, next_at = :next WHERE id = :id"
    tx.run(sql, {"id": id, "status": status, "state": state, "next": next_at})


def wait_again(tx: Tx, id: str) -> None:
    """Begin the tries of a notice anew."""
    tx.run("UPDATE wechatpay_notice SET tries = 0, state = 'waiting', next_at = :now WHERE id = :id", {"id": id, "now": tx.now})


def insert_download(tx: Tx, *, token: str, mchid: str, name: str, body: str, zipped: bool, ends_at: int) -> None:
    """Keep what an address leads to; those whose time is over go."""
    tx.run("DELETE FROM wechatpay_download WHERE ends_at < :now", {"now": tx.now})
    sql = """INSERT INTO wechatpay_download (token, mchid, name, body, zipped, ends_at)
        VALUES (:token, :mchid, :name, :body, :zipped, :ends_at)"""
    tx.run(sql, {"token": token, "mchid": mchid, "name": name, "body": body, "zipped": int(zipped), "ends_at": ends_at})


def download(reader: Reader, token: str, mchid: str) -> tuple[str, str, bool] | None:
    """Return (name, body, zipped) of an address that a merchant may ask."""
    sql = "SELECT name, body, zipped FROM wechatpay_download WHERE token = :token AND mchid = :mchid AND ends_at > :now"
    row = reader.one(sql, {"token": token, "mchid": mchid, "now": reader.now})
    return (row[0], row[1], bool(row[2])) if row else None


def insert_media(tx: Tx, *, media_id: str, mchid: str, blob: str, name: str, sha256: str) -> None:
    """Keep a picture of a merchant's."""
    sql = """INSERT INTO wechatpay_media (media_id, mchid, blob, name, sha256, created_at)
        VALUES (:media_id, :mchid, :blob, :name, :sha256, :now)"""
    tx.run(sql, {"media_id": media_id, "mchid": mchid, "blob": blob, "name": name, "sha256": sha256, "now": tx.now})
