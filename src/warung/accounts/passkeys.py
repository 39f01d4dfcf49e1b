"""Passkeys (WebAuthn): one ceremony to make a passkey and one to sign in with it. What a ceremony began with is stored, and used once.

A passkey is the only proof it comes with, so the device must have verified its user, and it must be found without naming an account.
"""

from typing import Any, Literal
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, generate_challenge
from webauthn.helpers.options_to_json_dict import options_to_json_dict
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from warung.accounts import limits, register, sessions, store_credentials
from warung.accounts.limits import PASSKEY_NETWORK
from warung.accounts.model import (
    Flow,
    FlowExpired,
    LastCredential,
    NewPasskey,
    Opened,
    Passkey,
    PasskeyId,
    PasskeyNotFound,
    PasskeyOptions,
    PasskeyRefused,
    PasskeysNeedHttps,
    PasskeyTaken,
)
from warung.kit.clock import MINUTE
from warung.kit.db import Db, Reader, Row, Tx
from warung.kit.ids import AccountId, digest, new_id, secret
from warung.kit.site import Site
from warung.kit.text import bounded

Purpose = Literal["sign_up", "add", "sign_in"]

FLOW_MS = 5 * MINUTE
NAME_CHARS = 64


def begin_sign_up(tx: Tx, *, handle: str, name: str, site: Site, address: str) -> PasskeyOptions:
    """Begin the making of a passkey for somebody new. Raises `HandleNotAllowed`, `HandleTaken`."""
    register.check_free(tx, handle)
    id = AccountId(new_id(tx.now))  # the account's id from the beginning: the passkey carries it
    return _begin_making(tx, "sign_up", id, register.folded(handle), name, site, address)


def begin_add(tx: Tx, *, by: AccountId, site: Site, address: str) -> PasskeyOptions:
    """Begin the making of one more passkey."""
    mine = register.account(tx, by)
    return _begin_making(tx, "add", by, mine.handle, mine.name, site, address)


def begin_sign_in(tx: Tx, *, site: Site, address: str) -> PasskeyOptions:
    """Begin a sign-in; the device finds the account."""
    challenge, flow = _begin(tx, "sign_in", None, address)
    options = webauthn.generate_authentication_options(
        rp_id=relying_party(site)[0], challenge=challenge, timeout=FLOW_MS, user_verification=UserVerificationRequirement.REQUIRED
    )
    return PasskeyOptions(flow, options_to_json_dict(options))


async def made(db: Db, *, purpose: Purpose, flow: str, credential: dict[str, Any], site: Site) -> tuple[AccountId, NewPasskey]:
    """Verify a passkey that was just made; return it and the account it was made for. Raises `FlowExpired`, `PasskeyRefused`."""
    begun = await db.write(lambda tx: _take(tx, flow, purpose))
    rp_id, origin = relying_party(site)
    try:
        verified = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=begun.challenge or b"",
            expected_rp_id=rp_id,
            expected_origin=origin,
            require_user_verification=True,
        )
    except Exception as refused:  # what a forged answer breaks first is anything: base64, CBOR, a key, a signature
        raise PasskeyRefused from refused
    if begun.account is None:
        raise PasskeyRefused
    return begun.account, NewPasskey(bytes_to_base64url(verified.credential_id), verified.credential_public_key, verified.sign_count)


async def sign_in(db: Db, *, flow: str, credential: dict[str, Any], device: str, site: Site, address: str) -> Opened:
    """Sign a device in with a passkey. Raises `FlowExpired`, `PasskeyRefused`, `AccountDisabled`, `TooMany`."""
    await db.write(lambda tx: limits.count_tries(tx, [(PASSKEY_NETWORK, limits.network(address))]))
    begun = await db.write(lambda tx: _take(tx, flow, "sign_in"))
    name = str(credential.get("id"))
    known = await db.read(lambda reader: store_credentials.passkey_by_credential(reader, name))
    if known is None:
        raise PasskeyRefused
    account, _, seen = known
    count = verified_count(begun, known, credential, site)
    return await db.write(lambda tx: _enter(tx, account, name, seen, count, device, address))


