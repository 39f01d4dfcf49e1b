"""Templates: notifications of a fixed shape, to those who agreed to that very template; and what is refused."""

from typing import Literal

import msgspec

from warung.kit.card import Card, Preview
from warung.kit.errors import BadRequest, Conflict, NotAllowed, NotFound
from warung.kit.ids import AccountId, BlobId
from warung.official.cards import LINE, OfficialCard

TemplateKind = Literal["template", "subscription"]
MOST_TEMPLATES = 25
MOST_KEYWORDS = 10
TITLE_CHARS, CONTENT_CHARS, VALUE_CHARS, URL_CHARS, SCENE_WORDS = 30, 2_000, 200, 2_048, 30
MOST_SCENE = 10_000


class Template(msgspec.Struct, frozen=True):
    """The shape of a notification: `{{name.DATA}}` in `content` is where a value goes."""

    id: str
    official: AccountId
    kind: TemplateKind
    short: str
    title: str
    content: str
    example: str
    created_at: int


class Industry(msgspec.Struct, frozen=True):
    """What an account says it works in, as numbers of the list of industries."""

    first: int
    second: int
    changed_at: int


class Value(msgspec.Struct, frozen=True):
    """What goes to one place of a template. `color` is `#rrggbb` or empty."""

    value: str
    color: str = ""


class Consent(msgspec.Struct, frozen=True):
    """What a follower said to a template: `remaining` is how many messages they agreed to, None for any number until they take it back."""

    account: AccountId
    official: AccountId
    template: str
    scene: int
    accepted: bool
    remaining: int | None
    changed_at: int


class ConsentShown(msgspec.Struct, frozen=True):
    """A consent as its giver sees it: to which account and template, since when, for how many messages yet."""

    official: AccountId
    official_name: str
    official_avatar: BlobId | None
    template: str
    title: str
    example: str
    scene: int
    accepted: bool
    remaining: int | None
    changed_at: int


class TemplateOffered(msgspec.Struct, frozen=True):
    """A template that an account wants to use, as a follower is asked about it."""

    template: str
    kind: TemplateKind
    title: str
    example: str
    accepted: bool | None


class NoticeLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One line of a notification."""

    name: str
    value: str
    color: str = ""


class TemplateNotice(OfficialCard, frozen=True, kw_only=True, tag="official.template"):
    """A notification of a fixed shape: its lines, and where it leads, a link or a page of a mini-app."""

    title: str
    fields: tuple[NoticeLine, ...]
    template: str
    url: str = ""
    appid: str = ""
    path: str = ""

    def preview(self) -> Preview:
        """Return its title."""
        return Preview("preview.official_template", {"title": self.title[:LINE]})

    def text(self) -> str:
        """Return everything that is written on it."""
        return "\n".join([self.title, *(line.value for line in self.fields)])

    def passed_on(self) -> Card | None:
        """Return nothing: a notification is for one person."""
        return None


class NoSuchTemplate(NotFound):
    """This account has no such template."""


class NoSuchLibraryTemplate(NotFound):
    """The library has no such template."""


class TooManyTemplates(Conflict):
    """An account can have at most {limit} templates."""


class TemplateNotPossible(BadRequest):
    """A template has a title, and words with one to {limit} places written as {{{{name.DATA}}}}."""


class TemplateArgument(BadRequest):
    """The value for {name} is missing or does not fit."""


class NotAgreed(NotAllowed):
    """This follower has not agreed to this notification."""


class SceneNotPossible(BadRequest):
    """A scene of a subscription is a number from 0 to {limit}."""


class NotificationRepeated(Conflict):
    """This very notification was already sent."""


class NotificationLinkNotPossible(BadRequest):
    """A notification leads to an address that begins with http:// or https://, or to a page of a mini-app."""


class IndustryNotPossible(BadRequest):
    """Choose two different industries of the list."""


class IndustryChangedLately(NotAllowed):
    """The industry of an account can be changed once a month."""
