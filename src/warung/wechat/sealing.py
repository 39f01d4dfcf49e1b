"""How both sides of a callback know each other: the signature of a request, and the sealed message of the safe mode.

The sealing is AES-256-CBC with the key's first half as its vector, padded to 32 bytes: what every program written for it expects.
A vector that never changes is weak against whoever sees many messages; sixteen random bytes at the front make up for that.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from warung.kit.errors import BadRequest

BLOCK, RANDOM = 32, 16
KEY = re.compile(r"[A-Za-z0-9]{43}\Z")


class NotSealedForUs(BadRequest):
    """This message was not sealed with this key for this account."""


def signature(*parts: str) -> str:
    """Return the signature of a callback: the SHA-1 of its sorted parts, run together."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def same(given: str, right: str) -> bool:
    """Compare two signatures in the same time wherever they differ."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), right.encode())


def key_of(encoding_key: str) -> bytes:
    """Return the 32 bytes of an EncodingAESKey. Raises `NotSealedForUs`."""
    if not KEY.match(encoding_key):
        raise NotSealedForUs
    return base64.b64decode(encoding_key + "=")


def new_key() -> str:
    """Return a new EncodingAESKey: 43 letters and digits."""
    return "".join(secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") for _ in range(43))


def sealed(text: str, *, key: str, appid: str, random: bytes | None = None) -> str:
    """Return a message sealed for an account, base64."""
    body, secret = text.encode(), key_of(key)
    plain = (random or secrets.token_bytes(RANDOM)) + len(body).to_bytes(4, "big") + body + appid.encode()
    pad = BLOCK - len(plain) % BLOCK
    cipher = Cipher(AES(secret), CBC(secret[:16])).encryptor()
    return base64.b64encode(cipher.update(plain + bytes([pad]) * pad) + cipher.finalize()).decode()


def opened(text: str, *, keys: Sequence[str], appid: str) -> str:
    """Return what a sealed message says; `keys` are the present and, while it still counts, the former one. Raises `NotSealedForUs`."""
    for key in keys:
        found = _opened(text, key_of(key), appid)
        if found is not None:
            return found
    raise NotSealedForUs


def _opened(text: str, secret: bytes, appid: str) -> str | None:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    if not raw or len(raw) % 16:
        return None
    cipher = Cipher(AES(secret), CBC(secret[:16])).decryptor()
    plain = cipher.update(raw) + cipher.finalize()
    pad = plain[-1]
    if not 1 <= pad <= BLOCK or plain[-pad:] != bytes([pad]) * pad:
        return None
    content = plain[RANDOM:-pad]
    length = int.from_bytes(content[:4], "big")
    body, tail = content[4 : 4 + length], content[4 + length :]
    if len(content) < 4 or len(body) != length or tail != appid.encode():
        return None
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None
