"""The SQL of push. One function per statement."""

from collections.abc import Sequence

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, ConversationId, SessionId
from warung.push.model import Device, Show

_DEVICE = "session, account, endpoint, p256dh, auth, show"


def put_device(tx: Tx, device: Device) -> None:
    """Insert a device, or replace what is known of it."""
    tx.run(
        f"INSERT INTO push_device ({_DEVICE}, at) VALUES (:session, :account, :endpoint, :p256dh, :auth, :show, :now)"
        " ON CONFLICT (session) DO UPDATE SET endpoint = excluded.endpoint, p256dh = excluded.p256dh, auth = excluded.auth,"
        " show = excluded.show, at = excluded.at",
        {field: getattr(device, field) for field in Device.__struct_fields__} | {"now": tx.now},
    )


def device(reader: Reader, session: SessionId) -> Device | None:
    """Return the device of a session."""
    row = reader.one(f"SELECT {_DEVICE} FROM push_device WHERE session = :session", {"session": session})
    return Device(*row) if row else None


def devices(reader: Reader, accounts: Sequence[AccountId]) -> list[Device]:
    """Return the devices of accounts."""
    rows = reader.all(f"SELECT {_DEVICE} FROM push_device WHERE account IN :accounts ORDER BY session", {"accounts": accounts})
    return [Device(*row) for row in rows]


def delete_device(tx: Tx, session: SessionId) -> None:
    """Forget the device of a session."""
    tx.run("DELETE FROM push_device WHERE session = :session", {"session": session})


def delete_endpoint(tx: Tx, endpoint: str, but: SessionId) -> None:
    """Forget whoever else was reached at an endpoint: it belongs to the browser that named it last."""
    tx.run("DELETE FROM push_device WHERE endpoint = :endpoint AND session <> :but", {"endpoint": endpoint, "but": but})


def set_show(tx: Tx, session: SessionId, show: Show) -> bool:
    """Say how much a device's screen may tell; False when it is not woken at all."""
    return tx.run("UPDATE push_device SET show = :show WHERE session = :session", {"session": session, "show": show}) == 1


def note_shown(tx: Tx, session: SessionId, conversation: ConversationId, seq: int) -> None:
    """Remember what stands on a device's screen. Nothing when the device has gone meanwhile."""
    tx.run(
        "INSERT INTO push_shown (session, conversation, seq)"
        " SELECT session, :conversation, :seq FROM push_device WHERE session = :session"
        " ON CONFLICT (session, conversation) DO UPDATE SET seq = excluded.seq",
        {"session": session, "conversation": conversation, "seq": seq},
    )


def shown_to(reader: Reader, account: AccountId, conversation: ConversationId, up_to: int) -> list[SessionId]:
    """Return the devices of an account whose screens show nothing of a conversation beyond `up_to`."""
    rows = reader.all(
        "SELECT s.session FROM push_device d JOIN push_shown s ON s.session = d.session"
        " WHERE d.account = :account AND s.conversation = :conversation AND s.seq <= :up_to",
        {"account": account, "conversation": conversation, "up_to": up_to},
    )
    return [row[0] for row in rows]


def forget_shown(tx: Tx, session: SessionId, conversation: ConversationId) -> None:
    """Nothing of this conversation stands on the screen any more."""
    sql = "DELETE FROM push_shown WHERE session = :session AND conversation = :conversation"
    tx.run(sql, {"session": session, "conversation": conversation})


def private_key(reader: Reader) -> str | None:
    """Return the server's private key, PEM."""
    row = reader.one("SELECT private FROM push_key WHERE id = 1")
    return row[0] if row else None


def put_private_key(tx: Tx, key: str) -> None:
    """Store the server's private key, unless there is one."""
    tx.run("INSERT INTO push_key (id, private) VALUES (1, :key) ON CONFLICT (id) DO NOTHING", {"key": key})
