"""Pictures that a page in the client takes from a person (`wx.uploadImage`) and shows again (`wx.downloadImage`), for three days."""

from collections.abc import Callable

import msgspec

from warung import accounts, media, official
from warung.kit.clock import MINUTE
from warung.kit.db import Reader, Tx
from warung.kit.domain import Services
from warung.kit.ids import AccountId, BlobId
from warung.kit.job import Job
from warung.wechat.model import InvalidAppid

HOLDER = "wechat.page"
UPLOADS = accounts.Limit("page-media", 30, 10 * MINUTE)
BYTES = 10 << 20


class PageMedia(msgspec.Struct, frozen=True):
    """Under which name the account's program fetches a picture."""

    media_id: str


class PageBlob(msgspec.Struct, frozen=True):
    """A picture that the page may show to this person."""

    blob: BlobId


class PageMediaOver(Job, frozen=True, tag="wechat.page_media_over"):
    """The time of a picture is over: the person sees it no longer through the page."""

    account: AccountId
    blob: BlobId


async def take(
    services: Services, pictures: media.Pictures, players: media.Players, *, by: AccountId, appid: str, data: bytes
) -> PageMedia:
    """Keep a picture of somebody's for an account, for three days. Raises `InvalidAppid`, and what is wrong with the picture."""
    db = services.db
    known = await db.read(lambda reader: _account(reader, appid))
    await db.write(lambda tx: accounts.count_tries(tx, [(UPLOADS, by)]))
    kept = await official.bring(db, services.blobs, pictures, players, official=known.id, kind="image", data=data, permanent=False)
    await db.write(_shown(by, kept))
    return PageMedia(kept.media_id)


def _shown(by: AccountId, kept: official.Material) -> Callable[[Tx], None]:
    def show(tx: Tx) -> None:
        media.grant(tx, kept.blob, holder=HOLDER, name=by, item=0)
        tx.enqueue(PageMediaOver(by, kept.blob), at=kept.expires_at)

    return show


def give(tx: Tx, *, by: AccountId, appid: str, media_id: str) -> PageBlob:
    """Let somebody see what a page of the account names: one of its pictures. Raises `InvalidAppid`, `NoSuchMaterial`."""
    known = _account(tx, appid)
    found = official.material(tx, official=known.id, media_id=media_id)
    if found.kind not in ("image", "thumb"):
        raise official.NoSuchMaterial
    media.grant(tx, found.blob, holder=HOLDER, name=by, item=0)
    if found.expires_at is not None:
        tx.enqueue(PageMediaOver(by, found.blob), at=found.expires_at, key=f"wechat.page/{by}/{found.blob}")
    return PageBlob(found.blob)


def over(tx: Tx, job: PageMediaOver) -> None:
    """Take the sight of a picture back."""
    media.release(tx, job.blob, holder=HOLDER, name=job.account, item=0)


def may_see(_reader: Reader, by: AccountId, name: str, _item: int) -> bool:
    """Say who sees it: the person to whom the page showed it."""
    return by == name


def _account(reader: Reader, appid: str) -> official.Official:
    found = official.by_appid(reader, appid)
    if found is None:
        raise InvalidAppid
    return found
