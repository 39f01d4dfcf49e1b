"""Shops as WeChat Pay merchants: a number of ten digits, keys, the apps that take money for them, and providers that act for them."""

import re
import secrets
import string

import msgspec

from warung import official, pay
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId
from warung.wechatpay import keys, people, store_merchants
from warung.wechatpay.model import (
    AppNotYours,
    Key,
    Merchant,
    MerchantIdNotFound,
    MerchantIdTaken,
    Mode,
    SecretNotPossible,
    TooManyKeys,
)

KEYS_EACH = 10
SECRET = re.compile(r"[A-Za-z0-9]{32}\Z")
LETTERS = string.ascii_letters + string.digits


class SigningKey(msgspec.Struct, frozen=True):
    """A key by which a merchant's programs sign: its serial number, whether a certificate goes with it, since when it counts."""

    serial: str
    certificate: bool
    created_at: int


class MerchantNumber(msgspec.Struct, frozen=True):
    """A merchant as its owner sees it; the two keys only when they are new. For a `closed` one no program acts."""

    mchid: str
    shop: str
    name: str
    currency: str
    mode: Mode
    test: bool
    closed: bool
    appids: list[str]
    providers: list[str]
    keys: list[SigningKey]
    key_v3: str | None = None
    key_v2: str | None = None


class KeyPair(msgspec.Struct, frozen=True):
    """A key that counts from now on; `private_key` only where we made it, and only this once. All PEM."""

    serial: str
    public_key: str
    certificate: str | None
    private_key: str | None


def register(tx: Tx, *, by: AccountId, shop: str, currency: str = pay.CREDITS, test: bool = False) -> MerchantNumber:
    """Give one's own shop a merchant number. `currency` is what the API's CNY means: one fen is one minor unit of it.

    A test merchant moves test money only. The keys are shown now. A number that was closed is open again, with new keys of both versions.
    Raises `MerchantNotFound`, `MerchantIdTaken`, `UnknownCurrency`.
    """
    pay.own_shop(tx, by=by, id=shop)
    kept = pay.shop(tx, shop)
    currency = pay.TEST if test else pay.currency(currency).code
    if currency == pay.TEST and not test:
        raise pay.UnknownCurrency(currency=currency)
    known = store_merchants.merchant_of_shop(tx, shop)
    if known is not None:
        return _again(tx, known, currency)
    while True:
        mchid = f"{1_600_000_000 + secrets.randbelow(100_000_000)}"
        made = Merchant(mchid, shop, by, kept.name, new_secret(), new_secret(), currency, "certificate", int(test), tx.now, None)
        if store_merchants.insert_merchant(tx, made):
            return _seen(tx, made, secrets_too=True)


def _again(tx: Tx, known: Merchant, currency: str) -> MerchantNumber:
    """Open a closed number again. What its orders mean by CNY stays what it was."""
    if known.closed_at is None or known.currency != currency:
        raise MerchantIdTaken(mchid=known.mchid)
    opened = msgspec.structs.replace(known, closed_at=None, key_v3=new_secret(), key_v2=new_secret())
    store_merchants.change_merchant(tx, opened)
    return _seen(tx, opened, secrets_too=True)


def mine(reader: Reader, *, by: AccountId) -> list[MerchantNumber]:
    """Return one's own merchants, without their keys."""
    return [_seen(reader, each) for each in store_merchants.merchants_of(reader, by)]


def look(reader: Reader, *, by: AccountId, mchid: str) -> MerchantNumber:
    """Return one's own merchant, without its keys. Raises `MerchantIdNotFound`."""
    return _seen(reader, own(reader, by, mchid))


def own(reader: Reader, by: AccountId, mchid: str) -> Merchant:
    """Return one's own merchant. Raises `MerchantIdNotFound`."""
    found = store_merchants.merchant(reader, mchid)
    if found is None or found.owner != by:
        raise MerchantIdNotFound
    return found


def change(
    tx: Tx, *, by: AccountId, mchid: str, mode: Mode | None = None, key_v3: str | None = None, key_v2: str | None = None
) -> MerchantNumber:
    """Set how notices are signed, and the keys of version 3 and 2: "" makes a new one. Raises `SecretNotPossible`."""
    kept = own(tx, by, mchid)
    for key in (key_v3, key_v2):
        if key and not SECRET.match(key):
            raise SecretNotPossible
    v3 = kept.key_v3 if key_v3 is None else key_v3 or new_secret()
    v2 = kept.key_v2 if key_v2 is None else key_v2 or new_secret()
    changed = msgspec.structs.replace(kept, mode=mode or kept.mode, key_v3=v3, key_v2=v2)
    store_merchants.change_merchant(tx, changed)
    return _seen(tx, changed, secrets_too=key_v3 is not None or key_v2 is not None)


