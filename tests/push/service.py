"""A push service and its phones: takes what servers push (RFC 8030) and opens it as a browser does, by the letter of RFC 8291."""

import asyncio
import base64
import hashlib
import hmac
import json
import os
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from warung.push.model import Keys, Show, Subscription


def b64(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """The same, read."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    """One block of HKDF (RFC 5869), as RFC 8188 writes it out."""
    return hmac.digest(hmac.digest(salt, secret, "sha256"), info + b"\x01", "sha256")[:length]


def opened(body: bytes, private: ec.EllipticCurvePrivateKey, auth: bytes) -> bytes:
    """Decrypt a body of one record."""
    salt, size, idlen = body[:16], int.from_bytes(body[16:20], "big"), body[20]
    sender, sealed = body[21 : 21 + idlen], body[21 + idlen :]
    assert len(sealed) <= size
    shared = private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
    own = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    secret = _hkdf(auth, shared, b"WebPush: info\x00" + own + sender, 32)
    key = _hkdf(salt, secret, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _hkdf(salt, secret, b"Content-Encoding: nonce\x00", 12)
    plain = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\x00")
    assert plain.endswith(b"\x02"), "the last record ends with a two"
    return plain[:-1]


class Phone:
    """A browser that has subscribed: its keys, and what came, opened."""

    def __init__(self, service: "PushService", name: str) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        self._auth = os.urandom(16)
        self.name = name
        self.service = service
        self.status = 201
        self.told: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []

    def subscription(self, show: Show = "all") -> Subscription:
        """What a page sends its server."""
        point = self._private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return Subscription(f"{self.service.url}/{self.name}", Keys(b64(point), b64(self._auth)), show)

    def take(self, headers: dict[str, str], body: bytes) -> None:
        """What the push service hands over."""
        self.headers.append(headers)
        self.told.append(json.loads(opened(body, self._private, self._auth)))


class PushService:
    """Answers POST with what each phone's `status` says."""

    def __init__(self) -> None:
        self.url = ""
        self.phones: dict[str, Phone] = {}
        self.answering = 0

    def phone(self, name: str) -> Phone:
        """A new phone."""
        self.phones[name] = Phone(self, name)
        return self.phones[name]

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one request."""
        head, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
        body = await reader.readexactly(int(headers["content-length"]))
        method, path, _ = head.split()
        phone = self.phones[path[1:]]
        assert method == "POST"
        if phone.status == 201:
            phone.take(headers, body)
        writer.write(f"HTTP/1.1 {phone.status} So\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
        writer.close()
        await writer.wait_closed()


def signed_by(headers: dict[str, str], key: str) -> dict[str, Any]:
    """Check a request's VAPID signature (RFC 8292) against the server's public key; return its claims."""
    scheme, _, rest = headers["authorization"].partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    assert scheme == "vapid"
    assert parts["k"] == key
    said, _, signature = parts["t"].rpartition(".")
    r, s = (int.from_bytes(half, "big") for half in (unb64(signature)[:32], unb64(signature)[32:]))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(key))
    public.verify(utils.encode_dss_signature(r, s), said.encode(), ec.ECDSA(SHA256()))
    claims: dict[str, Any] = json.loads(unb64(said.split(".")[1]))
    return claims


def topic_of(conversation: str) -> str:
    """What the service is told of a conversation: enough to replace, too little to know."""
    return b64(hashlib.sha256(conversation.encode()).digest())[:32]
