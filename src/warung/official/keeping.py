"""The verbs of materials: bringing bytes, keeping them under a name, finding and forgetting them. The caller has asked who may."""

import re
import secrets
from collections.abc import Sequence

from warung import media
from warung.kit.blobs import Blobs
from warung.kit.db import Db, Reader, Tx
from warung.kit.ids import AccountId, BlobId
from warung.kit.job import Job
from warung.kit.text import bounded
from warung.official import store, store_materials
from warung.official.cards import OfficialCard, OfficialPhoto, OfficialPicture, OfficialVideo, OfficialVoice
from warung.official.model_materials import (
    HOLDER,
    MOST_BYTES,
    MOST_MATERIALS,
    TEMPORARY_MS,
    Material,
    MaterialEmpty,
    MaterialKind,
    MaterialKindUnknown,
    MaterialShown,
    MaterialTooLarge,
    MaterialUnfit,
    NoSuchMaterial,
    TooManyMaterials,
)

MEDIA_ID = re.compile(r"[A-Za-z0-9_-]{43}")
BLOB_KINDS = {"image": "picture", "thumb": "picture", "voice": "voice", "video": "video"}
NAME_CHARS, TITLE_CHARS, INTRODUCTION_CHARS = 200, 100, 1_000


class DropMaterial(Job, frozen=True, tag="official.drop_material"):
    """A temporary material's time is over."""

    media_id: str


async def bring(
    db: Db,
    blobs: Blobs,
    pictures: media.Pictures,
    players: media.Players,
    *,
    official: AccountId,
    kind: str,
    data: bytes,
    name: str = "",
    permanent: bool = True,
    title: str = "",
    introduction: str = "",
) -> Material:
    """Clean what a program or a person uploads, store it and keep it as a material.

    Raises `MaterialKindUnknown`, `MaterialEmpty`, `MaterialTooLarge`, `TooManyMaterials`, and what media says of broken files.
    """
    known = _kind(kind)
    if not data:
        raise MaterialEmpty
    if len(data) > MOST_BYTES[known]:
        raise MaterialTooLarge(limit_kb=MOST_BYTES[known] >> 10)
    if BLOB_KINDS[known] == "picture":
        blob = await media.store_picture(db, blobs, pictures, by=official, data=data, name=name)
    elif known == "voice":
        blob = await media.store_voice(db, blobs, players, by=official, data=data)
    else:
        blob = await media.store_video(db, blobs, pictures, players, by=official, data=data, name=name)
    return await db.write(
        lambda tx: add_material(
            tx, official=official, kind=known, blob=blob.id, name=name, permanent=permanent, title=title, introduction=introduction
        )
    )


def add_material(
    tx: Tx,
    *,
    official: AccountId,
    kind: str,
    blob: BlobId,
    name: str = "",
    permanent: bool = True,
    title: str = "",
    introduction: str = "",
) -> Material:
    """Keep a blob of the account's own as a material. Raises `MaterialKindUnknown`, `MaterialUnfit`, `TooManyMaterials`, `BlobNotYours`."""
    known = _kind(kind)
    found = media.described(tx, [blob]).get(blob)
    if found is None or found.owner != official:
        raise media.BlobNotYours
    if found.kind != BLOB_KINDS[known]:
        raise MaterialUnfit
    if permanent and store_materials.counts(tx, official).get(known, 0) >= MOST_MATERIALS[known]:
        raise TooManyMaterials(limit=MOST_MATERIALS[known])
    kept = Material(
        media_id=secrets.token_urlsafe(32),
        official=official,
        kind=known,
        blob=blob,
        name=bounded(name, limit=NAME_CHARS),
        title=bounded(title, limit=TITLE_CHARS),
        introduction=bounded(introduction, limit=INTRODUCTION_CHARS),
        permanent=permanent,
        expires_at=None if permanent else tx.now + TEMPORARY_MS,
        created_at=tx.now,
    )
    store_materials.insert(tx, kept)
    media.grant(tx, blob, holder=HOLDER, name=kept.media_id, item=0, by=official)
    if kept.expires_at is not None:
        tx.enqueue(DropMaterial(kept.media_id), at=kept.expires_at)
    return kept


def material(reader: Reader, *, official: AccountId, media_id: str) -> Material:
    """Return a material of an account whose time is not over. Raises `NoSuchMaterial`."""
    found = store_materials.one(reader, media_id) if MEDIA_ID.fullmatch(media_id) else None
    if found is None or found.official != official or (found.expires_at is not None and found.expires_at <= reader.now):
        raise NoSuchMaterial
    return found


