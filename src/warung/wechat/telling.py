"""Tells an account's program what happened, in order for each follower, and takes its answers.

One errand at a time works through an account's log from its cursor. A program gets five seconds and three tries for each entry, the
retries with the same message. One that fails is left in peace, longer each time; what waits meanwhile is bounded, and what is beyond
that stays in the log only, where every program can still read it.
"""

import asyncio
import secrets
from collections.abc import Sequence
from functools import partial
from urllib.parse import urlencode, urlsplit

import msgspec
import structlog

from warung import official
from warung.kit import clock, xml
from warung.kit.clock import SECOND
from warung.kit.db import Reader, Tx
from warung.kit.domain import Services
from warung.kit.errors import Refusal
from warung.kit.ids import AccountId
from warung.kit.outside import AddressNotAllowed, Limits, NoAnswer
from warung.wechat import answering, saying, sealing, store_programs, tokens
from warung.wechat.codes import Wrong
from warung.wechat.model import Program, Settings, Tell

BATCH = 64
LEASE_S = 100
ANSWER_BYTES = 64 * 1024
FAILED_ENOUGH = 3  # after so many entries of a batch failed, the others get one try
log = structlog.get_logger()


class Turn(msgspec.Struct, frozen=True):
    """A stretch of an account's log that is to be told now."""

    program: Program
    account: official.Official
    entries: Sequence[official.Happening]
    key: bytes


class Outcome(msgspec.Struct):
    """How the telling of a batch went: for each call how many milliseconds it took, and whether it failed for good."""

    calls: list[tuple[int, bool]] = []

    @property
    def failed(self) -> int:
        """How many entries the program did not take."""
        return sum(failed for _, failed in self.calls)


def on_happened(tx: Tx, event: official.Happened) -> None:
    """Have an account's program told, where there is one."""
    program = store_programs.one(tx, event.official)
    if program is not None and program.verified_at is not None:
        enqueue(tx, event.official, at=program.rests_until if program.rests_until > tx.now else None)


def enqueue(tx: Tx, account: AccountId, at: int | None = None) -> None:
    """Have what is not told yet told at a time, or now."""
    tx.enqueue(Tell(account), at=at, key=f"wechat.tell/{account}")


async def tell(services: Services, job: Tell) -> None:
    """Work through what an account's program was not told yet."""
    outcome: Outcome | None = None
    last: Turn | None = None
    begun = clock.now()
    while True:
        late = clock.now() - begun > LEASE_S * SECOND // 3
        turn = await services.db.write(partial(_turn, official_id=job.official, last=last, outcome=outcome, enough=late))
        if turn is None:
            return
        last, outcome = turn, await _told(services, turn)


def _turn(tx: Tx, *, official_id: AccountId, last: Turn | None, outcome: Outcome | None, enough: bool) -> Turn | None:
    """Note how the last stretch went, and return the next one; None when there is nothing to do now."""
    settings = tx.settings(Settings)
    if last is not None and outcome is not None:
        _note(tx, last, outcome, settings)
    program = store_programs.one(tx, official_id)
    if program is None or program.verified_at is None:
        return None
    if last is None and not store_programs.set_busy(tx, official_id, tx.now + LEASE_S * SECOND):
        enqueue(tx, official_id, at=program.busy_until)
        return None
    account = _developer(tx, official_id)
    newest = official.last_event(tx, official=official_id)
    if account is None or program.cursor >= newest:
        store_programs.set_told(tx, official_id, busy_until=0, cursor=max(program.cursor, newest))
        return None
    if program.rests_until > tx.now or enough:
        store_programs.set_told(tx, official_id, busy_until=0)
        enqueue(tx, official_id, at=max(program.rests_until, tx.now))
        return None
    cursor = max(program.cursor, newest - settings.backlog)
    if cursor > program.cursor:
        store_programs.set_told(tx, official_id, cursor=cursor, dropped=program.dropped + cursor - program.cursor)
    entries = official.events(tx, official=official_id, after=cursor, limit=1 if program.failures else BATCH)
    store_programs.set_told(tx, official_id, busy_until=tx.now + LEASE_S * SECOND)
    return Turn(program, account, entries, tokens.secret_key(tx))


def _note(tx: Tx, last: Turn, outcome: Outcome, settings: Settings) -> None:
    program = last.program
    fields: dict[str, int] = {"cursor": last.entries[-1].seq if last.entries else official.last_event(tx, official=program.official)}
    if outcome.failed:
        failures = program.failures + 1
        fields |= {"failures": failures, "rests_until": tx.now + min(settings.rest_ms << min(failures - 1, 20), settings.longest_rest_ms)}
    elif outcome.calls:
        fields |= {"failures": 0, "rests_until": 0}
    store_programs.set_told(tx, program.official, **fields)
    for took, failed in outcome.calls:
        official.count_call(tx, official=program.official, ms=took, failed=failed)


def _developer(reader: Reader, id: AccountId) -> official.Official | None:
    """Return the account if it is open and a program answers for it."""
    try:
        found = official.official(reader, id)
    except official.OfficialNotFound:
        return None
    return found if found.mode == "developer" else None


