"""What programs send in version 3. Fields that we only repeat are kept as they came; fields that we do not know are left out."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

Number = Annotated[str, Meta(pattern=r"^[0-9A-Za-z_\-|*]{6,32}$")]
RefundNumber = Annotated[str, Meta(pattern=r"^[0-9A-Za-z_\-|*@]{1,64}$")]
Plain = Annotated[str, Meta(pattern=r"^[0-9A-Za-z]{1,32}$")]
Fen = Annotated[int, Meta(ge=1, le=10**12)]
Name = Annotated[str, Meta(min_length=1, max_length=127)]
Attach = Annotated[str, Meta(max_length=128)]
Word = Annotated[str, Meta(min_length=1, max_length=128)]
Url = Annotated[str, Meta(min_length=1, max_length=256)]
Remark = Annotated[str, Meta(min_length=1, max_length=32)]


class Wire(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something a program sends."""


class Total(Wire, frozen=True):
    """What an order costs, in fen."""

    total: Fen
    currency: str = "CNY"


class Payer(Wire, frozen=True):
    """Who is to pay, under one of the names that a request may use; or the code that they show."""

    openid: Word | None = None
    sp_openid: Word | None = None
    sub_openid: Word | None = None
    auth_code: Word | None = None


class OrderAsked(Wire, frozen=True):
    """An order, of a merchant for itself or of a provider for a merchant."""

    description: Name
    out_trade_no: Number
    amount: Total
    notify_url: Url | None = None
    appid: Word | None = None
    mchid: Word | None = None
    sp_appid: Word | None = None
    sp_mchid: Word | None = None
    sub_appid: Word | None = None
    sub_mchid: Word | None = None
    payer: Payer | None = None
    time_expire: Word | None = None
    attach: Attach = ""
    goods_tag: Annotated[str, Meta(max_length=32)] = ""
    support_fapiao: bool = False
    detail: dict[str, Any] | None = None
    scene_info: dict[str, Any] | None = None
    settle_info: dict[str, Any] | None = None


class Close(Wire, frozen=True):
    """Which merchant closes or reverses its order."""

    mchid: Word | None = None
    sp_mchid: Word | None = None
    sub_mchid: Word | None = None
    appid: Word | None = None


class PartAmount(Wire, frozen=True):
    """What a part of a combined order costs, in fen."""

    total_amount: Fen
    currency: str = "CNY"


class Part(Wire, frozen=True):
    """One order of a combined one."""

    mchid: Word
    out_trade_no: Number
    description: Name
    amount: PartAmount
    attach: Attach = ""
    sub_mchid: Word | None = None
    goods_tag: Annotated[str, Meta(max_length=32)] = ""
    detail: str = ""
    settle_info: dict[str, Any] | None = None


class CombinedPayer(Wire, frozen=True):
    """Who pays a combined order."""

    openid: Word | None = None


class CombinedAsked(Wire, frozen=True):
    """Several orders to be paid at once."""

    combine_appid: Word
    combine_mchid: Word
    combine_out_trade_no: Number
    sub_orders: Annotated[list[Part], Meta(min_length=2, max_length=50)]
    notify_url: Url
    combine_payer_info: CombinedPayer | None = None
    scene_info: dict[str, Any] | None = None
    time_start: Word | None = None
    time_expire: Word | None = None


class PartName(Wire, frozen=True):
    """Which part of a combined order."""

    mchid: Word
    out_trade_no: Number
    sub_mchid: Word | None = None


class CombinedClose(Wire, frozen=True):
    """Which parts of a combined order are closed."""

    combine_appid: Word
    sub_orders: Annotated[list[PartName], Meta(min_length=1, max_length=50)]


class RefundAmount(Wire, frozen=True):
    """How much of how much goes back, in fen."""

    refund: Fen
    total: Fen
    currency: str = "CNY"


class RefundAsked(Wire, frozen=True):
    """A refund of an order, named by either number."""

    out_refund_no: RefundNumber
    amount: RefundAmount
    transaction_id: Word | None = None
    out_trade_no: Number | None = None
    reason: Annotated[str, Meta(max_length=80)] = ""
    notify_url: Url | None = None
    funds_account: str | None = None
    sub_mchid: Word | None = None
    goods_detail: list[Any] | None = None


class Abnormal(Wire, frozen=True):
    """Where the money of a refund that did not arrive shall go instead."""

    out_refund_no: RefundNumber
    type: str
    bank_type: str = ""
    bank_account: str = ""
    real_name: str = ""


class Report(Wire, frozen=True):
    """One thing a merchant says of why it gives money."""

    info_type: str
    info_content: str


class TransferAsked(Wire, frozen=True):
    """Money for a person, who takes it."""

    appid: Word
    out_bill_no: Plain
    transfer_scene_id: Annotated[str, Meta(min_length=1, max_length=36)]
    openid: Word
    transfer_amount: Fen
    transfer_remark: Remark
    user_name: str | None = None
    notify_url: Url | None = None
    user_recv_perception: str | None = None
    transfer_scene_report_infos: list[Report] = []


class Detail(Wire, frozen=True):
    """One transfer of a batch."""

    out_detail_no: Plain
    transfer_amount: Fen
    transfer_remark: Remark
    openid: Word
    user_name: str | None = None


class BatchAsked(Wire, frozen=True):
    """Many transfers, given at once."""

    appid: Word
    out_batch_no: Plain
    batch_name: Remark
    batch_remark: Remark
    total_amount: Fen
    total_num: Annotated[int, Meta(ge=1, le=1000)]
    transfer_detail_list: Annotated[list[Detail], Meta(min_length=1, max_length=1000)]
    transfer_scene_id: str = ""
    notify_url: Url | None = None


class ReceiptAsked(Wire, frozen=True):
    """Which transfer a receipt is wanted for."""

    out_bill_no: Plain | None = None
    transfer_bill_no: Word | None = None


class Uploaded(Wire, frozen=True):
    """What an upload says of its picture: the part of it that is signed."""

    filename: Annotated[str, Meta(min_length=1, max_length=128)]
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-fA-F]{64}$")]


class SandboxPay(Wire, frozen=True):
    """Who pays an order in test money; for an order that names its payer already, nobody has to be named."""

    openid: Word | None = None
    mchid: Word | None = None


class SandboxFund(Wire, frozen=True):
    """Whom to give test money, and how much: a follower of a test account, or the merchant itself (no openid)."""

    appid: Word
    amount: Fen
    openid: Word | None = None