def picture(reader: Reader, official: AccountId, media_id: str) -> media.Blob:
    """Return the picture that a material is. Raises `NoSuchMaterial`, `MaterialUnfit`."""
    found = material(reader, official=official, media_id=media_id)
    if BLOB_KINDS[found.kind] != "picture":
        raise MaterialUnfit
    return media.described(reader, [found.blob])[found.blob]


def named_in(reader: Reader, official: AccountId, address: str) -> media.Blob | None:
    """Return the picture among the account's own materials that an address names, by a media id or a blob's id in its path; else None."""
    for part in re.split(r"[/?#&=.]", address[:2_048]):
        found = None
        if MEDIA_ID.fullmatch(part):
            found = store_materials.one(reader, part)
        elif len(part) == 20:
            found = store_materials.of_blob(reader, official, BlobId(part))
        if found is not None and found.official == official and BLOB_KINDS[found.kind] == "picture":
            return media.described(reader, [found.blob]).get(found.blob)
    return None


def delete_material(tx: Tx, *, official: AccountId, media_id: str) -> None:
    """Forget a material. What was sent or published with it stays. Raises `NoSuchMaterial`."""
    _drop(tx, material(tx, official=official, media_id=media_id))


def materials(reader: Reader, *, official: AccountId, kind: str, offset: int = 0, limit: int = 20) -> list[Material]:
    """Return permanent materials of a kind, newest first. Raises `MaterialKindUnknown`."""
    return store_materials.page(reader, official, [_kind(kind)], max(0, offset), max(0, limit))


def count_materials(reader: Reader, *, official: AccountId) -> dict[str, int]:
    """Return how many permanent materials there are of each kind."""
    return dict.fromkeys(BLOB_KINDS, 0) | store_materials.counts(reader, official)


def described(reader: Reader, found: Sequence[Material]) -> list[MaterialShown]:
    """Return materials with what media knows of them; one whose blob is gone is left out."""
    blobs = media.described(reader, [each.blob for each in found])
    shown = []
    for each in found:
        if (blob := blobs.get(each.blob)) is not None:
            shown.append(
                MaterialShown(
                    media_id=each.media_id,
                    kind=each.kind,
                    blob=each.blob,
                    name=each.name,
                    title=each.title,
                    introduction=each.introduction,
                    permanent=each.permanent,
                    expires_at=each.expires_at,
                    created_at=each.created_at,
                    width=blob.width,
                    height=blob.height,
                    placeholder=blob.placeholder,
                    duration_ms=blob.duration_ms,
                    waveform=blob.waveform or "",
                    size=blob.size,
                )
            )
    return shown


def card_of_material(reader: Reader, *, official: AccountId, media_id: str, why: str = "") -> OfficialCard:
    """Return the card by which an account sends a material. Raises `NoSuchMaterial`."""
    kept = material(reader, official=official, media_id=media_id)
    found = described(reader, [kept])
    if not found:
        raise NoSuchMaterial
    (seen,) = found
    if kept.kind == "voice":
        return OfficialVoice(blob=kept.blob, duration_ms=seen.duration_ms, waveform=seen.waveform, why=why)
    if kept.kind == "video":
        told = {name: getattr(seen, name) for name in ("width", "height", "duration_ms", "size", "placeholder", "title")}
        return OfficialVideo(blob=kept.blob, description=kept.introduction, why=why, **told)
    return OfficialPicture(photos=(OfficialPhoto(kept.blob, seen.width, seen.height, seen.placeholder),), why=why)


def drop_old(tx: Tx, job: DropMaterial) -> None:
    """Forget a temporary material."""
    found = store_materials.one(tx, job.media_id)
    if found is not None:
        _drop(tx, found)


def may_see(reader: Reader, by: AccountId, name: str, _item: int) -> bool:
    """Say whether `by` works for the account that keeps the material."""
    found = store_materials.one(reader, name)
    return found is not None and store.role(reader, found.official, by) is not None


def _drop(tx: Tx, found: Material) -> None:
    store_materials.delete(tx, found.media_id)
    media.release(tx, found.blob, holder=HOLDER, name=found.media_id, item=0)


def _kind(kind: str) -> MaterialKind:
    if kind not in BLOB_KINDS:
        raise MaterialKindUnknown
    return kind  # type: ignore[return-value]
