"""The door of the face: every address of the table at the root of the origin, answered as WeChat's programs expect.

An answer is always HTTP 200, an error `{"errcode", "errmsg"}`; bodies are read by what they are. Whatever goes wrong inside is
"system error", noted, and never a 500.
"""

from collections.abc import Mapping
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import msgspec
import structlog
from litestar import Request, Response, route
from litestar.exceptions import HTTPException

from warung.kit.db import Db, Reader
from warung.kit.domain import Services
from warung.kit.errors import Refusal
from warung.media import Pictures, Players
from warung.wechat import bodies, table, tokens
from warung.wechat.call import Answer, Bytes, Call, Endpoint, Holder, Tools
from warung.wechat.codes import TEXTS, Wrong, code_of
from warung.wechat.model import Settings
from warung.wechat.patience import Patience
from warung.wechat.quotas import Meter

# The first parts of the addresses that belong to this face; what the table does not know there is 48001, not a page of the client.
ROOTS = ("cgi-bin", "sns", "wxa", "wxaapi", "datacube", "customservice", "sandbox")
# Those of what is not here at all. Only what is behind them: `/scan` by itself is a page of the client.
ELSEWHERE = ("card", "merchant", "semantic", "shakearound", "device", "bizwifi", "scan", "marketing", "cv", "tcb", "xpay")
BODY_BYTES = 12 << 20
KEPT_TOKENS = 10_000
SHOWN = 1_024  # bytes of a body by which it is known again
TRUSTED_MS = 2_000  # a token that another node ended may work here for so long
T = TypeVar("T", bound=Reader)
log = structlog.get_logger()
GUARDS = {"content-security-policy": "default-src 'none'; sandbox", "cache-control": "no-store"}
JSON = "application/json; charset=utf-8"


class Face:
    """The table at work: one for a database."""

    def __init__(self, db: Db, endpoints: Mapping[str, Endpoint]) -> None:
        self.meter = Meter(db)
        self._patience = Patience()
        self._db = db
        self._endpoints = endpoints
        self._known: dict[str, tuple[Holder, int, int]] = {}  # by token: whose, its end, and until when that is believed without asking

    async def answer(self, call: Call) -> Answer:
        """Do what a call wants. Raises `Wrong` and refusals."""
        endpoint = self._endpoints.get(call.path)
        if endpoint is None:
            if "access_token" in call.query:
                await self._holder(call)
            raise Wrong(48001)
        if call.method not in endpoint.methods and not (call.method == "HEAD" and "GET" in endpoint.methods):
            raise Wrong(43002 if endpoint.methods == ("POST",) else 43001)
        if endpoint.who != "nobody":
            holder, until = await self._holder(call)
            if (endpoint.who == "official" and holder.official is None) or (endpoint.who == "app" and holder.app is None):
                raise Wrong(48001)
            call = msgspec.structs.replace(call, holder=holder, until=until)
        if endpoint.body and not call.body.raw.strip() and call.method == "POST":
            raise Wrong(44002)
        found = await (self._introduced(endpoint, call) if endpoint.who == "nobody" else self._within_quota(endpoint, call))
        if call.path in FORGETTING:
            self._known.clear()
        if call.path in CLEARING:
            self.meter.forget(call.holder.appid or str(call.given("appid"))[:64])
        return found

    async def _done(self, endpoint: Endpoint, call: Call) -> Answer:
        writes, reads, asks = endpoint.writes, endpoint.reads, endpoint.asks
        if writes is not None:
            return await self._db.write(lambda tx: writes(_in_time(tx, call), call))
        if reads is not None:
            return await self._db.read(lambda reader: reads(_in_time(reader, call), call))
        assert asks is not None
        return await asks(call)

    async def _introduced(self, endpoint: Endpoint, call: Call) -> Answer:
        """Do what is asked without a token, unless the very same was refused too often lately."""
        shown = f"{call.path} {sorted(call.query.items())} {call.body.raw[:SHOWN]!r}"
        now = call.tools.now()
        self._patience.check(shown, call.tools.services.settings(Settings).refusals_a_minute, now)
        try:
            return await self._within_quota(endpoint, call)
        except Wrong:
            self._patience.refused(shown, now)
            raise

    async def _within_quota(self, endpoint: Endpoint, call: Call) -> Answer:
        """Do it and count it. Who shows no token yet is counted when their secret was right: nobody else uses up their quota."""
        appid = call.holder.appid or str(call.given("appid") or "")[:64]
        if not endpoint.daily or not appid or not call.tools.services.settings(Settings).quotas:
            return await self._done(endpoint, call)
        now = call.tools.now()
        if call.holder.appid:
            await self.meter.count(appid, call.path, endpoint.daily, now)
            return await self._done(endpoint, call)
        if self.meter.is_used_up(appid, call.path, endpoint.daily, now):
            raise Wrong(45009)
        found = await self._done(endpoint, call)
        await self.meter.count(appid, call.path, endpoint.daily, now)
        return found

    async def _holder(self, call: Call) -> tuple[Holder, int]:
        token = call.query.get("access_token", "")
        if not token:
            raise Wrong(41001)
        now = call.tools.now()
        known = self._known.get(token)
        if known is None or known[2] <= now:
            self._patience.check(token, call.tools.services.settings(Settings).refusals_a_minute, now)
            try:
                holder, until = await self._db.read(lambda reader: tokens.holder(reader, token))
            except Wrong:
                self._patience.refused(token, now)
                raise
            if len(self._known) >= KEPT_TOKENS:
                self._known.clear()
            known = self._known[token] = (holder, until, now + TRUSTED_MS)
        tokens.check_network(known[0].addresses, call.address)
        return known[0], known[1]


