"""The verbs of media: what is kept, who holds it, who may see it."""

import re
import secrets
from collections.abc import Iterable, Sequence

from warung import accounts
from warung.kit.blobs import BlobKey, BlobMissing
from warung.kit.clock import DAY, HOUR
from warung.kit.db import Reader, Tx
from warung.kit.ids import ALPHABET, AccountId, BlobId, new_id
from warung.media import links, store
from warung.media.model import AVATAR_HOLDER, Blob, BlobBeingRemoved, BlobNotYours, BlobPart, Kind, Served, SizeName, Viewers
from warung.media.pictures import NotAPicture

ORPHANS_KEPT_MS = DAY  # an upload waits so long for its message
GIVEN_UP_MS = HOUR  # whoever took garbage so long ago has crashed
SLICE = 500
ID = re.compile(f"[{ALPHABET}]{{20}}\\Z")


def keep(
    tx: Tx,
    *,
    by: AccountId,
    kind: Kind,
    parts: Sequence[BlobPart],
    mime: str,
    size: int,
    width: int = 0,
    height: int = 0,
    name: str = "",
    placeholder: str | None = None,
    duration_ms: int = 0,
    waveform: str | None = None,
) -> Blob:
    """Record a blob whose bytes are stored next, under the keys of `parts`; see `storing` for why in this order.

    Until somebody is granted it, only its owner sees it, and after a day it goes. Raises `BlobBeingRemoved`.
    """
    if not store.rescue_garbage(tx, [part.key for part in parts]):
        raise BlobBeingRemoved
    blob = Blob(BlobId(new_id(tx.now)), by, kind, mime, name, size, width, height, placeholder, tx.now, duration_ms, waveform)
    store.insert_blob(tx, blob)
    store.insert_parts(tx, blob.id, parts)
    return blob


def again(tx: Tx, *, by: AccountId, blob: BlobId) -> Blob:
    """Return a blob of `by`'s own with the bytes of another; their own is returned as it is. Who may is the caller's to decide.

    Raises `BlobNotYours` where there is none, and `BlobBeingRemoved`.
    """
    found = described(tx, [blob]).get(blob)
    if found is None:
        raise BlobNotYours
    if found.owner == by:
        return found
    return keep(
        tx,
        by=by,
        kind=found.kind,
        parts=store.parts(tx, blob),
        mime=found.mime,
        size=found.size,
        width=found.width,
        height=found.height,
        name=found.name,
        placeholder=found.placeholder,
        duration_ms=found.duration_ms,
        waveform=found.waveform,
    )


def grant(tx: Tx, blob: BlobId, *, holder: str, name: str, item: int, by: AccountId | None = None) -> None:
    """Let those see a blob who may see what `name`, of the kind `holder`, holds; twice is once.

    With `by`, the blob must be theirs: a client that names another's blob gets `BlobNotYours`, as for one that is not there.
    Without, the caller answers for it.
    """
    owner = owner_of(tx, blob)
    if owner is None or by not in (None, owner):
        raise BlobNotYours
    store.insert_grant(tx, {"blob": blob, "holder": holder, "name": name, "item": item})
    store.set_orphan_since(tx, blob, None)


def release(tx: Tx, blob: BlobId, *, holder: str, name: str, item: int) -> None:
    """Take a grant back, and every link with it; one that is not there is no error.

    After the last one only the owner sees the blob, for a day.
    """
    if not ID.match(blob):
        return
    if store.delete_grant(tx, {"blob": blob, "holder": holder, "name": name, "item": item}):
        store.next_turn(tx, blob)
        if not store.is_held(tx, blob):
            store.set_orphan_since(tx, blob, tx.now)


def may_see(reader: Reader, *, by: AccountId, blob: BlobId, viewers: Viewers) -> bool:
    """Say whether `by` owns the blob or may see something that holds it."""
    owner = owner_of(reader, blob)
    if owner is None:
        return False
    if owner == by:
        return True
    held = ((viewers.get(holder), name, item) for holder, name, item in store.holders(reader, blob))
    return any(viewer is not None and viewer(reader, by, name, item) for viewer, name, item in held)


