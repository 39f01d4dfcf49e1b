"""What a shop's program hears: written down in the transaction of the payment, numbered without gaps, sent as the Standard Webhooks
specification says, tried again by jobs, and to be read again from any number.
"""

from typing import Any

import msgspec

from warung.kit import webhook
from warung.kit.db import Reader, Tx
from warung.kit.domain import Services
from warung.kit.errors import Conflict, Unavailable
from warung.kit.ids import AccountId, new_id
from warung.kit.job import Job
from warung.kit.outside import named
from warung.pay import store_merchants
from warung.pay.model import HookNotFound, MerchantNotFound
from warung.pay.store_merchants import Happening, Hook

PAGE = 100
HOOKS_EACH = 5


class Deliver(Job, frozen=True, tag="pay.deliver"):
    """Tell a shop's program what happened."""

    hook: str
    merchant: str
    seq: int


class NotTaken(Unavailable):
    """The shop's program did not take the message."""


class TooManyHooks(Conflict):
    """A shop can have at most {limit} addresses for its programs."""


def tell(tx: Tx, *, merchant: str, kind: str, data: Any) -> None:
    """Write down what happened in a shop and send it to its programs. Nothing is kept for a shop without any."""
    listening = store_merchants.hooks(tx, [merchant])
    if not listening:
        return
    id = new_id(tx.now)
    body = msgspec.json.encode({"type": kind, "timestamp": tx.now, "data": data})
    seq = store_merchants.add_happening(tx, merchant, id, body)
    for hook in listening:
        tx.enqueue(Deliver(hook.id, merchant, seq))


async def deliver(services: Services, job: Deliver) -> None:
    """Send one happening to one address. Anything but an answer of 2xx is tried again later."""
    found = await services.db.read(lambda reader: _pair(reader, job))
    if found is None:
        return
    hook, happening, now = found
    keys = [hook.secret, *([hook.former] if hook.former and hook.former_until > now else [])]
    body = bytes(happening.body)
    headers = webhook.signed(happening.id, body, now=now, secrets=keys)
    answer = await services.outside.fetch(hook.url, method="POST", headers=headers, body=body, limits=webhook.PATIENCE)
    if not 200 <= answer.status < 300:
        raise NotTaken


def add(tx: Tx, *, by: AccountId, merchant: str, url: str) -> Hook:
    """Let a program hear what happens in one's own shop. The secret is shown now. Raises `AddressNotAllowed`, `MerchantNotFound`."""
    _own(tx, by, merchant)
    named(url)
    if len(store_merchants.hooks(tx, [merchant])) >= HOOKS_EACH:
        raise TooManyHooks(limit=HOOKS_EACH)
    made = Hook(new_id(tx.now), merchant, url, webhook.new_secret(), None, 0, tx.now)
    store_merchants.insert_hook(tx, made)
    return made


def hooks(reader: Reader, *, by: AccountId, merchant: str) -> list[Hook]:
    """Return the addresses of one's own shop's programs."""
    _own(reader, by, merchant)
    return store_merchants.hooks(reader, [merchant])


def remove(tx: Tx, *, by: AccountId, id: str) -> None:
    """Tell a program no more."""
    _own_hook(tx, by, id)
    store_merchants.delete_hook(tx, id)


def rotate(tx: Tx, *, by: AccountId, id: str) -> Hook:
    """Change the secret; the former one signs too for a day."""
    kept = _own_hook(tx, by, id)
    store_merchants.rotate_hook(tx, id, webhook.new_secret(), tx.now + webhook.FORMER_MS)
    found = store_merchants.hook(tx, kept.id)
    assert found is not None
    return found


def after(reader: Reader, *, by: AccountId, merchant: str, seq: int) -> list[Happening]:
    """Return what happened in one's own shop behind a number, in order: for a program that was away."""
    _own(reader, by, merchant)
    return store_merchants.happenings(reader, merchant, max(0, seq), PAGE)


def replay(tx: Tx, *, by: AccountId, id: str, seq: int) -> int:
    """Send a program again what happened behind a number; return how many messages are on their way."""
    kept = _own_hook(tx, by, id)
    found = store_merchants.happenings(tx, kept.merchant, max(0, seq), PAGE)
    for happening in found:
        tx.enqueue(Deliver(kept.id, kept.merchant, happening.seq), key=f"pay.replay/{kept.id}/{happening.seq}")
    return len(found)


def _pair(reader: Reader, job: Deliver) -> tuple[Hook, Happening, int] | None:
    hook = store_merchants.hook(reader, job.hook)
    found = store_merchants.happenings(reader, job.merchant, job.seq - 1, 1)
    return (hook, found[0], reader.now) if hook and found else None


def _own(reader: Reader, by: AccountId, merchant: str) -> None:
    found = store_merchants.merchants(reader, [merchant]).get(merchant)
    if found is None or found.owner != by:
        raise MerchantNotFound


def _own_hook(reader: Reader, by: AccountId, id: str) -> Hook:
    kept = store_merchants.hook(reader, id)
    if kept is None or store_merchants.merchants(reader, [kept.merchant])[kept.merchant].owner != by:
        raise HookNotFound
    return kept
