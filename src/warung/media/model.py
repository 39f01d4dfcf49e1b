"""The nouns of media: blobs, their sizes, who holds them; and what media refuses."""

from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from warung.kit.blobs import BlobKey
from warung.kit.db import Reader
from warung.kit.errors import NotAllowed, NotFound, Unavailable
from warung.kit.ids import AccountId, BlobId

Kind = Literal["picture", "file"]
SizeName = Literal["avatar", "thumb", "full", "original"]  # all but the original are pictures that we rendered

Viewer = Callable[[Reader, AccountId, str, int], bool]
Viewers = Mapping[str, Viewer]  # kind of holder -> may this account see this item of the one of this name?

AVATAR_HOLDER = "media.avatar"


class Blob(msgspec.Struct, frozen=True):
    """A picture or a file. `size` is in bytes, of the largest part; `width` and `height` are 0 for a file.

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


class BlobNotYours(NotFound):
    """You have no such picture or file."""


class BlobBeingRemoved(Unavailable):
    """An old copy of this very file is being removed at this moment. Try again in a minute."""


class LinkNotValid(NotAllowed):
    """This link does not work any more. Open the picture or file again where you found it."""
