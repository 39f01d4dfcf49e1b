"""Signed links: whoever has one gets the bytes for five minutes, so that pictures load without a cookie and caches may help.

A link is `/media/<blob>/<size>?e=<expiry in ms>&s=<HMAC-SHA256 of blob, size, expiry and turn, base64url>`.
The turn of a blob is how often somebody stopped holding it: when a message is recalled, the links that its readers have are dead.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence

import msgspec

from warung.kit.clock import MINUTE
from warung.kit.ids import BlobId
from warung.media.model import LinkNotValid, SizeName

__all__ = ["LIVES_MS", "LinkNotValid", "holds", "sign"]

LIVES_MS = 5 * MINUTE


def sign(secret: bytes, blob: BlobId, size: SizeName, *, turn: int, now: int) -> str:
    """Return a link, relative to the server, that lives for five minutes and up to one more: all made in one minute are the same."""
    expires = -(-(now + LIVES_MS) // MINUTE) * MINUTE
    return f"/media/{blob}/{size}?e={expires}&s={_signature(secret, blob, size, expires, turn)}"


def holds(secret: bytes, blob: BlobId, size: SizeName, expires: int, signature: str, *, turn: int, now: int) -> bool:
    """Say whether this is our signature and its time has not come. It takes as long for every wrong signature."""
    ours = _signature(secret, blob, size, expires, turn).encode()
    return hmac.compare_digest(ours, signature.encode(errors="replace")) and now < expires


def _signature(secret: bytes, blob: BlobId, size: SizeName, expires: int, turn: int) -> str:
    made = hmac.digest(secret, f"{blob}/{size}/{expires}/{turn}".encode(errors="replace"), hashlib.sha256)
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def seal(secret: bytes, said: Sequence[str]) -> str:
    """Return our word that we have seen this: what a client sends back with it was not made up."""
    made = hmac.digest(secret, b"seen\0" + msgspec.json.encode(said), hashlib.sha256)
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def seals(secret: bytes, word: str, said: Sequence[str]) -> bool:
    """Say whether this is our word for it."""
    return hmac.compare_digest(seal(secret, said).encode(), word.encode(errors="replace"))
