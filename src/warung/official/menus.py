"""Menus under a conversation: three columns with five buttons each, one for everybody and others for followers whom a rule fits."""

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from warung import accounts
from warung.kit.db import Reader, Tx
from warung.kit.errors import BadRequest, Conflict, NotFound
from warung.kit.ids import AccountId
from warung.official import answers, registry, store_conversation, store_follows, store_tags
from warung.official.answers import AutoAnswer, NotAnAnswer
from warung.official.model import Follow, NoSuchTag
from warung.official.store_conversation import KeptMenu

COLUMNS, ROWS = 3, 5
TOP_BYTES, SUB_BYTES, KEY_BYTES, URL_BYTES = 16, 60, 128, 1024
MENUS = 50
KEYED = frozenset(
    {"click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin", "location_select"}
)  # what a press of them tells is the key
MEDIA = frozenset({"media_id", "view_limited"})
ARTICLES = frozenset({"article_id", "article_view_limited"})
KINDS = KEYED | MEDIA | ARTICLES | {"view", "miniprogram"}


class Button(msgspec.Struct, frozen=True, omit_defaults=True):
    """A button with what it does, or a column with `sub` buttons. Names and kinds are those of WeChat.

    `answer` is what the account says by itself to a `click`, while no program answers for it.
    """

    name: str
    type: str = ""
    key: str = ""
    url: str = ""
    media_id: str = ""
    appid: str = ""
    pagepath: str = ""
    article_id: str = ""
    answer: AutoAnswer | None = None
    sub: tuple["Button", ...] = ()


class MatchRule(msgspec.Struct, frozen=True, omit_defaults=True):
    """For whom a menu is: everything that it says must be so. Of a person who does not say something of themselves it is not so."""

    tag_id: int | None = None
    sex: Literal["", "1", "2"] = ""
    country: str = ""
    province: str = ""
    city: str = ""
    client_platform_type: Literal["", "1", "2", "3"] = ""
    language: str = ""


class Menu(msgspec.Struct, frozen=True):
    """The buttons of a menu."""

    buttons: tuple[Button, ...]


class KnownMenu(msgspec.Struct, frozen=True):
    """A menu as it is kept; the default menu has no rule."""

    id: int
    menu: Menu
    rule: MatchRule | None = None


class MenuNotPossible(BadRequest):
    """A menu has 1 to {columns} columns."""


class SubMenuNotPossible(BadRequest):
    """A column has 1 to {rows} buttons, and these have none below them."""


class ButtonNameNotPossible(BadRequest):
    """A button has a name of at most {limit} bytes."""


class ButtonKindUnknown(BadRequest):
    """There is no button of this kind."""


class ButtonKeyNotPossible(BadRequest):
    """This button needs a key of at most {limit} bytes."""


class ButtonUrlNotPossible(BadRequest):
    """This button needs an address that begins with http:// or https:// and has at most {limit} bytes."""


class ButtonIncomplete(BadRequest):
    """This button does not say what it opens."""


class NoDefaultMenu(Conflict):
    """Make the menu for everybody first."""


class NoSuchMenu(NotFound):
    """There is no such menu."""


class MatchRuleEmpty(BadRequest):
    """A menu for some says for whom it is."""


class TooManyMenus(Conflict):
    """An account can have at most {limit} menus for some."""


_menu: Any = msgspec.json.Decoder(Menu).decode
_rule: Any = msgspec.json.Decoder(MatchRule).decode


def set_menu(tx: Tx, *, official: AccountId, menu: Menu) -> int:
    """Replace the menu for everybody; return its number. Raises what a wrong button deserves, `NotAnAnswer` for what it cannot say."""
    check(menu)
    registry.still_open(tx, official)
    _check_answers(tx, official, menu)
    kept = store_conversation.menus(tx, official)
    for known in kept:
        if known.rule is None:
            store_conversation.delete_menu(tx, official, known.id)
    return _keep(tx, official, menu, None, newest=max((each.id for each in kept), default=0))


def menu(reader: Reader, *, official: AccountId) -> KnownMenu | None:
    """Return the menu for everybody."""
    return next((each for each in menus_of(reader, official=official) if each.rule is None), None)


def menus_of(reader: Reader, *, official: AccountId) -> list[KnownMenu]:
    """Return all menus of an account, the newest first."""
    kept = store_conversation.menus(reader, official)
    return [KnownMenu(each.id, _menu(each.body), None if each.rule is None else _rule(each.rule)) for each in kept]


def delete_menu(tx: Tx, *, official: AccountId) -> None:
    """Delete all menus of an account."""
    store_conversation.delete_menus(tx, official)


def add_conditional(tx: Tx, *, official: AccountId, menu: Menu, rule: MatchRule) -> int:
    """Make a menu for some; return its number. Raises `NoDefaultMenu`, `MatchRuleEmpty`, `NoSuchTag`, `TooManyMenus`."""
    check(menu)
    _check_answers(tx, official, menu)
    known = menus_of(tx, official=official)
    if all(each.rule is not None for each in known):
        raise NoDefaultMenu
    if rule == MatchRule():
        raise MatchRuleEmpty
    if rule.tag_id is not None and rule.tag_id not in store_tags.names(tx, official):
        raise NoSuchTag
    if len(known) > MENUS:
        raise TooManyMenus(limit=MENUS)
    return _keep(tx, official, menu, rule, newest=max(each.id for each in known))


