"""The SQL of media."""

from collections.abc import Sequence
from typing import Any

import msgspec

from warung.kit.blobs import BlobKey
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, BlobId
from warung.media.model import Blob, BlobPart, Served, SizeName

BLOB = "id, owner, kind, mime, name, size, width, height, placeholder, created_at, duration_ms, waveform"


def insert_blob(tx: Tx, blob: Blob) -> None:
    sql = f"""INSERT INTO media_blob ({BLOB}, orphan_since)
        VALUES (:id, :owner, :kind, :mime, :name, :size, :width, :height, :placeholder, :created_at, :duration_ms, :waveform,
            :created_at)"""
    tx.run(sql, msgspec.structs.asdict(blob))


def insert_parts(tx: Tx, blob: BlobId, parts: Sequence[BlobPart]) -> None:
    sql = """INSERT INTO media_part (blob, size_name, key, mime, bytes, width, height)
        VALUES (:blob, :size_name, :key, :mime, :bytes, :width, :height)"""
    tx.many(sql, [{"blob": blob, **msgspec.structs.asdict(part)} for part in parts])


def blobs(reader: Reader, ids: Sequence[BlobId]) -> list[Blob]:
    return [Blob(*row) for row in reader.all(f"SELECT {BLOB} FROM media_blob WHERE id IN :ids", {"ids": list(ids)})]


def owner(reader: Reader, blob: BlobId) -> AccountId | None:
    row = reader.one("SELECT owner FROM media_blob WHERE id = :blob", {"blob": blob})
    return row[0] if row else None


def turn(reader: Reader, blob: BlobId) -> int:
    row = reader.one("SELECT turn FROM media_blob WHERE id = :blob", {"blob": blob})
    return row[0] if row else 0


def next_turn(tx: Tx, blob: BlobId) -> None:
    tx.run("UPDATE media_blob SET turn = turn + 1 WHERE id = :blob", {"blob": blob})


def served(reader: Reader, blob: BlobId, size: SizeName) -> Served | None:
    sql = """SELECT p.size_name, p.key, p.mime, p.bytes, p.width, p.height, b.name
        FROM media_part p JOIN media_blob b ON b.id = p.blob WHERE p.blob = :blob AND p.size_name = :size"""
    row = reader.one(sql, {"blob": blob, "size": size})
    return Served(BlobPart(*row[:6]), row[6]) if row else None


def parts(reader: Reader, blob: BlobId) -> list[BlobPart]:
    rows = reader.all(
        "SELECT size_name, key, mime, bytes, width, height FROM media_part WHERE blob = :blob ORDER BY size_name", {"blob": blob}
    )
    return [BlobPart(*row) for row in rows]


def has_part(reader: Reader, blob: BlobId, size: SizeName) -> bool:
    sql = "SELECT 1 FROM media_part WHERE blob = :blob AND size_name = :size"
    return reader.one(sql, {"blob": blob, "size": size}) is not None


def set_orphan_since(tx: Tx, blob: BlobId, since: int | None) -> None:
    tx.run("UPDATE media_blob SET orphan_since = :since WHERE id = :blob", {"blob": blob, "since": since})


def insert_grant(tx: Tx, grant: dict[str, Any]) -> None:
    sql = "INSERT INTO media_grant (blob, holder, name, item) VALUES (:blob, :holder, :name, :item) ON CONFLICT DO NOTHING"
    tx.run(sql, grant)


def delete_grant(tx: Tx, grant: dict[str, Any]) -> bool:
    sql = "DELETE FROM media_grant WHERE blob = :blob AND holder = :holder AND name = :name AND item = :item"
    return tx.run(sql, grant) == 1


def is_held(reader: Reader, blob: BlobId) -> bool:
    return reader.one("SELECT 1 FROM media_grant WHERE blob = :blob LIMIT 1", {"blob": blob}) is not None


def holders(reader: Reader, blob: BlobId) -> list[tuple[str, str, int]]:
    rows = reader.all("SELECT holder, name, item FROM media_grant WHERE blob = :blob", {"blob": blob})
    return [(holder, name, item) for holder, name, item in rows]


def orphans(reader: Reader, before: int, most: int) -> list[BlobId]:
    sql = "SELECT id FROM media_blob WHERE orphan_since <= :before ORDER BY orphan_since LIMIT :most"
    return [BlobId(id) for (id,) in reader.all(sql, {"before": before, "most": most})]


def delete_blobs(tx: Tx, ids: Sequence[BlobId]) -> None:
    """Delete blobs, their parts and who holds them; the keys that no part names any more become garbage."""
    given = {"ids": list(ids)}
    tx.run("DELETE FROM media_grant WHERE blob IN :ids", given)
    tx.run("DELETE FROM media_heard WHERE blob IN :ids", given)
    rows = tx.all("DELETE FROM media_part WHERE blob IN :ids RETURNING key", given)
    tx.run("DELETE FROM media_blob WHERE id IN :ids", given)
    if not rows:
        return
    keys = {key for (key,) in rows}
    still = {key for (key,) in tx.all("SELECT DISTINCT key FROM media_part WHERE key IN :keys", {"keys": list(keys)})}
    sql = "INSERT INTO media_garbage (key, taken_at) VALUES (:key, 0) ON CONFLICT DO NOTHING"
    tx.many(sql, [{"key": key} for key in sorted(keys - still)])


def rescue_garbage(tx: Tx, keys: Sequence[BlobKey]) -> bool:
    """Take keys back from the garbage; return False when somebody is deleting the bytes of one already."""
    given = {"keys": list(keys)}
    tx.run("DELETE FROM media_garbage WHERE key IN :keys AND taken_at = 0", given)
    return tx.one("SELECT 1 FROM media_garbage WHERE key IN :keys LIMIT 1", given) is None


def take_garbage(tx: Tx, before: int, most: int) -> list[BlobKey]:
    """Return keys that are now the caller's to delete; those taken up to `before` were given up."""
    sql = """UPDATE media_garbage SET taken_at = :now WHERE key IN
        (SELECT key FROM media_garbage WHERE taken_at <= :before ORDER BY taken_at LIMIT :most) RETURNING key"""
    return [BlobKey(key) for (key,) in tx.all(sql, {"now": tx.now, "before": before, "most": most})]


def forget_garbage(tx: Tx, keys: Sequence[BlobKey]) -> None:
    tx.run("DELETE FROM media_garbage WHERE key IN :keys", {"keys": list(keys)})


def link_secret(reader: Reader) -> bytes | None:
    row = reader.one("SELECT secret FROM media_key WHERE name = 'links'")
    return bytes(row[0]) if row else None


def insert_link_secret(tx: Tx, secret: bytes) -> None:
    tx.run("INSERT INTO media_key (name, secret) VALUES ('links', :secret) ON CONFLICT DO NOTHING", {"secret": secret})
