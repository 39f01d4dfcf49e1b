"""QR codes with a scene, short keys, and coupons; and what is refused."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from warung.kit.card import Preview
from warung.kit.clock import DAY, SECOND
from warung.kit.errors import BadRequest, Conflict, NotAllowed, NotFound
from warung.kit.ids import AccountId, BlobId
from warung.official.cards import LINE, OfficialCard
from warung.official.model import OfficialPage

MOST_PERMANENT, MOST_NUMBER, MOST_TEMPORARY_NUMBER, SCENE_CHARS = 100_000, 100_000, (1 << 32) - 1, 64
LONGEST_MS, LEAST_MS, SHORT_BYTES = 30 * DAY, SECOND, 4_096
CouponKind = Literal["cash", "discount", "gift", "general"]


class Code(msgspec.Struct, frozen=True):
    """A QR code: `url` is what its picture says. One without `expires_at` is for good. `scene` is the account's own word for it."""

    ticket: str
    official: AccountId
    scene: str
    is_text: bool
    expires_at: int | None
    scans: int
    created_at: int

    @property
    def path(self) -> str:
        """Return the address in this place that the code leads to."""
        return f"/o/{self.ticket}"


class ShortKey(msgspec.Struct, frozen=True):
    """Long data under a short name."""

    name: str
    data: str
    expires_at: int
    created_at: int


class Scanned(msgspec.Struct, frozen=True):
    """What a code leads to: the page of an account, and whether the account was told (since one follows it)."""

    page: OfficialPage
    ticket: str
    told: bool


class Coupon(msgspec.Struct, frozen=True):
    """What an account gives away: `amount` is minor units of `currency` (cash) or percent (discount). Stock 0 is any number."""

    id: str
    official: AccountId
    kind: CouponKind
    title: str
    words: str
    terms: str
    amount: int
    currency: str
    color: str
    stock: int
    per_person: int
    starts_at: int
    ends_at: int
    given: int
    redeemed: int
    created_at: int
    closed_at: int | None


class CouponDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A coupon as it is ordered."""

    title: str
    kind: CouponKind = "general"
    words: str = ""
    terms: str = ""
    amount: int = 0
    currency: str = ""
    color: str = ""
    stock: int = 0
    per_person: int = 1
    starts_at: int = 0
    ends_at: int = 0


class Given(msgspec.Struct, frozen=True):
    """A coupon in somebody's hands. Whoever has `code` can redeem it at the account's desk, once."""

    code: str
    coupon: str
    account: AccountId
    given_at: int
    redeemed_at: int | None
    redeemed_by: AccountId | None


class CouponCard(OfficialCard, frozen=True, kw_only=True, tag="official.coupon"):
    """A coupon as it is offered. Taking it, and its code, are asked for by its id."""

    coupon: str
    title: str
    kind: CouponKind = "general"
    words: str = ""
    amount: int = 0
    currency: str = ""
    color: str = ""
    ends_at: int = 0
    cover: BlobId | None = None

    def preview(self) -> Preview:
        """Return its title."""
        return Preview("preview.official_coupon", {"title": self.title[:LINE]})

    def text(self) -> str:
        """Return what it is found by."""
        return f"{self.title}\n{self.words}".strip()

    def blobs(self) -> Sequence[BlobId]:
        """Return its picture."""
        return [self.cover] if self.cover else []


class SceneOfCodeNotPossible(BadRequest):
    """The scene of a code is a number from 1 to {limit}, or a text of 1 to 64 characters."""


class CodeTimeNotPossible(BadRequest):
    """A code that ends is good for 1 second to 30 days."""


class TooManyCodes(Conflict):
    """An account can have at most {limit} codes for good."""


class CodeNotValid(NotFound):
    """This code leads nowhere any more."""


class ShortKeyNotPossible(BadRequest):
    """Between 1 and {limit} bytes can be kept under a short name, for at most 30 days."""


class NoSuchShortKey(NotFound):
    """Nothing is kept under this name, or no longer."""


class CouponNotPossible(BadRequest):
    """A coupon has a title, ends after it begins, and its numbers are not below zero; a discount is 1 to 100 percent."""


class NoSuchCoupon(NotFound):
    """This coupon is not here."""


class CouponsGone(Conflict):
    """No coupon of this kind is left."""


class CouponOver(NotAllowed):
    """The time of this coupon is over, or has not come."""


class CouponTaken(Conflict):
    """You have this coupon as often as one may."""


class CouponUsed(Conflict):
    """This coupon was redeemed already."""
