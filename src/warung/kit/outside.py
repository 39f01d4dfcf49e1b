"""The port to the rest of the internet: how the server asks an address that a person named, without being turned against its own network.

Link previews, webhooks and every other request to an address from outside go through here and nowhere else. A name is looked up
once and only what it says then is spoken to; an address that is not for the whole internet is refused, also after a redirect.
"""

import ipaddress
from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable
from urllib.parse import urlsplit

import msgspec

from warung.kit.errors import BadRequest, Unavailable

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
PORTS = {"http": 80, "https": 443}
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressNotAllowed(BadRequest):
    """The server does not go to this address."""


class NoAnswer(Unavailable):
    """There was no usable answer from this address."""


class Limits(msgspec.Struct, frozen=True):
    """How much patience an answer deserves: seconds for everything together, bytes of the body, redirects."""

    seconds: float = 5.0
    bytes: int = 1 << 20
    redirects: int = 3


class Answer(msgspec.Struct, frozen=True):
    """What came back. `url` is where it came from in the end; names of headers are lower case; `cut` says that the body was longer."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: bool = False


@runtime_checkable
class Outside(Protocol):
    """A guarded way out."""

    async def fetch(
        self, url: str, *, method: str = "GET", headers: Mapping[str, str] = ..., body: bytes = ..., limits: Limits = ...
    ) -> Answer:
        """Ask an address. Only GET and HEAD follow redirects.

        Raises `AddressNotAllowed` for what is not a public http(s) address, and `NoAnswer` for everything that goes wrong on the way.
        """
        ...

    async def check(self, url: str) -> None:
        """Raise `AddressNotAllowed` for an address that would not be asked as things are now; one that nobody finds may come to be."""
        ...


def named(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port of an address that may be asked at all. Raises `AddressNotAllowed`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressNotAllowed from None
    host = parts.hostname or ""
    strange = parts.username is not None or parts.password is not None or any(letter <= " " or letter == "\x7f" for letter in url)
    if parts.scheme not in PORTS or not host or strange or len(url) > 2048:
        raise AddressNotAllowed
    return parts.scheme, host, PORTS[parts.scheme] if port is None else port


def is_public(address: str, exempt: Sequence[Network] = ()) -> bool:
    """Say whether an IP address is one of the internet's, or lies in a network that the operator exempts."""
    try:
        ip = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        within = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if within is None and ip in NAT64:
            within = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        ip = within or ip
    if any(ip in network for network in exempt):
        return True
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback or ip.is_link_local)
