"""What a follower does besides writing: pressing buttons of the menu, saying where they are."""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from warung import media
from warung.kit.blobs import BlobKey, Blobs
from warung.kit.db import Db, Reader, Tx
from warung.kit.errors import BadRequest, Conflict
from warung.kit.ids import AccountId, BlobId, new_id
from warung.official import log, menus, registry, rules, store_follows
from warung.official.answers import AutoAnswer
from warung.official.menus import Button
from warung.official.model import Follow, NotFollowing
from warung.official.model_materials import PICTURE_SIZES

TOLD = {
    "click": "menu.click",
    "view": "menu.view",
    "miniprogram": "menu.app",
    "scancode_push": "menu.scan",
    "scancode_waitmsg": "menu.scan_wait",
    "pic_sysphoto": "menu.photo",
    "pic_photo_or_album": "menu.photo_or_album",
    "pic_weixin": "menu.album",
    "location_select": "menu.location",
}
RESULT_CHARS = 2_048
PICTURES = 9


class CodeRead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a code said."""

    result: str
    type: str = "qrcode"


class Spot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A point that somebody chose: degrees north and east."""

    latitude: float
    longitude: float
    scale: int = 16
    label: str = ""
    name: str = ""


class With(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What goes with a press of some buttons: a code that was read, how many pictures follow (by their MD5), or a place."""

    scanned: CodeRead | None = None
    pictures: tuple[str, ...] = ()
    place: Spot | None = None


class MenuChanged(Conflict):
    """The menu is another one by now."""


class PressIncomplete(BadRequest):
    """This button wants something with it: a code, pictures or a place."""


async def fingerprints(db: Db, blobs: Blobs, *, by: AccountId, pictures: Sequence[BlobId]) -> tuple[str, ...]:
    """Return the MD5 of each of `by`'s pictures, as an account downloads them. Raises `PressIncomplete`, `BlobNotYours`."""
    if len(pictures) > PICTURES:
        raise PressIncomplete

    def find(reader: Reader) -> list[BlobKey]:
        parts = [media.part(reader, blob=each, sizes=PICTURE_SIZES) for each in pictures if media.owner_of(reader, each) == by]
        keys = [each.part.key for each in parts if each is not None]
        if len(keys) < len(pictures):
            raise media.BlobNotYours
        return keys

    found = await db.read(find)
    return tuple([hashlib.md5(await blobs.get(key), usedforsecurity=False).hexdigest() for key in found])


def press(tx: Tx, *, by: AccountId, official: AccountId, menu: int, path: str, given: With | None = None) -> Button:
    """Press a button of the menu that `by` sees, and return it: what it opens is the client's to open.

    `path` is `<column>` or `<column>.<row>` from 0. Raises `NotFollowing`, `MenuChanged`, `PressIncomplete`.
    """
    who = _follower(tx, by, official)
    shown = menus.menu_for(tx, official=official, account=by)
    pressed = menus.button(shown.menu, path) if shown is not None and shown.id == menu else None
    if pressed is None:
        raise MenuChanged
    told: dict[str, Any] = {"key": pressed.key, "name": pressed.name, "menu": str(menu)} | _with(pressed, given or With())
    if who.blocked_at is not None:
        return pressed
    log.widen(tx, who.openid, brief=True)
    nonce = f"menu-{new_id(tx.now)}"
    if pressed.type in menus.MEDIA | menus.ARTICLES:
        log.happen(tx, official=official, kind="menu.media", openid=who.openid, **told | {"key": pressed.media_id or pressed.article_id})
        rules.say(tx, who, AutoAnswer(media_id=pressed.media_id, article="" if pressed.media_id else pressed.article_id), nonce, why="menu")
        return pressed
    log.happen(tx, official=official, kind=TOLD[pressed.type], openid=who.openid, **told)
    if pressed.type == "click":
        rules.pressed(tx, who, pressed.key, pressed.answer, nonce)
    return pressed


def report_location(tx: Tx, *, by: AccountId, official: AccountId, latitude: float, longitude: float, precision: float) -> None:
    """Tell an account where one is, as one agreed to in its conversation. Nothing of it is kept but the event."""
    who = _follower(tx, by, official)
    _on_globe(latitude, longitude)
    if who.blocked_at is None:
        log.happen(
            tx, official=official, kind="location", openid=who.openid, latitude=latitude, longitude=longitude, precision=max(0.0, precision)
        )


def _with(pressed: Button, given: With) -> dict[str, Any]:
    """Return what is told of a press besides its key. Raises `PressIncomplete`."""
    if pressed.type == "view":
        return {"url": pressed.url}
    if pressed.type == "miniprogram":
        return {"url": pressed.url, "appid": pressed.appid, "path": pressed.pagepath}
    if pressed.type.startswith("scancode"):
        if given.scanned is None or not 0 < len(given.scanned.result) <= RESULT_CHARS:
            raise PressIncomplete
        return {"scanned": given.scanned}
    if pressed.type.startswith("pic_"):
        if not 0 < len(given.pictures) <= PICTURES or not all(len(each) <= 32 for each in given.pictures):
            raise PressIncomplete
        return {"pictures": given.pictures}
    if pressed.type == "location_select":
        if given.place is None or len(given.place.label) > RESULT_CHARS or len(given.place.name) > RESULT_CHARS:
            raise PressIncomplete
        _on_globe(given.place.latitude, given.place.longitude)
        return {"place": given.place}
    return {}


def _follower(tx: Tx, by: AccountId, official: AccountId) -> Follow:
    registry.still_open(tx, official)
    who = store_follows.of_account(tx, official, by)
    if who is None or not who.follows:
        raise NotFollowing
    return who


def _on_globe(latitude: float, longitude: float) -> None:
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise PressIncomplete
