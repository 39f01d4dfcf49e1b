"""How often something may be tried. Tries are counted in their own transaction, before anything is verified, so that no guess is free.

Whoever guesses from somewhere must not lock the owner out: the strict limit is for a handle *from one network*, the one for a
handle from everywhere is generous, and a network where the account is signed in already does not feel it at all.
"""

import ipaddress
from collections.abc import Sequence

import msgspec

from warung.accounts import store_credentials as store
from warung.kit.clock import HOUR, MINUTE, SECOND
from warung.kit.db import Tx
from warung.kit.errors import TooMany
from warung.kit.ids import digest


class Limit(msgspec.Struct, frozen=True):
    """At most so many tries in a window of so many milliseconds, which begins with the first."""

    name: str
    tries: int
    window: int


PASSWORD_HERE = Limit("password-here", 10, 15 * MINUTE)  # one handle from one network
PASSWORD_HANDLE = Limit("password-handle", 200, HOUR)  # one handle from everywhere
PASSWORD_NETWORK = Limit("password-network", 300, HOUR)  # every handle from one network
RECOVERY_HERE = Limit("recovery-here", 10, HOUR)
RECOVERY_HANDLE = Limit("recovery-handle", 200, HOUR)
RECOVERY_NETWORK = Limit("recovery-network", 100, HOUR)
PASSKEY_NETWORK = Limit("passkey-network", 300, HOUR)
DEVICE_LINK_NETWORK = Limit("device-link-network", 60, HOUR)  # asked for by a new device
DEVICE_CODE = Limit("device-code", 10, 10 * MINUTE)  # typed in by one account
DEVICE_CODE_NETWORK = Limit("device-code-network", 100, HOUR)
INVITE_NETWORK = Limit("invite-network", 300, HOUR)


def network(address: str) -> str:
    """Return whom an address stands for: an IPv4 address itself, the /64 of an IPv6 one, since a customer has all of it."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def is_loopback(address: str) -> bool:
    """Is this address the machine itself?"""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def count_tries(tx: Tx, tries: Sequence[tuple[Limit, str]]) -> None:
    """Count one try for each limit and subject. Raises `TooMany`; a try that was refused is not counted."""
    store.delete_old_attempts(tx)  # what is left is running
    for limit, subject in sorted(tries, key=lambda each: each[0].name):  # always in one order, so that two writers cannot block each other
        made, until = store.count_attempt(tx, _bucket(limit, subject), tx.now + limit.window)
        if made > limit.tries:
            raise TooMany(retry_after_s=-((tx.now - until) // SECOND))


def forget(tx: Tx, limit: Limit, subject: str) -> None:
    """Begin anew for a subject that succeeded."""
    store.forget_attempts(tx, _bucket(limit, subject))


def _bucket(limit: Limit, subject: str) -> str:
    return digest(f"{limit.name} {subject}")