async def _told(services: Services, turn: Turn) -> Outcome:
    """Tell a stretch: what concerns one follower in order, followers beside each other."""
    outcome, places = Outcome(), asyncio.Semaphore(services.settings(Settings).callback_at_once)
    queues: dict[str, list[official.Happening]] = {}
    for entry in turn.entries:
        queues.setdefault(entry.openid, []).append(entry)

    async def work(queue: list[official.Happening]) -> None:
        for entry in queue:
            async with places:
                await _one(services, turn, entry, outcome)

    async with asyncio.TaskGroup() as group:
        for queue in queues.values():
            group.create_task(work(queue))
    return outcome


async def _one(services: Services, turn: Turn, entry: official.Happening, outcome: Outcome) -> None:
    fields = saying.said(turn.account, entry, saying.Inbox(turn.account.appid, turn.key, services.site.url))
    if fields is None:
        return
    settings = services.settings(Settings)
    tries = settings.callback_tries if outcome.failed < FAILED_ENOUGH else 1
    begun = clock.now()
    answer = None
    for _ in range(tries):
        answer = await asked(services, turn.program, turn.account.appid, entry.openid, fields)
        if answer is not None:
            break
    outcome.calls.append((clock.now() - begun, answer is None))
    if answer is not None:
        await _take(services, turn, entry, answer)
    elif entry.kind.startswith("message."):
        await _away(services, turn, entry)


async def asked(services: Services, program: Program, appid: str, openid: str, fields: saying.Fields) -> bytes | None:
    """Send a program a message; return its answer, None when it gave none in time or not with 2xx."""
    address, body = request(program, appid, openid, fields, clock.now())
    limits = Limits(seconds=services.settings(Settings).callback_s, bytes=ANSWER_BYTES, redirects=0)
    try:
        answer = await services.outside.fetch(address, method="POST", headers={"content-type": "text/xml"}, body=body, limits=limits)
    except (NoAnswer, AddressNotAllowed):
        return None
    return answer.body if 200 <= answer.status < 300 and not answer.cut else None


def request(program: Program, appid: str, openid: str, fields: saying.Fields, now: int) -> tuple[str, bytes]:
    """Return the address and the body of a message to a program. The plain signature goes with every mode: programs look at it first."""
    timestamp, nonce = str(now // SECOND), secrets.token_hex(8)
    query = {"signature": sealing.signature(program.token, timestamp, nonce), "timestamp": timestamp, "nonce": nonce, "openid": openid}
    body = xml.write(fields)
    if program.mode != "plain":
        sealed = sealing.sealed(body, key=program.aes_key, appid=appid)
        query |= {"encrypt_type": "aes", "msg_signature": sealing.signature(program.token, timestamp, nonce, sealed)}
        plain = fields if program.mode == "both" else {"ToUserName": fields["ToUserName"]}
        body = xml.write({**plain, "Encrypt": sealed})
    return joined(program.url, query), body.encode()


def joined(url: str, query: dict[str, str]) -> str:
    """Return an address with more in its query."""
    parts = urlsplit(url)
    return parts._replace(query="&".join(filter(None, [parts.query, urlencode(query)])), fragment="").geturl()


def opened(program: Program, appid: str, answer: bytes, now: int) -> dict[str, object] | None:
    """Return what a program answers with; None for nothing. Raises refusals for what cannot be read."""
    text = answer.strip()
    if not text or text == b"success":
        return None
    found = xml.read(text)
    wrapped = found.get("Encrypt")
    if not isinstance(wrapped, str):
        if program.mode == "safe":
            raise sealing.NotSealedForUs
        return found
    parts = [str(found.get(name, "")) for name in ("TimeStamp", "Nonce")]
    if not sealing.same(str(found.get("MsgSignature", "")), sealing.signature(program.token, *parts, wrapped)):
        raise sealing.NotSealedForUs
    keys = [program.aes_key, *([program.former_key] if program.former_key and program.former_until > now else [])]
    return xml.read(sealing.opened(wrapped, keys=keys, appid=appid))


async def _take(services: Services, turn: Turn, entry: official.Happening, answer: bytes) -> None:
    """Give a follower what a program answered; what cannot be read is told the follower in one sentence."""
    try:
        reply = opened(turn.program, turn.account.appid, answer, clock.now())
        if reply is not None:
            await services.db.write(partial(answering.answer, account=turn.account, entry=entry, reply=reply))
    except (Refusal, Wrong) as refusal:
        log.info("callback", problem=str(refusal), account=turn.account.id)
        if entry.kind.startswith("message.") and not isinstance(refusal, official.NotFollowing | official.FollowerBlocked):
            await _away(services, turn, entry)


async def _away(services: Services, turn: Turn, entry: official.Happening) -> None:
    try:
        await services.db.write(partial(answering.away, account=turn.account, entry=entry))
    except Refusal as refusal:  # they left meanwhile
        log.info("callback", problem=str(refusal), account=turn.account.id)
