"""The SQL of web sign-in. One function per statement."""

import msgspec

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId


class WebCode(msgspec.Struct, frozen=True):
    """A code on its way to a site."""

    appid: str
    account: AccountId
    openid: str
    scope: str
    expires_at: int
    used_at: int | None


class Grant(msgspec.Struct, frozen=True):
    """What a site holds: digests of its tokens, whose they are, how long they last."""

    access: str
    refresh: str
    appid: str
    account: AccountId
    openid: str
    scope: str
    access_until: int
    refresh_until: int


class Login(msgspec.Struct, frozen=True):
    """A page that waits for a phone."""

    appid: str
    redirect: str
    state: str
    scope: str
    code: str | None
    expires_at: int


_CODE = ", ".join(WebCode.__struct_fields__)
_GRANT = ", ".join(Grant.__struct_fields__)
_LOGIN = ", ".join(Login.__struct_fields__)


def insert_code(tx: Tx, digest: str, code: WebCode) -> None:
    """Keep a code, and forget those that nobody asks for any more."""
    tx.run("DELETE FROM wechat_code WHERE expires_at < :day_ago", {"day_ago": tx.now - 86_400_000})
    tx.run(
        f"INSERT INTO wechat_code (code, {_CODE}) VALUES (:code, :appid, :account, :openid, :scope, :expires_at, :used_at)",
        msgspec.structs.asdict(code) | {"code": digest},
    )


def code(reader: Reader, digest: str) -> WebCode | None:
    """Return a code."""
    row = reader.one(f"SELECT {_CODE} FROM wechat_code WHERE code = :code", {"code": digest})
    return WebCode(*row) if row else None


def use_code(tx: Tx, digest: str) -> bool:
    """Use a code up; False when it was used before."""
    return tx.run("UPDATE wechat_code SET used_at = :now WHERE code = :code AND used_at IS NULL", {"code": digest, "now": tx.now}) == 1


def insert_grant(tx: Tx, grant: Grant) -> None:
    """Keep what a site holds, and forget what has ended."""
    tx.run("DELETE FROM wechat_grant WHERE refresh_until < :month_ago", {"month_ago": tx.now - 30 * 86_400_000})
    fields = Grant.__struct_fields__
    tx.run(f"INSERT INTO wechat_grant ({_GRANT}) VALUES ({', '.join(f':{each}' for each in fields)})", msgspec.structs.asdict(grant))


def grant(reader: Reader, access: str) -> Grant | None:
    """Return what belongs to an access token."""
    row = reader.one(f"SELECT {_GRANT} FROM wechat_grant WHERE access = :access", {"access": access})
    return Grant(*row) if row else None


def grant_to_refresh(reader: Reader, refresh: str) -> Grant | None:
    """Return what belongs to a refresh token."""
    row = reader.one(f"SELECT {_GRANT} FROM wechat_grant WHERE refresh = :refresh", {"refresh": refresh})
    return Grant(*row) if row else None


def renew_grant(tx: Tx, refresh: str, access: str, until: int) -> None:
    """Give a site a new access token for its refresh token."""
    sql = "UPDATE wechat_grant SET access = :access, access_until = :until WHERE refresh = :refresh"
    tx.run(sql, {"refresh": refresh, "access": access, "until": until})


def delete_grants(tx: Tx, account: AccountId, appid: str) -> None:
    """Take everything back that a site holds of somebody."""
    tx.run("DELETE FROM wechat_grant WHERE account = :account AND appid = :appid", {"account": account, "appid": appid})


def consent(reader: Reader, account: AccountId, appid: str) -> str | None:
    """Return what somebody agreed to tell a site."""
    row = reader.one("SELECT scope FROM wechat_consent WHERE account = :account AND appid = :appid", {"account": account, "appid": appid})
    return row[0] if row else None


def put_consent(tx: Tx, account: AccountId, appid: str, scope: str) -> None:
    """Keep what somebody agreed to."""
    tx.run(
        "INSERT INTO wechat_consent (account, appid, scope, at) VALUES (:account, :appid, :scope, :now)"
        " ON CONFLICT (account, appid) DO UPDATE SET scope = excluded.scope, at = excluded.at",
        {"account": account, "appid": appid, "scope": scope, "now": tx.now},
    )


def delete_consent(tx: Tx, account: AccountId, appid: str) -> bool:
    """Forget what somebody agreed to; False where there was nothing."""
    return tx.run("DELETE FROM wechat_consent WHERE account = :account AND appid = :appid", {"account": account, "appid": appid}) == 1


def consents(reader: Reader, account: AccountId) -> list[tuple[str, str, int]]:
    """Return appid, scope and time of everything somebody agreed to, the newest first."""
    rows = reader.all("SELECT appid, scope, at FROM wechat_consent WHERE account = :account ORDER BY at DESC, appid", {"account": account})
    return [(row[0], row[1], row[2]) for row in rows]


def insert_login(tx: Tx, ticket: str, login: Login) -> None:
    """Keep a page that waits, and forget those that waited in vain."""
    tx.run("DELETE FROM wechat_login WHERE expires_at < :now", {"now": tx.now})
    tx.run(
        f"INSERT INTO wechat_login (ticket, {_LOGIN}) VALUES (:ticket, :appid, :redirect, :state, :scope, :code, :expires_at)",
        msgspec.structs.asdict(login) | {"ticket": ticket},
    )


def login(reader: Reader, ticket: str) -> Login | None:
    """Return a page that waits."""
    row = reader.one(
        f"SELECT {_LOGIN} FROM wechat_login WHERE ticket = :ticket AND expires_at > :now", {"ticket": ticket, "now": reader.now}
    )
    return Login(*row) if row else None


def decide_login(tx: Tx, ticket: str, code: str) -> bool:
    """Give a waiting page its code, or nothing for a refusal; False when it was decided."""
    return tx.run("UPDATE wechat_login SET code = :code WHERE ticket = :ticket AND code IS NULL", {"ticket": ticket, "code": code}) == 1


def delete_login(tx: Tx, ticket: str) -> None:
    """Forget a page that was answered."""
    tx.run("DELETE FROM wechat_login WHERE ticket = :ticket", {"ticket": ticket})
