"""Recovery codes: ten words on paper, each of which opens the account once, for a new password."""

import secrets

from warung.accounts import hashing, limits, sessions, store, store_credentials
from warung.accounts.limits import RECOVERY_HANDLE, RECOVERY_HERE, RECOVERY_NETWORK
from warung.accounts.model import Opened, Settings, WrongRecoveryCode
from warung.kit.db import Db, Reader, Tx
from warung.kit.ids import ALPHABET, AccountId, digest

CODES = 10
GROUPS = 4  # of four characters, five bits each: 80 bits need neither salt nor slowness
LOOK_ALIKES = str.maketrans("oil", "011", "- \t")


def new_codes(tx: Tx, *, account: AccountId) -> list[str]:
    """Make ten recovery codes; older ones work no more. Only digests are stored."""
    codes = ["-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(GROUPS)) for _ in range(CODES)]
    store_credentials.replace_recovery_codes(tx, account, [_stored(code) for code in codes])
    return codes


async def recover(db: Db, *, handle: str, code: str, password: str, device: str, address: str) -> Opened:
    """Use a recovery code up: set a new password, sign every device out and this one in.

    Raises `WrongRecoveryCode`, `TooMany`, and what a weak password deserves.
    """
    hashing.check_new(password, handle=handle)
    cost = await db.write(lambda tx: _count(tx, handle, address))
    account = await db.read(lambda reader: _check(reader, handle, code))
    hashed = await hashing.POOL.hash(password, cost=cost)
    return await db.write(lambda tx: _open(tx, account, handle, code, hashed, device, address))


def _count(tx: Tx, handle: str, address: str) -> Settings:
    here, name = limits.network(address), handle.strip().lower()
    limits.count_tries(tx, [(RECOVERY_HERE, f"{name} {here}"), (RECOVERY_HANDLE, name), (RECOVERY_NETWORK, here)])
    return tx.settings(Settings)


def _check(reader: Reader, handle: str, code: str) -> AccountId:
    found = store.account_by_handle(reader, handle.strip().lower())
    if found is None or not store_credentials.has_recovery_code(reader, found.id, _stored(code)):
        raise WrongRecoveryCode
    return found.id


def _open(tx: Tx, account: AccountId, handle: str, code: str, hashed: str, device: str, address: str) -> Opened:
    if not store_credentials.delete_recovery_code(tx, account, _stored(code)):
        raise WrongRecoveryCode
    store.set_password(tx, account, hashed)
    sessions.end_all(tx, account=account)
    limits.forget(tx, RECOVERY_HERE, f"{handle.strip().lower()} {limits.network(address)}")
    return sessions.start(tx, account=account, device=device, address=address)


def _stored(code: str) -> str:
    """Return the digest of a code as people type it: in capitals, without dashes, with an O for a zero."""
    return digest(code.lower().translate(LOOK_ALIKES))
