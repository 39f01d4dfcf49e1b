"""The SQL of what is on its way here, and of what an account wants and takes up."""

from collections.abc import Sequence

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, BlobId
from warung.media.model import Purpose, Upload, Wish

UPLOAD = "id, purpose, name, bytes, received, blob"


def insert_upload(tx: Tx, upload: Upload, owner: AccountId, original: bool) -> None:
    sql = """INSERT INTO media_upload (id, owner, purpose, name, original, bytes, received, touched_at)
        VALUES (:id, :owner, :purpose, :name, :original, :bytes, 0, :now)"""
    given = {"id": upload.id, "owner": owner, "purpose": upload.purpose, "name": upload.name, "original": int(original)}
    tx.run(sql, given | {"bytes": upload.bytes, "now": tx.now})


def upload(reader: Reader, id: str, owner: AccountId, chunk: int) -> tuple[Upload, bool] | None:
    """Return an upload of this owner's, and whether its original is to be kept."""
    row = reader.one(f"SELECT {UPLOAD}, original FROM media_upload WHERE id = :id AND owner = :owner", {"id": id, "owner": owner})
    if row is None:
        return None
    found, purpose, name, size, received, blob, original = row
    kind: Purpose = purpose
    return Upload(found, kind, name, size, received, chunk, blob), bool(original)


def advance(tx: Tx, id: str, before: int, after: int) -> bool:
    sql = "UPDATE media_upload SET received = :after, touched_at = :now WHERE id = :id AND received = :before"
    return tx.run(sql, {"id": id, "before": before, "after": after, "now": tx.now}) == 1


def become(tx: Tx, id: str, blob: BlobId) -> None:
    tx.run("UPDATE media_upload SET blob = :blob, touched_at = :now WHERE id = :id", {"id": id, "blob": blob, "now": tx.now})


def unfinished(reader: Reader, owner: AccountId) -> tuple[int, int]:
    """Return how many uploads of an account have become nothing yet, and how many bytes they will have."""
    sql = "SELECT COUNT(*), COALESCE(SUM(bytes), 0) FROM media_upload WHERE owner = :owner AND blob IS NULL"
    row = reader.one(sql, {"owner": owner})
    return (int(row[0]), int(row[1])) if row else (0, 0)


def delete_upload(tx: Tx, id: str, owner: AccountId) -> int | None:
    """Forget an upload; return how many bytes it was to have, None where there is none."""
    row = tx.one("DELETE FROM media_upload WHERE id = :id AND owner = :owner RETURNING bytes", {"id": id, "owner": owner})
    return row[0] if row else None


def old_uploads(reader: Reader, before: int, most: int) -> list[tuple[str, AccountId, int]]:
    sql = "SELECT id, owner, bytes FROM media_upload WHERE touched_at <= :before ORDER BY touched_at LIMIT :most"
    return [(id, AccountId(owner), size) for id, owner, size in reader.all(sql, {"before": before, "most": most})]


def used(reader: Reader, owner: AccountId) -> int:
    sql = "SELECT COALESCE(SUM(p.bytes), 0) FROM media_blob b JOIN media_part p ON p.blob = b.id WHERE b.owner = :owner"
    row = reader.one(sql, {"owner": owner})
    return int(row[0]) if row else 0


def most_used(reader: Reader, most: int) -> list[tuple[AccountId, int, int | None]]:
    """Return who takes up most, how many bytes, and what was set for them."""
    sql = """SELECT b.owner, SUM(p.bytes) AS used, MAX(w.quota_bytes) FROM media_blob b JOIN media_part p ON p.blob = b.id
        LEFT JOIN media_wish w ON w.account = b.owner GROUP BY b.owner ORDER BY used DESC, b.owner LIMIT :most"""
    return [(AccountId(owner), int(used), quota) for owner, used, quota in reader.all(sql, {"most": most})]


def wish(reader: Reader, account: AccountId) -> Wish:
    row = reader.one("SELECT keep_days, previews, quota_bytes FROM media_wish WHERE account = :account", {"account": account})
    return Wish(row[0], bool(row[1]), row[2]) if row else Wish()


def keep_wish(tx: Tx, account: AccountId, wish: Wish) -> None:
    sql = """INSERT INTO media_wish (account, keep_days, previews, quota_bytes) VALUES (:account, :keep_days, :previews, :quota_bytes)
        ON CONFLICT (account) DO UPDATE
        SET keep_days = excluded.keep_days, previews = excluded.previews, quota_bytes = excluded.quota_bytes"""
    given = {"account": account, "keep_days": wish.keep_days, "previews": int(wish.previews), "quota_bytes": wish.quota_bytes}
    tx.run(sql, given)


def over_age(reader: Reader, *, everybody_before: int, day: int, holder: str, most: int) -> Sequence[BlobId]:
    """Return blobs that were kept as long as their owner, or this server for everybody, wants, and that only such holders hold."""
    sql = """SELECT b.id FROM media_blob b LEFT JOIN media_wish w ON w.account = b.owner AND w.keep_days > 0
        WHERE (b.created_at <= :everybody_before OR b.created_at <= :now - w.keep_days * :day)
        AND EXISTS (SELECT 1 FROM media_grant g WHERE g.blob = b.id)
        AND NOT EXISTS (SELECT 1 FROM media_grant g WHERE g.blob = b.id AND g.holder <> :holder)
        ORDER BY b.created_at LIMIT :most"""
    given = {"everybody_before": everybody_before, "now": reader.now, "day": day, "holder": holder, "most": most}
    return [BlobId(id) for (id,) in reader.all(sql, given)]
