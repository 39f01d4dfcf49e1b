"""The verbs of a file on its way here, and of what an account wants and may take up."""

import hashlib

from warung import accounts
from warung.kit.blobs import BlobKey, checked
from warung.kit.clock import DAY
from warung.kit.db import Reader, Tx
from warung.kit.errors import BadRequest
from warung.kit.ids import AccountId, BlobId, new_id
from warung.media import store, store_uploads
from warung.media.model import (
    CONVERSATION_HOLDER,
    NothingToSend,
    PieceMisplaced,
    PieceSized,
    Purpose,
    QuotaUsedUp,
    Settings,
    Taken,
    Upload,
    UploadForgotten,
    UploadsWaiting,
    UploadTooBig,
    UploadUnfinished,
    Usage,
    Wish,
)

CHUNK = 512 << 10  # what a lost connection costs at most
PREFIX = "upload"
SLICE = 200
LONGEST_DAYS = 36_500
LISTED = 200


class DaysNotPossible(BadRequest):
    """What was sent can be kept for 0 (for ever) to {most} days."""


def begin(tx: Tx, *, by: AccountId, purpose: Purpose, name: str, size: int, original: bool = False) -> Upload:
    """Announce a file of `size` bytes. Raises `NothingToSend`, `UploadTooBig`, `UploadsWaiting`, `QuotaUsedUp`."""
    limits = tx.settings(Settings)
    most = {
        "photo": limits.photo_bytes,
        "video": limits.video_bytes,
        "voice": limits.voice_bytes,
        "file": limits.file_bytes,
    }[purpose]
    if size <= 0:
        raise NothingToSend
    if size > most:
        raise UploadTooBig(limit_mb=most >> 20)
    waiting, coming = store_uploads.unfinished(tx, by)
    if waiting >= limits.uploads_at_once:
        raise UploadsWaiting(retry_after_s=60)
    quota = quota_of(tx, by)
    if quota and store_uploads.used(tx, by) + coming + size > quota:
        raise QuotaUsedUp
    upload = Upload(new_id(tx.now), purpose, name, size, 0, CHUNK)
    store_uploads.insert_upload(tx, upload, by, original)
    return upload


def mine(reader: Reader, *, by: AccountId, id: str) -> Upload:
    """Return an upload of one's own. Raises `UploadForgotten`."""
    return asked_for(reader, by=by, id=id)[0]


def asked_for(reader: Reader, *, by: AccountId, id: str) -> tuple[Upload, bool]:
    """Return an upload of one's own, and whether its original is to be kept. Raises `UploadForgotten`."""
    found = store_uploads.upload(reader, id, by, CHUNK)
    if found is None:
        raise UploadForgotten
    return found


def fitting(reader: Reader, *, by: AccountId, id: str, offset: int, size: int) -> Upload:
    """Return the upload that a piece belongs to. Raises `UploadForgotten`, `PieceMisplaced`, `PieceSized`."""
    upload = mine(reader, by=by, id=id)
    expected = min(CHUNK, upload.bytes - offset)
    if offset != upload.received or expected <= 0:
        raise PieceMisplaced(received=upload.received)
    if size != expected:
        raise PieceSized(expected=expected)
    return upload


def arrived(tx: Tx, *, by: AccountId, id: str, offset: int, size: int) -> Upload:
    """Note that a piece is stored. Raises as `fitting` does."""
    fitting(tx, by=by, id=id, offset=offset, size=size)
    store_uploads.advance(tx, id, offset, offset + size)
    return mine(tx, by=by, id=id)


def whole(reader: Reader, *, by: AccountId, id: str) -> tuple[Upload, bool]:
    """Return an upload that has arrived. Raises `UploadForgotten`, `UploadUnfinished`."""
    upload, original = asked_for(reader, by=by, id=id)
    if upload.received < upload.bytes:
        raise UploadUnfinished(received=upload.received)
    return upload, original


def become(tx: Tx, *, by: AccountId, id: str, blob: BlobId) -> BlobId:
    """Note what an upload became, and return it: the first answer, should two have finished it at once. Raises `UploadForgotten`."""
    upload = mine(tx, by=by, id=id)
    if upload.blob is None:
        store_uploads.become(tx, id, blob)
    return upload.blob or blob


