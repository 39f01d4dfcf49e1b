"""Sessions: an opaque token on a device, its digest here. They slide: a device that is used stays signed in."""

from collections.abc import Sequence

from warung.accounts import register, store_sessions
from warung.accounts.limits import network
from warung.accounts.model import AccountDisabled, Opened, Session, SessionNotFound, Settings
from warung.kit.bus import SessionEnded
from warung.kit.clock import HOUR
from warung.kit.db import Db, Reader, Tx
from warung.kit.errors import Unauthenticated
from warung.kit.ids import AccountId, Identity, SessionId, digest, new_id, secret
from warung.kit.text import bounded

DEVICE_CHARS = 100
SLICE = 10_000  # databases bound the number of parameters of one statement
TOUCH_MS = HOUR  # `seen_at` is this exact and no more: a request must not cost a write


def start(tx: Tx, *, account: AccountId, device: str, address: str) -> Opened:
    """Sign a device in, after its proof was verified. Raises `AccountDisabled`, also for an account of no person."""
    who = register.account(tx, account)
    if who.is_disabled or not who.is_person:
        raise AccountDisabled
    store_sessions.delete_old_sessions(tx, account, _seen_after(tx))
    opened = Opened(account, SessionId(new_id(tx.now)), secret())
    store_sessions.insert_session(
        tx,
        {
            "id": opened.session,
            "account": account,
            "token": digest(opened.token),
            "device": bounded(device, limit=DEVICE_CHARS),
            "network": _place(account, address),
            "now": tx.now,
        },
    )
    return opened


def authenticate(reader: Reader, token: str) -> Identity:
    """Return who acts with this token. Raises `Unauthenticated`."""
    return _find(reader, token)[0]


async def recognise(db: Db, token: str) -> Identity:
    """Return who acts with this token and remember, once an hour, that the device was here. For the gateway: a request costs a read."""
    identity, stale = await db.read(lambda reader: _find(reader, token))
    if stale:
        db.submit(lambda tx: store_sessions.touch_session(tx, identity.session), lambda _: None)
    return identity


def alive(reader: Reader, sessions: Sequence[SessionId]) -> set[SessionId]:
    """Return those of these sessions that still are signed in."""
    slices = [list(sessions[at : at + SLICE]) for at in range(0, len(sessions), SLICE)]
    return {session for slice in slices for session in store_sessions.living(reader, slice, _seen_after(reader))}


def list_sessions(reader: Reader, *, by: Identity) -> list[Session]:
    """Return one's own devices, the last seen first."""
    rows = store_sessions.sessions(reader, by.account, _seen_after(reader))
    return [Session(id, device, created_at, seen_at, id == by.session) for id, device, created_at, seen_at in rows]


def end(tx: Tx, *, by: AccountId, session: SessionId) -> None:
    """Sign one of one's own devices out; its sockets are closed. Raises `SessionNotFound`."""
    if not store_sessions.delete_session(tx, by, session):
        raise SessionNotFound
    _tell(tx, by, [session])


def end_all(tx: Tx, *, account: AccountId, keep: SessionId | None = None) -> None:
    """Sign every device of an account out, but the one to keep."""
    _tell(tx, account, store_sessions.delete_sessions(tx, account, keep))


def age(reader: Reader, *, by: Identity) -> int:
    """Return for how many milliseconds this device has been signed in. Raises `Unauthenticated` when it no longer is."""
    since = store_sessions.started(reader, by.account, by.session)
    if since is None:
        raise Unauthenticated
    return reader.now - since


def at_home(reader: Reader, *, account: AccountId, address: str) -> bool:
    """Is the account signed in from this network already?"""
    return store_sessions.used_from(reader, account, _place(account, address))


def _find(reader: Reader, token: str) -> tuple[Identity, bool]:
    row = store_sessions.session_by_token(reader, digest(token), _seen_after(reader))
    if row is None:
        raise Unauthenticated
    session, seen_at, account, language, operator = row
    return Identity(account, session, language, bool(operator)), reader.now - seen_at >= TOUCH_MS


def _place(account: AccountId, address: str) -> str:
    """Return what is stored of where an account signs in: enough to know the place again, not to find it."""
    return digest(f"{account} {network(address)}")


def _seen_after(reader: Reader) -> int:
    return reader.now - reader.settings(Settings).session_ms


def _tell(tx: Tx, account: AccountId, ended: Sequence[SessionId]) -> None:
    for session in ended:
        tx.emit(SessionEnded(session=session), to=[account])
