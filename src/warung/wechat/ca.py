"""The private certificate authority of the gateway, made at its first start, and the certificate for the hosts it stands for.

Whoever trusts this authority trusts it for `weixin.qq.com` alone: its certificate says so, and verifiers hold it to that.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HOSTS = (
    "api.weixin.qq.com",
    "api2.weixin.qq.com",
    "sh.api.weixin.qq.com",
    "sz.api.weixin.qq.com",
    "hk.api.weixin.qq.com",
    "file.api.weixin.qq.com",
    "mp.weixin.qq.com",
    "open.weixin.qq.com",
    "api.mch.weixin.qq.com",
    "api2.mch.weixin.qq.com",
    "fraud.mch.weixin.qq.com",
    "payapp.mch.weixin.qq.com",
)
ZONE = "weixin.qq.com"
CA_YEARS, LEAF_DAYS, RENEW_DAYS = 10, 397, 30


class Certificates(NamedTuple):
    """Where the files are: what programs trust, and what the listener shows."""

    ca: Path
    chain: Path
    key: Path


def certificates(folder: Path, now: datetime | None = None) -> Certificates:
    """Return the certificates, made or renewed where that is due. The authority's key never leaves the folder."""
    now = now or datetime.now(UTC)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    found = Certificates(folder / "ca.pem", folder / "gateway.pem", folder / "gateway.key")
    authority = _authority(folder, now)
    if not _lasts(found.chain, now):
        _make_leaf(found, authority, now)
    return found


def _authority(folder: Path, now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    cert_file, key_file = folder / "ca.pem", folder / "ca.key"
    if cert_file.exists() and key_file.exists():
        key = load_pem_private_key(key_file.read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return x509.load_pem_x509_certificate(cert_file.read_bytes()), key
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "warung gateway, this machine only")])
    ski = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    cert = (
        _begun(name, name, key.public_key(), now, timedelta(days=366 * CA_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(permitted_subtrees=[x509.DNSName(ZONE)], excluded_subtrees=None), critical=True)
        .add_extension(ski, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(ski), critical=False)
        .sign(key, SHA256())
    )
    _write(key_file, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), secret=True)
    _write(cert_file, cert.public_bytes(Encoding.PEM))
    return cert, key


def _make_leaf(files: Certificates, authority: tuple[x509.Certificate, ec.EllipticCurvePrivateKey], now: datetime) -> None:
    issuer, signer = authority
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOSTS[0])])
    ski = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    leaf = (
        _begun(name, issuer.subject, key.public_key(), now, timedelta(days=LEAF_DAYS))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(ski), critical=False)
        .sign(signer, SHA256())
    )
    _write(files.key, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), secret=True)
    _write(files.chain, leaf.public_bytes(Encoding.PEM) + issuer.public_bytes(Encoding.PEM))


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, lasts: timedelta
) -> x509.CertificateBuilder:
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key).serial_number(x509.random_serial_number())
    return made.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + lasts)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _lasts(chain: Path, now: datetime) -> bool:
    """Is there a certificate for all the hosts that is good for a while?"""
    if not chain.exists():
        return False
    leaf = x509.load_pem_x509_certificates(chain.read_bytes())[0]
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName)
    return set(HOSTS) <= set(names) and leaf.not_valid_after_utc > now + timedelta(days=RENEW_DAYS)


def _write(file: Path, content: bytes, *, secret: bool = False) -> None:
    """Write a file whole or not at all; a key is never readable for others, not even for a moment."""
    fresh = file.with_suffix(file.suffix + ".new")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if secret else 0o644), "wb") as opened:
        opened.write(content)
    fresh.replace(file)
