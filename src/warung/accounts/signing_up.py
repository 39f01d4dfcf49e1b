"""Signing up: who may, with what proof, and how the very first person comes in."""

from typing import Any
from urllib.parse import urlsplit

import msgspec

from warung.accounts import hashing, invites, limits, operators, passkeys, recovery, register, sessions, store
from warung.accounts.limits import Limit
from warung.accounts.model import (
    CredentialMissing,
    Credentials,
    FlowExpired,
    FrontDoor,
    InviteNeeded,
    RegistrationClosed,
    Settings,
    SignedUp,
)
from warung.kit.clock import HOUR
from warung.kit.db import Db, Reader, Tx
from warung.kit.site import Site

DEMO_PEOPLE = 8


class PasskeyAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a browser sends back at the end of a passkey ceremony."""

    flow: str
    credential: dict[str, Any]


async def prepare_credentials(
    db: Db, *, handle: str, password: str | None, passkey: PasskeyAnswer | None, site: Site, address: str
) -> Credentials:
    """Do what costs time before the transaction of a sign-up: hash the password, verify the passkey.

    Counts the try. Raises `CredentialMissing`, `HandleTaken` and what the handle, the password or the passkey deserve.
    """
    if password is None and passkey is None:
        raise CredentialMissing
    if password is not None:
        hashing.check_new(password, handle=handle)
    rules = await db.write(lambda tx: _count(tx, address))
    await db.read(lambda reader: register.check_free(reader, handle))
    hashed = None if password is None else await hashing.POOL.hash(password, cost=rules)
    if passkey is None:
        return Credentials(hashed)
    account, made = await passkeys.made(db, purpose="sign_up", flow=passkey.flow, credential=passkey.credential, site=site)
    return Credentials(hashed, made, account)


def sign_up(
    tx: Tx,
    *,
    handle: str,
    name: str,
    credentials: Credentials,
    device: str,
    site: Site,
    address: str,
    invite: str | None = None,
    operator: str | None = None,
    language: str = "id",
    region: str | None = None,
) -> SignedUp:
    """Make an account and sign its first device in; `invite` and `operator` are tokens.

    Raises `RegistrationClosed`, `InviteNeeded`, `InviteNotValid`, `OperatorLinkNotValid`, `HandleTaken` and what a bad field deserves.
    """
    if credentials.password is None and credentials.passkey is None:
        raise CredentialMissing
    if credentials.account is not None and store.account(tx, credentials.account):
        raise FlowExpired
    # Before anyone lives here, whoever sits at the machine itself is its operator, with the printed link or without.
    founder = operator is None and _is_founding(tx, site, address)
    if operator is not None:
        operators.take_operator_link(tx, operator)
    taken = invites.take(tx, token=invite) if invite is not None else None
    if not founder and operator is None:
        registration = tx.settings(Settings).registration
        if registration == "closed":
            raise RegistrationClosed
        if registration == "invite" and taken is None:
            raise InviteNeeded
    account = register.create(
        tx,
        handle=handle,
        name=name,
        password=credentials.password,
        operator=founder or operator is not None,
        language=language,
        region=region,
        id=credentials.account,
    )
    if credentials.passkey is not None:
        passkeys.keep(tx, account=account, passkey=credentials.passkey, name=device[: passkeys.NAME_CHARS])
    codes = recovery.new_codes(tx, account=account)
    return SignedUp(sessions.start(tx, account=account, device=device, address=address), codes, taken)


def front_door(reader: Reader, *, site: Site, address: str = "") -> FrontDoor:
    """Return how one gets in here from `address`: for the first page."""
    first_run = not store.anyone(reader)
    demo = store.oldest(reader, DEMO_PEOPLE) if site.demo else []
    return FrontDoor(reader.settings(Settings).registration, first_run, _is_founding(reader, site, address), demo)


def _count(tx: Tx, address: str) -> Settings:
    rules = tx.settings(Settings)
    limits.count_tries(tx, [(Limit("sign-up", rules.sign_ups_per_hour, HOUR), limits.network(address))])
    return rules


def _is_founding(reader: Reader, site: Site, address: str) -> bool:
    """Is this the first account of a place that only this machine can reach? Behind a proxy everyone may come from loopback."""
    host = urlsplit(site.url).hostname or ""
    return (host == "localhost" or limits.is_loopback(host)) and limits.is_loopback(address) and not store.anyone(reader)
