"""Materials: the pictures, voices and films that an account keeps, under names that programs use."""

from typing import Literal

import msgspec

from warung import media
from warung.kit.clock import DAY
from warung.kit.errors import BadRequest, NotAllowed, NotFound, TooLarge
from warung.kit.ids import AccountId, BlobId

MaterialKind = Literal["image", "voice", "video", "thumb"]
HOLDER = "official.material"
TEMPORARY_MS = 3 * DAY
PICTURE_SIZES: tuple[media.SizeName, ...] = ("original", "full", "thumb", "avatar")  # as which an account gets a picture, if it has it
MOST_BYTES: dict[str, int] = {"image": 10 << 20, "voice": 5 << 20, "video": 64 << 20, "thumb": 2 << 20}
MOST_MATERIALS: dict[str, int] = {"image": 100_000, "thumb": 100_000, "voice": 1_000, "video": 1_000}


class Material(msgspec.Struct, frozen=True):
    """Something kept: `blob` is what media knows it by, `size` in bytes. A temporary one goes at `expires_at`."""

    media_id: str
    official: AccountId
    kind: MaterialKind
    blob: BlobId
    name: str
    title: str
    introduction: str
    permanent: bool
    expires_at: int | None
    created_at: int


class MaterialShown(msgspec.Struct, frozen=True):
    """A material as its account's staff sees it."""

    media_id: str
    kind: MaterialKind
    blob: BlobId
    name: str
    title: str
    introduction: str
    permanent: bool
    expires_at: int | None
    created_at: int
    width: int
    height: int
    placeholder: str | None
    duration_ms: int
    waveform: str
    size: int


class NoSuchMaterial(NotFound):
    """This account keeps no such picture, voice or film."""


class MaterialKindUnknown(BadRequest):
    """A material is an image, a voice, a video or a thumb."""


class MaterialEmpty(BadRequest):
    """There is nothing in this file."""


class MaterialTooLarge(TooLarge):
    """This file is too large for this use: at most {limit_kb} kB are allowed."""


class MaterialUnfit(BadRequest):
    """This use wants another kind of file."""


class TooManyMaterials(NotAllowed):
    """This account keeps {limit} of these already. Delete some first."""
