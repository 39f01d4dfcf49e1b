"""Webhooks: a program is told what happens in order, from where it was left, signed as the Standard Webhooks specification says.

A hook is a place in the account's log and nothing else: nothing is queued for a program that is slow or away. One at a time tells a
hook, and goes on until there is nothing more; when the program does not take a message, the same one is tried again later and later.
"""

import asyncio

import msgspec

from warung.kit import webhook
from warung.kit.clock import HOUR, SECOND
from warung.kit.db import Reader, Tx
from warung.kit.domain import Services
from warung.kit.errors import Refusal
from warung.kit.ids import AccountId, new_id
from warung.kit.outside import named
from warung.official import registry, store, store_events, store_programs
from warung.official.model import Happened, Happening
from warung.official.programs_model import Hook, NoSuchHook, Tell, TooManyOfficialHooks

HOOKS_EACH = 5
SLICE = 20  # told in one go before the place is written down, and at most so many a second time after a crash
TURN = 10 * SECOND  # then others get their turn
HELD = 60 * SECOND
FIRST_PAUSE, LONGEST_PAUSE = 2 * SECOND, HOUR


class Told(msgspec.Struct, frozen=True):
    """From which number to which a program took what it was told, and whether it took the next."""

    start: int
    seq: int
    refused: bool = False


def on_happened(tx: Tx, event: Happened) -> None:
    """Something happened: those hooks are woken that do not rest after a failure. Whoever tells one now sees it by themselves."""
    for hook in store_programs.hooks(tx, event.official):
        if not hook.failures and hook.busy_until < tx.now:
            tx.enqueue(Tell(hook.id), key=_key(hook.id))


async def tell(services: Services, job: Tell) -> None:
    """Tell a program what it has not been told, for a while; then, or after a failure, another job goes on."""
    begun = await services.db.write(lambda tx: tx.now if store_programs.claim_hook(tx, job.hook, tx.now + HELD) else None)
    while begun is not None:
        found = await services.db.read(lambda reader: _next(reader, job.hook))
        if found is None:
            return
        told = await _deliver(services, *found)
        if not await services.db.write(lambda tx, told=told: _noted(tx, job.hook, told, begun)):  # type: ignore[misc]
            return


async def _deliver(services: Services, hook: Hook, waiting: list[Happening], now: int) -> Told:
    keys = [hook.secret, *([hook.former] if hook.former and hook.former_until > now else [])]
    told, clock = Told(hook.sent_seq, hook.sent_seq), asyncio.get_running_loop()
    begun = clock.time()
    for happening in waiting:
        body = numbered(happening)
        headers = webhook.signed(happening.id, body, now=now, secrets=keys)
        try:
            answer = await services.outside.fetch(hook.url, method="POST", headers=headers, body=body, limits=webhook.PATIENCE)
        except Refusal:
            return msgspec.structs.replace(told, refused=True)
        if not 200 <= answer.status < 300:
            return msgspec.structs.replace(told, refused=True)
        told = Told(hook.sent_seq, happening.seq)
        if clock.time() - begun > TURN / SECOND:
            break
    return told


def numbered(happening: Happening) -> bytes:
    """Return an event as programs get it: with its number, the place to go on from."""
    return b'{"seq":%d,' % happening.seq + bytes(happening.body)[1:]


def _noted(tx: Tx, id: str, told: Told, begun: int) -> bool:
    """Write down how far a program was told; True when whoever holds the hook goes on."""
    hook = store_programs.hook(tx, id)
    if hook is None:
        return False
    if told.seq > told.start:
        store_programs.told(tx, id, told.start, told.seq)
    if told.refused:
        store_programs.failed(tx, id)
        failures = 1 if told.seq > told.start else hook.failures + 1
        tx.enqueue(Tell(id), at=tx.now + min(FIRST_PAUSE << min(failures - 1, 20), LONGEST_PAUSE), key=_key(id))
        return False
    kept = store_programs.hook(tx, id)
    if kept is None or store_events.last(tx, kept.official) <= kept.sent_seq:
        store_programs.let_hook_go(tx, id)
        return False
    if tx.now - begun > TURN:
        store_programs.let_hook_go(tx, id)
        tx.enqueue(Tell(id), key=_key(id))
        return False
    store_programs.hold_hook(tx, id, tx.now + HELD)
    return True


def _next(reader: Reader, id: str) -> tuple[Hook, list[Happening], int] | None:
    hook = store_programs.hook(reader, id)
    kept = store.one(reader, hook.official) if hook is not None else None
    if hook is None or kept is None or kept.closed_at is not None:
        return None
    return hook, store_events.after(reader, hook.official, hook.sent_seq, SLICE), reader.now


def add_hook(tx: Tx, *, official: AccountId, url: str) -> Hook:
    """Tell a program what happens from now on. The secret is shown now. Raises `AddressNotAllowed`, `TooManyOfficialHooks`."""
    registry.still_open(tx, official)
    named(url)
    if len(store_programs.hooks(tx, official)) >= HOOKS_EACH:
        raise TooManyOfficialHooks(limit=HOOKS_EACH)
    last = store_events.last(tx, official)
    made = Hook(new_id(tx.now), official, url, webhook.new_secret(), None, 0, last, 0, None, tx.now)
    store_programs.insert_hook(tx, made)
    return made


def hooks(reader: Reader, *, official: AccountId) -> list[Hook]:
    """Return where the programs of an account are told what happens."""
    return store_programs.hooks(reader, official)


def remove_hook(tx: Tx, *, official: AccountId, id: str) -> None:
    """Tell a program no more. Raises `NoSuchHook`."""
    _own(tx, official, id)
    store_programs.delete_hook(tx, id)
    tx.cancel(_key(id))


def rotate_hook(tx: Tx, *, official: AccountId, id: str) -> Hook:
    """Change the secret; the former one signs too for a day. Raises `NoSuchHook`."""
    _own(tx, official, id)
    store_programs.rotate_hook(tx, id, webhook.new_secret(), tx.now + webhook.FORMER_MS)
    return _own(tx, official, id)


def replay(tx: Tx, *, official: AccountId, id: str, after: int) -> int:
    """Tell a program again what happened behind a number; return how many messages there are. Raises `NoSuchHook`."""
    kept = _own(tx, official, id)
    last = store_events.last(tx, official)
    start = max(0, min(after, last))
    store_programs.move_hook(tx, kept.id, start)
    tx.enqueue(Tell(kept.id), key=_key(kept.id))
    return last - start


def _own(reader: Reader, official: AccountId, id: str) -> Hook:
    kept = store_programs.hook(reader, id)
    if kept is None or kept.official != official:
        raise NoSuchHook
    return kept


def _key(hook: str) -> str:
    return f"official.tell/{hook}"