def close(tx: Tx, *, by: AccountId, mchid: str) -> None:
    """Let no program act for a merchant any more; its shop stays. Again is the same as once."""
    kept = own(tx, by, mchid)
    store_merchants.change_merchant(tx, msgspec.structs.replace(kept, closed_at=kept.closed_at or tx.now))


def add_key(tx: Tx, *, by: AccountId, mchid: str, pem: str) -> KeyPair:
    """Let requests be signed with a key: a certificate, whose serial number is the key's, or a public key, which gets one.

    Raises `KeyNotUsable`, `TooManyKeys`.
    """
    own(tx, by, mchid)
    read = keys.read(pem)
    serial = read.serial or f"{int.from_bytes(secrets.token_bytes(20), 'big') | 1 << 159:X}"
    return _add(tx, mchid, Key(mchid, serial, read.public, read.certificate, tx.now, None), None)


def make_key(tx: Tx, *, by: AccountId, mchid: str, made: keys.Made) -> KeyPair:
    """Let requests be signed with a key pair that this place made; its private half is told and not kept."""
    own(tx, by, mchid)
    return _add(tx, mchid, Key(mchid, keys.plain_serial(made.serial), made.public, made.certificate, tx.now, None), made.private)


def _add(tx: Tx, mchid: str, key: Key, private: str | None) -> KeyPair:
    there = store_merchants.keys(tx, mchid)
    if len(there) >= KEYS_EACH and all(each.serial != key.serial for each in there):
        raise TooManyKeys(limit=KEYS_EACH)
    store_merchants.insert_key(tx, key)
    return KeyPair(key.serial, key.public, key.certificate, private)


def revoke_key(tx: Tx, *, by: AccountId, mchid: str, serial: str) -> None:
    """Let a key count no more. Again is the same as once."""
    own(tx, by, mchid)
    store_merchants.revoke_key(tx, mchid, keys.plain_serial(serial))


def bind(tx: Tx, *, by: AccountId, mchid: str, appid: str) -> None:
    """Let an official account or app of one's own take money for a merchant. Raises `AppNotYours`."""
    own(tx, by, mchid)
    if people.owner(tx, appid) != by:
        raise AppNotYours
    store_merchants.bind(tx, mchid, appid)


def on_owner_changed(tx: Tx, event: official.OwnerChanged) -> None:
    """Let an account that is somebody else's take no more money for the merchants of its former owner."""
    store_merchants.untie(tx, event.appid, event.owner)


def unbind(tx: Tx, *, by: AccountId, mchid: str, appid: str) -> None:
    """Let it take no more."""
    own(tx, by, mchid)
    store_merchants.unbind(tx, mchid, appid)


def allow(tx: Tx, *, by: AccountId, mchid: str, provider: str) -> None:
    """Let a provider, another merchant, make orders and refunds for one's own. Raises `MerchantIdNotFound`."""
    own(tx, by, mchid)
    if provider == mchid or store_merchants.merchant(tx, provider) is None:
        raise MerchantIdNotFound
    store_merchants.add_partner(tx, provider, mchid)


def disallow(tx: Tx, *, by: AccountId, mchid: str, provider: str) -> None:
    """Let a provider act no more."""
    own(tx, by, mchid)
    store_merchants.remove_partner(tx, provider, mchid)


def new_secret() -> str:
    """Return a key of 32 letters and digits."""
    return "".join(secrets.choice(LETTERS) for _ in range(32))


def _seen(reader: Reader, kept: Merchant, *, secrets_too: bool = False) -> MerchantNumber:
    return MerchantNumber(
        mchid=kept.mchid,
        shop=kept.shop,
        name=kept.name,
        currency=kept.currency,
        mode=kept.mode,
        test=bool(kept.is_test),
        closed=kept.closed_at is not None,
        appids=store_merchants.bound(reader, kept.mchid),
        providers=store_merchants.providers(reader, kept.mchid),
        keys=[SigningKey(each.serial, each.certificate is not None, each.created_at) for each in store_merchants.keys(reader, kept.mchid)],
        key_v3=kept.key_v3 if secrets_too else None,
        key_v2=kept.key_v2 if secrets_too else None,
    )