def cancel(tx: Tx, *, by: AccountId, id: str) -> list[BlobKey]:
    """Forget an upload; return the keys of its pieces, which the caller deletes. Raises `UploadForgotten`."""
    size = store_uploads.delete_upload(tx, id, by)
    if size is None:
        raise UploadForgotten
    return pieces(id, size)


def stopped(reader: Reader) -> list[tuple[str, AccountId, list[BlobKey]]]:
    """Return uploads that nobody has touched for long, and the keys of their pieces."""
    found = store_uploads.old_uploads(reader, reader.now - reader.settings(Settings).unfinished_ms, SLICE)
    return [(id, owner, pieces(id, size)) for id, owner, size in found]


def forget(tx: Tx, *, id: str, owner: AccountId) -> None:
    """Forget an upload whose pieces are gone."""
    store_uploads.delete_upload(tx, id, owner)


def pieces(id: str, size: int) -> list[BlobKey]:
    """Return the keys of all pieces of an upload, in order."""
    return [piece(id, offset) for offset in range(0, size, CHUNK)]


def piece(id: str, offset: int) -> BlobKey:
    """Return the key of one piece: its own, so that no other upload is robbed when it goes."""
    name = hashlib.sha256(f"{id} {offset}".encode()).hexdigest()
    return checked(BlobKey(f"{PREFIX}/{name[:2]}/{name}"))


def quota_of(reader: Reader, account: AccountId) -> int:
    """Return how many bytes an account may take up; 0 for any number."""
    own = store_uploads.wish(reader, account).quota_bytes
    return reader.settings(Settings).quota_bytes if own is None else own


def usage(reader: Reader, *, by: AccountId) -> Usage:
    """Return what one takes up and wants."""
    wish = store_uploads.wish(reader, by)
    offered = reader.settings(Settings).previews
    return Usage(store_uploads.used(reader, by), quota_of(reader, by), wish.keep_days, wish.previews, offered)


def everybody(reader: Reader, *, by: AccountId) -> list[Taken]:
    """Return who takes up most here, for the operator. Raises `OperatorsOnly`."""
    accounts.require_operator(reader, by=by)
    rows = store_uploads.most_used(reader, LISTED)
    people = accounts.profiles(reader, [account for account, _, _ in rows])
    otherwise = reader.settings(Settings).quota_bytes
    return [
        Taken(people[account], used, otherwise if quota is None else quota, quota is not None)
        for account, used, quota in rows
        if account in people
    ]


def change_wish(tx: Tx, *, by: AccountId, keep_days: int | None = None, previews: bool | None = None) -> Usage:
    """Say how long what one sends is kept, and whether one's links are looked up. Raises `DaysNotPossible`."""
    wish = store_uploads.wish(tx, by)
    days = wish.keep_days if keep_days is None else keep_days
    if not 0 <= days <= LONGEST_DAYS:
        raise DaysNotPossible(most=LONGEST_DAYS)
    store_uploads.keep_wish(tx, by, Wish(days, wish.previews if previews is None else previews, wish.quota_bytes))
    return usage(tx, by=by)


def set_quota(tx: Tx, *, by: AccountId, account: AccountId, quota_bytes: int | None) -> None:
    """Let an account take up so many bytes (0: any number; None: as everybody). Raises `OperatorsOnly`, `AccountNotFound`."""
    accounts.require_operator(tx, by=by)
    accounts.profile(tx, account)
    wish = store_uploads.wish(tx, account)
    store_uploads.keep_wish(tx, account, Wish(wish.keep_days, wish.previews, quota_bytes))


def drop_aged(tx: Tx) -> bool:
    """Delete what was kept as long as its owner or this server wants, some at a time; return whether there may be more."""
    days = tx.settings(Settings).keep_days
    before = tx.now - days * DAY if days else -1
    found = store_uploads.over_age(tx, everybody_before=before, day=DAY, holder=CONVERSATION_HOLDER, most=SLICE)
    if found:
        store.delete_blobs(tx, found)
    return len(found) == SLICE
