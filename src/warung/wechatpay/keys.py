"""The arithmetic of WeChat Pay v3: RSA-SHA256 signatures, AEAD_AES_256_GCM, sensitive fields, certificates and their serial numbers.

Nothing here knows a merchant or a database; everything takes and returns texts and bytes.
"""

import base64
import binascii
import datetime
import secrets
from functools import lru_cache

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID

from warung.kit.errors import BadRequest

BITS = 2048
LEAST_BITS, MOST_BITS = 2048, 8192
YEARS = 5
# what SDKs encrypt names and numbers with: fixed by the protocol
OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)


class KeyNotUsable(BadRequest):
    """This is neither a certificate nor a public RSA key of 2048 to 8192 bits in PEM."""


class Made(msgspec.Struct, frozen=True):
    """A key pair of ours: the private key and what others check it by, all PEM."""

    private: str
    public: str
    certificate: str
    serial: str
    since: int
    until: int


class Known(msgspec.Struct, frozen=True):
    """Somebody else's key: the public half in PEM, and its certificate with the certificate's serial number where there is one."""

    public: str
    certificate: str | None
    serial: str | None


def make(name: str, now: int) -> Made:
    """Make a key pair and a certificate that it signs itself, good for five years from a day before `now` (milliseconds UTC)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    number = int.from_bytes(secrets.token_bytes(20), "big") >> 1 | 1 << 158  # forty hex digits, as everybody expects
    since = datetime.datetime.fromtimestamp(now // 1000, datetime.UTC) - datetime.timedelta(days=1)
    until = since + datetime.timedelta(days=365 * YEARS)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:60] or "warung")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(number)
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
    ends = [int(each.timestamp()) * 1000 for each in (since, until)]
    return Made(private, _public_pem(key.public_key()), pem, f"{number:X}", ends[0], ends[1])


def read(pem: str) -> Known:
    """Read a certificate or a public key. Raises `KeyNotUsable`."""
    try:
        if "BEGIN CERTIFICATE" in pem:
            certificate = x509.load_pem_x509_certificate(pem.strip().encode())
            key: object = certificate.public_key()
            whole: str | None = certificate.public_bytes(serialization.Encoding.PEM).decode()
            serial: str | None = plain_serial(f"{certificate.serial_number:X}")
        else:
            key, whole, serial = serialization.load_pem_public_key(pem.strip().encode()), None, None
    except (ValueError, TypeError, UnicodeError):
        raise KeyNotUsable from None
    if not isinstance(key, rsa.RSAPublicKey) or not LEAST_BITS <= key.key_size <= MOST_BITS:
        raise KeyNotUsable
    return Known(_public_pem(key), whole, serial)


def plain_serial(serial: str) -> str:
    """Return a serial number as we compare it: SDKs write it in either case, some with leading zeros."""
    return serial.strip().upper().lstrip("0")


def sign(private: str, message: bytes) -> str:
    """Sign; return base64."""
    return base64.b64encode(_private(private).sign(message, padding.PKCS1v15(), hashes.SHA256())).decode()


def verifies(public: str, message: bytes, signature: str) -> bool:
    """Is this base64 a signature of the message by this key?"""
    try:
        _public(public).verify(base64.b64decode(signature, validate=True), message, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def seal(key: str, plain: bytes, about: str) -> tuple[str, str]:
    """Encrypt with a 32 character key (AEAD_AES_256_GCM); return nonce and base64. `about` is bound to it, in the open."""
    nonce = secrets.token_hex(6)
    return nonce, base64.b64encode(AESGCM(key.encode()).encrypt(nonce.encode(), plain, about.encode())).decode()


def unseal(key: str, nonce: str, sealed: str, about: str) -> bytes | None:
    """Return what was encrypted, or None where anything of it was changed."""
    try:
        return AESGCM(key.encode()).decrypt(nonce.encode(), base64.b64decode(sealed, validate=True), about.encode())
    except (InvalidTag, binascii.Error, ValueError):
        return None


def hide(public: str, text: str) -> str:
    """Encrypt a sensitive field to somebody's key; return base64."""
    return base64.b64encode(_public(public).encrypt(text.encode(), OAEP)).decode()


def reveal(private: str, hidden: str) -> str | None:
    """Read a sensitive field that was encrypted to us, or None."""
    try:
        return _private(private).decrypt(base64.b64decode(hidden, validate=True), OAEP).decode()
    except (binascii.Error, ValueError):
        return None


def _public_pem(key: rsa.RSAPublicKey) -> str:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


@lru_cache(1024)
def _public(pem: str) -> rsa.RSAPublicKey:
    found = serialization.load_pem_public_key(pem.encode())
    assert isinstance(found, rsa.RSAPublicKey)
    return found


@lru_cache(64)
def _private(pem: str) -> rsa.RSAPrivateKey:
    found = serialization.load_pem_private_key(pem.encode(), None)
    assert isinstance(found, rsa.RSAPrivateKey)
    return found
