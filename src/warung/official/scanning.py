"""QR codes with a scene: an account makes them, a person scans one, the account learns which. And long data under a short name."""

import secrets

from warung import accounts
from warung.kit.clock import SECOND
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId
from warung.official import consent, log, store_codes
from warung.official.model_codes import (
    LEAST_MS,
    LONGEST_MS,
    MOST_NUMBER,
    MOST_PERMANENT,
    MOST_TEMPORARY_NUMBER,
    SCENE_CHARS,
    SHORT_BYTES,
    Code,
    CodeNotValid,
    CodeTimeNotPossible,
    NoSuchShortKey,
    Scanned,
    SceneOfCodeNotPossible,
    ShortKey,
    ShortKeyNotPossible,
    TooManyCodes,
)


def make_code(tx: Tx, *, official: AccountId, scene: int | str, expires_s: int | None = None) -> Code:
    """Make a QR code that says where somebody comes from: for good, or for so many seconds.

    Raises `SceneOfCodeNotPossible`, `CodeTimeNotPossible`, `TooManyCodes`.
    """
    limit = MOST_NUMBER if expires_s is None else MOST_TEMPORARY_NUMBER
    if isinstance(scene, int) and not 1 <= scene <= limit:
        raise SceneOfCodeNotPossible(limit=limit)
    if isinstance(scene, str) and (not 1 <= len(scene) <= SCENE_CHARS or "\x00" in scene):
        raise SceneOfCodeNotPossible(limit=limit)
    if expires_s is not None and not LEAST_MS <= expires_s * SECOND <= LONGEST_MS:
        raise CodeTimeNotPossible
    if expires_s is None and store_codes.count_permanent(tx, official) >= MOST_PERMANENT:
        raise TooManyCodes(limit=MOST_PERMANENT)
    made = Code(
        ticket="g" + secrets.token_urlsafe(45),
        official=official,
        scene=str(scene),
        is_text=isinstance(scene, str),
        expires_at=None if expires_s is None else tx.now + expires_s * SECOND,
        scans=0,
        created_at=tx.now,
    )
    store_codes.insert_code(tx, made)
    return made


def code(reader: Reader, *, ticket: str) -> Code:
    """Return a code whose time is not over. Raises `CodeNotValid`."""
    found = store_codes.code(reader, ticket)
    if found is None or (found.expires_at is not None and found.expires_at <= reader.now):
        raise CodeNotValid
    return found


def codes(reader: Reader, *, official: AccountId, offset: int = 0, limit: int = 100) -> list[Code]:
    """Return an account's codes, newest first."""
    return store_codes.codes(reader, official, max(0, offset), max(0, limit))


def code_picture(reader: Reader, *, ticket: str, site: str) -> str:
    """Return a code as SVG. Raises `CodeNotValid`."""
    return accounts.qr(site + code(reader, ticket=ticket).path)


def scan(tx: Tx, *, by: AccountId, ticket: str) -> Scanned:
    """Scan a code: an account that `by` follows is told so; whoever does not sees its page first. Raises `CodeNotValid`."""
    found = code(tx, ticket=ticket)
    page = consent.page(tx, by=by, official=found.official)
    store_codes.count_scan(tx, ticket)
    known = consent.follower_of(tx, official=found.official, account=by)
    if known is None or not known.follows:
        return Scanned(page, ticket, False)
    log.widen(tx, known.openid, brief=True)
    log.happen(tx, official=found.official, kind="scan", openid=known.openid, scene=found.scene, ticket=ticket)
    return Scanned(page, ticket, True)


def scene_of(reader: Reader, *, official: AccountId, ticket: str) -> str | None:
    """Return the scene of an account's code, None for a ticket of another or of none: what a follower says of it is not believed."""
    found = store_codes.code(reader, ticket) if ticket else None
    if found is None or found.official != official or (found.expires_at is not None and found.expires_at <= reader.now):
        return None
    return found.scene


def shorten(tx: Tx, *, official: AccountId, data: str, expires_s: int) -> ShortKey:
    """Keep up to four kB under a short name for at most thirty days. Raises `ShortKeyNotPossible`."""
    if not 0 < len(data.encode(errors="replace")) <= SHORT_BYTES or "\x00" in data or not LEAST_MS <= expires_s * SECOND <= LONGEST_MS:
        raise ShortKeyNotPossible(limit=SHORT_BYTES)
    store_codes.drop_short(tx, official, tx.now)
    made = ShortKey(secrets.token_urlsafe(12)[:15], data, tx.now + expires_s * SECOND, tx.now)
    store_codes.insert_short(tx, official, made)
    return made


def lengthen(reader: Reader, *, official: AccountId, name: str) -> ShortKey:
    """Return what is kept under a short name. Raises `NoSuchShortKey`."""
    found = store_codes.short(reader, official, name)
    if found is None or found.expires_at <= reader.now:
        raise NoSuchShortKey
    return found
