"""The nouns of WeChat Pay here: merchants, orders, refunds, transfers, notices; settings; and what people are refused."""

from typing import Literal

import msgspec

from warung.kit.errors import BadRequest, Conflict, NotFound
from warung.kit.ids import AccountId

Mode = Literal["certificate", "public_key"]
TradeType = Literal["JSAPI", "NATIVE", "APP", "MWEB", "MICROPAY"]
TradeState = Literal["NOTPAY", "SUCCESS", "REFUND", "CLOSED", "REVOKED", "USERPAYING", "PAYERROR"]
TransferState = Literal["WAIT_USER_CONFIRM", "SUCCESS", "FAIL", "CANCELLED"]
PURSE = "零钱"  # where a refund arrives, as WeChat calls a wallet
CNY = "CNY"


class Settings(msgspec.Struct, frozen=True):
    """What an operator may set for the WeChat Pay face."""

    clock_skew_s: int = 300  # how far a request's timestamp may be from our clock
    day_offset_min: int = 480  # when the day of a bill begins, and the zone of every time that is written: minutes ahead of UTC
    notify_plain_http: bool = False  # may a notify_url begin with http://? For programs on the operator's own machines.


class Merchant(msgspec.Struct, frozen=True):
    """A shop of pay as WeChat Pay names it. `currency` is what the API's CNY means for it: one fen is one minor unit of it."""

    mchid: str
    shop: str
    owner: AccountId
    name: str
    key_v3: str
    key_v2: str
    currency: str
    mode: Mode  # how its notices are signed: by the platform's certificate or by the platform's public key
    is_test: int
    created_at: int
    closed_at: int | None


class Key(msgspec.Struct, frozen=True):
    """A public key by which a merchant's requests are checked."""

    mchid: str
    serial: str
    public: str
    certificate: str | None
    created_at: int
    revoked_at: int | None


class Order(msgspec.Struct, frozen=True):
    """Something to be paid. `token` is what a client shows to see it: a prepay_id, the end of a native code, or of an H5 address."""

    id: str
    mchid: str
    out_trade_no: str
    sp_mchid: str | None  # the provider that acts for the merchant
    combined: str | None  # the combined order that it is a part of
    place: int  # which part of it, from 0
    version: int  # 2 or 3: how its notice is written
    appid: str
    trade_type: TradeType
    description: str
    attach: str
    total: int
    currency: str
    payer: AccountId | None  # who is to pay it (JSAPI), then who paid it
    openid: str | None
    digest: str
    notify_url: str
    more: str  # JSON: what was said of it and is only told again (scene_info, detail, ...)
    token: str | None
    token_ends: int
    state: TradeState
    charge: str | None
    payment: str | None
    transaction_id: str | None
    refunded: int
    refunds: int
    created_at: int
    expires_at: int
    paid_at: int | None


class Combined(msgspec.Struct, frozen=True):
    """Several orders that are paid with one confirmation."""

    id: str
    mchid: str
    out_trade_no: str
    appid: str
    trade_type: TradeType
    payer: AccountId | None
    openid: str | None
    digest: str
    notify_url: str
    more: str
    token: str
    token_ends: int
    created_at: int


class RefundRow(msgspec.Struct, frozen=True):
    """What went back of an order."""

    id: str
    mchid: str
    out_refund_no: str
    order_id: str
    amount: int
    reason: str
    notify_url: str
    digest: str
    transfer: str
    created_at: int


class TransferRow(msgspec.Struct, frozen=True):
    """Money of a merchant on its way to a person: held in the ledger until they take it, or given at once."""

    id: str
    mchid: str
    out_bill_no: str
    batch: str | None
    appid: str
    openid: str
    payee: AccountId
    amount: int
    currency: str
    remark: str
    scene: str
    user_name: str
    notify_url: str
    package: str | None
    state: TransferState
    fail_reason: str
    transfer: str | None
    digest: str
    created_at: int
    changed_at: int


class Batch(msgspec.Struct, frozen=True):
    """Many transfers that are given at once, of the older kind."""

    id: str
    mchid: str
    out_batch_no: str
    appid: str
    name: str
    remark: str
    scene: str
    total: int
    number: int
    notify_url: str
    state: Literal["ACCEPTED", "FINISHED"]
    digest: str
    body: str  # JSON: the transfers, until they are done
    created_at: int
    changed_at: int


class RedPack(msgspec.Struct, frozen=True):
    """A red packet of a merchant: `packet` is that of pay, `send_listid` our number of it."""

    mchid: str
    mch_billno: str
    send_listid: str
    packet: str
    appid: str
    openid: str
    total: int
    number: int
    kind: Literal["NORMAL", "GROUP"]
    digest: str
    created_at: int


class Notice(msgspec.Struct, frozen=True):
    """Something a merchant's program is to hear; tried again until it says that it has."""

    id: str
    mchid: str
    version: int
    url: str
    event: str
    original: str
    summary: str
    body: str
    tries: int
    status: int  # of the last answer; 0 where there was none
    state: Literal["waiting", "taken", "given_up"]
    created_at: int
    next_at: int


class Parcel(msgspec.Struct, frozen=True, omit_defaults=True):
    """One parcel of an order: who brings it under which number, what is in it, and how sender and receiver are reached, as it was told."""

    goods: str
    at: int
    company: str = ""
    number: str = ""
    sender: str = ""
    receiver: str = ""


class Shipping(msgspec.Struct, frozen=True):
    """The sending of an order. `logistics`: 1 by a carrier, 2 in town, 3 nothing that is carried, 4 fetched by the payer."""

    order_id: str
    logistics: int
    split: bool
    parcels: tuple[Parcel, ...]
    done: bool
    corrected: bool
    shipped_at: int
    reminded_at: int | None
    received_at: int | None


class MerchantIdNotFound(NotFound):
    """You have no WeChat Pay merchant of this number."""


class MerchantIdTaken(Conflict):
    """This shop has a WeChat Pay merchant number already: {mchid}."""


class AppNotYours(BadRequest):
    """This appid is not of an account or app of yours."""


class SecretNotPossible(BadRequest):
    """A key is 32 letters and digits."""


class TooManyKeys(Conflict):
    """A merchant can have at most {limit} keys that are in use. Revoke one first."""


class OrderNotHere(NotFound):
    """There is no such order, or it is for somebody else."""


class OrderNotPayable(Conflict):
    """This order cannot be paid any more ({state})."""


class OrderNotPaid(Conflict):
    """This order is not paid, so nothing of it can be given back."""


class BillNotThere(NotFound):
    """There is no bill of this day: it is made when the day is over."""


class ShippingNotPossible(Conflict):
    """This order is not one that is sent now."""


class ShippingOver(Conflict):
    """Everything has been said of the sending of this order."""


class PageSignatureWrong(BadRequest):
    """This page's order was not signed by its shop. Nothing was paid."""


class TransferNotForYou(NotFound):
    """There is no such money waiting for you."""


class TransferOver(Conflict):
    """This money is not waiting any more ({state})."""


class NoticeNotFound(NotFound):
    """There is no such notice of this merchant."""
