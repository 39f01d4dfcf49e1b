"""Signing a second device in from the first: the new one shows a link as a QR code and eight digits, the old one lets it in."""

import secrets
from typing import Literal

import msgspec

from warung.accounts import limits, sessions, store_sessions
from warung.accounts.codes import qr
from warung.accounts.limits import DEVICE_CODE, DEVICE_CODE_NETWORK, DEVICE_LINK_NETWORK
from warung.accounts.model import DeviceLink, DeviceLinkId, DeviceLinkNotFound, DeviceLinkOver, NewDeviceLink, Opened
from warung.kit.clock import MINUTE
from warung.kit.db import Db, Reader, Tx
from warung.kit.ids import AccountId, digest, new_id, secret
from warung.kit.site import Site
from warung.kit.text import bounded

LIVES_MS = 2 * MINUTE
KEPT_MS = 10 * MINUTE  # after its end a link is kept for this long, so that the new device is told what became of it
DIGITS = 8


class Claim(msgspec.Struct, frozen=True):
    """What became of a device link; a session when it was approved, once."""

    state: Literal["waiting", "done", "refused", "expired"]
    opened: Opened | None = None


def begin(tx: Tx, *, device: str, site: Site, address: str) -> NewDeviceLink:
    """Ask to be let in, from the new device. Raises `TooMany`."""
    limits.count_tries(tx, [(DEVICE_LINK_NETWORK, limits.network(address))])
    store_sessions.delete_old_device_links(tx, tx.now - KEPT_MS)
    device = bounded(device, limit=sessions.DEVICE_CHARS)
    while True:  # until the digits are nobody else's at the moment
        token, kept, code = secret(), secret(), f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        link = NewDeviceLink(
            id=DeviceLinkId(new_id(tx.now)),
            secret=kept,
            url=f"{site.url}/l/{token}",
            code=f"{code[:4]}-{code[4:]}",
            expires_at=tx.now + LIVES_MS,
            svg=qr(f"{site.url}/l/{token}"),
        )
        row = {
            "id": link.id,
            "token": digest(token),
            "code": digest(code),
            "secret": digest(kept),
            "device": device,
            "now": tx.now,
            "expires_at": link.expires_at,
        }
        if store_sessions.insert_device_link(tx, row):
            return link


async def look_up(db: Db, *, by: AccountId, name: str, address: str) -> DeviceLink:
    """Find a waiting device by the token in its QR code or by its digits. Raises `DeviceLinkNotFound`, `TooMany`.

    From then on this account is the one that may let it in: knowing a link's id is no permission.
    """
    await db.write(lambda tx: limits.count_tries(tx, [(DEVICE_CODE, by), (DEVICE_CODE_NETWORK, limits.network(address))]))
    return await db.write(lambda tx: _look_up(tx, by, name))


def approve(tx: Tx, *, by: AccountId, link: DeviceLinkId) -> None:
    """Let the new device in. Raises `DeviceLinkNotFound`, `DeviceLinkOver`."""
    _decide(tx, by, link, "approved")


def refuse(tx: Tx, *, by: AccountId, link: DeviceLinkId) -> None:
    """Do not let the new device in. Raises `DeviceLinkNotFound`, `DeviceLinkOver`."""
    _decide(tx, by, link, "refused")


async def claim(db: Db, *, link: DeviceLinkId, secret: str, address: str) -> Claim:
    """Tell the new device what became of its link; sign it in once, when it was approved. Raises `DeviceLinkNotFound`.

    The device asks every two seconds; only the last time is a write.
    """
    waiting = await db.read(lambda reader: _state(reader, link, secret))
    return await db.write(lambda tx: _enter(tx, link, secret, address)) if waiting is None else waiting


def _look_up(tx: Tx, by: AccountId, name: str) -> DeviceLink:
    code = digest(name.replace("-", "").replace(" ", ""))
    found = store_sessions.waiting_device_link(tx, digest(name), code)
    if found is None:
        raise DeviceLinkNotFound
    store_sessions.set_device_link(tx, found.id, "waiting", by)
    return found


def _decide(tx: Tx, by: AccountId, id: DeviceLinkId, state: str) -> None:
    found = store_sessions.device_link(tx, id)
    if found is None or found.account != by:
        raise DeviceLinkNotFound
    if found.state != "waiting" or found.expires_at <= tx.now:
        raise DeviceLinkOver
    store_sessions.set_device_link(tx, id, state, by)


def _state(reader: Reader, id: DeviceLinkId, secret: str) -> Claim | None:
    """Return None when it was approved and may be entered."""
    found = store_sessions.device_link_by_secret(reader, id, digest(secret))
    if found is None:
        raise DeviceLinkNotFound
    if found.state == "refused":
        return Claim("refused")
    if found.state == "done" or found.expires_at <= reader.now:
        return Claim("expired")
    return Claim("waiting") if found.state == "waiting" else None


def _enter(tx: Tx, id: DeviceLinkId, secret: str, address: str) -> Claim:
    state = _state(tx, id, secret)
    found = store_sessions.device_link(tx, id)
    if state is not None or found is None or found.account is None:
        return state or Claim("expired")
    store_sessions.set_device_link(tx, id, "done", found.account)
    return Claim("done", sessions.start(tx, account=found.account, device=found.device, address=address))
