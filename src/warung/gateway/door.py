"""The door of the socket: who may come in, from where. The same for both WebSocket implementations."""

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

import msgspec
import structlog

from warung.gateway.commands import Commands
from warung.gateway.frame import INTERNAL, RESTARTING, SESSION_ENDED, Hello, framed
from warung.gateway.hub import Hub, Peer, Wire
from warung.kit import clock
from warung.kit.bus import Bus
from warung.kit.db import Db
from warung.kit.errors import Refusal, Unauthenticated
from warung.kit.ids import Identity
from warung.kit.site import Site

COOKIE = "warung"
log = structlog.get_logger()
Recognise = Callable[[Db, str], Awaitable[Identity]]


class Refused(Exception):
    """An upgrade that is answered with an HTTP status."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


def token_in(headers: Mapping[str, str]) -> tuple[str, bool]:
    """Return the session's token in a request's headers, and whether a browser sent it by itself (a cookie)."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip(), False
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        cookie = None
    return (cookie.value, True) if cookie else ("", False)


def ours(origin: str, host: str, site: Site) -> bool:
    """Is this Origin a page that this server itself serves: at its own address, or where it was reached by a bare IP address?

    A name that is not ours is refused even where Host repeats it: a foreign name can be made to point at this machine.
    """
    if origin == site.url:
        return True
    name = urlsplit(origin).hostname or ""
    return bool(host) and origin.split("://", 1)[-1] == host and (name == "localhost" or _is_address(name))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class Door:
    """Lets sessions in and greets them."""

    def __init__(
        self, *, db: Db, bus: Bus, hub: Hub, commands: Commands, site: Site, recognise: Recognise, heartbeat_s: int, frame_bytes: int
    ) -> None:
        self.hub = hub
        self.commands = commands
        self.frame_bytes = frame_bytes
        self.time = asyncio.get_running_loop().time
        self._db = db
        self._bus = bus
        self._site = site
        self._recognise = recognise
        self._heartbeat_s = heartbeat_s

    def check(self, path: str, headers: Mapping[str, str]) -> None:
        """Raise `Refused` for a wrong path or a foreign page."""
        if path.split("?")[0] != "/ws":
            raise Refused(404, "not found")
        origin = headers.get("origin")
        _, by_cookie = token_in(headers)
        if (origin is None and by_cookie) or (origin is not None and not ours(origin, headers.get("host", ""), self._site)):
            raise Refused(403, "origin refused")

    async def enter(self, wire: Wire, headers: Mapping[str, str]) -> Peer | None:
        """Look the session up, greet it and add it to the hub; or close the connection."""
        token, _ = token_in(headers)
        try:
            identity = await self._recognise(self._db, token)
        except Refusal as refusal:
            ended = isinstance(refusal, Unauthenticated)
            wire.close(SESSION_ENDED if ended else RESTARTING, refusal.code())
            return None
        except Exception as failure:
            log.error("unexpected", exc_info=failure)
            wire.close(INTERNAL, "internal error")
            return None
        await self._bus.attend(identity.account)  # before hello: what the client does not read from the log from now on is pushed
        peer = Peer(self.hub, wire, identity, self.time())
        peer.answer(framed(msgspec.json.encode(Hello(identity.account, identity.session, clock.now(), self._heartbeat_s))))
        self.hub.join(peer)
        return peer
