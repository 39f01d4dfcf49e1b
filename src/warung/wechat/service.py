"""What the staff of an account set for its program: where it is called, from where it may call, and which sites are the account's."""

import ipaddress
import re
import secrets
from functools import partial

from warung import official
from warung.kit import clock
from warung.kit.clock import DAY, SECOND
from warung.kit.db import Reader, Tx
from warung.kit.domain import Services
from warung.kit.ids import AccountId
from warung.kit.outside import AddressNotAllowed, Limits, NoAnswer, named
from warung.wechat import sealing, store_programs, telling
from warung.wechat.model import (
    Callback,
    CallbackNotPossible,
    CallbackNotVerified,
    CallbackOutOfBounds,
    CallbackSilent,
    DomainNotPossible,
    NoCallback,
    Program,
    ProgramAddressNotPossible,
    ProgramDomains,
    ProgramFace,
)
from warung.wechat.sealing import NotSealedForUs

TOKEN = re.compile(r"[A-Za-z0-9]{3,32}\Z")
DOMAIN = re.compile(r"(?=.{1,253}(?::\d+)?\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*(:\d{1,5})?\Z")
LISTED = 20
ASKED_S = 5.0  # how long a program has to show that it knows the token
FORMER_MS = DAY


async def set_callback(services: Services, *, by: AccountId | None, account: AccountId, wanted: Callback) -> ProgramFace:
    """Have a program called at an address from now on, when it answers there as it should.

    Without `by` the account's own program asks. Raises `CallbackNotPossible`, `CallbackNotVerified`.
    """
    if by is not None:
        await services.db.read(partial(_editor, by=by, account=account))
    try:
        named(wanted.url)
        key = wanted.aes_key or sealing.new_key()
        sealing.key_of(key)
    except (AddressNotAllowed, NotSealedForUs):
        raise CallbackNotPossible from None
    if not TOKEN.match(wanted.token) or "\x00" in wanted.url or len(wanted.url) > 1_024:
        raise CallbackNotPossible
    await check(services, wanted)

    def keep(tx: Tx) -> ProgramFace:
        before = store_programs.one(tx, account) or _new(tx, account)
        kept = Program(
            **{name: getattr(before, name) for name in Program.__struct_fields__ if name not in _SET},
            url=wanted.url,
            token=wanted.token,
            aes_key=key,
            former_key=before.aes_key if before.aes_key != key else before.former_key,
            former_until=tx.now + FORMER_MS if before.aes_key not in ("", key) else before.former_until,
            mode=wanted.mode,
            verified_at=tx.now,
            failures=0,
            rests_until=0,
        )
        store_programs.put(tx, kept)
        official.set_mode(tx, official=account, mode="developer")
        telling.enqueue(tx, account)
        return face(tx, kept)

    return await services.db.write(keep)


_SET = frozenset({"url", "token", "aes_key", "former_key", "former_until", "mode", "verified_at", "failures", "rests_until"})


async def check(services: Services, wanted: Callback) -> None:
    """Ask an address to repeat a word, as a program does that knows the token. Raises a `CallbackNotVerified`."""
    timestamp, nonce, word = str(clock.now() // SECOND), secrets.token_hex(8), str(secrets.randbelow(10**18))
    query = {"signature": sealing.signature(wanted.token, timestamp, nonce), "timestamp": timestamp, "nonce": nonce, "echostr": word}
    try:
        answer = await services.outside.fetch(telling.joined(wanted.url, query), limits=Limits(seconds=ASKED_S, bytes=1_024, redirects=0))
    except AddressNotAllowed:
        raise CallbackOutOfBounds from None
    except NoAnswer:
        raise CallbackSilent(seconds=round(ASKED_S)) from None
    if answer.status != 200 or answer.body.strip() != word.encode():
        raise CallbackNotVerified(status=answer.status)


def program(reader: Reader, *, by: AccountId, account: AccountId) -> ProgramFace:
    """Return what is set for an account's program."""
    _editor(reader, by=by, account=account)
    return face(reader, store_programs.one(reader, account) or _new(reader, account))


def remove_callback(tx: Tx, *, by: AccountId, account: AccountId) -> None:
    """Call no program any more; the staff's own answers count again."""
    _editor(tx, by=by, account=account)
    kept = store_programs.one(tx, account)
    if kept is None:
        raise NoCallback
    store_programs.set_told(tx, account, url="", verified_at=None)
    official.set_mode(tx, official=account, mode="editor")


def set_domains(tx: Tx, *, by: AccountId, account: AccountId, wanted: ProgramDomains) -> ProgramFace:
    """Say which sites are the account's and from where its program may call."""
    _editor(tx, by=by, account=account)
    return put_domains(tx, account=account, wanted=wanted)


def put_domains(tx: Tx, *, account: AccountId, wanted: ProgramDomains) -> ProgramFace:
    """The same for whoever was asked already. Raises `DomainNotPossible`, `ProgramAddressNotPossible`."""
    for domain in (*wanted.oauth, *wanted.js):
        if not DOMAIN.match(domain) or len(wanted.oauth) > LISTED or len(wanted.js) > LISTED:
            raise DomainNotPossible
    try:
        networks = [str(ipaddress.ip_network(each, strict=False)) for each in wanted.addresses[: LISTED + 1]]
    except ValueError:
        raise ProgramAddressNotPossible from None
    if len(networks) > LISTED:
        raise ProgramAddressNotPossible
    before = store_programs.one(tx, account)
    if before is None:
        store_programs.put(tx, _new(tx, account))
    listed = {"oauth_domains": " ".join(wanted.oauth), "js_domains": " ".join(wanted.js), "addresses": " ".join(networks)}
    store_programs.set_told(tx, account, **listed)
    kept = store_programs.one(tx, account)
    assert kept is not None
    return face(tx, kept)


def face(reader: Reader, kept: Program) -> ProgramFace:
    """Return what the staff see of a program."""
    newest = official.last_event(reader, official=kept.official)
    return ProgramFace(
        kept.url if kept.verified_at else "",
        kept.token,
        kept.aes_key,
        kept.mode,
        kept.verified_at,
        max(0, newest - kept.cursor) if kept.verified_at else 0,
        kept.failures,
        kept.dropped,
        kept.oauth_domains.split(),
        kept.js_domains.split(),
        kept.addresses.split(),
    )


def _new(reader: Reader, account: AccountId) -> Program:
    """Return the row of a program that is told what happens from now on."""
    newest = official.last_event(reader, official=account)
    return Program(account, "", "", "", "", 0, "plain", None, newest, 0, 0, 0, 0, "", "", "")


def _editor(reader: Reader, *, by: AccountId, account: AccountId) -> None:
    """Refuse whoever may not set this up: the desk answers followers, it does not program."""
    role = next((each.role for each in official.staff(reader, by=by, official=account) if each.account == by), None)
    if role not in ("owner", "editor"):
        raise official.RoleNeeded
