"""The nouns of media: blobs, their sizes, who holds them; and what media refuses."""

from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from warung import accounts
from warung.kit.blobs import BlobKey
from warung.kit.clock import DAY, MINUTE, SECOND
from warung.kit.db import Reader
from warung.kit.errors import BadRequest, Conflict, NotAllowed, NotFound, TooLarge, TooMany, Unavailable
from warung.kit.ids import AccountId, BlobId

Kind = Literal["picture", "video", "voice", "file"]
Purpose = Literal["photo", "video", "voice", "file"]  # what an upload is to become
# All but the original were made here: pictures, the film without what it said of itself, the voice as Opus and, for old ears, as AAC.
SizeName = Literal["avatar", "thumb", "full", "original", "video", "voice", "voice_aac"]

Viewer = Callable[[Reader, AccountId, str, int], bool]
Viewers = Mapping[str, Viewer]  # kind of holder -> may this account see this item of the one of this name?

AVATAR_HOLDER = "media.avatar"
CONVERSATION_HOLDER = "chat.conversation"  # the holder of what was sent, which is not kept for longer than its owner wants
WAVEFORM_BARS = 64


class Settings(msgspec.Struct, frozen=True):
    """What an operator may set for media. Bytes are of one upload, except the quota."""

    photo_bytes: int = 32 << 20
    video_bytes: int = 64 << 20
    voice_bytes: int = 8 << 20
    file_bytes: int = 256 << 20
    voice_ms: int = 5 * MINUTE
    voice_least_ms: int = SECOND // 3  # a slip of the finger
    video_ms: int = 30 * MINUTE
    video_encoded_ms: int = 3 * MINUTE  # so long may a film be that is encoded anew for those who could not play it
    quota_bytes: int = 0  # of one account, everything together; 0 = no limit
    keep_days: int = 0  # how long what was sent is kept, unless its owner wants less; 0 = for ever
    uploads_at_once: int = 40  # of one account, unfinished
    unfinished_ms: int = DAY  # how long an upload that stopped half-way waits
    previews: bool = False  # may the server fetch pages to show what a link leads to?
    previews_per_hour: int = 60  # of one account


class Blob(msgspec.Struct, frozen=True):
    """A picture, a film, a voice or a file. `size` is in bytes, of the largest part; `width` and `height` are 0 where nothing is seen.

    `placeholder` is base64 of what `pictures.Rendered` describes. `name` is what the owner's file was called, or empty.
    """

    id: BlobId
    owner: AccountId
    kind: Kind
    mime: str
    name: str
    size: int
    width: int
    height: int
    placeholder: str | None
    created_at: int
    duration_ms: int = 0
    waveform: str | None = None


class BlobPart(msgspec.Struct, frozen=True):
    """One size of a blob and where its bytes are; `width` and `height` are 0 for a file."""

    size_name: SizeName
    key: BlobKey
    mime: str
    bytes: int
    width: int = 0
    height: int = 0


class Served(msgspec.Struct, frozen=True):
    """What a signed link opens: a part, and the name to save it under."""

    part: BlobPart
    name: str


class Upload(msgspec.Struct, frozen=True):
    """A file on its way here: `received` of its `bytes` are stored. It comes in pieces of `chunk` bytes, the last one shorter.

    `blob` is what it became, once it is finished.
    """

    id: str
    purpose: Purpose
    name: str
    bytes: int
    received: int
    chunk: int
    blob: BlobId | None = None


class Usage(msgspec.Struct, frozen=True):
    """What an account takes up here, in bytes, of `quota` (0: no limit), and what it wants.

    What was sent is kept for `keep_days` (0: for ever). `previews` says whether links of theirs are looked up before they are sent,
    `previews_offered` whether this server does that at all.
    """

    used: int
    quota: int
    keep_days: int
    previews: bool
    previews_offered: bool


class Taken(msgspec.Struct, frozen=True):
    """What somebody takes up here, in bytes; `quota` is what they may (0: any number), `own` says that it was set for them."""

    account: accounts.Profile
    used: int
    quota: int
    own: bool


class Wish(msgspec.Struct, frozen=True):
    """What an account wants, as it is kept; `quota_bytes` is the operator's."""

    keep_days: int = 0
    previews: bool = False
    quota_bytes: int | None = None


class BlobNotYours(NotFound):
    """You have no such picture or file."""


class BlobBeingRemoved(Unavailable):
    """An old copy of this very file is being removed at this moment. Try again in a minute."""


class LinkNotValid(NotAllowed):
    """This link does not work any more. Open the picture or file again where you found it."""


class CardUntrue(BadRequest):
    """This message does not say what is so of the picture or file in it. Choose it again."""


class UploadForgotten(NotFound):
    """This upload is no longer here. Start it again."""


class PieceMisplaced(Conflict):
    """This piece does not follow what has arrived: {received} bytes have."""


class PieceSized(BadRequest):
    """A piece of this upload has {expected} bytes here."""


class UploadUnfinished(Conflict):
    """This upload is not complete: {received} bytes have arrived."""


class UploadTooBig(TooLarge):
    """This file is too large: at most {limit_mb} MB can be sent here."""


class QuotaUsedUp(TooLarge):
    """There is no room left for you on this server. Delete something, or ask the operator for more."""


class UploadsWaiting(TooMany):
    """Too many files are on their way at once. Wait until some have arrived."""


class NothingToSend(BadRequest):
    """This file is empty."""
