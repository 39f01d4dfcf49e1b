"""Seals what a device is told, so that the push service in between can read none of it (RFC 8291), and says who sends it (RFC 8292)."""

import base64
import binascii
import hashlib
from urllib.parse import urlsplit

import http_ece
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from warung.kit.clock import HOUR, SECOND
from warung.kit.outside import AddressNotAllowed, named
from warung.push.model import BadSubscription, Device, Subscription

PAYLOAD_BYTES = 3_000  # push services take 4,096 bytes with everything around it


def checked(subscription: Subscription) -> None:
    """Refuse what cannot be an address or cannot be keys."""
    try:
        scheme, _, _ = named(subscription.endpoint)
        point, secret = unb64(subscription.keys.p256dh), unb64(subscription.keys.auth)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except (AddressNotAllowed, ValueError):
        raise BadSubscription from None
    if scheme not in ("http", "https") or len(secret) != 16:
        raise BadSubscription


def new_key() -> str:
    """Return a new private key for this server, PEM."""
    vapid = Vapid02()
    vapid.generate_keys()
    return str(vapid.private_pem().decode())


def public_key(private: str) -> str:
    """Return the public half as browsers take it: the uncompressed point, base64url."""
    point = Vapid02.from_pem(private.encode()).public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return b64(point)


def sealed(device: Device, message: msgspec.Struct) -> bytes:
    """Encrypt a message for a device."""
    own = ec.generate_private_key(ec.SECP256R1())
    body: bytes = http_ece.encrypt(
        msgspec.json.encode(message),
        private_key=own,
        dh=unb64(device.p256dh),
        auth_secret=unb64(device.auth),
        version="aes128gcm",
    )
    return body


def headers(private: str, endpoint: str, *, contact: str, now: int, keep_s: int, topic: str, urgent: bool) -> dict[str, str]:
    """Return the headers of a push. A waiting message of the same topic is replaced by it."""
    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "sub": contact, "exp": (now + 12 * HOUR) // SECOND}
    signed: dict[str, str] = Vapid02.from_pem(private.encode()).sign(claims)
    return {
        **{name.lower(): value for name, value in signed.items()},
        "content-encoding": "aes128gcm",
        "content-type": "application/octet-stream",
        "ttl": str(keep_s),
        "topic": b64(hashlib.sha256(topic.encode()).digest())[:32],
        "urgency": "high" if urgent else "normal",
    }


def b64(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Read base64url, padded or not. Raises `ValueError`."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as broken:
        raise ValueError(str(broken)) from None
