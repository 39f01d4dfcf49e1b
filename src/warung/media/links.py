"""Signed links: whoever has one gets the bytes for five minutes, so that pictures load without a cookie and caches may help.

A link is `/media/<blob>/<size>?e=<expiry in ms>&s=<HMAC-SHA256 of blob, size and expiry, base64url>`.
"""

import base64
import hashlib
import hmac

from warung.kit.clock import MINUTE
from warung.kit.ids import BlobId
from warung.media.model import LinkNotValid, SizeName

__all__ = ["LIVES_MS", "LinkNotValid", "holds", "sign"]

LIVES_MS = 5 * MINUTE


def sign(secret: bytes, blob: BlobId, size: SizeName, *, now: int) -> str:
    """Return a link, relative to the server, that lives for five minutes and up to one more: all made in one minute are the same."""
    expires = -(-(now + LIVES_MS) // MINUTE) * MINUTE
    return f"/media/{blob}/{size}?e={expires}&s={_signature(secret, blob, size, expires)}"


def holds(secret: bytes, blob: BlobId, size: SizeName, expires: int, signature: str, *, now: int) -> bool:
    """Say whether this is our signature and its time has not come. It takes as long for every wrong signature."""
    ours = _signature(secret, blob, size, expires).encode()
    return hmac.compare_digest(ours, signature.encode(errors="replace")) and now < expires


def _signature(secret: bytes, blob: BlobId, size: SizeName, expires: int) -> str:
    made = hmac.digest(secret, f"{blob}/{size}/{expires}".encode(errors="replace"), hashlib.sha256)
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()