def is_held(reader: Reader, blob: BlobId, *, holder: str) -> bool:
    """Say whether something of this kind holds the blob."""
    return any(each == holder for each, _, _ in store.holders(reader, blob))


def owner_of(reader: Reader, blob: BlobId) -> AccountId | None:
    """Return who brought the blob; None where there is none of this id."""
    return store.owner(reader, blob) if ID.match(blob) else None


def described(reader: Reader, ids: Iterable[BlobId]) -> dict[BlobId, Blob]:
    """Return the blobs that exist. Who may see them is the caller's to decide."""
    wanted = [id for id in dict.fromkeys(ids) if ID.match(id)]
    slices = [wanted[start : start + SLICE] for start in range(0, len(wanted), SLICE)]
    return {blob.id: blob for some in slices for blob in store.blobs(reader, some)}


def part(reader: Reader, *, blob: BlobId, sizes: Sequence[SizeName]) -> Served | None:
    """Return where the bytes of a blob are, of the first of these sizes that it has. Who may have them is the caller's to decide."""
    wanted = (store.served(reader, blob, size) for size in sizes if ID.match(blob))
    return next((found for found in wanted if found is not None), None)


def set_avatar(tx: Tx, *, by: AccountId, blob: BlobId | None) -> accounts.Me:
    """Show a blob of one's own as one's avatar, or none; the old one is released. Raises `BlobNotYours`, `NotAPicture`."""
    old = accounts.profile(tx, by).avatar
    if blob is not None:
        grant(tx, blob, holder=AVATAR_HOLDER, name=by, item=0, by=by)
        if not store.has_part(tx, blob, "avatar"):
            raise NotAPicture
    if old is not None and old != blob:
        release(tx, old, holder=AVATAR_HOLDER, name=by, item=0)
    accounts.set_avatar(tx, by=by, blob=blob)
    return accounts.me(tx, by=by)


def anyone(_reader: Reader, _by: AccountId, _name: str, _item: int) -> bool:
    """Say who may see an avatar: whoever is signed in and knows the blob's id."""
    return True


def make_link_secret(tx: Tx) -> bytes:
    """Return the secret that signs links, made at the first call in the life of the database."""
    store.insert_link_secret(tx, secrets.token_bytes(32))
    made = store.link_secret(tx)
    assert made is not None
    return made


def link(reader: Reader, *, by: AccountId, blob: BlobId, size: SizeName, viewers: Viewers) -> str | None:
    """Return a signed link, None where no link was ever signed: make the secret first. Raises `BlobMissing` for what one may not see."""
    if not may_see(reader, by=by, blob=blob, viewers=viewers) or not store.has_part(reader, blob, size):
        raise BlobMissing
    secret = store.link_secret(reader)
    return None if secret is None else links.sign(secret, blob, size, turn=store.turn(reader, blob), now=reader.now)


def follow_link(reader: Reader, *, blob: BlobId, size: SizeName, expires: int, signature: str) -> Served:
    """Return what a signed link opens. Raises `LinkNotValid` for a forged or an old one, `BlobMissing` for what is gone."""
    secret = store.link_secret(reader)
    turn = store.turn(reader, blob)
    if secret is None or not links.holds(secret, blob, size, expires, signature, turn=turn, now=reader.now):
        raise links.LinkNotValid
    found = store.served(reader, blob, size)
    if found is None:
        raise BlobMissing
    return found


def drop_orphans(tx: Tx) -> bool:
    """Forget blobs that nobody has held for a day, some at a time; return whether there may be more."""
    found = store.orphans(tx, tx.now - ORPHANS_KEPT_MS, SLICE)
    if found:
        store.delete_blobs(tx, found)
    return len(found) == SLICE


def take_garbage(tx: Tx) -> list[BlobKey]:
    """Return keys whose bytes the caller now deletes and then forgets; nobody else will, and nobody stores them meanwhile."""
    return store.take_garbage(tx, tx.now - GIVEN_UP_MS, SLICE)


def forget_garbage(tx: Tx, *, keys: Sequence[BlobKey]) -> None:
    """Note that the bytes of these keys are gone."""
    store.forget_garbage(tx, keys)
