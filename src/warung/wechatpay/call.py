"""A request of version 3 on its way through its verb."""

from collections.abc import Mapping

import msgspec

from warung.wechatpay.faults import Fault, forbidden, wrong
from warung.wechatpay.model import Merchant
from warung.wechatpay.platform import Platform


class Call(msgspec.Struct, frozen=True):
    """Who asks (the signature said so), under which address, and with what this place answers."""

    merchant: Merchant
    query: Mapping[str, str]
    base: str  # scheme and host as the caller knows us
    site: str  # where people reach us
    serial: str  # what the caller named in Wechatpay-Serial
    platform: Platform
    public: str  # the caller's key, and its serial number
    public_serial: str

    def one(self, name: str, value: str | None) -> None:
        """Make sure that a number in the request is the caller's own. Raises PARAM_ERROR where it is missing, NO_AUTH for another's."""
        if value is None:
            raise wrong(f"{name} is missing", f"/{name}")
        if value != self.merchant.mchid:
            raise forbidden(f"{name} is not the merchant that signed this request")

    def asked(self, name: str) -> str:
        """Return a query parameter. Raises PARAM_ERROR where it is missing."""
        found = self.query.get(name, "")
        if not found:
            raise Fault(400, "PARAM_ERROR", f"{name} is missing", {"location": "query", "field": name, "issue": "missing"})
        return found
