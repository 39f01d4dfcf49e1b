"""The SQL of which voices somebody has listened to."""

from collections.abc import Sequence

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, BlobId


def insert_heard(tx: Tx, account: AccountId, blobs: Sequence[BlobId]) -> None:
    sql = "INSERT INTO media_heard (account, blob, at) VALUES (:account, :blob, :now) ON CONFLICT (account, blob) DO NOTHING"
    tx.many(sql, [{"account": account, "blob": blob, "now": tx.now} for blob in blobs])


def heard(reader: Reader, account: AccountId, since: int, most: int) -> list[BlobId]:
    """Return what was heard from a moment on, the last first."""
    sql = "SELECT blob FROM media_heard WHERE account = :account AND at >= :since ORDER BY at DESC, blob LIMIT :most"
    return [BlobId(blob) for (blob,) in reader.all(sql, {"account": account, "since": since, "most": most})]
