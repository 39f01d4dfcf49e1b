"""What programs are told that was not done: WeChat's own codes, in version 3 with a status, in version 2 as words in an answer of 200.

One table says which refusal of pay is which of them.
"""

import contextlib
from collections.abc import Mapping
from typing import Any

from warung import accounts, pay
from warung.kit.errors import NotFound, Refusal, TooLarge, TooMany, Unavailable


class Fault(Exception):
    """Something that a program asked for was not done. `status` is that of version 3."""

    def __init__(self, status: int, code: str, message: str, detail: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.detail = dict(detail or {})


def wrong(message: str, field: str = "", value: Any = None) -> Fault:
    """Return that a parameter cannot be so; `field` as a path into the request."""
    detail = {"location": "body", "field": field, "issue": message} | ({"value": value} if value is not None else {})
    return Fault(400, "PARAM_ERROR", message, detail if field else None)


def unsigned(message: str) -> Fault:
    """Return that a request's signature does not hold."""
    return Fault(401, "SIGN_ERROR", message)


def not_this(message: str) -> Fault:
    """Return that the request contradicts what is there."""
    return Fault(400, "INVALID_REQUEST", message)


def forbidden(message: str) -> Fault:
    """Return that this merchant may not."""
    return Fault(403, "NO_AUTH", message)


KNOWN: tuple[tuple[type[Refusal], int, str], ...] = (
    (pay.NotEnoughMoney, 403, "NOT_ENOUGH"),
    (pay.RefundTooLarge, 400, "INVALID_REQUEST"),
    (pay.MerchantNotFound, 403, "NO_AUTH"),
    (pay.PaymentNotFound, 404, "RESOURCE_NOT_EXISTS"),
    (pay.NotToYourself, 403, "RULE_LIMIT"),
    (pay.UnknownCurrency, 400, "PARAM_ERROR"),
    (pay.AmountNotPositive, 400, "PARAM_ERROR"),
    (pay.AmountTooLarge, 400, "PARAM_ERROR"),
    (pay.AmountTooFine, 400, "PARAM_ERROR"),
    (pay.ShareTooSmall, 400, "PARAM_ERROR"),
    (pay.ShareTooLarge, 400, "PARAM_ERROR"),
    (pay.TooManyShares, 400, "PARAM_ERROR"),
    (pay.CodeUnknown, 400, "AUTH_CODE_INVALID"),
    (pay.CodeExpired, 400, "AUTHCODEEXPIRE"),
    (pay.CodeUsed, 400, "AUTH_CODE_INVALID"),
    (pay.LedgerRefusal, 403, "TRADE_ERROR"),
    (accounts.AccountNotFound, 400, "USER_ACCOUNT_ABNORMAL"),
    (TooMany, 429, "FREQUENCY_LIMITED"),
    (TooLarge, 400, "PARAM_ERROR"),
    (NotFound, 404, "RESOURCE_NOT_EXISTS"),
    (Unavailable, 500, "SYSTEM_ERROR"),
    (Refusal, 400, "INVALID_REQUEST"),
)


def told(refusal: Refusal) -> Fault:
    """Return a refusal of ours as WeChat would say it."""
    sentence = refusal.sentence()
    with contextlib.suppress(KeyError, IndexError):
        sentence = sentence.format(**refusal.details)
    status, code = next((status, code) for kind, status, code in KNOWN if isinstance(refusal, kind))
    return Fault(status, code, sentence)


# how version 2 names the same; what is not here has the same name
OLDER = {
    "NOT_ENOUGH": "NOTENOUGH",
    "ORDER_CLOSED": "ORDERCLOSED",
    "ORDER_NOT_EXIST": "ORDERNOTEXIST",
    "RESOURCE_NOT_EXISTS": "REFUNDNOTEXIST",
    "SIGN_ERROR": "SIGNERROR",
    "FREQUENCY_LIMITED": "FREQ_LIMIT",
    "NO_STATEMENT_EXIST": "20002",
    "SYSTEM_ERROR": "SYSTEMERROR",
    "OPENID_MISMATCH": "OPENID_ERROR",
}
