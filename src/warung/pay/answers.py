"""Idempotency keys, as Stripe defines them: the first answer to a key is the answer for ever after, refusals that the work itself met too.

The answer commits in the transaction of the work, so there is no moment in which one exists without the other. What was refused before
the work began (a broken request, a limit on tries) is not kept. Keys are kept for two days; ledger ids below them for ever.
"""

from collections.abc import Callable, Mapping, Sequence
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
from warung.pay.store_merchants import Answer

T = TypeVar("T")
KEPT_MS = 2 * DAY
REPLAYED = {"idempotent-replayed": "true"}
FIRST: dict[str, Any] = {"priority": Priority.FIRST}  # what a route says that moves money, or that such a route waits for


class Said(msgspec.Struct, frozen=True):
    """A refusal as it is kept."""

    code: str
    details: dict[str, Any]


class Again(msgspec.Struct, frozen=True):
    """The first answer to a key, for whoever asks again."""

    status: int
    body: bytes

    def response(self) -> Response[Any]:
        """Return it as it was, and say so."""
        return Response(msgspec.Raw(self.body), status_code=self.status, headers=REPLAYED, media_type="application/json")


def named(route: str, request: Any) -> str:
    """Return the digest by which another request under the same key is known."""
    return digest(msgspec.json.encode([route, request]).decode())


def checked(key: str | None) -> str | None:
    """Return a key that can be one. Raises `BadKey`."""
    if key is not None and not (1 <= len(key) <= 255 and key.isascii() and key.isprintable()):
        raise BadKey
    return key


async def answered(
    db: Db, *, by: AccountId, key: str | None, route: str, request: Any, verb: Callable[[Tx], T], status: int = 200
) -> Response[Any]:
    """Run a verb that moves money; with a key, once. Raises `KeyReused` when the key was used for another request."""
    if checked(key) is None:
        return Response(await ledger.decided(db, verb), status_code=status)
    name = (by, key or "")
    asked = named(route, request)

    def once(tx: Tx) -> Any:
        kept = store_merchants.answers(tx, [name]).get(name)
        if kept is not None:
            return _again(kept, asked)
        done = verb(tx)
        _keep(tx, {name: Answer(asked, status, msgspec.json.encode(done))})
        return done

    try:
        done = await ledger.decided(db, once)
    except Refusal as refusal:
        first = _first(asked, refusal)
        if first is not None:
            await db.write(lambda tx: _keep(tx, {name: first}))
        raise
    if isinstance(done, Refusal):
        raise done
    return done.response() if isinstance(done, Again) else Response(done, status_code=status)


def once_all(tx: Tx, asked: Sequence[tuple[AccountId, str | None, str]], work: Callable[[Sequence[int]], Sequence[Any]]) -> list[Any]:
    """Do what a batch asks, (account, key, digest of the request) each: what has a key, once.

    `work` does those at some places of the batch and returns a result or a refusal for each. Return for each what came of it; or `Again`,
    or the refusal that was said the first time.
    """
    kept = store_merchants.answers(tx, [(by, key) for by, key, _ in asked if key is not None])
    first: dict[tuple[AccountId, str], int] = {}
    fresh = []
    for at, (by, key, _) in enumerate(asked):
        if key is None or ((by, key) not in kept and first.setdefault((by, key), at) == at):
            fresh.append(at)
    results = dict(zip(fresh, work(fresh), strict=True))
    told = {name: _first(asked[at][2], results[at]) for name, at in first.items()}
    new = {name: answer for name, answer in told.items() if answer is not None}
    _keep(tx, new)
    kept |= new
    for at, (by, key, request) in enumerate(asked):
        if at not in results:
            name = (by, key or "")
            results[at] = _again(kept[name], request) if name in kept else results[first[name]]
    return [results[at] for at in range(len(asked))]


def _first(request: str, result: Any) -> Answer | None:
    """Return what is kept of a result; None for a refusal that says nothing of the work."""
    if not isinstance(result, Refusal):
        return Answer(request, 200, msgspec.json.encode(result))
    if isinstance(result, TooMany | Unavailable | KeyReused):
        return None
    return Answer(request, result.status, msgspec.json.encode(Said(result.code(), result.details)))


def _again(kept: Answer, request: str) -> Again | Refusal:
    if kept.request != request:
        return KeyReused()
    if kept.status >= 400:
        return _refusal(msgspec.json.decode(kept.body, type=Said))
    return Again(kept.status, kept.body)


def _keep(tx: Tx, kept: Mapping[tuple[AccountId, str], Answer]) -> None:
    store_merchants.keep_answers(tx, kept, tx.now - KEPT_MS)


def _refusal(said: Said) -> Refusal:
    """Return the refusal that was said the first time."""
    refusal = _kinds().get(said.code, Unavailable)(**said.details)
    refusal.headers = REPLAYED
    return refusal


@cache
def _kinds() -> dict[str, type[Refusal]]:
    return {kind.code(): kind for kind in every_refusal()}
