"""Access tokens: plain ones, of which a new one ends the former after five minutes, and stable ones, the same until shortly before
their end. Only digests are kept; a stable token is made again from the server's key each time it is asked for.
"""

import base64
import hashlib
import hmac
import ipaddress
import secrets

from warung import apps, official
from warung.kit.clock import DAY, SECOND
from warung.kit.db import Reader, Tx
from warung.kit.ids import digest
from warung.wechat import store, store_programs
from warung.wechat.call import Call, Holder
from warung.wechat.codes import Wrong
from warung.wechat.model import Settings
from warung.wechat.quotas import day_of, month_of

OLD_MS = DAY  # for so long an ended token is told that it has ended, not that it is unknown
LONGEST = 512


def issue(tx: Tx, call: Call) -> dict[str, object]:
    """Give a program a new token; its former ones last a few minutes more."""
    holder = credentials(tx, call, grant="client_credential")
    settings = tx.settings(Settings)
    store.delete_tokens(tx, tx.now - OLD_MS)
    store.delete_used(tx, day_of(tx.now - 40 * DAY))
    store.end_tokens(tx, holder.appid, "plain", tx.now + settings.overlap_ms)
    fresh = "1_" + secrets.token_urlsafe(96)
    store.insert_token(tx, digest(fresh), store.Token(holder.appid, "plain", tx.now + settings.token_s * SECOND))
    return {"access_token": fresh, "expires_in": settings.token_s}


def stable(tx: Tx, call: Call) -> dict[str, object]:
    """Give a program its stable token: the same until five minutes before its end, unless it forces a new one."""
    holder = credentials(tx, call, grant="client_credential")
    settings = tx.settings(Settings)
    held = store.present(tx, holder.appid, "stable")
    forced = call.flag("force_refresh")
    if forced and store.add_used(tx, holder.appid, "stable_token/force", day_of(tx.now), 1) > settings.forced_a_day:
        raise Wrong(45009)
    if held is None or forced or held.expires_at - settings.overlap_ms <= tx.now:
        store.end_tokens(tx, holder.appid, "stable", tx.now if forced else tx.now + settings.overlap_ms)
        held = store.Present((held.serial if held else 0) + 1, tx.now + settings.token_s * SECOND)
        store.set_present(tx, holder.appid, "stable", held)
        store.insert_token(tx, digest(made(tx, holder.appid, "stable", held.serial)), store.Token(holder.appid, "stable", held.expires_at))
    token = made(tx, holder.appid, "stable", held.serial)
    return {"access_token": token, "expires_in": max(1, (held.expires_at - tx.now) // SECOND)}


def made(tx: Tx, appid: str, kind: str, serial: int) -> str:
    """Return what the server's key makes of a name: 116 characters that nobody else can make."""
    return made_with(secret_key(tx), appid, kind, serial)


def secret_key(tx: Tx) -> bytes:
    """Return the server's key, made at the first call."""
    found = store.key(tx)
    if found is None:
        store.insert_key(tx, secrets.token_bytes(32))
        found = store.key(tx)
    assert found is not None
    return found


def made_with(key: bytes, appid: str, kind: str, serial: int) -> str:
    """The same with the key at hand."""
    parts = [hmac.new(key, f"{kind}/{part}/{appid}/{serial}".encode(), hashlib.sha512).digest() for part in range(2)]
    return "2_" + base64.urlsafe_b64encode(b"".join(parts)[:84]).decode()


def credentials(reader: Reader, call: Call, *, grant: str, secret: str = "secret") -> Holder:
    """Return whose appid and secret a call carries. Raises `Wrong` for each way in which they can be wrong."""
    if grant and call.text("grant_type", code=40002) != grant:
        raise Wrong(40002)
    appid = call.text("appid", code=40013, missing=41002, most=64)
    given = call.text(secret, code=40125, missing=41004, most=128)
    holder = held_by(reader, appid)
    if holder is None:
        raise Wrong(40013)
    right = (
        official.secret_is(reader, holder.official.id, given)
        if holder.official
        else holder.app is not None and apps.secret_is(reader, holder.app.id, given)
    )
    if not right:
        raise Wrong(40125)
    check_network(holder.addresses, call.address)
    return holder


def held_by(reader: Reader, appid: str) -> Holder | None:
    """Return the account or the app of an appid."""
    account = official.by_appid(reader, appid)
    if account is not None:
        program = store_programs.one(reader, account.id)
        return Holder(appid, official=account, addresses=program.addresses if program else "")
    app = apps.by_appid(reader, appid)
    return Holder(appid, app=app) if app else None


def check_network(listed: str, address: str) -> None:
    """Refuse an address that is in none of the networks listed, if any are."""
    if not listed:
        return
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        raise Wrong(40164) from None
    if not any(ip in ipaddress.ip_network(each) for each in listed.split()):
        raise Wrong(40164, f"invalid ip {address}, not in whitelist")


def holder(reader: Reader, token: str) -> tuple[Holder, int]:
    """Return whose token this is, and until when. Raises `Wrong`: 40014, 40001 or 42001."""
    if not token.isascii() or not 20 <= len(token) <= LONGEST:
        raise Wrong(40014)
    kept = store.token(reader, digest(token))
    if kept is None:
        raise Wrong(40001)
    if kept.expires_at <= reader.now:
        raise Wrong(42001)
    found = held_by(reader, kept.appid)
    if found is None:
        raise Wrong(40001)
    return found, kept.expires_at


def expire(tx: Tx, appid: str) -> None:
    """Let every token of a program end now: what a test wants to see its program survive."""
    store.expire_tokens(tx, appid)
    held = store.present(tx, appid, "stable")
    if held is not None:
        store.set_present(tx, appid, "stable", store.Present(held.serial, tx.now))


def clear(tx: Tx, appid: str) -> None:
    """Begin a program's counting of the day anew, ten times a month."""
    if store.add_used(tx, appid, "clear_quota", month_of(tx.now), 1) > tx.settings(Settings).clears_a_month:
        raise Wrong(48006)
    store.clear_used(tx, appid, day_of(tx.now))
