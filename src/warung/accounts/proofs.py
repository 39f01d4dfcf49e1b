"""Proving again, within a session, that it is really you: by passkey, bound to one thing that is to be done.

The browser signs a challenge that holds a digest of that thing: an answer given for one payment is worth nothing for another.
"""

import hashlib
import hmac
import secrets
from typing import Any

import webauthn
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.options_to_json_dict import options_to_json_dict
from webauthn.helpers.structs import PublicKeyCredentialDescriptor, UserVerificationRequirement

from warung.accounts import limits, passkeys, store_credentials
from warung.accounts.limits import PASSKEY_NETWORK
from warung.accounts.model import FlowExpired, PasskeyOptions, PasskeyRefused
from warung.kit.db import Db, Tx
from warung.kit.ids import AccountId, digest, secret
from warung.kit.site import Site

PROOF = "proof"


def begin_proof(tx: Tx, *, by: AccountId, about: str, site: Site, address: str) -> PasskeyOptions:
    """Begin a proof of one's own passkeys, for what `about` says. Raises `PasskeysNeedHttps`, `TooMany`."""
    limits.count_tries(tx, [(PASSKEY_NETWORK, limits.network(address))])
    store_credentials.delete_old_flows(tx)
    challenge, flow = secrets.token_bytes(32) + _digest(about), secret()
    row = {"token": digest(flow), "purpose": PROOF, "account": by, "challenge": challenge, "expires_at": tx.now + passkeys.FLOW_MS}
    store_credentials.insert_flow(tx, row)
    options = webauthn.generate_authentication_options(
        rp_id=passkeys.relying_party(site)[0],
        challenge=challenge,
        timeout=passkeys.FLOW_MS,
        allow_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in store_credentials.credentials(tx, by)],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return PasskeyOptions(flow, options_to_json_dict(options))


async def prove(db: Db, *, by: AccountId, about: str, flow: str, credential: dict[str, Any], site: Site) -> None:
    """Finish a proof. Raises `FlowExpired`, and `PasskeyRefused` for another's passkey or an answer about something else."""
    begun = await db.write(lambda tx: store_credentials.take_flow(tx, digest(flow), PROOF))
    if begun is None or begun.account != by or begun.challenge is None:
        raise FlowExpired
    if not hmac.compare_digest(begun.challenge[32:], _digest(about)):
        raise PasskeyRefused
    name = str(credential.get("id"))
    known = await db.read(lambda reader: store_credentials.passkey_by_credential(reader, name))
    if known is None or known[0] != by:
        raise PasskeyRefused
    seen = known[2]
    count = passkeys.verified_count(begun, known, credential, site)
    if not await db.write(lambda tx: store_credentials.advance_passkey(tx, name, seen, count)):
        raise PasskeyRefused


def _digest(about: str) -> bytes:
    return hashlib.sha256(about.encode()).digest()
