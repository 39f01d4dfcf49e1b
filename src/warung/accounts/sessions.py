"""Sessions: an opaque token on a device, its digest here. They slide: a device that is used stays signed in."""

import asyncio
from collections.abc import Sequence
from weakref import WeakKeyDictionary

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
AT_ONCE = 256  # tokens of one look-up
_ASKING: "WeakKeyDictionary[Db, Recognition]" = WeakKeyDictionary()


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
    found = _found(reader, [digest(token)])
    if not found:
        raise Unauthenticated
    return found[digest(token)][0]


async def recognise(db: Db, token: str) -> Identity:
    """Return who acts with this token and remember, once an hour, that the device was here. For the gateway. Raises `Unauthenticated`."""
    asking = _ASKING.get(db)
    if asking is None:
        asking = _ASKING[db] = Recognition()
    identity, stale = await asking.of(db, digest(token))
    if stale:
        db.submit(lambda tx: store_sessions.touch_session(tx, identity.session), lambda _: None)
    return identity


class Recognition:
    """Looks sessions up in sets: all requests that come while one look-up is on its way are one look-up after it.

    Nothing is remembered, so a device that is signed out is so at once; and a request under load costs a row and not a thread's turn.
    The look-up goes ahead of what is read: every request waits for it, and behind a crowd of pages it would wait for all of them twice.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, list[asyncio.Future[tuple[Identity, bool]]]] = {}
        self._asking: asyncio.Task[None] | None = None

    def of(self, db: Db, token: str) -> asyncio.Future[tuple[Identity, bool]]:
        """Return who acts with the token of this digest, and whether that has to be noted; looked up after this call."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[tuple[Identity, bool]] = loop.create_future()
        self._waiting.setdefault(token, []).append(future)
        if self._asking is None or self._asking.done():
            self._asking = loop.create_task(self._ask(db))
        return future

    async def _ask(self, db: Db) -> None:
        while self._waiting:
            tokens = list(self._waiting)[:AT_ONCE]
            waiting = {token: self._waiting.pop(token) for token in tokens}
            found: dict[str, tuple[Identity, bool]] = {}
            failure: BaseException | None = None
            try:
                found = await db.read(lambda reader, tokens=tokens: _found(reader, tokens), ahead=True)  # type: ignore[misc]
            except Exception as failed:
                failure = failed
            for token, futures in waiting.items():
                for future in futures:
                    if future.done():
                        continue
                    if token in found:
                        future.set_result(found[token])
                    else:
                        future.set_exception(failure or Unauthenticated())


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


def _found(reader: Reader, tokens: Sequence[str]) -> dict[str, tuple[Identity, bool]]:
    """Return who acts with each of these tokens (digests), and whether it is time to note that they were here."""
    return {
        token: (Identity(account, session, language, bool(operator)), reader.now - seen_at >= TOUCH_MS)
        for token, session, seen_at, account, language, operator in store_sessions.by_tokens(reader, tokens, _seen_after(reader))
    }


def _place(account: AccountId, address: str) -> str:
    """Return what is stored of where an account signs in: enough to know the place again, not to find it."""
    return digest(f"{account} {network(address)}")


def _seen_after(reader: Reader) -> int:
    return reader.now - reader.settings(Settings).session_ms


def _tell(tx: Tx, account: AccountId, ended: Sequence[SessionId]) -> None:
    for session in ended:
        tx.emit(SessionEnded(session=session), to=[account])
