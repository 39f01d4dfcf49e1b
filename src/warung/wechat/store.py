"""The SQL of tokens, of what is made from the server's key, and of quotas. One function per statement."""

import msgspec

from warung.kit.db import Reader, Tx


class Token(msgspec.Struct, frozen=True):
    """An access token as it is stored, without itself."""

    appid: str
    kind: str
    expires_at: int


class Present(msgspec.Struct, frozen=True):
    """Which one of a kind is the present one."""

    serial: int
    expires_at: int


def insert_token(tx: Tx, digest: str, token: Token) -> None:
    """Keep a token; one that is there gets the new end."""
    tx.run(
        "INSERT INTO wechat_token (token, appid, kind, expires_at) VALUES (:token, :appid, :kind, :until)"
        " ON CONFLICT (token) DO UPDATE SET expires_at = excluded.expires_at",
        {"token": digest, "appid": token.appid, "kind": token.kind, "until": token.expires_at},
    )


def token(reader: Reader, digest: str) -> Token | None:
    """Return a token by its digest."""
    row = reader.one("SELECT appid, kind, expires_at FROM wechat_token WHERE token = :token", {"token": digest})
    return Token(*row) if row else None


def end_tokens(tx: Tx, appid: str, kind: str, until: int) -> None:
    """Let a program's tokens of a kind end no later than at a time."""
    sql = "UPDATE wechat_token SET expires_at = :until WHERE appid = :appid AND kind = :kind AND expires_at > :until"
    tx.run(sql, {"appid": appid, "kind": kind, "until": until})


def expire_tokens(tx: Tx, appid: str) -> None:
    """Let every token of a program end now."""
    tx.run("UPDATE wechat_token SET expires_at = :now WHERE appid = :appid AND expires_at > :now", {"appid": appid, "now": tx.now})


def delete_tokens(tx: Tx, until: int) -> None:
    """Forget tokens that ended before a time; until then they are told apart from those that never were."""
    tx.run("DELETE FROM wechat_token WHERE expires_at < :until", {"until": until})


def key(reader: Reader) -> bytes | None:
    """Return the server's key."""
    row = reader.one("SELECT key FROM wechat_key WHERE id = 1")
    return bytes(row[0]) if row else None


def insert_key(tx: Tx, key: bytes) -> None:
    """Keep the server's key, unless there is one."""
    tx.run("INSERT INTO wechat_key (id, key) VALUES (1, :key) ON CONFLICT (id) DO NOTHING", {"key": key})


def present(reader: Reader, appid: str, kind: str) -> Present | None:
    """Return the present one of a kind."""
    sql = "SELECT serial, expires_at FROM wechat_present WHERE appid = :appid AND kind = :kind"
    row = reader.one(sql, {"appid": appid, "kind": kind})
    return Present(*row) if row else None


def set_present(tx: Tx, appid: str, kind: str, present: Present) -> None:
    """Replace the present one of a kind."""
    tx.run(
        "INSERT INTO wechat_present (appid, kind, serial, expires_at) VALUES (:appid, :kind, :serial, :until)"
        " ON CONFLICT (appid, kind) DO UPDATE SET serial = excluded.serial, expires_at = excluded.expires_at",
        {"appid": appid, "kind": kind, "serial": present.serial, "until": present.expires_at},
    )


def add_used(tx: Tx, appid: str, path: str, day: str, more: int) -> int:
    """Count calls; return how many there were on that day."""
    row = tx.one(
        "INSERT INTO wechat_used (appid, path, day, used) VALUES (:appid, :path, :day, :more)"
        " ON CONFLICT (appid, path, day) DO UPDATE SET used = wechat_used.used + excluded.used RETURNING used",
        {"appid": appid, "path": path, "day": day, "more": more},
    )
    assert row is not None
    return int(row[0])


def used(reader: Reader, appid: str, path: str, day: str) -> int:
    """Return how often something was called on a day."""
    sql = "SELECT used FROM wechat_used WHERE appid = :appid AND path = :path AND day = :day"
    row = reader.one(sql, {"appid": appid, "path": path, "day": day})
    return int(row[0]) if row else 0


def clear_used(tx: Tx, appid: str, day: str) -> None:
    """Begin a day's counting anew."""
    tx.run("DELETE FROM wechat_used WHERE appid = :appid AND day = :day", {"appid": appid, "day": day})


def delete_used(tx: Tx, before: str) -> None:
    """Forget the counting of days before one."""
    tx.run("DELETE FROM wechat_used WHERE day < :day", {"day": before})


def begin_typing(tx: Tx, openid: str, until: int) -> bool:
    """Note that a program writes to somebody; False when it did already."""
    sql = """INSERT INTO wechat_typing (openid, until) VALUES (:openid, :until)
        ON CONFLICT (openid) DO UPDATE SET until = excluded.until WHERE wechat_typing.until <= :now"""
    return tx.run(sql, {"openid": openid, "until": until, "now": tx.now}) == 1


def end_typing(tx: Tx, openid: str) -> bool:
    """Note that a program writes to somebody no longer; False when it did not."""
    sql = "DELETE FROM wechat_typing WHERE openid = :openid RETURNING until"
    ended = tx.one(sql, {"openid": openid})
    return ended is not None and ended[0] > tx.now


def insert_short(tx: Tx, key: str, appid: str, text: str, until: int) -> None:
    """Keep a long text behind a short key, and forget those that have ended."""
    tx.run("DELETE FROM wechat_short WHERE expires_at < :now", {"now": tx.now})
    tx.run(
        "INSERT INTO wechat_short (key, appid, text, created_at, expires_at) VALUES (:key, :appid, :text, :now, :until)",
        {"key": key, "appid": appid, "text": text, "now": tx.now, "until": until},
    )


def short(reader: Reader, key: str) -> tuple[str, int, int] | None:
    """Return what is behind a short key: the text, since when, until when."""
    sql = "SELECT text, created_at, expires_at FROM wechat_short WHERE key = :key AND expires_at > :now"
    row = reader.one(sql, {"key": key, "now": reader.now})
    return (row[0], row[1], row[2]) if row else None