def _in_time(tx: T, call: Call) -> T:
    """Return the transaction, if the token of the call has not ended at its time."""
    if call.until and call.until <= tx.now:
        raise Wrong(42001)
    return tx


FORGETTING = frozenset({"/cgi-bin/token", "/cgi-bin/stable_token", "/sandbox/token/expire"})
CLEARING = frozenset({"/cgi-bin/clear_quota", "/cgi-bin/clear_quota/v2"})
_FACES: WeakKeyDictionary[Db, Face] = WeakKeyDictionary()


def face_of(db: Db) -> Face:
    """Return the face of a database: one, as the database has one writer."""
    known = _FACES.get(db)
    if known is None:
        known = _FACES[db] = Face(db, table.ENDPOINTS)
    return known


@route(
    [address for root in ROOTS for address in (f"/{root}", f"/{root}/{{rest:path}}")],
    http_method=["GET", "POST"],
    include_in_schema=False,
    request_max_body_size=BODY_BYTES,
    name="wechat",
)
async def face(request: Request[Any, Any, Any], services: Services, pictures: Pictures, players: Players) -> Response[bytes]:
    """Answer one call."""
    path = request.scope["path"].rstrip("/") or "/"
    try:
        call = Call(
            tools=Tools(services, pictures, players, face_of(services.db).meter),
            host=request.headers.get("host", ""),
            address=request.client.host if request.client else "",
            path=path,
            method=request.method,
            query={name: values for name, values in request.query_params.items() if isinstance(values, str)},
            body=bodies.read(await request.body()),
        )
        found = await face_of(services.db).answer(call)
    except Exception as failure:
        return told(failure, path)
    if isinstance(found, Bytes):
        named = {"content-disposition": f'attachment; filename="{found.name}"'} if found.name else {}
        return Response(found.data, status_code=found.status, media_type=found.kind, headers=GUARDS | named | found.headers)
    return Response(msgspec.json.encode({"errcode": 0, "errmsg": "ok"} if found is None else found), media_type=JSON, status_code=200)


@route([f"/{root}/{{rest:path}}" for root in ELSEWHERE], http_method=["GET", "POST"], include_in_schema=False, status_code=200)
async def elsewhere() -> Response[bytes]:
    """Answer what is not here as an account without the right to it is answered."""
    return told(Wrong(48001), "")


def told(failure: Exception, path: str) -> Response[bytes]:
    """Return what a program is told of a failure."""
    if isinstance(failure, HTTPException):
        failure = Wrong(45001 if failure.status_code == 413 else 40038)
    if isinstance(failure, Refusal):
        code = code_of(failure)
        failure = Wrong(code, f"{TEXTS[code]}: {failure.code()}" if code in (40097, -1) else "")
    if not isinstance(failure, Wrong):
        log.error("unexpected", exc_info=failure, path=path if path in table.ENDPOINTS else "")
        failure = Wrong(-1)
    body = {"errcode": failure.code, "errmsg": failure.text, **failure.more}
    return Response(msgspec.json.encode(body), media_type=JSON, status_code=200)
