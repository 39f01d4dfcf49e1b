"""The call by which a page asks for its order to be paid: signed by the merchant, and checked before anything is shown."""

import hashlib
import hmac

import msgspec

from warung.kit.db import Reader
from warung.wechatpay import keys, older, signing, store_merchants
from warung.wechatpay.model import Combined, Order, PageSignatureWrong


class PageCall(msgspec.Struct, frozen=True, rename={"app_id": "appId", "time_stamp": "timeStamp", "nonce_str": "nonceStr"}):
    """What a page (or, with `package` "Sign=WXPay" and `prepayid`, an app) hands over. Names as WeixinJSBridge has them."""

    app_id: str
    time_stamp: str
    nonce_str: str
    package: str
    sign_type: str = msgspec.field(default="", name="signType")
    pay_sign: str = msgspec.field(default="", name="paySign")
    prepayid: str = ""
    partnerid: str = ""

    @property
    def prepay(self) -> str:
        """The prepay_id."""
        return self.prepayid or self.package.removeprefix("prepay_id=")


def checked(reader: Reader, page: PageCall, order: Order | Combined) -> None:
    """Make sure that the merchant of this order signed this call. Raises `PageSignatureWrong`."""
    # a provider's orders are signed by the provider
    mchid = order.sp_mchid or order.mchid if isinstance(order, Order) else order.mchid
    version = order.version if isinstance(order, Order) else 3
    holds = _newer(reader, page, mchid) if version == 3 and page.sign_type in ("", "RSA") else _older(reader, page, mchid)
    if page.app_id != order.appid or not holds:
        raise PageSignatureWrong


def _newer(reader: Reader, page: PageCall, mchid: str) -> bool:
    last = page.prepayid if page.prepayid else page.package
    message = signing.message(page.app_id, page.time_stamp, page.nonce_str, last)
    return any(keys.verifies(each.public, message, page.pay_sign) for each in store_merchants.keys(reader, mchid))


def _older(reader: Reader, page: PageCall, mchid: str) -> bool:
    merchant = store_merchants.merchant(reader, mchid)
    if merchant is None:
        return False
    if page.prepayid:
        said = {"appid": page.app_id, "partnerid": page.partnerid, "prepayid": page.prepayid, "package": page.package}
        said |= {"noncestr": page.nonce_str, "timestamp": page.time_stamp}
    else:
        said = {"appId": page.app_id, "timeStamp": page.time_stamp, "nonceStr": page.nonce_str, "package": page.package}
        said |= {"signType": page.sign_type or "MD5"}
    kind = hashlib.sha256 if page.sign_type == "HMAC-SHA256" else None
    return hmac.compare_digest(older.signature(said, merchant.key_v2, kind), page.pay_sign.upper())
