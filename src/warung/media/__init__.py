"""Media: pictures and files, kept once, cleaned, and shown only to those who may see what carries them."""

from pathlib import Path

from warung.kit.domain import Domain
from warung.media import cards, routes, routes_uploads
from warung.media.archive import Archive, DamagedMember, open_archive
from warung.media.archive import Limits as ArchiveLimits
from warung.media.cards import File, LinkCard, Photo, Shot, Video, Voice
from warung.media.hearing import VoicesHeard
from warung.media.model import (
    AVATAR_HOLDER,
    CONVERSATION_HOLDER,
    Blob,
    BlobBeingRemoved,
    BlobNotYours,
    BlobPart,
    LinkNotValid,
    Settings,
    SizeName,
    Viewer,
    Viewers,
)
from warung.media.moving import Moving, NotASticker, StickerBroken, StickersUnavailable, StickerTooLarge, StickerTooLong, store_moving
from warung.media.pages import PAGES
from warung.media.pictures import NotAPicture, PictureBroken, Pictures, PicturesUnavailable, PictureTooLarge
from warung.media.players import Players
from warung.media.receiving import Studio
from warung.media.routes import TakesBytes, way_to
from warung.media.service import again, anyone, described, grant, is_held, keep, link, may_see, owner_of, part, release, set_avatar
from warung.media.storing import store_file, store_picture, store_video, store_voice, sweep

DOMAIN = Domain(
    name="media",
    routes=[*routes.ROUTES, *routes_uploads.ROUTES],
    cards=cards.CARDS,
    events=[VoicesHeard],
    viewers=[(AVATAR_HOLDER, anyone)],
    settings=Settings,
    schema=Path(__file__).parent / "schema",
)

__all__ = [
    "CONVERSATION_HOLDER",
    "DOMAIN",
    "PAGES",
    "Archive",
    "ArchiveLimits",
    "Blob",
    "BlobBeingRemoved",
    "BlobNotYours",
    "BlobPart",
    "DamagedMember",
    "File",
    "LinkCard",
    "LinkNotValid",
    "Moving",
    "NotAPicture",
    "NotASticker",
    "Photo",
    "PictureBroken",
    "PictureTooLarge",
    "Pictures",
    "PicturesUnavailable",
    "Players",
    "Settings",
    "Shot",
    "SizeName",
    "StickerBroken",
    "StickerTooLarge",
    "StickerTooLong",
    "StickersUnavailable",
    "Studio",
    "TakesBytes",
    "Video",
    "Viewer",
    "Viewers",
    "Voice",
    "VoicesHeard",
    "again",
    "described",
    "grant",
    "is_held",
    "keep",
    "link",
    "may_see",
    "open_archive",
    "owner_of",
    "part",
    "release",
    "set_avatar",
    "store_file",
    "store_moving",
    "store_picture",
    "store_video",
    "store_voice",
    "sweep",
    "way_to",
]