async def add(db: Db, *, by: AccountId, flow: str, credential: dict[str, Any], name: str, site: Site) -> Passkey:
    """Keep one more passkey. Raises `FlowExpired`, `PasskeyRefused`, `PasskeyTaken`."""
    account, passkey = await made(db, purpose="add", flow=flow, credential=credential, site=site)
    if account != by:
        raise FlowExpired
    return await db.write(lambda tx: keep(tx, account=by, passkey=passkey, name=name))


def keep(tx: Tx, *, account: AccountId, passkey: NewPasskey, name: str) -> Passkey:
    """Store a verified passkey. Raises `PasskeyTaken`."""
    kept = Passkey(PasskeyId(new_id(tx.now)), bounded(name, limit=NAME_CHARS), tx.now)
    row = {
        "id": kept.id,
        "account": account,
        "credential": passkey.credential,
        "public_key": passkey.public_key,
        "sign_count": passkey.sign_count,
        "name": kept.name,
        "now": tx.now,
    }
    if not store_credentials.insert_passkey(tx, row):
        raise PasskeyTaken
    return kept


def mine(reader: Reader, *, by: AccountId) -> list[Passkey]:
    """Return one's own passkeys, the oldest first."""
    return store_credentials.passkeys(reader, by)


def delete(tx: Tx, *, by: AccountId, passkey: PasskeyId) -> None:
    """Forget one of one's own passkeys. Raises `PasskeyNotFound`, and `LastCredential` when nothing else opens the account."""
    if not store_credentials.delete_passkey(tx, by, passkey):
        raise PasskeyNotFound
    if register.account(tx, by).password is None and not store_credentials.passkeys(tx, by):
        raise LastCredential


def relying_party(site: Site) -> tuple[str, str]:
    """Return the relying party's id and its origin. Raises `PasskeysNeedHttps`."""
    if not site.secure_context:
        raise PasskeysNeedHttps
    parts = urlsplit(site.url)
    return parts.hostname or "", f"{parts.scheme}://{parts.netloc}"


def _begin(tx: Tx, purpose: Purpose, account: AccountId | None, address: str) -> tuple[bytes, str]:
    limits.count_tries(tx, [(PASSKEY_NETWORK, limits.network(address))])
    store_credentials.delete_old_flows(tx)
    challenge, flow = generate_challenge(), secret()
    row = {"token": digest(flow), "purpose": purpose, "account": account, "challenge": challenge, "expires_at": tx.now + FLOW_MS}
    store_credentials.insert_flow(tx, row)
    return challenge, flow


def _begin_making(tx: Tx, purpose: Purpose, account: AccountId, handle: str, name: str, site: Site, address: str) -> PasskeyOptions:
    challenge, flow = _begin(tx, purpose, account, address)
    known = store_credentials.credentials(tx, account)
    options = webauthn.generate_registration_options(
        rp_id=relying_party(site)[0],
        rp_name=site.name,
        user_id=account.encode(),
        user_name=handle,
        user_display_name=name,
        challenge=challenge,
        timeout=FLOW_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in known],
    )
    return PasskeyOptions(flow, options_to_json_dict(options))


def _take(tx: Tx, flow: str, purpose: Purpose) -> Flow:
    begun = store_credentials.take_flow(tx, digest(flow), purpose)
    if begun is None:
        raise FlowExpired
    return begun


def verified_count(begun: Flow, known: Row, credential: dict[str, Any], site: Site) -> int:
    """Return the new sign count. A count that does not grow tells of a copied key; the library refuses it."""
    account, public_key, seen = known
    rp_id, origin = relying_party(site)
    try:
        verified = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=begun.challenge or b"",
            expected_rp_id=rp_id,
            expected_origin=origin,
            credential_public_key=public_key,
            credential_current_sign_count=seen,
            require_user_verification=True,
        )
        holder = credential["response"].get("userHandle")
        held = base64url_to_bytes(holder).decode() if holder else account
    except Exception as refused:  # as above: anything may break
        raise PasskeyRefused from refused
    if held != account:
        raise PasskeyRefused
    return verified.new_sign_count


def _enter(tx: Tx, account: AccountId, credential: str, seen: int, count: int, device: str, address: str) -> Opened:
    if not store_credentials.advance_passkey(tx, credential, seen, count):
        raise PasskeyRefused
    return sessions.start(tx, account=account, device=device, address=address)
