"""Passwords: signing in with one, changing it, and proving that one still knows it.

Each takes three steps: count the try in a transaction of its own, compute in the pool, act in a second transaction that looks again.
"""

import msgspec

from warung.accounts import hashing, limits, recovery, register, sessions, store
from warung.accounts.limits import PASSWORD_HANDLE, PASSWORD_HERE, PASSWORD_NETWORK
from warung.accounts.model import Account, DemoOnly, Opened, Settings, WrongCredentials, WrongPassword
from warung.kit.db import Db, Tx
from warung.kit.ids import AccountId, Identity
from warung.kit.site import Site


class Attempt(msgspec.Struct, frozen=True):
    """A try that was counted: what is to be compared, and at what cost."""

    account: Account | None
    cost: Settings


async def sign_in(db: Db, *, handle: str, password: str, device: str, address: str) -> Opened:
    """Sign a device in with handle and password. Raises `WrongCredentials`, `AccountDisabled`, `TooMany`, `HashingBusy`."""
    attempt = await db.write(lambda tx: _count(tx, store.account_by_handle(tx, _plain(handle)), _plain(handle), address))
    verdict = await _verify(attempt, password)
    if attempt.account is None or not verdict.right:
        raise WrongCredentials
    seen = attempt.account
    return await db.write(lambda tx: _enter(tx, seen, verdict.rehashed, device, address))


async def confirm(db: Db, *, by: AccountId, password: str | None, address: str) -> Account:
    """Make sure that whoever holds the session knows the password, where the account has one. Raises `WrongPassword`, `TooMany`."""
    mine = await db.read(lambda reader: register.account(reader, by))
    if mine.password is None:
        return mine
    attempt = await db.write(lambda tx: _count(tx, register.account(tx, by), mine.handle, address))
    if attempt.account is None or not (await _verify(attempt, password or "")).right:
        raise WrongPassword
    return attempt.account


async def change(db: Db, *, by: Identity, old: str | None, new: str, address: str) -> None:
    """Set a new password and sign every other device out. Without a password so far, `old` is not asked for."""
    seen = await confirm(db, by=by.account, password=old, address=address)
    hashing.check_new(new, handle=seen.handle)
    cost = await db.read(lambda reader: reader.settings(Settings))
    hashed = await hashing.POOL.hash(new, cost=cost)
    await db.write(lambda tx: _replace(tx, by, seen, hashed))


async def renew_recovery_codes(db: Db, *, by: AccountId, password: str | None, address: str) -> list[str]:
    """Make a new set of recovery codes, for who knows the password."""
    await confirm(db, by=by, password=password, address=address)
    return await db.write(lambda tx: recovery.new_codes(tx, account=by))


def try_as(tx: Tx, *, handle: str, site: Site, address: str) -> Opened:
    """Sign in as somebody made up, without a password: in a demonstration, on its own machine. Raises `DemoOnly`."""
    if not site.demo or not limits.is_loopback(address):
        raise DemoOnly
    found = store.account_by_handle(tx, _plain(handle))
    if found is None:
        raise WrongCredentials
    return sessions.start(tx, account=found.id, device="", address=address)


def _plain(handle: str) -> str:
    return handle.strip().lower()


def _count(tx: Tx, found: Account | None, handle: str, address: str) -> Attempt:
    here = limits.network(address)
    tries = [(PASSWORD_HERE, f"{handle} {here}"), (PASSWORD_NETWORK, here)]
    if found is None or not sessions.at_home(tx, account=found.id, address=address):
        tries.append((PASSWORD_HANDLE, handle))
    limits.count_tries(tx, tries)
    return Attempt(found, tx.settings(Settings))


async def _verify(attempt: Attempt, password: str) -> hashing.Verdict:
    stored = attempt.account.password if attempt.account else None
    return await hashing.POOL.verify(password, stored, cost=attempt.cost)


def _enter(tx: Tx, seen: Account, rehashed: str | None, device: str, address: str) -> Opened:
    now = register.account(tx, seen.id)
    if now.password != seen.password:  # changed while the old one was being compared
        raise WrongCredentials
    if rehashed:
        store.set_password(tx, seen.id, rehashed)
    limits.forget(tx, PASSWORD_HERE, f"{seen.handle} {limits.network(address)}")
    return sessions.start(tx, account=seen.id, device=device, address=address)


def _replace(tx: Tx, by: Identity, seen: Account, hashed: str) -> None:
    if register.account(tx, by.account).password != seen.password:
        raise WrongPassword
    store.set_password(tx, by.account, hashed)
    sessions.end_all(tx, account=by.account, keep=by.session)