def delete_conditional(tx: Tx, *, official: AccountId, menu: int) -> None:
    """Delete a menu for some. Raises `NoSuchMenu`."""
    if not any(each.id == menu and each.rule is not None for each in store_conversation.menus(tx, official)):
        raise NoSuchMenu
    store_conversation.delete_menu(tx, official, menu)


def menu_for(reader: Reader, *, official: AccountId, account: AccountId) -> KnownMenu | None:
    """Return the menu that a follower sees: the newest whose rule fits them, else that for everybody."""
    known = menus_of(reader, official=official)
    if all(each.rule is None for each in known):
        return known[0] if known else None
    who = store_follows.of_account(reader, official, account)
    fitting = (each for each in known if each.rule is not None and who is not None and _fits(reader, each.rule, who))
    return next(fitting, None) or next((each for each in known if each.rule is None), None)


def shown_to(reader: Reader, *, official: AccountId, account: AccountId) -> KnownMenu | None:
    """Return the menu that somebody sees who follows; nothing for others. Raises `OfficialNotFound`."""
    registry.still_open(reader, official)
    who = store_follows.of_account(reader, official, account)
    return menu_for(reader, official=official, account=account) if who is not None and who.follows else None


def shown(menu: Menu) -> Menu:
    """Return a menu as followers get it: what its buttons mean to the account stays with the account."""
    return Menu(tuple(public(each) for each in menu.buttons))


def public(made: Button) -> Button:
    """Return a button without what it means to the account."""
    return msgspec.structs.replace(made, key="", media_id="", answer=None, sub=tuple(public(each) for each in made.sub))


def button(menu: Menu, path: str) -> Button | None:
    """Return the button at `<column>` or `<column>.<row>`, counted from 0."""
    found: Button | None = None
    choices = menu.buttons
    for place in path.split("."):
        if not (place.isascii() and place.isdecimal() and len(place) < 3 and int(place) < len(choices)):
            return None
        found = choices[int(place)]
        choices = found.sub
    return found if found is not None and not found.sub else None


def pressable(menu: Menu) -> Iterator[Button]:
    """Yield the buttons that can be pressed, column by column."""
    for top in menu.buttons:
        yield from top.sub or (top,)


def check(menu: Menu) -> None:
    """Refuse a menu that cannot be drawn or pressed."""
    if not 1 <= len(menu.buttons) <= COLUMNS:
        raise MenuNotPossible(columns=COLUMNS)
    for top in menu.buttons:
        _check_name(top.name, TOP_BYTES)
        if not top.sub:
            _check_action(top)
        elif len(top.sub) > ROWS or any(each.sub for each in top.sub):
            raise SubMenuNotPossible(rows=ROWS)
        for each in top.sub:
            _check_name(each.name, SUB_BYTES)
            _check_action(each)


def _check_name(name: str, limit: int) -> None:
    if not name.strip() or len(name.encode()) > limit or "\x00" in name:
        raise ButtonNameNotPossible(limit=limit)


def _check_action(made: Button) -> None:
    if made.type not in KINDS:
        raise ButtonKindUnknown
    if made.type in KEYED and not 0 < len(made.key.encode()) <= KEY_BYTES:
        raise ButtonKeyNotPossible(limit=KEY_BYTES)
    if made.type in ("view", "miniprogram") and not (
        made.url.startswith(("http://", "https://")) and len(made.url.encode()) <= URL_BYTES and "\x00" not in made.url
    ):
        raise ButtonUrlNotPossible(limit=URL_BYTES)
    missing = (
        (made.type in MEDIA and not made.media_id)
        or (made.type in ARTICLES and not made.article_id)
        or (made.type == "miniprogram" and not (made.appid and made.pagepath))
    )
    if missing:
        raise ButtonIncomplete


def _check_answers(reader: Reader, official: AccountId, menu: Menu) -> None:
    for made in pressable(menu):
        if made.answer is not None and made.type != "click":
            raise NotAnAnswer
        if made.answer is not None:
            answers.card_of(reader, official, made.answer)


def _keep(tx: Tx, official: AccountId, menu: Menu, rule: MatchRule | None, *, newest: int) -> int:
    """Keep a menu under a number that none had before: a press names it, and must not mean another one."""
    id = max(tx.now, newest + 1)
    body = msgspec.json.encode(menu)
    store_conversation.insert_menu(tx, official, KeptMenu(id, None if rule is None else msgspec.json.encode(rule), body))
    return id


def _fits(reader: Reader, rule: MatchRule, who: Follow) -> bool:
    if rule.sex or rule.province or rule.city or rule.client_platform_type in ("1", "2"):
        return False  # nobody says such things of themselves here, and there is no client but the one in the browser
    if rule.tag_id is not None and rule.tag_id not in who.tags:
        return False
    if rule.language and rule.language.split("_")[0].lower() != accounts.languages(reader, [who.account])[who.account]:
        return False
    return not rule.country or rule.country == accounts.particulars(reader, [who.account])[who.account].region
