"""What somebody's shop has of WeChat Pay, and what a stranger would try with it when every id of it has leaked."""

from collections.abc import Callable
from typing import Any

import msgspec

from warung.kit.db import Tx
from warung.kit.ids import AccountId
from warung.wechatpay import merchants, notices, store_merchants, store_moves
from warung.wechatpay.model import TransferRow

APPID = "wx0123456789abcdef"


class Till(msgspec.Struct, frozen=True):
    """The ids: a merchant number, a notice of it, an account that is bound to it."""

    mchid: str = "x"
    notice: str = "x"
    appid: str = APPID


def own_till(tx: Tx, me: AccountId, shop: str, secret: Callable[[str], str]) -> Till:
    """Give somebody's shop a merchant number, a notice and money that waits for them; `secret` makes words that only they may read."""
    mchid = merchants.register(tx, by=me, shop=shop).mchid
    merchant = store_merchants.merchant(tx, mchid)
    assert merchant is not None
    notices.tell(
        tx, merchant=merchant, url=f"https://{secret('lonceng')}.example/", event="x", original="x", summary="x", body=secret("isi")
    )
    notice = notices.sent(tx, by=me, mchid=mchid)[0].id
    row = TransferRow(
        id=f"t{mchid}",
        mchid=mchid,
        out_bill_no="gaji1",
        batch=None,
        appid=APPID,
        openid="o",
        payee=me,
        amount=5,
        currency="PTS",
        remark=secret("upah"),
        scene="1005",
        user_name="",
        notify_url="",
        package=secret("amplop"),
        state="WAIT_USER_CONFIRM",
        fail_reason="",
        transfer=None,
        digest="",
        created_at=tx.now,
        changed_at=tx.now,
    )
    store_moves.insert_transfer(tx, row)
    return Till(mchid, notice)


def with_till(shop: str, has: Till) -> dict[str, list[Any]]:
    """Return (path, body, params) to try with each route."""
    here, waiting = f"/wechatpay/merchants/{has.mchid}", {"package": "x" * 64, "mchId": has.mchid, "appId": has.appid}
    page = {"appId": has.appid, "timeStamp": "1", "nonceStr": "x", "package": "prepay_id=x", "signType": "RSA", "paySign": "AAAA"}
    return {
        "GET /wechatpay/platform": [("/wechatpay/platform",)],
        "POST /wechatpay/orders/look": [("/wechatpay/orders/look", {"page": page}), ("/wechatpay/orders/look", {"link": has.mchid})],
        "POST /wechatpay/orders/pay": [("/wechatpay/orders/pay", {"id": "curi-0021", "order": {"code": has.mchid}})],
        "POST /wechatpay/transfers/look": [("/wechatpay/transfers/look", waiting)],
        "POST /wechatpay/transfers/take": [("/wechatpay/transfers/take", waiting)],
        "GET /wechatpay/merchants": [("/wechatpay/merchants",)],
        "POST /wechatpay/merchants": [("/wechatpay/merchants", {"shop": shop})],
        "PUT /wechatpay/merchants/{mchid}": [(here, {"key_v3": ""})],
        "DELETE /wechatpay/merchants/{mchid}": [(here,)],
        "POST /wechatpay/merchants/{mchid}/keys": [(f"{here}/keys", {}), (f"{here}/keys", {"pem": "x"})],
        "DELETE /wechatpay/merchants/{mchid}/keys/{serial}": [(f"{here}/keys/AB",)],
        "PUT /wechatpay/merchants/{mchid}/apps/{appid}": [(f"{here}/apps/{has.appid}",)],
        "DELETE /wechatpay/merchants/{mchid}/apps/{appid}": [(f"{here}/apps/{has.appid}",)],
        "PUT /wechatpay/merchants/{mchid}/providers/{provider}": [(f"{here}/providers/{has.mchid}",)],
        "DELETE /wechatpay/merchants/{mchid}/providers/{provider}": [(f"{here}/providers/{has.mchid}",)],
        "GET /wechatpay/merchants/{mchid}/notices": [(f"{here}/notices",)],
        "POST /wechatpay/merchants/{mchid}/notices/{id}/send": [(f"{here}/notices/{has.notice}/send",)],
    }
