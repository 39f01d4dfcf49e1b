"""The SQL of sessions, device links and invites."""

from collections.abc import Mapping, Sequence
from typing import Any

from warung.accounts.model import DeviceLink, DeviceLinkId, Invite, InviteId
from warung.kit.db import Reader, Row, Tx
from warung.kit.ids import AccountId, SessionId

INVITE = "id, token, inviter, conversation, uses_left, expires_at, created_at, revoked"
DEVICE_LINK = "id, device, state, account, created_at, expires_at"


def insert_session(tx: Tx, session: Mapping[str, Any]) -> None:
    sql = """INSERT INTO session (id, account, token, device, network, created_at, seen_at)
        VALUES (:id, :account, :token, :device, :network, :now, :now)"""
    tx.run(sql, session)


def by_tokens(reader: Reader, tokens: Sequence[str], seen_after: int) -> list[Row]:
    """Return (token, session, seen_at, account, language, is_operator) of living sessions of enabled accounts."""
    sql = """SELECT session.token, session.id, session.seen_at, account.id, account.language, account.is_operator
        FROM session JOIN account ON account.id = session.account
        WHERE session.token IN :tokens AND session.seen_at > :seen_after AND account.is_disabled = 0"""
    return reader.all(sql, {"tokens": list(tokens), "seen_after": seen_after})


def living(reader: Reader, ids: Sequence[SessionId], seen_after: int) -> list[SessionId]:
    sql = """SELECT session.id FROM session JOIN account ON account.id = session.account
        WHERE session.id IN :ids AND session.seen_at > :seen_after AND account.is_disabled = 0"""
    return [SessionId(id) for (id,) in reader.all(sql, {"ids": list(ids), "seen_after": seen_after})]


def touch_session(tx: Tx, id: SessionId) -> None:
    tx.run("UPDATE session SET seen_at = :now WHERE id = :id AND seen_at < :now", {"id": id, "now": tx.now})


def sessions(reader: Reader, account: AccountId, seen_after: int) -> list[Row]:
    """Return (id, device, created_at, seen_at), the last seen first."""
    sql = """SELECT id, device, created_at, seen_at FROM session WHERE account = :account AND seen_at > :seen_after
        ORDER BY seen_at DESC, id DESC"""
    return reader.all(sql, {"account": account, "seen_after": seen_after})


def started(reader: Reader, account: AccountId, session: SessionId) -> int | None:
    row = reader.one("SELECT created_at FROM session WHERE account = :account AND id = :id", {"account": account, "id": session})
    return row[0] if row else None


def used_from(reader: Reader, account: AccountId, network: str) -> bool:
    sql = "SELECT 1 FROM session WHERE account = :account AND network = :network LIMIT 1"
    return reader.one(sql, {"account": account, "network": network}) is not None


def delete_session(tx: Tx, account: AccountId, id: SessionId) -> bool:
    return tx.run("DELETE FROM session WHERE account = :account AND id = :id", {"account": account, "id": id}) == 1


def delete_sessions(tx: Tx, account: AccountId, keep: SessionId | None) -> list[SessionId]:
    sql = "DELETE FROM session WHERE account = :account AND id <> :keep RETURNING id"
    return [SessionId(id) for (id,) in tx.all(sql, {"account": account, "keep": keep or ""})]


def delete_old_sessions(tx: Tx, account: AccountId, seen_before: int) -> None:
    tx.run("DELETE FROM session WHERE account = :account AND seen_at <= :seen_before", {"account": account, "seen_before": seen_before})


def insert_device_link(tx: Tx, link: Mapping[str, Any]) -> bool:
    """Return False when the code is in use."""
    sql = """INSERT INTO account_device_link (id, token, code, secret, device, state, account, created_at, expires_at)
        VALUES (:id, :token, :code, :secret, :device, 'waiting', NULL, :now, :expires_at) ON CONFLICT (code) DO NOTHING"""
    return tx.run(sql, link) == 1


def device_link(reader: Reader, id: DeviceLinkId) -> DeviceLink | None:
    row = reader.one(f"SELECT {DEVICE_LINK} FROM account_device_link WHERE id = :id", {"id": id})
    return DeviceLink(*row) if row else None


def device_link_by_secret(reader: Reader, id: DeviceLinkId, secret: str) -> DeviceLink | None:
    sql = f"SELECT {DEVICE_LINK} FROM account_device_link WHERE id = :id AND secret = :secret"
    row = reader.one(sql, {"id": id, "secret": secret})
    return DeviceLink(*row) if row else None


def waiting_device_link(reader: Reader, token: str, code: str) -> DeviceLink | None:
    sql = f"""SELECT {DEVICE_LINK} FROM account_device_link
        WHERE (token = :token OR code = :code) AND state = 'waiting' AND expires_at > :now"""
    row = reader.one(sql, {"token": token, "code": code, "now": reader.now})
    return DeviceLink(*row) if row else None


def set_device_link(tx: Tx, id: DeviceLinkId, state: str, account: AccountId) -> None:
    sql = "UPDATE account_device_link SET state = :state, account = :account WHERE id = :id"
    tx.run(sql, {"id": id, "state": state, "account": account})


def delete_old_device_links(tx: Tx, before: int) -> None:
    tx.run("DELETE FROM account_device_link WHERE expires_at <= :before", {"before": before})


def insert_invite(tx: Tx, invite: Invite) -> None:
    sql = f"""INSERT INTO account_invite ({INVITE})
        VALUES (:id, :token, :inviter, :conversation, :uses_left, :expires_at, :created_at, 0)"""
    tx.run(
        sql,
        {
            "id": invite.id,
            "token": invite.token,
            "inviter": invite.inviter,
            "conversation": invite.conversation,
            "uses_left": invite.uses_left,
            "expires_at": invite.expires_at,
            "created_at": invite.created_at,
        },
    )


def invites(reader: Reader, inviter: AccountId) -> list[Invite]:
    sql = f"SELECT {INVITE} FROM account_invite WHERE inviter = :inviter ORDER BY created_at DESC, id DESC"
    return [Invite(*row) for row in reader.all(sql, {"inviter": inviter})]


def invite_by_token(reader: Reader, token: str) -> Invite | None:
    row = reader.one(f"SELECT {INVITE} FROM account_invite WHERE token = :token", {"token": token})
    return Invite(*row) if row else None


def use_invite(tx: Tx, token: str) -> Invite | None:
    """Take one use of an invite that works and whose inviter may still be here; None when there is none to take."""
    sql = f"""UPDATE account_invite SET uses_left = uses_left - 1
        WHERE token = :token AND revoked = 0 AND (uses_left IS NULL OR uses_left > 0) AND (expires_at IS NULL OR expires_at > :now)
            AND inviter IN (SELECT id FROM account WHERE is_disabled = 0)
        RETURNING {INVITE}"""
    row = tx.one(sql, {"token": token, "now": tx.now})
    return Invite(*row) if row else None


def revoke_invite(tx: Tx, inviter: AccountId, id: InviteId) -> bool:
    sql = "UPDATE account_invite SET revoked = 1 WHERE inviter = :inviter AND id = :id"
    return tx.run(sql, {"inviter": inviter, "id": id}) == 1


def delete_dead_invites(tx: Tx, inviter: AccountId, before: int) -> None:
    """Forget what stopped working before `before` by its own end, or was made before then and is used up or revoked."""
    sql = """DELETE FROM account_invite WHERE inviter = :inviter
        AND (expires_at <= :before OR (created_at <= :before AND (revoked = 1 OR uses_left = 0)))"""
    tx.run(sql, {"inviter": inviter, "before": before})
