"""What every program asks first: tokens, the server's addresses, whether its callback is reached, how much of its quota is left."""

import asyncio
import socket
from urllib.parse import urlsplit

from warung.kit.db import Tx
from warung.kit.outside import AddressNotAllowed, Limits, NoAnswer
from warung.wechat import store_programs, tokens
from warung.wechat.call import Answer, Call, Endpoint
from warung.wechat.codes import Wrong

PING = Limits(seconds=5.0, bytes=1_024, redirects=0)


async def addresses(call: Call) -> Answer:
    """Return where callbacks come from: the server itself, by its name."""
    host = urlsplit(call.tools.services.site.url).hostname or "127.0.0.1"
    return {"ip_list": await _looked_up(host)}


async def check_callback(call: Call) -> Answer:
    """Look the callback's name up and ask it something."""
    action = call.text("action", code=40097)
    if action not in ("dns", "ping", "all") or call.text("check_operator", default="DEFAULT") not in (
        "DEFAULT",
        "UNICOM",
        "CHINANET",
        "CAP",
    ):
        raise Wrong(40097)
    program = await call.tools.services.db.read(lambda reader: store_programs.one(reader, call.account))
    if program is None or not program.url:
        raise Wrong(40201)
    found = await _looked_up(urlsplit(program.url).hostname or "")
    dns = [{"ip": ip, "real_operator": "DEFAULT"} for ip in found]
    answer: dict[str, object] = {"dns": dns} if action != "ping" else {}
    if action != "dns":
        loop = asyncio.get_running_loop()
        begun, lost = loop.time(), "0%"
        try:
            await call.tools.services.outside.fetch(program.url, method="HEAD", limits=PING)
        except (NoAnswer, AddressNotAllowed):
            lost = "100%"
        took = f"{(loop.time() - begun) * 1000:.3f}ms"
        answer["ping"] = [{"ip": ip, "from_operator": "DEFAULT", "package_loss": lost, "time": took} for ip in found[:1]]
    return answer


def clear(tx: Tx, call: Call) -> Answer:
    """Begin the counting of the day anew."""
    if call.text("appid", code=40013, missing=41002) != call.holder.appid:
        raise Wrong(40013)
    tokens.clear(tx, call.holder.appid)
    return None


def clear_by_secret(tx: Tx, call: Call) -> Answer:
    """The same with the secret in place of a token."""
    holder = tokens.credentials(tx, call, grant="", secret="appsecret")
    tokens.clear(tx, holder.appid)
    return None


async def _looked_up(host: str) -> list[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(each[4][0]) for each in found))


ENDPOINTS = [
    Endpoint("/cgi-bin/token", ("GET", "POST"), writes=tokens.issue, who="nobody", daily=2_000),
    Endpoint("/cgi-bin/stable_token", ("POST",), writes=tokens.stable, who="nobody", daily=10_000, body=True),
    Endpoint("/cgi-bin/getcallbackip", ("GET",), asks=addresses, who="both"),
    Endpoint("/cgi-bin/get_api_domain_ip", ("GET",), asks=addresses, who="both"),
    Endpoint("/cgi-bin/callback/check", ("POST",), asks=check_callback, body=True),
    Endpoint("/cgi-bin/clear_quota", ("POST",), writes=clear, who="both", body=True),
    Endpoint("/cgi-bin/clear_quota/v2", ("POST",), writes=clear_by_secret, who="nobody"),
]
