"""What this place signs with: a certificate, and a bare public key with an id, made by itself when they are first wanted."""

import secrets

import msgspec

from warung.kit.clock import DAY
from warung.kit.db import Db, Tx
from warung.kit.site import Site
from warung.wechatpay import keys, store_merchants
from warung.wechatpay.keys import Made
from warung.wechatpay.model import Mode

PREFIX = "PUB_KEY_ID_"
RENEWED_MS = 60 * DAY  # a certificate gets a successor so long before it ends
KINDS: tuple[Mode, ...] = ("certificate", "public_key")


class Platform(msgspec.Struct, frozen=True):
    """Both ways to sign; `certificates` are all that are told, the one that signs first."""

    certificates: list[Made]
    public_key: Made

    def by(self, serial: str) -> Made:
        """Return what answers somebody who named this serial, or none."""
        return self.public_key if serial.startswith(PREFIX) else self.certificates[0]

    def in_mode(self, mode: Mode) -> Made:
        """Return what signs in a mode."""
        return self.public_key if mode == "public_key" else self.certificates[0]

    def private(self, serial: str) -> str | None:
        """Return the private half of what somebody encrypted to; without a serial that of the certificate."""
        plain = keys.plain_serial(serial)
        everything = {keys.plain_serial(each.serial): each for each in [*self.certificates, self.public_key]}
        found = everything.get(plain) if plain else self.certificates[0]
        return found.private if found else None


async def platform(db: Db, site: Site) -> Platform:
    """Return what this place signs with. What is missing is made beside the transaction: it takes a moment."""
    found = await db.read(lambda reader: ({kind: store_merchants.platform(reader, kind) for kind in KINDS}, reader.now))
    kept, now = found
    missing = [kind for kind in KINDS if not any(each.until > now + RENEWED_MS for each in kept[kind])]
    for kind in missing:
        made = keys.make(f"{site.name} {kind}", now)
        if kind == "public_key":
            made = msgspec.structs.replace(made, serial=f"{PREFIX}{secrets.randbelow(10**20):020}{now // DAY:010}", certificate="")
        kept[kind] = await db.write(lambda tx, kind=kind, made=made: _kept(tx, kind, made))  # type: ignore[misc]
    return Platform(kept["certificate"], kept["public_key"][0])


def _kept(tx: Tx, kind: Mode, made: Made) -> list[Made]:
    """Keep a new one, unless somebody was faster."""
    there = store_merchants.platform(tx, kind)
    if not any(each.until > tx.now + RENEWED_MS for each in there):
        store_merchants.insert_platform(tx, kind, made)
        there = store_merchants.platform(tx, kind)
    return there
