"""Idempotency keys, as Stripe defines them: the first answer to a key is the answer for ever after, refusals that the work itself met too.

The answer commits in the transaction of the work, so there is no moment in which one exists without the other. What was refused before
the work began (a broken request, a limit on tries) is not kept. Keys are kept for two days; ledger ids below them for ever.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import msgspec
from litestar import Response

from warung.kit.clock import DAY
from warung.kit.db import Db, Tx
from warung.kit.domain import Priority
from warung.kit.errors import Refusal, TooMany, Unavailable, every_refusal
from warung.kit.ids import AccountId, digest
from warung.pay import ledger, store_merchants
from warung.pay.model import BadKey, KeyReused

T = TypeVar("T")
KEPT_MS = 2 * DAY
REPLAYED = {"idempotent-replayed": "true"}
FIRST: dict[str, Any] = {"priority": Priority.FIRST}  # what a route says that moves money, or that such a route waits for


class Said(msgspec.Struct, frozen=True):
    """A refusal as it is kept."""

    code: str
    details: dict[str, Any]


async def answered(
    db: Db, *, by: AccountId, key: str | None, route: str, request: Any, verb: Callable[[Tx], T], status: int = 200
) -> Response[Any]:
    """Run a verb that moves money; with a key, once. Raises `KeyReused` when the key was used for another request."""
    if key is None:
        return Response(await ledger.decided(db, verb), status_code=status)
    if not 1 <= len(key) <= 255 or not key.isascii() or not key.isprintable():
        raise BadKey
    name = digest(msgspec.json.encode([route, request]).decode())

    def once(tx: Tx) -> tuple[int, bytes, bool]:
        kept = store_merchants.answer(tx, by, key)
        if kept is not None:
            if kept[0] != name:
                raise KeyReused
            return kept[1], kept[2], True
        body = msgspec.json.encode(verb(tx))
        store_merchants.keep_answer(tx, by, key, name, status, body, tx.now - KEPT_MS)
        return status, body, False

    try:
        code, body, again = await ledger.decided(db, once)
    except (TooMany, Unavailable, KeyReused):
        raise
    except Refusal as refusal:
        said, kind = msgspec.json.encode(Said(refusal.code(), refusal.details)), refusal.status
        await db.write(lambda tx: store_merchants.keep_answer(tx, by, key, name, kind, said, tx.now - KEPT_MS))
        raise
    if code >= 400:
        raise _refusal(msgspec.json.decode(body, type=Said))
    return Response(msgspec.Raw(body), status_code=code, headers=REPLAYED if again else {}, media_type="application/json")


def _refusal(said: Said) -> Refusal:
    """Return the refusal that was said the first time."""
    refusal = _kinds().get(said.code, Unavailable)(**said.details)
    refusal.headers = REPLAYED
    return refusal


@cache
def _kinds() -> dict[str, type[Refusal]]:
    return {kind.code(): kind for kind in every_refusal()}
