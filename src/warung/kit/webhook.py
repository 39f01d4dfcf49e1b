"""Messages to other people's programs, signed as the Standard Webhooks specification says: an id that stays the same over retries, a time,
and an HMAC over both and the body.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence

from warung.kit.clock import DAY, MINUTE, SECOND
from warung.kit.outside import Limits

FORMER_MS = DAY  # how long messages are signed with the former secret too, after it was changed
TOLERANCE = 5 * MINUTE
PATIENCE = Limits(seconds=15.0, bytes=4_096, redirects=0)  # with the program that is told
PREFIX = "whsec_"


class NotSigned(ValueError):
    """A message that is not from whom it says, or is not new."""


def new_secret() -> str:
    """Return a secret of 192 bits in the form that the specification gives it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()


def signature(secret: str, id: str, at: int, body: bytes) -> str:
    """Return the signature of a message: HMAC-SHA256 over id, time in seconds and body, in base64."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.new(key, b".".join((id.encode(), str(at).encode(), body)), hashlib.sha256).digest()).decode()


def signed(id: str, body: bytes, *, now: int, secrets: Sequence[str]) -> dict[str, str]:
    """Return the headers of a message, signed with each of these secrets."""
    at = now // SECOND
    signatures = " ".join(f"v1,{signature(secret, id, at, body)}" for secret in secrets)
    return {"content-type": "application/json", "webhook-id": id, "webhook-timestamp": str(at), "webhook-signature": signatures}


def verified(headers: Mapping[str, str], body: bytes, *, secret: str, now: int) -> str:
    """Return the id of a message that was signed with `secret` within five minutes of `now`. Raises `NotSigned`.

    Names of headers are in lower case. The same id again is the same message: whoever acts on messages remembers it.
    """
    id, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not id or not (at.isascii() and at.isdecimal() and len(at) < 16) or abs(now - int(at) * SECOND) > TOLERANCE:
        raise NotSigned
    try:
        ours = signature(secret, id, int(at), body)
    except binascii.Error:
        raise NotSigned from None
    given = [each.partition(",") for each in headers.get("webhook-signature", "").split()]
    if not any(version == "v1" and hmac.compare_digest(ours.encode(), made.encode()) for version, _, made in given):
        raise NotSigned
    return id
