"""What a merchant's program hears: written down in the transaction of what happened, signed and encrypted anew for every try, and tried
again on WeChat's schedule until the program says that it has it.
"""

from typing import Any

import msgspec

from warung.kit.clock import HOUR, MINUTE, SECOND
from warung.kit.db import Reader, Tx
from warung.kit.domain import Services
from warung.kit.errors import Refusal
from warung.kit.ids import AccountId, new_id
from warung.kit.job import Job
from warung.kit.outside import Limits
from warung.wechatpay import keys, merchants, older, platform, signing, store_merchants, store_notices, times
from warung.wechatpay.model import Merchant, Notice, NoticeNotFound

# how long to wait after each try that was not taken
PAUSES = [15 * SECOND, 15 * SECOND, 30 * SECOND, 3 * MINUTE, 10 * MINUTE, 20 * MINUTE, 30 * MINUTE, 30 * MINUTE, 30 * MINUTE]
PAUSES += [HOUR, 3 * HOUR, 3 * HOUR, 3 * HOUR, 6 * HOUR, 6 * HOUR]
PATIENCE = Limits(seconds=5.0, bytes=4_096, redirects=0)


class Notify(Job, frozen=True, tag="wechatpay.notify"):
    """Tell a merchant's program something."""

    notice: str


class NoticeView(msgspec.Struct, frozen=True):
    """A notice as the merchant's owner sees it: where it goes, what came of it. `status` is that of the last answer, 0 for none."""

    id: str
    event: str
    url: str
    tries: int
    status: int
    state: str
    at: int
    next_at: int


def tell(tx: Tx, *, merchant: Merchant, url: str, event: str, original: str, summary: str, body: Any, version: int = 3) -> None:
    """Write a notice down and send it. Nothing happens where the merchant gave no address."""
    if not url:
        return
    id = new_id(tx.now)
    text = msgspec.json.encode(body).decode()
    store_notices.insert_notice(
        tx, Notice(id, merchant.mchid, version, url, event, original, summary, text, 0, 0, "waiting", tx.now, tx.now)
    )
    tx.enqueue(Notify(id), key=f"wechatpay.notify/{id}")


async def notify(services: Services, job: Notify) -> None:
    """Send one notice once, and note what came of it: the next try is a job of its own, at its time."""
    found = await services.db.read(lambda reader: _found(reader, job.notice))
    if found is None:
        return
    notice, merchant, created, now = found
    signs = await platform.platform(services.db, services.site)
    body, headers = _written(notice, merchant, created, signs, now)
    try:
        answer = await services.outside.fetch(notice.url, method="POST", headers=headers, body=body, limits=PATIENCE)
        status, taken = answer.status, _taken(notice, answer.status, answer.body)
    except Refusal:
        status, taken = 0, False
    await services.db.write(lambda tx: _noted(tx, notice, status, taken))


def _found(reader: Reader, id: str) -> tuple[Notice, Merchant, str, int] | None:
    notice = store_notices.notice(reader, id)
    merchant = store_merchants.merchant(reader, notice.mchid) if notice else None
    if notice is None or merchant is None or notice.state != "waiting":
        return None
    return notice, merchant, times.written(reader, notice.created_at), reader.now


def _written(notice: Notice, merchant: Merchant, created: str, signs: platform.Platform, now: int) -> tuple[bytes, dict[str, str]]:
    if notice.version == 2:
        return older.notice(notice, merchant), {"content-type": "text/xml"}
    about = notice.original
    nonce, sealed = keys.seal(merchant.key_v3, notice.body.encode(), about)
    whole = {
        "id": notice.id,
        "create_time": created,
        "resource_type": "encrypt-resource",
        "event_type": notice.event,
        "summary": notice.summary,
        "resource": {
            "original_type": notice.original,
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": sealed,
            "associated_data": about,
            "nonce": nonce,
        },
    }
    body = msgspec.json.encode(whole)
    return body, {"content-type": "application/json"} | signing.answered(signs.in_mode(merchant.mode), body, now)


def _taken(notice: Notice, status: int, body: bytes) -> bool:
    """Did the program say that it has it? Version 3 by the status, version 2 by a word in its answer."""
    return 200 <= status < 300 and (notice.version == 3 or older.says_success(body))


def _noted(tx: Tx, notice: Notice, status: int, taken: bool) -> None:
    last = notice.tries >= len(PAUSES)
    state = "taken" if taken else "given_up" if last else "waiting"
    next_at = tx.now if state != "waiting" else tx.now + PAUSES[notice.tries]
    store_notices.tried(tx, notice.id, status=status, state=state, next_at=next_at)
    if state == "waiting":
        tx.enqueue(Notify(notice.id), at=next_at, key=f"wechatpay.notify/{notice.id}/{notice.tries + 1}")


def sent(reader: Reader, *, by: AccountId, mchid: str) -> list[NoticeView]:
    """Return the last notices of one's own merchant, the newest first."""
    merchants.own(reader, by, mchid)
    found = store_notices.of_merchant(reader, mchid)
    return [NoticeView(each.id, each.event, each.url, each.tries, each.status, each.state, each.created_at, each.next_at) for each in found]


def send_again(tx: Tx, *, by: AccountId, mchid: str, id: str) -> None:
    """Send a notice again, from the first try on. Raises `NoticeNotFound`."""
    merchants.own(tx, by, mchid)
    found = store_notices.notice(tx, id)
    if found is None or found.mchid != mchid:
        raise NoticeNotFound
    store_notices.wait_again(tx, id)
    tx.enqueue(Notify(id), key=f"wechatpay.notify/{id}")
