"""One's own contact code: whoever scans it may send a request."""

import msgspec

from warung import accounts
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId
from warung.kit.site import Site


class Code(msgspec.Struct, frozen=True):
    """A link and its picture."""

    url: str
    svg: str


def my_code(reader: Reader, *, by: AccountId, site: Site) -> Code:
    """Return one's own contact code: whoever scans it may send a request."""
    return _code(site, accounts.contact_code(reader, by=by))


def reset_my_code(tx: Tx, *, by: AccountId, site: Site) -> Code:
    """Make a new contact code; the old one finds nobody any more."""
    return _code(site, accounts.reset_contact_code(tx, by=by))


def _code(site: Site, token: str) -> Code:
    url = f"{site.url}/c/{token}"
    return Code(url, accounts.qr(url))
