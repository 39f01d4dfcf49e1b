"""Sealing the journal: committed transfers in blocks, chained by hash, each signed. Off the path of a payment, within a second of it.

The chain shows an edit of what was sealed only to somebody who keeps a head elsewhere: `warung audit` writes heads to a file of theirs
and compares. The private key is made from `[pay] secret`; where none is set, one is kept in the database beside what it protects.
"""

import hashlib
from collections.abc import Iterable

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from warung.kit.db import Reader, Tx
from warung.kit.domain import Reach
from warung.kit.ids import secret as new_secret
from warung.pay import store, store_blocks
from warung.pay.model import Entry, Settings
from warung.pay.store_blocks import Block

FIRST = "0" * 64  # what the first block stands on


class Head(msgspec.Struct, frozen=True):
    """The end of the chain, to be kept elsewhere: so many blocks, the last hash, and who signed it (hex)."""

    seq: int
    hash: str
    at: int
    signature: str
    public_key: str


def follow(tx: Tx, most: int) -> bool:
    """Seal the next block, of so many transfers at most; True when there may be more."""
    before = store_blocks.last(tx)
    found = store_blocks.journal(tx, *((before.xact, before.pos) if before else (0, 0)), most)
    if not found:
        return False
    hash = chained(before.hash if before else FIRST, (entry for _, entry in found))
    xact, end = found[-1]
    signature = key(tx).sign(bytes.fromhex(hash)).hex()
    store_blocks.insert(tx, Block(before.seq + 1 if before else 1, hash, len(found), xact, end.pos, tx.now, signature))
    return len(found) == most


def reach(reader: Reader) -> Reach:
    """Return how far the journal is sealed."""
    before = store_blocks.last(reader)
    return Reach((before.xact, before.pos) if before else (0, 0), store_blocks.end(reader))


def head(reader: Reader) -> Head | None:
    """Return the head of the chain; None while nothing was sealed."""
    end = store_blocks.last(reader)
    if end is None:
        return None
    public = public_key(kept_secret(reader) or "")
    return Head(end.seq, end.hash, end.at, end.signature, public)


def chained(before: str, entries: Iterable[Entry]) -> str:
    """Return the hash of a block: of the hash before it, and of every field of every transfer but its place."""
    digest = hashlib.sha256(bytes.fromhex(before))
    for entry in entries:
        digest.update(msgspec.json.encode(msgspec.structs.astuple(entry)[1:]))
        digest.update(b"\n")
    return digest.hexdigest()


def key(tx: Tx) -> Ed25519PrivateKey:
    """Return the key that signs blocks."""
    return _key(place_secret(tx))


def public_key(secret: str) -> str:
    """Return the public half of the key that comes from a secret, in hex."""
    return _key(secret).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def kept_secret(reader: Reader) -> str | None:
    """Return the secret of this place, or None before anything needed it."""
    return reader.settings(Settings).secret or store.secret(reader, "secret")


def place_secret(tx: Tx) -> str:
    """Return the secret of this place: the operator's, or one made at the first call."""
    found = kept_secret(tx)
    if found is None:
        store.keep_secret(tx, "secret", new_secret())
        found = store.secret(tx, "secret")
        assert found is not None
    return found


def _key(secret: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"warung.pay.blocks " + secret.encode()).digest())
